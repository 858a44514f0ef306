//! Lists, pipelines and compound commands.
//!
//! Reserved words that only give structure (`if`, `do`, `}`) are stepped over: what follows one is a
//! command again. A shell refuses a text whose structure is wrong, so nothing is lost by not checking it.

use super::{Command, Cursor, Room, Script, Stdin, Unseen, Word, heredoc::Pending};

/// Reading cannot go on.
pub(super) type Stop = Unseen;

/// What ends a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Text,
    Parenthesis,
    /// `;;` and its kin, or `esac`.
    CaseItem,
}

/// What ended it.
#[derive(PartialEq, Eq)]
enum Ended {
    AsAsked,
    Esac,
}

/// Words after which a command follows.
const STRUCTURE: &[&str] =
    &["!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "time"];

pub(super) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) commands: Vec<Command>,
    pub(super) unseen: Option<Unseen>,
    pub(super) heredocs: Vec<Pending>,
    pub(super) room: Room,
}

pub(super) fn parse(text: &str, room: Room) -> Script {
    let mut parser = Parser::new(text, room);
    if text.contains('\0') {
        parser.note("it holds a null byte");
    } else if let Err(stop) = parser.list(End::Text) {
        parser.unseen.get_or_insert(stop);
    }
    Script { commands: parser.commands, unseen: parser.unseen }
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, room: Room) -> Self {
        let cursor = Cursor::new(text);
        Self { cursor, commands: Vec::new(), unseen: None, heredocs: Vec::new(), room }
    }

    /// Notes what is not understood, and reads on.
    pub(super) fn note(&mut self, why: &'static str) {
        self.unseen.get_or_insert(Unseen(why));
    }

    /// Reads one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if self.room.depth == 0 {
            return Err(Unseen("it is nested too deeply to be read"));
        }
        self.room.depth -= 1;
        let read = read(self);
        self.room.depth += 1;
        read
    }

    pub(super) fn list(&mut self, end: End) -> Result<(), Stop> {
        self.items(end).map(|_| ())
    }

    fn items(&mut self, end: End) -> Result<Ended, Stop> {
        let (mut last, mut piped) = (None, None);
        loop {
            self.cursor.skip_blanks();
            let Some(next) = self.cursor.peek() else {
                let complete = end == End::Text && self.heredocs.is_empty();
                return if complete {
                    Ok(Ended::AsAsked)
                } else {
                    Err(Unseen("it ends too early"))
                };
            };
            if next == '\n' {
                self.cursor.next();
                self.read_heredocs()?;
            } else if next == ')' {
                return self.close(end);
            } else if ["&>", "<(", ">("].iter().any(|it| self.cursor.rest().starts_with(it)) {
                last = Some(self.command(piped.take())?);
            } else if end == End::CaseItem
                && [";;&", ";;", ";&"].iter().any(|it| self.cursor.eat(it))
            {
                return Ok(Ended::AsAsked);
            } else if self.cursor.eat("||") {
                last = None;
            } else if self.cursor.eat("|&") || self.cursor.eat("|") {
                piped = last.take();
            } else if matches!(next, ';' | '&') {
                self.cursor.next();
                last = None;
            } else if next == '(' {
                self.subshell()?;
            } else if end == End::CaseItem && self.eat_reserved("esac") {
                return Ok(Ended::Esac);
            } else if !self.reserved()? {
                last = Some(self.command(piped.take())?);
            }
        }
    }

    fn close(&mut self, end: End) -> Result<Ended, Stop> {
        if end == End::Parenthesis && self.heredocs.is_empty() {
            self.cursor.next();
            return Ok(Ended::AsAsked);
        }
        Err(Unseen("a parenthesis is closed that was not opened"))
    }

    /// What stands between `$(` and its parenthesis.
    pub(super) fn substitution(&mut self) -> Result<(), Stop> {
        if !self.heredocs.is_empty() {
            return Err(Unseen("a substitution stands between a here-document and its text"));
        }
        self.deeper(|it| it.list(End::Parenthesis))
    }

    /// Reads a text that stands within this one, with the commands in it.
    pub(super) fn within<T>(
        &mut self,
        text: &str,
        read: impl FnOnce(&mut Parser<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.deeper(|outer| {
            let mut inner = Parser::new(text, outer.room);
            inner.commands = std::mem::take(&mut outer.commands);
            inner.unseen = outer.unseen;
            let read = read(&mut inner);
            (outer.commands, outer.unseen) = (inner.commands, inner.unseen);
            read
        })
    }

    fn subshell(&mut self) -> Result<(), Stop> {
        if self.cursor.eat("((") {
            return self.arithmetic();
        }
        self.cursor.next();
        self.deeper(|it| it.list(End::Parenthesis))
    }

    /// Steps over a reserved word and what belongs to it. Says whether there was one.
    fn reserved(&mut self) -> Result<bool, Stop> {
        if STRUCTURE.iter().any(|it| self.eat_reserved(it)) {
            return Ok(true);
        }
        if self.eat_reserved("for") || self.eat_reserved("select") {
            self.for_words()?;
        } else if self.eat_reserved("case") {
            self.deeper(Self::case)?;
        } else if self.eat_reserved("function") {
            self.note("it defines a function");
            self.cursor.skip_blanks();
            self.word()?;
            self.cursor.skip_blanks();
            self.cursor.eat("()");
        } else if self.eat_reserved("coproc") {
            self.note("it starts a coprocess");
        } else if self.eat_reserved("[[") {
            self.conditional()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// A word that nothing is joined to.
    fn eat_reserved(&mut self, word: &str) -> bool {
        let rest = self.cursor.rest();
        let ends = |it: char| " \t\n;&|()<>".contains(it);
        rest.strip_prefix(word).is_some_and(|it| it.is_empty() || it.starts_with(ends))
            && self.cursor.eat(word)
    }

    /// `for NAME in WORDS`: the words may hold substitutions.
    fn for_words(&mut self) -> Result<(), Stop> {
        self.cursor.skip_blanks();
        if self.cursor.peek() == Some('(') {
            return Err(Unseen("it computes with `((`"));
        }
        loop {
            self.cursor.skip_blanks();
            match self.cursor.peek() {
                None | Some('\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>') => return Ok(()),
                Some(_) => self.word()?,
            };
        }
    }

    fn case(&mut self) -> Result<(), Stop> {
        self.cursor.skip_blanks();
        self.word()?;
        self.skip_lines()?;
        if !self.eat_reserved("in") {
            return Err(Unseen("a `case` has no `in`"));
        }
        loop {
            self.skip_lines()?;
            if self.eat_reserved("esac") {
                return Ok(());
            }
            self.cursor.eat("(");
            loop {
                self.cursor.skip_blanks();
                self.word()?;
                self.cursor.skip_blanks();
                if self.cursor.eat(")") {
                    break;
                }
                if !self.cursor.eat("|") {
                    return Err(Unseen("a pattern of a `case` is not closed"));
                }
            }
            if self.items(End::CaseItem)? == Ended::Esac {
                return Ok(());
            }
        }
    }

    fn skip_lines(&mut self) -> Result<(), Stop> {
        loop {
            self.cursor.skip_blanks();
            if !self.cursor.eat("\n") {
                return Ok(());
            }
            self.read_heredocs()?;
        }
    }

    /// `[[ … ]]` may compute, and computing may run commands in the index of an array.
    fn conditional(&mut self) -> Result<(), Stop> {
        self.note("it tests with `[[`");
        loop {
            self.cursor.skip_blanks();
            match self.cursor.peek() {
                None => return Err(Unseen("a `[[` is not closed")),
                Some('\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>') => {
                    self.cursor.next();
                }
                Some(_) => {
                    if self.word()?.word.literal() == Some("]]") {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// A simple command, or the head of a function. Gives its number.
    fn command(&mut self, piped: Option<usize>) -> Result<usize, Stop> {
        let number = self.commands.len();
        let stdin = piped.map_or(Stdin::Inherited, Stdin::Piped);
        self.commands.push(Command { stdin, ..Command::default() });
        loop {
            self.cursor.skip_blanks();
            if self.redirect(number)? {
                continue;
            }
            let rest = self.cursor.rest();
            let is_word = rest.starts_with("<(") || rest.starts_with(">(");
            match self.cursor.peek() {
                Some('(') if self.commands[number].words.len() == 1 && self.cursor.eat("()") => {
                    self.note("it defines a function");
                    return Ok(number);
                }
                Some('(') => return Err(Unseen("a parenthesis stands within a command")),
                None => return Ok(number),
                Some('\n' | ';' | '&' | '|' | ')' | '<' | '>') if !is_word => {
                    return Ok(number);
                }
                Some(_) => self.argument(number)?,
            }
        }
    }

    fn argument(&mut self, number: usize) -> Result<(), Stop> {
        let read = self.word()?;
        let command = &mut self.commands[number];
        if read.is_assignment && command.words.is_empty() {
            command.assignments.push(read.word);
        } else {
            command.words.push(read.word);
        }
        Ok(())
    }

    /// The word that a redirect names.
    pub(super) fn target(&mut self) -> Result<Word, Stop> {
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            None | Some('\n' | ';' | '&' | '|' | ')') => Err(Unseen("a redirect names no file")),
            Some(_) => Ok(self.word()?.word),
        }
    }
}

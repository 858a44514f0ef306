//! Where in a shell's grammar a place of a script is: plain, between which quotes, in a here-document.

use super::Severity;

/// Where a value lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    Unquoted,
    DoubleQuotes,
    SingleQuotes,
    /// In the text of a here-document whose end is not quoted.
    HereDocument,
    Comment,
    /// In what `eval` or `sh -c` reads as code, whatever quotes are around.
    Eval,
}

impl Spot {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Unquoted | Self::Eval => Severity::Danger,
            Self::DoubleQuotes | Self::SingleQuotes | Self::HereDocument | Self::Comment => {
                Severity::Caution
            }
        }
    }

    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Unquoted => "outside of quotes",
            Self::DoubleQuotes => "in double quotes",
            Self::SingleQuotes => "in single quotes",
            Self::HereDocument => "in a here-document that expands",
            Self::Comment => "in a comment",
            Self::Eval => "in text that a shell reads as code",
        }
    }

    pub(super) fn trigger(self) -> &'static str {
        match self {
            Self::Unquoted | Self::Eval => "a blank or `;`",
            Self::DoubleQuotes => "a `\"`, `$(` or backtick",
            Self::SingleQuotes => "a `'`",
            Self::HereDocument => "a `$(` or backtick",
            Self::Comment => "the end of a line",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Single,
    Double,
    Backticks,
    /// `$(…)`, `(…)`
    Parenthesis,
    Comment,
}

#[derive(Clone, Debug)]
struct HereDocument {
    end: String,
    expands: bool,
}

/// A place in a script.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    inside: Vec<Inside>,
    /// Here-documents announced in this line, in order.
    announced: Vec<HereDocument>,
    /// The line of a here-document so far.
    line: String,
    in_document: bool,
    /// The command so far, without what quotes mean.
    command: String,
    escaped: bool,
}

/// More of a command than this tells nothing about how it begins.
const MAX_COMMAND: usize = 400;

impl State {
    /// Where a value would land now; `None` where a shell reads nothing but text.
    pub(super) fn spot(&self) -> Option<Spot> {
        if self.in_document {
            return self.announced.first().filter(|it| it.expands).map(|_| Spot::HereDocument);
        }
        let spot = match self.inside.last() {
            Some(Inside::Single) => Spot::SingleQuotes,
            Some(Inside::Double) => Spot::DoubleQuotes,
            Some(Inside::Comment) => return Some(Spot::Comment),
            Some(Inside::Backticks | Inside::Parenthesis) | None => Spot::Unquoted,
        };
        Some(if self.is_read_as_code() { Spot::Eval } else { spot })
    }

    fn is_read_as_code(&self) -> bool {
        let mut words = self.command.split_whitespace();
        let first = words.next().unwrap_or_default();
        let shell = ["sh", "bash", "zsh", "dash", "/bin/sh", "/bin/bash"].contains(&first);
        first == "eval" || (shell && words.any(|it| it == "-c"))
    }

    /// A value stands here.
    pub(super) fn value(&mut self) {
        if self.in_document {
            self.line.push('_');
        } else if self.command.len() < MAX_COMMAND {
            self.command.push('_');
        }
        self.escaped = false;
    }

    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text.char_indices().peekable();
        while let Some((at, letter)) = rest.next() {
            if self.in_document {
                self.document(letter);
                continue;
            }
            if self.escaped {
                self.escaped = false;
                continue;
            }
            let after = &text[at + letter.len_utf8()..];
            match self.inside.last().copied() {
                Some(Inside::Comment) if letter != '\n' => {}
                Some(Inside::Single) if letter != '\'' => {}
                Some(Inside::Single) => self.leave(),
                Some(Inside::Double) => self.double(letter, after),
                inside => {
                    let skip = self.plain(letter, after, inside);
                    for _ in 0..skip {
                        rest.next();
                    }
                }
            }
        }
    }

    fn leave(&mut self) {
        self.inside.pop();
    }

    fn enter(&mut self, inside: Inside) {
        // Deeper nesting than this is no script; staying where it is keeps the memory bounded.
        if self.inside.len() < 100 {
            self.inside.push(inside);
        }
    }

    fn double(&mut self, letter: char, after: &str) {
        match letter {
            '"' => self.leave(),
            '\\' => self.escaped = true,
            '`' => self.enter(Inside::Backticks),
            // The parenthesis itself comes next and is read as one within.
            '$' if after.starts_with('(') => self.enter(Inside::Parenthesis),
            _ => {}
        }
        if letter == '$' && after.starts_with('(') {
            self.escaped = true;
            self.command.clear();
        }
    }

    /// Outside of quotes. How many letters more it took.
    fn plain(&mut self, letter: char, after: &str, inside: Option<Inside>) -> usize {
        match letter {
            '\\' => self.escaped = true,
            '\'' => self.enter(Inside::Single),
            '"' => self.enter(Inside::Double),
            '`' if inside == Some(Inside::Backticks) => self.leave(),
            '`' => {
                self.enter(Inside::Backticks);
                self.command.clear();
            }
            '(' => {
                self.enter(Inside::Parenthesis);
                self.command.clear();
            }
            ')' if inside == Some(Inside::Parenthesis) => self.leave(),
            '#' if self.command.is_empty() || self.command.ends_with(char::is_whitespace) => {
                self.enter(Inside::Comment);
            }
            '<' if after.starts_with('<') && !after.starts_with("<<") => {
                return 1 + self.announce(&after[1..]);
            }
            '<' if after.starts_with("<<") => return 2,
            '\n' => {
                if inside == Some(Inside::Comment) {
                    self.leave();
                }
                self.command.clear();
                self.in_document = !self.announced.is_empty();
                self.line.clear();
            }
            ';' | '|' | '&' => self.command.clear(),
            it if self.command.is_empty() && it.is_whitespace() => {}
            it if self.command.len() < MAX_COMMAND => self.command.push(it),
            _ => {}
        }
        0
    }

    /// `<<-'END'`: which lines are a here-document. How many letters that took.
    fn announce(&mut self, after: &str) -> usize {
        let start = after.trim_start_matches(['-', ' ', '\t']);
        let length = start
            .find(|it: char| it.is_whitespace() || ";|&()<>".contains(it))
            .unwrap_or(start.len());
        let word = &start[..length];
        let end: String = word.chars().filter(|it| !"'\"\\".contains(*it)).collect();
        let expands = end.len() == word.len();
        if !end.is_empty() && self.announced.len() < 100 {
            self.announced.push(HereDocument { end, expands });
        }
        after.chars().count() - start.chars().count() + word.chars().count()
    }

    fn document(&mut self, letter: char) {
        if letter != '\n' {
            if self.line.len() < MAX_COMMAND {
                self.line.push(letter);
            }
            return;
        }
        if self.announced.first().is_some_and(|it| self.line.trim_start_matches('\t') == it.end) {
            self.announced.remove(0);
            self.in_document = !self.announced.is_empty();
        }
        self.line.clear();
    }
}

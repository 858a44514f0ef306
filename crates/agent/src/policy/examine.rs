//! What a shell command would do, seen through the programs that start others.
//!
//! ```text
//!  sudo env A=b bash -c "cd x && git -C y commit"
//!  └ wrapper └ wrapper └ shell ── script ──▶ cd x
//!                                            git -C y commit ──▶ writes
//! ```
//!
//! Every word after a program that may start others is taken for the program that it starts, so no option of
//! theirs need be known. That sees too much rather than too little.

use super::{
    git::{self, Certainty, Use},
    programs::{self, Program},
    shell::{self, Command, Room, Script, Stdin, Unseen, Word},
};

/// Most words of one command that are looked at, since each may begin another.
const MAX_WORDS: usize = 256;

/// What was found out about a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Examined {
    /// The commands that the shell itself would run.
    pub(super) commands: Vec<Command>,
    /// The commands that those would start, as far as they are seen.
    pub(super) started: Vec<Vec<Word>>,
    /// Files that redirects write, in those too.
    pub(super) writes: Vec<Word>,
    /// Why git would write, if it would.
    pub(super) git: Option<String>,
    /// Why it cannot be told what happens, if it cannot.
    pub(super) unseen: Option<Unseen>,
}

pub(super) fn examine(text: &str) -> Examined {
    let mut examined = Examined::default();
    let mut examiner = Examiner { room: Room::WHOLE, examined: &mut examined };
    let script = shell::parse(text, &mut examiner.room);
    examiner.script(&script);
    examined.commands = script.commands;
    examined
}

struct Examiner<'a> {
    room: Room,
    examined: &'a mut Examined,
}

impl Examiner<'_> {
    fn note(&mut self, why: &'static str) {
        self.examined.unseen.get_or_insert(Unseen(why));
    }

    fn script(&mut self, script: &Script) {
        self.examined.unseen = self.examined.unseen.or(script.unseen);
        for command in &script.commands {
            self.examined.writes.extend(command.writes.iter().cloned());
            self.program(&command.words, &command.stdin, script);
        }
    }

    /// A script within the script.
    fn nested(&mut self, text: &str) {
        if self.room.depth == 0 || self.room.work == 0 {
            return self.note("it is nested too deeply to be read");
        }
        self.room.depth -= 1;
        let script = shell::parse(text, &mut self.room);
        self.script(&script);
        self.examined.started.extend(script.commands.into_iter().map(|it| it.words));
        self.room.depth += 1;
    }

    fn git(&mut self, arguments: &[Word], certainty: Certainty) {
        if let Use::Writes(why) = git::judge(arguments, certainty) {
            self.examined.git.get_or_insert(why);
        }
    }

    fn program(&mut self, words: &[Word], stdin: &Stdin, script: &Script) {
        let Some((program, arguments)) = words.split_first() else { return };
        let Some(name) = program.literal().filter(|it| !it.contains("{}")) else {
            self.note("a program is named by what is known only when it runs");
            return self.arguments(arguments, Certainty::Guessed, stdin, script);
        };
        match Program::of(name) {
            Program::Git => self.git(arguments, Certainty::Certain),
            Program::GitPart => self.git_part(name, arguments),
            Program::Shell => {
                self.shell(arguments, stdin, script);
                self.arguments(arguments, Certainty::Guessed, stdin, script);
            }
            Program::Eval => self.eval(arguments),
            Program::Source => self.note("it runs the commands of a file"),
            Program::Trap | Program::Alias => self.later(arguments),
            Program::Wrapper => self.wrapper(arguments, stdin, script),
            Program::Xargs => self.xargs(arguments, script),
            Program::Find if programs::find_starts(arguments) => {
                self.wrapper(arguments, stdin, script);
            }
            Program::Interpreter => self.interpreter(arguments, stdin),
            Program::Awk if programs::awk_starts(arguments) => {
                self.note("a program of awk can start others");
            }
            Program::Sed if !programs::sed_is_plain(arguments) => {
                self.note("a script of sed can start programs");
            }
            Program::Find | Program::Awk | Program::Sed | Program::Data => {}
            Program::Other => self.arguments(arguments, Certainty::Guessed, stdin, script),
        }
    }

    fn git_part(&mut self, name: &str, arguments: &[Word]) {
        let part = programs::base_name(name).trim_start_matches("git-");
        let mut words = vec![Word::Literal(part.to_owned())];
        words.extend_from_slice(arguments);
        self.git(&words, Certainty::Certain);
    }

    fn wrapper(&mut self, arguments: &[Word], stdin: &Stdin, script: &Script) {
        if arguments.iter().any(|it| it.literal().is_none_or(|it| it.contains("{}"))) {
            self.note("what it starts, or with what, is known only when it runs");
        }
        if *stdin != Stdin::Inherited {
            self.note("a program that starts others is given input");
        }
        self.started(arguments);
        self.arguments(arguments, Certainty::Certain, stdin, script);
    }

    /// Each word may be the program that is started.
    fn started(&mut self, words: &[Word]) {
        let words = &words[..words.len().min(MAX_WORDS)];
        self.examined.started.extend((0..words.len()).map(|at| words[at..].to_vec()));
    }

    /// It gives what it starts more arguments, from its input.
    fn xargs(&mut self, arguments: &[Word], script: &Script) {
        let replaces =
            |it: &str| it.starts_with("-I") || it.starts_with("-i") || it.contains("--r");
        if arguments.iter().filter_map(Word::literal).any(replaces) {
            self.note("what it starts is put together from its input");
        }
        let mut words = arguments.to_vec();
        words.push(Word::Unseen);
        self.started(&words);
        self.arguments(&words, Certainty::Certain, &Stdin::Inherited, script);
    }

    /// `su -c "…"`, `env -S "…"`, `watch "…"`: one word may be a whole script.
    fn scripts(&mut self, words: &[Word]) {
        for word in words.iter().filter_map(Word::literal) {
            let value = word.split_once('=').map_or(word, |it| it.1);
            if value.contains(char::is_whitespace) {
                self.nested(value);
            }
        }
    }

    /// Takes each word for the program that is started with those after it.
    fn arguments(&mut self, words: &[Word], certainty: Certainty, stdin: &Stdin, script: &Script) {
        if words.len() > MAX_WORDS {
            self.note("it has too many arguments to be read");
        }
        let of_wrapper =
            |it: &Word| it.literal().is_some_and(|it| Program::of(it) == Program::Wrapper);
        if certainty == Certainty::Guessed
            && let Some(at) = words.iter().position(of_wrapper)
        {
            self.arguments(&words[..at], certainty, stdin, script);
            return self.wrapper(&words[at + 1..], stdin, script);
        }
        let of_xargs = |it: &Word| it.literal().is_some_and(|it| Program::of(it) == Program::Xargs);
        if words.last() != Some(&Word::Unseen) && words.iter().any(of_xargs) {
            return self.xargs(words, script);
        }
        if certainty == Certainty::Certain {
            self.scripts(words);
        }
        for (at, word) in words.iter().enumerate().take(MAX_WORDS) {
            let Some(name) = word.literal() else { continue };
            let rest = &words[at + 1..];
            match Program::of(name) {
                Program::Git => self.git(rest, certainty),
                Program::GitPart if certainty == Certainty::Certain => self.git_part(name, rest),
                Program::Shell => self.shell(rest, stdin, script),
                Program::Eval => self.eval(rest),
                Program::Interpreter if certainty == Certainty::Certain => {
                    self.interpreter(rest, stdin);
                }
                Program::Trap | Program::Alias if certainty == Certainty::Certain => {
                    self.later(rest);
                }
                Program::Awk if certainty == Certainty::Certain && programs::awk_starts(rest) => {
                    self.note("a program of awk can start others");
                }
                Program::Sed
                    if certainty == Certainty::Certain && !programs::sed_is_plain(rest) =>
                {
                    self.note("a script of sed can start programs");
                }
                Program::Source if certainty == Certainty::Certain => {
                    self.note("it runs the commands of a file");
                }
                Program::GitPart
                | Program::Source
                | Program::Trap
                | Program::Alias
                | Program::Wrapper
                | Program::Xargs
                | Program::Find
                | Program::Interpreter
                | Program::Awk
                | Program::Sed
                | Program::Data
                | Program::Other => {}
            }
        }
    }

    fn eval(&mut self, arguments: &[Word]) {
        let literal: Option<Vec<_>> = arguments.iter().map(Word::literal).collect();
        match literal {
            Some(words) => self.nested(&words.join(" ")),
            None => self.note("it evaluates what is known only when it runs"),
        }
    }

    /// A trap's command and the values of aliases run later, if ever.
    fn later(&mut self, arguments: &[Word]) {
        if !arguments.is_empty() {
            self.note("it sets commands that run later");
        }
        for argument in arguments.iter().filter_map(Word::literal) {
            self.nested(argument.split_once('=').map_or(argument, |it| it.1));
        }
    }

    fn interpreter(&mut self, arguments: &[Word], stdin: &Stdin) {
        if programs::interprets_file(arguments, stdin) != Some(true) {
            self.note("it runs code of another language");
        }
    }

    fn shell(&mut self, arguments: &[Word], stdin: &Stdin, script: &Script) {
        let mut takes_script = false;
        for argument in arguments {
            let Some(text) = argument.literal() else {
                return self.note("a shell is given what is known only when it runs");
            };
            let reads_input =
                text == "-" || text.starts_with("/dev/") || text.starts_with("/proc/");
            if reads_input && !takes_script {
                return self.input(stdin, script);
            }
            if text.starts_with(['-', '+']) && text.len() > 1 {
                takes_script |= !text.starts_with("--") && text.contains('c');
                if text.contains("file") || text.starts_with("-o") || text.starts_with("-O") {
                    self.note("a shell is set up in a way that is not read");
                }
            } else {
                if takes_script {
                    self.nested(text);
                }
                return;
            }
        }
        self.input(stdin, script);
    }

    /// A shell reads its commands from its input.
    fn input(&mut self, stdin: &Stdin, script: &Script) {
        match stdin {
            Stdin::Text(Word::Literal(text)) => return self.nested(text),
            Stdin::Piped(producer) => self.produced(*producer, script),
            Stdin::Inherited | Stdin::Text(Word::Unseen) => {}
        }
        self.note("a shell reads commands that are known only when it runs");
    }

    /// What a command is plainly seen to write into a shell.
    fn produced(&mut self, producer: usize, script: &Script) {
        let Some(command) = script.commands.get(producer) else { return };
        if let Stdin::Text(Word::Literal(text)) = &command.stdin {
            self.nested(text);
        }
        let words: Vec<_> = command.words.iter().filter_map(Word::literal).collect();
        if let [program, arguments @ ..] = &words[..]
            && matches!(*program, "echo" | "printf")
        {
            self.nested(&arguments.join(" "));
        }
    }
}

#[cfg(test)]
mod tests;

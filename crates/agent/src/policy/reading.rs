//! Commands that only read, whatever they are given: these need nobody's leave, in either phase.

use super::{
    git::{self, Certainty, Use},
    shell::{Command, Word},
};

/// Programs and the options with which they write or start others. A program without such options may be
/// given arguments that are known only when it runs.
const READERS: &[(&str, &[&str])] = &[
    (":", &[]),
    ("[", &["-v"]),
    ("basename", &[]),
    ("cat", &[]),
    ("cd", &[]),
    ("cmp", &[]),
    ("comm", &[]),
    ("cut", &[]),
    ("df", &[]),
    ("diff", &[]),
    ("dirname", &[]),
    ("du", &[]),
    ("echo", &[]),
    ("egrep", &[]),
    ("false", &[]),
    ("fgrep", &[]),
    ("file", &["-C", "--compile"]),
    (
        "find",
        &[
            "-delete", "-exec", "-execdir", "-fls", "-fprint", "-fprint0", "-fprintf", "-ok",
            "-okdir",
        ],
    ),
    ("fold", &[]),
    ("grep", &[]),
    ("head", &[]),
    ("ls", &[]),
    ("md5sum", &[]),
    ("nl", &[]),
    ("paste", &[]),
    ("printf", &["-v"]),
    ("pwd", &[]),
    ("readlink", &[]),
    ("realpath", &[]),
    ("rev", &[]),
    ("rg", &["--hostname-bin", "--pre"]),
    ("seq", &[]),
    ("sha256sum", &[]),
    ("sort", &["-o", "--output", "--compress-program"]),
    ("stat", &[]),
    ("tac", &[]),
    ("tail", &[]),
    ("test", &["-v"]),
    ("tr", &[]),
    ("tree", &["-o", "-R"]),
    ("true", &[]),
    ("type", &[]),
    ("wc", &[]),
    ("which", &[]),
];

pub(super) fn only_reads(command: &Command) -> bool {
    let Some((Word::Literal(program), arguments)) = command.words.split_first() else {
        return false;
    };
    if !command.assignments.is_empty() || !writes_nothing(command) {
        return false;
    }
    let all_seen = arguments.iter().all(|it| it.literal().is_some());
    if program == "git" {
        return all_seen && git::judge(arguments, Certainty::Certain) == Use::Reads;
    }
    let Some((_, options)) = READERS.iter().find(|it| it.0 == program) else { return false };
    let is_option = |it: &str| options.iter().any(|option| may_be(it, option));
    options.is_empty() || all_seen && !arguments.iter().filter_map(Word::literal).any(is_option)
}

/// Whether its redirects write no file.
pub(super) fn writes_nothing(command: &Command) -> bool {
    command.writes.iter().all(is_discarded)
}

pub(super) fn is_discarded(target: &Word) -> bool {
    matches!(target.literal(), Some("/dev/null" | "/dev/stdout" | "/dev/stderr"))
}

/// Options may be shortened, joined and given a value.
fn may_be(argument: &str, option: &str) -> bool {
    let name = argument.split('=').next().unwrap_or(argument);
    let letter = option.strip_prefix('-').filter(|it| it.len() == 1);
    match letter {
        Some(letter) => {
            argument.starts_with('-') && !argument.starts_with("--") && argument.contains(letter)
        }
        None => name.len() > 2 && name.starts_with('-') && option.starts_with(name),
    }
}

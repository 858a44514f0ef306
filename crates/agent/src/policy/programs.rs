//! What is known of the programs that commands name: which start others, and which take only data.

use super::shell::{Stdin, Word};

/// What a program does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Git,
    /// `git-commit`, as it lies in git's own directory.
    GitPart,
    /// Reads a script: from `-c`, a file, or its input.
    Shell,
    /// Its arguments are a script.
    Eval,
    /// Runs a file's commands within the shell.
    Source,
    Trap,
    Alias,
    /// Starts the program that its arguments name.
    Wrapper,
    /// The same, with more arguments from its input.
    Xargs,
    /// A wrapper only with `-exec` and its kin.
    Find,
    /// Runs code of another language.
    Interpreter,
    Awk,
    Sed,
    /// Takes its arguments for data, and starts nothing that they name.
    Data,
    /// Not known. It may start anything.
    Other,
}

const TABLE: &[(Program, &[&str])] = &[
    (Program::Git, &["git"]),
    (Program::Shell, &["sh", "bash", "dash", "zsh", "ksh", "ash", "rbash", "fish", "mksh"]),
    (Program::Eval, &["eval"]),
    (Program::Source, &["source", "."]),
    (Program::Trap, &["trap"]),
    (Program::Alias, &["alias"]),
    (
        Program::Wrapper,
        &[
            // Only where a command begins is it the shell's own word.
            "!",
            "env",
            "sudo",
            "doas",
            "su",
            "runuser",
            "nice",
            "ionice",
            "nohup",
            "setsid",
            "chrt",
            "taskset",
            "timeout",
            "time",
            "stdbuf",
            "unbuffer",
            "script",
            "watch",
            "command",
            "builtin",
            "exec",
            "flock",
            "chroot",
            "unshare",
            "nsenter",
            "setpriv",
            "prlimit",
            "strace",
            "ltrace",
            "busybox",
            "ssh",
            "tmux",
            "screen",
            "entr",
            "hyperfine",
            "npx",
            "coproc",
            "catchsegv",
            "fakeroot",
            "dbus-run-session",
            "xvfb-run",
            "start-stop-daemon",
        ],
    ),
    (Program::Xargs, &["xargs", "parallel"]),
    (Program::Find, &["find"]),
    (
        Program::Interpreter,
        &[
            "python",
            "python2",
            "python3",
            "pypy",
            "pypy3",
            "perl",
            "ruby",
            "node",
            "nodejs",
            "deno",
            "bun",
            "php",
            "lua",
            "tclsh",
            "expect",
            "osascript",
            "R",
            "Rscript",
        ],
    ),
    (Program::Awk, &["awk", "gawk", "mawk", "nawk"]),
    (Program::Sed, &["sed", "gsed"]),
    (
        Program::Data,
        &[
            ":",
            "[",
            "basename",
            "cat",
            "cd",
            "cmp",
            "comm",
            "cp",
            "cut",
            "df",
            "diff",
            "dirname",
            "du",
            "echo",
            "egrep",
            "export",
            "false",
            "fgrep",
            "file",
            "fold",
            "grep",
            "head",
            "jq",
            "ln",
            "ls",
            "md5sum",
            "mkdir",
            "mv",
            "nl",
            "paste",
            "printf",
            "pwd",
            "readlink",
            "realpath",
            "rev",
            "rg",
            "rm",
            "rmdir",
            "seq",
            "sha256sum",
            "sort",
            "stat",
            "tac",
            "tail",
            "tee",
            "test",
            "touch",
            "tr",
            "tree",
            "true",
            "type",
            "uniq",
            "wc",
            "which",
        ],
    ),
];

/// The last part of a program's path.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

impl Program {
    pub(super) fn of(name: &str) -> Self {
        let name = base_name(name);
        let row = TABLE.iter().find(|it| it.1.contains(&name));
        match row {
            Some((program, _)) => *program,
            None if name.starts_with("git-") => Self::GitPart,
            // python3.12
            None if name.starts_with("python") => Self::Interpreter,
            None => Self::Other,
        }
    }
}

/// Whether a call of `find` starts programs.
pub(super) fn find_starts(arguments: &[Word]) -> bool {
    let starts = |it: &str| matches!(it, "-exec" | "-execdir" | "-ok" | "-okdir");
    arguments.iter().any(|it| it.literal().is_none_or(starts))
}

/// Whether a program of awk can start others, or is not seen.
pub(super) fn awk_starts(arguments: &[Word]) -> bool {
    let starts = |it: &str| {
        it.starts_with("-f") || ["system", "|", "getline", "@"].iter().any(|word| it.contains(word))
    };
    arguments.iter().any(|it| it.literal().is_none_or(starts))
}

/// Whether a call of sed is one of the plain ones: lines that are printed or deleted, or one substitution.
/// Others can start programs, with the command or the flag `e`.
pub(super) fn sed_is_plain(arguments: &[Word]) -> bool {
    let mut scripts = 0;
    for argument in arguments {
        let Some(text) = argument.literal() else { return false };
        match text {
            "-n" | "-E" | "-r" | "-i" | "-s" | "-z" => {}
            _ if text.starts_with('-') => return false,
            _ if scripts == 0 => {
                scripts = 1;
                if !is_plain_sed(text) {
                    return false;
                }
            }
            _ => {}
        }
    }
    scripts == 1
}

fn is_plain_sed(script: &str) -> bool {
    let command = script.trim_start_matches(|it: char| it.is_ascii_digit() || ",$".contains(it));
    if matches!(command, "p" | "d" | "q") {
        return true;
    }
    let Some(rest) = script.strip_prefix('s') else { return false };
    let Some(separator) = rest.chars().next().filter(|it| "/|#,:".contains(*it)) else {
        return false;
    };
    let parts: Vec<_> = rest.split(separator).collect();
    let is_flag = |it: char| "gpiI0123456789".contains(it);
    // A newline would begin another command, a backslash might hide a separator.
    parts.len() == 4 && !script.contains(['\n', '\\']) && parts[3].chars().all(is_flag)
}

/// Whether an interpreter is given a file or a module, `None` if that is known only when it runs.
pub(super) fn interprets_file(arguments: &[Word], stdin: &Stdin) -> Option<bool> {
    for argument in arguments {
        let text = argument.literal()?;
        let is_code = match text.strip_prefix('-') {
            None if text == "eval" => true,
            None => return Some(!text.starts_with("/dev/") && !text.starts_with("/proc/")),
            Some("m") => return Some(true),
            Some("") => true,
            Some(long) if long.starts_with('-') => {
                long.starts_with("-e") || long.starts_with("-p") || long.starts_with("-r")
            }
            Some(letters) => letters.contains(['c', 'e', 'E', 'p', 'r']),
        };
        if is_code {
            return Some(false);
        }
    }
    // `--version`; without any argument it reads code from its input.
    Some(!arguments.is_empty() && *stdin == Stdin::Inherited)
}

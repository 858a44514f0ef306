//! Which program runs a script: the language that its author names, else its first line, else bash.

/// The program that runs a script, with what stands before the script's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// At least one; the first is searched for in `PATH`.
    pub argv: Vec<String>,
    /// What is to be done so that its variables reach the next script; `None` where nothing is.
    pub shell: Option<Shell>,
}

/// A shell whose variables are carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Bash,
    /// Any shell that keeps to POSIX: dash, busybox, bash under the name of sh.
    Sh,
}

/// Why nothing can run a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoInterpreter {
    #[error("the first line `{line}` names no program; write it like `#!/usr/bin/env bash`")]
    NoName { line: String },
    #[error(
        "the script has Windows line ends, which {program} takes for part of its commands; save it with \
         Unix line ends"
    )]
    WindowsLineEnds { program: String },
}

impl Interpreter {
    /// What runs this script.
    ///
    /// Programs are named without their directory, so that a document works where they are elsewhere: in a
    /// sandbox, an image, another distribution.
    ///
    /// # Errors
    ///
    /// When its first line names nothing, or its lines end as its interpreter does not know them.
    pub fn of(script: &str, language: Option<&str>) -> Result<Self, NoInterpreter> {
        let argv = match (language, script.strip_prefix("#!")) {
            (Some(language), _) => vec![program_of(language).to_owned()],
            (None, Some(rest)) => first_line(rest.lines().next().unwrap_or_default())?,
            (None, None) => vec!["bash".to_owned()],
        };
        let found = Self { shell: shell(&argv), argv };
        if script.contains("\r\n") && found.minds_windows_line_ends() {
            return Err(NoInterpreter::WindowsLineEnds { program: found.argv[0].clone() });
        }
        Ok(found)
    }

    fn minds_windows_line_ends(&self) -> bool {
        matches!(self.argv[0].as_str(), "bash" | "sh" | "dash" | "ash" | "ksh" | "zsh" | "busybox")
    }
}

/// The program of a language, where they are named differently.
fn program_of(language: &str) -> &str {
    match language {
        "shell" => "bash",
        "python" | "py" => "python3",
        "javascript" | "js" => "node",
        "rb" => "ruby",
        other => other,
    }
}

/// The words behind `#!`. `/usr/bin/env` only searches, so what it would start takes its place.
fn first_line(line: &str) -> Result<Vec<String>, NoInterpreter> {
    let mut words = line.split_whitespace().map(str::to_owned);
    let nameless = || NoInterpreter::NoName { line: format!("#!{}", line.trim_end()) };
    let mut first = words.next().ok_or_else(nameless)?;
    if name(&first) == "env" {
        first = words.find(|it| it != "-S").ok_or_else(nameless)?;
        if first.contains('=') || first.starts_with('-') {
            return Ok(["env".to_owned(), first].into_iter().chain(words).collect());
        }
    }
    let first = name(&first);
    if first.is_empty() {
        return Err(nameless());
    }
    Ok([first.to_owned()].into_iter().chain(words).collect())
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn shell(argv: &[String]) -> Option<Shell> {
    // Bash with `-p` or `--posix` does not read the file that it is given by `BASH_ENV`.
    let options = &argv[1..];
    match argv[0].as_str() {
        "bash" if options.iter().any(|it| it == "--posix") => Some(Shell::Sh),
        "bash" if options.iter().any(|it| is_privileged(it)) => None,
        "bash" => Some(Shell::Bash),
        "sh" | "dash" | "ash" => Some(Shell::Sh),
        _ => None,
    }
}

/// Whether one of the letters of an option is `p`.
fn is_privileged(option: &str) -> bool {
    !option.starts_with("--") && option.strip_prefix('-').is_some_and(|it| it.contains('p'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(script: &str, language: Option<&str>) -> (String, Option<Shell>) {
        let found = Interpreter::of(script, language).unwrap();
        (found.argv.join(" "), found.shell)
    }

    #[test]
    fn a_script_runs_with_what_its_author_named() {
        let (bash, sh) = (Some(Shell::Bash), Some(Shell::Sh));
        for (script, language, argv, shell) in [
            ("echo", None, "bash", bash),
            ("#!/bin/bash -eu\necho", None, "bash -eu", bash),
            ("#!/usr/bin/env bash\n", None, "bash", bash),
            ("#! /usr/bin/env -S bash -x\n", None, "bash -x", bash),
            ("#!/bin/sh\n", None, "sh", sh),
            ("#!/bin/dash\n", None, "dash", sh),
            ("#!/bin/bash --posix\n", None, "bash --posix", sh),
            ("#!/bin/bash -ep\n", None, "bash -ep", None),
            ("#!/usr/bin/env python3 -u\n", None, "python3 -u", None),
            ("#!/usr/bin/env LANG=C bash\n", None, "env LANG=C bash", None),
            ("#!/opt/tools/bin/deno run\n", None, "deno run", None),
            ("#!/bin/bash\nprint(1)", Some("python"), "python3", None),
            ("echo", Some("sh"), "sh", sh),
            ("print(1)\r\n", Some("python"), "python3", None),
            ("", None, "bash", bash),
        ] {
            assert_eq!(
                words(script, language),
                (argv.to_owned(), shell),
                "{script:?} {language:?}"
            );
        }
    }

    #[test]
    fn a_script_that_nothing_can_run_says_why() {
        for (script, wanted) in [
            ("#!\necho", "names no program"),
            ("#!/usr/bin/env\n", "names no program"),
            ("#!/bin/\n", "names no program"),
            ("#!/bin/sh\r\necho\r\n", "Windows line ends"),
            ("echo\r\n", "Windows line ends"),
        ] {
            let error = Interpreter::of(script, None).unwrap_err().to_string();
            assert!(error.contains(wanted), "{script:?}: {error}");
        }
    }
}

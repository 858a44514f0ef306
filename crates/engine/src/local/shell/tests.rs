//! Scripts in real shells: each as it runs alone, and what it leaves.

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Output},
};

use super::*;
use crate::local::{Carried, Left};

/// A shell of this machine, by the first line that calls it.
const SHELLS: [&str; 4] = ["#!/bin/bash", "#!/bin/dash", "#!/bin/sh", "#!/bin/bash --posix"];

/// How a script ended, and what it left.
struct Ran {
    output: Output,
    left: Option<Left>,
    /// Where it ran.
    directory: tempfile::TempDir,
}

impl Ran {
    fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    fn code(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    /// The variables that a next script gets, beside `PATH`.
    fn variables(&self) -> BTreeMap<String, String> {
        let mut carried = Carried::default();
        carried.take_over(&Carried::default(), self.left.clone().unwrap());
        carried.env.remove("PATH");
        carried.env
    }
}

/// Runs a script below each of the first lines; `None` of a shell that is not here.
fn in_shells(body: &str) -> Vec<(&'static str, Ran)> {
    let ran = SHELLS.iter().filter_map(|shell| Some((*shell, run(shell, body)?)));
    ran.collect()
}

fn run(shell: &str, body: &str) -> Option<Ran> {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("it's kept");
    fs::create_dir(&at).unwrap();
    let source = format!("{shell}\n{body}");
    let script = directory.path().join("script");
    fs::write(&script, &source).unwrap();
    let interpreter = Interpreter::of(&source, None).unwrap();
    let prelude = Prelude::new(interpreter.shell.unwrap(), at.to_str().unwrap());
    fs::write(prelude.path(), prelude.text()).unwrap();
    let (argv, variable) = prelude.start(&interpreter, script.to_str().unwrap());
    #[expect(clippy::disallowed_methods, reason = "the shell under test")]
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]).env_clear().env("PATH", "/usr/bin:/bin").envs(variable);
    let output = match command.current_dir(directory.path()).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: {}: {error}", argv[0]);
            return None;
        }
    };
    let note = |name: &str| fs::read(at.join(name)).ok();
    let left = note("env").zip(note("cwd")).and_then(|(env, cwd)| Left::read(&env, &cwd));
    Some(Ran { output, left, directory })
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned())).collect()
}

#[test]
fn variables_and_directory_are_known_and_the_exit_code_is_the_scripts() {
    for (shell, ran) in in_shells("export A='x\ny' B=\nC=own\nunset PATH\ncd /usr\nexit 3\n") {
        assert_eq!(ran.code(), 3, "{shell}");
        assert_eq!(ran.variables(), variables(&[("A", "x\ny"), ("B", "")]), "{shell}");
        let mut carried = Carried::default();
        carried.take_over(&Carried::default(), ran.left.unwrap());
        assert_eq!(carried.cwd, "/usr", "{shell}");
    }
}

#[test]
fn a_trap_of_the_script_runs_once_and_sees_how_it_ended() {
    for (shell, ran) in in_shells("trap 'echo bye $?; export LATE=1' EXIT\nexport A=1\nexit 4\n") {
        assert_eq!((ran.code(), ran.stdout().as_str()), (4, "bye 4\n"), "{shell}");
        assert_eq!(ran.variables(), variables(&[("A", "1"), ("LATE", "1")]), "{shell}");
    }
    for (shell, ran) in in_shells("export A=1\ntrap 'exit 9' 0\nexit 4\n") {
        assert_eq!((ran.code(), ran.variables()), (9, variables(&[("A", "1")])), "{shell}");
    }
}

#[test]
fn traps_are_set_shown_and_taken_back_as_without_us() {
    let body = "( trap 'echo inner' EXIT; echo in )\ntrap 'echo outer' EXIT\ntrap -- 'echo term' TERM\n\
                trap >shown; grep -c -E 'outer|term' shown; grep -c runbook shown\ntrap - EXIT\ntrap TERM\n\
                trap '' INT\nkill -s INT $$\ntrap >shown; grep -c -E 'outer|term' shown\n";
    for (shell, ran) in in_shells(body) {
        assert_eq!(ran.stdout(), "in\ninner\n2\n0\n0\n", "{shell}");
    }
    for (shell, ran) in in_shells("trap 'echo done; exit 7' TERM\nkill -s TERM $$\nsleep 5\n") {
        assert_eq!((ran.code(), ran.stdout().as_str()), (7, "done\n"), "{shell}");
        assert!(ran.left.is_some(), "{shell}");
    }
}

#[test]
fn strict_options_and_functions_of_the_script_do_no_harm() {
    let body = "set -euC\nenv() { echo fake; }\npwd() { echo fake; }\nexport A=1\nPATH=/nowhere\n\
                trap 'echo cleanup' EXIT\nfalse\necho never\n";
    for (shell, ran) in in_shells(body) {
        assert_eq!((ran.code(), ran.stdout().as_str()), (1, "cleanup\n"), "{shell}");
        assert_eq!(ran.variables(), variables(&[("A", "1")]), "{shell}");
    }
}

#[test]
fn a_script_does_not_see_that_something_came_before_it() {
    let body = "echo \"$0|$#|$-\" | grep -q 'script|0|'\necho $?\nenv | grep -c -E 'BASH_ENV|runbook'\n\
                bash -c 'type trap; alias'\n";
    for (shell, ran) in in_shells(body) {
        assert_eq!(ran.stdout(), "0\n0\ntrap is a shell builtin\n", "{shell}");
    }
    let ran = run("#!/bin/bash", "echo $LINENO ${BASH_SOURCE[0]##*/}\nnosuch\n").unwrap();
    assert_eq!(ran.stdout(), "2 script\n");
    let said = String::from_utf8(ran.output.stderr).unwrap();
    assert!(said.contains("script: line 3: nosuch"), "{said}");
}

#[test]
fn a_script_that_becomes_another_program_leaves_nothing() {
    for (shell, ran) in in_shells("export A=1\nexec true\n") {
        assert_eq!((ran.code(), ran.left), (0, None), "{shell}");
    }
}

#[test]
fn lines_of_a_log_have_time_and_level() {
    let body = "set -eu\nlog_info one two\nlog_warn '%s'\nlog_error x\nlog_debug no\nDEBUG=true\nlog_debug y\n";
    for (shell, ran) in in_shells(body) {
        let text = ran.stdout();
        let lines: Vec<_> = text.lines().map(|it| it.split_once("Z] ").unwrap().1).collect();
        assert_eq!(lines, ["[INFO]  one two", "[WARN]  %s", "[ERROR] x", "[DEBUG] y"], "{shell}");
        assert!(text.starts_with("[20"), "{text}");
        assert!(ran.directory.path().exists());
    }
}

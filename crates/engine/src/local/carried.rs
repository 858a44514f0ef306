//! What scripts carry on to those after them: environment variables and the directory that they went to.
//!
//! A script that ends leaves what it changed, and nothing else: of two that ran at once, neither takes back
//! what the other did. Functions are not carried, nor anything that a shell would run by itself.

use std::collections::{BTreeMap, BTreeSet};

use model::variable::is_name;

/// Most bytes of variables that are carried: with more, no program could be started (Linux allows an argument
/// list of 2 MiB with the usual stack).
const MOST_BYTES: usize = 1 << 20;

/// Variables and directory of the next script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    pub env: BTreeMap<String, String>,
    /// Absolute.
    pub cwd: String,
}

/// What a script had when it ended, as its prelude noted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    env: BTreeMap<String, String>,
    cwd: String,
}

impl Left {
    /// Reads what a prelude noted: variables that end with a zero byte each, and a directory that ends with a
    /// line feed. `None` where that is no such thing.
    #[must_use]
    pub fn read(env: &[u8], cwd: &[u8]) -> Option<Self> {
        if env.len() > MOST_BYTES {
            return None;
        }
        let cwd = std::str::from_utf8(cwd.strip_suffix(b"\n")?).ok()?;
        let env = env.split(|it| *it == 0).filter_map(|it| {
            let (name, value) = std::str::from_utf8(it).ok()?.split_once('=')?;
            is_carried(name).then(|| (name.to_owned(), value.to_owned()))
        });
        cwd.starts_with('/').then(|| Self { env: env.collect(), cwd: cwd.to_owned() })
    }

    /// The same, but for these variables.
    #[must_use]
    pub fn without(mut self, names: &BTreeSet<&str>) -> Self {
        self.env.retain(|name, _| !names.contains(name.as_str()));
        self
    }
}

impl Carried {
    /// Variables to begin with, in this directory. Those that no script may leave are left out.
    #[must_use]
    pub fn new(env: impl IntoIterator<Item = (String, String)>, cwd: String) -> Self {
        let env = env.into_iter().filter(|(name, _)| is_carried(name));
        Self { env: env.collect(), cwd }
    }

    /// The same, but for these variables.
    #[must_use]
    pub fn without(mut self, names: &BTreeSet<&str>) -> Self {
        self.env.retain(|name, _| !names.contains(name.as_str()));
        self
    }

    /// Of an environment, only the variables of these names: what a document declares that it needs.
    #[must_use]
    pub fn declared(
        names: &[String],
        env: impl IntoIterator<Item = (String, String)>,
        cwd: String,
    ) -> Self {
        Self::new(env.into_iter().filter(|(name, _)| names.contains(name)), cwd)
    }

    /// Takes over what a script changed that began with `before`.
    pub fn take_over(&mut self, before: &Self, left: Left) {
        for name in before.env.keys().filter(|it| !left.env.contains_key(*it)) {
            self.env.remove(name);
        }
        for (name, value) in left.env {
            if before.env.get(&name) != Some(&value) {
                self.env.insert(name, value);
            }
        }
        if left.cwd != before.cwd {
            self.cwd = left.cwd;
        }
    }
}

/// Whether a variable is carried from script to script. What a shell keeps for itself is not, and what it would
/// run unasked is never: functions (their names are no names), `BASH_ENV`, `ENV`, `PS4`, `PROMPT_COMMAND`.
fn is_carried(name: &str) -> bool {
    let own = [
        "_",
        "SHLVL",
        "OLDPWD",
        "PWD",
        "PPID",
        "RANDOM",
        "SRANDOM",
        "SECONDS",
        "EPOCHSECONDS",
        "EPOCHREALTIME",
        "LINENO",
        "FUNCNAME",
        "UID",
        "EUID",
        "GROUPS",
        "DIRSTACK",
        "PIPESTATUS",
        "SHELLOPTS",
        "BASHOPTS",
        "BASHPID",
        "ENV",
        "PS4",
        "PROMPT_COMMAND",
        "RUNBOOK_OUTPUT",
        "GENERATED_FILES",
        "REPO_FILES",
    ];
    is_name(name) && !own.contains(&name) && name != "BASH" && !name.starts_with("BASH_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(env: &[(&str, &str)], cwd: &str) -> Carried {
        let env = env.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
        Carried::new(env, cwd.to_owned())
    }

    #[test]
    fn what_a_script_changed_reaches_the_next_and_nothing_else_does() {
        let before = carried(&[("KEPT", "1"), ("CHANGED", "1"), ("GONE", "1")], "/work");
        // Another script ended meanwhile.
        let mut now =
            carried(&[("KEPT", "2"), ("CHANGED", "1"), ("GONE", "1"), ("NEW", "n")], "/tmp");
        let left = Left::read(b"KEPT=1\0CHANGED=a\nb\0ADDED==\0SHLVL=2\0", b"/work\n").unwrap();
        now.take_over(&before, left);
        let wanted = [("KEPT", "2"), ("CHANGED", "a\nb"), ("NEW", "n"), ("ADDED", "=")];
        assert_eq!(now, carried(&wanted, "/tmp"));
    }

    #[test]
    fn a_document_gets_the_variables_that_it_declares_and_none_that_a_shell_would_run() {
        let names = ["REGION", "ABSENT", "BASH_ENV"].map(str::to_owned);
        let env = [("REGION", "eu"), ("TOKEN", "secret"), ("BASH_ENV", "/tmp/x")];
        let env = env.map(|(name, it)| (name.to_owned(), it.to_owned()));
        let begun = Carried::declared(&names, env, "/work".to_owned());
        assert_eq!(begun, carried(&[("REGION", "eu")], "/work"));
    }

    #[test]
    fn nothing_that_a_shell_would_run_is_carried() {
        let smuggled =
            b"BASH_FUNC_echo%%=() { touch /tmp/x; }\0BASH_ENV=/tmp/x\0ENV=/tmp/x\0PS4=$(x)\0\
                         SHELLOPTS=xtrace\0PROMPT_COMMAND=x\0A B=1\0\xff=1\0=1\0GOOD=() { x; }\0";
        let left = Left::read(smuggled, b"/\n").unwrap();
        assert_eq!(left.env.keys().collect::<Vec<_>>(), ["GOOD"]);
        assert_eq!(carried(&[("BASH_ENV", "x"), ("A", "1")], "/").env.len(), 1);
    }

    #[test]
    fn a_note_that_is_none_is_not_believed() {
        assert_eq!(Left::read(b"A=1\0", b"relative\n"), None);
        assert_eq!(Left::read(b"A=1\0", b"/cut of"), None);
        assert_eq!(Left::read(b"A=1\0", b"/\xff\n"), None);
        assert_eq!(Left::read(&vec![0; MOST_BYTES + 1], b"/\n"), None);
    }
}

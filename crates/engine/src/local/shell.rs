//! What a shell reads before a script, so that the script's variables and directory are known when it ends.
//!
//! It is neither part of the script nor in its environment: `$0`, line numbers, exit codes, traps of its own,
//! subshells and shell options are as without it. A script that replaces its shell (`exec`) or is killed leaves
//! nothing. In a script, `log_info`, `log_warn`, `log_error` and `log_debug` write lines with time and level.

use super::{Interpreter, Shell};

const KEEP: &str = include_str!("shell/keep.sh");
const BASH: &str = include_str!("shell/bash.sh");
const POSIX: &str = include_str!("shell/posix.sh");

/// What a shell is to read first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prelude {
    shell: Shell,
    /// A directory: the prelude is its file `prelude`; what the script leaves becomes its files `env` and `cwd`.
    at: String,
}

impl Prelude {
    /// The prelude of a shell, in an absolute directory that is there and belongs to this script alone.
    #[must_use]
    pub fn new(shell: Shell, at: impl Into<String>) -> Self {
        Self { shell, at: at.into() }
    }

    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/prelude", self.at)
    }

    #[must_use]
    pub fn text(&self) -> String {
        let rest = match self.shell {
            Shell::Bash => BASH,
            Shell::Sh => POSIX,
        };
        format!("__runbook_at={}\n{KEEP}\n{rest}", quoted(&self.at))
    }

    /// How to start a script after it: arguments, and a variable that the shell takes from its environment.
    #[must_use]
    pub fn start(
        &self,
        interpreter: &Interpreter,
        script: &str,
    ) -> (Vec<String>, Option<(&'static str, String)>) {
        let words = interpreter.argv.iter().cloned();
        match self.shell {
            Shell::Bash => {
                let argv = words.chain([script.to_owned()]).collect();
                (argv, Some(("BASH_ENV", self.path())))
            }
            Shell::Sh => {
                let both = format!(". {}; . \"$0\"", quoted(&self.path()));
                let argv = words.chain(["-c".to_owned(), both, script.to_owned()]).collect();
                (argv, None)
            }
        }
    }
}

/// A word that every shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;

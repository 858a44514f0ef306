//! Interpreters that boot ahead of the program they will run.
//!
//! A [`StandbyPlan`] says how one is started so that it waits with everything done but the program, and
//! which programs it can become. A [`Standby`] is one that waits in a sandbox; it is used once. Its stub
//! lets the interpreter go on by itself, so that a program finds nothing of it:
//!
//! - *python* runs its stub as `sitecustomize`. An audit hook waits just before the main program is
//!   opened, and renames that program in place; what follows is the interpreter's own start. After a
//!   plain end the last exit handler leaves without tearing down the interpreter, unless something could
//!   be seen of that.
//! - *node* loads its stub by `--require`, which binds the entry point to another path.
//! - *bash* reads its stub as `BASH_ENV`, then opens the script it was given in the beginning. So its
//!   standby can become one program only.
//!
//! Nothing is written into the workspace: a stub is an argument, or a file without a name.
//!
//! Before it says that it waits, the stub of python or node goes the program's way once, without an
//! effect, so that nothing on it is done for the first time when somebody waits. After a plain end with
//! code 0 it tells the guest so instead of freeing its memory; see [`guest::END`].
//!
//! # What a program can see of it
//!
//! - In `/proc/self/cmdline` and `/proc/self/environ`: the stub, and the variable that brought it.
//! - In python and node: who sends [`guest::END`] to its parent has ended with code 0.
//! - In python: `gc.get_count()` and `gc.get_objects()` do not show what was there before the program,
//!   `atexit._ncallbacks()` is 1, finalizers of objects in several cycles may
//!   run in another order at the end, and a program that deletes `__file__` and `__cached__` from its globals and then raises `SystemExit`
//!   ends with code 0. A directory or an archive is no source.
//! - In node: `process.argv0` begins with two slashes, one listener waits for `exit`, both outputs are
//!   active resources before they are used, descriptors of opened files are numbered otherwise, and
//!   setting `process.title` does not change the process.
//! - In bash: `BASH_ARGC` and `PIPESTATUS` have an element from the beginning, as after every
//!   `BASH_ENV`, and `set` lists `SECONDS` before it is used.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, LazyLock},
};

use guest::{HostFrame, Payload, Prepare, StandbyId};
use launcher::Interpreter;
use tokio::sync::watch;

use crate::{link::Shared, process::Program};

mod archive;

const PYTHON: &str = include_str!("standby/python.py");
const NODE: &str = include_str!("standby/node.js");
const BASH: &str = include_str!("standby/bash.sh");

/// What python imports its stub from. To sum it up takes longer than to send it.
static PYTHON_ALONE: LazyLock<Vec<u8>> =
    LazyLock::new(|| archive::of_one_file("sitecustomize.py", PYTHON.as_bytes()));
static PYTHON_OF_ZYGOTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text = [launcher::CLONE, PYTHON].join("\n");
    archive::of_one_file("sitecustomize.py", text.as_bytes())
});

/// Where a stub finds its attachment; see the guest.
const ATTACHMENT: &str = "/proc/self/fd/4";

/// Longest path that a python standby can take: the one it is started with is renamed in place.
const LONGEST_PATH: usize = 250;

/// How to start an interpreter ahead of its program, and which programs it can then become.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StandbyPlan {
    interpreter: Language,
    /// The program's command without the source and what follows it.
    command: Vec<String>,
    source: String,
    environment: Vec<(String, String)>,
    cwd: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Language {
    Python,
    Node,
    Bash,
}

impl StandbyPlan {
    /// A plan for programs like this one, which an interpreter runs without options; `None` for those
    /// that nothing can be prepared for.
    pub(crate) fn new(runtime: &str, program: &Program) -> Option<Self> {
        let interpreter = match runtime {
            "python" => Language::Python,
            "node" => Language::Node,
            "bash" => Language::Bash,
            _ => return None,
        };
        let (source, command) = program.argv.split_last()?;
        Some(Self {
            interpreter,
            command: command.to_vec(),
            source: source.clone(),
            environment: program.env.clone(),
            cwd: program.cwd.clone(),
        })
    }

    /// Whether a standby of this plan can become the program, so that nobody can tell.
    #[must_use]
    pub fn fits(&self, program: &Program) -> bool {
        let Some(rest) = program.argv.strip_prefix(self.command.as_slice()) else { return false };
        let Some((source, arguments)) = rest.split_first() else { return false };
        let source_fits = match self.interpreter {
            Language::Python => source.is_ascii() && source.len() <= LONGEST_PATH,
            Language::Node => true,
            Language::Bash => *source == self.source && arguments.is_empty(),
        };
        let is_path = !source.is_empty() && !source.starts_with('-');
        program.terminal.is_none() && is_path && source_fits && self.fits_surroundings(program)
    }

    fn fits_surroundings(&self, program: &Program) -> bool {
        let read_early: fn(&str) -> bool = match self.interpreter {
            Language::Python => |it| {
                let early = ["PYTHON", "LC_", "LD_", "MALLOC_", "OPENSSL_"];
                early.iter().any(|early| it.starts_with(early))
                    || matches!(it, "LANG" | "LANGUAGE" | "HOME" | "TZ" | "GLIBC_TUNABLES")
            },
            Language::Node => |it| {
                let early = ["NODE_", "LC_", "LD_", "MALLOC_", "OPENSSL_", "SSL_", "UV_"];
                early.iter().any(|early| it.starts_with(early))
                    || matches!(
                        it,
                        "LANG" | "LANGUAGE" | "HOME" | "TZ" | "GLIBC_TUNABLES" | "ICU_DATA"
                    )
            },
            Language::Bash => {
                return program.env == self.environment
                    && program.cwd == self.cwd
                    && !self.environment.iter().any(|(name, _)| name == "BASH_ENV");
            }
        };
        let early = |all: &[(String, String)]| -> Vec<(String, String)> {
            let mut early: Vec<_> = all.iter().filter(|it| read_early(&it.0)).cloned().collect();
            early.sort();
            early
        };
        early(&program.env) == early(&self.environment)
    }

    pub(crate) fn prepare(&self, standby: StandbyId, rlimits: guest::Rlimits) -> Prepare {
        let executable = self.command.first().cloned().unwrap_or_default();
        let mut env = self.environment.clone();
        let options = self.command.iter().skip(1).cloned();
        let (argv, attachment): (Vec<String>, Cow<'_, [u8]>) = match self.interpreter {
            Language::Python => {
                put_first(&mut env, "PYTHONPATH", ATTACHMENT);
                // Of the right directory, and longer than any name it may get.
                let name = format!("/{}", "-".repeat(LONGEST_PATH));
                let argv = [executable.clone()].into_iter().chain(options).chain([name]);
                (argv.collect(), PYTHON_ALONE.as_slice().into())
            }
            Language::Node => {
                // The command line is what gets loaded; the stub says how.
                let stub = format!("\n{}", NODE.trim_end());
                let load = ["--require", "/proc/self/cmdline", "/standby"].map(str::to_owned);
                let argv = [format!("/{executable}")].into_iter().chain(load).chain([stub]);
                (argv.collect(), [].as_slice().into())
            }
            Language::Bash => {
                env.push(("BASH_ENV".to_owned(), ATTACHMENT.to_owned()));
                let source = self.source.clone();
                let argv = [executable.clone()].into_iter().chain(options).chain([source]);
                (argv.collect(), BASH.as_bytes().into())
            }
        };
        let attachment = Payload(attachment.into_owned());
        Prepare {
            standby,
            executable,
            argv,
            env,
            cwd: self.cwd.clone(),
            rlimits,
            attachment,
            is_kept: false,
        }
    }
}

impl StandbyPlan {
    /// What a zygote boots so that its clones are standbys of this plan; `None` for what no zygote runs.
    pub(crate) fn interpreter(&self) -> Option<Interpreter> {
        if self.interpreter != Language::Python {
            return None;
        }
        let Prepare { executable, argv, env, .. } = self.prepare(INBORN, guest::Rlimits::default());
        let attachment = Payload(PYTHON_OF_ZYGOTES.clone());
        Some(Interpreter { executable, argv, env, attachment })
    }
}

/// The number of the standby that a guest may be born with.
pub(crate) const INBORN: StandbyId = StandbyId(0);

/// Puts a directory before those of a variable.
fn put_first(env: &mut Vec<(String, String)>, variable: &str, directory: &str) {
    match env.iter_mut().find(|(name, _)| name == variable) {
        Some((_, value)) => *value = format!("{directory}:{value}"),
        None => env.push((variable.to_owned(), directory.to_owned())),
    }
}

/// What is known of a standby.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Booting,
    Ready,
    Failed(String),
}

/// A booted interpreter that waits for its program. Dropping it ends it.
pub struct Standby {
    id: StandbyId,
    plan: Arc<StandbyPlan>,
    shared: Arc<Shared>,
    state: watch::Receiver<State>,
}

impl Standby {
    pub(crate) fn new(
        id: StandbyId,
        plan: Arc<StandbyPlan>,
        shared: Arc<Shared>,
        state: watch::Receiver<State>,
    ) -> Self {
        Self { id, plan, shared, state }
    }

    #[must_use]
    pub fn plan(&self) -> &StandbyPlan {
        &self.plan
    }

    /// Resolves when it has ended without a program, which is not expected to happen.
    pub async fn failed(&self) {
        let mut state = self.state.clone();
        // The sender goes with the link, and everything in the sandbox with it.
        state.wait_for(|it| matches!(it, State::Failed(_))).await.ok();
    }

    pub(crate) fn has_failed(&self) -> bool {
        matches!(&*self.state.borrow(), State::Failed(_))
    }

    /// Like [`failed`](Self::failed), without keeping it alive.
    pub(crate) fn watched(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut state = self.state.clone();
        async move {
            // The sender goes when it is used, too.
            state.wait_for(|it| matches!(it, State::Failed(_))).await.ok();
        }
    }

    /// Waits until it is booted, or says why it never will be; `None` if the sandbox is gone.
    pub(crate) async fn booted(&mut self) -> Option<Result<(), String>> {
        match &*self.state.wait_for(|it| *it != State::Booting).await.ok()? {
            State::Failed(reason) => Some(Err(reason.clone())),
            State::Ready | State::Booting => Some(Ok(())),
        }
    }

    /// The number to name in the start of a program, if the standby can become it.
    pub(crate) fn spend(self, shared: &Arc<Shared>, program: &Program) -> Option<StandbyId> {
        if !Arc::ptr_eq(&self.shared, shared) || !self.plan.fits(program) {
            return None;
        }
        // Forgotten without being discarded.
        self.shared.forget_standby(self.id).map(|_| self.id)
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        if self.shared.forget_standby(self.id).is_some() {
            self.shared.outbox.push(&HostFrame::Discard { standby: self.id });
        }
    }
}

impl fmt::Debug for Standby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = &*self.state.borrow();
        f.debug_struct("Standby")
            .field("id", &self.id.0)
            .field("state", state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

//! Interpreters that keep their state from one program to the next.
//!
//! A kernel is a standby that is kept: a driver of ours boots within the interpreter, runs each program it
//! is given in one namespace, and waits for the next. To the sandbox each of them is a program like any
//! other, with an output, limits, an environment and an end of its own; the time limit ends the kernel with it.
//! What a program's environment has beyond that of its kernel is taken back at its end. What a
//! kernel says beside a program's output is [`ProcessEvent::Said`](crate::ProcessEvent::Said): one JSON
//! object each, as hostile as all that comes out of a sandbox.
//!
//! | `say` | what it is |
//! | --- | --- |
//! | `{"display": BUNDLE, "id"?: ID}` | something to show, by media type; the one with the same id replaces it |
//! | `{"completions": [TEXT], "from": AT, "to": AT}` | the answer to [`Kernel::completion`] |
//!
//! An installed Jupyter kernel is driven by a program of ours that runs beside it in the sandbox (the crate
//! `jupyter`), which makes it one of these.
//!
//! Bash has no kernel: each of its programs is a process of its own that finds the variables, functions,
//! aliases, options and directory of the one before, and whose background processes linger; see
//! [`finds_state`].

use std::{fmt, sync::Arc};

use guest::{HostFrame, Payload, Prepare, StandbyId};
use tokio::sync::watch;

use crate::{
    backend::embedded,
    link::Shared,
    path::SandboxPath,
    process::{Program, SourceFile},
    runtime::Installed,
    standby::State,
};

const PYTHON: &str = include_str!("kernel/python.py");
const NODE: &str = include_str!("kernel/node.cjs");
const BASH: &str = include_str!("kernel/bash.sh");

/// Where a driver finds its own text; see the guest.
const ATTACHMENT: &str = "/proc/self/fd/4";

/// What is ours in the workspace.
const OURS: &str = ".runbook/";

/// Where the program that drives a Jupyter kernel lies, below the workspace.
const JUPYTER_DRIVER: &str = ".runbook/jupyter";

// The driver finds the control where each program has its input.
const START_JUPYTER: &str = r#"exec "$0" "$1" 0<&3 3<&- 4<&-"#;

/// Where kernels of bash keep their state, below the workspace.
const BASH_STATE: &str = ".runbook/bash";

/// How a kernel of some language is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelPlan {
    argv: Vec<String>,
    env: Vec<(String, String)>,
    cwd: String,
    driver: &'static str,
    /// A program that it needs in the workspace.
    file: Option<(SandboxPath, &'static [u8])>,
}

impl KernelPlan {
    /// A plan for programs of a runtime in a workspace; `None` for a language that has no kernel.
    #[must_use]
    pub fn new(installed: &Installed, workspace: &str) -> Option<Self> {
        let words = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let (options, driver) = match installed.runtime.name {
            "python" => (words(&["-u", ATTACHMENT]), PYTHON),
            // A file without a name has no directory, which node looks for. The names of a function are
            // not those of programs.
            "node" => (vec!["-e".to_owned(), format!("(() => {{{NODE}}})()")], ""),
            _ => return None,
        };
        let interpreter = installed.path().to_string_lossy().into_owned();
        let argv = [vec![interpreter], options].concat();
        let env = installed.environment(workspace);
        Some(Self { argv, env, cwd: workspace.to_owned(), driver, file: None })
    }

    /// A plan for programs of the installed Jupyter kernel of a name. A driver of ours goes into the workspace
    /// and speaks with it there.
    #[must_use]
    pub fn jupyter(name: &str, installed: &Installed, workspace: &str) -> Self {
        let driver = format!("{workspace}/{JUPYTER_DRIVER}");
        let argv = ["/bin/sh", "-c", START_JUPYTER, &driver, name].map(str::to_owned).to_vec();
        let path = JUPYTER_DRIVER.try_into().expect("our own file names are safe");
        let file = Some((path, embedded::JUPYTER));
        let env = installed.environment(workspace);
        Self { argv, env, cwd: workspace.to_owned(), driver: "", file }
    }

    pub(crate) fn file(&self) -> Option<&(SandboxPath, &'static [u8])> {
        self.file.as_ref()
    }

    pub(crate) fn prepare(&self, standby: StandbyId, rlimits: guest::Rlimits) -> Prepare {
        Prepare {
            standby,
            executable: self.argv.first().cloned().unwrap_or_default(),
            argv: self.argv.clone(),
            env: self.env.clone(),
            cwd: self.cwd.clone(),
            rlimits,
            attachment: Payload::from(self.driver.as_bytes()),
            is_kept: true,
        }
    }
}

/// A booted interpreter that runs one program after another. Dropping it ends it, and a program that it
/// is running.
pub struct Kernel {
    id: StandbyId,
    shared: Arc<Shared>,
    state: watch::Receiver<State>,
}

impl Kernel {
    pub(crate) fn new(id: StandbyId, shared: Arc<Shared>, state: watch::Receiver<State>) -> Self {
        Self { id, shared, state }
    }

    /// Whether it has ended, and with it what it knew.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // The sender goes with the link.
        self.state.has_changed().is_err() || matches!(&*self.state.borrow(), State::Failed(_))
    }

    /// Waits until it is booted, or says why it never will be; `None` if the sandbox is gone.
    pub(crate) async fn booted(&mut self) -> Option<Result<(), String>> {
        match &*self.state.wait_for(|it| *it != State::Booting).await.ok()? {
            State::Failed(reason) => Some(Err(reason.clone())),
            State::Ready | State::Booting => Some(Ok(())),
        }
    }

    /// The number to name in the start of a program, if it belongs to the same sandbox.
    pub(crate) fn serves(&self, shared: &Arc<Shared>) -> Option<StandbyId> {
        Arc::ptr_eq(&self.shared, shared).then_some(self.id)
    }

    /// A program that asks how a text might go on at `at`, a count of characters.
    #[must_use]
    pub fn completion(program: &Program, text: &str, at: usize) -> Program {
        let argv = ["complete".to_owned(), at.to_string(), text.to_owned()];
        Program { argv: argv.to_vec(), source: None, ..program.clone() }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        if self.shared.forget_standby(self.id).is_some() {
            self.shared.outbox.push(&HostFrame::Discard { standby: self.id });
        }
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = &*self.state.borrow();
        f.debug_struct("Kernel")
            .field("id", &self.id.0)
            .field("state", state)
            .finish_non_exhaustive()
    }
}

/// Whether a path of the workspace is that of a state. What programs had in their environment is in it, secrets
/// too: it is for the programs of its sandbox, and for nobody who collects files from there.
#[must_use]
pub fn is_state(path: &str) -> bool {
    path.starts_with(OURS)
}

/// The files that programs of bash need in the workspace to find the state of those before. Written again,
/// they make the next one the first. The name is of letters, digits, `-` and `_`, or empty.
#[must_use]
pub fn bash_files(name: &str) -> [SourceFile; 2] {
    [("driver.sh", BASH), ("last", "")].map(|(file, text)| {
        let path = format!("{BASH_STATE}-{name}/{file}");
        let path = path.as_str().try_into().expect("our own file names are safe");
        SourceFile { path, bytes: text.as_bytes().to_vec(), mode: 0o644 }
    })
}

/// What a program of bash leaves for those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping<'a> {
    Nothing,
    /// All variables but the given ones, and but those in which the value of a secret one stands.
    AllBut {
        given: &'a [String],
        secret: &'a [String],
    },
}

/// Lets a program of bash find the state that others of this name left in the workspace, and perhaps leave its
/// own. Processes that one leaves running go on.
#[must_use]
pub fn finds_state(mut program: Program, name: &str, keeping: Keeping<'_>) -> Program {
    let driver = format!("{}/{BASH_STATE}-{name}/driver.sh", program.cwd);
    program.env.push(("BASH_ENV".to_owned(), driver));
    match keeping {
        Keeping::Nothing => program.env.push(("RUNBOOK_BESIDE".to_owned(), "1".to_owned())),
        Keeping::AllBut { given, secret } => {
            for (variable, names) in [("RUNBOOK_GIVEN", given), ("RUNBOOK_SECRET", secret)] {
                if !names.is_empty() {
                    program.env.push((variable.to_owned(), names.join(" ")));
                }
            }
            program.lingers = true;
        }
    }
    program
}

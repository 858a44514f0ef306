//! Terminals into a sandbox: shells that a person types into.
//!
//! ```text
//!  open ──▶ running ── its shell ends │ closed │ nobody reads it for ten minutes │ the sandbox ends ──▶ over
//!             ▲ │
//!        read │ │ reader gone
//! ```
//!
//! A terminal belongs to its session, of a runbook or of an agent, and not to whoever reads it, so that a page that
//! is loaded anew finds it as it was. What is typed and shown is stored nowhere.

mod screen;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use model::time::Timestamp;
use sandbox::{
    ExitStatus, Process, ProcessEvent, ProcessHandle, Program, Sandbox, SandboxError, Stdin,
    TerminalSize, runtime::Runtimes,
};
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::screen::Screen;
pub use self::screen::{Sight, Viewer};
use crate::{desk::ReachError, execution::sleep_until, session::Pulse};

/// Terminals of one session at a time.
const MOST: usize = 8;

/// How long a terminal waits for somebody to come back.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// How long a program waits for a reader that takes nothing.
const STANDSTILL: Duration = Duration::from_secs(10);

/// Where a shell finds programs if bash is none of the languages there.
const PLAIN_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How a terminal ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEnd {
    Exited(i32),
    Killed(i32),
    /// It was closed, or nobody came back to it.
    Closed,
    /// Its sandbox is gone.
    Gone,
}

/// Why there is no terminal.
#[derive(Debug, thiserror::Error)]
pub enum OpenTerminalError {
    #[error("{MOST} terminals are open in this session; close one of them")]
    TooMany,
    #[error(transparent)]
    Reach(#[from] ReachError),
    #[error("the shell could not be started: {0}")]
    Start(#[from] SandboxError),
}

/// The terminals of a session.
#[derive(Debug, Default)]
pub(crate) struct Terminals(Mutex<Listed>);

#[derive(Debug, Default)]
struct Listed {
    last: u32,
    open: BTreeMap<u32, Arc<Terminal>>,
}

/// A shell that somebody types into.
#[derive(Debug)]
pub struct Terminal {
    /// Its number among those of its session.
    pub id: u32,
    pub opened_at: Timestamp,
    program: ProcessHandle,
    screen: Arc<Screen>,
    closing: CancellationToken,
    pulse: Pulse,
}

impl Terminals {
    /// Starts a shell in a terminal of this size.
    pub(crate) async fn open(
        self: &Arc<Self>,
        (sandbox, runtimes): (&Sandbox, &Runtimes),
        (directory, size): (&str, TerminalSize),
        (pulse, now): (Pulse, Timestamp),
        tasks: &TaskTracker,
    ) -> Result<Arc<Terminal>, OpenTerminalError> {
        if self.listed().open.len() >= MOST {
            return Err(OpenTerminalError::TooMany);
        }
        let process = start(sandbox, runtimes, (directory, size)).await?;
        let mut listed = self.listed();
        // Others may have opened some meanwhile; this one then ends with its process.
        if listed.open.len() >= MOST {
            return Err(OpenTerminalError::TooMany);
        }
        listed.last += 1;
        let terminal = Arc::new(Terminal {
            id: listed.last,
            opened_at: now,
            program: process.handle(),
            screen: Arc::new(Screen::new()),
            closing: CancellationToken::new(),
            pulse,
        });
        listed.open.insert(terminal.id, Arc::clone(&terminal));
        drop(listed);
        let (shown, terminals) = (Arc::clone(&terminal), Arc::clone(self));
        tasks.spawn(async move {
            let end = shown.show(process).await;
            terminals.listed().open.remove(&shown.id);
            shown.screen.end(end);
        });
        Ok(terminal)
    }

    pub(crate) fn get(&self, id: u32) -> Option<Arc<Terminal>> {
        self.listed().open.get(&id).cloned()
    }

    /// Those that are open, by number.
    pub(crate) fn all(&self) -> Vec<Arc<Terminal>> {
        self.listed().open.values().cloned().collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.listed().open.len()
    }

    fn listed(&self) -> MutexGuard<'_, Listed> {
        // Nothing that holds the lock can leave the list half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Terminal {
    /// Begins to read it: what it has shown of late, and then what it shows.
    #[must_use]
    pub fn read(&self) -> Viewer {
        self.screen.read()
    }

    /// Whether somebody reads it.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.screen.is_read()
    }

    /// Types; waits while the shell reads nothing. Dropping the future may leave the bytes partly typed.
    ///
    /// # Errors
    ///
    /// The shell has ended.
    pub async fn type_in(&self, bytes: Bytes) -> Result<(), SandboxError> {
        self.pulse.note();
        self.program.write_stdin(bytes).await
    }

    /// Tells the shell how much is seen of it.
    pub async fn resize(&self, size: TerminalSize) {
        // One that has ended is not seen any more.
        drop(self.program.resize(size).await);
    }

    /// Ends the shell, and all that it started.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Shows what the program says until it is over. Dropping the process kills it.
    async fn show(&self, mut process: Process) -> TerminalEnd {
        let screen = &self.screen;
        let mut changes = screen.changes();
        loop {
            changes.mark_unchanged();
            let has_room = screen.has_room();
            let abandoned_at = screen.left_at().map(|it| it + PATIENCE);
            let stands_still_at = (!has_room).then(|| Instant::now() + STANDSTILL);
            tokio::select! {
                event = process.next(), if has_room => match event {
                    Some(ProcessEvent::Stdout(bytes) | ProcessEvent::Stderr(bytes)) => screen.push(&bytes),
                    Some(ProcessEvent::Said(..) | ProcessEvent::Truncated) => {}
                    Some(ProcessEvent::Exit(exit)) => return match exit.status {
                        ExitStatus::Code(code) => TerminalEnd::Exited(code),
                        ExitStatus::Signal(signal) => TerminalEnd::Killed(signal),
                    },
                    Some(ProcessEvent::Lost) | None => return TerminalEnd::Gone,
                },
                () = screen.room(), if !has_room => {}
                () = sleep_until(stands_still_at) => screen.let_slowest_go(),
                // Readers come and go, and with them what to wait for.
                _ = changes.changed(), if has_room => {}
                () = sleep_until(abandoned_at) => return TerminalEnd::Closed,
                () = self.closing.cancelled() => return TerminalEnd::Closed,
            }
        }
    }
}

async fn start(
    sandbox: &Sandbox,
    runtimes: &Runtimes,
    (directory, size): (&str, TerminalSize),
) -> Result<Process, SandboxError> {
    let bash = runtimes.get_or_transpiled("bash").and_then(Result::ok);
    let workspace = sandbox.workspace();
    let (shell, mut env) = match bash {
        Some(bash) => ("bash", bash.environment(workspace)),
        None => (
            "sh",
            [("PATH", PLAIN_PATH), ("HOME", workspace), ("LANG", "C.UTF-8")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        ),
    };
    let own = [
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        // What is typed is kept nowhere.
        ("HISTFILE", ""),
        // Without it, bash shows its version.
        ("PS1", r"\[\e[1;34m\]\w\[\e[0m\]\$ "),
    ];
    env.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let program = Program {
        env,
        cwd: directory.to_owned(),
        stdin: Stdin::Pipe,
        terminal: Some(size),
        output_limit: u64::MAX,
        ..Program::new([shell])
    };
    sandbox.run(program).await
}

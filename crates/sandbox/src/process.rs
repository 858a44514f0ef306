//! A program in a sandbox: what to start, what it says, how it ended.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use guest::{ExitStatus, HostFrame, MAX_CHUNK, OnExcess, Payload, ProgramId, Stdin, TerminalSize};

use crate::{
    link::{Inbox, SandboxError, Shared},
    path::SandboxPath,
};

/// A file of the workspace that a program needs to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    pub path: SandboxPath,
    pub bytes: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
}

/// A program to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Written before it starts, as by [`Sandbox::write_file`](crate::Sandbox::write_file), and on the
    /// same way into the sandbox where it is not long.
    pub source: Option<SourceFile>,
    /// The first is searched for in the `PATH` of `env` unless it contains a slash.
    pub argv: Vec<String>,
    /// The whole environment: nothing is inherited.
    pub env: Vec<(String, String)>,
    /// Absolute; `/tmp` is the workspace.
    pub cwd: String,
    pub stdin: Stdin,
    /// With a terminal, standard input is the terminal, and all output arrives as `Stdout`.
    pub terminal: Option<TerminalSize>,
    /// Wall-clock time until its process tree is killed.
    /// What the sandbox is paused for does not count.
    pub timeout: Option<Duration>,
    /// User and system time of its process tree together until the tree is killed; noticed within some
    /// 20 ms while it is busy.
    pub cpu_time: Option<Duration>,
    /// Bytes of stdout and stderr together that are kept.
    pub output_limit: u64,
    pub on_excess: OnExcess,
    /// What it started goes on after it has ended by itself, until [`ProcessHandle::kill`] or the end of
    /// the sandbox.
    pub lingers: bool,
}

impl Program {
    /// A program without input, environment or time limit, in the workspace, of whose output 8 MiB are
    /// kept.
    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            source: None,
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            cwd: "/tmp".to_owned(),
            stdin: Stdin::Null,
            terminal: None,
            timeout: None,
            cpu_time: None,
            output_limit: 8 << 20,
            on_excess: OnExcess::Drop,
            lingers: false,
        }
    }
}

/// A started program. Dropping it kills its process tree.
pub struct Process {
    handle: ProcessHandle,
    ended: bool,
}

/// What a started program says. `Exit` or `Lost` is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessEvent {
    Stdout(Bytes),
    Stderr(Bytes),
    /// Part of a message of a program that a kernel runs, and whether it is the last part.
    Said(Bytes, bool),
    /// The output limit is reached; no output follows.
    Truncated,
    /// Its whole process tree is dead.
    Exit(Exit),
    /// The sandbox vanished before it could report; the program may or may not have finished.
    Lost,
}

/// How a program ended, and what it used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub status: ExitStatus,
    /// It was killed for its limit of wall-clock time.
    pub timed_out: bool,
    /// It was killed for its limit of CPU time.
    pub cpu_exceeded: bool,
    /// The kernel killed a process of the sandbox for its memory limit while the program ran, and the
    /// program did not succeed.
    pub out_of_memory: bool,
    /// User and system time of the processes somebody waited for.
    pub cpu: Duration,
    /// Without the time the sandbox was paused.
    pub wall: Duration,
    /// Largest resident set of any one process.
    pub peak_memory_bytes: u64,
}

impl Process {
    pub(crate) fn new(id: ProgramId, inbox: Arc<Inbox>, shared: Arc<Shared>) -> Self {
        Self { handle: ProcessHandle { id, inbox, shared }, ended: false }
    }

    /// The next event, or `None` after `Exit` or `Lost`. Reading lets the program write more: one that
    /// is not read stops after 1 MiB. Safe to use in `select!`.
    pub async fn next(&mut self) -> Option<ProcessEvent> {
        let taken = self.handle.inbox.take().await?;
        if matches!(taken.event, ProcessEvent::Exit(_) | ProcessEvent::Lost) {
            self.ended = true;
        }
        if let Some(bytes) = taken.grant {
            let program = self.handle.id;
            self.handle.shared.outbox.push(&HostFrame::Grant { program, bytes });
        }
        Some(taken.event)
    }

    #[must_use]
    pub fn handle(&self) -> ProcessHandle {
        self.handle.clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ProcessHandle { id, shared, .. } = &self.handle;
        if shared.forget(*id).is_some() {
            shared.outbox.push(&HostFrame::Kill { program: *id });
        }
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("program", &self.handle.id.0)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// Acts on a started program, and does not keep it alive. Acting on one that has ended does nothing.
#[derive(Clone)]
pub struct ProcessHandle {
    id: ProgramId,
    inbox: Arc<Inbox>,
    shared: Arc<Shared>,
}

impl ProcessHandle {
    /// Passes bytes to standard input, waiting while the program does not read. Dropping the future may
    /// leave the bytes partly written.
    ///
    /// # Errors
    ///
    /// The program has ended, has closed its input, or never had one.
    pub async fn write_stdin(&self, bytes: Bytes) -> Result<(), SandboxError> {
        for chunk in bytes.chunks(MAX_CHUNK) {
            let size = u32::try_from(chunk.len()).expect("a chunk fits into u32");
            self.inbox.room_for_input(size).await.ok_or(SandboxError::StdinClosed)?;
            let bytes = Payload::from(chunk);
            self.send(&HostFrame::Stdin { program: self.id, bytes }).await?;
        }
        Ok(())
    }

    /// Ends standard input; on a terminal, types Ctrl-D.
    ///
    /// # Errors
    ///
    /// The sandbox is gone.
    pub async fn close_stdin(&self) -> Result<(), SandboxError> {
        self.inbox.input_closed();
        self.send(&HostFrame::StdinEof { program: self.id }).await
    }

    /// Sends a signal to each process of the program.
    ///
    /// # Errors
    ///
    /// The sandbox is gone.
    pub async fn signal(&self, signal: i32) -> Result<(), SandboxError> {
        self.send(&HostFrame::Signal { program: self.id, signal }).await
    }

    /// Kills the program's process tree, and what lingers of it; `Exit` follows if it has not ended.
    ///
    /// # Errors
    ///
    /// The sandbox is gone.
    pub async fn kill(&self) -> Result<(), SandboxError> {
        self.send(&HostFrame::Kill { program: self.id }).await
    }

    /// Changes the size of the program's terminal, if it has one.
    ///
    /// # Errors
    ///
    /// The sandbox is gone.
    pub async fn resize(&self, size: TerminalSize) -> Result<(), SandboxError> {
        self.send(&HostFrame::Resize { program: self.id, size }).await
    }

    async fn send(&self, frame: &HostFrame) -> Result<(), SandboxError> {
        self.shared.send(frame).await.map_err(|_| SandboxError::Gone)
    }
}

impl fmt::Debug for ProcessHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessHandle").field("program", &self.id.0).finish_non_exhaustive()
    }
}

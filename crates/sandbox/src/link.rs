//! The host's end of a link to a guest: one reader and one writer task that many programs share.
//!
//! Whatever arrives may come from a hostile sandbox: the first frame that breaks a rule ends the link.
//!
//! ```text
//!  run, write_file, … ──▶ outbox ──▶ writer task ──▶ guest
//!  Process::next ◀── inbox of the program ◀── reader task ◀── guest
//!        └── grants, as it is read ──▶ outbox
//! ```

mod handshake;
mod inbox;
mod network;
mod outbox;
mod reader;
mod requests;
mod stream;
mod trees;

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use guest::{
    FileEntry, HostFrame, MAX_CHUNK, Payload, ProgramId, RequestId, Rlimits, StandbyId, Start,
    Stdin,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

pub use handshake::LinkError;
pub(crate) use inbox::Inbox;
use network::Streams;
pub(crate) use network::{Accepted, Datagram, Incoming};
pub use network::{ConnectError, GuestStream};
use requests::Requests;
pub use stream::FileStream;

use crate::{
    kernel::{Kernel, KernelPlan},
    path::SandboxPath,
    process::{Process, Program, SourceFile},
    standby::{INBORN, Standby, StandbyPlan, State},
};
use outbox::Outbox;

/// Bytes of output a program may send ahead of its reader. Sixteen pipes' worth: a reader that is away
/// for some milliseconds does not slow the program down.
const WINDOW: u32 = 1 << 20;

/// What `ulimit -n` says on most systems; programs that select(2) cannot use more.
const OPEN_FILES: u64 = 1024;

/// A request to a sandbox failed.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the sandbox is gone")]
    Gone,
    #[error("{program:?} cannot be started: {step:?} failed: {source}")]
    NotStarted { program: String, step: guest::StartStep, source: io::Error },
    #[error(
        "the arguments and environment of {program:?} take {length} bytes, too many for a start"
    )]
    ProgramTooLarge { program: String, length: usize },
    #[error("cannot {what} {path}: {source}")]
    File { path: SandboxPath, what: String, source: io::Error },
    #[error("cannot {what} at entry {entry:?} in {path}: {source}")]
    Entry { path: SandboxPath, entry: String, what: String, source: io::Error },
    /// Not the tree of a workspace: the guest is in other hands.
    #[error("the sandbox sent a tree of {path} that is none: {reason}")]
    OddTree { path: SandboxPath, reason: String },
    /// Where the bytes to be written came from.
    #[error("what should be written cannot be read: {0}")]
    Source(#[source] io::Error),
    #[error("the program reads no more input")]
    StdinClosed,
    #[error("no interpreter can be started ahead: {reason}")]
    NotPrepared { reason: String },
}

/// A link to a live guest. Cheap to clone; the link is closed when the last clone is dropped, and the
/// guest ends with its link.
#[derive(Clone, Debug)]
pub struct Connection {
    shared: Arc<Shared>,
    // Read by nobody: aborts the tasks, and with them drops the link.
    _tasks: Arc<Tasks>,
}

#[derive(Debug)]
struct Tasks {
    shared: Arc<Shared>,
    _reader: AbortOnDropHandle<()>,
    _writer: AbortOnDropHandle<()>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// What the tasks, the connection and its processes share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) outbox: Outbox,
    programs: Mutex<HashMap<ProgramId, Arc<Inbox>>>,
    /// `None` once the link is closed.
    standbys: Mutex<Option<HashMap<StandbyId, watch::Sender<State>>>>,
    requests: Requests,
    streams: Streams,
    next: AtomicU64,
    closed: CancellationToken,
}

impl Connection {
    /// Greets the guest and starts serving the link. The tasks are spawned on `tracker`.
    ///
    /// # Errors
    ///
    /// The guest does not answer as a guest of our version does.
    pub async fn open<L>(mut link: L, tracker: &TaskTracker) -> Result<Self, LinkError>
    where
        L: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let decoder = handshake::greet(&mut link).await?;
        let (read_half, write_half) = tokio::io::split(link);
        let (outbox, queue) = outbox::outbox();
        let shared = Arc::new(Shared {
            outbox,
            programs: Mutex::default(),
            // Before the reader begins: the guest may speak of the one it was born with at once.
            standbys: Mutex::new(Some([(INBORN, watch::Sender::new(State::Booting))].into())),
            requests: Requests::default(),
            streams: Streams::default(),
            next: AtomicU64::new(1),
            closed: CancellationToken::new(),
        });
        let reader = tracker.spawn(reader::serve(read_half, decoder, Arc::clone(&shared)));
        let writer = tracker.spawn(queue.serve(write_half, Arc::clone(&shared)));
        let tasks = Tasks {
            shared: Arc::clone(&shared),
            _reader: AbortOnDropHandle::new(reader),
            _writer: AbortOnDropHandle::new(writer),
        };
        Ok(Self { shared, _tasks: Arc::new(tasks) })
    }

    /// Resolves when the link is closed, from whichever side.
    pub async fn closed(&self) {
        self.shared.closed.cancelled().await;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.shared.closed.is_cancelled()
    }

    /// Like [`closed`](Self::closed), without keeping the link open.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + Send + use<> {
        self.shared.closed.clone().cancelled_owned()
    }

    /// Starts a program, which runs once this returns. Dropping the future kills it.
    ///
    /// # Errors
    ///
    /// The program could not be started; one that starts and fails is an [`Exit`](crate::Exit).
    pub async fn run(&self, program: Program) -> Result<Process, SandboxError> {
        let program = self.write_long(program).await?;
        let cpu_seconds = cpu_seconds(&program);
        self.run_as(None, program, cpu_seconds).await
    }

    /// Starts a program in the place of a standby, or plainly if that cannot become it.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn run_prepared(
        &self,
        standby: Standby,
        program: Program,
    ) -> Result<Process, SandboxError> {
        let program = self.write_long(program).await?;
        let standby = standby.spend(&self.shared, &program);
        let cpu_seconds = cpu_seconds(&program);
        self.run_as(standby, program, cpu_seconds).await
    }

    /// Starts an interpreter ahead of its program, and waits until it is booted.
    ///
    /// # Errors
    ///
    /// It does not boot as planned.
    pub async fn prepare(&self, plan: Arc<StandbyPlan>) -> Result<Standby, SandboxError> {
        let id = StandbyId(self.shared.number());
        let state = self.shared.expect_standby(id)?;
        let standby = Standby::new(id, Arc::clone(&plan), Arc::clone(&self.shared), state);
        let frame = HostFrame::Prepare(plan.prepare(id, rlimits()));
        self.shared.send(&frame).await.map_err(|_| SandboxError::Gone)?;
        Self::booted(standby).await
    }

    /// Starts an interpreter that keeps its state, and waits until it is booted.
    ///
    /// # Errors
    ///
    /// It does not boot as planned.
    pub async fn start_kernel(&self, plan: &KernelPlan) -> Result<Kernel, SandboxError> {
        if let Some((path, bytes)) = plan.file() {
            self.write_file(path, bytes, 0o755).await?;
        }
        let id = StandbyId(self.shared.number());
        let state = self.shared.expect_standby(id)?;
        let mut kernel = Kernel::new(id, Arc::clone(&self.shared), state);
        let frame = HostFrame::Prepare(plan.prepare(id, rlimits()));
        self.shared.send(&frame).await.map_err(|_| SandboxError::Gone)?;
        match kernel.booted().await {
            Some(Ok(())) => Ok(kernel),
            Some(Err(reason)) => Err(SandboxError::NotPrepared { reason }),
            None => Err(SandboxError::Gone),
        }
    }

    /// Runs a program within a kernel of this sandbox, one at a time. If the kernel has ended, the
    /// program starts plainly.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn run_in(&self, kernel: &Kernel, program: Program) -> Result<Process, SandboxError> {
        let program = self.write_long(program).await?;
        // The limit of each process by itself would be that of all programs together.
        self.run_as(kernel.serves(&self.shared), program, None).await
    }

    /// The standby that the guest was born with, once it waits; to be asked once, where there is one.
    pub(crate) async fn inborn(&self, plan: Arc<StandbyPlan>) -> Result<Standby, SandboxError> {
        let state =
            self.shared.standbys().as_ref().and_then(|it| Some(it.get(&INBORN)?.subscribe()));
        let state = state.ok_or(SandboxError::Gone)?;
        Self::booted(Standby::new(INBORN, plan, Arc::clone(&self.shared), state)).await
    }

    async fn booted(mut standby: Standby) -> Result<Standby, SandboxError> {
        match standby.booted().await {
            Some(Ok(())) => Ok(standby),
            Some(Err(reason)) => Err(SandboxError::NotPrepared { reason }),
            None => Err(SandboxError::Gone),
        }
    }

    /// Writes a source that is too long to go with its program.
    async fn write_long(&self, mut program: Program) -> Result<Program, SandboxError> {
        if let Some(it) = program.source.take_if(|it| it.bytes.len() > MAX_CHUNK) {
            self.write_file(&it.path, &it.bytes, it.mode).await?;
        }
        Ok(program)
    }

    async fn run_as(
        &self,
        standby: Option<StandbyId>,
        mut program: Program,
        cpu_seconds: Option<u64>,
    ) -> Result<Process, SandboxError> {
        let source = program.source.take();
        let id = ProgramId(self.shared.number());
        let name = program.argv.first().cloned().unwrap_or_default();
        let (inbox, started) = Inbox::new(WINDOW);
        if program.stdin == Stdin::Null && program.terminal.is_none() {
            inbox.input_closed();
        }
        let start = start(id, standby, program, cpu_seconds);
        let (start, written) = match source {
            None => (HostFrame::Start(start), None),
            Some(SourceFile { path, bytes, mode }) => {
                let request = RequestId(self.shared.number());
                let reply = self.shared.requests.expect_done(request, &self.shared)?;
                let (name, bytes) = (path.as_str().to_owned(), Payload(bytes));
                let source = guest::SourceFile { request, path: name, mode, bytes };
                (HostFrame::StartWith { source, start }, Some((reply, path)))
            }
        };
        let inbox = Arc::new(inbox);
        self.shared.register(id, Arc::clone(&inbox))?;
        let process = Process::new(id, inbox, Arc::clone(&self.shared));
        self.shared.send(&start).await.map_err(|error| match error {
            outbox::SendError::TooLarge { length } => {
                SandboxError::ProgramTooLarge { program: name.clone(), length }
            }
            outbox::SendError::Closed => SandboxError::Gone,
        })?;
        if let Some((reply, path)) = written {
            reply.wait(&path).await?;
        }
        match started.await {
            Ok(Ok(())) => Ok(process),
            Ok(Err((errno, step))) => {
                let source = io::Error::from_raw_os_error(errno);
                Err(SandboxError::NotStarted { program: name, step, source })
            }
            Err(_) => Err(SandboxError::Gone),
        }
    }

    /// Creates or replaces a file of the workspace, and its directories. It appears whole.
    ///
    /// # Errors
    ///
    /// The path leads through a symbolic link, or the workspace is full.
    pub async fn write_file(
        &self,
        path: &SandboxPath,
        bytes: &[u8],
        mode: u32,
    ) -> Result<(), SandboxError> {
        let request = RequestId(self.shared.number());
        let mut reply = self.shared.requests.expect_done(request, &self.shared)?;
        let mut rest = bytes;
        loop {
            let (chunk, after) = rest.split_at(rest.len().min(MAX_CHUNK));
            let (payload, last) = (Payload::from(chunk), after.is_empty());
            let frame = if rest.len() == bytes.len() {
                let path = path.as_str().to_owned();
                HostFrame::WriteFile { request, path, mode, bytes: payload, last }
            } else {
                HostFrame::WriteMore { request, bytes: payload, last }
            };
            self.shared.send(&frame).await.map_err(|_| SandboxError::Gone)?;
            if last || reply.is_there() {
                return reply.wait(path).await;
            }
            rest = after;
        }
    }

    /// Reads a regular file of the workspace.
    ///
    /// # Errors
    ///
    /// It is missing, no regular file, behind a symbolic link, or longer than `max_bytes`.
    pub async fn read_file(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
    ) -> Result<Vec<u8>, SandboxError> {
        let request = RequestId(self.shared.number());
        let reply = self.shared.requests.expect_content(request, max_bytes, &self.shared)?;
        let frame = HostFrame::ReadFile { request, path: path.as_str().to_owned(), max_bytes };
        self.shared.send(&frame).await.map_err(|_| SandboxError::Gone)?;
        reply.wait(path).await
    }

    /// Lists a directory of the workspace, in no order.
    ///
    /// # Errors
    ///
    /// It is missing, no directory, behind a symbolic link, or has more than 10 000 entries.
    pub async fn list_files(&self, path: &SandboxPath) -> Result<Vec<FileEntry>, SandboxError> {
        let request = RequestId(self.shared.number());
        let reply = self.shared.requests.expect_entries(request, &self.shared)?;
        let frame = HostFrame::ListFiles { request, path: path.as_str().to_owned() };
        self.shared.send(&frame).await.map_err(|_| SandboxError::Gone)?;
        reply.wait(path).await
    }

    /// Removes a file or an empty directory of the workspace.
    ///
    /// # Errors
    ///
    /// It is missing, behind a symbolic link, or a directory with entries.
    pub async fn remove_file(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        let request = RequestId(self.shared.number());
        let reply = self.shared.requests.expect_done(request, &self.shared)?;
        let frame = HostFrame::RemoveFile { request, path: path.as_str().to_owned() };
        self.shared.send(&frame).await.map_err(|_| SandboxError::Gone)?;
        reply.wait(path).await
    }

    /// Tells the guest that it is about to be stopped from outside: no time limit ends before
    /// [`Self::resuming`].
    pub fn pausing(&self) {
        self.shared.outbox.push(&HostFrame::Pausing);
    }

    /// Tells the guest how long it stood still. To be said before it goes on, so that it is the first
    /// that the guest learns.
    pub fn resuming(&self, paused: Duration) {
        let paused_us = u64::try_from(paused.as_micros()).unwrap_or(u64::MAX);
        self.shared.outbox.push(&HostFrame::Resuming { paused_us });
    }

    /// Asks the guest to kill everything and exit; [`closed`](Self::closed) tells when it did.
    pub fn shut_down(&self) {
        self.shared.outbox.push(&HostFrame::Shutdown);
    }
}

impl Shared {
    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn programs(&self) -> MutexGuard<'_, HashMap<ProgramId, Arc<Inbox>>> {
        // Nothing that holds the lock can leave the map half changed.
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, id: ProgramId, inbox: Arc<Inbox>) -> Result<(), SandboxError> {
        let mut programs = self.programs();
        // Asked under the lock that `close` takes later: no inbox is added after the last was ended.
        if self.closed.is_cancelled() {
            return Err(SandboxError::Gone);
        }
        programs.insert(id, inbox);
        Ok(())
    }

    /// The program is of no interest any more.
    pub(crate) fn forget(&self, id: ProgramId) -> Option<Arc<Inbox>> {
        self.programs().remove(&id)
    }

    fn standbys(&self) -> MutexGuard<'_, Option<HashMap<StandbyId, watch::Sender<State>>>> {
        self.standbys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expect_standby(&self, id: StandbyId) -> Result<watch::Receiver<State>, SandboxError> {
        let (sender, receiver) = watch::channel(State::Booting);
        self.standbys().as_mut().ok_or(SandboxError::Gone)?.insert(id, sender);
        Ok(receiver)
    }

    /// The standby is of no interest any more.
    pub(crate) fn forget_standby(&self, id: StandbyId) -> Option<watch::Sender<State>> {
        self.standbys().as_mut()?.remove(&id)
    }

    /// News of one that nobody waits for is dropped; a failed one stays so.
    fn hear_of_standby(&self, id: StandbyId, state: State) {
        let standbys = self.standbys();
        let Some(sender) = standbys.as_ref().and_then(|it| it.get(&id)) else { return };
        sender.send_if_modified(|it| {
            let changes = !matches!(it, State::Failed(_)) && *it != state;
            if changes {
                *it = state;
            }
            changes
        });
    }

    pub(crate) async fn send(&self, frame: &HostFrame) -> Result<(), outbox::SendError> {
        self.outbox.send(frame).await
    }

    /// Ends everything that waits for the guest.
    fn close(&self) {
        self.closed.cancel();
        self.outbox.close();
        let programs = std::mem::take(&mut *self.programs());
        for inbox in programs.into_values() {
            inbox.lost();
        }
        self.requests.close();
        self.streams.close();
        drop(self.standbys().take());
    }
}

fn rlimits() -> Rlimits {
    Rlimits { open_files: Some(OPEN_FILES), ..Rlimits::default() }
}

/// For each process by itself, should the guest come late.
fn cpu_seconds(program: &Program) -> Option<u64> {
    program.cpu_time.map(|it| it.as_secs().saturating_add(1))
}

fn start(
    id: ProgramId,
    standby: Option<StandbyId>,
    program: Program,
    cpu_seconds: Option<u64>,
) -> Start {
    Start {
        program: id,
        argv: program.argv,
        env: program.env,
        cwd: program.cwd,
        stdin: program.stdin,
        terminal: program.terminal,
        rlimits: Rlimits { cpu_seconds, ..rlimits() },
        timeout_ms: program.timeout.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX)),
        output_limit: program.output_limit,
        on_excess: program.on_excess,
        window: WINDOW,
        cpu_limit_us: program.cpu_time.map(|it| u64::try_from(it.as_micros()).unwrap_or(u64::MAX)),
        standby,
        lingers: program.lingers,
    }
}

#[cfg(test)]
mod tests;

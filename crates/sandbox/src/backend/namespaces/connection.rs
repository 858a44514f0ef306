//! The connection to one launcher: requests out, replies to whoever waits for them.
//!
//! One thread reads all replies. When the launcher is gone it waits until its sandboxes are dead too,
//! which the kernel sees to, before it says that they ended. Requests are sent where they arise: a
//! packet is whole or absent, and the socket's buffer holds hundreds of them.

use std::{
    collections::HashMap,
    io,
    os::fd::{AsRawFd, BorrowedFd, OwnedFd},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use launcher::{
    Action, Answer, Enforcement, Failure, Freezer, Reply, Request, Usage,
    packet::{self, PacketError},
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    net::{AddressFamily, Shutdown, SocketFlags, SocketType, shutdown, socketpair},
    process::{Pid, PidfdFlags, Resource, Rlimit, getrlimit, pidfd_open, setrlimit},
};
use tokio::sync::{oneshot, watch};

use crate::backend::{Ended, StartError};

#[derive(Debug)]
pub(super) struct Connection {
    shared: Arc<Shared>,
    enforcement: Enforcement,
    launcher_pid: u32,
    // Numbers sandboxes and calls.
    next_id: AtomicU64,
}

#[derive(Debug)]
struct Shared {
    socket: OwnedFd,
    sandboxes: Mutex<Sandboxes>,
}

#[derive(Debug, Default)]
struct Sandboxes {
    launcher_is_gone: bool,
    waiting: HashMap<u64, Waiting>,
    calls: HashMap<u64, oneshot::Sender<Answer>>,
    /// What the launcher said at first.
    freezer: Option<Freezer>,
}

/// Who waits for news of a sandbox.
#[derive(Debug)]
struct Waiting {
    started: Option<oneshot::Sender<Result<(), Failure>>>,
    ended: watch::Sender<Option<Ended>>,
    process: Option<OwnedFd>,
}

/// The right to hear about one sandbox.
#[derive(Debug)]
pub(super) struct Ticket {
    id: u64,
    started: Option<oneshot::Receiver<Result<(), Failure>>>,
    ended: watch::Receiver<Option<Ended>>,
}

impl Connection {
    /// Starts a launcher and exchanges greetings with it.
    pub(super) async fn open(
        program: BorrowedFd<'_>,
        guest: BorrowedFd<'_>,
        hello: &Request,
    ) -> Result<Self, StartError> {
        let (launcher, socket) = spawn(program).map_err(StartError::Launcher)?;
        let launcher_pid = launcher.id();
        let shared = Arc::new(Shared { socket, sandboxes: Mutex::default() });
        let (tell_ready, ready) = oneshot::channel();
        let reader = Arc::clone(&shared);
        // It ends with the launcher, and the launcher with the socket.
        thread::Builder::new()
            .name("launcher".to_owned())
            .spawn(move || reader.read(launcher, tell_ready))
            .map_err(StartError::Launcher)?;
        let enforcement = match shared.send(hello, &[guest]) {
            Ok(()) => ready.await.map_err(|_| StartError::LauncherGone),
            Err(error) => Err(error),
        };
        let connection = |enforcement| Self {
            shared: Arc::clone(&shared),
            enforcement,
            launcher_pid,
            next_id: AtomicU64::new(1),
        };
        enforcement.map(connection).inspect_err(|_| shared.hang_up())
    }

    pub(super) fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    pub(super) fn launcher_pid(&self) -> u32 {
        self.launcher_pid
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.shared.sandboxes().launcher_is_gone
    }

    /// Announces a sandbox; its number is never used again.
    pub(super) fn ticket(&self) -> Ticket {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (tell_started, started) = oneshot::channel();
        let (tell_ended, ended) = watch::channel(None);
        let waiting = Waiting { started: Some(tell_started), ended: tell_ended, process: None };
        let mut sandboxes = self.shared.sandboxes();
        if !sandboxes.launcher_is_gone {
            sandboxes.waiting.insert(id, waiting);
        }
        Ticket { id, started: Some(started), ended }
    }

    pub(super) fn send(
        &self,
        request: &Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(), StartError> {
        self.shared.send(request, descriptors)
    }

    /// Has the launcher do something to a sandbox.
    pub(super) async fn act(&self, id: u64, action: Action) -> Result<Answer, StartError> {
        let call = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (tell, answer) = oneshot::channel();
        {
            let mut sandboxes = self.shared.sandboxes();
            if sandboxes.launcher_is_gone {
                return Err(StartError::LauncherGone);
            }
            sandboxes.calls.insert(call, tell);
        }
        let sent = self.shared.send(&Request::Act { call, id, action }, &[]);
        sent.inspect_err(|_| drop(self.shared.sandboxes().calls.remove(&call)))?;
        answer.await.map_err(|_| StartError::LauncherGone)
    }

    /// Ends a sandbox, if it has not ended.
    pub(super) fn kill(&self, id: u64) {
        if self.shared.sandboxes().waiting.contains_key(&id) {
            // A launcher that is gone has killed it already.
            drop(self.shared.send(&Request::Kill { id }, &[]));
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.hang_up();
    }
}

impl Ticket {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Resolves when the guest runs or cannot; to be asked once.
    pub(super) async fn started(&mut self) -> Result<Result<(), Failure>, StartError> {
        let started = self.started.take().ok_or(StartError::LauncherGone)?;
        started.await.map_err(|_| StartError::LauncherGone)
    }

    pub(super) async fn ended(&mut self) -> Ended {
        match self.ended.wait_for(Option::is_some).await {
            Ok(ended) => ended.unwrap_or_default(),
            // Announced to a launcher that was gone: nothing ever began.
            Err(_) => Ended::default(),
        }
    }
}

impl Shared {
    fn sandboxes(&self) -> MutexGuard<'_, Sandboxes> {
        self.sandboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, request: &Request, descriptors: &[BorrowedFd<'_>]) -> Result<(), StartError> {
        packet::send(&self.socket, request, descriptors).map_err(|error| match error {
            PacketError::Socket(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                StartError::LauncherGone
            }
            PacketError::Socket(error) => StartError::Launcher(error),
            PacketError::Decode { .. }
            | PacketError::Encode(_)
            | PacketError::TooLong { .. }
            | PacketError::Truncated => StartError::Launcher(io::Error::other(error)),
        })
    }

    /// The reader keeps the socket open; both it and the launcher see the end now.
    fn hang_up(&self) {
        let _already_gone = shutdown(&self.socket, Shutdown::Both);
    }

    fn read(&self, mut launcher: Child, ready: oneshot::Sender<Enforcement>) {
        let mut ready = Some(ready);
        loop {
            match packet::receive(&self.socket) {
                Ok(Some((Reply::Ready(enforcement), _))) => {
                    self.sandboxes().freezer = Some(enforcement.freezer.clone());
                    // Nobody listens if the opening was cancelled; then the socket is closed.
                    drop(ready.take().map(|it| it.send(enforcement)));
                }
                Ok(Some((reply, _))) => self.sandboxes().hear(reply),
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, "launcher is not understood");
                    break;
                }
            }
        }
        let mut waiting = {
            let mut sandboxes = self.sandboxes();
            sandboxes.launcher_is_gone = true;
            sandboxes.calls.clear();
            std::mem::take(&mut sandboxes.waiting)
        };
        // Whoever waits for a start hears that the launcher is gone.
        waiting.values_mut().for_each(|it| it.started = None);
        // One that sent nonsense must not live on with nobody to hear it.
        self.hang_up();
        drop(launcher.wait());
        if let Some(Freezer::CgroupV1 { base }) = &self.sandboxes().freezer {
            launcher::cgroup::thaw_below(base);
        }
        for sandbox in waiting.into_values() {
            sandbox.process.iter().for_each(wait_for);
            sandbox.ended.send_replace(Some(Ended::default()));
        }
    }
}

impl Sandboxes {
    fn hear(&mut self, reply: Reply) {
        match reply {
            Reply::Started { id, pid } => {
                let Some(waiting) = self.waiting.get_mut(&id) else { return };
                waiting.process = pidfd(pid).ok();
                if let Some(started) = waiting.started.take() {
                    // Whoever gave up waiting has dropped the guard, which kills.
                    drop(started.send(Ok(())));
                }
            }
            Reply::Failed { id, failure } => {
                let Some(mut waiting) = self.waiting.remove(&id) else { return };
                waiting.ended.send_replace(Some(Ended::default()));
                if let Some(started) = waiting.started.take() {
                    drop(started.send(Err(failure)));
                }
            }
            Reply::Ended { id, usage } => {
                let Some(waiting) = self.waiting.remove(&id) else { return };
                let Usage { out_of_memory_kills, peak_memory_bytes, cpu_micros } = usage;
                tracing::debug!(
                    id,
                    out_of_memory_kills,
                    peak_memory_bytes,
                    cpu_micros,
                    "sandbox ended"
                );
                let out_of_memory = out_of_memory_kills > 0;
                waiting.ended.send_replace(Some(Ended { out_of_memory, peak_memory_bytes }));
            }
            Reply::Acted { call, answer } => {
                if let Some(caller) = self.calls.remove(&call) {
                    // Whoever stopped waiting needs no answer.
                    drop(caller.send(answer));
                }
            }
            Reply::Ready(_) => {}
        }
    }
}

/// Blocks until a process has ended.
fn wait_for(process: &OwnedFd) {
    while poll(&mut [PollFd::new(process, PollFlags::IN)], None) == Err(Errno::INTR) {}
}

fn pidfd(pid: u32) -> io::Result<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

#[expect(clippy::disallowed_methods, reason = "the one process that `sandbox` starts by itself")]
fn spawn(program: BorrowedFd<'_>) -> io::Result<(Child, OwnedFd)> {
    // Each sandbox takes two descriptors here and one in the launcher. If it cannot be raised, fewer
    // sandboxes fit.
    let files = getrlimit(Resource::Nofile);
    let _raised =
        setrlimit(Resource::Nofile, Rlimit { current: files.maximum, maximum: files.maximum });
    let (ours, theirs) =
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    let child = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()))
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .env_clear()
        .spawn()?;
    Ok((child, ours))
}

//! The connection to one launcher: requests out, replies to whoever waits for them.
//!
//! One task reads all replies. When the launcher is gone it waits until its sandboxes are dead too,
//! which the kernel sees to, before it says that they ended.

use std::{
    collections::HashMap,
    io,
    os::fd::{AsRawFd, BorrowedFd, OwnedFd},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use launcher::{
    Enforcement, Failure, Reply, Request, Usage,
    packet::{self, PacketError},
};
use rustix::{
    net::{AddressFamily, Shutdown, SocketFlags, SocketType, shutdown, socketpair},
    process::{Pid, PidfdFlags, pidfd_open},
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    sync::{oneshot, watch},
};
use tokio_util::task::TaskTracker;

use crate::backend::{Ended, StartError};

#[derive(Debug)]
pub(super) struct Connection {
    shared: Arc<Shared>,
    enforcement: Enforcement,
    launcher_pid: u32,
    next_id: AtomicU64,
    tasks: TaskTracker,
}

#[derive(Debug)]
struct Shared {
    socket: AsyncFd<OwnedFd>,
    sandboxes: Mutex<Sandboxes>,
}

#[derive(Debug, Default)]
struct Sandboxes {
    launcher_is_gone: bool,
    waiting: HashMap<u64, Waiting>,
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
        let (child, socket) = spawn(program).map_err(StartError::Launcher)?;
        let socket = AsyncFd::new(socket).map_err(StartError::Launcher)?;
        let shared = Arc::new(Shared { socket, sandboxes: Mutex::default() });
        let child = Reaped::new(child).map_err(StartError::Launcher)?;
        let launcher_pid = child.pid;
        shared.send(hello, &[guest]).await?;
        let Some(Reply::Ready(enforcement)) = shared.receive().await? else {
            return Err(StartError::LauncherGone);
        };
        let tasks = TaskTracker::new();
        tasks.spawn(Arc::clone(&shared).read(child));
        tasks.close();
        Ok(Self { shared, enforcement, launcher_pid, next_id: AtomicU64::new(1), tasks })
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

    pub(super) async fn send(
        &self,
        request: &Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(), StartError> {
        self.shared.send(request, descriptors).await
    }

    /// Ends a sandbox, if it has not ended.
    pub(super) fn kill(&self, id: u64) {
        if !self.shared.sandboxes().waiting.contains_key(&id) {
            return;
        }
        let request = Request::Kill { id };
        match packet::send(self.shared.socket.get_ref(), &request, &[]) {
            Err(PacketError::Socket(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                let shared = Arc::clone(&self.shared);
                self.tasks.spawn(async move {
                    // A launcher that is gone has killed it already.
                    drop(shared.send(&request, &[]).await);
                });
            }
            // As above.
            Ok(()) | Err(_) => {}
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The reading task keeps the socket open; both it and the launcher see the end now.
        let _already_gone = shutdown(self.shared.socket.get_ref(), Shutdown::Both);
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

    async fn send(
        &self,
        request: &Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(), StartError> {
        let send = |socket: &OwnedFd| {
            packet::send(socket, request, descriptors).map_err(into_io)
        };
        match self.socket.async_io(Interest::WRITABLE, send).await {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(StartError::LauncherGone),
            other => other.map_err(StartError::Launcher),
        }
    }

    async fn receive(&self) -> Result<Option<Reply>, StartError> {
        let receive = |socket: &OwnedFd| packet::receive(socket).map_err(into_io);
        let received = self.socket.async_io(Interest::READABLE, receive).await;
        Ok(received.map_err(StartError::Launcher)?.map(|(reply, _)| reply))
    }

    async fn read(self: Arc<Self>, launcher: Reaped) {
        loop {
            match self.receive().await {
                Ok(Some(reply)) => self.sandboxes().hear(reply),
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
            std::mem::take(&mut sandboxes.waiting)
        };
        // Whoever waits for a start hears that the launcher is gone.
        waiting.values_mut().for_each(|it| it.started = None);
        // One that sent nonsense must not live on with nobody to hear it.
        let _already_gone = shutdown(self.socket.get_ref(), Shutdown::Both);
        launcher.ended().await;
        for sandbox in waiting.into_values() {
            if let Some(process) = sandbox.process {
                ended(process).await;
            }
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
                tracing::debug!(id, out_of_memory_kills, peak_memory_bytes, cpu_micros, "sandbox ended");
                let out_of_memory = out_of_memory_kills > 0;
                waiting.ended.send_replace(Some(Ended { out_of_memory, peak_memory_bytes }));
            }
            Reply::Ready(_) => tracing::warn!("launcher greets twice"),
        }
    }
}

/// A child process that is reaped when it has ended.
#[derive(Debug)]
struct Reaped {
    pid: u32,
    child: Child,
    process: AsyncFd<OwnedFd>,
}

impl Reaped {
    fn new(child: Child) -> io::Result<Self> {
        let pid = child.id();
        Ok(Self { pid, child, process: AsyncFd::new(pidfd(pid)?)? })
    }

    async fn ended(mut self) {
        // An error here means that the runtime shuts down, and the process with it.
        drop(self.process.readable().await);
        drop(self.child.try_wait());
    }
}

async fn ended(process: OwnedFd) {
    if let Ok(process) = AsyncFd::new(process) {
        drop(process.readable().await);
    }
}

fn pidfd(pid: u32) -> io::Result<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok(pidfd_open(pid, PidfdFlags::NONBLOCK)?)
}

#[expect(clippy::disallowed_methods, reason = "the one process that `sandbox` starts by itself")]
fn spawn(program: BorrowedFd<'_>) -> io::Result<(Child, OwnedFd)> {
    let (ours, theirs) =
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    rustix::io::ioctl_fionbio(&ours, true)?;
    let child = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()))
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .env_clear()
        .spawn()?;
    Ok((child, ours))
}

fn into_io(error: PacketError) -> io::Error {
    match error {
        PacketError::Socket(error) => error,
        other => io::Error::other(other),
    }
}

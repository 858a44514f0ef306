//! A running sandbox: a connection to its guest, and the guard that ends it.
//!
//! ```text
//! Running ── last handle dropped │ destroy │ link closed │ guest died ──▶ Ending ──▶ Ended
//! ```
//!
//! One task holds the guard. It alone decides that the sandbox is over, and says so only when the
//! backend confirms that nothing of it is left.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use guest::FileEntry;
use tokio::{
    io::AsyncRead,
    sync::{Mutex, broadcast, watch},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    backend::{
        Backend, Control, ControlError, Ended, Guard, Limits, SandboxUsage, Spec, StartError,
        Started,
    },
    egress::{Egress, EgressEvent},
    isolation::Isolation,
    kernel::{Kernel, KernelPlan},
    link::{Connection, FileStream, SandboxError},
    network::Network,
    path::SandboxPath,
    process::{Process, Program},
    standby::{Standby, StandbyPlan},
};

/// A running sandbox. Cheap to clone; it ends when the last clone is dropped or `destroy` is called.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) connection: Connection,
    isolation: Arc<Isolation>,
    egress: Option<broadcast::Sender<EgressEvent>>,
    control: Arc<dyn Control>,
    workspace: Arc<str>,
    limits: Limits,
    /// When it was paused, while it is.
    paused: Arc<Mutex<Option<Instant>>>,
    ended: watch::Receiver<Option<Ended>>,
    tasks: TaskTracker,
    end: CancellationToken,
    // Read by nobody: the last clone to go cancels `end`.
    _end_with_us: Arc<DropGuard>,
}

impl Sandbox {
    /// Starts a sandbox and waits until its guest answers. Dropping the future ends it.
    pub async fn start(backend: &dyn Backend, spec: Spec) -> Result<Self, StartError> {
        let wanted = spec.clone();
        Self::begin(backend.start(spec).await?, wanted).await
    }

    /// Starts a sandbox that is born with a standby of this plan, and waits until that is booted.
    /// Cheaper than to boot one, where the backend can clone it; for what two clones have in common,
    /// see [`launcher::Interpreter`].
    ///
    /// # Errors
    ///
    /// [`StartError::NoStandby`] where there is none to be had; a plain start may do.
    pub async fn start_with_standby(
        backend: &dyn Backend,
        spec: Spec,
        plan: Arc<StandbyPlan>,
    ) -> Result<(Self, Standby), StartError> {
        let none = |reason: String| StartError::NoStandby { reason };
        let interpreter =
            plan.interpreter().ok_or_else(|| none("it has to be booted".to_owned()))?;
        let wanted = spec.clone();
        let started = backend.start_with_standby(spec, interpreter).await?;
        let sandbox = Self::begin(started, wanted).await?;
        let standby = sandbox.connection.inborn(plan).await;
        let standby = standby.map_err(|error| none(error.to_string()))?;
        Ok((sandbox, standby))
    }

    async fn begin(mut started: Started, spec: Spec) -> Result<Self, StartError> {
        let Spec { limits, egress, .. } = spec;
        let tasks = TaskTracker::new();
        let connection = Connection::open(started.link, &tasks)
            .await
            .map_err(|error| StartError::Guest(error.to_string()))?;
        // What the backend gave, and not what was asked of it: on a network that others use, nobody may
        // listen for its programs.
        let egress = match started.isolation.network.clone() {
            Network::None | Network::Full => None,
            Network::Allow(rules) => {
                let begun = Egress::begin(connection.shared(), rules, egress).await;
                begun.map_err(|error| StartError::Guest(error.to_string()))?
            }
        };
        let egress = egress.map(|(egress, weaknesses)| {
            started.isolation.missing.extend(weaknesses);
            let events = egress.events();
            tasks.spawn(egress.serve());
            events
        });
        let end = CancellationToken::new();
        let (tell_ended, ended) = watch::channel(None);
        tasks.spawn(keep(started.guard, connection.clone(), end.clone(), tell_ended));
        tasks.close();
        let end_with_us = Arc::new(end.clone().drop_guard());
        let isolation = Arc::new(started.isolation);
        let (control, workspace) = (started.control, started.workspace.into());
        Ok(Self {
            connection,
            isolation,
            egress,
            control,
            workspace,
            limits,
            paused: Arc::default(),
            ended,
            tasks,
            end,
            _end_with_us: end_with_us,
        })
    }

    #[must_use]
    pub fn isolation(&self) -> &Isolation {
        &self.isolation
    }

    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The absolute path of the workspace, as programs see it.
    #[must_use]
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// Stops every process of the sandbox, its guest included, until [`Self::resume`]. Time limits stand
    /// still too. Whatever else is asked of the sandbox meanwhile waits; destroying it does not.
    pub async fn pause(&self) -> Result<(), ControlError> {
        let mut paused = self.paused.lock().await;
        if paused.is_none() {
            // Noted first: should this future be dropped, a resume undoes what was begun.
            *paused = Some(Instant::now());
            self.connection.pausing();
        }
        let result = self.control.pause().await;
        if result.is_err() {
            self.connection.resuming(elapsed(paused.take()));
        }
        result
    }

    /// Lets the processes go on; does nothing when the sandbox is not paused.
    pub async fn resume(&self) -> Result<(), ControlError> {
        let mut paused = self.paused.lock().await;
        if paused.is_none() {
            return Ok(());
        }
        self.connection.resuming(elapsed(*paused));
        let result = self.control.resume().await;
        if result.is_ok() {
            *paused = None;
        } else {
            // It stands still as before, and the guest may not think otherwise when it wakes.
            self.connection.pausing();
            *paused = Some(Instant::now());
        }
        result
    }

    /// What the sandbox has used and uses now.
    pub async fn usage(&self) -> Result<SandboxUsage, ControlError> {
        self.control.usage().await
    }

    /// What its programs reach from now on, or fail to. `None` where nothing is decided for them: without a
    /// network, and with all of it.
    #[must_use]
    pub fn network_events(&self) -> Option<broadcast::Receiver<EgressEvent>> {
        self.egress.as_ref().map(broadcast::Sender::subscribe)
    }

    /// Starts a program, which runs once this returns.
    pub async fn run(&self, program: Program) -> Result<Process, SandboxError> {
        self.connection.run(program).await
    }

    /// Starts an interpreter ahead of the program it will run, and waits until it is booted. Takes what a
    /// plain start of the interpreter takes.
    pub async fn prepare(&self, plan: Arc<StandbyPlan>) -> Result<Standby, SandboxError> {
        self.connection.prepare(plan).await
    }

    /// Starts an interpreter that keeps its state from one program to the next, and waits until it is
    /// booted.
    ///
    /// # Errors
    ///
    /// It does not boot as planned.
    pub async fn start_kernel(&self, plan: &KernelPlan) -> Result<Kernel, SandboxError> {
        self.connection.start_kernel(plan).await
    }

    /// Runs a program within a kernel of this sandbox, one at a time. If the kernel has ended, the
    /// program starts plainly.
    ///
    /// # Errors
    ///
    /// The sandbox is gone, or the program's source cannot be written.
    pub async fn run_in(&self, kernel: &Kernel, program: Program) -> Result<Process, SandboxError> {
        self.connection.run_in(kernel, program).await
    }

    /// Starts a program in the place of a standby of this sandbox. One that cannot become it, or has
    /// ended, is replaced by a plain start.
    pub async fn run_prepared(
        &self,
        standby: Standby,
        program: Program,
    ) -> Result<Process, SandboxError> {
        self.connection.run_prepared(standby, program).await
    }

    /// Creates or replaces a file of the workspace, and its directories. It appears whole.
    pub async fn write_file(
        &self,
        path: &SandboxPath,
        bytes: &[u8],
        mode: u32,
    ) -> Result<(), SandboxError> {
        self.connection.write_file(path, bytes, mode).await
    }

    /// The content of a regular file of the workspace.
    pub async fn read_file(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
    ) -> Result<Vec<u8>, SandboxError> {
        self.connection.read_file(path, max_bytes).await
    }

    pub async fn list_files(&self, path: &SandboxPath) -> Result<Vec<FileEntry>, SandboxError> {
        self.connection.list_files(path).await
    }

    /// The content of a regular file of the workspace, in chunks.
    pub async fn read_file_stream(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
    ) -> Result<FileStream, SandboxError> {
        self.connection.stream_file(path, max_bytes).await
    }

    /// As [`Self::write_file`], from a stream.
    pub async fn write_file_from(
        &self,
        path: &SandboxPath,
        source: impl AsyncRead + Send + Unpin,
        mode: u32,
    ) -> Result<(), SandboxError> {
        self.connection.write_file_from(path, source, mode).await
    }

    /// What is beneath a directory of the workspace, as tar.
    pub async fn read_tree(
        &self,
        path: &SandboxPath,
        max_bytes: u64,
    ) -> Result<FileStream, SandboxError> {
        self.connection.read_tree(path, max_bytes).await
    }

    /// Unpacks a tar into a directory of the workspace, made if it is missing. What was unpacked before
    /// an error stays.
    pub async fn write_tree(
        &self,
        path: &SandboxPath,
        source: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SandboxError> {
        self.connection.write_tree(path, source).await
    }

    /// Makes a symbolic link, to whatever it says: who follows it is inside.
    pub async fn make_link(&self, path: &SandboxPath, target: &str) -> Result<(), SandboxError> {
        let entry = guest::tar::Entry {
            name: path.as_str().as_bytes().to_vec(),
            kind: guest::tar::EntryKind::Symlink { target: target.as_bytes().to_vec() },
            mode: 0o777,
            modified: guest::tar::Modified::default(),
            size: 0,
        };
        let mut archive = Vec::new();
        entry.write(&mut archive);
        archive.extend_from_slice(&guest::tar::END);
        self.write_tree(&SandboxPath::root(), archive.as_slice()).await
    }

    pub async fn make_directory(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        self.connection.make_directory(path).await
    }

    /// Gives a file or directory of the workspace another path that is not taken.
    pub async fn rename(&self, from: &SandboxPath, to: &SandboxPath) -> Result<(), SandboxError> {
        self.connection.rename(from, to).await
    }

    /// Removes a file, or a directory with all that is beneath it.
    pub async fn remove_tree(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        self.connection.remove_tree(path).await
    }

    /// All files of the workspace, as tar with modes and times, to be kept and given to
    /// [`Self::restore`]. Programs go on meanwhile: each file is as it was at some moment.
    pub async fn snapshot(&self) -> Result<FileStream, SandboxError> {
        self.connection.read_tree(&SandboxPath::root(), self.largest_snapshot()).await
    }

    /// Puts the files of a [`Self::snapshot`] into the workspace, beside those that are there.
    pub async fn restore(
        &self,
        snapshot: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SandboxError> {
        self.connection.write_tree(&SandboxPath::root(), snapshot).await
    }

    /// Copies all files of the workspace into that of another sandbox.
    pub async fn copy_files_to(&self, other: &Self) -> Result<(), SandboxError> {
        let mut files = self.snapshot().await?;
        other.connection.copy_tree(&SandboxPath::root(), &mut files).await
    }

    /// What a full workspace amounts to: its bytes, and for each file headers and padding.
    fn largest_snapshot(&self) -> u64 {
        const HEADERS: u64 = 4 * 1024;
        let Limits { workspace_bytes, workspace_inodes, .. } = self.limits;
        workspace_bytes.saturating_add(workspace_inodes.saturating_mul(HEADERS))
    }

    /// Resolves when the sandbox is gone, for whatever reason, with what the second witness saw.
    pub async fn ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(ended) => ended.unwrap_or_default(),
            // The task that knew was aborted together with its runtime.
            Err(_) => Ended::default(),
        }
    }

    /// Whether its link is closed: it has ended, or is about to.
    pub(crate) fn is_over(&self) -> bool {
        self.connection.is_closed()
    }

    /// Resolves when it is over, and does not keep it alive.
    pub(crate) fn over(&self) -> impl Future<Output = ()> + Send + use<> {
        self.connection.closing()
    }

    /// Kills everything and waits until nothing is left: process, mount or control group.
    pub async fn destroy(self) {
        self.end.cancel();
        self.ended().await;
        let tasks = self.tasks.clone();
        // The link's tasks end with the connection.
        drop(self);
        tasks.wait().await;
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("isolation", &self.isolation).finish_non_exhaustive()
    }
}

fn elapsed(since: Option<Instant>) -> Duration {
    since.map_or(Duration::ZERO, |it| it.elapsed())
}

async fn keep(
    mut guard: Box<dyn Guard>,
    connection: Connection,
    end: CancellationToken,
    tell_ended: watch::Sender<Option<Ended>>,
) {
    let ended = tokio::select! {
        () = end.cancelled() => None,
        () = connection.closed() => None,
        ended = guard.ended() => Some(ended),
    };
    // Closes the link unless a handle still holds it; programs then see that they are lost.
    drop(connection);
    let ended = match ended {
        Some(ended) => ended,
        None => {
            guard.kill();
            guard.ended().await
        }
    };
    tell_ended.send_replace(Some(ended));
}

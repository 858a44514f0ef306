//! A running sandbox: a connection to its guest, and the guard that ends it.
//!
//! ```text
//! Running ── last handle dropped │ destroy │ link closed │ guest died ──▶ Ending ──▶ Ended
//! ```
//!
//! One task holds the guard. It alone decides that the sandbox is over, and says so only when the
//! backend confirms that nothing of it is left.

use std::{fmt, sync::Arc};

use guest::FileEntry;
use tokio::sync::watch;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    backend::{
        Backend, Control, ControlError, Ended, Guard, Limits, SandboxUsage, Spec, StartError,
    },
    isolation::Isolation,
    link::{Connection, SandboxError},
    path::SandboxPath,
    process::{Process, Program},
    standby::{Standby, StandbyPlan},
};

/// A running sandbox. Cheap to clone; it ends when the last clone is dropped or `destroy` is called.
#[derive(Clone)]
pub struct Sandbox {
    connection: Connection,
    isolation: Arc<Isolation>,
    control: Arc<dyn Control>,
    workspace: Arc<str>,
    limits: Limits,
    ended: watch::Receiver<Option<Ended>>,
    tasks: TaskTracker,
    end: CancellationToken,
    // Read by nobody: the last clone to go cancels `end`.
    _end_with_us: Arc<DropGuard>,
}

impl Sandbox {
    /// Starts a sandbox and waits until its guest answers. Dropping the future ends it.
    pub async fn start(backend: &dyn Backend, spec: Spec) -> Result<Self, StartError> {
        let limits = spec.limits.clone();
        let started = backend.start(spec).await?;
        let tasks = TaskTracker::new();
        let connection = Connection::open(started.link, &tasks)
            .await
            .map_err(|error| StartError::Guest(error.to_string()))?;
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
            control,
            workspace,
            limits,
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

    /// Stops every process of the sandbox, its guest included, until [`Self::resume`].
    pub async fn pause(&self) -> Result<(), ControlError> {
        self.control.pause().await
    }

    pub async fn resume(&self) -> Result<(), ControlError> {
        self.control.resume().await
    }

    /// What the sandbox has used and uses now.
    pub async fn usage(&self) -> Result<SandboxUsage, ControlError> {
        self.control.usage().await
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

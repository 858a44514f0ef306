//! A session that nobody uses gives its sandbox back and keeps its files.
//!
//! ```text
//!  awake ── idle for a while ──▶ asleep (files in a file without a name) ── something to run ──▶ waking
//!    ▲──────────────────────────────── files restored in another sandbox ───────────────────────┘
//! ```
//!
//! Programs do not outlive their execution, so that files are all there is to keep.

use std::{io, path::Path, sync::Arc, time::Duration};

use model::admission::Asking;
use sandbox::{Sandbox, SandboxError};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
    sync::watch,
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{Actor, SessionView};
use crate::{Inner, admission::Slot, offers::Grant};

/// How long a session may be idle before it makes room for whoever waits, unless its kernels know something.
pub(super) const YIELD_AFTER: Duration = Duration::from_secs(10);

/// How often an idle session then looks whether somebody waits for a sandbox.
const LOOK_AROUND: Duration = Duration::from_secs(2);

/// Why a session stays awake.
#[derive(Debug, thiserror::Error)]
enum SleepError {
    #[error("its files cannot be kept: {0}")]
    Keep(#[from] io::Error),
    #[error("its files cannot be read: {0}")]
    Read(#[from] SandboxError),
}

impl Actor {
    /// Gives the sandbox back, unless it is needed for what no file keeps and nobody else wants it.
    pub(super) async fn rest(&mut self) {
        // One that cannot sleep is asked again after its next execution.
        let stays = self.stays_awake();
        self.tired_at = stays.then(|| Instant::now() + LOOK_AROUND);
        if !stays {
            self.fall_asleep().await;
        }
    }

    /// What kernels know and terminals show is lost in sleep, so those that are in use stay while nobody needs
    /// the room.
    fn stays_awake(&self) -> bool {
        let is_rested = self.idle_since.elapsed() >= self.engine.config.sleep_after;
        let is_wanted = self.engine.admission.waiting() > 0;
        let is_in_use = self.kernels.is_in_use() || self.terminals.count() > 0;
        if is_in_use { !(is_rested && is_wanted) } else { !(is_rested || is_wanted) }
    }

    /// Gives the sandbox back, and keeps its files.
    async fn fall_asleep(&mut self) {
        let Some((sandbox, _)) = &self.sandbox else { return };
        match keep_files(sandbox, &self.engine.config.snapshots).await {
            Ok(files) => self.asleep = Some(files),
            Err(error) => {
                tracing::warn!(session = %self.id, %error, "an idle session keeps its sandbox");
                return;
            }
        }
        self.standby.discard().await;
        if let Some((sandbox, slot)) = self.sandbox.take() {
            sandbox.destroy().await;
            drop(slot);
        }
    }

    /// Asks for another sandbox if there is something to run and none to run it in.
    pub(super) fn wake(&mut self) {
        let is_needed = !self.queue.is_empty() || !self.wanted.is_empty();
        if is_needed && let Some(files) = self.asleep.take() {
            let (grant, view) = (self.grant.clone(), self.view.clone());
            self.waking = Some(Waking::start(&self.engine, grant, files, view));
        }
    }
}

/// The files of a sandbox, in a file that vanishes with whoever holds it.
async fn keep_files(sandbox: &Sandbox, directory: &Path) -> Result<File, SleepError> {
    let mut file = File::from_std(tempfile::tempfile_in(directory)?);
    let mut files = sandbox.snapshot().await?;
    tokio::io::copy(&mut files, &mut file).await?;
    file.flush().await?;
    file.rewind().await?;
    Ok(file)
}

/// A session on its way to another sandbox.
pub(super) struct Waking {
    task: JoinHandle<Result<(Sandbox, Slot), String>>,
    stop: CancellationToken,
}

impl Waking {
    fn start(
        engine: &Arc<Inner>,
        grant: Grant,
        files: File,
        view: watch::Sender<SessionView>,
    ) -> Self {
        let stop = CancellationToken::new();
        let (inner, stopped) = (Arc::clone(engine), stop.clone());
        let task = engine.tasks.spawn(async move {
            tokio::select! {
                opened = another(&inner, &grant, &view) => restored(opened?, files).await,
                () = stopped.cancelled() => Err("the session ended before it woke".to_owned()),
            }
        });
        Self { task, stop }
    }

    /// Resolves with the sandbox, or with why there is none. Safe to use in `select!`.
    async fn done(&mut self) -> Result<(Sandbox, Slot), String> {
        (&mut self.task).await.unwrap_or_else(|error| Err(error.to_string()))
    }

    /// Gives up, and waits until nothing of it is left.
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        if let Ok((sandbox, _slot)) = self.done().await {
            sandbox.destroy().await;
        }
    }
}

/// Waits for the sandbox that the session wakes up in; for ever if it is not waking.
pub(super) async fn awake(waking: &mut Option<Waking>) -> Result<(Sandbox, Slot), String> {
    match waking {
        Some(waking) => waking.done().await,
        None => std::future::pending().await,
    }
}

/// A sandbox that is asked for again.
async fn another(
    engine: &Inner,
    grant: &Grant,
    view: &watch::Sender<SessionView>,
) -> Result<(Sandbox, Slot), String> {
    let user = view.borrow().session.user;
    let ticket = engine.admission.enter(user, Asking::Again).map_err(|it| it.to_string())?;
    engine.sandbox(ticket, grant, view).await
}

async fn restored(
    (sandbox, slot): (Sandbox, Slot),
    files: File,
) -> Result<(Sandbox, Slot), String> {
    match sandbox.restore(files).await {
        Ok(()) => Ok((sandbox, slot)),
        Err(error) => {
            sandbox.destroy().await;
            Err(format!("the session's files could not be restored: {error}"))
        }
    }
}

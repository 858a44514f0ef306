//! A session that nobody uses gives its sandbox back and keeps its files.
//!
//! ```text
//!  awake ── idle for a while ──▶ asleep (files in a file without a name) ── something to run ──▶ waking
//!    ▲──────────────────────────────── files restored in another sandbox ───────────────────────┘
//! ```
//!
//! Programs do not outlive their execution, so that files are all there is to keep.

use std::{io, path::Path, sync::Arc};

use sandbox::{Sandbox, SandboxError};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
    sync::watch,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::SessionView;
use crate::{Inner, admission::Slot, offers::Grant};

/// Why a session stays awake.
#[derive(Debug, thiserror::Error)]
pub(super) enum SleepError {
    #[error("its files cannot be kept: {0}")]
    Keep(#[from] io::Error),
    #[error("its files cannot be read: {0}")]
    Read(#[from] SandboxError),
}

/// The files of a sandbox, in a file that vanishes with whoever holds it.
pub(super) async fn keep_files(sandbox: &Sandbox, directory: &Path) -> Result<File, SleepError> {
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
    pub(super) fn start(
        engine: &Arc<Inner>,
        grant: Grant,
        files: File,
        view: watch::Sender<SessionView>,
    ) -> Self {
        let stop = CancellationToken::new();
        let (inner, stopped) = (Arc::clone(engine), stop.clone());
        let task = engine.tasks.spawn(async move {
            tokio::select! {
                opened = inner.sandbox(&grant, &view) => restored(opened?, files).await,
                () = stopped.cancelled() => Err("the session ended before it woke".to_owned()),
            }
        });
        Self { task, stop }
    }

    /// Resolves with the sandbox, or with why there is none. Safe to use in `select!`.
    pub(super) async fn done(&mut self) -> Result<(Sandbox, Slot), String> {
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

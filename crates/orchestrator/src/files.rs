//! Files of sessions that have no sandbox: kept while a session sleeps, and put into the next one.

use std::path::PathBuf;

use model::id::AgentSessionId;
use sandbox::SandboxError;
use tokio::{fs, io};

use crate::{agents::Hub, bench::Bench};

/// Why files were not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("they could not be written: {0}")]
    Disk(#[from] std::io::Error),
}

impl Hub {
    fn kept(&self, session: AgentSessionId) -> PathBuf {
        self.config.directory.join(format!("{session}.tar"))
    }

    /// Keeps all files of a sandbox, in place of those of an earlier one.
    pub(crate) async fn keep_files(
        &self,
        session: AgentSessionId,
        bench: &Bench,
    ) -> Result<(), KeepError> {
        fs::create_dir_all(&self.config.directory).await?;
        let (path, new) =
            (self.kept(session), self.config.directory.join(format!("{session}.new")));
        let mut snapshot = bench.sandbox().snapshot().await?;
        let mut file = fs::OpenOptions::new();
        // Repositories may be private.
        let mut file = file.write(true).create(true).truncate(true).mode(0o600).open(&new).await?;
        io::copy(&mut snapshot, &mut file).await?;
        file.sync_all().await?;
        fs::rename(&new, &path).await?;
        Ok(())
    }

    /// Without them a session goes on too: its agent begins a new conversation, and its checkout is made anew.
    pub(crate) async fn restore_files(&self, session: AgentSessionId, bench: &Bench) {
        let Ok(file) = fs::File::open(self.kept(session)).await else { return };
        if let Err(error) = bench.sandbox().restore(file).await {
            tracing::warn!(%session, %error, "files of a session were not restored");
        }
    }

    pub(crate) async fn forget_files(&self, session: AgentSessionId) {
        // Most sessions that end have none.
        fs::remove_file(self.kept(session)).await.ok();
    }
}

//! What agents have at home, while their session has no sandbox: kept, and put into the next one.

use std::path::PathBuf;

use model::id::AgentSessionId;
use sandbox::{SandboxError, SandboxPath};
use tokio::{fs, io};

use crate::{
    agents::Hub,
    bench::{Bench, HOME},
};

/// Why files were not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("they could not be written: {0}")]
    Disk(#[from] std::io::Error),
}

/// Bytes of a home that are kept. Histories of long conversations have some MiB.
const MAX_HOME: u64 = 256 << 20;

fn home() -> SandboxPath {
    SandboxPath::try_from(HOME).expect("our own name is a path")
}

impl Hub {
    fn kept(&self, session: AgentSessionId) -> PathBuf {
        self.config.directory.join(format!("{session}.tar"))
    }

    /// Keeps what the agent has in its home, its history above all, in place of that of an earlier sandbox. The
    /// checkout is made anew before anything is done in it.
    pub(crate) async fn keep_files(
        &self,
        session: AgentSessionId,
        bench: &Bench,
    ) -> Result<(), KeepError> {
        fs::create_dir_all(&self.config.directory).await?;
        let (path, new) =
            (self.kept(session), self.config.directory.join(format!("{session}.new")));
        let mut home = bench.sandbox().read_tree(&home(), MAX_HOME).await?;
        let mut file = fs::OpenOptions::new();
        // Repositories may be private.
        let mut file = file.write(true).create(true).truncate(true).mode(0o600).open(&new).await?;
        io::copy(&mut home, &mut file).await?;
        file.sync_all().await?;
        fs::rename(&new, &path).await?;
        Ok(())
    }

    /// Without them a session goes on too: its agent begins a new conversation.
    pub(crate) async fn restore_files(&self, session: AgentSessionId, bench: &Bench) {
        let Ok(file) = fs::File::open(self.kept(session)).await else { return };
        if let Err(error) = bench.sandbox().write_tree(&home(), file).await {
            tracing::warn!(%session, %error, "files of a session were not restored");
        }
    }

    pub(crate) async fn forget_files(&self, session: AgentSessionId) {
        // Most sessions that end have none.
        fs::remove_file(self.kept(session)).await.ok();
    }
}

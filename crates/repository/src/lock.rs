//! Locks that other processes see, and that git itself goes on holding when the server is killed.

use std::{fs::File, io, path::Path, process::Stdio};

use rustix::{
    fs::{FlockOperation, flock},
    io::retry_on_intr,
};

/// A lock on a file, until it and all that was started with it are gone.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    pub(crate) async fn exclusive(path: &Path) -> io::Result<Self> {
        Self::wait(path, FlockOperation::LockExclusive).await
    }

    pub(crate) async fn shared(path: &Path) -> io::Result<Self> {
        Self::wait(path, FlockOperation::LockShared).await
    }

    /// `None` while anybody else holds it.
    pub(crate) fn try_exclusive(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn wait(path: &Path, operation: FlockOperation) -> io::Result<Self> {
        let file = open(path)?;
        let wait = move || {
            retry_on_intr(|| flock(&file, operation))?;
            Ok(Self(file))
        };
        tokio::task::spawn_blocking(wait).await.map_err(io::Error::other)?
    }

    /// An input for git that says nothing and is locked: whoever comes after a server that was killed waits for the
    /// git that it left, instead of removing files under it.
    pub(crate) fn held_by_child(&self) -> io::Result<Stdio> {
        self.0.try_clone().map(Stdio::from)
    }
}

fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Soon, at least: what another test starts holds all files of this process for a moment, until it is executed.
    async fn is_free(path: &Path) {
        let limit = Duration::from_secs(30);
        tokio::time::timeout(limit, Lock::exclusive(path)).await.unwrap().unwrap();
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "stands for a git that outlives its server")]
    async fn what_was_started_with_a_lock_goes_on_holding_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let lock = Lock::exclusive(&path).await.unwrap();
        let mut child = tokio::process::Command::new("sleep")
            .arg("3600")
            .stdin(lock.held_by_child().unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        drop(lock);
        assert!(Lock::try_exclusive(&path).unwrap().is_none());
        child.kill().await.unwrap();
        is_free(&path).await;
    }

    #[tokio::test]
    async fn those_who_share_it_keep_out_who_wants_it_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let one = Lock::shared(&path).await.unwrap();
        let two = Lock::shared(&path).await.unwrap();
        drop(one);
        assert!(Lock::try_exclusive(&path).unwrap().is_none());
        drop(two);
        is_free(&path).await;
    }
}

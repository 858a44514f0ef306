//! The files of a mirror: made whole or not at all, and cleared of what killed processes left.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::{Address, GitError, git::Git, lock::Lock};

/// What a repository is called until it is whole.
const NEW: &str = "new-";

/// Where one mirror is, and whose turn it is there.
#[derive(Debug)]
pub(crate) struct Place {
    key: String,
    root: PathBuf,
    repository: PathBuf,
    /// Tasks of this process, before they wait for other processes.
    fetching: Mutex<()>,
    /// Seeds are made one after another: the second of two finds that of the first.
    pub(crate) seeding: Mutex<()>,
}

/// The right to change branches and packs.
pub(super) struct Turn<'a> {
    pub(super) lock: Lock,
    _task: MutexGuard<'a, ()>,
}

impl Place {
    pub(crate) fn new(root: PathBuf, key: String) -> Self {
        let repository = root.join("git");
        Self { key, root, repository, fetching: Mutex::default(), seeding: Mutex::default() }
    }

    /// Of its address.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    /// Makes the repository if it is missing. It gets its name last, so that it is never half there.
    pub(crate) async fn prepare(&self, git: &Git, address: &Address) -> Result<(), GitError> {
        if self.repository.exists() {
            return Ok(());
        }
        let _task = self.fetching.lock().await;
        fs::create_dir_all(self.quarantine())?;
        let _lock = Lock::exclusive(&self.root.join("fetch.lock")).await?;
        if self.repository.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(NEW) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        fs::write(self.root.join("address"), format!("{address}\n"))?;
        let new = TempDir::with_prefix_in(NEW, &self.root)?;
        let call = git.outside("init").args(["--quiet", "--bare", "--template="]);
        call.args(["--object-format=sha1", "--initial-branch=main"])
            .arg(new.path())
            .bytes()
            .await?;
        fs::rename(new.keep(), &self.repository)?;
        Ok(())
    }

    /// Waits until nobody else changes branches and packs, not even a git that a killed server left behind, and
    /// removes what stopped halfway.
    pub(super) async fn turn(&self) -> io::Result<Turn<'_>> {
        let task = self.fetching.lock().await;
        let lock = Lock::exclusive(&self.root.join("fetch.lock")).await?;
        remove_leftovers(&self.repository)?;
        if let Some(_alone) = Lock::try_exclusive(&self.root.join("use.lock"))? {
            for entry in fs::read_dir(self.quarantine())? {
                fs::remove_dir_all(entry?.path())?;
            }
        }
        Ok(Turn { lock, _task: task })
    }

    /// Removes packs that did not become whole in this turn; gives the bytes of the largest.
    pub(super) fn clear_unfinished(&self) -> io::Result<u64> {
        clear_unfinished(&self.repository)
    }

    /// Keeps others from clearing the quarantine.
    pub(super) async fn in_use(&self) -> io::Result<Lock> {
        Lock::shared(&self.root.join("use.lock")).await
    }

    pub(super) fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// Bytes of the packs, and how many there are.
    pub(super) fn packs(&self) -> io::Result<(u64, usize)> {
        let mut bytes = 0;
        let mut packs = 0;
        for entry in fs::read_dir(self.repository.join("objects/pack"))? {
            let entry = entry?;
            bytes += entry.metadata().map_or(0, |it| it.len());
            packs += usize::from(entry.path().extension().is_some_and(|it| it == "pack"));
        }
        Ok((bytes, packs))
    }
}

/// Locks of references and packs that were being written. Nobody but the holder of the turn writes either.
fn remove_leftovers(repository: &Path) -> io::Result<()> {
    let mut directories = vec![repository.join("refs")];
    let is_lock = |it: &Path| it.extension().is_some_and(|it| it == "lock");
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                directories.push(entry.path());
            } else if is_lock(&entry.path()) {
                fs::remove_file(entry.path())?;
            }
        }
    }
    for entry in fs::read_dir(repository)? {
        let path = entry?.path();
        if is_lock(&path) {
            fs::remove_file(path)?;
        }
    }
    clear_unfinished(repository)?;
    Ok(())
}

/// Removes packs that are not whole; gives the bytes of the largest.
fn clear_unfinished(repository: &Path) -> io::Result<u64> {
    let mut largest = 0;
    for entry in fs::read_dir(repository.join("objects/pack"))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("tmp_") || name.starts_with(".tmp-") {
            largest = largest.max(entry.metadata()?.len());
            fs::remove_file(entry.path())?;
        }
    }
    Ok(largest)
}

//! Trees of files under keys, on disk: made once, never changed, the least used removed first.
//!
//! ```text
//! kept/KEY/     whole, read-only; appears by a rename
//! locks/KEY     shared: somebody uses it; alone: somebody makes or removes it. Its time is the last use
//! latest/NAME   the key of the tree that was made last of what has this name
//! room          locked: somebody looks for what to remove
//! half/NAME/    being made, or being removed; half/NAME.lock is held as long as somebody does so
//! ```
//!
//! Locks belong to open files, so they hold between processes as within one, and a process that is
//! killed holds none. What it left in `half` is removed by the next one that opens the cache.

use std::{
    fs::{self, File, FileTimes, TryLockError},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::clock::{Clock, random_id};

/// How often a lock that another process holds is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// Beneath it, files whose names stand for what their owners change, and which hold keys.
const LATEST: &str = "latest";

/// Its lock is held by whoever removes trees.
const ROOM: &str = "room";

/// Beside each tree, its size in bytes.
const SIZE: &str = "size";
const TREE: &str = "tree";
const NOTE: &str = "note";

#[derive(Debug)]
pub(super) struct Cache {
    directory: PathBuf,
    most_bytes: u64,
    clock: Clock,
}

/// A tree that stays as long as this is held. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Lease(Arc<Leased>);

#[derive(Debug)]
struct Leased {
    tree: PathBuf,
    // Held for its lock.
    _lock: File,
}

impl Lease {
    pub(super) fn tree(&self) -> &Path {
        &self.0.tree
    }

    /// What was noted beside the tree, where nothing that was built can reach.
    pub(super) fn note(&self) -> String {
        fs::read_to_string(self.0.tree.with_file_name(NOTE)).unwrap_or_default()
    }
}

/// What asking for a key comes to.
#[derive(Debug)]
pub(super) enum Found {
    There(Lease),
    /// Nobody else makes it as long as this is held.
    Missing(Making),
}

/// The right, and the duty, to make what a key stands for.
#[derive(Debug)]
pub(super) struct Making {
    key: String,
    lock: File,
    half: Half,
}

/// A directory that is removed unless it is kept.
#[derive(Debug)]
struct Half {
    directory: PathBuf,
    lock_path: PathBuf,
    // Held for its lock.
    _lock: File,
}

impl Making {
    /// An empty directory to put the tree into.
    pub(super) fn tree(&self) -> PathBuf {
        self.half.directory.join(TREE)
    }

    pub(super) fn note(&self, text: &str) -> io::Result<()> {
        fs::write(self.half.directory.join(NOTE), text)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        // Kept, or removed: the next process that opens the cache looks again.
        fs::remove_dir_all(&self.directory).ok();
        fs::remove_file(&self.lock_path).ok();
    }
}

impl Cache {
    /// Removes what earlier processes left half made.
    pub(super) fn open(directory: PathBuf, most_bytes: u64) -> io::Result<Self> {
        for part in ["kept", "locks", "half", LATEST] {
            make_private(&directory.join(part))?;
        }
        let cache = Self { directory, most_bytes, clock: Clock::system() };
        cache.remove_leftovers()?;
        Ok(cache)
    }

    /// What a key stands for, if it is there.
    pub(super) async fn look(self: &Arc<Self>, key: &str) -> io::Result<Option<Lease>> {
        let (cache, key) = (Arc::clone(self), key.to_owned());
        let looked = tokio::task::spawn_blocking(move || cache.lease(&key)).await;
        looked.map_err(io::Error::other)?
    }

    /// The tree that was noted last under a name, if it is still there.
    pub(super) async fn latest(self: &Arc<Self>, name: &str) -> io::Result<Option<Lease>> {
        let (cache, path) = (Arc::clone(self), self.directory.join(LATEST).join(name));
        let looked = tokio::task::spawn_blocking(move || match fs::read_to_string(path) {
            Ok(key) => cache.lease(&key),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        looked.await.map_err(io::Error::other)?
    }

    /// Notes that the tree of a key is the last one under a name.
    pub(super) async fn note_latest(self: &Arc<Self>, name: String, key: String) -> io::Result<()> {
        let cache = Arc::clone(self);
        let noted = tokio::task::spawn_blocking(move || {
            let new = cache.directory.join(LATEST).join(format!("{name}.{:032x}", random_id()));
            fs::write(&new, key)?;
            fs::rename(new, cache.directory.join(LATEST).join(name))
        });
        noted.await.map_err(io::Error::other)?
    }

    /// What a key stands for, or the right to make it. Waits while another process makes it.
    pub(super) async fn ask(self: &Arc<Self>, key: &str) -> io::Result<Found> {
        loop {
            let (cache, asked) = (Arc::clone(self), key.to_owned());
            let tried = tokio::task::spawn_blocking(move || cache.try_ask(&asked)).await;
            match tried.map_err(io::Error::other)?? {
                Some(found) => return Ok(found),
                None => tokio::time::sleep(RETRY).await,
            }
        }
    }

    fn try_ask(&self, key: &str) -> io::Result<Option<Found>> {
        if let Some(lease) = self.lease(key)? {
            return Ok(Some(Found::There(lease)));
        }
        let Some(lock) = self.lock(key, File::try_lock)? else { return Ok(None) };
        if self.kept(key).exists() {
            // Made right before; the next attempt leases it.
            return Ok(None);
        }
        let half = self.half()?;
        fs::create_dir(half.directory.join(TREE))?;
        readable(&half.directory)?;
        readable(&half.directory.join(TREE))?;
        Ok(Some(Found::Missing(Making { key: key.to_owned(), lock, half })))
    }

    /// The tree of a key, if there is one and nobody removes it.
    fn lease(&self, key: &str) -> io::Result<Option<Lease>> {
        let kept = self.kept(key);
        if !kept.exists() {
            return Ok(None);
        }
        let Some(lock) = self.lock(key, File::try_lock_shared)? else { return Ok(None) };
        if !kept.exists() {
            return Ok(None);
        }
        // What was used lately is removed last.
        let now = Duration::from_millis(self.clock.now().as_millis().unsigned_abs());
        lock.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + now))?;
        Ok(Some(Lease(Arc::new(Leased { tree: kept.join(TREE), _lock: lock }))))
    }

    /// Keeps what was made, for everybody from now on, and makes room for it.
    pub(super) fn keep(&self, making: Making, bytes: u64) -> io::Result<Lease> {
        let Making { key, lock, half } = making;
        fs::write(half.directory.join(SIZE), bytes.to_string())?;
        // Going from one kind of lock to the other lets go in between, when a cache that is full enough
        // would remove even the newest.
        let room = self.only_one_makes_room()?;
        fs::rename(&half.directory, self.kept(&key))?;
        drop(half);
        lock.unlock()?;
        drop(lock);
        let lease = self.lease(&key)?;
        drop(room);
        self.make_room()?;
        lease.ok_or_else(|| io::Error::other("it was removed as soon as it was made"))
    }

    /// Nothing is removed by anybody else, in whatever process, as long as this is held.
    fn only_one_makes_room(&self) -> io::Result<File> {
        let file = File::options().create(true).append(true).open(self.directory.join(ROOM))?;
        file.lock()?;
        Ok(file)
    }

    /// Removes what was not used for the longest time, and is not used now, until the rest is small
    /// enough.
    pub(super) fn make_room(&self) -> io::Result<()> {
        let _room = self.only_one_makes_room()?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.directory.join("kept"))? {
            let Ok(key) = entry?.file_name().into_string() else { continue };
            let bytes = fs::read_to_string(self.kept(&key).join(SIZE)).unwrap_or_default();
            let used = fs::metadata(self.lock_path(&key)).and_then(|it| it.modified());
            entries.push((used.unwrap_or(SystemTime::UNIX_EPOCH), key, bytes.parse().unwrap_or(0)));
        }
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, _, bytes)| bytes).sum();
        for (_, key, bytes) in entries {
            if total <= self.most_bytes {
                break;
            }
            if self.remove(&key)? {
                total -= bytes;
            }
        }
        Ok(())
    }

    /// `false` if somebody uses it.
    fn remove(&self, key: &str) -> io::Result<bool> {
        let Some(lock) = self.lock(key, File::try_lock)? else { return Ok(false) };
        let half = self.half()?;
        // It vanishes at once; its files take their time.
        fs::rename(self.kept(key), &half.directory)?;
        fs::remove_file(self.lock_path(key))?;
        drop(lock);
        drop(half);
        Ok(true)
    }

    fn half(&self) -> io::Result<Half> {
        let name = format!("{:032x}", random_id());
        let directory = self.directory.join("half").join(&name);
        let lock_path = self.directory.join("half").join(format!("{name}.lock"));
        let lock = File::create(&lock_path)?;
        lock.lock()?;
        fs::create_dir(&directory)?;
        Ok(Half { directory, lock_path, _lock: lock })
    }

    fn remove_leftovers(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.directory.join("half"))? {
            let path = entry?.path();
            let Some(directory) = path.to_str().and_then(|it| it.strip_suffix(".lock")) else {
                continue;
            };
            match File::open(&path).map(|it| (it.try_lock(), it)) {
                Ok((Ok(()), _lock)) => {
                    match fs::remove_dir_all(directory) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                        _ => {}
                    }
                    fs::remove_file(&path)?;
                }
                // Somebody is still at it, or just done.
                Ok((Err(_), _)) | Err(_) => {}
            }
        }
        // Locks of what could not be made.
        for entry in fs::read_dir(self.directory.join("locks"))? {
            let Ok(key) = entry?.file_name().into_string() else { continue };
            let lock = self.lock(&key, File::try_lock)?;
            if lock.is_some() && !self.kept(&key).exists() {
                fs::remove_file(self.lock_path(&key))?;
            }
        }
        Ok(())
    }

    /// Locks a key, or gives `None` where somebody else's lock stands against it.
    fn lock(
        &self,
        key: &str,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> io::Result<Option<File>> {
        let path = self.lock_path(key);
        loop {
            let file = File::options().create(true).append(true).open(&path)?;
            match lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever removes a tree removes its lock too; a lock without a name is nobody's.
            match fs::metadata(&path) {
                Ok(named) if named.ino() == file.metadata()?.ino() => return Ok(Some(file)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn kept(&self, key: &str) -> PathBuf {
        self.directory.join("kept").join(key)
    }

    fn lock_path(&self, key: &str) -> PathBuf {
        self.directory.join("locks").join(key)
    }
}

/// Programs of sandboxes come in by a mount of one tree; nobody else on this machine has business here.
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests;

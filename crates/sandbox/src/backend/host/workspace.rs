//! The private directory of one sandbox, removed with it.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::backend::owner::Owner;

/// Before the owner and a random part in the names of directories.
const PREFIX: &str = "runbook-host-";

/// A directory that only its user may enter.
#[derive(Debug)]
pub(super) struct Workspace {
    path: PathBuf,
}

impl Workspace {
    pub(super) fn create(base: &Path) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let random = u64::from_ne_bytes(random);
        let path = base.join(format!("{PREFIX}{}-{random:016x}", Owner::ours()));
        // Refuses a name that somebody else put there first.
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path: path.canonicalize()? })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes the workspaces of processes that have ended. Those of other users do not let us.
pub(super) fn remove_leftovers(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let owner = name.strip_prefix(PREFIX).and_then(|it| it.rsplit_once('-'));
        let owner = owner.and_then(|(owner, _)| owner.parse::<Owner>().ok());
        if owner.is_some_and(|it| it.is_gone()) {
            remove(&entry.path());
        }
    }
}

fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_ok() {
        return;
    }
    // A program may have closed directories of its own.
    open_directories(path);
    if let Err(error) = fs::remove_dir_all(path) {
        tracing::warn!(path = %path.display(), %error, "a workspace is not removed");
    }
}

fn open_directories(path: &Path) {
    // No link is followed: what one names is not ours to change.
    if !fs::symlink_metadata(path).is_ok_and(|it| it.is_dir()) {
        return;
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).ok();
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        open_directories(&entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_user_may_enter_and_nothing_of_it_stays() {
        let base = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(base.path()).unwrap();
        let path = workspace.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::create_dir_all(path.join("a/b")).unwrap();
        fs::set_permissions(path.join("a"), Permissions::from_mode(0o000)).unwrap();
        drop(workspace);
        assert!(!path.exists());
    }

    #[test]
    fn workspaces_of_dead_processes_are_removed_and_no_others() {
        let base = tempfile::tempdir().unwrap();
        let ours = Workspace::create(base.path()).unwrap();
        let owner = Owner::ours().to_string();
        let (place, _) = owner.split_once('.').unwrap();
        let dead = base.path().join(format!("{PREFIX}{place}.4194304.0-0123"));
        let other = base.path().join(format!("{PREFIX}notes"));
        fs::create_dir(&dead).unwrap();
        fs::create_dir(&other).unwrap();
        remove_leftovers(base.path());
        assert!(!dead.exists());
        assert!(ours.path().exists() && other.exists());
    }
}

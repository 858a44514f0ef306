//! All mirrors of this server, and the seeds made from them.
//!
//! ```text
//! <directory>/mirrors/<key of the address>/   address      for operators
//!                                             git/         the bare repository; branches as at the forge
//!                                             quarantine/  what sandboxes send, until it has been examined
//!                                             fetch.lock   held by who changes branches or packs
//!                                             use.lock     shared by who uses the quarantine
//!            /seeds/                          see `seeds`
//! ```

use std::{
    collections::HashMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::{
    Address, Credentials, GitError, Limits, Mirror, git::Git, mirror::Place, seeds::Seeds,
};

/// Of November 2021. The youngest thing that is relied on is `GIT_CONFIG_GLOBAL`, of 2.32.
const OLDEST: (u32, u32) = (2, 34);

/// Why this server can have no repositories.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("the server's git is {version:?}; install 2.34 or newer")]
    TooOld { version: String },
    #[error("repositories cannot be kept in {}: {reason}", directory.display())]
    Directory { directory: PathBuf, reason: io::Error },
}

/// Why a mirror cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{host} is not asked over https, so nobody signs in there; use an https address")]
    Insecure { host: String },
    #[error("the mirror of {address} cannot be made: {reason}")]
    Make { address: Address, reason: GitError },
}

/// Where mirrors are kept; cheap to clone.
#[derive(Clone, Debug)]
pub struct Repositories {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) git: Git,
    pub(crate) seeds: Seeds,
    mirrors: PathBuf,
    /// Those that are open: tasks of one process wait for each other without a thread.
    open: Mutex<HashMap<String, Weak<Place>>>,
}

impl Repositories {
    /// `variables` are the server's own; git gets those few of them by which programs and proxies are found.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written, or git is missing or too old.
    pub async fn new(
        directory: &Path,
        limits: Limits,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SetupError> {
        let git = Git::new(variables, limits);
        let version = git.outside("version").line().await?;
        if release(&version).is_none_or(|it| it < OLDEST) {
            return Err(SetupError::TooOld { version });
        }
        let unusable = |reason| SetupError::Directory { directory: directory.to_owned(), reason };
        let [mirrors, seeds] = prepare(directory).map_err(unusable)?;
        let seeds = Seeds::new(seeds);
        let open = Mutex::default();
        Ok(Self { shared: Arc::new(Shared { git, seeds, mirrors, open }) })
    }

    /// The mirror of a repository, made if it is missing. Nobody is asked yet; see [`Mirror::fetch`].
    ///
    /// # Errors
    ///
    /// When credentials would go out unencrypted, or this server's files cannot be used.
    pub async fn open(
        &self,
        address: &Address,
        credentials: Option<Credentials>,
    ) -> Result<Mirror, OpenError> {
        if credentials.is_some() && !address.keeps_secrets() {
            return Err(OpenError::Insecure { host: address.host().to_owned() });
        }
        let failed = |reason| OpenError::Make { address: address.clone(), reason };
        let place = self.place(address);
        place.prepare(&self.shared.git, address).await.map_err(failed)?;
        Ok(Mirror::new(Arc::clone(&self.shared), place, address.clone(), credentials))
    }

    fn place(&self, address: &Address) -> Arc<Place> {
        let key = address.key();
        let mut open = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, it| it.strong_count() > 0);
        if let Some(place) = open.get(&key).and_then(Weak::upgrade) {
            return place;
        }
        let place = Arc::new(Place::new(self.shared.mirrors.join(&key), key.clone()));
        open.insert(key, Arc::downgrade(&place));
        place
    }
}

/// Makes the directories, by paths that mean the same wherever git is started.
fn prepare(directory: &Path) -> io::Result<[PathBuf; 2]> {
    let made = ["mirrors", "seeds"].map(|it| {
        let path = directory.join(it);
        std::fs::create_dir_all(&path)?;
        // Repositories may be private.
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        path.canonicalize()
    });
    let [mirrors, seeds] = made;
    Ok([mirrors?, seeds?])
}

/// Out of `git version 2.47.3 (Apple Git-1)`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("git version ")?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_git_are_told_apart() {
        assert_eq!(release("git version 2.47.3"), Some((2, 47)));
        assert_eq!(release("git version 2.9.1 (Apple Git-1)"), Some((2, 9)));
        assert!(release("git version 2.9.1").unwrap() < OLDEST);
        assert_eq!(release("gti"), None);
    }
}

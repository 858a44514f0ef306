//! What checkouts begin with, kept as files: a tar of `.git` for each commit that somebody asked for.
//!
//! It has history up to a depth, in one pack with its index; no branch, no remote, no hook. `HEAD` is the commit.
//! When all of them are larger than the limit, the one that was used longest ago goes.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use guest::tar::{END, Entry, EntryKind, Modified, padding};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};
use tempfile::{NamedTempFile, TempDir};
use tokio::{fs::File, task::spawn_blocking};

use crate::{
    CommitId, GitError,
    git::{Git, Input},
    lock::Lock,
    mirror::Place,
    script::CONFIGURATION,
};

/// Why there is no seed.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("commit {commit} is not in the mirror; fetch first")]
    Missing { commit: CommitId },
    #[error("no checkout can be made: {0}")]
    Git(#[from] GitError),
}

/// An open seed. Its bytes stay, whatever becomes of the file.
#[derive(Debug)]
pub struct SeedFile {
    /// A tar with `.git` in it.
    pub file: File,
    pub bytes: u64,
}

/// All seeds of this server.
#[derive(Debug)]
pub(crate) struct Seeds(PathBuf);

impl Seeds {
    pub(crate) const fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    pub(crate) async fn open(
        &self,
        git: &Git,
        place: &Place,
        commit: &CommitId,
    ) -> Result<SeedFile, SeedError> {
        let path = self.0.join(format!("{}-{commit}-{}.tar", place.key(), git.limits().depth));
        if let Some(file) = self.kept(&path).await? {
            return Ok(file);
        }
        let _task = place.seeding.lock().await;
        if let Some(file) = self.kept(&path).await? {
            return Ok(file);
        }
        let used = self.clear().await.map_err(GitError::from)?;
        let directory = TempDir::with_prefix_in("new-", &self.0).map_err(GitError::from)?;
        copy_history(git, place, directory.path(), commit).await?;
        let file = NamedTempFile::with_prefix_in("new-", &self.0).map_err(GitError::from)?;
        let commit = commit.clone();
        let most = git.limits().seed_cache_bytes;
        let seeds = self.0.clone();
        let work = move || -> io::Result<SeedFile> {
            let _used = used;
            write(directory.path(), &commit, file.as_file())?;
            file.as_file().sync_all()?;
            let open = fs::File::open(file.path())?;
            file.persist(&path)?;
            let bytes = open.metadata()?.len();
            forget_oldest(&seeds, &path, most)?;
            Ok(SeedFile { file: File::from_std(open), bytes })
        };
        let made = spawn_blocking(work).await.map_err(io::Error::other).flatten();
        Ok(made.map_err(GitError::from)?)
    }

    async fn kept(&self, path: &Path) -> Result<Option<SeedFile>, GitError> {
        let file = match File::open(path).await {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let used = Timestamps { last_access: now, last_modification: now };
        futimens(&file, &used).map_err(io::Error::from)?;
        let bytes = file.metadata().await?.len();
        Ok(Some(SeedFile { file, bytes }))
    }

    /// Removes what was being made when a server was killed, if nobody makes any now.
    async fn clear(&self) -> io::Result<Lock> {
        let path = self.0.join("use.lock");
        if let Some(_alone) = Lock::try_exclusive(&path)? {
            for entry in fs::read_dir(&self.0)? {
                let entry = entry?;
                if !entry.file_name().to_string_lossy().starts_with("new-") {
                    continue;
                }
                if entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                } else {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Lock::shared(&path).await
    }
}

/// Makes a bare repository with the newest history of a commit in one pack.
async fn copy_history(
    git: &Git,
    place: &Place,
    into: &Path,
    commit: &CommitId,
) -> Result<(), SeedError> {
    let found = git.call(place.repository(), "cat-file").args(["-t", commit.as_str()]);
    if found.answer(Input::Nothing).await?.output != b"commit\n" {
        return Err(SeedError::Missing { commit: commit.clone() });
    }
    let init = git.outside("init").args(["--quiet", "--bare", "--template="]);
    init.arg("--object-format=sha1").arg(into).bytes().await?;
    let fetch = git.call(into, "fetch").at_files();
    let fetch = fetch.args(["--quiet", "--no-tags", "--no-write-fetch-head", "--refmap="]);
    let fetch = fetch.arg(format!("--depth={}", git.limits().depth));
    fetch.arg(place.repository()).arg(commit.as_str()).bytes().await?;
    Ok(())
}

/// The tar. Only what a checkout needs of the repository that git made goes in.
fn write(repository: &Path, commit: &CommitId, to: &fs::File) -> io::Result<()> {
    let mut tar = Tar(io::BufWriter::with_capacity(1 << 20, to));
    for name in ["", "objects/", "objects/info/", "objects/pack/", "refs/", "refs/heads/"] {
        tar.entry(name, EntryKind::Directory, 0o755, 0)?;
    }
    tar.text("HEAD", &format!("{commit}\n"))?;
    tar.text("config", CONFIGURATION)?;
    match fs::read_to_string(repository.join("shallow")) {
        Ok(shallow) => tar.text("shallow", &shallow)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    for entry in fs::read_dir(repository.join("objects/pack"))? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| io::ErrorKind::InvalidFilename)?;
        tar.file(&format!("objects/pack/{name}"), &mut fs::File::open(entry.path())?)?;
    }
    io::Write::write_all(&mut tar.0, &END)?;
    io::Write::flush(&mut tar.0)
}

/// A tar that is being written, of what is beneath `.git`.
struct Tar<W: io::Write>(W);

impl<W: io::Write> Tar<W> {
    fn entry(&mut self, name: &str, kind: EntryKind, mode: u32, size: u64) -> io::Result<()> {
        let name = format!(".git/{name}").into_bytes();
        let mut header = Vec::new();
        Entry { name, kind, mode, modified: Modified::default(), size }.write(&mut header);
        self.0.write_all(&header)
    }

    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.content(name, 0o644, text.len() as u64, &mut text.as_bytes())
    }

    fn file(&mut self, name: &str, file: &mut fs::File) -> io::Result<()> {
        let size = file.metadata()?.len();
        self.content(name, 0o444, size, file)
    }

    fn content(
        &mut self,
        name: &str,
        mode: u32,
        size: u64,
        from: &mut dyn io::Read,
    ) -> io::Result<()> {
        self.entry(name, EntryKind::File, mode, size)?;
        let written = io::copy(&mut io::Read::take(from, size), &mut self.0)?;
        if written < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.0.write_all(&vec![0; padding(size)])
    }
}

/// Keeps the newest one, however large it is: somebody has just asked for it.
fn forget_oldest(seeds: &Path, newest: &Path, most: u64) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(seeds)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "tar") && path != newest {
            // Another process may have forgotten it meanwhile.
            let Ok(file) = path.metadata() else { continue };
            kept.push(((file.mtime(), file.mtime_nsec()), file.len(), path));
        }
    }
    kept.sort();
    let mut bytes = newest.metadata()?.len() + kept.iter().map(|it| it.1).sum::<u64>();
    for (_, size, path) in kept {
        if bytes <= most {
            break;
        }
        bytes -= size;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

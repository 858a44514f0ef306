//! Taking what an agent left. All of it is hostile: bytes of a program in the sandbox.
//!
//! ```text
//! line with the tree's id, pack ─▶ bytes and objects counted ─▶ quarantine: index-pack --strict
//!      ─▶ is the tree here, with all that it names? ─▶ what changed: no repository within ─▶ the mirror
//! ```
//!
//! A pack that is refused leaves nothing. One that is taken is on no branch: only its tree's id leads to it.

use std::{
    fs, io,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
};

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::timeout,
};

use crate::{
    CommitId, GitError, Mirror, TreeId,
    git::{Call, Input, objects},
};

/// What was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub tree: TreeId,
    /// Against the commit that the agent began with; zero if it changed nothing.
    pub changed_files: usize,
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    #[error("what the sandbox sent does not begin as a snapshot does: {0}")]
    Malformed(&'static str),
    #[error(
        "the changes are larger than {bytes} bytes; leave out what can be made anew, by .gitignore"
    )]
    TooLarge { bytes: u64 },
    #[error(
        "the changes are of more than {most} files; leave out what can be made anew, by .gitignore"
    )]
    TooMany { most: u32 },
    #[error("what the sandbox sent is no sound pack of git: {words}")]
    Unsound { words: String },
    #[error("what the sandbox sent lacks objects: {words}")]
    Incomplete { words: String },
    #[error("{path} is a git repository of its own; remove its .git, or name it in .gitignore")]
    Nested { path: String },
    #[error(transparent)]
    Git(#[from] GitError),
}

/// `PACK`, version, number of objects.
const HEADER: usize = 12;

/// Mode of a submodule's entry.
const SUBMODULE: &str = "160000";

/// Bytes for one changed file in a list of them: a path is 4096 at most, and most are short.
const BYTES_PER_FILE: usize = 512;

impl Mirror {
    /// Takes what [`crate::script::snapshot`] printed, for a checkout of `base`.
    ///
    /// # Errors
    ///
    /// When it is not whole, sound and within the limits, or a repository of its own lies within.
    pub async fn take(
        &self,
        snapshot: impl AsyncRead + Send + Unpin,
        base: &CommitId,
    ) -> Result<Taken, TakeError> {
        let limit = self.shared.git.limits().snapshot_time;
        let too_late = GitError::TimedOut { command: "index-pack", limit };
        timeout(limit, self.take_all(snapshot, base)).await.unwrap_or(Err(too_late.into()))
    }

    async fn take_all(
        &self,
        snapshot: impl AsyncRead + Send + Unpin,
        base: &CommitId,
    ) -> Result<Taken, TakeError> {
        let limits = self.shared.git.limits();
        // One byte more than is allowed tells what is too large.
        let mut snapshot = snapshot.take(limits.snapshot_bytes.saturating_add(1));
        let tree = tree_line(&mut snapshot).await?;
        let (header, objects_sent) = pack_header(&mut snapshot).await?;
        if objects_sent > limits.snapshot_objects {
            return Err(TakeError::TooMany { most: limits.snapshot_objects });
        }
        let _used = self.place.in_use().await.map_err(GitError::from)?;
        let quarantine = Quarantine::new(&self.place.quarantine()).map_err(GitError::from)?;
        if objects_sent > 0 {
            let indexed = self.index(&quarantine, &mut header.chain(&mut snapshot)).await;
            if snapshot.limit() == 0 {
                return Err(TakeError::TooLarge { bytes: limits.snapshot_bytes });
            }
            indexed?;
        }
        self.examine_tree(&quarantine, base, &tree).await?;
        let changed_files = self.examine_changes(&quarantine, base, &tree).await?;
        quarantine.release(self.repository()).map_err(GitError::from)?;
        Ok(Taken { tree, changed_files })
    }

    /// Checks each object by itself, and that all objects named by those are here or in the mirror.
    async fn index(
        &self,
        quarantine: &Quarantine,
        pack: &mut (dyn AsyncRead + Send + Unpin),
    ) -> Result<(), TakeError> {
        let most = self.shared.git.limits().snapshot_bytes;
        let call = quarantine.call(self, "index-pack").args(["--stdin", "--strict", "--fix-thin"]);
        // Mended, a thin pack has more in it than it had when it came.
        let call = call.arg(format!("--max-input-size={most}")).max_file(most.saturating_mul(4));
        let answer = call.answer(Input::Stream(pack)).await?;
        if answer.status.success() {
            return Ok(());
        }
        let words = answer.sentence();
        let lacks = ["did not receive expected object", "unresolved delta"];
        if lacks.iter().any(|it| answer.words.contains(it)) {
            return Err(TakeError::Incomplete { words });
        }
        let outgrew = answer.status.signal() == Some(Signal::XFSZ.as_raw());
        if outgrew || answer.words.contains("maximum allowed size") {
            return Err(TakeError::TooLarge { bytes: most });
        }
        Err(TakeError::Unsound { words })
    }

    async fn examine_tree(
        &self,
        quarantine: &Quarantine,
        base: &CommitId,
        tree: &TreeId,
    ) -> Result<(), TakeError> {
        let call = quarantine.call(self, "cat-file").arg("--batch-check=%(objecttype)");
        let said = call.bytes_from(Input::Bytes(format!("{tree}\n").as_bytes())).await?;
        if said.trim_ascii() != b"tree" {
            return Err(TakeError::Incomplete { words: format!("there is no tree {tree}") });
        }
        let call = quarantine.call(self, "rev-list").args(["--objects", "--quiet", tree.as_str()]);
        let call = call.arg(format!("^{base}^{{tree}}"));
        match call.bytes().await {
            Ok(_) => Ok(()),
            Err(GitError::Failed { words, .. }) => Err(TakeError::Incomplete { words }),
            Err(
                error @ (GitError::Start(_)
                | GitError::TimedOut { .. }
                | GitError::Flood { .. }
                | GitError::Input { .. }
                | GitError::Files(_)),
            ) => Err(error.into()),
        }
    }

    /// How many files changed. What a submodule's entry names is in no pack, so a new one would be a promise that
    /// nobody can look at: most often somebody ran `git init` within.
    async fn examine_changes(
        &self,
        quarantine: &Quarantine,
        base: &CommitId,
        tree: &TreeId,
    ) -> Result<usize, TakeError> {
        let most = self.shared.git.limits().snapshot_objects;
        let limit = most as usize * BYTES_PER_FILE;
        let call = quarantine.call(self, "diff-tree").args(["-r", "-z", "--raw", "--no-renames"]);
        let call = call.args([&format!("{base}^{{tree}}"), tree.as_str()]).max_output(limit);
        let (said, truncated) = call.first().await?;
        let fields: Vec<_> = said.split(|it| *it == 0).collect();
        let changes = || fields.chunks_exact(2);
        let is_submodule = |it: &&[&[u8]]| {
            let modes = String::from_utf8_lossy(it[0]);
            modes.split(' ').nth(1) == Some(SUBMODULE)
        };
        if let Some(found) = changes().find(is_submodule) {
            return Err(TakeError::Nested { path: String::from_utf8_lossy(found[1]).into_owned() });
        }
        let changed = changes().count();
        if truncated || changed > most as usize {
            return Err(TakeError::TooMany { most });
        }
        Ok(changed)
    }
}

/// Objects beside a mirror's, which nobody else sees.
struct Quarantine(TempDir);

impl Quarantine {
    fn new(within: &Path) -> io::Result<Self> {
        let directory = TempDir::with_prefix_in("taken-", within)?;
        fs::create_dir(directory.path().join("pack"))?;
        fs::create_dir(directory.path().join("info"))?;
        // Relative to this directory, so that no character of the path above can mean anything to git.
        fs::write(directory.path().join("info/alternates"), "../../git/objects\n")?;
        Ok(Self(directory))
    }

    /// A command that sees the mirror with what is in here, and writes here.
    fn call<'a>(&self, mirror: &'a Mirror, command: &'static str) -> Call<'a> {
        mirror.call(command).variable("GIT_OBJECT_DIRECTORY", self.0.path())
    }

    /// Moves the pack into the mirror. Its index goes last: by it git finds the others.
    fn release(self, repository: &Path) -> io::Result<()> {
        let into = objects(repository).join("pack");
        let entries = fs::read_dir(self.0.path().join("pack"))?;
        let mut files = entries.map(|it| it.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?;
        let is_index = |it: &PathBuf| it.extension().is_some_and(|it| it == "idx");
        files.retain(|it| it.extension().is_none_or(|it| it != "keep"));
        files.sort_by_key(is_index);
        for file in files {
            let name = file.file_name().expect("an entry of a directory");
            fs::rename(&file, into.join(name))?;
        }
        Ok(())
    }
}

async fn tree_line(from: &mut (impl AsyncRead + Unpin)) -> Result<TreeId, TakeError> {
    let mut line = [0; 41];
    from.read_exact(&mut line)
        .await
        .map_err(|it| broken_off(it, "it ends within its first line"))?;
    let id = std::str::from_utf8(&line).ok().and_then(|it| it.strip_suffix('\n'));
    let tree = id.and_then(|it| TreeId::parse(it).ok());
    tree.ok_or(TakeError::Malformed("its first line is no id of a tree"))
}

async fn pack_header(
    from: &mut (impl AsyncRead + Unpin),
) -> Result<(io::Cursor<[u8; HEADER]>, u32), TakeError> {
    let mut header = [0; HEADER];
    let read = from.read_exact(&mut header).await;
    read.map_err(|it| broken_off(it, "it ends before its pack begins"))?;
    if !header.starts_with(b"PACK\0\0\0\x02") {
        return Err(TakeError::Malformed("what follows the first line is no pack"));
    }
    let count = header[8..].try_into().map(u32::from_be_bytes).expect("four bytes");
    Ok((io::Cursor::new(header), count))
}

fn broken_off(error: io::Error, why: &'static str) -> TakeError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return TakeError::Malformed(why);
    }
    TakeError::Git(GitError::Input { command: "index-pack", reason: error })
}

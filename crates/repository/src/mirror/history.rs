//! Commits: those that are there, and new ones.

use crate::{CommitId, GitError, Mirror, TreeId, git::Input};

/// Somebody in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub name: String,
    pub email: String,
}

/// A commit to be made. The same one made twice has the same id.
#[derive(Clone, Copy, Debug)]
pub struct NewCommit<'a> {
    pub tree: &'a TreeId,
    pub parents: &'a [CommitId],
    pub message: &'a str,
    pub author: &'a Identity,
    pub committer: &'a Identity,
    pub time: jiff::Timestamp,
}

/// A commit that is there, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    pub id: CommitId,
    pub author: Identity,
    /// Seconds since 1970.
    pub time: i64,
    pub message: String,
}

/// Fields of [`CommitInfo`], each followed by a zero, which no field has.
const FORMAT: &str = "--format=tformat:%H%x00%an%x00%ae%x00%at%x00%B%x00";

impl Mirror {
    /// Makes a commit on this server. On no branch: see [`Self::push`].
    ///
    /// # Errors
    ///
    /// When its tree or parents are not here.
    pub async fn commit(&self, commit: NewCommit<'_>) -> Result<CommitId, GitError> {
        let time = format!("@{} +0000", commit.time.as_second());
        let mut call = self.call("commit-tree").args(["-F", "-"]);
        for parent in commit.parents {
            call = call.args(["-p", parent.as_str()]);
        }
        let call = call
            .arg(commit.tree.as_str())
            .variable("GIT_AUTHOR_NAME", plain(&commit.author.name))
            .variable("GIT_AUTHOR_EMAIL", plain(&commit.author.email))
            .variable("GIT_AUTHOR_DATE", &time)
            .variable("GIT_COMMITTER_NAME", plain(&commit.committer.name))
            .variable("GIT_COMMITTER_EMAIL", plain(&commit.committer.email))
            .variable("GIT_COMMITTER_DATE", &time);
        // Git stores no zero in a message.
        let message = commit.message.replace('\0', "\u{fffd}");
        let said = call.bytes_from(Input::Bytes(message.as_bytes())).await?;
        let line = String::from_utf8_lossy(&said);
        let unclear = |it: crate::InvalidName| GitError::Failed {
            command: "commit-tree",
            words: it.to_string(),
        };
        CommitId::parse(line.trim_end()).map_err(unclear)
    }

    /// Commits that `to` has and `from` has not, the newest first.
    ///
    /// # Errors
    ///
    /// When one of them is not here.
    pub async fn log(
        &self,
        from: &CommitId,
        to: &CommitId,
        most: usize,
    ) -> Result<Vec<CommitInfo>, GitError> {
        let most = most.min(MAX_COMMITS).to_string();
        let call = self.call("log").args(["--no-color", "--no-notes", "--no-show-signature"]);
        let call = call.args(["--encoding=UTF-8", "--no-mailmap", FORMAT, "--max-count", &most]);
        let range = format!("{from}..{to}");
        let said = call.args([&range, "--"]).bytes().await?;
        let fields: Vec<_> = said.split(|it| *it == 0).collect();
        Ok(fields.chunks_exact(5).filter_map(CommitInfo::read).collect())
    }
}

/// Commits of one answer.
const MAX_COMMITS: usize = 10_000;

impl CommitInfo {
    fn read(fields: &[&[u8]]) -> Option<Self> {
        let text = |at: usize| String::from_utf8_lossy(fields[at]).into_owned();
        // Each entry ends with a line end, which the next begins with.
        let id = CommitId::parse(text(0).trim_start()).ok()?;
        let author = Identity { name: text(1), email: text(2) };
        let time = text(3).parse().unwrap_or_default();
        Some(Self { id, author, time, message: text(4) })
    }
}

/// What a line of a commit can hold: git ends a name at a bracket.
fn plain(text: &str) -> String {
    text.chars().filter(|it| !it.is_control() && !"<>".contains(*it)).collect()
}

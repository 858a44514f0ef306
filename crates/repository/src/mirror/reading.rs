//! What is in commits, for people and agents: bytes of others, cut off at a limit.

use crate::{CommitId, GitError, Mirror};

/// The first bytes of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub bytes: Vec<u8>,
    /// There is more.
    pub truncated: bool,
}

/// What to know of a commit's files before an agent works on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Files at the root in which people tell agents how to work here.
    pub guidance: Vec<String>,
    /// Parts are repositories of their own, and empty in a checkout.
    pub has_submodules: bool,
    /// Large files are pointers in a checkout.
    pub uses_lfs: bool,
}

const GUIDANCE: [&str; 2] = ["AGENTS.md", "CLAUDE.md"];

/// Bytes of a file of attributes that are looked at, and how many such files.
const MAX_ATTRIBUTES: usize = 64 << 10;
const MAX_ATTRIBUTE_FILES: usize = 20;

const SUBMODULE: &str = "160000";
const FILES: [&str; 2] = ["100644", "100755"];

impl Excerpt {
    /// For people. What is no text is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// One line of `git ls-tree -z`.
struct Entry<'a> {
    mode: &'a str,
    id: &'a str,
    path: &'a [u8],
}

impl<'a> Entry<'a> {
    fn read(line: &'a [u8]) -> Option<Self> {
        let tab = line.iter().position(|it| *it == b'\t')?;
        let mut parts = std::str::from_utf8(&line[..tab]).ok()?.split(' ');
        let (mode, _, id) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { mode, id, path: &line[tab + 1..] })
    }

    fn is_file(&self) -> bool {
        FILES.contains(&self.mode)
    }
}

impl Mirror {
    /// What changed from one commit to another, as git shows it; no more than `limit` bytes, in whole lines. Nothing
    /// in the repository decides how it is shown or what is left out.
    ///
    /// # Errors
    ///
    /// When one of them is not here.
    pub async fn diff(
        &self,
        from: &CommitId,
        to: &CommitId,
        limit: usize,
    ) -> Result<Excerpt, GitError> {
        self.patch(&[from.as_str(), to.as_str()], limit).await
    }

    async fn patch(&self, of: &[&str], limit: usize) -> Result<Excerpt, GitError> {
        let call = self.call("diff-tree").args(["-r", "--patch", "--find-renames", "--no-color"]);
        let call =
            call.args(["--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"]);
        let call = call.args(of).max_output(limit);
        let (mut bytes, truncated) = call.first().await?;
        if truncated {
            let end = bytes.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
            bytes.truncate(end);
        }
        Ok(Excerpt { bytes, truncated })
    }

    /// What one commit changed of the one before it; all of its files if it is the first.
    ///
    /// # Errors
    ///
    /// When it is not here.
    pub async fn changes_of(&self, commit: &CommitId, limit: usize) -> Result<Excerpt, GitError> {
        self.patch(&["--root", "--no-commit-id", commit.as_str()], limit).await
    }

    /// A regular file of a commit; `None` if there is none at that path. A symbolic link is none.
    ///
    /// # Errors
    ///
    /// When the commit is not here.
    pub async fn read(
        &self,
        commit: &CommitId,
        path: &str,
        limit: usize,
    ) -> Result<Option<Excerpt>, GitError> {
        // No entry of a tree is called so, and no argument has a zero in it.
        if path.contains('\0') || path.split('/').any(|it| ["", ".", ".."].contains(&it)) {
            return Ok(None);
        }
        let call = self.call("ls-tree").args(["-z", "--full-tree"]);
        let said = call.args([commit.as_str(), "--", path]).bytes().await?;
        let mut entries = said.split(|it| *it == 0).filter_map(Entry::read);
        let Some(entry) = entries.find(|it| it.is_file() && it.path == path.as_bytes()) else {
            return Ok(None);
        };
        self.blob(entry.id, limit).await.map(Some)
    }

    /// # Errors
    ///
    /// When the commit is not here.
    pub async fn survey(&self, commit: &CommitId) -> Result<Survey, GitError> {
        let call = self.call("ls-tree").args(["-r", "-z", "--full-tree"]);
        let (said, _) = call.arg(commit.as_str()).first().await?;
        let mut survey = Survey::default();
        let mut attributes = Vec::new();
        for entry in said.split(|it| *it == 0).filter_map(Entry::read) {
            survey.has_submodules |= entry.mode == SUBMODULE;
            let name = String::from_utf8_lossy(entry.path);
            if entry.is_file() && GUIDANCE.contains(&&*name) {
                survey.guidance.push(name.into_owned());
            } else if entry.is_file() && name.rsplit('/').next() == Some(".gitattributes") {
                attributes.push(entry.id.to_owned());
            }
        }
        for id in attributes.iter().take(MAX_ATTRIBUTE_FILES) {
            let text = self.blob(id, MAX_ATTRIBUTES).await?.text();
            survey.uses_lfs |=
                text.lines().any(|it| !it.starts_with('#') && it.contains("filter=lfs"));
        }
        Ok(survey)
    }

    async fn blob(&self, id: &str, limit: usize) -> Result<Excerpt, GitError> {
        let call = self.call("cat-file").args(["blob", id]).max_output(limit);
        let (bytes, truncated) = call.first().await?;
        Ok(Excerpt { bytes, truncated })
    }
}

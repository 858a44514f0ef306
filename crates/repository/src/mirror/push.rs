//! Branches at the forge. Each push says what the branch must be until then, and the forge compares.

use crate::{
    Address, Branch, CommitId, FetchError, Mirror,
    git::{Answer, Input},
};

/// What a branch at the forge must be, else nothing is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    Absent,
    At(CommitId),
}

/// Why a branch was not pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("{branch} has moved: it {} now; nothing was written over", told(actual.as_ref()))]
    Moved { branch: Branch, actual: Option<CommitId> },
    #[error(
        "{branch} is protected at the forge, which says: {words}; choose another branch or change its rules"
    )]
    Protected { branch: Branch, words: String },
    #[error("the forge refused {branch}: {words}")]
    Rejected { branch: Branch, words: String },
    #[error("the token may not write to {address}; sign in to it with one that may")]
    Forbidden { address: Address },
    #[error(transparent)]
    Remote(#[from] FetchError),
}

impl PushError {
    /// Whether it may be better in a while.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Remote(error) => error.may_pass(),
            Self::Moved { .. }
            | Self::Protected { .. }
            | Self::Rejected { .. }
            | Self::Forbidden { .. } => false,
        }
    }
}

impl Mirror {
    /// Lets a branch end with a commit, if the forge has it where it is expected. A push that had been done before its
    /// answer was lost is done.
    ///
    /// # Errors
    ///
    /// When the branch is elsewhere, or the forge does not want it.
    pub async fn push(
        &self,
        branch: &Branch,
        commit: &CommitId,
        expect: &Expect,
    ) -> Result<(), PushError> {
        self.update(branch, Some(commit), expect).await
    }

    /// Removes a branch, if the forge has it where it is expected.
    ///
    /// # Errors
    ///
    /// When the branch is elsewhere, or the forge does not want it.
    pub async fn delete(&self, branch: &Branch, expected: &CommitId) -> Result<(), PushError> {
        self.update(branch, None, &Expect::At(expected.clone())).await
    }

    async fn update(
        &self,
        branch: &Branch,
        commit: Option<&CommitId>,
        expect: &Expect,
    ) -> Result<(), PushError> {
        let reference = branch.reference();
        let expected = match expect {
            Expect::Absent => "",
            Expect::At(commit) => commit.as_str(),
        };
        let new = commit.map_or("", CommitId::as_str);
        let call = self.call_remote("push").args(["--quiet", "--porcelain", "--no-verify"]);
        let call = call.arg(format!("--force-with-lease={reference}:{expected}"));
        let call = call.args([self.address.as_str()]);
        let answer = call.arg(format!("{new}:{reference}")).answer(Input::Nothing).await;
        let answer = answer.map_err(|it| PushError::Remote(self.unfetched(it)))?;
        if answer.status.success() {
            return Ok(());
        }
        let Some(reason) = rejection(&answer.output) else {
            return Err(self.unwritten(&answer));
        };
        let actual = self.head_of(branch).await?;
        if actual.as_ref() == commit {
            return Ok(());
        }
        let is_expected = match expect {
            Expect::Absent => actual.is_none(),
            Expect::At(expected) => actual.as_ref() == Some(expected),
        };
        let branch = branch.clone();
        if !is_expected {
            return Err(PushError::Moved { branch, actual });
        }
        let words = self.words(&answer, &reason);
        if PROTECTED.iter().any(|it| words.to_ascii_lowercase().contains(it)) {
            return Err(PushError::Protected { branch, words });
        }
        Err(PushError::Rejected { branch, words })
    }

    async fn head_of(&self, branch: &Branch) -> Result<Option<CommitId>, FetchError> {
        match self.ask().await {
            Ok(heads) => Ok(heads.get(branch).cloned()),
            Err(FetchError::Empty { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn unwritten(&self, answer: &Answer) -> PushError {
        match self.refused("push", answer) {
            FetchError::Unauthorized { address } => PushError::Forbidden { address },
            error @ (FetchError::NotFound { .. }
            | FetchError::Redirected { .. }
            | FetchError::Empty { .. }
            | FetchError::Sha256 { .. }
            | FetchError::TooLarge { .. }
            | FetchError::Unreachable { .. }
            | FetchError::TimedOut { .. }
            | FetchError::Git(_)) => PushError::Remote(error),
        }
    }

    /// What the forge says to people, and git's own reason.
    fn words(&self, answer: &Answer, reason: &str) -> String {
        let lines = answer.words.lines().filter_map(|it| it.strip_prefix("remote:"));
        let lines = lines.map(str::trim).filter(|it| !it.is_empty());
        let said = lines.chain([reason]).collect::<Vec<_>>().join(" ");
        let said = self.credentials.as_ref().map_or_else(|| said.clone(), |it| it.hidden_in(&said));
        said[..said.floor_char_boundary(MAX_WORDS)].to_owned()
    }
}

/// What GitHub and GitLab say of a branch that is changed in another way.
const PROTECTED: [&str; 2] = ["protected branch", "changes must be made through a pull request"];

/// Bytes of a forge's words that are passed on.
const MAX_WORDS: usize = 2000;

/// Why, out of the line of `git push --porcelain` that begins with `!`: flag, names, reason, with tabs between.
fn rejection(output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let line = text.lines().find(|it| it.starts_with("!\t"))?;
    line.split('\t').nth(2).map(str::to_owned)
}

fn told(actual: Option<&CommitId>) -> String {
    actual.map_or_else(|| "is gone".to_owned(), |it| format!("ends with {it}"))
}

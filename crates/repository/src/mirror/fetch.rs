//! What the forge has now.
//!
//! One question comes first: the branches and which of them is the default. Most often nothing is new, and that is
//! all. What is new arrives as one pack, whose size the kernel limits.

use std::collections::BTreeMap;

use crate::{
    Address, Branch, CommitId, GitError, Mirror,
    git::{Answer, Input},
};

/// Packs beyond which they are put together.
const MANY_PACKS: usize = 20;

/// Branches of a repository, as its forge named them just now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    pub default_branch: Option<Branch>,
    pub branches: BTreeMap<Branch, CommitId>,
}

/// Why a repository was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("there is no repository at {address}; look at the address")]
    NotFound { address: Address },
    #[error("{} does not show {address}, which is private or missing; sign in to it, or allow the token to read it", address.host())]
    Unauthorized { address: Address },
    #[error("{address} has moved; use its new address")]
    Redirected { address: Address },
    #[error("{address} has no commit yet; push a first one")]
    Empty { address: Address },
    #[error("{address} names its objects by SHA-256; use a repository that names them by SHA-1")]
    Sha256 { address: Address },
    #[error(
        "{address} is larger than {bytes} bytes; raise the server's limit for repositories, or use a smaller one"
    )]
    TooLarge { address: Address, bytes: u64 },
    #[error("{} does not answer: {words}; try again later", address.host())]
    Unreachable { address: Address, words: String },
    #[error("{} took longer than {seconds} s to send {address}; try again later", address.host())]
    TimedOut { address: Address, seconds: u64 },
    #[error(transparent)]
    Git(#[from] GitError),
}

impl FetchError {
    /// Whether it may be better in a while.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::NotFound { .. }
            | Self::Unauthorized { .. }
            | Self::Redirected { .. }
            | Self::Empty { .. }
            | Self::Sha256 { .. }
            | Self::TooLarge { .. }
            | Self::Git(_) => false,
        }
    }
}

impl Heads {
    /// The commit that a branch ends with.
    #[must_use]
    pub fn get(&self, branch: &Branch) -> Option<&CommitId> {
        self.branches.get(branch)
    }

    /// The default branch, and the commit that it ends with.
    #[must_use]
    pub fn default_head(&self) -> Option<(&Branch, &CommitId)> {
        self.branches.get_key_value(self.default_branch.as_ref()?)
    }

    /// Out of `git ls-remote --symref`. Branches whose names nobody here could write are left out.
    fn read(said: &[u8]) -> Self {
        let mut heads = Self::default();
        for line in String::from_utf8_lossy(said).lines() {
            let Some((value, name)) = line.split_once('\t') else { continue };
            let branch = |it: &str| Branch::parse(it.strip_prefix("refs/heads/")?).ok();
            if name == "HEAD" {
                let target = value.strip_prefix("ref: ");
                heads.default_branch = heads.default_branch.or_else(|| target.and_then(branch));
            } else if let (Some(branch), Ok(commit)) = (branch(name), CommitId::parse(value)) {
                heads.branches.insert(branch, commit);
            }
        }
        heads
    }
}

impl Mirror {
    /// Fetches what is new at the forge; branches that are gone there go here.
    ///
    /// # Errors
    ///
    /// When the forge does not show the repository, or it is none that this server takes.
    pub async fn fetch(&self) -> Result<Heads, FetchError> {
        let heads = self.ask().await?;
        if self.is_current(&heads).await? {
            return Ok(heads);
        }
        let turn = self.place.turn().await.map_err(GitError::from)?;
        // Somebody else's turn may have brought it.
        if self.is_current(&heads).await? {
            return Ok(heads);
        }
        let (bytes, packs) = self.place.packs().map_err(GitError::from)?;
        let most = self.shared.git.limits().repository_bytes;
        let Some(left) = most.checked_sub(bytes).filter(|it| *it > 0) else {
            return Err(FetchError::TooLarge { address: self.address.clone(), bytes: most });
        };
        let call = self.call_remote("fetch").args(["--quiet", "--prune", "--no-tags", "--refmap="]);
        let call = call.args(["--no-write-fetch-head", "--no-show-forced-updates"]);
        let call = call.arg(self.address.as_str());
        let call = call.arg("+refs/heads/*:refs/heads/*").max_file(left).holding(&turn.lock);
        let answer = call.answer(Input::Nothing).await.map_err(|it| self.unfetched(it))?;
        if !answer.status.success() {
            // Who writes beyond the limit is ended by the kernel and cannot say so.
            let unfinished = self.place.clear_unfinished().map_err(GitError::from)?;
            if unfinished >= left {
                return Err(FetchError::TooLarge { address: self.address.clone(), bytes: most });
            }
            return Err(self.refused("fetch", &answer));
        }
        if packs > MANY_PACKS {
            self.put_together(&turn.lock).await;
        }
        // Between the question and the fetch a branch may have moved on.
        let branches = self.branches().await?;
        Ok(Heads { default_branch: heads.default_branch, branches })
    }

    /// The newest commit of a branch at the forge, later than `base`, with a trailer of that value. By it a piece of
    /// work knows what it had pushed when it was interrupted.
    ///
    /// # Errors
    ///
    /// Those of [`Self::fetch`].
    pub async fn find_by_trailer(
        &self,
        branch: &Branch,
        key: &str,
        value: &str,
        base: &CommitId,
    ) -> Result<Option<CommitId>, FetchError> {
        let heads = self.fetch().await?;
        let Some(head) = heads.get(branch) else { return Ok(None) };
        let known = self.log(base, head, usize::MAX).await?;
        let is_it = |message: &str| trailers(message, key).any(|it| it == value);
        Ok(known.into_iter().find(|it| is_it(&it.message)).map(|it| it.id))
    }

    /// What the forge says that it has.
    pub(super) async fn ask(&self) -> Result<Heads, FetchError> {
        let call = self.call_remote("ls-remote").args(["--quiet", "--symref"]);
        let call = call.args([self.address.as_str(), "HEAD", "refs/heads/*"]);
        let answer = call.answer(Input::Nothing).await.map_err(|it| self.unfetched(it))?;
        if !answer.status.success() {
            return Err(self.refused("ls-remote", &answer));
        }
        let heads = Heads::read(&answer.output);
        if heads.branches.is_empty() {
            if names_sha256(&answer.output) {
                return Err(FetchError::Sha256 { address: self.address.clone() });
            }
            return Err(FetchError::Empty { address: self.address.clone() });
        }
        Ok(heads)
    }

    async fn is_current(&self, heads: &Heads) -> Result<bool, GitError> {
        Ok(self.branches().await? == heads.branches)
    }

    async fn branches(&self) -> Result<BTreeMap<Branch, CommitId>, GitError> {
        let format = "--format=%(objectname)%09%(refname)";
        let said = self.call("for-each-ref").args([format, "refs/heads/"]).bytes().await?;
        Ok(Heads::read(&said).branches)
    }

    /// Many packs slow git down. Nothing is dropped: what sessions have taken is on no branch yet.
    async fn put_together(&self, lock: &crate::lock::Lock) {
        let call = self.call("repack").args(["--quiet", "--geometric=2", "-d"]).holding(lock);
        if let Err(error) = call.bytes().await {
            tracing::warn!(address = %self.address, %error, "packs were not put together");
        }
    }

    pub(super) fn unfetched(&self, error: GitError) -> FetchError {
        let address = self.address.clone();
        match error {
            GitError::TimedOut { limit, .. } => {
                FetchError::TimedOut { address, seconds: limit.as_secs() }
            }
            error @ (GitError::Start(_)
            | GitError::Flood { .. }
            | GitError::Failed { .. }
            | GitError::Input { .. }
            | GitError::Files(_)) => FetchError::Git(error),
        }
    }

    pub(super) fn refused(&self, command: &'static str, answer: &Answer) -> FetchError {
        let says = |parts: &[&str]| parts.iter().any(|it| answer.words.contains(it));
        let address = self.address.clone();
        if says(UNAUTHORIZED) {
            FetchError::Unauthorized { address }
        } else if says(MISSING) {
            FetchError::NotFound { address }
        } else if says(REDIRECTED) {
            FetchError::Redirected { address }
        } else if says(UNREACHABLE) {
            FetchError::Unreachable { address, words: answer.sentence() }
        } else {
            FetchError::Git(GitError::Failed { command, words: answer.sentence() })
        }
    }
}

const UNAUTHORIZED: &[&str] = &[
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "returned error: 401",
    "returned error: 403",
];
const MISSING: &[&str] = &[
    "returned error: 404",
    "' not found",
    "is this a git repository?",
    "does not appear to be a git",
];
const REDIRECTED: &[&str] =
    &["returned error: 301", "returned error: 302", "returned error: 307", "returned error: 308"];
const UNREACHABLE: &[&str] = &[
    "unable to access",
    "early EOF",
    "RPC failed",
    "the remote end hung up",
    "unexpected disconnect",
    "expected flush",
    "invalid server response",
];

fn names_sha256(said: &[u8]) -> bool {
    said.split(|it| *it == b'\n').any(|it| it.iter().position(|it| *it == b'\t') == Some(64))
}

/// Values of a trailer in the last paragraph of a message.
fn trailers<'a>(message: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines().filter_map(move |line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

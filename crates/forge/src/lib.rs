//! Forges: code hosts that have pull requests.
//!
//! ```text
//!  Remote (what git says) ─┐
//!  Site (what somebody     ├─▶ RepositoryPath ─▶ Forge ─▶ user, repository, pull requests
//!  signed in to), Token ───┘                     GitHub · GitLab · PlainGit
//! ```
//!
//! A token is sent to its site and nowhere else: no redirect is followed, and a remote elsewhere has no path at the
//! site. What a forge answers is hostile: bounded, and hidden in it is the token. Git itself is git's business.

mod answer;
mod api;
mod error;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
mod github;
mod gitlab;
mod plain;
mod remote;
mod site;
#[cfg(test)]
mod tests;
mod token;

use std::{fmt, pin::Pin};

pub use error::{ForgeError, Until};
pub use github::GitHub;
pub use gitlab::GitLab;
pub use plain::PlainGit;
pub use remote::{Remote, RepositoryPath};
pub use site::{InvalidSite, Kind, Site};
pub use token::Token;

/// What a forge is asked, until it has answered.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, ForgeError>> + Send + 'a>>;

/// A code host, spoken to as one user. Merge requests are pull requests here.
pub trait Forge: Send + Sync + fmt::Debug {
    /// Whose token it is.
    fn user(&self) -> Asked<'_, User>;

    fn repository<'a>(&'a self, path: &'a RepositoryPath) -> Asked<'a, Repository>;

    fn open_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        new: &'a NewPullRequest,
    ) -> Asked<'a, PullRequest>;

    /// The open pull request for a branch of the repository itself.
    fn find_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        branch: &'a str,
    ) -> Asked<'a, Option<PullRequest>>;

    fn edit_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        edit: &'a Edit,
    ) -> Asked<'a, PullRequest>;

    /// Adds labels to those that it has.
    fn label<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        labels: &'a [String],
    ) -> Asked<'a, ()>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub login: String,
    /// For people; the login where they gave none.
    pub name: String,
    /// An address that is theirs and that nobody can write to, for commits.
    pub email: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// `None` of a repository without commits, where the forge says so.
    pub default_branch: Option<String>,
    /// Of its page.
    pub url: String,
}

/// A pull request to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPullRequest {
    pub title: String,
    pub description: String,
    /// The branch with the changes.
    pub branch: String,
    /// The branch that they are for.
    pub base: String,
}

/// What becomes another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    pub title: Option<String>,
    pub description: Option<String>,
}

impl Edit {
    /// What a forge is sent. It has its own name for the description.
    fn body(&self, description: &str) -> serde_json::Value {
        let fields = [("title", &self.title), (description, &self.description)];
        let changed = fields.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?)));
        changed
            .map(|(name, it)| (name.to_owned(), it.as_str().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// As the repository counts them.
    pub number: u64,
    /// Of its page: http or https.
    pub url: String,
}

//! Forges: code hosts that have pull requests.
//!
//! ```text
//!  Remote (what git says) ─┐
//!  Site (what somebody     ├─▶ RepositoryPath ─▶ Forge ─▶ user, repository, pull requests, discussions, checks
//!  signed in to), Token ───┘                     GitHub · GitLab · PlainGit
//!  App (a key) ─▶ Token for one repository       webhook ─▶ Delivery ─▶ Event
//! ```
//!
//! A token is sent to its site and nowhere else: no redirect is followed with it, and a remote elsewhere has no path
//! at the site. What a forge answers is hostile: bounded, and hidden in it is the token. Git itself is git's business.

mod answer;
mod api;
mod app;
mod check;
mod discussion;
mod error;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
mod github;
mod gitlab;
mod log;
mod plain;
mod pull_request;
mod remote;
mod site;
#[cfg(test)]
mod tests;
mod token;
pub mod webhook;

use std::{fmt, pin::Pin};

pub use app::{App, AppKey, InstalledRepository, InvalidKey};
pub use check::{Check, CheckState, LogEnd, LogSource};
pub use discussion::{
    Access, Author, AuthorKind, Comment, CommentId, Discussion, Reaction, Resolution, Thread,
    ThreadId,
};
pub use error::{ForgeError, Until};
pub use github::GitHub;
pub use gitlab::GitLab;
pub use log::MayReach;
pub use plain::PlainGit;
pub use pull_request::{
    Edit, NewPullRequest, PullRequest, PullRequestState, PullRequestStatus, Readiness,
};
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

    /// What somebody may do there.
    fn access<'a>(&'a self, path: &'a RepositoryPath, login: &'a str) -> Asked<'a, Access>;

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

    fn pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
    ) -> Asked<'a, PullRequestStatus>;

    /// Leaves a draft a draft.
    fn edit_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        edit: &'a Edit,
    ) -> Asked<'a, PullRequest>;

    /// Asks for reviews of what was a draft; one that is ready stays so.
    fn mark_ready<'a>(&'a self, path: &'a RepositoryPath, number: u64) -> Asked<'a, ()>;

    /// Closes it without merging.
    fn close_pull_request<'a>(&'a self, path: &'a RepositoryPath, number: u64) -> Asked<'a, ()>;

    /// Adds labels to those that it has.
    fn label<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        labels: &'a [String],
    ) -> Asked<'a, ()>;

    /// What was said about a pull request.
    fn discussion<'a>(&'a self, path: &'a RepositoryPath, number: u64) -> Asked<'a, Discussion>;

    /// Says something about the whole of a pull request.
    fn comment<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        body: &'a str,
    ) -> Asked<'a, CommentId>;

    /// Says something in a thread.
    fn reply<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        thread: &'a ThreadId,
        body: &'a str,
    ) -> Asked<'a, CommentId>;

    /// Reacts to what somebody said; the same reaction twice is one.
    fn react<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        comment: &'a CommentId,
        reaction: Reaction,
    ) -> Asked<'a, ()>;

    /// The latest run of each check of a commit.
    fn checks<'a>(&'a self, path: &'a RepositoryPath, commit: &'a str) -> Asked<'a, Vec<Check>>;

    /// How the log of a check ends. It may lie at another host, which is asked without the token if it may be reached.
    fn log_end<'a>(
        &'a self,
        path: &'a RepositoryPath,
        log: LogSource,
        may_reach: MayReach,
    ) -> Asked<'a, LogEnd>;
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

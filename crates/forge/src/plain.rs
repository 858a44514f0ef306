//! A git server without pull requests, or with ones that nobody here knows how to open.

use crate::{
    Access, Asked, Check, CommentId, Discussion, Edit, Forge, ForgeError, LogEnd, LogSource,
    MayReach, NewPullRequest, PullRequest, PullRequestStatus, Reaction, Repository, RepositoryPath,
    ThreadId, User,
};

/// Has branches and no more, and says so.
#[derive(Clone, Debug)]
pub struct PlainGit {
    host: String,
}

impl PlainGit {
    #[must_use]
    pub const fn new(host: String) -> Self {
        Self { host }
    }

    fn none<T: Send>(&self) -> Asked<'_, T> {
        Box::pin(async { Err(ForgeError::NoPullRequests { host: self.host.clone() }) })
    }
}

impl Forge for PlainGit {
    fn user(&self) -> Asked<'_, User> {
        self.none()
    }

    fn repository<'a>(&'a self, _path: &'a RepositoryPath) -> Asked<'a, Repository> {
        self.none()
    }

    fn access<'a>(&'a self, _path: &'a RepositoryPath, _login: &'a str) -> Asked<'a, Access> {
        self.none()
    }

    fn open_pull_request<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _new: &'a NewPullRequest,
    ) -> Asked<'a, PullRequest> {
        self.none()
    }

    fn find_pull_request<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _branch: &'a str,
    ) -> Asked<'a, Option<PullRequest>> {
        self.none()
    }

    fn pull_request<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
    ) -> Asked<'a, PullRequestStatus> {
        self.none()
    }

    fn edit_pull_request<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
        _edit: &'a Edit,
    ) -> Asked<'a, PullRequest> {
        self.none()
    }

    fn mark_ready<'a>(&'a self, _path: &'a RepositoryPath, _number: u64) -> Asked<'a, ()> {
        self.none()
    }

    fn close_pull_request<'a>(&'a self, _path: &'a RepositoryPath, _number: u64) -> Asked<'a, ()> {
        self.none()
    }

    fn label<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
        _labels: &'a [String],
    ) -> Asked<'a, ()> {
        self.none()
    }

    fn discussion<'a>(&'a self, _path: &'a RepositoryPath, _number: u64) -> Asked<'a, Discussion> {
        self.none()
    }

    fn comment<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
        _body: &'a str,
    ) -> Asked<'a, CommentId> {
        self.none()
    }

    fn reply<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
        _thread: &'a ThreadId,
        _body: &'a str,
    ) -> Asked<'a, CommentId> {
        self.none()
    }

    fn react<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
        _comment: &'a CommentId,
        _reaction: Reaction,
    ) -> Asked<'a, ()> {
        self.none()
    }

    fn checks<'a>(&'a self, _path: &'a RepositoryPath, _commit: &'a str) -> Asked<'a, Vec<Check>> {
        self.none()
    }

    fn log_end<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _log: LogSource,
        _may_reach: MayReach,
    ) -> Asked<'a, LogEnd> {
        self.none()
    }
}

//! A git server without pull requests, or with ones that nobody here knows how to open.

use crate::{
    Asked, Edit, Forge, ForgeError, NewPullRequest, PullRequest, Repository, RepositoryPath, User,
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

    fn edit_pull_request<'a>(
        &'a self,
        _path: &'a RepositoryPath,
        _number: u64,
        _edit: &'a Edit,
    ) -> Asked<'a, PullRequest> {
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
}

//! GitLab. Its merge requests are pull requests, its notes comments, and its project a repository.

mod checks;
pub(crate) mod discussion;
mod merge_requests;

use serde::Deserialize;

use crate::{
    Access, Asked, Check, CommentId, Discussion, Edit, Forge, ForgeError, LogEnd, LogSource,
    MayReach, NewPullRequest, PullRequest, PullRequestStatus, Reaction, Repository, RepositoryPath,
    Site, ThreadId, Token, User,
    api::{Api, Ask},
};

/// From this level on somebody may push: GitLab's Developer.
const DEVELOPER: u64 = 30;

#[derive(Debug)]
pub struct GitLab(Api);

#[derive(Deserialize)]
struct UserBody {
    id: u64,
    username: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct ProjectBody {
    web_url: String,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct MemberBody {
    username: String,
    access_level: u64,
}

impl GitLab {
    pub(crate) fn new(site: &Site, token: Token) -> Result<Self, ForgeError> {
        Api::new(site, token).map(Self)
    }

    /// What a member may do, one of the groups around the project included.
    async fn access_of(&self, path: &RepositoryPath, login: &str) -> Result<Access, ForgeError> {
        let project = path.to_string();
        let segments = ["projects", &project, "members", "all"];
        let what = format!("project {path}");
        // It also finds whoever has the login somewhere in their name.
        let query = [("query", login)];
        let members: Vec<MemberBody> = self.0.pages(&segments, &query, &what, |it| it).await?;
        let is_writer = |it: &MemberBody| it.username == login && it.access_level >= DEVELOPER;
        Ok(if members.iter().any(is_writer) { Access::Write } else { Access::Read })
    }
}

impl Forge for GitLab {
    fn user(&self) -> Asked<'_, User> {
        Box::pin(async {
            let UserBody { id, username, name } = self.0.ask(Ask::of(&["user"], "user")).await?;
            let email = format!("{id}-{username}@users.noreply.{}", self.0.host());
            let name = name.filter(|it| !it.is_empty()).unwrap_or_else(|| username.clone());
            Ok(User { login: username, name, email })
        })
    }

    fn repository<'a>(&'a self, path: &'a RepositoryPath) -> Asked<'a, Repository> {
        Box::pin(async move {
            let project = path.to_string();
            let segments = ["projects", project.as_str()];
            let ask = Ask::of(&segments, format!("project {path}"));
            let ProjectBody { web_url, default_branch } = self.0.ask(ask).await?;
            Ok(Repository { default_branch, url: self.0.page(&web_url)? })
        })
    }

    fn access<'a>(&'a self, path: &'a RepositoryPath, login: &'a str) -> Asked<'a, Access> {
        Box::pin(self.access_of(path, login))
    }

    fn open_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        new: &'a NewPullRequest,
    ) -> Asked<'a, PullRequest> {
        Box::pin(self.open(path, new))
    }

    fn find_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        branch: &'a str,
    ) -> Asked<'a, Option<PullRequest>> {
        Box::pin(self.find(path, branch))
    }

    fn pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
    ) -> Asked<'a, PullRequestStatus> {
        Box::pin(self.status(path, number))
    }

    fn edit_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        edit: &'a Edit,
    ) -> Asked<'a, PullRequest> {
        Box::pin(self.edit(path, number, edit))
    }

    fn mark_ready<'a>(&'a self, path: &'a RepositoryPath, number: u64) -> Asked<'a, ()> {
        Box::pin(self.ready(path, number))
    }

    fn close_pull_request<'a>(&'a self, path: &'a RepositoryPath, number: u64) -> Asked<'a, ()> {
        Box::pin(self.close(path, number))
    }

    fn label<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        labels: &'a [String],
    ) -> Asked<'a, ()> {
        Box::pin(self.add_labels(path, number, labels))
    }

    fn discussion<'a>(&'a self, path: &'a RepositoryPath, number: u64) -> Asked<'a, Discussion> {
        Box::pin(self.all_said(path, number))
    }

    fn comment<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        body: &'a str,
    ) -> Asked<'a, CommentId> {
        Box::pin(self.say(path, number, body))
    }

    fn reply<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        thread: &'a ThreadId,
        body: &'a str,
    ) -> Asked<'a, CommentId> {
        Box::pin(self.answer(path, number, thread, body))
    }

    fn react<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        comment: &'a CommentId,
        reaction: Reaction,
    ) -> Asked<'a, ()> {
        Box::pin(self.award(path, number, comment, reaction))
    }

    fn checks<'a>(&'a self, path: &'a RepositoryPath, commit: &'a str) -> Asked<'a, Vec<Check>> {
        Box::pin(self.checked(path, commit))
    }

    fn log_end<'a>(
        &'a self,
        path: &'a RepositoryPath,
        log: LogSource,
        may_reach: MayReach,
    ) -> Asked<'a, LogEnd> {
        Box::pin(self.trace(path, log, may_reach))
    }
}

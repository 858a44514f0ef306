//! GitHub, and GitHub Enterprise.

mod checks;
pub(crate) mod discussion;
mod pull_requests;
mod threads;

use serde::Deserialize;

use crate::{
    Access, Asked, Check, CommentId, Discussion, Edit, Forge, ForgeError, LogEnd, LogSource,
    MayReach, NewPullRequest, PullRequest, PullRequestStatus, Reaction, Repository, RepositoryPath,
    Site, ThreadId, Token, User,
    api::{Api, Ask},
};

#[derive(Debug)]
pub struct GitHub(Api);

#[derive(Deserialize)]
struct UserBody {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct RepositoryBody {
    html_url: String,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct PermissionBody {
    permission: String,
}

impl GitHub {
    pub(crate) fn new(site: &Site, token: Token) -> Result<Self, ForgeError> {
        Api::new(site, token).map(Self)
    }

    fn pair<'a>(&self, path: &'a RepositoryPath) -> Result<[&'a str; 2], ForgeError> {
        let what = || format!("repository {path}");
        path.pair()
            .ok_or_else(|| ForgeError::NotFound { host: self.0.host().to_owned(), what: what() })
    }

    async fn permission(&self, path: &RepositoryPath, login: &str) -> Result<Access, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let segments = ["repos", owner, name, "collaborators", login, "permission"];
        let ask = Ask::of(&segments, format!("user {login} of {path}"));
        let PermissionBody { permission } = self.0.ask(ask).await?;
        // `maintain` is told as `write`, and `triage` as `read`.
        Ok(match permission.as_str() {
            "admin" | "write" => Access::Write,
            _ => Access::Read,
        })
    }
}

impl Forge for GitHub {
    fn user(&self) -> Asked<'_, User> {
        Box::pin(async {
            let UserBody { id, login, name } = self.0.ask(Ask::of(&["user"], "user")).await?;
            let email = format!("{id}+{login}@users.noreply.{}", self.0.host());
            let name = name.filter(|it| !it.is_empty()).unwrap_or_else(|| login.clone());
            Ok(User { login, name, email })
        })
    }

    fn repository<'a>(&'a self, path: &'a RepositoryPath) -> Asked<'a, Repository> {
        Box::pin(async move {
            let [owner, name] = self.pair(path)?;
            let segments = ["repos", owner, name];
            let ask = Ask::of(&segments, format!("repository {path}"));
            let RepositoryBody { html_url, default_branch } = self.0.ask(ask).await?;
            Ok(Repository { default_branch, url: self.0.page(&html_url)? })
        })
    }

    fn access<'a>(&'a self, path: &'a RepositoryPath, login: &'a str) -> Asked<'a, Access> {
        Box::pin(self.permission(path, login))
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
        Box::pin(self.patch(path, number, edit.body("body")))
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
        _number: u64,
        comment: &'a CommentId,
        reaction: Reaction,
    ) -> Asked<'a, ()> {
        Box::pin(self.add_reaction(path, comment, reaction))
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
        Box::pin(self.log(path, log, may_reach))
    }
}

//! GitHub, and GitHub Enterprise.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Asked, Edit, Forge, ForgeError, NewPullRequest, PullRequest, Repository, RepositoryPath, Site,
    Token, User,
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
struct PullRequestBody {
    number: u64,
    html_url: String,
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

    fn pull_request(&self, body: &PullRequestBody) -> Result<PullRequest, ForgeError> {
        Ok(PullRequest { number: body.number, url: self.0.page(&body.html_url)? })
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

    fn open_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        new: &'a NewPullRequest,
    ) -> Asked<'a, PullRequest> {
        Box::pin(async move {
            let [owner, name] = self.pair(path)?;
            let NewPullRequest { title, description, branch, base } = new;
            let body = json!({ "title": title, "body": description, "head": branch, "base": base });
            let segments = ["repos", owner, name, "pulls"];
            let ask = Ask::of(&segments, format!("repository {path}")).send(Method::POST, body);
            self.pull_request(&self.0.ask(ask).await?)
        })
    }

    fn find_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        branch: &'a str,
    ) -> Asked<'a, Option<PullRequest>> {
        Box::pin(async move {
            let [owner, name] = self.pair(path)?;
            let segments = ["repos", owner, name, "pulls"];
            let head = format!("{owner}:{branch}");
            let query = [("head", head.as_str()), ("state", "open"), ("per_page", "1")];
            let ask = Ask::of(&segments, format!("repository {path}")).query(&query);
            let found: Vec<PullRequestBody> = self.0.ask(ask).await?;
            found.first().map(|it| self.pull_request(it)).transpose()
        })
    }

    fn edit_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        edit: &'a Edit,
    ) -> Asked<'a, PullRequest> {
        Box::pin(async move {
            let [owner, name] = self.pair(path)?;
            let number = number.to_string();
            let segments = ["repos", owner, name, "pulls", &number];
            let ask = Ask::of(&segments, format!("pull request {number} of {path}"));
            self.pull_request(&self.0.ask(ask.send(Method::PATCH, edit.body("body"))).await?)
        })
    }

    fn label<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        labels: &'a [String],
    ) -> Asked<'a, ()> {
        Box::pin(async move {
            let [owner, name] = self.pair(path)?;
            let number = number.to_string();
            let segments = ["repos", owner, name, "issues", &number, "labels"];
            let ask = Ask::of(&segments, format!("pull request {number} of {path}"));
            let body = json!({ "labels": labels });
            self.0.ask::<Value>(ask.send(Method::POST, body)).await.map(drop)
        })
    }
}

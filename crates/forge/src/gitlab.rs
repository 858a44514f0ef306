//! GitLab. Its merge requests are pull requests, and its project a repository.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Asked, Edit, Forge, ForgeError, NewPullRequest, PullRequest, Repository, RepositoryPath, Site,
    Token, User,
    api::{Api, Ask},
};

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
struct MergeRequestBody {
    iid: u64,
    web_url: String,
}

impl GitLab {
    pub(crate) fn new(site: &Site, token: Token) -> Result<Self, ForgeError> {
        Api::new(site, token).map(Self)
    }

    fn pull_request(&self, body: &MergeRequestBody) -> Result<PullRequest, ForgeError> {
        Ok(PullRequest { number: body.iid, url: self.0.page(&body.web_url)? })
    }

    /// Changes a merge request.
    async fn put(
        &self,
        path: &RepositoryPath,
        number: u64,
        body: Value,
    ) -> Result<PullRequest, ForgeError> {
        let (project, number) = (path.to_string(), number.to_string());
        let segments = ["projects", &project, "merge_requests", &number];
        let ask = Ask::of(&segments, format!("merge request {number} of {path}"));
        self.pull_request(&self.0.ask(ask.send(Method::PUT, body)).await?)
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

    fn open_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        new: &'a NewPullRequest,
    ) -> Asked<'a, PullRequest> {
        Box::pin(async move {
            let NewPullRequest { title, description, branch, base } = new;
            let body = json!({
                "title": title, "description": description, "source_branch": branch, "target_branch": base,
            });
            let project = path.to_string();
            let segments = ["projects", &project, "merge_requests"];
            let ask = Ask::of(&segments, format!("project {path}")).send(Method::POST, body);
            self.pull_request(&self.0.ask(ask).await?)
        })
    }

    fn find_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        branch: &'a str,
    ) -> Asked<'a, Option<PullRequest>> {
        Box::pin(async move {
            let project = path.to_string();
            let segments = ["projects", &project, "merge_requests"];
            let query = [("source_branch", branch), ("state", "opened"), ("per_page", "1")];
            let ask = Ask::of(&segments, format!("project {path}")).query(&query);
            let found: Vec<MergeRequestBody> = self.0.ask(ask).await?;
            found.first().map(|it| self.pull_request(it)).transpose()
        })
    }

    fn edit_pull_request<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        edit: &'a Edit,
    ) -> Asked<'a, PullRequest> {
        Box::pin(async move { self.put(path, number, edit.body("description")).await })
    }

    fn label<'a>(
        &'a self,
        path: &'a RepositoryPath,
        number: u64,
        labels: &'a [String],
    ) -> Asked<'a, ()> {
        Box::pin(async move {
            // They are sent as one text.
            if let Some(label) = labels.iter().find(|it| it.contains(',')) {
                return Err(self.0.refused(format!("the label {label:?} has a comma in it")));
            }
            let body = json!({ "add_labels": labels.join(",") });
            self.put(path, number, body).await.map(drop)
        })
    }
}

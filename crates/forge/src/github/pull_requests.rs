//! Pull requests. All is REST, but for the one thing that only GraphQL can do.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::GitHub;
use crate::{
    ForgeError, NewPullRequest, PullRequest, PullRequestState, PullRequestStatus, Readiness,
    RepositoryPath, api::Ask,
};

const MARK_READY: &str = "mutation($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}";

#[derive(Deserialize)]
struct PullRequestBody {
    number: u64,
    html_url: String,
}

#[derive(Deserialize)]
struct StatusBody {
    #[serde(flatten)]
    pull_request: PullRequestBody,
    node_id: String,
    title: String,
    state: String,
    merged: bool,
    #[serde(default)]
    draft: bool,
    head: EndBody,
    base: EndBody,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
struct EndBody {
    r#ref: String,
    sha: String,
}

impl StatusBody {
    const fn readiness(&self) -> Readiness {
        if self.draft { Readiness::Draft } else { Readiness::Ready }
    }

    fn state(&self) -> PullRequestState {
        match (self.merged, self.state.as_str()) {
            (true, _) => PullRequestState::Merged,
            (false, "open") => PullRequestState::Open,
            (false, _) => PullRequestState::Closed,
        }
    }
}

impl GitHub {
    fn known(&self, body: &PullRequestBody) -> Result<PullRequest, ForgeError> {
        Ok(PullRequest { number: body.number, url: self.0.page(&body.html_url)? })
    }

    pub(super) async fn open(
        &self,
        path: &RepositoryPath,
        new: &NewPullRequest,
    ) -> Result<PullRequest, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let NewPullRequest { title, description, branch, base, readiness } = new;
        let body = json!({
            "title": title, "body": description, "head": branch, "base": base,
            "draft": *readiness == Readiness::Draft,
        });
        let segments = ["repos", owner, name, "pulls"];
        let ask = Ask::of(&segments, format!("repository {path}")).send(Method::POST, body);
        self.known(&self.0.ask(ask).await?)
    }

    pub(super) async fn find(
        &self,
        path: &RepositoryPath,
        branch: &str,
    ) -> Result<Option<PullRequest>, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let segments = ["repos", owner, name, "pulls"];
        let head = format!("{owner}:{branch}");
        let query = [("head", head.as_str()), ("state", "open"), ("per_page", "1")];
        let ask = Ask::of(&segments, format!("repository {path}")).query(&query);
        let found: Vec<PullRequestBody> = self.0.ask(ask).await?;
        found.first().map(|it| self.known(it)).transpose()
    }

    async fn get(&self, path: &RepositoryPath, number: u64) -> Result<StatusBody, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let digits = number.to_string();
        let segments = ["repos", owner, name, "pulls", &digits];
        self.0.ask(Ask::of(&segments, format!("pull request {number} of {path}"))).await
    }

    pub(super) async fn status(
        &self,
        path: &RepositoryPath,
        number: u64,
    ) -> Result<PullRequestStatus, ForgeError> {
        let body = self.get(path, number).await?;
        Ok(PullRequestStatus {
            pull_request: self.known(&body.pull_request)?,
            state: body.state(),
            readiness: body.readiness(),
            title: body.title,
            head: body.head.sha,
            branch: body.head.r#ref,
            base: body.base.r#ref,
            changed_at: body.updated_at,
        })
    }

    pub(super) async fn patch(
        &self,
        path: &RepositoryPath,
        number: u64,
        body: Value,
    ) -> Result<PullRequest, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let digits = number.to_string();
        let segments = ["repos", owner, name, "pulls", &digits];
        let ask = Ask::of(&segments, format!("pull request {number} of {path}"));
        self.known(&self.0.ask(ask.send(Method::PATCH, body)).await?)
    }

    pub(super) async fn ready(&self, path: &RepositoryPath, number: u64) -> Result<(), ForgeError> {
        let body = self.get(path, number).await?;
        match body.readiness() {
            Readiness::Ready => Ok(()),
            Readiness::Draft => {
                let what = format!("pull request {number} of {path}");
                let variables = json!({ "id": body.node_id });
                self.0.graphql::<Value>(MARK_READY, variables, &what).await.map(drop)
            }
        }
    }

    pub(super) async fn close(&self, path: &RepositoryPath, number: u64) -> Result<(), ForgeError> {
        self.patch(path, number, json!({ "state": "closed" })).await.map(drop)
    }

    pub(super) async fn add_labels(
        &self,
        path: &RepositoryPath,
        number: u64,
        labels: &[String],
    ) -> Result<(), ForgeError> {
        let [owner, name] = self.pair(path)?;
        let number = number.to_string();
        let segments = ["repos", owner, name, "issues", &number, "labels"];
        let ask = Ask::of(&segments, format!("pull request {number} of {path}"));
        let body = json!({ "labels": labels });
        self.0.ask::<Value>(ask.send(Method::POST, body)).await.map(drop)
    }
}

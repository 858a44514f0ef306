//! Merge requests. A draft is one whose title says so.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::GitLab;
use crate::{
    Edit, ForgeError, NewPullRequest, PullRequest, PullRequestState, PullRequestStatus, Readiness,
    RepositoryPath, api::Ask,
};

/// What makes a draft, as GitLab itself writes it.
const DRAFT: &str = "Draft: ";

/// What makes a draft, in all of its forms.
const MARKS: [&str; 3] = ["draft:", "[draft]", "(draft)"];

#[derive(Deserialize)]
struct MergeRequestBody {
    iid: u64,
    web_url: String,
}

#[derive(Deserialize)]
struct StatusBody {
    #[serde(flatten)]
    merge_request: MergeRequestBody,
    title: String,
    state: String,
    #[serde(default)]
    draft: bool,
    sha: String,
    source_branch: String,
    target_branch: String,
    updated_at: Timestamp,
}

impl StatusBody {
    const fn readiness(&self) -> Readiness {
        if self.draft { Readiness::Draft } else { Readiness::Ready }
    }

    fn state(&self) -> PullRequestState {
        match self.state.as_str() {
            "merged" => PullRequestState::Merged,
            // Locked is one that is being merged.
            "opened" | "locked" => PullRequestState::Open,
            _ => PullRequestState::Closed,
        }
    }
}

/// A title without what makes a draft of it, however often it says so.
fn plain(title: &str) -> &str {
    let mut title = title.trim_start();
    let without = |title| {
        let unmarked = |mark: &&str| {
            let (start, rest) = str::split_at_checked(title, mark.len())?;
            start.eq_ignore_ascii_case(mark).then_some(rest)
        };
        MARKS.iter().find_map(unmarked)
    };
    while let Some(rest) = without(title) {
        title = rest.trim_start();
    }
    title
}

fn titled(title: &str, readiness: Readiness) -> String {
    match readiness {
        Readiness::Draft => format!("{DRAFT}{}", plain(title)),
        Readiness::Ready => plain(title).to_owned(),
    }
}

impl GitLab {
    fn known(&self, body: &MergeRequestBody) -> Result<PullRequest, ForgeError> {
        Ok(PullRequest { number: body.iid, url: self.0.page(&body.web_url)? })
    }

    pub(super) async fn open(
        &self,
        path: &RepositoryPath,
        new: &NewPullRequest,
    ) -> Result<PullRequest, ForgeError> {
        let NewPullRequest { title, description, branch, base, readiness } = new;
        let body = json!({
            "title": titled(title, *readiness), "description": description,
            "source_branch": branch, "target_branch": base,
        });
        let project = path.to_string();
        let segments = ["projects", &project, "merge_requests"];
        let ask = Ask::of(&segments, format!("project {path}")).send(Method::POST, body);
        self.known(&self.0.ask(ask).await?)
    }

    pub(super) async fn find(
        &self,
        path: &RepositoryPath,
        branch: &str,
    ) -> Result<Option<PullRequest>, ForgeError> {
        let project = path.to_string();
        let segments = ["projects", &project, "merge_requests"];
        let query = [("source_branch", branch), ("state", "opened"), ("per_page", "1")];
        let ask = Ask::of(&segments, format!("project {path}")).query(&query);
        let found: Vec<MergeRequestBody> = self.0.ask(ask).await?;
        found.first().map(|it| self.known(it)).transpose()
    }

    async fn get(&self, path: &RepositoryPath, number: u64) -> Result<StatusBody, ForgeError> {
        let (project, digits) = (path.to_string(), number.to_string());
        let segments = ["projects", &project, "merge_requests", &digits];
        self.0.ask(Ask::of(&segments, format!("merge request {number} of {path}"))).await
    }

    pub(super) async fn status(
        &self,
        path: &RepositoryPath,
        number: u64,
    ) -> Result<PullRequestStatus, ForgeError> {
        let body = self.get(path, number).await?;
        Ok(PullRequestStatus {
            pull_request: self.known(&body.merge_request)?,
            state: body.state(),
            readiness: body.readiness(),
            title: plain(&body.title).to_owned(),
            head: body.sha,
            branch: body.source_branch,
            base: body.target_branch,
            changed_at: body.updated_at,
        })
    }

    /// Changes a merge request.
    async fn put(
        &self,
        path: &RepositoryPath,
        number: u64,
        body: Value,
    ) -> Result<PullRequest, ForgeError> {
        let (project, digits) = (path.to_string(), number.to_string());
        let segments = ["projects", &project, "merge_requests", &digits];
        let ask = Ask::of(&segments, format!("merge request {number} of {path}"));
        self.known(&self.0.ask(ask.send(Method::PUT, body)).await?)
    }

    pub(super) async fn edit(
        &self,
        path: &RepositoryPath,
        number: u64,
        edit: &Edit,
    ) -> Result<PullRequest, ForgeError> {
        let Some(title) = &edit.title else {
            return self.put(path, number, edit.body("description")).await;
        };
        let readiness = self.get(path, number).await?.readiness();
        let edit = Edit { title: Some(titled(title, readiness)), ..edit.clone() };
        self.put(path, number, edit.body("description")).await
    }

    pub(super) async fn ready(&self, path: &RepositoryPath, number: u64) -> Result<(), ForgeError> {
        let body = self.get(path, number).await?;
        match body.readiness() {
            Readiness::Ready => Ok(()),
            Readiness::Draft => {
                let title = titled(&body.title, Readiness::Ready);
                self.put(path, number, json!({ "title": title })).await.map(drop)
            }
        }
    }

    pub(super) async fn close(&self, path: &RepositoryPath, number: u64) -> Result<(), ForgeError> {
        self.put(path, number, json!({ "state_event": "close" })).await.map(drop)
    }

    pub(super) async fn add_labels(
        &self,
        path: &RepositoryPath,
        number: u64,
        labels: &[String],
    ) -> Result<(), ForgeError> {
        // They are sent as one text.
        if let Some(label) = labels.iter().find(|it| it.contains(',')) {
            return Err(self.0.refused(format!("the label {label:?} has a comma in it")));
        }
        let body = json!({ "add_labels": labels.join(",") });
        self.put(path, number, body).await.map(drop)
    }
}

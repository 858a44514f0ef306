//! Checks: jobs of pipelines and what others say of a commit, in one list.

use serde::Deserialize;

use super::GitLab;
use crate::{
    Check, CheckState, ForgeError, LogEnd, LogSource, MayReach, RepositoryPath, api::Ask, log,
};

#[derive(Deserialize)]
struct StatusBody {
    id: u64,
    name: String,
    status: String,
    #[serde(default)]
    allow_failure: bool,
    target_url: Option<String>,
}

impl StatusBody {
    fn state(&self) -> CheckState {
        match self.status.as_str() {
            "success" => CheckState::Passed,
            "failed" if self.allow_failure => CheckState::Neutral,
            "failed" => CheckState::Failed,
            "created"
            | "waiting_for_resource"
            | "preparing"
            | "pending"
            | "running"
            | "scheduled" => CheckState::Pending,
            _ => CheckState::Neutral,
        }
    }
}

impl GitLab {
    pub(super) async fn checked(
        &self,
        path: &RepositoryPath,
        commit: &str,
    ) -> Result<Vec<Check>, ForgeError> {
        let project = path.to_string();
        let segments = ["projects", &project, "repository", "commits", commit, "statuses"];
        let what = format!("commit {commit} of {path}");
        let found: Vec<StatusBody> = self.0.pages(&segments, &[], &what, |it| it).await?;
        Ok(found.into_iter().map(|it| self.check(it)).collect())
    }

    fn check(&self, status: StatusBody) -> Check {
        let state = status.state();
        // A job's page ends with its number; what others say has pages elsewhere.
        let page = format!("/-/jobs/{}", status.id);
        let is_job = status.target_url.as_ref().is_some_and(|it| it.ends_with(&page));
        let url = status.target_url.and_then(|it| self.0.page(&it).ok());
        Check { name: status.name, state, url, log: is_job.then_some(LogSource { job: status.id }) }
    }

    pub(super) async fn trace(
        &self,
        path: &RepositoryPath,
        LogSource { job }: LogSource,
        may_reach: MayReach,
    ) -> Result<LogEnd, ForgeError> {
        let (project, digits) = (path.to_string(), job.to_string());
        let segments = ["projects", &project, "jobs", &digits, "trace"];
        log::end(&self.0, Ask::of(&segments, format!("log of job {job} of {path}")), may_reach)
            .await
    }
}

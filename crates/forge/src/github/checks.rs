//! Checks: check runs of apps, and the older statuses of commits.

use serde::Deserialize;

use super::GitHub;
use crate::{
    Check, CheckState, ForgeError, LogEnd, LogSource, MayReach, RepositoryPath, api::Ask, log,
};

/// The app whose check runs are jobs: their numbers are the same.
const ACTIONS: &str = "github-actions";

#[derive(Deserialize)]
struct CheckRunsBody {
    check_runs: Vec<CheckRunBody>,
}

#[derive(Deserialize)]
struct CheckRunBody {
    id: u64,
    name: String,
    status: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    app: Option<AppBody>,
}

#[derive(Deserialize)]
struct AppBody {
    slug: Option<String>,
}

#[derive(Deserialize)]
struct StatusesBody {
    statuses: Vec<StatusBody>,
}

#[derive(Deserialize)]
struct StatusBody {
    context: String,
    state: String,
    target_url: Option<String>,
}

impl CheckRunBody {
    fn state(&self) -> CheckState {
        match (self.status.as_str(), self.conclusion.as_deref()) {
            ("completed", Some("success")) => CheckState::Passed,
            ("completed", Some("failure" | "timed_out" | "startup_failure")) => CheckState::Failed,
            ("completed", _) => CheckState::Neutral,
            _ => CheckState::Pending,
        }
    }
}

impl StatusBody {
    fn state(&self) -> CheckState {
        match self.state.as_str() {
            "success" => CheckState::Passed,
            "failure" | "error" => CheckState::Failed,
            "pending" => CheckState::Pending,
            _ => CheckState::Neutral,
        }
    }
}

impl GitHub {
    pub(super) async fn checked(
        &self,
        path: &RepositoryPath,
        commit: &str,
    ) -> Result<Vec<Check>, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let what = format!("commit {commit} of {path}");
        let segments = ["repos", owner, name, "commits", commit, "check-runs"];
        let query = [("filter", "latest")];
        let runs = |body: CheckRunsBody| body.check_runs;
        let runs = self.0.pages(&segments, &query, &what, runs).await?;
        let segments = ["repos", owner, name, "commits", commit, "status"];
        let statuses = |body: StatusesBody| body.statuses;
        let statuses = self.0.pages(&segments, &[], &what, statuses).await?;
        let runs = runs.into_iter().map(|it| self.check_of_run(it));
        Ok(runs.chain(statuses.into_iter().map(|it| self.check_of_status(it))).collect())
    }

    fn check_of_run(&self, run: CheckRunBody) -> Check {
        let state = run.state();
        let slug = run.app.and_then(|it| it.slug);
        let log = (slug.as_deref() == Some(ACTIONS)).then_some(LogSource { job: run.id });
        let url = run.html_url.and_then(|it| self.0.page(&it).ok());
        Check { name: run.name, state, url, log }
    }

    fn check_of_status(&self, status: StatusBody) -> Check {
        let state = status.state();
        let url = status.target_url.and_then(|it| self.0.page(&it).ok());
        Check { name: status.context, state, url, log: None }
    }

    pub(super) async fn log(
        &self,
        path: &RepositoryPath,
        LogSource { job }: LogSource,
        may_reach: MayReach,
    ) -> Result<LogEnd, ForgeError> {
        let [owner, name] = self.pair(path)?;
        let digits = job.to_string();
        let segments = ["repos", owner, name, "actions", "jobs", &digits, "logs"];
        log::end(&self.0, Ask::of(&segments, format!("log of job {job} of {path}")), may_reach)
            .await
    }
}

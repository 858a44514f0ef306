//! The queue as administrators see and bound it, and what its users may ask of it.

use axum::{Json as Reply, extract::State};
use model::job::{JobLimits, JobPolicy};
use store::Subject;

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path},
    problem::{Problem, ProblemDetails},
    wire::jobs::{QueueBody, StandingBody},
};

/// The queue and its workers in figures.
#[utoipa::path(get, path = "/api/v1/queue", tag = "queue", security(("bearer" = ["admin"])), responses(
    (status = 200, description = "the queue", body = QueueBody),
    (status = 403, description = "this is for administrators", body = ProblemDetails)))]
pub(crate) async fn show(State(app): State<App>, _: Caller) -> Result<Reply<QueueBody>, Problem> {
    let statistics = app.reader.queue_statistics().await?;
    Ok(Reply(QueueBody::new(statistics, app.reader.workers().await?)))
}

/// How much I may ask of the queue, and how much I have.
#[utoipa::path(get, path = "/api/v1/limits", tag = "queue", security(("bearer" = ["job:read"])), responses(
    (status = 200, description = "limits and usage, of the token if one asks", body = StandingBody)))]
pub(crate) async fn my_limits(
    State(app): State<App>,
    caller: Caller,
) -> Result<Reply<StandingBody>, Problem> {
    let principal = caller.principal;
    let subject = principal.token.map_or(Subject::User(principal.user), Subject::Token);
    Ok(Reply(standing(&app, subject).await?))
}

/// The limits of a user (`user_…`), of a token (`tok_…`), or of everybody for whom nothing else is set
/// (`default`).
#[utoipa::path(get, path = "/api/v1/limits/{subject}", tag = "queue", security(("bearer" = ["admin"])),
    params(("subject" = String, Path)), responses(
    (status = 200, description = "limits and usage", body = StandingBody),
    (status = 404, description = "there is no such user or token", body = ProblemDetails)))]
pub(crate) async fn limits(
    State(app): State<App>,
    _: Caller,
    Path(subject): Path<String>,
) -> Result<Reply<StandingBody>, Problem> {
    let subject = subject_of(&app, &subject).await?;
    Ok(Reply(standing(&app, subject).await?))
}

/// Sets limits, in place of all that are set. What is left out is as for everybody.
#[utoipa::path(put, path = "/api/v1/limits/{subject}", tag = "queue", security(("bearer" = ["admin"])),
    params(("subject" = String, Path)), request_body = JobLimits, responses(
    (status = 200, description = "limits and usage", body = StandingBody),
    (status = 400, description = "a limit would stop everything", body = ProblemDetails),
    (status = 404, description = "there is no such user or token", body = ProblemDetails)))]
pub(crate) async fn set_limits(
    State(app): State<App>,
    _: Caller,
    Path(subject): Path<String>,
    Json(limits): Json<JobLimits>,
) -> Result<Reply<StandingBody>, Problem> {
    let subject = subject_of(&app, &subject).await?;
    limits.check().map_err(|error| Problem::invalid(error.to_string()))?;
    app.engine.set_job_limits(subject, limits).await?;
    Ok(Reply(standing(&app, subject).await?))
}

/// What jobs may be here.
#[utoipa::path(get, path = "/api/v1/job-policy", tag = "queue", security(("bearer" = ["job:read"])), responses(
    (status = 200, description = "what is left out is not restricted", body = JobPolicy)))]
pub(crate) async fn policy(State(app): State<App>, _: Caller) -> Result<Reply<JobPolicy>, Problem> {
    Ok(Reply(app.engine.job_policy().await?))
}

/// Sets what jobs may be, from the next submission and the next start on: kinds of payloads such as
/// `artifact` and `runbook`, and commands by patterns of their arguments.
#[utoipa::path(put, path = "/api/v1/job-policy", tag = "queue", security(("bearer" = ["admin"])),
    request_body = JobPolicy, responses(
    (status = 200, description = "the policy", body = JobPolicy),
    (status = 400, description = "something is no pattern", body = ProblemDetails)))]
pub(crate) async fn set_policy(
    State(app): State<App>,
    _: Caller,
    witness: Witness,
    Json(policy): Json<JobPolicy>,
) -> Result<Reply<JobPolicy>, Problem> {
    witness.about(serde_json::to_string(&policy).unwrap_or_default());
    app.engine.set_job_policy(&policy).await.map_err(|error| match error {
        engine::SetPolicyError::Store(error) => Problem::from(error),
        error @ engine::SetPolicyError::Pattern { .. } => Problem::invalid(error.to_string()),
    })?;
    Ok(Reply(policy))
}

async fn subject_of(app: &App, text: &str) -> Result<Subject, Problem> {
    if text == "default" {
        return Ok(Subject::Default);
    }
    if let Ok(id) = text.parse() {
        let user = app.reader.user(id).await?.map(|it| Subject::User(it.id));
        return user.ok_or_else(|| Problem::not_found("user"));
    }
    let id = text.parse().map_err(|_| Problem::not_found("user or token"))?;
    let token = app.reader.token(id).await?.map(|it| Subject::Token(it.id));
    token.ok_or_else(|| Problem::not_found("token"))
}

pub(super) async fn standing(app: &App, subject: Subject) -> Result<StandingBody, Problem> {
    let own = app.reader.job_limits(subject).await?;
    let mut usage = app.reader.job_usage(subject).await?;
    let limits = match subject {
        Subject::Default => own.or(JobLimits::USUAL),
        Subject::User(user) => {
            usage.artifact_bytes = app.reader.artifact_bytes(user, None).await?;
            app.reader.effective_job_limits(user, None).await?
        }
        Subject::Token(token) => {
            let found =
                app.reader.token(token).await?.ok_or_else(|| Problem::not_found("token"))?;
            usage.artifact_bytes = app.reader.artifact_bytes(found.user, Some(token)).await?;
            app.reader.effective_job_limits(found.user, Some(token)).await?
        }
    };
    Ok(StandingBody { own, limits, usage })
}

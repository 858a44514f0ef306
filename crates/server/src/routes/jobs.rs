//! Jobs: submit, list, look at, follow, cancel, do again, delete. They are their owner's alone: another's
//! job is answered with 403, one that is not there with 404, as the seed has it.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use engine::{Submission, SubmitError};
use model::{
    event::{Event, EventKind},
    id::{JobId, UserId},
    job::{Job, Order},
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use store::{CancelAnswer, Idempotency, SubmitJobError, Submitted};

use super::artifacts;
use crate::{
    App,
    accept::Format,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path, Query},
    idempotency::{IdempotencyKey, replayed},
    problem::{Code, Problem, ProblemDetails},
    stream,
    wire::{
        ListBody, PageBody,
        artifacts::ArtifactBody,
        executions::EventsQuery,
        jobs::{
            AttemptBody, JobBody, JobDetailBody, JobsQuery, NewJobBody, SubmittedBody,
            WebhookSecretBody,
        },
    },
};

/// Of its output, what a look at a job shows.
const SHOWN_BYTES: usize = 64 << 10;

/// Events that are read for that.
const SHOWN_EVENTS: u64 = 2000;

/// Seconds after which some of too many jobs may have ended.
const TOO_MANY_RETRY_SECONDS: u64 = 5;

/// Submits a job. It is stored when this answers, and runs once a worker has room.
///
/// With `Idempotency-Key`, or `idempotency_key` in the body, the same submission again is answered with the
/// job that it made first, and the header `Idempotent-Replayed`.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "jobs", security(("bearer" = ["job:write"])),
    request_body = NewJobBody, responses(
    (status = 201, description = "accepted", body = SubmittedBody),
    (status = 400, description = "something makes no sense, or the payload is too large (`payload_too_large`)", body = ProblemDetails),
    (status = 403, description = "the administrator does not allow it, or an artifact's reference is not good", body = ProblemDetails),
    (status = 409, description = "a job that it is to come after did not succeed", body = ProblemDetails),
    (status = 422, description = "the key was used for another request", body = ProblemDetails),
    (status = 429, description = "too many jobs (`job_rate_limited`); `retry_after` says when to come back", body = ProblemDetails)))]
pub(crate) async fn submit(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Json(body): Json<NewJobBody>,
) -> Result<Response, Problem> {
    body.check_size(app.config.max_job_payload_bytes)?;
    let idempotency = idempotency(key, &body)?;
    let order = body.order()?;
    check(&app, caller.user.id, &order).await?;
    let submission = Submission { idempotency, retry_of: None };
    let submitted = app.engine.submit_job(caller.principal, order, submission).await?;
    Ok(accepted(&submitted, &witness))
}

/// My jobs, the latest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", security(("bearer" = ["job:read"])),
    params(JobsQuery), responses((status = 200, description = "one page", body = PageBody<JobBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<JobsQuery>,
) -> Result<Reply<PageBody<JobBody>>, Problem> {
    let filter = query.filter(caller.user.id)?;
    let mut cursor = query.cursor()?;
    let offset = query.offset();
    let now = app.engine.clock().now();
    if cursor.is_none() && offset > 0 {
        cursor = app.reader.jobs(&filter, None, offset).await?.next;
        if cursor.is_none() {
            return Ok(Reply(PageBody { items: Vec::new(), next_cursor: None }));
        }
    }
    let page = app.reader.jobs(&filter, cursor.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, |it| JobBody::new(it, now))))
}

/// A job, with its attempts, the beginning of its output, and what it left.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", security(("bearer" = ["job:read"])),
    params(("id" = JobId, Path)), responses(
    (status = 200, description = "the job", body = JobDetailBody),
    (status = 403, description = "it is another user's", body = ProblemDetails),
    (status = 404, description = "there is no such job", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<Reply<JobDetailBody>, Problem> {
    let job = mine(&app, caller.user.id, id).await?;
    let attempts = app.reader.job_attempts(id).await?.into_iter().map(AttemptBody::from).collect();
    let (output, artifacts) = (output(&app, id).await?, left(&app, id).await?);
    let job = JobBody::new(job, app.engine.clock().now());
    Ok(Reply(JobDetailBody { job, output, attempts, artifacts }))
}

/// The events of a job, live until the last one, over all its attempts: NDJSON, or SSE if `Accept` prefers
/// it. `Last-Event-ID` resumes after that event.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/events", tag = "jobs", security(("bearer" = ["job:read"])),
    params(("id" = JobId, Path), EventsQuery), responses(
    (status = 200, description = "the events", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream"))),
    (status = 403, description = "it is another user's", body = ProblemDetails),
    (status = 404, description = "there is no such job", body = ProblemDetails),
    (status = 406, description = "neither form is acceptable", body = ProblemDetails)))]
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<JobId>,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    mine(&app, caller.user.id, id).await?;
    let format = Format::preferred(&headers).ok_or_else(Problem::not_acceptable)?;
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let from = last.map_or(query.from.unwrap_or(1), |it| it.saturating_add(1));
    Ok(stream::events(format, app.engine.follow_job(id, from)))
}

/// What a job left.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/artifacts", tag = "jobs", security(("bearer" = ["job:read"])),
    params(("id" = JobId, Path)), responses(
    (status = 200, description = "its artifacts, by name", body = ListBody<ArtifactBody>),
    (status = 403, description = "it is another user's", body = ProblemDetails),
    (status = 404, description = "there is no such job", body = ProblemDetails)))]
pub(crate) async fn kept(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<Reply<ListBody<ArtifactBody>>, Problem> {
    mine(&app, caller.user.id, id).await?;
    Ok(Reply(ListBody { items: left(&app, id).await? }))
}

/// Cancels a job. One that runs is stopped within a second, on whichever machine; from now on it will end
/// as cancelled, even if its program ends by itself before.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs", security(("bearer" = ["job:write"])),
    params(("id" = JobId, Path)), responses(
    (status = 200, description = "cancelled, as it had not started", body = SubmittedBody),
    (status = 202, description = "it is being stopped", body = SubmittedBody),
    (status = 400, description = "it has ended (`cannot_cancel`)", body = ProblemDetails),
    (status = 403, description = "it is another user's", body = ProblemDetails),
    (status = 404, description = "there is no such job", body = ProblemDetails)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<(StatusCode, Reply<SubmittedBody>), Problem> {
    mine(&app, caller.user.id, id).await?;
    match app.engine.cancel_job(id).await? {
        None => Err(Problem::not_found("job")),
        Some(CancelAnswer::Done(job)) => Ok((StatusCode::OK, Reply((&job).into()))),
        Some(CancelAnswer::Asked(job)) => Ok((StatusCode::ACCEPTED, Reply((&job).into()))),
        Some(CancelAnswer::Ended(job)) => {
            let status = job.state.phase.status().name();
            let detail = format!("{id} has ended already: it is {status}");
            Err(Problem::new(StatusCode::BAD_REQUEST, Code::CannotCancel, detail))
        }
    }
}

/// Does an ended job again, as a new one.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs", security(("bearer" = ["job:write"])),
    params(("id" = JobId, Path)), responses(
    (status = 201, description = "the new job", body = SubmittedBody),
    (status = 403, description = "it is another user's, or not allowed any more", body = ProblemDetails),
    (status = 404, description = "there is no such job", body = ProblemDetails),
    (status = 409, description = "it has not ended", body = ProblemDetails),
    (status = 429, description = "too many jobs (`job_rate_limited`)", body = ProblemDetails)))]
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<JobId>,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    let job = mine(&app, caller.user.id, id).await?;
    let idempotency = key.into_key().map(|key| Idempotency { key, hash: format!("retry {id}") });
    let submitted = app.engine.retry_job(caller.principal, &job, idempotency).await?;
    Ok(accepted(&submitted, &Witness::default()))
}

/// With what webhooks of my jobs are signed, as Standard Webhooks write it.
#[utoipa::path(get, path = "/api/v1/webhook-secret", tag = "jobs", security(("bearer" = ["job:write"])), responses(
    (status = 200, description = "the secret", body = WebhookSecretBody)))]
pub(crate) async fn webhook_secret(
    State(app): State<App>,
    caller: Caller,
) -> Reply<WebhookSecretBody> {
    Reply(WebhookSecretBody { secret: app.engine.webhook_secret(caller.user.id) })
}

/// Deletes an ended job with its events. What it left stays.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs", security(("bearer" = ["job:write"])),
    params(("id" = JobId, Path)), responses(
    (status = 204, description = "deleted"),
    (status = 403, description = "it is another user's", body = ProblemDetails),
    (status = 404, description = "there is no such job", body = ProblemDetails),
    (status = 409, description = "it has not ended; cancel it first", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<StatusCode, Problem> {
    mine(&app, caller.user.id, id).await?;
    if app.engine.delete_job(id).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    let detail = format!("{id} has not ended; cancel it first");
    Err(Problem::conflict(Code::JobNotEnded, detail))
}

/// Refuses a webhook that cannot be told, and artifacts that the caller may not have.
pub(super) async fn check(app: &App, owner: UserId, order: &Order) -> Result<(), Problem> {
    let webhook = app.engine.check_webhook(order);
    webhook.map_err(|error| Problem::invalid(error.to_string()).at("/webhook"))?;
    Ok(app.engine.check_artifacts(owner, order).await?)
}

fn accepted(submitted: &Submitted, witness: &Witness) -> Response {
    let job = submitted.job();
    witness.about(job.id);
    let response = (StatusCode::CREATED, Reply(SubmittedBody::from(job))).into_response();
    match submitted {
        Submitted::New(_) => response,
        Submitted::Known(_) => replayed(response),
    }
}

/// By what a submission is known again: its key, and the rest of it.
fn idempotency(key: IdempotencyKey, body: &NewJobBody) -> Result<Option<Idempotency>, Problem> {
    let key = match (key.into_key(), body.idempotency_key.clone()) {
        (Some(header), Some(field)) if header != field => {
            let detail = "the header Idempotency-Key and idempotency_key differ; send one of them";
            return Err(Problem::invalid(detail));
        }
        (header, field) => header.or(field),
    };
    let Some(key) = key else { return Ok(None) };
    let mut same = body.clone();
    same.idempotency_key = None;
    let text = serde_json::to_vec(&same).map_err(|it| Problem::internal(&it))?;
    let hash = Sha256::digest(text).iter().map(|it| format!("{it:02x}")).collect();
    Ok(Some(Idempotency { key, hash }))
}

/// The job if it belongs to the user.
async fn mine(app: &App, user: UserId, id: JobId) -> Result<Job, Problem> {
    let job = app.reader.job(id).await?.ok_or_else(|| Problem::not_found("job"))?;
    if job.owner == user {
        return Ok(job);
    }
    let detail = "this job is another user's";
    Err(Problem::new(StatusCode::FORBIDDEN, Code::NotYours, detail))
}

async fn left(app: &App, id: JobId) -> Result<Vec<ArtifactBody>, Problem> {
    let Some(kept) = app.engine.artifacts() else { return Ok(Vec::new()) };
    let now: Timestamp = app.engine.clock().now();
    let found = app.reader.artifacts_of_job(id).await?.into_iter();
    let there = found.filter(|it| it.expires_at.is_none_or(|at| at > now));
    Ok(there.map(|it| artifacts::body(kept, it)).collect())
}

async fn output(app: &App, id: JobId) -> Result<String, Problem> {
    let mut output = Vec::new();
    for stored in app.reader.job_events(id, 1, SHOWN_EVENTS).await? {
        let Ok(event) = serde_json::from_str::<Event>(&stored.body) else { continue };
        if let EventKind::Stdout(chunk) | EventKind::Stderr(chunk) = event.kind {
            output.extend_from_slice(&chunk.bytes());
        }
        if output.len() >= SHOWN_BYTES {
            output.truncate(SHOWN_BYTES);
            break;
        }
    }
    Ok(String::from_utf8_lossy(&output).into_owned())
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let detail = error.to_string();
        match error {
            SubmitError::Invalid(engine::InvalidOrder::TooLarge { .. }) => {
                Self::new(StatusCode::BAD_REQUEST, Code::PayloadTooLarge, detail)
            }
            SubmitError::Invalid(engine::InvalidOrder::Field { field, .. }) => {
                Self::invalid(detail).at(field)
            }
            SubmitError::NotAllowed(_) => {
                Self::new(StatusCode::FORBIDDEN, Code::JobNotAllowed, detail).at("/payload")
            }
            SubmitError::NotEnded { .. } => Self::conflict(Code::JobNotEnded, detail),
            SubmitError::Refused(error) => error.into(),
            SubmitError::Store(error) => error.into(),
        }
    }
}

impl From<SubmitJobError> for Problem {
    fn from(error: SubmitJobError) -> Self {
        let detail = error.to_string();
        let limited = |seconds: u64| {
            let status = StatusCode::TOO_MANY_REQUESTS;
            Self::new(status, Code::JobRateLimited, detail.clone()).retry_after(seconds)
        };
        match error {
            SubmitJobError::TooFast { wait, .. } | SubmitJobError::CpuUsed { wait, .. } => {
                limited(wait.as_secs() + 1)
            }
            SubmitJobError::TooMany { .. } => limited(TOO_MANY_RETRY_SECONDS),
            SubmitJobError::NoPredecessor { .. } => Self::invalid(detail).at("/after"),
            SubmitJobError::PredecessorFailed { .. } => {
                Self::conflict(Code::PredecessorFailed, detail).at("/after")
            }
            SubmitJobError::KeyReused { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::IdempotencyKeyReused, detail)
            }
            SubmitJobError::Store(error) => error.into(),
        }
    }
}

impl From<engine::OrderArtifactsError> for Problem {
    fn from(error: engine::OrderArtifactsError) -> Self {
        match error {
            engine::OrderArtifactsError::Artifact { field, source } => Self::from(source).at(field),
            engine::OrderArtifactsError::NotKept => Self::invalid(error.to_string()),
            engine::OrderArtifactsError::Pattern(_) => {
                Self::invalid(error.to_string()).at("/artifacts_out")
            }
        }
    }
}

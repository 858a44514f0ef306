//! Schedules: make, list, change, delete. They are their owner's alone.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use engine::ScheduleError;
use model::{
    id::{ScheduleId, UserId},
    job::{InvalidSchedule, Schedule},
};

use super::jobs::check;
use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::{Code, Problem, ProblemDetails},
    wire::{
        PageBody, PageQuery,
        schedules::{NewScheduleBody, ScheduleBody},
    },
};

/// My schedules, the latest first.
#[utoipa::path(get, path = "/api/v1/schedules", tag = "schedules", security(("bearer" = ["job:read"])),
    params(PageQuery), responses((status = 200, description = "one page", body = PageBody<ScheduleBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Reply<PageBody<ScheduleBody>>, Problem> {
    let cursor = query.cursor()?;
    let page = app.reader.schedules(caller.user.id, cursor.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, ScheduleBody::from)))
}

/// Makes a schedule.
#[utoipa::path(post, path = "/api/v1/schedules", tag = "schedules", security(("bearer" = ["job:write"])),
    request_body = NewScheduleBody, responses(
    (status = 201, description = "the schedule", body = ScheduleBody),
    (status = 400, description = "its times or its job make no sense", body = ProblemDetails),
    (status = 403, description = "the administrator does not allow such a job", body = ProblemDetails)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Json(body): Json<NewScheduleBody>,
) -> Result<Response, Problem> {
    let create = async {
        let asked = asked(&app, caller.user.id, body.clone()).await?;
        let made = app.engine.create_schedule(caller.user.id, asked).await?;
        witness.about(made.id);
        Ok(ScheduleBody::from(made))
    };
    key.once(&app, caller.user.id, &body, create).await
}

/// A schedule.
#[utoipa::path(get, path = "/api/v1/schedules/{id}", tag = "schedules", security(("bearer" = ["job:read"])),
    params(("id" = ScheduleId, Path)), responses(
    (status = 200, description = "the schedule", body = ScheduleBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ScheduleId>,
) -> Result<Reply<ScheduleBody>, Problem> {
    Ok(Reply(mine(&app, caller.user.id, id).await?.into()))
}

/// Changes a schedule to what is sent. What it has submitted goes on.
#[utoipa::path(put, path = "/api/v1/schedules/{id}", tag = "schedules", security(("bearer" = ["job:write"])),
    params(("id" = ScheduleId, Path)), request_body = NewScheduleBody, responses(
    (status = 200, description = "the schedule as it is now", body = ScheduleBody),
    (status = 400, description = "its times or its job make no sense", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ScheduleId>,
    Json(body): Json<NewScheduleBody>,
) -> Result<Reply<ScheduleBody>, Problem> {
    let schedule = mine(&app, caller.user.id, id).await?;
    let asked = asked(&app, caller.user.id, body).await?;
    Ok(Reply(app.engine.update_schedule(schedule, asked).await?.into()))
}

/// Deletes a schedule. What it has submitted goes on.
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", tag = "schedules", security(("bearer" = ["job:write"])),
    params(("id" = ScheduleId, Path)), responses(
    (status = 204, description = "deleted"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ScheduleId>,
) -> Result<StatusCode, Problem> {
    mine(&app, caller.user.id, id).await?;
    app.engine.delete_schedule(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn asked(
    app: &App,
    owner: UserId,
    body: NewScheduleBody,
) -> Result<engine::NewSchedule, Problem> {
    let of_job = |it: Problem| it.within("/job");
    body.job.check_size(app.config.max_job_payload_bytes).map_err(of_job)?;
    let order = body.job.order().map_err(of_job)?;
    check(app, owner, &order).await.map_err(of_job)?;
    Ok(engine::NewSchedule {
        name: body.name,
        cron: body.cron,
        time_zone: body.time_zone.unwrap_or_else(|| "UTC".to_owned()),
        missed: body.missed.unwrap_or_default(),
        paused: body.paused.unwrap_or(false),
        order,
    })
}

/// The schedule if it belongs to the user; otherwise it is not there.
async fn mine(app: &App, user: UserId, id: ScheduleId) -> Result<Schedule, Problem> {
    let schedule = app.reader.schedule(id).await?;
    schedule.filter(|it| it.owner == user).ok_or_else(|| Problem::not_found("schedule"))
}

impl From<ScheduleError> for Problem {
    fn from(error: ScheduleError) -> Self {
        let detail = error.to_string();
        match error {
            ScheduleError::Times(error) => Self::invalid(detail).at(match error {
                InvalidSchedule::Zone { .. } => "/time_zone",
                InvalidSchedule::Pattern { .. } | InvalidSchedule::Never { .. } => "/cron",
            }),
            ScheduleError::Name => Self::invalid(detail).at("/name"),
            ScheduleError::TooMany => Self::conflict(Code::OverLimit, detail),
            ScheduleError::Order(error) => Self::from(error).within("/job"),
            ScheduleError::Gone => Self::not_found("schedule"),
            ScheduleError::Store(error) => error.into(),
        }
    }
}

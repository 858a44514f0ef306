//! Runbooks: create, read, save, delete.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use engine::Opened;
use model::id::{RunbookId, UserId};

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::{Code, Problem, ProblemDetails},
    wire::{
        ListBody,
        executions::ExecutionBody,
        runbooks::{BlocksBody, NewRunbookBody, RunbookBody, RunbookChangeBody},
    },
};

/// Makes a runbook.
#[utoipa::path(post, path = "/api/runbooks", tag = "runbooks", security(("bearer" = ["runbook:write"])), request_body = NewRunbookBody, responses(
    (status = 201, description = "the new runbook", body = RunbookBody),
    (status = 400, description = "something is not acceptable", body = ProblemDetails)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Json(body): Json<NewRunbookBody>,
) -> Result<Response, Problem> {
    app.check_editable()?;
    let user = caller.user.id;
    let create = async {
        let opened = app.engine.create_runbook(user, &body.title, &body.content).await?;
        witness.about(opened.runbook.id);
        Ok(RunbookBody::new(opened, None))
    };
    key.once(&app, user, &body, create).await
}

/// A runbook with its text and blocks.
#[utoipa::path(get, path = "/api/runbooks/{id}", tag = "runbooks", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 200, description = "the runbook", body = RunbookBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<Reply<RunbookBody>, Problem> {
    let opened = mine(&app, caller.user.id, id).await?;
    Ok(Reply(body(&app, caller.user.id, opened)))
}

/// Saves a new revision.
#[utoipa::path(put, path = "/api/runbooks/{id}", tag = "runbooks", security(("bearer" = ["runbook:write"])), params(("id" = RunbookId, Path)),
    request_body = RunbookChangeBody, responses(
    (status = 200, description = "the runbook as saved", body = RunbookBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "somebody saved meanwhile; nothing was changed", body = ProblemDetails)))]
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    Json(change): Json<RunbookChangeBody>,
) -> Result<Reply<RunbookBody>, Problem> {
    app.check_editable()?;
    let user = caller.user.id;
    mine(&app, user, id).await?;
    let RunbookChangeBody { title, content, revision } = change;
    let saved =
        app.engine.save_runbook(id, user, revision, title.as_deref(), content.as_deref()).await?;
    Ok(Reply(body(&app, user, saved)))
}

/// Puts a runbook into the trash, where it stays for 30 days; its live session ends.
#[utoipa::path(delete, path = "/api/runbooks/{id}", tag = "runbooks", security(("bearer" = ["runbook:write"])), params(("id" = RunbookId, Path)), responses(
    (status = 204, description = "it is in the trash"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<StatusCode, Problem> {
    app.check_editable()?;
    mine(&app, caller.user.id, id).await?;
    app.engine.delete_runbook(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The blocks of a runbook and what is wrong with them.
#[utoipa::path(get, path = "/api/runbooks/{id}/blocks", tag = "runbooks", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 200, description = "the blocks", body = BlocksBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn blocks(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<Reply<BlocksBody>, Problem> {
    let opened = mine(&app, caller.user.id, id).await?;
    Ok(Reply(BlocksBody::new(&opened.document)))
}

/// The latest execution of each block, whichever session it ran in.
#[utoipa::path(get, path = "/api/runbooks/{id}/executions", tag = "runbooks", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 200, description = "the executions", body = ListBody<ExecutionBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn executions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<Reply<ListBody<ExecutionBody>>, Problem> {
    let user = caller.user.id;
    mine(&app, user, id).await?;
    let items = app.reader.latest_executions(user, id).await?;
    Ok(Reply(ListBody { items: items.into_iter().map(ExecutionBody::from).collect() }))
}

/// The runbook if it belongs to the user; otherwise it is not there.
pub(crate) async fn mine(app: &App, user: UserId, id: RunbookId) -> Result<Opened, Problem> {
    let opened = app.engine.open_runbook(id).await?;
    opened.filter(|it| it.runbook.owner == user).ok_or_else(|| Problem::not_found("runbook"))
}

pub(crate) fn body(app: &App, user: UserId, opened: Opened) -> RunbookBody {
    let session = app.engine.live_session(user, opened.runbook.id);
    let editable = app.local.is_none();
    let drifted = app.local.as_ref().is_some_and(|it| it.document.drifted());
    RunbookBody { editable, drifted, ..RunbookBody::new(opened, session) }
}

impl App {
    pub(crate) fn check_editable(&self) -> Result<(), Problem> {
        if self.local.is_none() {
            return Ok(());
        }
        let detail = "a local document is edited in its file, not here";
        Err(Problem::new(StatusCode::FORBIDDEN, Code::ReadOnly, detail))
    }
}

//! Revisions of runbooks: list, read, compare, restore, name.

use axum::{Json as Reply, extract::State};
use model::id::RunbookId;

use super::runbooks::{body, mine};
use crate::{
    App,
    auth::Caller,
    extract::{Json, Path, Query},
    problem::{Problem, ProblemDetails},
    wire::{
        PageBody, PageQuery,
        revisions::{DiffBody, DiffQuery, RevisionBody, RevisionNameBody, RevisionTextBody},
        runbooks::RunbookBody,
    },
};

/// Who saved a runbook when, the latest first.
#[utoipa::path(get, path = "/api/runbooks/{id}/revisions", tag = "revisions", security(("bearer" = ["runbook:read"])),
    params(("id" = RunbookId, Path), PageQuery), responses(
    (status = 200, description = "one page", body = PageBody<RevisionBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<PageBody<RevisionBody>>, Problem> {
    mine(&app, caller.user.id, id).await?;
    let page = app.reader.revisions(id, query.cursor()?.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, RevisionBody::from)))
}

/// A revision with its text.
#[utoipa::path(get, path = "/api/runbooks/{id}/revisions/{number}", tag = "revisions", security(("bearer" = ["runbook:read"])),
    params(("id" = RunbookId, Path), ("number" = i64, Path)), responses(
    (status = 200, description = "the revision", body = RevisionTextBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Path<(RunbookId, i64)>,
) -> Result<Reply<RevisionTextBody>, Problem> {
    mine(&app, caller.user.id, id).await?;
    let content = text(&app, id, number).await?;
    let revision = info(&app, id, number).await?;
    Ok(Reply(RevisionTextBody { revision, content }))
}

/// How a revision differs from another.
#[utoipa::path(get, path = "/api/runbooks/{id}/revisions/{number}/diff", tag = "revisions", security(("bearer" = ["runbook:read"])),
    params(("id" = RunbookId, Path), ("number" = i64, Path), DiffQuery), responses(
    (status = 200, description = "the lines that differ", body = DiffBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn diff(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Path<(RunbookId, i64)>,
    Query(query): Query<DiffQuery>,
) -> Result<Reply<DiffBody>, Problem> {
    mine(&app, caller.user.id, id).await?;
    let new = text(&app, id, number).await?;
    let (from, old) = match query.against {
        Some(against) => (Some(against), text(&app, id, against).await?),
        None => match app.reader.revision_before(id, number).await? {
            Some(before) => (Some(before.number), before.content),
            None => (None, String::new()),
        },
    };
    let compared = tokio::task::spawn_blocking(move || engine::difference(&old, &new)).await;
    let difference = compared.map_err(|it| Problem::internal(&it))?;
    Ok(Reply(DiffBody::new(from, number, difference)))
}

/// Makes the text of a revision the latest one, as a new revision.
#[utoipa::path(post, path = "/api/runbooks/{id}/revisions/{number}/restore", tag = "revisions", security(("bearer" = ["runbook:write"])),
    params(("id" = RunbookId, Path), ("number" = i64, Path)), responses(
    (status = 200, description = "the runbook as it is now", body = RunbookBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Path<(RunbookId, i64)>,
) -> Result<Reply<RunbookBody>, Problem> {
    app.check_editable()?;
    let user = caller.user.id;
    mine(&app, user, id).await?;
    let restored = app.engine.restore_revision(id, user, number).await?;
    Ok(Reply(body(&app, user, restored)))
}

/// Calls a revision by a name. One that has a name stays, whatever is edited after it.
#[utoipa::path(put, path = "/api/runbooks/{id}/revisions/{number}/name", tag = "revisions", security(("bearer" = ["runbook:write"])),
    params(("id" = RunbookId, Path), ("number" = i64, Path)), request_body = RevisionNameBody, responses(
    (status = 200, description = "the revision", body = RevisionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn name(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Path<(RunbookId, i64)>,
    Json(named): Json<RevisionNameBody>,
) -> Result<Reply<RevisionBody>, Problem> {
    app.check_editable()?;
    mine(&app, caller.user.id, id).await?;
    if !app.engine.name_revision(id, number, named.name.as_deref()).await? {
        return Err(Problem::not_found("revision"));
    }
    Ok(Reply(info(&app, id, number).await?))
}

async fn text(app: &App, id: RunbookId, number: i64) -> Result<String, Problem> {
    let revision = app.reader.revision(id, number).await?;
    Ok(revision.ok_or_else(|| Problem::not_found("revision"))?.content)
}

async fn info(app: &App, id: RunbookId, number: i64) -> Result<RevisionBody, Problem> {
    let info = app.reader.revision_info(id, number).await?;
    Ok(info.ok_or_else(|| Problem::not_found("revision"))?.into())
}

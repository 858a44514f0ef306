//! My runbooks as I keep them: lists, stars, tags, the trash.

use axum::{Json as Reply, extract::State, http::StatusCode};
use model::id::{RunbookId, UserId};
use store::{ShelfChange, Shelved};

use super::runbooks::mine;
use crate::{
    App,
    auth::Caller,
    extract::{Json, Path, Query},
    problem::{Problem, ProblemDetails},
    wire::{
        ListBody, PageBody, PageQuery,
        library::{
            LibraryQuery, RunbookItemBody, ShelfBody, ShelfChangeBody, TagCountBody, TrashedBody,
        },
    },
};

/// Tags that are offered to choose from.
const MOST_TAGS: u64 = 200;

/// My runbooks, the one changed last first unless asked otherwise.
#[utoipa::path(get, path = "/api/runbooks", tag = "runbooks", security(("bearer" = ["runbook:read"])), params(LibraryQuery), responses(
    (status = 200, description = "one page", body = PageBody<RunbookItemBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<LibraryQuery>,
) -> Result<Reply<PageBody<RunbookItemBody>>, Problem> {
    let user = caller.user.id;
    let (filter, cursor) = (query.filter()?, query.cursor()?);
    // What documents say of their tags is known from the index.
    app.engine.index_of(user).await;
    let page = app.reader.library(user, &filter, cursor.as_ref(), query.limit()).await?;
    let item = |it: Shelved| {
        let session = app.engine.live_session(user, it.runbook.id);
        RunbookItemBody::new(it, session)
    };
    Ok(Reply(PageBody::new(page, item)))
}

/// Tags of my runbooks, the most frequent first.
#[utoipa::path(get, path = "/api/tags", tag = "library", security(("bearer" = ["runbook:read"])), responses(
    (status = 200, description = "at most 200 tags", body = ListBody<TagCountBody>)))]
pub(crate) async fn tags(
    State(app): State<App>,
    caller: Caller,
) -> Result<Reply<ListBody<TagCountBody>>, Problem> {
    app.engine.index_of(caller.user.id).await;
    let tags = app.reader.tags(caller.user.id, MOST_TAGS).await?;
    let body = |(name, runbooks)| TagCountBody { name, runbooks };
    Ok(Reply(ListBody { items: tags.into_iter().map(body).collect() }))
}

/// What I keep about a runbook.
#[utoipa::path(get, path = "/api/runbooks/{id}/shelf", tag = "library", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 200, description = "its place, star, tags and last execution", body = ShelfBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn shelf(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<Reply<ShelfBody>, Problem> {
    app.engine.index_of(caller.user.id).await;
    Ok(Reply(shelved(&app, caller.user.id, id).await?))
}

/// Moves a runbook, gives it a star or tags.
#[utoipa::path(put, path = "/api/runbooks/{id}/shelf", tag = "library", security(("bearer" = ["runbook:write"])), params(("id" = RunbookId, Path)),
    request_body = ShelfChangeBody, responses(
    (status = 200, description = "as it is kept now", body = ShelfBody),
    (status = 400, description = "there is no such folder, or a tag cannot be one", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn change_shelf(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    Json(body): Json<ShelfChangeBody>,
) -> Result<Reply<ShelfBody>, Problem> {
    let user = caller.user.id;
    mine(&app, user, id).await?;
    let now = app.engine.clock().now();
    let change = ShelfChange {
        folder: body.folder,
        starred_at: body.starred.map(|it| it.then_some(now)),
        opened_at: None,
        tags: body.tags,
    };
    app.engine.change_shelf(user, id, change).await?;
    app.engine.index_of(user).await;
    Ok(Reply(shelved(&app, user, id).await?))
}

/// Notes that I opened a runbook, for my list of recent ones.
#[utoipa::path(post, path = "/api/runbooks/{id}/visits", tag = "library", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 204, description = "noted"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn visit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<StatusCode, Problem> {
    let user = caller.user.id;
    mine(&app, user, id).await?;
    let opened_at = Some(app.engine.clock().now());
    let change = ShelfChange { opened_at, ..ShelfChange::default() };
    app.engine.change_shelf(user, id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Runbooks that I deleted, the last one first. Each is there for 30 days.
#[utoipa::path(get, path = "/api/trash", tag = "library", security(("bearer" = ["runbook:read"])), params(PageQuery), responses(
    (status = 200, description = "one page", body = PageBody<TrashedBody>)))]
pub(crate) async fn trash(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Reply<PageBody<TrashedBody>>, Problem> {
    let page = app.reader.trash(caller.user.id, query.cursor()?.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, TrashedBody::from)))
}

/// Brings a deleted runbook back, with its revisions, executions and output.
#[utoipa::path(post, path = "/api/trash/{id}/restore", tag = "library", security(("bearer" = ["runbook:write"])), params(("id" = RunbookId, Path)), responses(
    (status = 204, description = "it is back where it was"),
    (status = 404, description = "not in my trash", body = ProblemDetails)))]
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<StatusCode, Problem> {
    match app.engine.restore_runbook(id, caller.user.id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("runbook in the trash")),
    }
}

/// Deletes a runbook in the trash for good, with its revisions, executions and output.
#[utoipa::path(delete, path = "/api/trash/{id}", tag = "library", security(("bearer" = ["runbook:write"])), params(("id" = RunbookId, Path)), responses(
    (status = 204, description = "gone"),
    (status = 404, description = "not in my trash", body = ProblemDetails)))]
pub(crate) async fn purge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<StatusCode, Problem> {
    match app.engine.purge_runbook(id, caller.user.id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("runbook in the trash")),
    }
}

async fn shelved(app: &App, user: UserId, id: RunbookId) -> Result<ShelfBody, Problem> {
    let shelved = app.reader.shelved(user, id).await?;
    shelved.map(ShelfBody::from).ok_or_else(|| Problem::not_found("runbook"))
}

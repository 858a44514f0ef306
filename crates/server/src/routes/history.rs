//! Past executions of my runbooks.

use axum::{
    Json as Reply,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use model::{
    event::{Event, EventKind},
    id::{ExecutionId, RunbookId},
};
use store::{StoreError, StoredEvent};

use super::{executions, runbooks};
use crate::{
    App,
    auth::Caller,
    extract::{Path, Query},
    problem::{Problem, ProblemDetails},
    wire::{
        PageBody,
        history::{HistoryQuery, OriginBody, PastExecutionBody},
    },
};

/// Every execution of a runbook's blocks that is kept, the latest first.
#[utoipa::path(get, path = "/api/runbooks/{id}/history", tag = "history", security(("bearer" = ["runbook:read"])),
    params(("id" = RunbookId, Path), HistoryQuery), responses(
    (status = 200, description = "one page", body = PageBody<PastExecutionBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    Query(query): Query<HistoryQuery>,
) -> Result<Reply<PageBody<PastExecutionBody>>, Problem> {
    let user = caller.user.id;
    runbooks::mine(&app, user, id).await?;
    let (cursor, limit) = (query.cursor()?, query.limit());
    let filter = query.filter();
    let page = app.reader.history(user, id, &filter, cursor.as_ref(), limit).await?;
    Ok(Reply(PageBody::new(page, PastExecutionBody::from)))
}

/// What an execution was made of: its code as it ran, the version of its runtime, its limits.
#[utoipa::path(get, path = "/api/executions/{id}/origin", tag = "history", security(("bearer" = ["session:run"])), params(("id" = ExecutionId, Path)), responses(
    (status = 200, description = "what it was made of", body = OriginBody),
    (status = 404, description = "not there, not mine, or from before this was kept", body = ProblemDetails)))]
pub(crate) async fn origin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ExecutionId>,
) -> Result<Reply<OriginBody>, Problem> {
    executions::mine(&app, caller.user.id, id).await?;
    let origin = app.reader.origin(id).await?;
    origin.map(|it| Reply(it.into())).ok_or_else(|| Problem::not_found("record of the code"))
}

/// What an execution wrote to its standard output and error, byte for byte, until its end.
#[utoipa::path(get, path = "/api/executions/{id}/log", tag = "history", security(("bearer" = ["session:run"])), params(("id" = ExecutionId, Path)), responses(
    (status = 200, description = "the bytes", body = String, content_type = "text/plain"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn log(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ExecutionId>,
) -> Result<Response, Problem> {
    executions::mine(&app, caller.user.id, id).await?;
    let bytes = app.engine.follow(id, 1).map(|page| Ok::<_, StoreError>(written(&page?)));
    let name = format!("attachment; filename=\"{id}.log\"");
    let name = HeaderValue::try_from(name).expect("an id is letters, digits and an underscore");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

fn written(events: &[StoredEvent]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in events {
        match serde_json::from_str::<Event>(&event.body).map(|it| it.kind) {
            Ok(EventKind::Stdout(chunk) | EventKind::Stderr(chunk)) => {
                bytes.extend_from_slice(&chunk.bytes());
            }
            Ok(
                EventKind::Info { .. }
                | EventKind::Display { .. }
                | EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. },
            )
            | Err(_) => {}
        }
    }
    bytes
}

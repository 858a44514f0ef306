//! Executions: look at them, follow their events, stop them.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use engine::BlockName;
use futures_util::{StreamExt, stream as streams};
use model::{
    event::{Event, EventKind, Summary},
    execution::Execution,
    id::{ExecutionId, UserId},
};
use serde::Serialize;
use store::StoredEvent;
use utoipa::ToSchema;

use super::sessions::my_session;
use crate::{
    App,
    auth::Principal,
    extract::{Json, Path, Query},
    problem::{Problem, ProblemDetails},
    stream::{self, Format},
    wire::executions::{EventsQuery, ExecBlockBody, ExecutionBody},
};

/// An execution.
#[utoipa::path(get, path = "/api/executions/{id}", tag = "executions", params(("id" = ExecutionId, Path)), responses(
    (status = 200, description = "the execution", body = ExecutionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<ExecutionId>,
) -> Result<Reply<ExecutionBody>, Problem> {
    Ok(Reply(mine(&app, principal.user.id, id).await?.into()))
}

/// The events of an execution, live until the last one: NDJSON, or SSE if `Accept` prefers it.
/// `Last-Event-ID` resumes after that event.
#[utoipa::path(get, path = "/api/executions/{id}/events", tag = "executions",
    params(("id" = ExecutionId, Path), EventsQuery), responses(
    (status = 200, description = "the events", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream"))),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn events(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    mine(&app, principal.user.id, id).await?;
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let from = last.map_or(query.from.unwrap_or(1), |it| it.saturating_add(1));
    Ok(stream::events(Format::preferred(&headers), app.engine.follow(id, from)))
}

/// Asks an execution to stop: its program gets a second to end, then it is killed.
#[utoipa::path(post, path = "/api/executions/{id}/cancel", tag = "executions", params(("id" = ExecutionId, Path)), responses(
    (status = 202, description = "it is being stopped, or had finished already", body = ExecutionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<ExecutionId>,
) -> Result<(StatusCode, Reply<ExecutionBody>), Problem> {
    let execution = mine(&app, principal.user.id, id).await?;
    app.engine.cancel(&execution).await;
    let execution = mine(&app, principal.user.id, id).await?;
    Ok((StatusCode::ACCEPTED, Reply(execution.into())))
}

/// One line of the first seed's stream.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = ExecBlockLine)]
pub(crate) enum ExecBlockLine {
    Output {
        data: String,
    },
    Exit {
        #[serde(rename = "exitCode")]
        exit_code: i32,
    },
    Error {
        message: String,
    },
}

/// Runs a block and streams its output, in the first seed's shape.
#[utoipa::path(post, path = "/api/executions/exec-block", tag = "executions", request_body = ExecBlockBody, responses(
    (status = 200, description = "NDJSON", body = ExecBlockLine, content_type = "application/x-ndjson"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn exec_block(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<ExecBlockBody>,
) -> Result<Response, Problem> {
    my_session(&app, principal.user.id, body.session_id).await?;
    let name = BlockName::Index { index: body.block_index, runtime: body.runtime };
    let execution = app.engine.run_block(body.session_id, name).await?;
    let lines = app.engine.follow(execution.id, 1).flat_map(|page| {
        let lines: Vec<String> = match page {
            Ok(events) => events.iter().filter_map(line).collect(),
            Err(error) => vec![encode(&ExecBlockLine::Error { message: error.to_string() })],
        };
        streams::iter(lines)
    });
    Ok(stream::lines(lines))
}

fn line(event: &StoredEvent) -> Option<String> {
    let event: Event = serde_json::from_str(&event.body).ok()?;
    let line = match event.kind {
        EventKind::Stdout(chunk) | EventKind::Stderr(chunk) => {
            let data = String::from_utf8_lossy(&chunk.bytes()).into_owned();
            ExecBlockLine::Output { data }
        }
        EventKind::Result { data } => end(&data),
        EventKind::Error { data } => ExecBlockLine::Error { message: data.message },
        EventKind::Truncated { data } => {
            let notice = format!("[output over {} bytes was dropped]\n", data.limit_bytes);
            ExecBlockLine::Output { data: notice }
        }
        EventKind::Info { .. } | EventKind::Display { .. } => return None,
    };
    Some(encode(&line))
}

fn end(summary: &Summary) -> ExecBlockLine {
    match summary.exit_code {
        Some(exit_code) => ExecBlockLine::Exit { exit_code },
        None => {
            let words = summary.outcome.name().replace('_', " ");
            let message =
                format!("the program was ended after {} ms: {words}", summary.duration_ms);
            ExecBlockLine::Error { message }
        }
    }
}

fn encode(line: &ExecBlockLine) -> String {
    serde_json::to_string(line).expect("a line is always valid JSON")
}

/// The execution if it belongs to the user; otherwise it is not there.
async fn mine(app: &App, user: UserId, id: ExecutionId) -> Result<Execution, Problem> {
    let execution = app.reader.execution(id).await?;
    execution.filter(|it| it.user == user).ok_or_else(|| Problem::not_found("execution"))
}

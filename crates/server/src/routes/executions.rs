//! Executions: look at them, follow their events, stop them.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use engine::{BlockName, Fed};
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
    accept::Format,
    auth::Caller,
    extract::{Json, Path, Query},
    problem::{Code, Problem, ProblemDetails},
    stream,
    wire::{
        executions::{EventsQuery, ExecBlockBody, ExecutionBody},
        sessions::{MAX_STDIN, StdinBody},
    },
};

/// An execution.
#[utoipa::path(get, path = "/api/executions/{id}", tag = "executions", security(("bearer" = ["session:run"])), params(("id" = ExecutionId, Path)), responses(
    (status = 200, description = "the execution", body = ExecutionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ExecutionId>,
) -> Result<Reply<ExecutionBody>, Problem> {
    Ok(Reply(mine(&app, caller.user.id, id).await?.into()))
}

/// The events of an execution, live until the last one: NDJSON, or SSE if `Accept` prefers it.
/// `Last-Event-ID` resumes after that event.
#[utoipa::path(get, path = "/api/executions/{id}/events", tag = "executions", security(("bearer" = ["session:run"])),
    params(("id" = ExecutionId, Path), EventsQuery), responses(
    (status = 200, description = "the events", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream"))),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 406, description = "neither form is acceptable", body = ProblemDetails)))]
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    mine(&app, caller.user.id, id).await?;
    let format = Format::preferred(&headers).ok_or_else(Problem::not_acceptable)?;
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let from = last.map_or(query.from.unwrap_or(1), |it| it.saturating_add(1));
    Ok(stream::events(format, app.engine.follow(id, from)))
}

/// Asks an execution to stop: its program gets a second to end, then it is killed.
#[utoipa::path(post, path = "/api/executions/{id}/cancel", tag = "executions", security(("bearer" = ["session:run"])), params(("id" = ExecutionId, Path)), responses(
    (status = 202, description = "it is being stopped, or had finished already", body = ExecutionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ExecutionId>,
) -> Result<(StatusCode, Reply<ExecutionBody>), Problem> {
    let execution = mine(&app, caller.user.id, id).await?;
    let components = app.local.as_ref().and_then(|it| it.components.as_ref());
    if !components.is_some_and(|it| it.session().stop(id)) {
        app.engine.cancel(&execution).await;
    }
    let execution = mine(&app, caller.user.id, id).await?;
    Ok((StatusCode::ACCEPTED, Reply(execution.into())))
}

/// Passes text to the standard input of an interactive execution.
#[utoipa::path(post, path = "/api/executions/{id}/stdin", tag = "executions", security(("bearer" = ["session:run"])), params(("id" = ExecutionId, Path)), responses(
    (status = 204, description = "it was passed on"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 413, description = "more than 64 KiB", body = ProblemDetails),
    (status = 409, description = "it has not begun, has ended, or reads nothing", body = ProblemDetails),
    (status = 429, description = "it reads more slowly than it is written to", body = ProblemDetails)))]
pub(crate) async fn stdin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ExecutionId>,
    Json(body): Json<StdinBody>,
) -> Result<StatusCode, Problem> {
    let execution = mine(&app, caller.user.id, id).await?;
    if body.data.len() > MAX_STDIN {
        return Err(Problem::too_large(MAX_STDIN));
    }
    match app.engine.feed(&execution, body.data.into(), body.end).await {
        Fed::Taken => Ok(StatusCode::NO_CONTENT),
        Fed::NotReading => {
            let detail = "the execution reads no input: it has not begun, has ended, or was not started as interactive";
            Err(Problem::conflict(Code::NotReading, detail))
        }
        Fed::Full => {
            let detail = "the program reads more slowly than it is written to; try again";
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::QueueFull, detail);
            Err(problem.retry_after(1))
        }
    }
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
#[utoipa::path(post, path = "/api/executions/exec-block", tag = "executions", security(("bearer" = ["session:run"])), request_body = ExecBlockBody, responses(
    (status = 200, description = "NDJSON", body = ExecBlockLine, content_type = "application/x-ndjson"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended, or the block runs already", body = ProblemDetails)))]
pub(crate) async fn exec_block(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<ExecBlockBody>,
) -> Result<Response, Problem> {
    my_session(&app, caller.user.id, body.session_id).await?;
    let name = BlockName::Index { index: body.block_index, runtime: body.runtime };
    let execution = app.engine.run_block(body.session_id, name, false).await?;
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
pub(crate) async fn mine(app: &App, user: UserId, id: ExecutionId) -> Result<Execution, Problem> {
    let execution = app.reader.execution(id).await?;
    execution.filter(|it| it.user == user).ok_or_else(|| Problem::not_found("execution"))
}

//! Functions: tinirun's eight routes as they are, and what it lacks: delete, versions, history.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::{Collected, Ending, Running};
use futures_util::{StreamExt, stream as streams};
use model::{
    event::{Event, EventKind, Summary},
    function::{Function, FunctionName, Version},
    id::{FunctionId, InvocationId, UserId},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{StoreError, StoredEvent};

use super::code::format;
use crate::{
    App,
    accept::Format,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::{Code, Problem, ProblemDetails},
    stream,
    wire::{
        PageBody, PageQuery,
        functions::{
            BuildErrorBody, CreateFunctionBody, DetailBody, InfoBody, InvocationBody, ItemBody,
            RollbackBody, RunFunctionBody, UpdateFunctionBody, VersionBody,
        },
    },
};

/// Bytes of stdout and of stderr that the result of a call repeats.
const REPEATED_BYTES: usize = 1 << 20;

const INVOCATION: HeaderName = HeaderName::from_static("x-invocation-id");
const VERSION: HeaderName = HeaderName::from_static("x-function-version");
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// My functions, the one changed last first. The next page is where `X-Next-Cursor` and `Link` say.
#[utoipa::path(get, path = "/api/function", tag = "functions", security(("bearer" = ["function:read"])), params(PageQuery), responses(
    (status = 200, description = "one page", body = Vec<ItemBody>, headers(
        ("x-next-cursor" = Option<String>, description = "give it back as `cursor` for the next page"),
        ("link" = Option<String>, description = "the next page, as RFC 8288 has it")))))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (user, limit) = (caller.user.id, query.limit());
    let page = app.reader.list_functions(user, query.cursor()?.as_ref(), limit).await?;
    let items: Result<Vec<_>, _> =
        page.items.iter().map(|(function, current)| ItemBody::new(function, current)).collect();
    let mut response = Reply(items?).into_response();
    if let Some(next) = page.next {
        // Cursors are letters, digits, - and _.
        let link = format!("</api/function?cursor={next}&limit={limit}>; rel=\"next\"");
        let headers = [(NEXT_CURSOR, next.to_string()), (header::LINK, link)];
        let headers =
            headers.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?)));
        response.headers_mut().extend(headers);
    }
    Ok(response)
}

/// What a request to build began, for those who ask again with the same key.
#[derive(Serialize, Deserialize)]
struct Begun {
    function: FunctionId,
    version: i64,
}

impl From<Function> for Begun {
    fn from(it: Function) -> Self {
        Self { function: it.id, version: it.state.current }
    }
}

/// Makes a function, and streams how its first version is built. The build goes on without listeners.
#[utoipa::path(post, path = "/api/function", tag = "functions", security(("bearer" = ["function:write"])), request_body = CreateFunctionBody, responses(
    (status = 200, description = "what the build says: `info`, then one `result` or `error`", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream"))),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 409, description = "there is a function of that name", body = ProblemDetails),
    (status = 422, description = "the language is not installed here, or the key was used for another request", body = ProblemDetails)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    headers: HeaderMap,
    Json(body): Json<CreateFunctionBody>,
) -> Result<Response, Problem> {
    let user = caller.user.id;
    let format = format(&app, &headers)?;
    let create = async {
        let order = body.clone().order()?;
        Ok(Begun::from(app.engine.create_function(user, order).await?))
    };
    witness.about(&body.name);
    let begun = key.made(&app, user, &body, create).await?.into_inner();
    follow(&app, format, begun).await
}

/// Saves a new version, and streams how it is built. The version that answers goes on until then, and
/// afterwards too if the build fails.
#[utoipa::path(post, path = "/api/function/{name}", tag = "functions", security(("bearer" = ["function:write"])), params(("name" = String, Path)),
    request_body = UpdateFunctionBody, responses(
    (status = 200, description = "what the build says: `info`, then one `result` or `error`", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream"))),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 422, description = "the language is not installed here, or the key was used for another request", body = ProblemDetails)))]
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    headers: HeaderMap,
    Path(name): Path<String>,
    Json(body): Json<UpdateFunctionBody>,
) -> Result<Response, Problem> {
    let user = caller.user.id;
    let format = format(&app, &headers)?;
    let function = mine(&app, user, &name).await?;
    let update = async {
        let order = body.clone().order()?;
        Ok(Begun::from(app.engine.update_function(&function, order).await?))
    };
    let begun = key.made(&app, user, &body, update).await?.into_inner();
    follow(&app, format, begun).await
}

/// How a function is.
#[utoipa::path(get, path = "/api/function/{name}/info", tag = "functions", security(("bearer" = ["function:read"])), params(("name" = String, Path)), responses(
    (status = 200, description = "its current version without code", body = InfoBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn info(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Reply<InfoBody>, Problem> {
    let (function, current) = current(&app, caller.user.id, &name).await?;
    Ok(Reply(InfoBody::new(&function, &current)?))
}

/// How a function is, and its code.
#[utoipa::path(get, path = "/api/function/{name}/detail", tag = "functions", security(("bearer" = ["function:read"])), params(("name" = String, Path)), responses(
    (status = 200, description = "its current version", body = DetailBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Reply<DetailBody>, Problem> {
    let (function, current) = current(&app, caller.user.id, &name).await?;
    Ok(Reply(DetailBody::new(&function, current)?))
}

/// Deletes a function with its versions and its history.
#[utoipa::path(delete, path = "/api/function/{name}", tag = "functions", security(("bearer" = ["function:write"])), params(("name" = String, Path)), responses(
    (status = 204, description = "deleted; its name is free"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let deleted = app.engine.delete_function(function.id).await?;
    deleted.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("function"))
}

/// Calls a function and waits for its end. A program that fails is a result too.
#[utoipa::path(post, path = "/api/function/{name}/run", tag = "functions", security(("bearer" = ["function:run"])), params(("name" = String, Path)),
    request_body = RunFunctionBody, responses(
    (status = 200, description = "how it ended: `value` is what it returned", body = Summary, headers(
        ("x-invocation-id" = String, description = "its name in the history"),
        ("x-function-version" = String, description = "the version that answered"))),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "no version was built yet, or a secret is missing", body = ProblemDetails),
    (status = 422, description = "it returned too much", body = ProblemDetails)))]
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(body): Json<RunFunctionBody>,
) -> Result<Response, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let mut running = app.engine.invoke(&function, body.call()?).await?;
    let (id, version) = (running.id, running.version);
    let mut collected = Collected::new(REPEATED_BYTES);
    while let Some(events) = running.next().await {
        collected.look(&events);
    }
    let answer = running.answer().await;
    let summary = match answer.ending {
        Ending::Outcome { outcome, usage } => Summary::new(&outcome, usage),
        Ending::Failure(failure) => return Err(Problem::of_call(&failure)),
    };
    let summary = Summary { value: answer.value, ..collected.take_into(summary) };
    Ok((called(id, version), Reply(summary)).into_response())
}

/// Calls a function and streams what it prints; the last event says how it ended and what it returned.
#[utoipa::path(post, path = "/api/function/{name}/run/stream", tag = "functions", security(("bearer" = ["function:run"])), params(("name" = String, Path)),
    request_body = RunFunctionBody, responses(
    (status = 200, description = "its events", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream")), headers(
        ("x-invocation-id" = String, description = "its name in the history"),
        ("x-function-version" = String, description = "the version that answers"))),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "no version was built yet, or a secret is missing", body = ProblemDetails)))]
pub(crate) async fn run_stream(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(name): Path<String>,
    Json(body): Json<RunFunctionBody>,
) -> Result<Response, Problem> {
    let format = format(&app, &headers)?;
    let function = mine(&app, caller.user.id, &name).await?;
    let running = app.engine.invoke(&function, body.call()?).await?;
    let (id, version) = (running.id, running.version);
    let telling = Telling {
        running: Some(running),
        collected: Collected::new(REPEATED_BYTES),
        clock: app.engine.clock().clone(),
        seq: 0,
    };
    let pages = streams::unfold(telling, |mut telling| async {
        let page = telling.next().await?;
        Some((Ok::<_, StoreError>(page), telling))
    });
    Ok((called(id, version), stream::events(format, pages)).into_response())
}

/// The versions of a function, the latest first.
#[utoipa::path(get, path = "/api/function/{name}/versions", tag = "functions", security(("bearer" = ["function:read"])),
    params(("name" = String, Path), PageQuery), responses(
    (status = 200, description = "one page", body = PageBody<VersionBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<PageBody<VersionBody>>, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let cursor = query.cursor()?;
    let page = app.reader.versions(function.id, cursor.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, |it| VersionBody::new(&function, it))))
}

/// One version of a function.
#[utoipa::path(get, path = "/api/function/{name}/versions/{version}", tag = "functions", security(("bearer" = ["function:read"])),
    params(("name" = String, Path), ("version" = i64, Path)), responses(
    (status = 200, description = "the version", body = VersionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn version(
    State(app): State<App>,
    caller: Caller,
    Path((name, number)): Path<(String, i64)>,
) -> Result<Reply<VersionBody>, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let version = app.reader.version(function.id, number).await?;
    let version = version.ok_or_else(|| Problem::not_found("version"))?;
    Ok(Reply(VersionBody::new(&function, version)))
}

/// Lets a version answer that was built before, from now on and at once.
#[utoipa::path(post, path = "/api/function/{name}/rollback", tag = "functions", security(("bearer" = ["function:write"])), params(("name" = String, Path)),
    request_body = RollbackBody, responses(
    (status = 200, description = "the function as it is now", body = InfoBody),
    (status = 404, description = "there is no such version, or the function is not mine", body = ProblemDetails),
    (status = 409, description = "the version was never built, or answers already", body = ProblemDetails)))]
pub(crate) async fn rollback(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(body): Json<RollbackBody>,
) -> Result<Reply<InfoBody>, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let number = body.version.parse().map_err(|_| {
        let detail = format!("{:?} is no version; give its number as a text", body.version);
        Problem::invalid(detail)
    })?;
    let function = app.engine.serve_version(function.id, number).await?;
    let current = app.reader.version(function.id, number).await?;
    let current = current.ok_or_else(|| Problem::not_found("version"))?;
    Ok(Reply(InfoBody::new(&function, &current)?))
}

/// The calls of a function, the latest first. Of what went in and came out the beginning is kept.
#[utoipa::path(get, path = "/api/function/{name}/invocations", tag = "functions", security(("bearer" = ["function:read"])),
    params(("name" = String, Path), PageQuery), responses(
    (status = 200, description = "one page", body = PageBody<InvocationBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn invocations(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<PageBody<InvocationBody>>, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let cursor = query.cursor()?;
    let page = app.reader.invocations(function.id, cursor.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, InvocationBody::from)))
}

/// One call of a function.
#[utoipa::path(get, path = "/api/function/{name}/invocations/{id}", tag = "functions", security(("bearer" = ["function:read"])),
    params(("name" = String, Path), ("id" = InvocationId, Path)), responses(
    (status = 200, description = "the call", body = InvocationBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn invocation(
    State(app): State<App>,
    caller: Caller,
    Path((name, id)): Path<(String, InvocationId)>,
) -> Result<Reply<InvocationBody>, Problem> {
    let function = mine(&app, caller.user.id, &name).await?;
    let invocation = app.reader.invocation(function.id, id).await?;
    let invocation = invocation.ok_or_else(|| Problem::not_found("invocation"))?;
    Ok(Reply(invocation.into()))
}

/// A call whose events are told.
struct Telling {
    /// `None` once the last event was told.
    running: Option<Running>,
    collected: Collected,
    clock: engine::Clock,
    seq: u64,
}

impl Telling {
    async fn next(&mut self) -> Option<Vec<StoredEvent>> {
        let events = match self.running.as_mut()?.next().await {
            Some(events) => events,
            None => vec![self.last().await?],
        };
        self.collected.look(&events);
        let at = self.clock.now();
        let tell = |kind: EventKind| {
            self.seq += 1;
            encode(&Event { seq: self.seq, at, kind })
        };
        Some(events.into_iter().map(tell).collect())
    }

    async fn last(&mut self) -> Option<EventKind> {
        let answer = self.running.take()?.answer().await;
        let mut kind = answer.ending.event();
        if let EventKind::Result { data } = kind {
            let data = Summary { value: answer.value, ..self.collected.take_into(data) };
            kind = EventKind::Result { data };
        }
        Some(kind)
    }
}

/// Tells what a build says.
async fn follow(app: &App, format: Format, begun: Begun) -> Result<Response, Problem> {
    let events = app.engine.follow_build(begun.function, begun.version).await?;
    // Errors carry all that was said before, as tinirun has it.
    let pages = events.scan(String::new(), |logs, events| {
        let page = events.iter().map(|it| build_event(it, logs)).collect();
        std::future::ready(Some(Ok::<Vec<_>, StoreError>(page)))
    });
    Ok(stream::events(format, pages))
}

fn build_event(event: &Event, logs: &mut String) -> StoredEvent {
    match &event.kind {
        EventKind::Info { data } => {
            logs.push_str(data);
            logs.push('\n');
            encode(event)
        }
        EventKind::Error { data } => {
            let data = BuildErrorBody { failure: data, logs };
            let body = json!({ "seq": event.seq, "at": event.at, "event": "error", "data": data });
            StoredEvent { seq: event.seq, body: body.to_string() }
        }
        EventKind::Stdout(_)
        | EventKind::Stderr(_)
        | EventKind::Display { .. }
        | EventKind::Truncated { .. }
        | EventKind::Result { .. } => encode(event),
    }
}

fn encode(event: &Event) -> StoredEvent {
    let body = serde_json::to_string(event).expect("an event is always valid JSON");
    StoredEvent { seq: event.seq, body }
}

fn called(id: InvocationId, version: i64) -> [(HeaderName, HeaderValue); 2] {
    let value = |text: String| HeaderValue::try_from(text).expect("ids and numbers are ASCII");
    [(INVOCATION, value(id.to_string())), (VERSION, value(version.to_string()))]
}

/// The function if it belongs to the user; otherwise it is not there.
async fn mine(app: &App, user: UserId, name: &str) -> Result<Function, Problem> {
    let missing = || Problem::not_found("function");
    let name: FunctionName = name.parse().map_err(|_| missing())?;
    app.reader.function_of(user, &name).await?.ok_or_else(missing)
}

async fn current(app: &App, user: UserId, name: &str) -> Result<(Function, Version), Problem> {
    let function = mine(app, user, name).await?;
    let current = app.reader.version(function.id, function.state.current).await?;
    Ok((function, current.ok_or_else(|| Problem::not_found("function"))?))
}

impl Problem {
    /// A call that we could not bring to an end.
    fn of_call(failure: &model::event::Failure) -> Self {
        let (status, code) = match failure.error.as_str() {
            "value_too_large" => (StatusCode::UNPROCESSABLE_ENTITY, Code::ValueTooLarge),
            "odd_value" => (StatusCode::UNPROCESSABLE_ENTITY, Code::OddValue),
            _ => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
        };
        Self::new(status, code, failure.message.clone())
    }
}

//! Sessions: connect, watch, end, and run blocks in them.

use std::collections::{HashMap, hash_map::Entry};

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use engine::{BlockName, CompletionPlace, Connected, SessionView};
use futures_util::{Stream, stream as streams};
use model::{
    id::{RunbookId, SessionId, UserId},
    session::{Session, State as SessionState},
};
use store::Liveness;
use tokio::sync::watch;

use super::runbooks::mine;
use crate::{
    App,
    auth::Caller,
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::{Code, Problem, ProblemDetails},
    stream,
    wire::{
        ListBody,
        desk::{ListedSessionBody, UsageBody, UseBody},
        executions::ExecutionBody,
        sessions::{CompletionBody, CompletionQuestionBody, NewExecutionBody, SessionBody},
    },
};

/// Connects to a runbook: gives my live session of it, or starts one.
#[utoipa::path(post, path = "/api/sessions/connect/{user_id}/{runbook_id}", tag = "sessions", security(("bearer" = ["session:run"])),
    params(("user_id" = UserId, Path), ("runbook_id" = RunbookId, Path)), responses(
    (status = 200, description = "I was connected already", body = SessionBody),
    (status = 201, description = "a new session", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn connect(
    State(app): State<App>,
    caller: Caller,
    Path((user, runbook)): Path<(UserId, RunbookId)>,
) -> Result<(StatusCode, Reply<SessionBody>), Problem> {
    if user != caller.user.id {
        return Err(Problem::not_found("user"));
    }
    mine(&app, user, runbook).await?;
    let (view, connected) = app.engine.connect(user, runbook).await?;
    let view = settled(&app, view).await;
    let status = match connected {
        Connected::New => StatusCode::CREATED,
        Connected::Already => StatusCode::OK,
    };
    Ok((status, Reply(view.into())))
}

/// My sessions that have not ended, with what each uses now.
#[utoipa::path(get, path = "/api/sessions", tag = "sessions", security(("bearer" = ["session:run"])), responses(
    (status = 200, description = "the sessions", body = ListBody<ListedSessionBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Reply<ListBody<ListedSessionBody>>, Problem> {
    let sessions = app.reader.sessions_of(caller.user.id, None, Liveness::Live).await?;
    Ok(Reply(ListBody { items: listed(&app, sessions).await? }))
}

/// The sessions of everybody that have not ended, with what each uses now. Of their runbooks only the titles.
#[utoipa::path(get, path = "/api/admin/sessions", tag = "sessions", security(("bearer" = ["admin"])), responses(
    (status = 200, description = "the sessions", body = ListBody<ListedSessionBody>),
    (status = 403, description = "this is for administrators", body = ProblemDetails)))]
pub(crate) async fn all(
    State(app): State<App>,
    _: Caller,
) -> Result<Reply<ListBody<ListedSessionBody>>, Problem> {
    let sessions = app.reader.live_sessions().await?;
    Ok(Reply(ListBody { items: listed(&app, sessions).await? }))
}

/// Ends anybody's session: its sandbox is gone when this answers.
#[utoipa::path(delete, path = "/api/admin/sessions/{id}", tag = "sessions", security(("bearer" = ["admin"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session, ended", body = SessionBody),
    (status = 403, description = "this is for administrators", body = ProblemDetails),
    (status = 404, description = "there is no such session", body = ProblemDetails),
    (status = 409, description = "it runs on another server", body = ProblemDetails)))]
pub(crate) async fn end_any(
    State(app): State<App>,
    _: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    app.engine.end_session(id).await;
    let session = app.reader.session(id).await?.ok_or_else(|| Problem::not_found("session"))?;
    if !matches!(session.state, SessionState::Ended(_)) {
        let detail = "the session runs on another server that shares the database; end it there";
        return Err(Problem::conflict(Code::ConnectedElsewhere, detail));
    }
    Ok(Reply(session.into()))
}

/// A session.
#[utoipa::path(get, path = "/api/sessions/{id}", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    let session = my_session(&app, caller.user.id, id).await?;
    Ok(Reply(view(&app, session).into()))
}

/// A session as it changes: one line of JSON now and one at each change, until it has ended.
#[utoipa::path(get, path = "/api/sessions/{id}/updates", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "NDJSON of sessions", body = SessionBody, content_type = "application/x-ndjson"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn updates(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let session = my_session(&app, caller.user.id, id).await?;
    let line = |it: SessionView| {
        serde_json::to_string(&SessionBody::from(it)).expect("a session is always valid JSON")
    };
    Ok(match app.engine.watch_session(id) {
        Some(watcher) => stream::lines(changes(watcher, line)),
        None => {
            let ended = line(view(&app, session));
            stream::lines(streams::iter([ended]))
        }
    })
}

/// Ends a session: its sandbox is gone when this answers.
#[utoipa::path(delete, path = "/api/sessions/end/{id}", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session, ended", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    app.engine.end_session(id).await;
    let session = my_session(&app, caller.user.id, id).await?;
    Ok(Reply(session.into()))
}

/// Ends what runs in a session and the kernels of its languages: the next block finds no variables. Files
/// stay.
#[utoipa::path(post, path = "/api/sessions/{id}/restart", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 202, description = "they are being ended", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn restart(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<(StatusCode, Reply<SessionBody>), Problem> {
    let session = my_session(&app, caller.user.id, id).await?;
    app.engine.restart_kernels(id).await;
    Ok((StatusCode::ACCEPTED, Reply(view(&app, session).into())))
}

/// How a text might go on, as the live kernel knows it. Where none lives, or it is busy, nothing is known;
/// nothing is started.
#[utoipa::path(post, path = "/api/sessions/{id}/complete", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)),
    request_body = CompletionQuestionBody, responses(
    (status = 200, description = "what is known", body = CompletionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended", body = ProblemDetails)))]
pub(crate) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Json(question): Json<CompletionQuestionBody>,
) -> Result<Reply<CompletionBody>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    let CompletionQuestionBody { block, runtime, kernel, code, cursor } = question;
    let place = match (block, runtime) {
        (Some(block), None) => CompletionPlace::Block(block),
        (None, Some(runtime)) => CompletionPlace::Runtime { runtime, kernel },
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::invalid("name a block or a runtime, and not both"));
        }
    };
    Ok(Reply(app.engine.complete(id, place, &code, cursor).await?.into()))
}

/// Lets a session live a whole idle period from now on.
#[utoipa::path(post, path = "/api/sessions/{id}/extend", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session, which ends later", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "it has ended", body = ProblemDetails)))]
pub(crate) async fn extend(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    Ok(Reply(app.engine.extend_session(id).await?.into()))
}

/// Stops every process of a session until it is resumed, or something is run in it. Time limits stand still.
#[utoipa::path(post, path = "/api/sessions/{id}/pause", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session, paused", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "it has ended, or cannot be paused here", body = ProblemDetails)))]
pub(crate) async fn pause(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    Ok(Reply(app.engine.pause_session(id).await?.into()))
}

/// Lets the processes of a paused session go on.
#[utoipa::path(post, path = "/api/sessions/{id}/resume", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session, which moves", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "it has ended", body = ProblemDetails)))]
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    Ok(Reply(app.engine.resume_session(id).await?.into()))
}

/// What a session uses now.
#[utoipa::path(get, path = "/api/sessions/{id}/usage", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "what it uses", body = UseBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn usage(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<UseBody>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    Ok(Reply(UseBody { usage: usage_of(&app, id).await }))
}

/// Runs a block of the session's runbook.
#[utoipa::path(post, path = "/api/sessions/{id}/executions", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)),
    request_body = NewExecutionBody, responses(
    (status = 201, description = "the execution", body = ExecutionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the block was edited, is running already, or the session has ended", body = ProblemDetails)))]
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: IdempotencyKey,
    Json(body): Json<NewExecutionBody>,
) -> Result<Response, Problem> {
    let user = caller.user.id;
    my_session(&app, user, id).await?;
    let create = async {
        let (id_of_block, content_hash) = (body.block.clone(), body.content_hash.clone());
        let name = BlockName::Id { id: id_of_block, content_hash };
        Ok(ExecutionBody::from(app.engine.run_block(id, name, body.interactive).await?))
    };
    key.once(&app, user, &body, create).await
}

/// The executions of a session, the latest first.
#[utoipa::path(get, path = "/api/sessions/{id}/executions", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the executions", body = ListBody<ExecutionBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn executions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<ListBody<ExecutionBody>>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    let items = app.reader.executions_of_session(id).await?;
    Ok(Reply(ListBody { items: items.into_iter().map(ExecutionBody::from).collect() }))
}

/// The session if it belongs to the user; otherwise it is not there.
pub(crate) async fn my_session(app: &App, user: UserId, id: SessionId) -> Result<Session, Problem> {
    let session = app.reader.session(id).await?;
    session.filter(|it| it.user == user).ok_or_else(|| Problem::not_found("session"))
}

/// Sessions with what people call them by.
async fn listed(app: &App, sessions: Vec<Session>) -> Result<Vec<ListedSessionBody>, Problem> {
    let runbooks: Vec<_> = sessions.iter().map(|it| it.runbook).collect();
    let titles = app.reader.titles(&runbooks).await?;
    let mut names: HashMap<UserId, String> = HashMap::new();
    let mut items = Vec::with_capacity(sessions.len());
    for session in sessions {
        let Session { id, user, runbook, .. } = session;
        if let Entry::Vacant(name) = names.entry(user) {
            name.insert(app.reader.user(user).await?.map(|it| it.username).unwrap_or_default());
        }
        items.push(ListedSessionBody {
            runbook_title: titles.get(&runbook).cloned().unwrap_or_default(),
            username: names.get(&user).cloned().unwrap_or_default(),
            usage: usage_of(app, id).await,
            session: view(app, session).into(),
        });
    }
    Ok(items)
}

async fn usage_of(app: &App, id: SessionId) -> Option<UsageBody> {
    let usage = app.engine.session_usage(id).await?;
    Some(UsageBody::new(usage, app.engine.clock().now()))
}

/// What is known of a session right now, which is more than what is stored while it lives.
fn view(app: &App, session: Session) -> SessionView {
    match app.engine.watch_session(session.id) {
        Some(watcher) => watcher.borrow().clone(),
        None => SessionView::stored(session),
    }
}

/// Waits until a new session is ready, has failed, or knows its place in the queue.
async fn settled(app: &App, view: SessionView) -> SessionView {
    let Some(mut watcher) = app.engine.watch_session(view.session.id) else { return view };
    let known = |it: &SessionView| {
        it.queue_position.is_some() || it.session.state != SessionState::Starting
    };
    let settled = watcher.wait_for(known).await.map(|it| it.clone());
    settled.unwrap_or(view)
}

fn changes(
    watcher: watch::Receiver<SessionView>,
    line: impl Fn(SessionView) -> String + Clone + Send + 'static,
) -> impl Stream<Item = String> + Send {
    streams::unfold((watcher, true), move |(mut watcher, first)| {
        let line = line.clone();
        async move {
            if !first {
                watcher.changed().await.ok()?;
            }
            let view = watcher.borrow_and_update().clone();
            Some((line(view), (watcher, false)))
        }
    })
}

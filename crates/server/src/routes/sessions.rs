//! Sessions: connect, watch, end, and run blocks in them.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use engine::{BlockName, Connected, SessionView};
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
    auth::Principal,
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::{Problem, ProblemDetails},
    stream,
    wire::{
        ListBody,
        executions::ExecutionBody,
        sessions::{NewExecutionBody, SessionBody},
    },
};

/// Connects to a runbook: gives my live session of it, or starts one.
#[utoipa::path(post, path = "/api/sessions/connect/{user_id}/{runbook_id}", tag = "sessions",
    params(("user_id" = UserId, Path), ("runbook_id" = RunbookId, Path)), responses(
    (status = 200, description = "I was connected already", body = SessionBody),
    (status = 201, description = "a new session", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn connect(
    State(app): State<App>,
    principal: Principal,
    Path((user, runbook)): Path<(UserId, RunbookId)>,
) -> Result<(StatusCode, Reply<SessionBody>), Problem> {
    if user != principal.user.id {
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

/// My sessions that have not ended.
#[utoipa::path(get, path = "/api/sessions", tag = "sessions", responses(
    (status = 200, description = "the sessions", body = ListBody<SessionBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
) -> Result<Reply<ListBody<SessionBody>>, Problem> {
    let sessions = app.reader.sessions_of(principal.user.id, None, Liveness::Live).await?;
    let items = sessions.into_iter().map(|it| view(&app, it).into()).collect();
    Ok(Reply(ListBody { items }))
}

/// A session.
#[utoipa::path(get, path = "/api/sessions/{id}", tag = "sessions", params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    let session = my_session(&app, principal.user.id, id).await?;
    Ok(Reply(view(&app, session).into()))
}

/// A session as it changes: one line of JSON now and one at each change, until it has ended.
#[utoipa::path(get, path = "/api/sessions/{id}/updates", tag = "sessions", params(("id" = SessionId, Path)), responses(
    (status = 200, description = "NDJSON of sessions", body = SessionBody, content_type = "application/x-ndjson"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn updates(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let session = my_session(&app, principal.user.id, id).await?;
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
#[utoipa::path(delete, path = "/api/sessions/end/{id}", tag = "sessions", params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the session, ended", body = SessionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn end(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<SessionId>,
) -> Result<Reply<SessionBody>, Problem> {
    my_session(&app, principal.user.id, id).await?;
    app.engine.end_session(id).await;
    let session = my_session(&app, principal.user.id, id).await?;
    Ok(Reply(session.into()))
}

/// Runs a block of the session's runbook.
#[utoipa::path(post, path = "/api/sessions/{id}/executions", tag = "sessions", params(("id" = SessionId, Path)),
    request_body = NewExecutionBody, responses(
    (status = 201, description = "the execution", body = ExecutionBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the block was edited, is running already, or the session has ended", body = ProblemDetails)))]
pub(crate) async fn run(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<SessionId>,
    key: IdempotencyKey,
    Json(body): Json<NewExecutionBody>,
) -> Result<Response, Problem> {
    let user = principal.user.id;
    my_session(&app, user, id).await?;
    let create = async {
        let (id_of_block, content_hash) = (body.block.clone(), body.content_hash.clone());
        let name = BlockName::Id { id: id_of_block, content_hash };
        Ok(ExecutionBody::from(app.engine.run_block(id, name).await?))
    };
    key.once(&app, user, &body, create).await
}

/// The executions of a session, the latest first.
#[utoipa::path(get, path = "/api/sessions/{id}/executions", tag = "sessions", params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the executions", body = ListBody<ExecutionBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn executions(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<SessionId>,
) -> Result<Reply<ListBody<ExecutionBody>>, Problem> {
    my_session(&app, principal.user.id, id).await?;
    let items = app.reader.executions_of_session(id).await?;
    Ok(Reply(ListBody { items: items.into_iter().map(ExecutionBody::from).collect() }))
}

/// The session if it belongs to the user; otherwise it is not there.
pub(crate) async fn my_session(app: &App, user: UserId, id: SessionId) -> Result<Session, Problem> {
    let session = app.reader.session(id).await?;
    session.filter(|it| it.user == user).ok_or_else(|| Problem::not_found("session"))
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

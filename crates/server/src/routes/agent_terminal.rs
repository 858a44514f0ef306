//! Terminals into the sandboxes of agent sessions. They are typed into as those of runbooks are.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use model::id::AgentSessionId;

use super::terminal::{serve, size};
use crate::{
    App,
    auth::Caller,
    extract::{Path, Query},
    problem::{Problem, ProblemDetails},
    socket::Upgrade,
    wire::{
        ListBody,
        desk::{TerminalBody, TerminalNews, TerminalQuery},
    },
};

/// Open terminals of an agent session, of all who take part in it.
#[utoipa::path(get, path = "/api/agents/{id}/terminals", tag = "agents", security(("bearer" = ["agent:write", "code:run"])),
    params(("id" = AgentSessionId, Path)), responses(
    (status = 200, description = "the terminals", body = ListBody<TerminalBody>),
    (status = 404, description = "not there, or not shared with me", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AgentSessionId>,
) -> Result<Reply<ListBody<TerminalBody>>, Problem> {
    let terminals = app.agents()?.terminals(caller.user.id, id).await?;
    Ok(Reply(ListBody { items: terminals.iter().map(|it| (&**it).into()).collect() }))
}

/// Closes a terminal of an agent session, and ends what runs in it.
#[utoipa::path(delete, path = "/api/agents/{id}/terminals/{terminal}", tag = "agents", security(("bearer" = ["agent:write", "code:run"])),
    params(("id" = AgentSessionId, Path), ("terminal" = u32, Path)), responses(
    (status = 204, description = "it is being closed"),
    (status = 404, description = "not there, or not shared with me", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents", body = ProblemDetails)))]
pub(crate) async fn close(
    State(app): State<App>,
    caller: Caller,
    Path((id, terminal)): Path<(AgentSessionId, u32)>,
) -> Result<StatusCode, Problem> {
    let terminal = app.agents()?.terminal(caller.user.id, id, terminal).await?;
    terminal.ok_or_else(|| Problem::not_found("terminal"))?.close();
    Ok(StatusCode::NO_CONTENT)
}

/// Opens a terminal in the checkout of an agent session, or comes back to one, over a WebSocket. A sandbox that sleeps
/// is made ready first, which may take as long as cloning the repository.
#[utoipa::path(get, path = "/api/agents/{id}/terminal", tag = "agents", security(("bearer" = ["agent:write", "code:run"])),
    params(("id" = AgentSessionId, Path), TerminalQuery), responses(
    (status = 101, description = "a WebSocket", body = TerminalNews),
    (status = 404, description = "not there, or not shared with me", body = ProblemDetails),
    (status = 409, description = "the session is paused or archived, can have no sandbox, or has too many terminals", body = ProblemDetails),
    (status = 426, description = "this is a WebSocket", body = ProblemDetails)))]
pub(crate) async fn attach(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AgentSessionId>,
    Query(query): Query<TerminalQuery>,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    let (agents, user, size) = (app.agents()?, caller.user.id, size(&query));
    let terminal = match query.id {
        Some(number) => {
            let terminal = agents.terminal(user, id, number).await?;
            let terminal = terminal.ok_or_else(|| Problem::not_found("terminal"))?;
            terminal.resize(size).await;
            terminal
        }
        None => agents.open_terminal(user, id, size).await?,
    };
    serve(&app, &caller, terminal, upgrade)
}

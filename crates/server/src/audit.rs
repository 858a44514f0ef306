//! Writes the audit log: every request that changes something, with who sent it, from where, and what they
//! were answered.
//!
//! It happens in one place, after the answer is known and before it is sent, so that no route can forget
//! it. Routes add only what the path does not say. Left out are the routes that run programs: their
//! executions and invocations are stored with their owners already; and that somebody opened a runbook.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, LazyLock, OnceLock},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, request::Parts},
    middleware::Next,
    response::Response,
};
use model::{
    audit::Act,
    id::{TokenId, UserId},
    user::User,
};

use crate::{App, openapi::openapi};

/// Operations that start programs, speak to them, or let them live on, and what reading leaves behind.
const NOT_WRITTEN: [&str; 11] = [
    "code_run",
    "executions_exec_block",
    "executions_cancel",
    "executions_stdin",
    "functions_run",
    "functions_run_stream",
    "sessions_complete",
    "sessions_extend",
    "library_visit",
    // What a tool does is written by the routes that it asks.
    "mcp_ask",
    "sessions_run",
];

/// The operation that is a question or a change; its handler says which change.
const GRAPHQL: &str = "agents_ask";

/// Operations by path and method, as the document names them.
static ACTIONS: LazyLock<HashMap<String, Vec<(Method, String)>>> = LazyLock::new(|| {
    let paths = &openapi().paths.paths;
    let actions = |item: &utoipa::openapi::path::PathItem| {
        let operations = [
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::DELETE, &item.delete),
            (Method::PATCH, &item.patch),
        ];
        let named = operations.into_iter().filter_map(|(method, operation)| {
            let name = operation.as_ref()?.operation_id.clone()?;
            Some((method, name)).filter(|it| !NOT_WRITTEN.contains(&it.1.as_str()))
        });
        named.collect()
    };
    paths.iter().map(|(path, item)| (path.clone(), actions(item))).collect()
});

/// What becomes known about a request while it is answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    actor: OnceLock<Actor>,
    object: OnceLock<String>,
    deed: OnceLock<(String, u16)>,
}

#[derive(Debug)]
struct Actor {
    id: UserId,
    name: String,
    token: Option<TokenId>,
}

impl Witness {
    /// Who sent the request.
    pub(crate) fn by(&self, user: &User, token: Option<TokenId>) {
        let actor = Actor { id: user.id, name: user.username.clone(), token };
        // The first is who was asked for; a second one is the same.
        drop(self.0.actor.set(actor));
    }

    /// What it did and what came of it, where neither the path nor the answer's status says so.
    pub(crate) fn did(&self, action: String, status: u16) {
        drop(self.0.deed.set((action, status)));
    }

    /// What it is about, where the path does not say.
    pub(crate) fn about(&self, object: impl std::fmt::Display) {
        drop(self.0.object.set(object.to_string()));
    }
}

impl FromRequestParts<App> for Witness {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Answers a request, and writes down what it did.
pub(crate) async fn write(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(action) = action(&request).filter(|_| app.local.is_none()) else {
        return next.run(request).await;
    };
    let witness = Witness::default();
    request.extensions_mut().insert(witness.clone());
    let object = in_path(&request);
    let from = origin(&request);
    let response = next.run(request).await;
    let (action, status) = match witness.0.deed.get() {
        Some((action, status)) => (action.as_str(), told(*status)),
        // It only read.
        None if action == GRAPHQL => return response,
        None => (action, response.status()),
    };
    let is_worth_it = status.is_success()
        || status.is_redirection()
        || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    // Of strangers nothing is written: anybody could fill the disk.
    let Some(actor) = witness.0.actor.get().filter(|_| is_worth_it) else { return response };
    let act = Act {
        actor: Some(actor.id),
        name: actor.name.clone(),
        token: actor.token,
        action: action.to_owned(),
        object: witness.0.object.get().cloned().or(object),
        from,
        status: status.as_u16(),
    };
    if let Err(error) = app.engine.audit().record(act).await {
        // It is done all the same: to say now that it failed would be wrong.
        tracing::error!(%error, action, "an act is missing from the audit log");
    }
    response
}

fn told(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn action(request: &Request) -> Option<&'static str> {
    let path = request.extensions().get::<MatchedPath>()?;
    let actions = ACTIONS.get(path.as_str())?;
    actions.iter().find(|it| it.0 == *request.method()).map(|it| it.1.as_str())
}

/// What the path names: its parts where the route has parameters.
fn in_path(request: &Request) -> Option<String> {
    let route = request.extensions().get::<MatchedPath>()?.as_str();
    let pairs = route.split('/').zip(request.uri().path().split('/'));
    let named: Vec<_> = pairs.filter(|it| it.0.starts_with('{')).map(|it| it.1).collect();
    (!named.is_empty()).then(|| named.join("/"))
}

/// The address of the peer, and whom it says to ask for if it is a proxy.
fn origin(request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or_else(|| "unknown".to_owned(), |it| it.0.ip().to_canonical().to_string());
    match forwarded(request.headers()) {
        Some(client) => format!("{peer} for {client}"),
        None => peer,
    }
}

fn forwarded(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-forwarded-for").and_then(|it| it.to_str().ok())
}

//! Local mode: one person, one document, this machine only.
//!
//! Whoever opens the URL that was printed gets a cookie that proves it. Requests for another host
//! name are refused, so that a page elsewhere cannot reach us by rebinding its own name.

mod following;
mod health;

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use engine::local::LocalRunbook;
use model::{id::RunbookId, user::User};
use serde::{Deserialize, Serialize};

pub use self::following::Follows;
use crate::{
    App,
    auth::{check_same_origin, cookie, equal},
    problem::{Code, Problem},
};

/// What local mode knows: its only user, its only runbook, and the secret of this start.
#[derive(Clone, Debug)]
pub struct Local {
    pub user: User,
    /// Of a document without components.
    pub runbook: Option<RunbookId>,
    pub secret: LocalSecret,
    /// The port that we listen on.
    pub port: u16,
    /// The file that is shown, and what it held at the start.
    pub document: LocalDocument,
    /// The same with its components, if it has any: it then has a page of its own.
    pub components: Option<LocalRunbook>,
    /// Where it came from, if not from this machine.
    pub source: Option<Source>,
}

/// Where a document was fetched from.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    pub url: String,
    /// The branch or tag that was asked for.
    pub reference: Option<String>,
    pub commit: String,
}

/// The document as it was when its author's blocks were approved.
#[derive(Clone, Debug)]
pub struct LocalDocument {
    pub path: std::path::PathBuf,
    pub content: String,
    /// Without components; those have their own modes.
    pub follows: Follows,
}

impl LocalDocument {
    /// Whether the file no longer holds what was approved.
    pub(crate) fn drifted(&self) -> bool {
        self.follows == Follows::Start
            && std::fs::read(&self.path).is_ok_and(|it| it != self.content.as_bytes())
    }
}

/// Proves that somebody was shown the URL of this start.
#[derive(Clone)]
pub struct LocalSecret(String);

impl std::fmt::Debug for LocalSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocalSecret")
    }
}

impl LocalSecret {
    #[must_use]
    pub fn random() -> Self {
        Self(format!("{:032x}{:032x}", engine::random_id(), engine::random_id()))
    }

    /// The path that opens the door, to be printed and to be opened once by the browser.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/open?token={}", self.0)
    }

    fn is(&self, shown: &str) -> bool {
        equal(shown, &self.0)
    }
}

impl Local {
    /// Lets a request through that shows the secret, by cookie or as a bearer token.
    pub(crate) fn check(&self, parts: &Parts) -> Result<(), Problem> {
        let text = |name| parts.headers.get(name).and_then(|it| it.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|it| it.strip_prefix("Bearer "));
        if bearer.is_some_and(|it| self.secret.is(it)) {
            return Ok(());
        }
        let shown = cookie(&parts.headers, &self.cookie_name());
        if !shown.is_some_and(|it| self.secret.is(it)) {
            let detail = "open the URL that `runbook open` printed; it proves that it is you";
            let status = StatusCode::UNAUTHORIZED;
            return Err(Problem::new(status, Code::Unauthenticated, detail));
        }
        check_same_origin(parts, None)
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
        let ours = ["127.0.0.1", "localhost", "[::1]"];
        let known = host
            .is_some_and(|host| ours.iter().any(|name| host == format!("{name}:{}", self.port)));
        if known {
            return Ok(());
        }
        let detail = format!("ask for 127.0.0.1:{}; other names are refused", self.port);
        Err(Problem::new(StatusCode::FORBIDDEN, Code::CrossOrigin, detail))
    }

    /// Browsers share cookies between the ports of a host, so the port is part of the name.
    fn cookie_name(&self) -> String {
        format!("runbook_local_{}", self.port)
    }
}

#[derive(Deserialize)]
struct OpenQuery {
    token: String,
}

/// Turns the secret of the printed URL into a cookie and goes on to the document.
async fn open(State(app): State<App>, Query(query): Query<OpenQuery>) -> Response {
    let Some(local) = app.local.as_ref().filter(|it| it.secret.is(&query.token)) else {
        return Problem::not_found("page").into_response();
    };
    let cookie =
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", local.cookie_name(), query.token);
    let page = match local.runbook {
        Some(id) => format!("/runbooks/{id}"),
        None => "/local".to_owned(),
    };
    ([(header::SET_COOKIE, cookie)], Redirect::to(&page)).into_response()
}

/// The routes that are there in local mode only, so that they are in no OpenAPI document.
pub(crate) fn routes(local: &Local) -> Router<App> {
    let more = match &local.components {
        Some(_) => crate::routes::local::routes(),
        None => following::routes(),
    };
    Router::new().route("/api/health", get(health::show)).route("/open", get(open)).merge(more)
}

/// In local mode, refuses whatever asks for a name that is not ours, pages included.
pub(crate) async fn only_ours(
    State(app): State<App>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    if let Some(local) = &app.local
        && let Err(problem) = local.check_host(request.headers())
    {
        return problem.into_response();
    }
    if request.uri().path().starts_with("/api/") {
        app.follow().await;
    }
    next.run(request).await
}

//! A forge in memory, on this machine: as much of GitHub or GitLab as sessions need, with their words and numbers.
//!
//! ```text
//!  what a client asks  ─▶ github, graphql, gitlab ─┐
//!                                                  ├─▶ State: repositories, pull requests, checks
//!  what people there do ─▶ Act ────────────────────┘     └─▶ Webhook: what GitHub would deliver
//! ```
//!
//! With a directory of git repositories it serves these too, and pull requests end where their branches do.

mod act;
mod control;
pub mod git;
mod github;
mod gitlab;
mod graphql;
mod keys;
mod state;
mod webhook;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::DefaultBodyLimit,
    http::{HeaderMap, Method, Response, StatusCode, Uri, header::AUTHORIZATION},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

pub use act::{Act, Line, Outcome};
pub use state::Request;
pub use webhook::Webhook;

use crate::{AppKey, Kind, Site, webhook::Secret};
use state::State;

/// The token of a user; an app is given others.
pub const TOKEN: &str = "token-of-ada-c0ffee";

/// The repository that is always there.
pub const REPOSITORY: &str = "ada/notes";

/// What webhooks are signed with.
pub const SECRET: &str = "secret-of-webhooks";

/// The id of the app that is installed in all repositories.
pub const APP: u64 = 42;

/// Who may write; everybody else reads.
pub const WRITERS: [&str; 2] = ["ada", "lin"];

/// Ends when it is dropped.
#[derive(Debug)]
pub struct Fake {
    kind: Kind,
    address: String,
    state: Arc<Mutex<State>>,
    _serving: JoinSet<()>,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn missing() -> Self {
        Self::json(404, &json!({ "message": "Not Found" }))
    }
}

impl Fake {
    /// Listens, beside what else is to be served at the same address.
    ///
    /// # Panics
    ///
    /// When this machine has no port for it.
    pub async fn start(kind: Kind, beside: Router) -> Self {
        Self::listen(kind, beside, None, 0).await
    }

    /// Listens, and serves the bare repositories below a directory: `owner/name.git`.
    ///
    /// # Panics
    ///
    /// When this machine has no port for it, or the port is taken.
    pub async fn with_git(kind: Kind, root: PathBuf, port: u16) -> Self {
        Self::listen(kind, Router::new(), Some(root), port).await
    }

    async fn listen(kind: Kind, beside: Router, git: Option<PathBuf>, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::new(kind, address.clone(), git)));
        let shared = Arc::clone(&state);
        let fallback = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let state = Arc::clone(&shared);
            async move { answer(&state, &method, &uri, &headers, &body).await }
        };
        let control = control::routes(Arc::clone(&state));
        let router = Router::new().fallback(fallback).merge(control).merge(beside);
        let router = router.layer(DefaultBodyLimit::disable());
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            axum::serve(listener, router).await.expect("it listens until it is dropped");
        });
        Self { kind, address, state, _serving: serving }
    }

    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    #[must_use]
    pub fn site(&self) -> Site {
        Site::new(self.kind, &self.address).expect("this machine is a site")
    }

    /// The key of its app, as GitHub gives it.
    #[must_use]
    pub fn app_pem(&self) -> String {
        locked(&self.state).keys().pem()
    }

    #[must_use]
    pub fn app_key(&self) -> AppKey {
        AppKey::new(APP, &self.app_pem()).expect("a key that was just made")
    }

    /// Takes no token any more that its app was given: it was installed anew.
    pub fn revoke_app_tokens(&self) {
        locked(&self.state).issued.clear();
    }

    /// What its webhooks are signed with.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::new(SECRET.as_bytes().to_vec()).expect("some bytes")
    }

    /// Makes another repository, in git too where there is git.
    pub fn add_repository(&self, name: &str) {
        locked(&self.state).add_repository(name);
    }

    /// What was opened in [`REPOSITORY`], and all that became of it.
    #[must_use]
    pub fn pull_requests(&self) -> Vec<Value> {
        self.pull_requests_of(REPOSITORY)
    }

    #[must_use]
    pub fn pull_requests_of(&self, repository: &str) -> Vec<Value> {
        locked(&self.state).shown(repository)
    }

    /// Does what a person or a program does there, in [`REPOSITORY`], and gives what GitHub delivers then.
    ///
    /// # Panics
    ///
    /// When there is nothing that it could be done to.
    pub fn act(&self, act: Act) -> Vec<Webhook> {
        self.act_in(REPOSITORY, act)
    }

    /// The same elsewhere.
    ///
    /// # Panics
    ///
    /// When there is nothing that it could be done to.
    pub fn act_in(&self, repository: &str, act: Act) -> Vec<Webhook> {
        locked(&self.state).act(repository, act).expect("something to act on")
    }

    /// Method and path of all that it was asked.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.requests().iter().map(|it| format!("{} {}", it.method, it.path)).collect()
    }

    /// All that it was asked.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.state).requests.clone()
    }

    /// Answers once what is asked by a method and path that hold this text.
    pub fn answer_next(&self, asked: &str, answer: Answer) {
        locked(&self.state).next.push((asked.to_owned(), answer));
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

type Served = Response<axum::body::Body>;

async fn answer(
    state: &Mutex<State>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Served {
    let git = locked(state).git_of(uri.path());
    if let Some((root, tokens)) = git {
        return git::serve(&root, &tokens, method, uri, headers, body).await;
    }
    served(spoken(state, method, uri, headers, body))
}

fn spoken(
    state: &Mutex<State>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Answer {
    let mut state = locked(state);
    let mut request = Request {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: state::pairs(uri.query().unwrap_or_default()),
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
        status: 0,
        answer: Value::Null,
    };
    let asked = format!("{method} {}", uri.path());
    let prepared = state.next.iter().position(|it| asked.contains(&it.0));
    let shown = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let answer = match (prepared, state.kind) {
        (Some(at), _) => state.next.remove(at).1,
        (None, Kind::GitHub) => github::answer(&mut state, &request, shown),
        (None, Kind::GitLab) => gitlab::answer(&mut state, &request, shown),
    };
    request.status = answer.status;
    request.answer = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    state.requests.push(request);
    answer
}

fn served(answer: Answer) -> Served {
    let status = StatusCode::from_u16(answer.status).expect("a status");
    let mut served = Response::builder().status(status);
    for (name, value) in answer.headers {
        served = served.header(name, value);
    }
    served.body(answer.body.into()).expect("headers that can be sent")
}

//! A stand-in for all providers: says what a test wants, and notes what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    future,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use engine::local::Providers;
use serde_json::Value;
use tokio::net::TcpListener;

/// What is said to a question.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(u16, Value),
    Text(u16, String),
    Header(&'static str, String, Value),
    /// Nothing, ever.
    Nothing,
}

/// A question as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The host that was meant, with the path and the query.
    pub(crate) to: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Fake(Arc<Inner>);

struct Inner {
    address: String,
    /// By the host and path that are asked; the last reply is said again and again.
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    asked: Mutex<Vec<Asked>>,
}

impl Fake {
    /// Ends with the test's runtime.
    pub(crate) async fn start(replies: &[(&str, &[Reply])]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let replies =
            replies.iter().map(|(to, replies)| ((*to).to_owned(), replies.to_vec().into()));
        let inner =
            Inner { address, replies: Mutex::new(replies.collect()), asked: Mutex::default() };
        let fake = Self(Arc::new(inner));
        let router = Router::new().fallback(reply).with_state(fake.clone());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// With so much patience that only what says nothing at all runs out of it.
    pub(crate) fn providers(&self) -> Providers {
        self.with_patience(Duration::from_secs(60))
    }

    pub(crate) fn with_patience(&self, patience: Duration) -> Providers {
        Providers::stand_in(self.0.address.parse().unwrap(), patience)
    }

    pub(crate) fn address(&self) -> &str {
        &self.0.address
    }

    pub(crate) fn says(&self, to: &str, replies: &[Reply]) {
        self.0.replies.lock().unwrap().insert(to.to_owned(), replies.to_vec().into());
    }

    /// What it was asked at a host and path.
    pub(crate) fn asked(&self, to: &str) -> Vec<Asked> {
        let asked = self.0.asked.lock().unwrap();
        let path = |it: &Asked| it.to.split('?').next().unwrap_or_default() == to;
        asked.iter().filter(|it| path(it)).cloned().collect()
    }

    pub(crate) fn all_asked(&self) -> Vec<Asked> {
        self.0.asked.lock().unwrap().clone()
    }
}

async fn reply(State(fake): State<Fake>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let to = uri.path_and_query().unwrap().as_str().trim_start_matches('/').to_owned();
    let path = uri.path().trim_start_matches('/').to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    fake.0.asked.lock().unwrap().push(Asked { to, headers, body });
    let reply = {
        let mut replies = fake.0.replies.lock().unwrap();
        let queue = replies.get_mut(&path);
        queue.and_then(|it| if it.len() > 1 { it.pop_front() } else { it.front().cloned() })
    };
    let json = |status: u16, body: Value| {
        let status = StatusCode::from_u16(status).unwrap();
        (status, [(header::CONTENT_TYPE, "application/json")], body.to_string())
    };
    match reply {
        Some(Reply::Json(status, body)) => json(status, body).into_response(),
        Some(Reply::Text(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), body).into_response()
        }
        Some(Reply::Header(name, value, body)) => {
            let status = if name == "location" { 302 } else { 200 };
            ([(name, value)], json(status, body)).into_response()
        }
        Some(Reply::Nothing) => future::pending().await,
        None => (StatusCode::NOT_FOUND, format!("nothing at {path}")).into_response(),
    }
}

//! Asks the routes of this server, in this process, as whoever asked us.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    response::Response,
};
use engine::Verified;
use futures_util::TryStreamExt;
use mcp::Transcript;
use model::event::Event;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio_util::io::StreamReader;
use tower::ServiceExt;

use crate::{MAX_REQUEST_BYTES, auth::API_KEY};

/// Every route, without what counts requests: a call was counted when it came.
#[derive(Clone, Debug)]
pub(crate) struct OwnRoutes(Router);

/// What of a request says who sends it, and whether a page of ours does.
const IDENTITY: [HeaderName; 7] = [
    header::AUTHORIZATION,
    HeaderName::from_static(API_KEY),
    header::COOKIE,
    header::HOST,
    header::ORIGIN,
    HeaderName::from_static("sec-fetch-site"),
    HeaderName::from_static("x-forwarded-for"),
];

/// Our routes, asked by somebody.
pub(crate) struct Asking {
    router: Router,
    headers: HeaderMap,
    verified: Option<Arc<Verified>>,
    peer: Option<ConnectInfo<SocketAddr>>,
}

/// Says nothing of what the caller showed.
impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asking")
    }
}

/// Why something was not done, in words.
#[derive(Debug)]
pub(super) struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Refusal {
    pub(super) fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }

    /// What a problem says, with its code, so that whoever knows the API finds it again.
    fn of(problem: &Value, status: axum::http::StatusCode) -> Self {
        let Some(detail) = problem["detail"].as_str() else { return Self(status.to_string()) };
        let code = problem["code"].as_str().unwrap_or_default();
        let field = problem["field"].as_str().map_or_else(String::new, |it| format!(", at {it}"));
        let later = problem["retry_after"].as_u64();
        let later = later.map_or_else(String::new, |it| format!(", try again after {it} s"));
        Self(format!("{detail} ({code}{field}{later})"))
    }
}

impl OwnRoutes {
    pub(crate) fn new(router: Router) -> Self {
        Self(router)
    }

    /// As the sender of a request.
    pub(crate) fn asked_by(self, parts: &Parts) -> Asking {
        let known = |name: HeaderName| {
            let value = parts.headers.get(&name)?.clone();
            Some((name, value))
        };
        Asking {
            router: self.0,
            headers: IDENTITY.into_iter().filter_map(known).collect(),
            verified: parts.extensions.get::<Arc<Verified>>().cloned(),
            peer: parts.extensions.get::<ConnectInfo<SocketAddr>>().copied(),
        }
    }

    /// As the owner of a token, who is in this process.
    pub(crate) fn asked_with(self, verified: Arc<Verified>) -> Asking {
        let (headers, peer) = (HeaderMap::new(), None);
        Asking { router: self.0, headers, verified: Some(verified), peer }
    }
}

impl Asking {
    /// Asks a route, and gives its answer unless that is a refusal. The request must not be retried blindly.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Refusal> {
        let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
        let request = Request::builder().method(method).uri(path).body(body);
        let mut request = request.map_err(|_| Refusal::new("what was asked for is too long"))?;
        let headers = request.headers_mut();
        *headers = self.headers.clone();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/x-ndjson"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let extensions = request.extensions_mut();
        if let Some(verified) = &self.verified {
            extensions.insert(Arc::clone(verified));
        }
        if let Some(peer) = self.peer {
            extensions.insert(peer);
        }
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|it| match it {});
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let problem = json_of(response).await.unwrap_or_default();
        Err(Refusal::of(&problem, status))
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Refusal> {
        json_of(self.send(Method::GET, path, None).await?).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        json_of(self.send(Method::POST, path, Some(body)).await?).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        json_of(self.send(Method::PUT, path, Some(body)).await?).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), Refusal> {
        self.send(Method::DELETE, path, None).await.map(drop)
    }

    /// The field of GraphQL's answer.
    pub(super) async fn graphql(
        &self,
        query: &str,
        variables: Value,
        field: &str,
    ) -> Result<Value, Refusal> {
        let body = serde_json::json!({ "query": query, "variables": variables });
        let mut answer = self.post("/graphql", &body).await?;
        if let Some(error) = answer["errors"].get(0) {
            let words = error["message"].as_str().unwrap_or_default();
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            return Err(Refusal::new(format_args!("{words} ({code})")));
        }
        Ok(answer["data"][field].take())
    }
}

/// A large runbook and its blocks, each escaped.
const MOST_BYTES: usize = 4 * MAX_REQUEST_BYTES;

pub(super) async fn json_of(response: Response) -> Result<Value, Refusal> {
    let bytes = to_bytes(response.into_body(), MOST_BYTES).await.map_err(Refusal::new)?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(Refusal::new)
}

type LinesOf = Lines<BufReader<Box<dyn tokio::io::AsyncRead + Send + Unpin>>>;

/// The lines of a stream of JSON. Dropped, whatever sends it is dropped too.
pub(super) fn lines(response: Response) -> LinesOf {
    let bytes = response.into_body().into_data_stream().map_err(io::Error::other);
    let read: Box<dyn tokio::io::AsyncRead + Send + Unpin> = Box::new(StreamReader::new(bytes));
    BufReader::new(read).lines()
}

/// Takes the events of an execution until the last one.
pub(super) async fn follow(response: Response, transcript: &mut Transcript) -> Result<(), Refusal> {
    let mut lines = lines(response);
    while let Some(line) = lines.next_line().await.map_err(Refusal::new)? {
        let event: Event = serde_json::from_str(&line).map_err(Refusal::new)?;
        transcript.take(event.kind);
    }
    Ok(())
}

/// A text as one part of a path, or as a value of a query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => encoded.push(byte.into()),
            _ => encoded.extend(['%', hex(byte >> 4), hex(byte & 15)]),
        }
        encoded
    })
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_names_stays_one_part_of_a_path() {
        assert_eq!(encoded("rb_0A-"), "rb_0A-");
        assert_eq!(encoded("../a?b#c d/é"), "%2E%2E%2Fa%3Fb%23c%20d%2F%C3%A9");
    }
}

//! A client of a Runbook hub: run code, call functions, drive runbooks.

#[allow(clippy::all, missing_docs, reason = "nobody writes this file by hand")]
#[rustfmt::skip]
mod generated;
mod lines;

pub use model::event;

pub use self::{generated::types, lines::Lines};

/// A hub, and who asks it. Every operation of its API is a method; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The hub refused, and says why.
    #[error("{} ({status})", problem.detail)]
    Refused { status: u16, problem: Box<types::Problem> },
    /// Something between us and the hub answered.
    #[error("an answer {status} that is no problem document: {text}")]
    Unknown { status: u16, text: String },
    /// The execution failed by the hub's own fault.
    #[error("{message} ({code})")]
    Failed { code: String, message: String },
    #[error("the stream broke off before its last event")]
    Interrupted,
    #[error("a line of the stream is not what the API promises: {0}")]
    Line(#[from] serde_json::Error),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

impl Client {
    /// `base` is where the hub is, such as `http://127.0.0.1:8000`; `token` is one of
    /// [`Client::tokens_create`], or of a sign-in.
    #[must_use]
    pub fn new(base: &str, token: &str) -> Self {
        Self::with(reqwest::Client::new(), base, token)
    }

    /// The same over an HTTP client of your own, for proxies, certificates and timeouts.
    #[must_use]
    pub fn with(http: reqwest::Client, base: &str, token: &str) -> Self {
        Self { http, base: base.trim_end_matches('/').to_owned(), token: token.to_owned() }
    }

    async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        query: &[(&str, Option<String>)],
        body: Option<&impl serde::Serialize>,
    ) -> Result<reqwest::Response, Error> {
        let request = self.request(method, path, query);
        answered(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Sends bytes as they are: all at once, or as a stream.
    async fn send_bytes(
        &self,
        method: reqwest::Method,
        path: &str,
        query: &[(&str, Option<String>)],
        body: impl Into<reqwest::Body>,
    ) -> Result<reqwest::Response, Error> {
        let request = self.request(method, path, query);
        answered(request.header("content-type", "application/octet-stream").body(body)).await
    }

    fn request(
        &self,
        method: reqwest::Method,
        path: &str,
        query: &[(&str, Option<String>)],
    ) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.bearer_auth(&self.token).query(query)
    }
}

/// The answer, if it is none that refuses.
async fn answered(request: reqwest::RequestBuilder) -> Result<reqwest::Response, Error> {
    let response = request.send().await?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let text = response.text().await?;
    Err(match serde_json::from_str(&text) {
        Ok(problem) => Error::Refused { status, problem: Box::new(problem) },
        Err(_) => Error::Unknown { status, text },
    })
}

/// A part of a path, so that no character of it ends the part.
fn escape(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

impl types::CodeRun {
    /// An order with nothing but its code. Further fields are set by name.
    ///
    /// # Errors
    ///
    /// The language is none that hubs know.
    pub fn new(lang: &str, code: &str) -> Result<Self, Error> {
        Ok(serde_json::from_value(serde_json::json!({ "lang": lang, "code": code }))?)
    }
}

//! Requests to a forge's API and what becomes of its answers.

use std::time::Duration;

use reqwest::{
    Client, Method, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    ForgeError, Site, Token,
    answer::{self, refusal},
};

/// How long a forge may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most bytes of an answer: a hundred of the longest pull requests.
const MOST_BYTES: usize = 8 << 20;

/// Where a forge listens, and what it is shown with each request.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    base: Url,
    host: String,
    forge: &'static str,
    token: Token,
}

/// One request.
pub(crate) struct Ask<'a> {
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
    body: Option<Value>,
    /// What is not there where the forge says so.
    what: String,
}

impl<'a> Ask<'a> {
    pub(crate) fn of(path: &'a [&'a str], what: impl Into<String>) -> Self {
        Self { method: Method::GET, path, query: &[], body: None, what: what.into() }
    }

    pub(crate) fn query(self, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..self }
    }

    pub(crate) fn send(self, method: Method, body: Value) -> Self {
        Self { method, body: Some(body), ..self }
    }
}

impl Api {
    pub(crate) fn new(site: &Site, token: Token) -> Result<Self, ForgeError> {
        Self::patient(site, token, PATIENCE)
    }

    pub(crate) fn patient(
        site: &Site,
        token: Token,
        patience: Duration,
    ) -> Result<Self, ForgeError> {
        let host = site.host().to_owned();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(patience)
            .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .build();
        let client = client.map_err(|error| ForgeError::Unreachable {
            host: host.clone(),
            reason: innermost(&error),
        })?;
        Ok(Self { client, base: site.api(), host, forge: site.kind().name(), token })
    }

    pub(crate) fn unreadable(&self, reason: impl Into<String>) -> ForgeError {
        let reason = self.token.hidden_in(&answer::bounded(&reason.into()));
        ForgeError::Unreadable { host: self.host.clone(), forge: self.forge, reason }
    }

    pub(crate) fn refused(&self, words: impl Into<String>) -> ForgeError {
        ForgeError::Refused { host: self.host.clone(), words: words.into() }
    }

    /// The address of a page, if it is one that a reader can be sent to.
    pub(crate) fn page(&self, address: &str) -> Result<String, ForgeError> {
        let url = Url::parse(address).ok().filter(|it| matches!(it.scheme(), "http" | "https"));
        url.map(String::from).ok_or_else(|| self.unreadable(format!("{address:?} is no page")))
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// What a forge answers, as JSON of a known shape.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, ForgeError> {
        let Ask { method, path, query, body, what } = ask;
        let mut url = self.base.clone();
        url.path_segments_mut().expect("a web address").pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut shown = HeaderValue::try_from(format!("Bearer {}", self.token.reveal()))
            .map_err(|_| ForgeError::Unauthorised { host: self.host.clone() })?;
        shown.set_sensitive(true);
        let mut request = self
            .client
            .request(method, url)
            .header(AUTHORIZATION, shown)
            .header(ACCEPT, "application/json");
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = self.bounded(answer).await?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|it| self.unreadable(it.to_string()));
        }
        let host = self.host.clone();
        Err(refusal(&self.token, host, what, status, &headers, &bytes))
    }

    async fn bounded(&self, mut answer: Response) -> Result<Vec<u8>, ForgeError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|it| self.unreachable(&it))? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(self.unreadable(format!("it says more than {MOST_BYTES} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn unreachable(&self, error: &reqwest::Error) -> ForgeError {
        let reason = if error.is_timeout() {
            "it does not answer in time".to_owned()
        } else {
            innermost(error)
        };
        ForgeError::Unreachable { host: self.host.clone(), reason }
    }
}

/// The reason beneath all others; those above name the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    answer::bounded(&innermost.to_string())
}

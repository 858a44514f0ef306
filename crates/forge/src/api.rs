//! Requests to a forge's API and what becomes of its answers.

use std::time::Duration;

use reqwest::{
    Client, Method, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    ForgeError, Site, Token,
    answer::{self, graphql_refusal, refusal},
};

/// How long a forge may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most bytes of an answer: a hundred of the longest pull requests.
const MOST_BYTES: usize = 8 << 20;

/// As many items as both forges give at once.
const PER_PAGE: usize = 100;

/// Most pages that are read of one list.
const MOST_PAGES: usize = 20;

/// Where a forge listens, and what it is shown with each request.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    base: Url,
    graphql: Url,
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

#[derive(Deserialize)]
struct GraphQlBody<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Value,
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

    pub(crate) fn what(&self) -> &str {
        &self.what
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
        let client = client(patience).build();
        let client = client.map_err(|error| ForgeError::Unreachable {
            host: host.clone(),
            reason: innermost(&error),
        })?;
        let (base, graphql) = (site.api(), site.graphql());
        Ok(Self { client, base, graphql, host, forge: site.kind().name(), token })
    }

    pub(crate) fn unreadable(&self, reason: impl Into<String>) -> ForgeError {
        let reason = self.token.hidden_in(&answer::bounded(&reason.into()));
        ForgeError::Unreadable { host: self.host.clone(), forge: self.forge, reason }
    }

    pub(crate) fn refused(&self, words: impl Into<String>) -> ForgeError {
        ForgeError::Refused { host: self.host.clone(), words: words.into() }
    }

    pub(crate) fn too_much(&self, most: usize, what: impl Into<String>) -> ForgeError {
        ForgeError::TooMuch { host: self.host.clone(), most: most as u64, what: what.into() }
    }

    /// The address of a page, if it is one that a reader can be sent to.
    pub(crate) fn page(&self, address: &str) -> Result<String, ForgeError> {
        let url = Url::parse(address).ok().filter(|it| matches!(it.scheme(), "http" | "https"));
        url.map(String::from).ok_or_else(|| self.unreadable(format!("{address:?} is no page")))
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) const fn base(&self) -> &Url {
        &self.base
    }

    /// What a forge answers, as JSON of a known shape.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, ForgeError> {
        let what = ask.what.clone();
        let answer = self.request(ask).await?;
        let bytes = self.successful(answer, what).await?;
        serde_json::from_slice(&bytes).map_err(|it| self.unreadable(it.to_string()))
    }

    /// All items of a list, which a forge gives page by page: `items` are those of one page.
    pub(crate) async fn pages<B: DeserializeOwned, T>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        what: &str,
        items: fn(B) -> Vec<T>,
    ) -> Result<Vec<T>, ForgeError> {
        let (mut all, per_page) = (Vec::new(), PER_PAGE.to_string());
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let paged = [query, &[("per_page", &per_page), ("page", &page)]].concat();
            let found = items(self.ask(Ask::of(path, what).query(&paged)).await?);
            let is_last = found.len() < PER_PAGE;
            all.extend(found);
            if is_last {
                return Ok(all);
            }
        }
        Err(self.too_much(MOST_PAGES * PER_PAGE, format!("entries of {what}")))
    }

    pub(crate) async fn graphql<T: DeserializeOwned>(
        &self,
        query: &str,
        variables: Value,
        what: &str,
    ) -> Result<T, ForgeError> {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.send(Method::POST, self.graphql.clone(), Some(body)).await?;
        let bytes = self.successful(answer, what.to_owned()).await?;
        let GraphQlBody { data, errors } =
            serde_json::from_slice(&bytes).map_err(|it| self.unreadable(it.to_string()))?;
        if errors.as_array().is_some_and(|it| !it.is_empty()) {
            let host = self.host.clone();
            return Err(graphql_refusal(&self.token, host, what.to_owned(), &errors));
        }
        data.ok_or_else(|| self.unreadable("it has no data"))
    }

    /// Whatever it answers.
    pub(crate) async fn request(&self, ask: Ask<'_>) -> Result<Response, ForgeError> {
        let mut url = self.base.clone();
        url.path_segments_mut().expect("a web address").pop_if_empty().extend(ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        self.send(ask.method, url, ask.body).await
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<Value>,
    ) -> Result<Response, ForgeError> {
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
        request.send().await.map_err(|error| unreachable(&self.host, &error))
    }

    /// The body of an answer that is a success.
    async fn successful(&self, answer: Response, what: String) -> Result<Vec<u8>, ForgeError> {
        if answer.status().is_success() {
            return self.bounded(answer).await;
        }
        Err(self.refusal(answer, what).await)
    }

    /// What an answer means that is no success.
    pub(crate) async fn refusal(&self, answer: Response, what: String) -> ForgeError {
        let (status, headers) = (answer.status(), answer.headers().clone());
        match self.bounded(answer).await {
            Ok(bytes) => refusal(&self.token, self.host.clone(), what, status, &headers, &bytes),
            Err(error) => error,
        }
    }

    async fn bounded(&self, mut answer: Response) -> Result<Vec<u8>, ForgeError> {
        let mut bytes = Vec::new();
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| unreachable(&self.host, &error))?
        {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(self.unreadable(format!("it says more than {MOST_BYTES} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// What every client of a forge is made of: it follows nothing, and goes through nobody.
pub(crate) fn client(patience: Duration) -> reqwest::ClientBuilder {
    Client::builder()
        .redirect(Policy::none())
        .timeout(patience)
        .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
}

pub(crate) fn unreachable(host: &str, error: &reqwest::Error) -> ForgeError {
    let reason =
        if error.is_timeout() { "it does not answer in time".to_owned() } else { innermost(error) };
    ForgeError::Unreachable { host: host.to_owned(), reason }
}

/// The reason beneath all others; those above name the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    answer::bounded(&innermost.to_string())
}

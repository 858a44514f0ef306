//! An MCP server at an address: asked over HTTP, from where and as far as sandboxes of sessions reach.
//!
//! ```text
//!   http  POST message ──▶ JSON, or a stream of events with the answer among them
//!   sse   GET ──▶ stream: `endpoint`, then answers;  POST message there ──▶ taken
//! ```
//!
//! Addresses are decided by the rules of sessions before anything is sent, and what is connected to is what was
//! decided about. Nothing that the server says leads elsewhere: no redirect is followed, and what it calls its
//! endpoint is of the same origin.

use std::{collections::BTreeMap, net::SocketAddr};

use reqwest::{
    Client, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use sandbox::{
    EgressConfig, Rule,
    egress::{Host, Target, vetted},
};
use serde_json::Value;

use super::{
    MOST_BYTES, McpTestError, PROTOCOL, Wire, answer,
    events::{Event, Events},
    odd,
};

const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";

/// Headers that belong to the connection, and not to whoever asks.
const OF_CONNECTION: [&str; 7] =
    ["connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"];

/// A server that may be asked.
pub(super) struct Remote {
    client: Client,
    url: Url,
    headers: HeaderMap,
    /// Bytes that it may still say.
    left: usize,
}

/// By which each message is a request of its own.
pub(super) struct Http {
    remote: Remote,
    /// What the server calls the conversation.
    session: Option<HeaderValue>,
    /// Whether the version has been agreed on.
    has_begun: bool,
}

/// By which answers come in one stream.
pub(super) struct Sse {
    remote: Remote,
    endpoint: Url,
    answers: Stream,
}

/// An answer that is read event by event.
struct Stream {
    response: Response,
    events: Events,
}

impl Remote {
    pub(super) async fn reach(
        (url, headers): (&str, &BTreeMap<String, String>),
        (rules, egress): (&[Rule], &EgressConfig),
    ) -> Result<Self, McpTestError> {
        let url = Url::parse(url).map_err(|it| odd(&it))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        let target = Host::parse(&host).map(|host| Target { host, port }).map_err(|it| odd(&it))?;
        let addresses = vetted(&target, rules.to_vec(), egress).await?;
        let client = client(&host, &addresses, egress)?;
        Ok(Self { client, headers: read(headers)?, url, left: MOST_BYTES })
    }

    fn post(&self, url: &Url, message: &Value) -> RequestBuilder {
        let request = self.client.post(url.clone()).headers(self.headers.clone());
        request.header(CONTENT_TYPE, "application/json").body(message.to_string())
    }
}

fn client(
    host: &str,
    addresses: &[SocketAddr],
    egress: &EgressConfig,
) -> Result<Client, McpTestError> {
    let client = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(egress.limits.connect)
        // What was decided about is connected to, whatever the name leads to by then.
        .resolve_to_addrs(host, addresses)
        .no_proxy()
        .referer(false)
        .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
        .build();
    client.map_err(|it| unreachable(&it))
}

fn read(headers: &BTreeMap<String, String>) -> Result<HeaderMap, McpTestError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let parsed = HeaderName::try_from(name.as_str()).map_err(|it| odd(&it))?;
        if OF_CONNECTION.contains(&parsed.as_str()) {
            let why = format!("its header {parsed} is for the connection to say; leave it out");
            return Err(McpTestError::Odd { why });
        }
        let mut value = HeaderValue::try_from(value.as_str()).map_err(|it| odd(&it))?;
        value.set_sensitive(true);
        map.insert(parsed, value);
    }
    Ok(map)
}

/// The address is not told: it may hold a secret.
fn unreachable(error: &reqwest::Error) -> McpTestError {
    let mut why = "it cannot be asked".to_owned();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        why = format!("{why}: {cause}");
        source = cause.source();
    }
    McpTestError::Ended { why }
}

fn accepted(response: Response) -> Result<Response, McpTestError> {
    let status = response.status();
    let why = match status {
        _ if status.is_success() => return Ok(response),
        _ if status.is_redirection() => "which leads elsewhere, and is not followed",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "so it does not take what its headers show"
        }
        _ => "and not as a server of its type does",
    };
    Err(McpTestError::Odd { why: format!("it answers with the status {status}, {why}") })
}

fn is(response: &Response, kind: &str) -> bool {
    let given = response.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let given = given.and_then(|it| it.split(';').next()).unwrap_or_default();
    given.trim().eq_ignore_ascii_case(kind)
}

/// The next piece of an answer, within what may be said.
async fn piece(response: &mut Response, left: &mut usize) -> Result<Option<Vec<u8>>, McpTestError> {
    let Some(bytes) = response.chunk().await.map_err(|it| unreachable(&it))? else {
        return Ok(None);
    };
    *left = left.checked_sub(bytes.len()).ok_or(McpTestError::TooMuch)?;
    Ok(Some(bytes.to_vec()))
}

impl Stream {
    fn of(response: Response) -> Result<Self, McpTestError> {
        if !is(&response, "text/event-stream") {
            return Err(McpTestError::Odd {
                why: "it answers with no stream of events".to_owned(),
            });
        }
        Ok(Self { response, events: Events::default() })
    }

    async fn next(&mut self, left: &mut usize) -> Result<Event, McpTestError> {
        loop {
            if let Some(event) = self.events.next() {
                return Ok(event);
            }
            match piece(&mut self.response, left).await? {
                Some(bytes) => self.events.feed(&bytes),
                None => {
                    let why = "its stream of events ended".to_owned();
                    return Err(McpTestError::Ended { why });
                }
            }
        }
    }

    /// What is answered to a request of this number; all else is passed over.
    async fn answer(
        &mut self,
        (number, method): (u64, &str),
        left: &mut usize,
    ) -> Result<Value, McpTestError> {
        loop {
            let event = self.next(left).await?;
            if !event.is_message() {
                continue;
            }
            if let Some(answer) = answer(event.data.as_bytes(), (number, method)) {
                return answer;
            }
        }
    }
}

impl Http {
    pub(super) const fn new(remote: Remote) -> Self {
        Self { remote, session: None, has_begun: false }
    }

    async fn send(&mut self, message: &Value) -> Result<Response, McpTestError> {
        let mut request = self.remote.post(&self.remote.url, message);
        request = request.header(ACCEPT, "application/json, text/event-stream");
        if let Some(session) = &self.session {
            request = request.header(SESSION, session);
        }
        if self.has_begun {
            request = request.header(VERSION, PROTOCOL);
        }
        let response = accepted(request.send().await.map_err(|it| unreachable(&it))?)?;
        if let Some(session) = response.headers().get(SESSION) {
            self.session = Some(session.clone());
        }
        Ok(response)
    }
}

impl Wire for Http {
    async fn say(&mut self, message: &Value) -> Result<(), McpTestError> {
        // Whatever is answered means nothing.
        self.send(message).await.map(drop)
    }

    async fn ask(
        &mut self,
        (number, method): (u64, &str),
        message: &Value,
    ) -> Result<Value, McpTestError> {
        let mut response = self.send(message).await?;
        self.has_begun = true;
        let left = &mut self.remote.left;
        if !is(&response, "application/json") {
            return Stream::of(response)?.answer((number, method), left).await;
        }
        let mut body = Vec::new();
        while let Some(bytes) = piece(&mut response, left).await? {
            body.extend(bytes);
        }
        let nothing = || McpTestError::Odd { why: format!("{method} was answered with nothing") };
        answer(&body, (number, method)).ok_or_else(nothing)?
    }
}

impl Sse {
    /// Opens the stream, and learns where messages go.
    pub(super) async fn open(mut remote: Remote) -> Result<Self, McpTestError> {
        let request = remote.client.get(remote.url.clone()).headers(remote.headers.clone());
        let request = request.header(ACCEPT, "text/event-stream");
        let response = accepted(request.send().await.map_err(|it| unreachable(&it))?)?;
        let mut answers = Stream::of(response)?;
        let endpoint = loop {
            let event = answers.next(&mut remote.left).await?;
            if event.name == "endpoint" {
                break remote.url.join(event.data.trim()).map_err(|it| odd(&it))?;
            }
        };
        if endpoint.origin() != remote.url.origin() {
            let why = "it wants messages sent to another origin than its own".to_owned();
            return Err(McpTestError::Odd { why });
        }
        Ok(Self { remote, endpoint, answers })
    }
}

impl Wire for Sse {
    async fn say(&mut self, message: &Value) -> Result<(), McpTestError> {
        let sent = self.remote.post(&self.endpoint, message).send().await;
        accepted(sent.map_err(|it| unreachable(&it))?).map(drop)
    }

    async fn ask(&mut self, numbered: (u64, &str), message: &Value) -> Result<Value, McpTestError> {
        self.say(message).await?;
        self.answers.answer(numbered, &mut self.remote.left).await
    }
}

//! The provider: one endpoint, asked with the operator's key.

use std::{error::Error as _, time::Duration};

use bytes::{Bytes, BytesMut};
use hyper::{HeaderMap, StatusCode};
use reqwest::{
    Client, Response, Url,
    header::{
        ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER,
    },
    redirect::Policy,
};
use serde::Deserialize;

use crate::{
    GatewayConfig, GatewayError, Patience, ProviderKey, RequestKind, Trouble, TroubleKind,
    redaction::Redaction, refusal::Refusal,
};

/// Headers of a client that the provider gets. All others stay here.
const FROM_CLIENTS: &[&str] =
    &["accept", "anthropic-beta", "anthropic-version", "content-type", "user-agent"];
const FROM_CLIENTS_PREFIX: &str = "x-stainless-";

/// Headers of the provider that a client gets. All others stay here.
const FROM_PROVIDER: &[&str] = &["content-type", "request-id", "retry-after", "x-should-retry"];
const FROM_PROVIDER_PREFIX: &str = "anthropic-ratelimit-";

/// The most bytes of an error that are read.
const MOST_ERROR_BYTES: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Provider {
    client: Client,
    endpoint: Url,
    key: ProviderKey,
    patience: Patience,
}

/// What an answer is, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Events,
    Json,
}

impl Provider {
    pub(crate) fn new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        let endpoint = config.endpoint.clone();
        let plain = endpoint.username().is_empty()
            && endpoint.password().is_none()
            && endpoint.query().is_none()
            && endpoint.fragment().is_none();
        if !matches!(endpoint.scheme(), "http" | "https") || !endpoint.has_host() || !plain {
            // What else is in it may be a secret.
            let host = endpoint.host_str().unwrap_or_default();
            return Err(GatewayError::Endpoint(format!("{}://{host}", endpoint.scheme())));
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(config.patience.connect)
            .no_proxy()
            .referer(false)
            .build()
            .map_err(GatewayError::Client)?;
        let (key, patience) = (config.key.clone(), config.patience);
        Ok(Self { client, endpoint, key, patience })
    }

    /// The head of an answer, whatever it is.
    pub(crate) async fn ask(
        &self,
        kind: RequestKind,
        query: Option<&str>,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response, Unanswered> {
        let request = self
            .client
            .post(self.address(kind, query))
            .headers(allowed(headers, FROM_CLIENTS, FROM_CLIENTS_PREFIX))
            .header(ACCEPT_ENCODING, "identity")
            .header(self.key.shown().0, self.key.shown().1)
            .body(body);
        match tokio::time::timeout(self.patience.first_byte, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Unanswered::of(&error)),
            Err(_) => Err(Unanswered::Silent(self.patience.first_byte)),
        }
    }

    fn address(&self, kind: RequestKind, query: Option<&str>) -> Url {
        let mut url = self.endpoint.clone();
        url.path_segments_mut().expect("it has a host").pop_if_empty().extend(kind.path());
        // The one query that clients of the API have.
        if query == Some("beta=true") {
            url.set_query(query);
        }
        url
    }
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(crate) enum Unanswered {
    Unreachable(String),
    /// It hung up.
    BrokenOff(String),
    Silent(Duration),
}

impl Unanswered {
    fn of(error: &reqwest::Error) -> Self {
        // The innermost reason: those above name the address.
        let mut innermost: &dyn std::error::Error = error;
        while let Some(inner) = innermost.source() {
            innermost = inner;
        }
        let reason = innermost.to_string();
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => Self::Unreachable("it does not answer in time".to_owned()),
            (true, false) => Self::Unreachable(reason),
            (false, _) => Self::BrokenOff(error.source().map_or_else(String::new, |_| reason)),
        }
    }

    /// Whether the provider has worked for it, as far as anybody knows.
    pub(crate) fn is_owed(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::BrokenOff(_) => false,
            Self::Silent(_) => true,
        }
    }

    pub(crate) fn trouble(&self, hidden: &Redaction) -> Trouble {
        let (kind, message) = match self {
            Self::Unreachable(reason) => (
                TroubleKind::Unreachable,
                format!("the model provider cannot be reached: {reason}"),
            ),
            Self::BrokenOff(reason) => (
                TroubleKind::Interrupted,
                format!("the model provider hung up before it answered: {reason}"),
            ),
            Self::Silent(patience) => (
                TroubleKind::TimedOut,
                format!("the model provider did not answer within {} s", patience.as_secs()),
            ),
        };
        Trouble::new(kind, hidden.words(&message))
    }
}

/// Headers for the client.
pub(crate) fn told(headers: &HeaderMap) -> HeaderMap {
    allowed(headers, FROM_PROVIDER, FROM_PROVIDER_PREFIX)
}

fn allowed(headers: &HeaderMap, names: &[&str], prefix: &str) -> HeaderMap {
    let known =
        |name: &HeaderName| names.contains(&name.as_str()) || name.as_str().starts_with(prefix);
    let pairs = headers.iter().filter(|(name, _)| known(name));
    let mut allowed = HeaderMap::new();
    for (name, value) in pairs {
        allowed.append(name, value.clone());
    }
    allowed
}

/// What a successful answer is; `None` if it is no success, or nothing that can be read.
pub(crate) fn form(response: &Response) -> Option<Form> {
    let headers = response.headers();
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is = |name: &str| kind.to_ascii_lowercase().starts_with(name.as_bytes());
    let plain = headers.get(CONTENT_ENCODING).is_none_or(|it| it == "identity");
    let form = match kind {
        _ if is("text/event-stream") => Some(Form::Events),
        _ if is("application/json") => Some(Form::Json),
        _ => None,
    };
    form.filter(|_| plain && response.status() == StatusCode::OK)
}

fn unreadable(status: StatusCode) -> Refusal {
    let message = format!(
        "what listens at the address of the model provider does not answer as a Messages API does (status {}); an administrator must check the address",
        status.as_u16()
    );
    Refusal::no_answer(Trouble::new(TroubleKind::Unreadable, message))
}

/// The provider's own form of an error.
#[derive(Deserialize)]
struct Envelope {
    error: Words,
}

#[derive(Deserialize)]
struct Words {
    #[serde(rename = "type")]
    kind: String,
    message: String,
}

/// What an answer means that is no success.
pub(crate) async fn refusal(response: Response, idle: Duration, hidden: &Redaction) -> Refusal {
    let (status, headers) = (response.status(), response.headers().clone());
    let text = error_text(response, idle).await;
    let said = serde_json::from_str::<Envelope>(&text).ok();
    let wait = headers.get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.trim().parse().ok());
    let words = said.as_ref().map_or_else(String::new, |it| {
        let words = hidden.words(&it.error.message);
        format!(": {words}")
    });
    let kind = kind(status, said.as_ref());
    if kind == TroubleKind::KeyRefused {
        return Refusal::provider_key();
    }
    if kind == TroubleKind::Unreadable {
        return unreadable(status);
    }
    let message = format!("the model provider answered {}{words}", status.as_u16());
    let trouble =
        Trouble { retry_after: wait.map(Duration::from_secs), ..Trouble::new(kind, message) };
    let body = said.map(|_| hidden.hide(&text));
    Refusal::theirs(status, body, told(&headers), trouble)
}

fn kind(status: StatusCode, said: Option<&Envelope>) -> TroubleKind {
    match status.as_u16() {
        401 => TroubleKind::KeyRefused,
        429 => TroubleKind::RateLimited,
        529 => TroubleKind::Overloaded,
        408 | 504 => TroubleKind::TimedOut,
        500..600 if said.is_some_and(|it| it.error.kind == "overloaded_error") => {
            TroubleKind::Overloaded
        }
        500..600 => TroubleKind::ProviderFailed,
        400..500 if said.is_some() => TroubleKind::Refused,
        // A redirect is not followed: the key is for one host.
        _ => TroubleKind::Unreadable,
    }
}

/// What has come of it when it ends, breaks off, or is enough.
async fn error_text(mut response: Response, idle: Duration) -> String {
    let mut bytes = BytesMut::new();
    while let Ok(Ok(Some(piece))) = tokio::time::timeout(idle, response.chunk()).await {
        let room = MOST_ERROR_BYTES - bytes.len();
        bytes.extend_from_slice(&piece[..room.min(piece.len())]);
        if piece.len() >= room {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

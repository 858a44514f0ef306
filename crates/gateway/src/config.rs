//! What an operator decides: where the provider is, with which key, at which prices.

use std::{fmt, time::Duration};

use reqwest::{
    Url,
    header::{HeaderName, HeaderValue},
};

use crate::Prices;

#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Of an Anthropic-compatible API, without `/v1`. May have a path of its own.
    pub endpoint: Url,
    pub key: ProviderKey,
    pub prices: Prices,
    pub limits: Limits,
    pub patience: Patience,
}

impl GatewayConfig {
    /// With everything else as it usually is.
    #[must_use]
    pub fn new(endpoint: Url, key: ProviderKey) -> Self {
        Self {
            endpoint,
            key,
            prices: Prices::default(),
            limits: Limits::default(),
            patience: Patience::default(),
        }
    }
}

/// Of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body. The provider takes 32 MB.
    pub body: usize,
    /// Bytes of each text of a [`Record`](crate::Record).
    pub record: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 32 << 20, record: 8 << 10 }
    }
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    pub connect: Duration,
    /// From the request to the head of the answer: a model may think before it says anything.
    pub first_byte: Duration,
    /// Between two pieces of an answer. The provider sends pings meanwhile.
    pub idle: Duration,
    /// For a sandbox to send the next piece of a request, or to take the next piece of an answer.
    pub client: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(600),
            idle: Duration::from_secs(300),
            client: Duration::from_secs(120),
        }
    }
}

/// What the provider is shown. It has no `Display`, and its `Debug` hides it.
#[derive(Clone)]
pub struct ProviderKey {
    text: String,
    header: KeyHeader,
}

/// Where a provider looks for its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHeader {
    /// `x-api-key`, as Anthropic does.
    ApiKey,
    /// `Authorization: Bearer`, as many compatible ones do.
    Bearer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    #[error("the provider's key is empty; take it from the provider's console")]
    Empty,
    #[error("the provider's key holds a character that no header can hold; copy it again")]
    Unprintable,
}

impl ProviderKey {
    pub fn new(text: &str, header: KeyHeader) -> Result<Self, InvalidKey> {
        // Files end with a newline.
        let text = text.trim();
        match text {
            "" => Err(InvalidKey::Empty),
            _ if !text.bytes().all(|it| it.is_ascii_graphic()) => Err(InvalidKey::Unprintable),
            _ => Ok(Self { text: text.to_owned(), header }),
        }
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }

    pub(crate) fn shown(&self) -> (HeaderName, HeaderValue) {
        let (name, text) = match self.header {
            KeyHeader::ApiKey => (HeaderName::from_static("x-api-key"), self.text.clone()),
            KeyHeader::Bearer => (reqwest::header::AUTHORIZATION, format!("Bearer {}", self.text)),
        };
        let mut value = HeaderValue::try_from(text).expect("a key is printable ASCII");
        value.set_sensitive(true);
        (name, value)
    }
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderKey")
    }
}

/// Why there is no gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Its scheme and host.
    #[error(
        "the model endpoint at {0} is no address of a provider; use http:// or https:// with a host, without a user, a query or a fragment"
    )]
    Endpoint(String),
    #[error("no connection can be made to any provider: {0}")]
    Client(#[source] reqwest::Error),
}

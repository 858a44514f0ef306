//! The line to the providers that people sign in to. It leads to the host that was meant: over HTTPS, through no
//! redirect, with a limit on how long an answer takes and how large it is.

use std::{net::IpAddr, time::Duration};

use reqwest::{
    Client, Method, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde_json::Value;

use crate::secrets::{Mask, SecretText};

/// Most bytes of an answer: a page of a hundred accounts has some 20 KiB.
const MOST_BYTES: usize = 512 << 10;

/// Most characters that an error repeats of what a provider said.
const MOST_SAID: usize = 300;

/// How providers are reached. No document can say that.
#[derive(Clone, Debug)]
pub struct Providers {
    /// Beneath it stand all of them, by their host, where they are not asked themselves.
    stand_in: Option<Url>,
    /// How long a second lasts between two questions.
    second: Duration,
    /// How long an answer may take.
    patience: Duration,
    /// How long a program of theirs may take to say who is signed in.
    pub(super) program_patience: Duration,
}

impl Default for Providers {
    fn default() -> Self {
        Self {
            stand_in: None,
            second: Duration::from_secs(1),
            patience: Duration::from_secs(10),
            program_patience: Duration::from_secs(5),
        }
    }
}

impl Providers {
    /// Something that stands in for all of them, which has `https://HOST/PATH` at `ADDRESS/HOST/PATH`, and which
    /// may be asked again and again.
    #[must_use]
    pub fn stand_in(address: Url, patience: Duration) -> Self {
        let second = Duration::from_millis(1);
        Self { stand_in: Some(address), second, patience, program_patience: patience }
    }
}

/// Why a provider gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    #[error("{host} could not be reached: {reason}")]
    Unreachable { host: String, reason: String },
    #[error("{host} did not answer as a provider does: {what}")]
    Strange { host: String, what: String },
}

/// Kept while something is asked.
#[derive(Clone, Debug)]
pub(super) struct Line {
    providers: Providers,
    client: Client,
    /// To this machine, which no proxy reaches.
    direct: Client,
}

/// What is asked, which may be secret.
pub(super) struct Question {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) host: String,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: Vec<u8>,
}

impl Question {
    pub(super) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: None }
    }

    /// What stands in the body is no part of an address, so that no log and no error shows it.
    pub(super) fn form(url: Url, fields: &[(&str, &str)]) -> Self {
        let question = Self::post(url, "application/x-www-form-urlencoded", form(fields));
        question.with(ACCEPT, "application/json")
    }

    pub(super) fn json(url: Url, body: &Value) -> Self {
        Self::post(url, "application/json", body.to_string())
    }

    fn post(url: Url, kind: &'static str, body: String) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Self { method: Method::POST, url, headers, body: Some(body) }
    }

    /// A value that is no header is left out, and the provider says what is missing.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }
}

/// As browsers send forms.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let mut url = Url::parse("https://form.invalid/").expect("a plain address");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

impl Line {
    pub(super) fn open(providers: &Providers) -> Result<Self, Unanswered> {
        let builder = || {
            Client::builder()
                .redirect(Policy::none())
                .timeout(providers.patience)
                .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
        };
        let unreachable = |error: reqwest::Error| Unanswered::Unreachable {
            host: "the provider".to_owned(),
            reason: innermost(&error),
        };
        let client = builder().build().map_err(unreachable)?;
        let direct = builder().no_proxy().build().map_err(unreachable)?;
        Ok(Self { providers: providers.clone(), client, direct })
    }

    /// How long a second lasts between two questions.
    pub(super) const fn second(&self) -> Duration {
        self.providers.second
    }

    /// The address of `path`, without a slash before it, beneath a provider's own, which ends with one.
    pub(super) fn address(&self, provider: &Url, path: &str) -> Url {
        let beneath = match &self.providers.stand_in {
            Some(stand_in) => {
                let host = format!("{}{}", authority(provider), provider.path());
                stand_in.join(&host).unwrap_or_else(|_| stand_in.clone())
            }
            None => provider.clone(),
        };
        beneath.join(path).unwrap_or(beneath)
    }

    /// Asks, and hears the whole answer, whatever its status.
    pub(super) async fn ask(&self, question: Question) -> Result<Answer, Unanswered> {
        let host = authority(&question.url);
        let unreachable = |error: reqwest::Error| Unanswered::Unreachable {
            host: host.clone(),
            reason: match error.is_timeout() {
                true => format!("it took longer than {:?}", self.providers.patience),
                false => innermost(&error),
            },
        };
        let client = if is_loopback(&question.url) { &self.direct } else { &self.client };
        let request = client.request(question.method, question.url).headers(question.headers);
        let request = match question.body {
            Some(body) => request.body(body),
            None => request,
        };
        let mut answer = request.send().await.map_err(unreachable)?;
        let strange =
            |what: &str| Unanswered::Strange { host: host.clone(), what: what.to_owned() };
        if answer.status().is_redirection() {
            return Err(strange("it leads elsewhere, where no credentials are sent"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(strange("its answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Answer { host, status, headers, body })
    }
}

impl Answer {
    pub(super) const fn is_success(&self) -> bool {
        matches!(self.status, 200..300)
    }

    pub(super) fn json(&self) -> Result<Value, Unanswered> {
        serde_json::from_slice(&self.body).map_err(|_| {
            self.strange(format!("status {}, and what it said is no JSON", self.status))
        })
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn strange(&self, what: String) -> Unanswered {
        Unanswered::Strange { host: self.host.clone(), what }
    }
}

/// What a provider said, for people: one line, not long, without the secrets that it was asked with.
pub(super) fn said(text: &str, secrets: &[&SecretText]) -> String {
    let plain: String =
        text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(MOST_BYTES).collect();
    let hidden = match Mask::new(secrets.iter().copied()) {
        Some(mask) => mask.text(&plain),
        None => plain,
    };
    hidden.trim().chars().take(MOST_SAID).collect()
}

/// Host and port, as they are written in an address.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether an address is of this machine, so that nobody between can read what is sent there.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || literal.is_ok_and(|it| it.is_loopback())
}

/// The address of a host that is not written in a document.
pub(super) fn https(host: &str) -> Url {
    let url = Url::parse(&format!("https://{host}/"));
    url.unwrap_or_else(|_| Url::parse("https://host.invalid/").expect("a plain address"))
}

/// The reason behind the others. Those before it repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut reason = "the connection failed".to_owned();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    reason
}

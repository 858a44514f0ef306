//! Signing in on another page (RFC 8628): the provider gives a code and a link, the reader enters the one behind
//! the other, and meanwhile the provider is asked whether they have.
//!
//! ```text
//!   asked ──▶ code and link ──▶ pending ⇄ slow_down ──▶ granted
//!                                  └─▶ denied, expired, refused
//! ```

use std::time::Duration;

use reqwest::Url;
use serde_json::Value;
use tokio::time::Instant;

use super::line::{Answer, Line, Question, Unanswered, authority, said};
use crate::secrets::SecretText;

/// What RFC 8628 says where a provider does not.
const INTERVAL: u32 = 5;

/// The longest wait between two questions, whatever a provider asks for.
const LONGEST_INTERVAL: u32 = 60;

/// A code that is entered within an hour or never.
const LONGEST_LIFE: u64 = 3600;

const LONGEST_CODE: usize = 64;
const LONGEST_LINK: usize = 2048;

/// Why nobody was signed in on a provider's page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    #[error("the request was denied at {host}; start again to ask once more")]
    Denied { host: String },
    #[error("nobody agreed in time; start again for a new code")]
    Expired,
    #[error("{host} does not sign in: {said}")]
    Refused { host: String, said: String },
    #[error(
        "{host} gave a link that is not opened, since it is not https or leads elsewhere: {link:?}"
    )]
    Link { host: String, link: String },
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error("there is no {what} to choose from; ask whoever manages the accounts of AWS")]
    NothingToChoose { what: &'static str },
    #[error("this machine could not wait for the answer: {reason}")]
    Listen { reason: String },
}

/// What a reader is shown while a provider waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invitation {
    pub(super) user_code: String,
    pub(super) link: String,
    pub(super) life: Duration,
}

/// How a provider is asked whether somebody has agreed.
pub(super) struct Waiting {
    url: Url,
    /// Holds the device's code, which stays here.
    body: Body,
    interval: u32,
    life: Duration,
}

/// What a device sends, with what is secret in it.
pub(super) enum Body {
    Form(Vec<(&'static str, SecretText)>),
    Json(Value, Vec<SecretText>),
}

/// The names of what a provider gives a device.
pub(super) struct Names {
    pub(super) device_code: &'static str,
    pub(super) user_code: &'static str,
    /// Those that may hold the link, the best one first.
    pub(super) links: &'static [&'static str],
    pub(super) expires_in: &'static str,
}

/// As RFC 8628 has them. Google's own form of it says `verification_url`.
pub(super) const STANDARD: Names = Names {
    device_code: "device_code",
    user_code: "user_code",
    links: &["verification_uri_complete", "verification_uri", "verification_url"],
    expires_in: "expires_in",
};

/// What a provider gave a device: its code, and what the reader is shown.
pub(super) struct Given {
    pub(super) device_code: SecretText,
    pub(super) invitation: Invitation,
    interval: u32,
}

impl Given {
    /// `home` is where the link must lead, for a provider that a document names.
    pub(super) fn read(
        answer: &Answer,
        asked: &Url,
        names: &Names,
        home: Option<&Url>,
    ) -> Result<Self, FlowError> {
        let given = answer.json()?;
        if let Some(error) = refusal(&given, answer, &[]) {
            return Err(error);
        }
        let text = |name: &str| given[name].as_str().filter(|it| !it.is_empty());
        let missing = || answer.strange(format!("status {}, and it gave no code", answer.status));
        let device_code = text(names.device_code).ok_or_else(missing)?;
        let user_code = text(names.user_code).filter(|it| is_code(it)).ok_or_else(missing)?;
        let link = names.links.iter().find_map(|it| text(it)).ok_or_else(missing)?;
        let number = |name: &str| given[name].as_u64();
        let life = number(names.expires_in).unwrap_or(LONGEST_LIFE).min(LONGEST_LIFE);
        let invitation = Invitation {
            user_code: user_code.to_owned(),
            link: checked_link(link, asked, home)?,
            life: Duration::from_secs(life),
        };
        let interval = number("interval").map(|it| u32::try_from(it).unwrap_or(LONGEST_INTERVAL));
        let interval = interval.unwrap_or(INTERVAL);
        Ok(Self { device_code: SecretText::new(device_code.to_owned()), invitation, interval })
    }

    pub(super) fn waiting(&self, url: Url, body: Body) -> Waiting {
        Waiting { url, body, interval: self.interval, life: self.invitation.life }
    }
}

/// Codes are short and are read out and typed.
fn is_code(text: &str) -> bool {
    text.len() <= LONGEST_CODE && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
}

/// A link that a page may open: https, or of the very place that was asked. Others could run what they like
/// in the page, or show the code to whoever listens. One that leads away from its home could have the reader let
/// somebody else in there, with a code that somebody else asked for.
fn checked_link(link: &str, asked: &Url, home: Option<&Url>) -> Result<String, FlowError> {
    let refused = || FlowError::Link { host: authority(asked), link: said(link, &[]) };
    let url = Url::parse(link).map_err(|_| refused())?;
    let is_same_place = url.origin() == asked.origin() && url.origin().is_tuple();
    let is_home = home.is_none_or(|it| url.origin() == it.origin());
    let is_plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    let is_fine = is_plain
        && link.len() <= LONGEST_LINK
        && (url.scheme() == "https" && is_home || is_same_place);
    if is_fine { Ok(url.to_string()) } else { Err(refused()) }
}

impl Waiting {
    /// Asks as often as the provider wants to be asked, until somebody agrees or denies or nobody does in time.
    pub(super) async fn granted(&self, line: &Line) -> Result<Value, FlowError> {
        let ends = Instant::now() + self.life;
        let mut interval = self.interval.clamp(1, LONGEST_INTERVAL);
        while Instant::now() < ends {
            let next = Instant::now() + line.second() * interval;
            tokio::time::sleep_until(next.min(ends)).await;
            interval = match self.poll(line).await {
                Ok(Polled::Granted(given)) => return Ok(given),
                Ok(Polled::Pending) => interval,
                Ok(Polled::SlowDown) => interval + 5,
                // As RFC 8628 wants it of a device that hears nothing.
                Err(FlowError::Unanswered(Unanswered::Unreachable { .. })) => interval * 2,
                Err(error) => return Err(error),
            }
            .min(LONGEST_INTERVAL);
        }
        Err(FlowError::Expired)
    }

    async fn poll(&self, line: &Line) -> Result<Polled, FlowError> {
        let question = match &self.body {
            Body::Form(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, it)| (*name, it.reveal())).collect();
                Question::form(self.url.clone(), &fields)
            }
            Body::Json(body, _) => Question::json(self.url.clone(), body),
        };
        let answer = line.ask(question).await?;
        let given = answer.json()?;
        match given["error"].as_str() {
            Some("authorization_pending") => return Ok(Polled::Pending),
            Some("slow_down") => return Ok(Polled::SlowDown),
            Some(_) | None => {}
        }
        match refusal(&given, &answer, &self.body.secrets()) {
            Some(error) => Err(error),
            None if answer.is_success() => Ok(Polled::Granted(given)),
            None => Err(answer.strange(format!("status {}", answer.status)).into()),
        }
    }
}

impl Body {
    fn secrets(&self) -> Vec<&SecretText> {
        match self {
            Self::Form(fields) => fields.iter().map(|it| &it.1).collect(),
            Self::Json(_, secrets) => secrets.iter().collect(),
        }
    }
}

enum Polled {
    Granted(Value),
    Pending,
    SlowDown,
}

/// Why a provider does not want to, in the words of OAuth.
pub(super) fn refusal(
    given: &Value,
    answer: &Answer,
    secrets: &[&SecretText],
) -> Option<FlowError> {
    let host = answer.host.clone();
    Some(match given["error"].as_str()? {
        "access_denied" => FlowError::Denied { host },
        "expired_token" => FlowError::Expired,
        error => {
            let more = given["error_description"].as_str().unwrap_or(error);
            FlowError::Refused { host, said: said(more, secrets) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_a_page_may_open_are_shown() {
        let asked = Url::parse("http://127.0.0.1:4000/oidc/").unwrap();
        for fine in ["https://github.com/login/device", "http://127.0.0.1:4000/device?code=A"] {
            assert_eq!(checked_link(fine, &asked, None).unwrap(), fine);
        }
        let long = format!("https://example.com/{}", "a".repeat(LONGEST_LINK));
        let wrong = [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "http://example.com/device",
            "http://127.0.0.1:4001/device",
            "https://github.com@evil.example/",
            "//evil.example",
            "x",
            "",
            &long,
        ];
        for link in wrong {
            assert!(checked_link(link, &asked, None).is_err(), "{link}");
        }
    }

    #[test]
    fn the_link_of_a_host_that_a_document_names_leads_there() {
        let asked = Url::parse("https://git.example.com/login/device/code").unwrap();
        let home = Url::parse("https://git.example.com/").unwrap();
        let checked = |link: &str| checked_link(link, &asked, Some(&home));
        assert!(checked("https://git.example.com/login/device").is_ok());
        for elsewhere in
            ["https://github.com/login/device", "https://git.example.com.evil.example/"]
        {
            assert!(checked(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn a_code_is_short_and_plain() {
        assert!(is_code("WDJB-MJHT"));
        for wrong in ["<b>", "a b", "a\u{202e}b", &"A".repeat(LONGEST_CODE + 1)] {
            assert!(!is_code(wrong), "{wrong}");
        }
    }
}

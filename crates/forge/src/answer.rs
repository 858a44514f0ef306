//! What an answer means that is no success.

use std::time::Duration;

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::{ForgeError, Token, Until};

/// Most characters of a forge's words that people are shown.
const MOST_WORDS: usize = 300;

pub(crate) fn refusal(
    token: &Token,
    host: String,
    what: String,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> ForgeError {
    match status {
        StatusCode::UNAUTHORIZED => ForgeError::Unauthorised { host },
        StatusCode::NOT_FOUND | StatusCode::GONE => ForgeError::NotFound { host, what },
        StatusCode::TOO_MANY_REQUESTS => ForgeError::RateLimited { host, until: until(headers) },
        // GitHub has no status of its own for it.
        StatusCode::FORBIDDEN if is_spent(headers) => {
            ForgeError::RateLimited { host, until: until(headers) }
        }
        StatusCode::FORBIDDEN => {
            let words = said(token, status, body);
            // Of a second bound that GitHub gives no numbers for. Its advice is to wait a minute.
            if words.to_lowercase().contains("secondary rate limit") {
                return ForgeError::RateLimited { host, until: Until::In(Duration::from_secs(60)) };
            }
            ForgeError::Forbidden { host, words }
        }
        it if it.is_redirection() => {
            let words = "the repository has moved; give the clone its new address".to_owned();
            ForgeError::Refused { host, words }
        }
        it if it.is_server_error() => {
            ForgeError::Unreachable { host, reason: format!("it answered {}", it.as_u16()) }
        }
        it => ForgeError::Refused { host, words: said(token, it, body) },
    }
}

fn said(token: &Token, status: StatusCode, body: &[u8]) -> String {
    let said = serde_json::from_slice(body).map(|it| words(&it)).unwrap_or_default();
    let words = if said.is_empty() { format!("it answered {}", status.as_u16()) } else { said };
    bounded(&token.hidden_in(&words))
}

/// What GraphQL refuses, which it does with a status of success: `[{"type": "NOT_FOUND", "message": …}]`.
pub(crate) fn graphql_refusal(
    token: &Token,
    host: String,
    what: String,
    errors: &Value,
) -> ForgeError {
    let words = bounded(&token.hidden_in(&words(&json!({ "errors": errors }))));
    match errors[0]["type"].as_str() {
        Some("NOT_FOUND") => ForgeError::NotFound { host, what },
        Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => ForgeError::Forbidden { host, words },
        Some("RATE_LIMITED") => ForgeError::RateLimited { host, until: Until::Later },
        Some(_) | None => ForgeError::Refused { host, words },
    }
}

fn is_spent(headers: &HeaderMap) -> bool {
    number(headers, "x-ratelimit-remaining") == Some(0) || headers.contains_key("retry-after")
}

fn until(headers: &HeaderMap) -> Until {
    let wait = number(headers, "retry-after").and_then(|it| u64::try_from(it).ok());
    let reset = || number(headers, "x-ratelimit-reset").or(number(headers, "ratelimit-reset"));
    match wait {
        Some(seconds) => Until::In(Duration::from_secs(seconds)),
        None => reset().map_or(Until::Later, Until::At),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// What a refusal says, wherever it says it: `message` and `errors` of GitHub and GitLab, `error` of OAuth.
fn words(body: &Value) -> String {
    let mut found = Vec::new();
    for name in ["message", "errors", "error", "error_description"] {
        collect(&body[name], &mut found);
    }
    found.dedup();
    found.join("; ")
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.trim_end_matches('.').to_owned()),
        Value::Array(items) => items.iter().for_each(|it| collect(it, found)),
        Value::Object(fields) => match (&fields.get("message"), fields.get("field")) {
            (Some(message), _) => collect(message, found),
            // GitHub names the field and a code: `{"resource": "PullRequest", "field": "base", "code": "invalid"}`.
            (None, Some(Value::String(field))) => {
                let code = fields.get("code").and_then(Value::as_str).unwrap_or("invalid");
                found.push(format!("{field} is {code}"));
            }
            // GitLab has lists by field.
            (None, _) => fields.values().for_each(|it| collect(it, found)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A few words on one line.
pub(crate) fn bounded(text: &str) -> String {
    let plain = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    let mut shown: String = plain.take(MOST_WORDS).collect();
    if text.chars().nth(MOST_WORDS).is_some() {
        shown.push('…');
    }
    shown
}

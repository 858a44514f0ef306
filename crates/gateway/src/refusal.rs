//! Refusals, in the provider's own form, so that agents understand them.

use bytes::Bytes;
use hyper::{
    HeaderMap, Method, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde_json::json;

use crate::{BudgetSpent, Models, Trouble, TroubleKind, relay::Answer};

/// Characters of a path or a name that are shown again.
const MOST_SHOWN: usize = 100;

/// What Anthropic's clients obey before the status.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// What a client is answered instead of what it asked for.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    body: Body,
    headers: Box<HeaderMap>,
    /// What people are told of it.
    pub(crate) trouble: Option<Box<Trouble>>,
}

#[derive(Clone, Debug)]
enum Body {
    Ours {
        kind: &'static str,
        message: String,
    },
    /// The provider's own, with nothing in it that must not be told.
    Theirs(String),
}

impl Refusal {
    fn ours(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        let body = Body::Ours { kind, message: message.into() };
        // Agents try again for minutes otherwise.
        let once = (SHOULD_RETRY, HeaderValue::from_static("false"));
        let headers = Box::new(HeaderMap::from_iter([once]));
        Self { status, body, headers, trouble: None }
    }

    pub(crate) fn no_such_route(method: &Method, path: &str) -> Self {
        let path = shown(path);
        let message = format!("the model gateway does not know {method} {path}");
        Self::ours(StatusCode::NOT_FOUND, "not_found_error", message)
    }

    pub(crate) fn token() -> Self {
        let message = "this is not the token of this session; use the one in ANTHROPIC_AUTH_TOKEN";
        Self::ours(StatusCode::UNAUTHORIZED, "authentication_error", message)
    }

    pub(crate) fn session_over() -> Self {
        let message = "the session is over; it asks no models any more";
        Self::ours(StatusCode::FORBIDDEN, "permission_error", message)
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::ours(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let message = format!("the request has more than {most} bytes; make it shorter");
        Self::ours(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", message)
    }

    pub(crate) fn too_slow() -> Self {
        let message = "the request did not arrive in time";
        Self::ours(StatusCode::REQUEST_TIMEOUT, "timeout_error", message)
    }

    pub(crate) fn model(name: &str, models: &Models) -> Self {
        let allowed: Vec<_> = models.names().into_iter().map(ToString::to_string).collect();
        let allowed = if allowed.is_empty() { "no model".to_owned() } else { allowed.join(", ") };
        let name = shown(name);
        let message = format!("this session may not ask the model {name}; it may ask {allowed}");
        Self::told(StatusCode::FORBIDDEN, Trouble::new(TroubleKind::ModelRefused, message))
    }

    /// `what` would make the provider act elsewhere.
    pub(crate) fn tool(what: &str) -> Self {
        let what = shown(what);
        let message = format!(
            "the request has {what}, with which the provider would act outside of the sandbox; leave it out"
        );
        Self::told(StatusCode::FORBIDDEN, Trouble::new(TroubleKind::ToolRefused, message))
    }

    /// As the provider refuses whoever has not paid: agents stop at once and say so.
    pub(crate) fn budget(spent: BudgetSpent) -> Self {
        let kind = match spent {
            BudgetSpent::Session { .. } => TroubleKind::BudgetSpent,
            BudgetSpent::User { .. } => TroubleKind::UserBudgetSpent,
        };
        let trouble = Trouble::new(kind, spent.to_string());
        Self::told(StatusCode::PAYMENT_REQUIRED, trouble)
    }

    /// The key is the operator's business: an agent can do nothing about it.
    pub(crate) fn provider_key() -> Self {
        let message = "the model provider does not take the key of this installation; an administrator must replace it";
        Self::told(StatusCode::UNAUTHORIZED, Trouble::new(TroubleKind::KeyRefused, message))
    }

    /// The provider did not answer, or not as one.
    pub(crate) fn no_answer(trouble: Trouble) -> Self {
        let status = if trouble.kind == TroubleKind::TimedOut {
            StatusCode::GATEWAY_TIMEOUT
        } else {
            StatusCode::BAD_GATEWAY
        };
        let is_passing = trouble.kind.is_passing();
        let mut refusal = Self::told(status, trouble);
        if is_passing {
            refusal.headers.remove(SHOULD_RETRY);
        }
        refusal
    }

    /// What the provider answered itself: `body` if it has the form of its errors.
    pub(crate) fn theirs(
        status: StatusCode,
        body: Option<String>,
        headers: HeaderMap,
        trouble: Trouble,
    ) -> Self {
        let ours = || Body::Ours { kind: trouble.kind.error(), message: trouble.message.clone() };
        let body = body.map_or_else(ours, Body::Theirs);
        Self { status, body, headers: Box::new(headers), trouble: Some(Box::new(trouble)) }
    }

    /// What people are told as well.
    fn told(status: StatusCode, trouble: Trouble) -> Self {
        let refusal = Self::ours(status, trouble.kind.error(), &*trouble.message);
        Self { trouble: Some(Box::new(trouble)), ..refusal }
    }

    pub(crate) fn into_response(self) -> Response<Answer> {
        let body = match self.body {
            Body::Theirs(text) => text,
            Body::Ours { kind, message } => {
                json!({"type": "error", "error": {"type": kind, "message": message}}).to_string()
            }
        };
        let mut response = Response::new(Answer::whole(Bytes::from(body)));
        *response.status_mut() = self.status;
        *response.headers_mut() = *self.headers;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(MOST_SHOWN).collect()
}

//! The requests that are known. A path is never taken over from a client.

use hyper::Method;

use crate::refusal::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Whether anybody is here.
    Hello,
    /// Which models the session may ask: answered here.
    Models,
    /// Sent on.
    Provider(RequestKind),
}

/// A request that is sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    Messages,
    /// Costs nothing.
    CountTokens,
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Result<Self, Refusal> {
        match (method, path) {
            (&Method::HEAD, "/api/hello") => Ok(Self::Hello),
            (&Method::GET, "/v1/models") => Ok(Self::Models),
            (&Method::POST, "/v1/messages") => Ok(Self::Provider(RequestKind::Messages)),
            (&Method::POST, "/v1/messages/count_tokens") => {
                Ok(Self::Provider(RequestKind::CountTokens))
            }
            _ => Err(Refusal::no_such_route(method, path)),
        }
    }
}

impl RequestKind {
    pub(crate) const fn path(self) -> &'static [&'static str] {
        match self {
            Self::Messages => &["v1", "messages"],
            Self::CountTokens => &["v1", "messages", "count_tokens"],
        }
    }
}

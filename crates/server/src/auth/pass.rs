//! What a request showed to say who sends it, for what lasts longer than the request: a socket, a preview.
//!
//! It is looked at again while that lasts, so that a sign-in or a token that ends takes along what it opened.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use super::{API_KEY, Place, check_origin, credential};
use crate::{App, problem::Problem};

#[derive(Clone)]
pub(crate) enum Pass {
    /// There is nobody else, and nothing ends.
    Local,
    Header(String),
    Cookie(String),
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pass")
    }
}

impl Pass {
    /// What a request shows, whose caller was found by it already.
    pub(crate) fn of(parts: &Parts, app: &App) -> Result<Self, Problem> {
        if app.local.is_some() {
            return Ok(Self::Local);
        }
        match credential(&parts.headers)?.ok_or_else(Problem::unauthenticated)? {
            (shown, Place::Header) => Ok(Self::Header(shown.to_owned())),
            (shown, Place::Cookie) => Ok(Self::Cookie(shown.to_owned())),
        }
    }

    /// Whether it still counts. While the database is away nothing that it opened ends.
    pub(crate) async fn counts(&self, app: &App) -> bool {
        let shown = match self {
            Self::Local => return true,
            Self::Cookie(shown) => shown,
            Self::Header(shown) => match app.engine.tokens().verify(shown).await {
                Ok(None) => shown,
                Ok(Some(_)) => return true,
                Err(error) => return unknown(&error),
            },
        };
        let Some(claims) = app.auth.claims(shown) else { return false };
        match app.engine.signed_in(&claims.jti, claims.sub, claims.generation).await {
            Ok(user) => user.is_some(),
            Err(error) => unknown(&error),
        }
    }
}

fn unknown(error: &store::StoreError) -> bool {
    tracing::warn!(%error, "whether a credential still counts is not known");
    true
}

impl FromRequestParts<App> for Pass {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Self::of(parts, app)
    }
}

/// Refuses a socket that a page of another site opened. Browsers put no origin policy between a page and a
/// socket, and send the cookie along; what they cannot add to it is a header that carries a token.
pub(crate) fn check_socket_origin(parts: &Parts, app: &App) -> Result<(), Problem> {
    let shows_header =
        parts.headers.contains_key(header::AUTHORIZATION) || parts.headers.contains_key(API_KEY);
    if shows_header {
        return Ok(());
    }
    let allowed = app.config.cors_origin.as_deref().filter(|_| app.local.is_none());
    check_origin(parts, allowed)
}

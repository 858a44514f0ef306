//! Who is asking: passwords, sign-in tokens, and the browser's cookie.
//!
//! A browser carries its token in an `HttpOnly` cookie. Since browsers send cookies with requests
//! that other sites made up, a request that changes something and shows only the cookie must come
//! from our own pages: its `Origin` is ours, or there is none and `Sec-Fetch-Site` says so.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use model::{id::UserId, time::Timestamp, user::User};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{
    App,
    problem::{Code, Problem},
};

/// How long a sign-in lasts.
pub(crate) const SIGN_IN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Tries to sign in to one account in a minute. Twenty guesses a minute find no decent password.
const SIGN_IN_TRIES: NonZeroU32 = NonZeroU32::new(20).expect("twenty is not zero");

/// Accounts whose tries are counted before those that nobody tried lately are forgotten.
const MAX_COUNTED_ACCOUNTS: usize = 10_000;

/// Passwords hashed at once: each takes 19 MiB for its time (Argon2id's recommended parameters).
const HASHES_AT_ONCE: usize = 2;

const COOKIE: &str = "runbook_session";

/// Keeps the keys and counts the tries.
pub(crate) struct Auth {
    encoding: EncodingKey,
    decoding: DecodingKey,
    tries: DefaultKeyedRateLimiter<String>,
    hashing: Arc<Semaphore>,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth")
    }
}

/// What a sign-in token says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: UserId,
    /// Names this sign-in, so that it can be revoked.
    pub(crate) jti: String,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970.
    exp: i64,
}

impl Claims {
    pub(crate) fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.saturating_mul(1000))
    }
}

impl Auth {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            tries: RateLimiter::keyed(Quota::per_minute(SIGN_IN_TRIES)),
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }

    /// Makes a token for a user who has just shown who they are.
    pub(crate) fn token(&self, user: UserId, now: Timestamp) -> Result<String, Problem> {
        let iat = now.as_millis() / 1000;
        let exp = now.after(SIGN_IN_LIFETIME).as_millis() / 1000;
        let jti = format!("{:032x}", engine::random_id());
        let claims = Claims { sub: user, jti, iat, exp };
        jsonwebtoken::encode(&Header::default(), &claims, &self.encoding)
            .map_err(|it| Problem::internal(&it))
    }

    fn claims(&self, token: &str) -> Option<Claims> {
        let validation = Validation::default();
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok().map(|it| it.claims)
    }

    /// Counts a try to sign in to an account.
    pub(crate) fn count_try(&self, account: &str) -> Result<(), Problem> {
        if self.tries.len() > MAX_COUNTED_ACCOUNTS {
            self.tries.retain_recent();
        }
        self.tries.check_key(&account.to_lowercase()).map_err(|until| {
            let wait = until.wait_time_from(self.tries.clock().now());
            Problem::rate_limited(wait.as_secs() + 1)
        })
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.blocking(move || {
            Argon2::default()
                .hash_password(password.as_bytes())
                .map(|it| it.to_string())
                .map_err(|it| Problem::internal(&it))
        })
        .await?
    }

    /// Whether the password is right. Without an account the same work is done in vain, so that
    /// the time taken does not tell who has one.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        self.blocking(move || {
            let Some(hash) = hash else {
                drop(Argon2::default().hash_password(password.as_bytes()));
                return false;
            };
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
            })
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = self.hashing.acquire().await.map_err(|it| Problem::internal(&it))?;
        let done = tokio::task::spawn_blocking(work).await.map_err(|it| Problem::internal(&it));
        drop(permit);
        done
    }
}

/// The signed-in user of a request.
#[derive(Debug)]
pub(crate) struct Principal {
    pub(crate) user: User,
    /// The sign-in that the request showed; local mode has none.
    pub(crate) claims: Option<Claims>,
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(local) = &app.local {
            local.check(parts)?;
            return Ok(Self { user: local.user.clone(), claims: None });
        }
        let (token, shown) = credential(&parts.headers).ok_or_else(Problem::unauthenticated)?;
        if shown == Shown::Cookie {
            check_same_origin(parts, app.config.cors_origin.as_deref())?;
        }
        let claims = app.auth.claims(&token).ok_or_else(Problem::unauthenticated)?;
        if app.reader.is_sign_in_revoked(&claims.jti).await? {
            return Err(Problem::unauthenticated());
        }
        let user = app.reader.user(claims.sub).await?.ok_or_else(Problem::unauthenticated)?;
        Ok(Self { user, claims: Some(claims) })
    }
}

#[derive(PartialEq, Eq)]
enum Shown {
    Header,
    Cookie,
}

fn credential(headers: &HeaderMap) -> Option<(String, Shown)> {
    let text = |name| headers.get(name).and_then(|it: &HeaderValue| it.to_str().ok());
    if let Some(value) = text(header::AUTHORIZATION) {
        let (scheme, token) = value.split_once(' ')?;
        let token = scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())?;
        return Some((token.to_owned(), Shown::Header));
    }
    cookie(headers, COOKIE).map(|it| (it.to_owned(), Shown::Cookie))
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Refuses a request that changes something and that another site may have made up.
pub(crate) fn check_same_origin(parts: &Parts, allowed: Option<&str>) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let same = match text("origin") {
        Some(origin) => {
            let host = origin.split_once("://").map(|it| it.1);
            allowed == Some(origin) || (host.is_some() && host == text("host"))
        }
        None => text("sec-fetch-site") == Some("same-origin"),
    };
    if same {
        return Ok(());
    }
    let detail = "this request did not come from a page of this server; \
                  programs send a bearer token instead of the cookie";
    Err(Problem::new(axum::http::StatusCode::FORBIDDEN, Code::CrossOrigin, detail))
}

/// The cookie that carries a token, or takes it away again.
pub(crate) fn set_cookie(token: Option<&str>, secure: bool) -> HeaderValue {
    let age = token.map_or(0, |_| SIGN_IN_LIFETIME.as_secs());
    let secure = if secure { "; Secure" } else { "" };
    let value = token.unwrap_or_default();
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).expect("a token is made of URL-safe characters")
}
/// Compares in a time that does not depend on where the two differ.
pub(crate) fn equal(shown: &str, secret: &str) -> bool {
    let differing = secret.bytes().zip(shown.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b));
    shown.len() == secret.len() && differing == 0
}

//! Who is asking: passwords, sign-in tokens, personal tokens, and the browser's cookie.
//!
//! A sign-in may do what its user may; a personal token only what its scopes say. Which scope a route
//! needs is said in its description, and asked for here, before its handler reads anything.
//!
//! A browser carries its token in an `HttpOnly` cookie. Since browsers send cookies with requests
//! that other sites made up, a request that changes something and shows only the cookie must come
//! from our own pages: its `Origin` is ours, or there is none and `Sec-Fetch-Site` says so.

mod pass;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
};
use engine::Verified;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use model::{
    id::UserId,
    principal::Principal,
    scope::{Scope, Scopes},
    time::Timestamp,
    user::User,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{
    App,
    audit::Witness,
    limits,
    needs::Needs,
    problem::{Code, Problem},
};

pub(crate) use self::pass::{Pass, check_socket_origin};

/// How long a sign-in lasts.
pub(crate) const SIGN_IN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Tries to sign in to one account in a minute. Twenty guesses a minute find no decent password.
const SIGN_IN_TRIES: NonZeroU32 = NonZeroU32::new(20).expect("twenty is not zero");

/// Accounts whose tries are counted before those that nobody tried lately are forgotten.
const MAX_COUNTED_ACCOUNTS: usize = 10_000;

/// Passwords hashed at once: each takes 19 MiB for its time (Argon2id's recommended parameters).
const HASHES_AT_ONCE: usize = 2;

pub(crate) const COOKIE: &str = "runbook_session";

/// Where programs written for tinirun show their key.
pub(crate) const API_KEY: &str = "x-runner-api-key";

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
    /// Generation of the user's sign-ins; another password begins a new one.
    #[serde(default)]
    generation: i64,
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
    pub(crate) fn token(&self, user: &User, now: Timestamp) -> Result<String, Problem> {
        let iat = now.as_millis() / 1000;
        let exp = now.after(SIGN_IN_LIFETIME).as_millis() / 1000;
        let jti = format!("{:032x}", engine::random_id());
        let claims = Claims { sub: user.id, jti, generation: user.sign_in_generation, iat, exp };
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
        let hashed = self.blocking(move || hash_password(&password)).await?;
        hashed.map_err(|it| Problem::internal(&it))
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

/// Hashes a password as the accounts of a hub keep it; takes some 20 ms and 19 MiB.
///
/// # Errors
///
/// When the kernel gives no random bytes for the salt.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    Argon2::default().hash_password(password.as_bytes()).map(|it| it.to_string())
}

/// Who sent a request, and what they may do.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) user: User,
    pub(crate) principal: Principal,
    pub(crate) scopes: Scopes,
    /// The sign-in that the request showed; local mode and tokens have none.
    pub(crate) sign_in: Option<Claims>,
    /// The personal token that speaks for the user, if they did not sign in.
    pub(crate) token: Option<Arc<Verified>>,
}

impl Caller {
    /// Refuses a caller who may not do something.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(scope) {
            return Ok(());
        }
        let detail = match &self.token {
            Some(_) => format!("this token lacks the scope {scope}; make one that has it"),
            None => format!("this needs {scope}, which you do not have here"),
        };
        Err(Problem::new(StatusCode::FORBIDDEN, Code::MissingScope, detail))
    }

    /// Whether the caller brings what a route needs.
    pub(crate) fn may(&self, needs: Needs) -> bool {
        match needs {
            Needs::AnyCaller => true,
            Needs::SignIn => self.token.is_none(),
            Needs::Scopes(scopes) => scopes.iter().all(|it| self.scopes.contains(it)),
        }
    }

    fn signed_in(user: User, sign_in: Option<Claims>) -> Self {
        let principal = Principal::signed_in(user.id);
        Self { scopes: user.scopes(), principal, user, sign_in, token: None }
    }

    pub(crate) fn with_token(verified: Arc<Verified>) -> Self {
        let Verified { token, user } = &*verified;
        Self {
            user: user.clone(),
            principal: token.principal(),
            // A user who is no administrator any more has no administrators' tokens either.
            scopes: token.scopes.and(user.scopes()),
            sign_in: None,
            token: Some(verified),
        }
    }

    /// Refuses what the route that was asked for needs and the caller does not have.
    fn check(self, parts: &Parts) -> Result<Self, Problem> {
        if let Some(witness) = parts.extensions.get::<Witness>() {
            witness.by(&self.user, self.principal.token);
        }
        match Needs::of(parts) {
            Needs::AnyCaller => {}
            Needs::SignIn if self.token.is_some() => {
                let detail = "this is for people who signed in; a token cannot do it";
                return Err(Problem::new(StatusCode::FORBIDDEN, Code::SignInNeeded, detail));
            }
            Needs::SignIn => {}
            Needs::Scopes(scopes) => scopes.iter().try_for_each(|it| self.require(it))?,
        }
        Ok(self)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(local) = &app.local {
            local.check(parts)?;
            let caller = Self::signed_in(local.user.clone(), None);
            // There is nobody to make a token for: who opened the URL is all there is.
            let tokens = Scopes::from_iter([Scope::TokenWrite]);
            return Self { scopes: caller.scopes.without(tokens), ..caller }.check(parts);
        }
        // Verified already, where its requests are counted.
        if let Some(verified) = parts.extensions.get::<Arc<Verified>>() {
            return Self::with_token(Arc::clone(verified)).check(parts);
        }
        let (shown, place) = credential(&parts.headers)?.ok_or_else(Problem::unauthenticated)?;
        if place == Place::Cookie {
            check_same_origin(parts, app.config.cors_origin.as_deref())?;
        }
        let claims = app.auth.claims(shown).ok_or_else(Problem::unauthenticated)?;
        let user = app.engine.signed_in(&claims.jti, claims.sub, claims.generation).await?;
        let user = user.map(Arc::unwrap_or_clone).ok_or_else(Problem::unauthenticated)?;
        limits::count_sign_in(app, parts, user.id)?;
        Self::signed_in(user, Some(claims)).check(parts)
    }
}

/// Where a credential was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Header,
    Cookie,
}

/// What a request shows to say who sends it: a sign-in token or a personal one.
pub(crate) fn credential(headers: &HeaderMap) -> Result<Option<(&str, Place)>, Problem> {
    let bearer = match headers.get(header::AUTHORIZATION) {
        Some(value) => match value.to_str().ok().and_then(|it| it.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
            // Somebody else's, such as that of a proxy.
            Some(_) | None if headers.contains_key(API_KEY) => None,
            Some(_) | None => return Err(Problem::unauthenticated()),
        },
        None => None,
    };
    let key = match headers.get(API_KEY) {
        Some(value) => Some(value.to_str().map_err(|_| Problem::unauthenticated())?.trim()),
        None => None,
    };
    match (bearer, key) {
        (Some(bearer), Some(key)) if bearer != key => {
            let detail =
                format!("show one credential, not two: Authorization and {API_KEY} differ");
            Err(Problem::invalid(detail))
        }
        (Some(shown), _) | (None, Some(shown)) => Ok(Some((shown, Place::Header))),
        (None, None) => Ok(cookie(headers, COOKIE).map(|it| (it, Place::Cookie))),
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers, name).next()
}

/// All values of a cookie: a page of the same site could put one of its own before ours.
pub(crate) fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .filter_map(move |(key, value)| (key == name).then_some(value))
}

/// Refuses a request that changes something and that another site may have made up.
pub(crate) fn check_same_origin(parts: &Parts, allowed: Option<&str>) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    check_origin(parts, allowed)
}

/// Refuses a request that another site may have made up, whatever its method.
pub(crate) fn check_origin(parts: &Parts, allowed: Option<&str>) -> Result<(), Problem> {
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
    Err(Problem::new(StatusCode::FORBIDDEN, Code::CrossOrigin, detail))
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

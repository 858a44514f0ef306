//! Personal tokens: made, verified, revoked.
//!
//! A secret leaves here once, when its token is made. What is kept is its SHA-256: 256 random bits
//! need no slow hash. What a server's operator chose as a key may be guessable, so nothing of that
//! is stored at all; it is compared in memory.

mod verify;

use std::{fmt, sync::Arc};

use model::{
    id::{TokenId, UserId},
    scope::{Scope, Scopes},
    time::Timestamp,
    token::{MAX_NAME_CHARS, Token, TokenLimits, TokenSecret},
};
use store::{CreateUserError, InsertTokenError, NewUser, Store, StoreError};
use tokio_util::task::TaskTracker;

pub use self::verify::Verified;
use self::verify::{Digest, Known, OperatorKey, digest};
use crate::{Clock, random_id};

/// Tokens of one user that count at the same time: enough for every program that they have, and a
/// bound on what many tokens get together.
const MAX_TOKENS: usize = 100;

/// What stands in place of a prefix where the operator keeps the secret.
const OPERATOR_PREFIX: &str = "api-key";

/// Makes, verifies and revokes tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    store: Store,
    clock: Clock,
    known: Arc<Known>,
    /// Those who note that a token was used.
    tasks: TaskTracker,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub user: UserId,
    pub name: String,
    pub scopes: Scopes,
    pub expires_at: Option<Timestamp>,
    pub limits: TokenLimits,
}

/// Who makes a token, which bounds what it may be.
#[derive(Clone, Copy, Debug)]
pub struct Maker<'a> {
    /// What they may do themselves.
    pub scopes: Scopes,
    /// The token that speaks for them, if they did not sign in.
    pub token: Option<&'a Token>,
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeTokenError {
    #[error("a token's name has 1 to {MAX_NAME_CHARS} characters and no control characters")]
    Name,
    #[error("a token needs at least one scope")]
    NoScope,
    /// Nobody gives what they do not have.
    #[error("you may not give what you do not have: {missing}")]
    BeyondMaker { missing: Scopes },
    #[error("the token would expire at {at}, which is over; choose a time in the future")]
    Expired { at: Timestamp },
    #[error("the token would outlive the one that makes it, which expires at {at}")]
    OutlivesMaker { at: Timestamp },
    #[error("limits are at least 1; leave one out for that of the server")]
    Limits,
    #[error("you have {MAX_TOKENS} tokens; revoke one that you no longer use")]
    TooMany,
    #[error(transparent)]
    Insert(#[from] InsertTokenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Tokens {
    /// The tokens of a database.
    #[must_use]
    pub fn new(store: Store, clock: Clock, tasks: TaskTracker) -> Self {
        Self { store, clock, known: Arc::default(), tasks }
    }

    /// Makes a token. Its secret is shown this once.
    ///
    /// # Errors
    ///
    /// When the token may not be so, its maker may not make it, or the store fails.
    pub async fn make(
        &self,
        new: NewToken,
        maker: Maker<'_>,
    ) -> Result<(Token, TokenSecret), MakeTokenError> {
        let now = self.clock.now();
        let expires_at = check(&new, maker, now)?;
        if self.store.tokens(Some(new.user)).await?.len() >= MAX_TOKENS {
            return Err(MakeTokenError::TooMany);
        }
        let secret = TokenSecret::from_random(random_id(), random_id());
        let inherited = maker.token.map(|it| it.limits).unwrap_or_default();
        let token = Token {
            id: TokenId::from_random(random_id()),
            user: new.user,
            name: new.name,
            prefix: secret.prefix().to_owned(),
            scopes: new.scopes,
            parent: maker.token.map(|it| it.id),
            limits: TokenLimits {
                rate: new.limits.rate.or(inherited.rate),
                burst: new.limits.burst.or(inherited.burst),
                concurrent: new.limits.concurrent.or(inherited.concurrent),
            },
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        self.store.insert_token(&token, &digest(secret.reveal()).to_string()).await?;
        Ok((token, secret))
    }

    /// The tokens that are not revoked, of one user or of all, the oldest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(&self, of: Option<UserId>) -> Result<Vec<Token>, StoreError> {
        self.store.tokens(of).await
    }

    /// Revokes a token, and all that it made. This process refuses it from now on; others that
    /// share the database do within seconds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke(&self, token: TokenId) -> Result<Vec<TokenId>, StoreError> {
        let revoked = self.store.revoke_token(token, self.clock.now()).await;
        self.known.forget();
        revoked
    }

    /// Sets how fast a token may ask; `false` if there is no such token.
    ///
    /// # Errors
    ///
    /// When a limit is 0, or the store fails.
    pub async fn set_limits(
        &self,
        token: TokenId,
        limits: TokenLimits,
    ) -> Result<bool, MakeTokenError> {
        check_limits(limits)?;
        let found = self.store.set_token_limits(token, limits).await;
        self.known.forget();
        Ok(found?)
    }

    /// Who shows this secret, if it is that of a token that counts. The text is hashed and
    /// forgotten.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn verify(&self, shown: &str) -> Result<Option<Arc<Verified>>, StoreError> {
        verify::verify(self, shown).await
    }

    /// Accepts a key that the operator chose, as a token of a user `api` that may run code and
    /// functions. Nothing of the key is stored.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn accept_operator_key(&self, key: &str) -> Result<(), CreateUserError> {
        let user = self.api_user().await?;
        let scopes: Scopes =
            [Scope::CodeRun, Scope::FunctionRead, Scope::FunctionWrite, Scope::FunctionRun]
                .into_iter()
                .collect();
        let tokens = self.store.tokens(Some(user)).await?;
        let found = tokens.iter().find(|it| it.prefix == OPERATOR_PREFIX && it.scopes == scopes);
        let token = match found {
            Some(token) => token.id,
            None => self.insert_operator_token(user, scopes).await?,
        };
        self.known.accept(OperatorKey { digest: digest(key), token });
        Ok(())
    }

    async fn insert_operator_token(
        &self,
        user: UserId,
        scopes: Scopes,
    ) -> Result<TokenId, StoreError> {
        let token = Token {
            id: TokenId::from_random(random_id()),
            user,
            name: "the server's --api-key".to_owned(),
            prefix: OPERATOR_PREFIX.to_owned(),
            scopes,
            parent: None,
            limits: TokenLimits::default(),
            created_at: self.clock.now(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        match self.store.insert_token(&token, Digest::NOT_STORED).await {
            Ok(()) => Ok(token.id),
            Err(InsertTokenError::Store(error)) => Err(error),
            Err(InsertTokenError::ParentRevoked) => unreachable!("it has no parent"),
        }
    }

    /// The user of the operator's key: one that we made, never one that happens to be called so.
    async fn api_user(&self) -> Result<UserId, CreateUserError> {
        if let Some(id) = self.store.setting("api_user").await?
            && let Ok(id) = id.parse()
        {
            return Ok(id);
        }
        let id = UserId::from_random(random_id());
        let named = |username: String| NewUser {
            id,
            email: format!("{username}@localhost"),
            username,
            // No password has this hash.
            password_hash: String::new(),
            administrator: false,
            created_at: self.clock.now(),
        };
        match self.store.create_user(named("api".to_owned())).await {
            Ok(_) => {}
            Err(CreateUserError::EmailTaken { .. } | CreateUserError::UsernameTaken { .. }) => {
                let username = format!("api-{:08x}", random_id() >> 96);
                self.store.create_user(named(username)).await?;
            }
            Err(error @ CreateUserError::Store(_)) => return Err(error),
        }
        let kept = self.store.setting_or_insert("api_user", &id.to_string()).await?;
        Ok(kept.parse().unwrap_or(id))
    }
}

/// Whether a token may be so and be made by whom it is; gives when it expires.
fn check(
    new: &NewToken,
    maker: Maker<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, MakeTokenError> {
    let length = new.name.chars().count();
    let trimmed = new.name.trim().len() == new.name.len();
    if !(1..=MAX_NAME_CHARS).contains(&length) || !trimmed || new.name.chars().any(char::is_control)
    {
        return Err(MakeTokenError::Name);
    }
    if new.scopes.is_empty() {
        return Err(MakeTokenError::NoScope);
    }
    let missing = new.scopes.without(maker.scopes);
    if !missing.is_empty() {
        return Err(MakeTokenError::BeyondMaker { missing });
    }
    check_limits(new.limits)?;
    if let Some(at) = new.expires_at.filter(|it| *it <= now) {
        return Err(MakeTokenError::Expired { at });
    }
    match (new.expires_at, maker.token.and_then(|it| it.expires_at)) {
        (Some(wanted), Some(at)) if wanted > at => Err(MakeTokenError::OutlivesMaker { at }),
        (wanted, most) => Ok(wanted.or(most)),
    }
}

fn check_limits(limits: TokenLimits) -> Result<(), MakeTokenError> {
    let TokenLimits { rate, burst, concurrent } = limits;
    if [rate, burst, concurrent].contains(&Some(0)) {
        return Err(MakeTokenError::Limits);
    }
    Ok(())
}

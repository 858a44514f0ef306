//! Personal tokens.

use model::{
    id::TokenId,
    scope::Scope,
    time::Timestamp,
    token::{State, Token, TokenLimits},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewToken)]
pub(crate) struct NewTokenBody {
    /// What you call it: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    pub(crate) name: String,
    /// What it may do; not more than you may.
    #[schema(min_items = 1)]
    pub(crate) scopes: Vec<Scope>,
    /// When it stops working; never if left out, or with the token that makes it.
    pub(crate) expires_at: Option<Timestamp>,
}

/// A token, without its secret.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenBody {
    id: TokenId,
    name: String,
    /// The beginning of its secret.
    prefix: String,
    scopes: Vec<Scope>,
    status: TokenStatus,
    limits: TokenLimitsBody,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To the minute; null if it was never used.
    last_used_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenStatus {
    Active,
    Expired,
    Revoked,
}

/// How fast and how much at once a token may ask; null means as the server does by default.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[schema(as = TokenLimits)]
pub(crate) struct TokenLimitsBody {
    /// Requests a second, on average.
    #[schema(minimum = 1)]
    rate: Option<u32>,
    /// Requests that may come at once after a rest.
    #[schema(minimum = 1)]
    burst: Option<u32>,
    /// Requests under way at the same time, streams included.
    #[schema(minimum = 1)]
    concurrent: Option<u32>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeToken)]
pub(crate) struct MadeTokenBody {
    /// The secret, shown this once; null when the request is repeated with its Idempotency-Key.
    pub(crate) token: Option<String>,
    #[serde(flatten)]
    pub(crate) about: TokenBody,
}

impl TokenBody {
    pub(crate) fn new(token: Token, now: Timestamp) -> Self {
        let status = match token.state(now) {
            State::Active => TokenStatus::Active,
            State::Expired => TokenStatus::Expired,
            State::Revoked => TokenStatus::Revoked,
        };
        Self {
            id: token.id,
            name: token.name,
            prefix: token.prefix,
            scopes: token.scopes.iter().collect(),
            status,
            limits: token.limits.into(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

impl From<TokenLimits> for TokenLimitsBody {
    fn from(TokenLimits { rate, burst, concurrent }: TokenLimits) -> Self {
        Self { rate, burst, concurrent }
    }
}

impl From<TokenLimitsBody> for TokenLimits {
    fn from(TokenLimitsBody { rate, burst, concurrent }: TokenLimitsBody) -> Self {
        Self { rate, burst, concurrent }
    }
}

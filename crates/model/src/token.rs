//! Personal tokens: what a program shows to speak for its user, and within which bounds.
//!
//! ```text
//!  made ──▶ Active ──┬── expires_at passes ──▶ Expired
//!                    └── revoked ────────────▶ Revoked
//! ```
//!
//! The secret text is shown once, when the token is made; what is stored is its hash and prefix.

use std::{fmt, str::FromStr};

use crate::{
    id::{TokenId, UserId},
    principal::Principal,
    scope::Scopes,
    time::Timestamp,
};

/// What every secret begins with, so that scanners of leaked secrets find it.
const MARK: &str = "rbk_";
/// Hexadecimal digits of 256 random bits.
const DIGITS: usize = 64;
/// Digits that may be shown and stored. They tell tokens apart; 224 bits stay secret.
const SHOWN_DIGITS: usize = 8;

/// Longest name that a token may have, in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// The beginning of its secret, by which its owner recognises it.
    pub prefix: String,
    pub scopes: Scopes,
    /// The token that made this one, which takes it along when it is revoked.
    pub parent: Option<TokenId>,
    pub limits: TokenLimits,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// To the minute: it is not written at each request.
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// How fast and how much at once a token may ask; what is left out is as the server's operator says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenLimits {
    /// Requests a second, on average.
    pub rate: Option<u32>,
    /// Requests that may come at once after a rest.
    pub burst: Option<u32>,
    /// Requests under way at the same time, streams included.
    pub concurrent: Option<u32>,
}

/// Whether a token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Active,
    Expired,
    Revoked,
}

impl Token {
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        if self.revoked_at.is_some() {
            return State::Revoked;
        }
        match self.expires_at {
            Some(at) if at <= now => State::Expired,
            Some(_) | None => State::Active,
        }
    }

    #[must_use]
    pub const fn principal(&self) -> Principal {
        Principal { user: self.user, token: Some(self.id) }
    }
}

/// The secret text of a token. Shows itself only when asked by name.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

/// The text is not the secret of a token. It is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a token; one is {MARK} and {DIGITS} hexadecimal digits")]
pub struct ParseTokenError;

impl TokenSecret {
    /// Wraps 256 bits that the caller drew at random.
    #[must_use]
    pub fn from_random(high: u128, low: u128) -> Self {
        Self(format!("{MARK}{high:032x}{low:032x}"))
    }

    /// The whole secret.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The part that may be shown and stored.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..MARK.len() + SHOWN_DIGITS]
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSecret({}…)", self.prefix())
    }
}

impl FromStr for TokenSecret {
    type Err = ParseTokenError;

    fn from_str(text: &str) -> Result<Self, ParseTokenError> {
        let digits = text.strip_prefix(MARK).ok_or(ParseTokenError)?;
        let known = digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        if digits.len() == DIGITS && known {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseTokenError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(expires_at: Option<i64>, revoked_at: Option<i64>) -> Token {
        Token {
            id: TokenId::from_random(1),
            user: UserId::from_random(2),
            name: "ci".to_owned(),
            prefix: "rbk_00000000".to_owned(),
            scopes: Scopes::NONE,
            parent: None,
            limits: TokenLimits::default(),
            created_at: Timestamp::from_millis(0),
            expires_at: expires_at.map(Timestamp::from_millis),
            last_used_at: None,
            revoked_at: revoked_at.map(Timestamp::from_millis),
        }
    }

    #[test]
    fn a_token_counts_until_it_expires_or_is_revoked() {
        let rows = [
            (token(None, None), State::Active),
            (token(Some(11), None), State::Active),
            (token(Some(10), None), State::Expired),
            (token(Some(9), None), State::Expired),
            (token(None, Some(20)), State::Revoked),
            (token(Some(9), Some(5)), State::Revoked),
        ];
        for (token, expected) in rows {
            assert_eq!(token.state(Timestamp::from_millis(10)), expected, "{token:?}");
        }
    }

    #[test]
    fn a_secret_reads_back_and_shows_only_its_beginning() {
        let secret = TokenSecret::from_random(0xabcd_0123 << 96, 0xffff);
        assert_eq!(secret.reveal().parse(), Ok(secret.clone()));
        assert_eq!(secret.prefix(), "rbk_abcd0123");
        assert_eq!(format!("{secret:?}"), "TokenSecret(rbk_abcd0123…)");
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_repeated() {
        let good = TokenSecret::from_random(1, 2).reveal().to_owned();
        let bad = ["", "rbk_", "rbk_12", &good[4..], &good.to_uppercase(), &format!("{good}0")];
        for text in bad {
            let refused = text.parse::<TokenSecret>().unwrap_err().to_string();
            assert!(text.len() < 5 || !refused.contains(text), "{refused}");
        }
    }
}

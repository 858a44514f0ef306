//! A person with an account, and what may be an account.

use crate::{id::UserId, scope::Scopes, time::Timestamp};

const MIN_PASSWORD_CHARS: usize = 8;

/// More would let a stranger make us hash megabytes.
const MAX_PASSWORD_BYTES: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// Compared without regard to case; stored as the person typed it.
    pub email: String,
    /// Compared without regard to case; stored as the person typed it.
    pub username: String,
    /// Whether they may do what only administrators may.
    pub administrator: bool,
    /// Since when nothing speaks for them any more, no sign-in and no token.
    pub disabled_at: Option<Timestamp>,
    /// Sign-ins of earlier generations are worthless.
    pub sign_in_generation: i64,
    pub created_at: Timestamp,
}

impl User {
    /// What they may do themselves, and at most let their tokens do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        Scopes::of_user(self.administrator)
    }
}

/// Why an account cannot be so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    #[error("{text:?} is not an email address")]
    Email { text: String },
    #[error("{text:?} is not a username: a username has 2 to 40 letters, digits, '-', '_' or '.'")]
    Username { text: String },
    #[error("the password is too short; use at least {MIN_PASSWORD_CHARS} characters")]
    ShortPassword,
    #[error("the password is too long; use at most {MAX_PASSWORD_BYTES} bytes")]
    LongPassword,
}

/// # Errors
///
/// When the text cannot be an email address.
pub fn check_email(text: &str) -> Result<(), InvalidAccount> {
    let parts = text.split_once('@');
    let plausible = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let clean = !text.chars().any(|it| it.is_whitespace() || it.is_control());
    if plausible && clean && text.len() <= 254 {
        return Ok(());
    }
    Err(InvalidAccount::Email { text: text.to_owned() })
}

/// # Errors
///
/// When the text cannot be a username.
pub fn check_username(text: &str) -> Result<(), InvalidAccount> {
    let known = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    if (2..=40).contains(&text.len()) && text.chars().all(known) {
        return Ok(());
    }
    Err(InvalidAccount::Username { text: text.to_owned() })
}

/// # Errors
///
/// When the text is too short or too long to be a password.
pub fn check_password(text: &str) -> Result<(), InvalidAccount> {
    if text.chars().count() < MIN_PASSWORD_CHARS {
        return Err(InvalidAccount::ShortPassword);
    }
    if text.len() > MAX_PASSWORD_BYTES {
        return Err(InvalidAccount::LongPassword);
    }
    Ok(())
}

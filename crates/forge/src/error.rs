//! Why a forge did not do what it was asked.

use std::{fmt, time::Duration};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    #[error("{host} does not take this token; sign in again with one that is still good")]
    Unauthorised { host: String },
    #[error("{host} shows this token no {what}; check the name, and that the token may see it")]
    NotFound { host: String, what: String },
    /// With the forge's own words.
    #[error("{host} refused: {words}; give the token the permission that this takes")]
    Forbidden { host: String, words: String },
    /// With the forge's own words.
    #[error("{host} refused: {words}")]
    Refused { host: String, words: String },
    #[error("{host} takes no more requests for now; try again {until}")]
    RateLimited { host: String, until: Until },
    #[error("{host} cannot be reached: {reason}; try again later")]
    Unreachable { host: String, reason: String },
    #[error("{host} has more than {most} {what}, and only so much is read; make it less")]
    TooMuch { host: String, most: u64, what: String },
    #[error("{host} does not answer as a {forge} does: {reason}; check its address")]
    Unreadable { host: String, forge: &'static str, reason: String },
    #[error(
        "{host} has no pull requests that are known here; for a GitHub or GitLab of your own name a GitAuth with instanceUrl"
    )]
    NoPullRequests { host: String },
}

impl ForgeError {
    /// Whether it may be better in a while.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Unreachable { .. } => true,
            Self::Unauthorised { .. }
            | Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Refused { .. }
            | Self::TooMuch { .. }
            | Self::Unreadable { .. }
            | Self::NoPullRequests { .. } => false,
        }
    }
}

/// When a forge listens again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Later,
    In(Duration),
    /// Seconds since 1970.
    At(i64),
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later => f.write_str("later"),
            Self::In(wait) => write!(f, "in {} s", wait.as_secs()),
            Self::At(seconds) => match jiff::Timestamp::from_second(*seconds) {
                Ok(at) => write!(f, "after {at}"),
                Err(_) => f.write_str("later"),
            },
        }
    }
}

//! Who is asking: for ownership, fairness and limits.

use crate::id::{TokenId, UserId};

/// A user, and the token that spoke for them if one did.
///
/// What somebody owns and how much of the machine they get goes by the user, so that many tokens
/// bring no more than one; how fast they may ask goes by the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    pub user: UserId,
    /// `None` for somebody who signed in.
    pub token: Option<TokenId>,
}

impl Principal {
    /// Somebody who signed in.
    #[must_use]
    pub const fn signed_in(user: UserId) -> Self {
        Self { user, token: None }
    }
}

//! A person with an account.

use crate::{id::UserId, time::Timestamp};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// Compared without regard to case; stored as the person typed it.
    pub email: String,
    /// Compared without regard to case; stored as the person typed it.
    pub username: String,
    pub created_at: Timestamp,
}

//! The audit log: who did what to which object, from where. Entries are only ever added, and each carries
//! the hash of the one before.

use serde::{Deserialize, Serialize};

use crate::{
    id::{TokenId, UserId},
    time::Timestamp,
};

/// What somebody did, or tried to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Act {
    /// Who; null if nobody is known, as before a sign-in.
    pub actor: Option<UserId>,
    /// What they called themselves then.
    pub name: String,
    /// The token that spoke for them; null if they had signed in.
    pub token: Option<TokenId>,
    /// What they did, named like the operation of the API: `tokens_create`, `jobs_cancel`.
    pub action: String,
    /// What they did it to: an id, a name or a path.
    pub object: Option<String>,
    /// Address of the peer that asked, or `command line`.
    pub from: String,
    /// What they were answered, as a status of HTTP.
    pub status: u16,
}

/// An act in its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Counted from 1, without a gap.
    pub seq: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub act: Act,
    /// `hash` of the entry before; empty for the first one.
    pub prev: String,
    /// SHA-256 of everything above.
    pub hash: String,
    /// HMAC of `hash` under the installation's key, which is not in the database.
    pub seal: String,
}

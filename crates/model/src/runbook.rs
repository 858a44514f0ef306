//! A runbook: a stored document with revisions.

use crate::{
    id::{RunbookId, UserId},
    time::Timestamp,
};

/// A stored document as lists show it. Its text is that of its latest revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runbook {
    pub id: RunbookId,
    pub owner: UserId,
    pub title: String,
    /// Number of the latest revision, counted from 1.
    pub revision: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The text of a runbook at one time. Never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub runbook: RunbookId,
    /// Counted from 1.
    pub number: i64,
    pub author: UserId,
    pub content: String,
    /// The id of each runnable or file block in document order, as JSON; the text itself never carries ids.
    pub block_ids: String,
    pub created_at: Timestamp,
}

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

/// The text of a runbook at one time. The latest one may give way to another: while somebody edits, what is
/// kept of some minutes is one revision, whose number grows with each save.
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
    /// When its text was saved for the last time.
    pub updated_at: Timestamp,
    pub origin: Origin,
    /// How it differs from the one before; unknown of those that older versions saved.
    pub lines: Option<LineCounts>,
}

/// How a revision came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody saved it.
    Saved,
    /// Saved by itself while somebody edited. The next such save may take its place.
    Edited,
    /// From the text of an earlier one, by number.
    Restored(i64),
}

/// Lines that one text has and another has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    pub added: u64,
    pub removed: u64,
}

/// What lists say of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionInfo {
    pub number: i64,
    pub author: UserId,
    pub author_name: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub origin: Origin,
    pub lines: Option<LineCounts>,
    /// What somebody called it; a revision with a name stays as it is.
    pub name: Option<String>,
}

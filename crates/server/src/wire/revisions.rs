//! Revisions of runbooks, and how they differ.

use engine::{Difference, Hunk, Line, LineKind};
use model::{
    id::UserId,
    runbook::{Origin, RevisionInfo},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Serialize, ToSchema)]
#[schema(as = Revision)]
pub(crate) struct RevisionBody {
    pub(crate) number: i64,
    pub(crate) author: UserId,
    pub(crate) author_name: String,
    pub(crate) created_at: Timestamp,
    /// While somebody edits, what is saved of some minutes is one revision: its number and this grow.
    pub(crate) updated_at: Timestamp,
    pub(crate) origin: OriginBody,
    /// The revision whose text it has, if it was restored.
    pub(crate) restored_from: Option<i64>,
    /// Lines that the revision before has not; unknown of the first, and of those that older versions saved.
    pub(crate) lines_added: Option<u64>,
    pub(crate) lines_removed: Option<u64>,
    /// What somebody called it.
    pub(crate) name: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RevisionOrigin)]
pub(crate) enum OriginBody {
    /// Somebody saved it.
    Saved,
    /// Saved by itself while somebody edited.
    Edited,
    /// From an earlier one.
    Restored,
}

impl From<RevisionInfo> for RevisionBody {
    fn from(it: RevisionInfo) -> Self {
        let (origin, restored_from) = match it.origin {
            Origin::Saved => (OriginBody::Saved, None),
            Origin::Edited => (OriginBody::Edited, None),
            Origin::Restored(from) => (OriginBody::Restored, Some(from)),
        };
        Self {
            number: it.number,
            author: it.author,
            author_name: it.author_name,
            created_at: it.created_at,
            updated_at: it.updated_at,
            origin,
            restored_from,
            lines_added: it.lines.map(|it| it.added),
            lines_removed: it.lines.map(|it| it.removed),
            name: it.name,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RevisionText)]
pub(crate) struct RevisionTextBody {
    #[serde(flatten)]
    pub(crate) revision: RevisionBody,
    pub(crate) content: String,
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct DiffQuery {
    /// The revision to compare with; the one before if left out.
    pub(crate) against: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RevisionName)]
pub(crate) struct RevisionNameBody {
    /// Not only spaces; `null` takes it away.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub(crate) name: Option<String>,
}

/// How a revision became another.
#[derive(Serialize, ToSchema)]
#[schema(as = RevisionDiff)]
pub(crate) struct DiffBody {
    /// The old one; none if the new one is the first.
    pub(crate) from: Option<i64>,
    pub(crate) to: i64,
    pub(crate) lines_added: u64,
    pub(crate) lines_removed: u64,
    pub(crate) hunks: Vec<HunkBody>,
    /// There is more than is shown.
    pub(crate) truncated: bool,
}

/// Lines that differ, with three around them.
#[derive(Serialize, ToSchema)]
#[schema(as = RevisionDiffHunk)]
pub(crate) struct HunkBody {
    /// Lines are counted from 1.
    old_start: usize,
    new_start: usize,
    lines: Vec<LineBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RevisionDiffLine)]
pub(crate) struct LineBody {
    kind: LineKindBody,
    /// Without its end.
    text: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RevisionDiffLineKind)]
pub(crate) enum LineKindBody {
    Context,
    Added,
    Removed,
}

impl DiffBody {
    pub(crate) fn new(from: Option<i64>, to: i64, difference: Difference) -> Self {
        Self {
            from,
            to,
            lines_added: difference.counts.added,
            lines_removed: difference.counts.removed,
            hunks: difference.hunks.into_iter().map(HunkBody::from).collect(),
            truncated: difference.is_cut,
        }
    }
}

impl From<Hunk> for HunkBody {
    fn from(it: Hunk) -> Self {
        let lines = it.lines.into_iter().map(LineBody::from).collect();
        Self { old_start: it.old_start, new_start: it.new_start, lines }
    }
}

impl From<Line> for LineBody {
    fn from(mut it: Line) -> Self {
        let end = it.text.trim_end_matches(['\n', '\r']).len();
        it.text.truncate(end);
        let kind = match it.kind {
            LineKind::Both => LineKindBody::Context,
            LineKind::Added => LineKindBody::Added,
            LineKind::Removed => LineKindBody::Removed,
        };
        Self { kind, text: it.text }
    }
}

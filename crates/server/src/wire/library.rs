//! How users keep their runbooks: lists, folders, tags, the trash.

use engine::{SessionView, TRASH_LIFETIME};
use model::{
    execution::{OutcomeKind, State},
    id::{ExecutionId, FolderId, RunbookId},
    library::{Folder, MAX_TAGS},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{
    CountedFolder, Cursor, LastExecution, LibraryFilter, Located, Shelved, Sort, Tag, Trashed,
};
use utoipa::{IntoParams, ToSchema};

use super::{
    MOST_ENTRIES, USUAL_ENTRIES, bounded, executions::ExecutionStateBody, nullable, parse_cursor,
    runbooks::RunbookSummaryBody,
};
use crate::problem::Problem;

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunbookSort)]
pub(crate) enum SortBody {
    /// The one changed last first.
    #[default]
    Updated,
    /// The one made last first.
    Created,
    /// By title.
    Title,
    /// Only those that I opened or ran, the last one first.
    Recent,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LibraryQuery {
    /// Only those that lie directly in this folder: its id, or `top` for those in none.
    #[param(pattern = "^(top|fld_[0-9a-f]{32})$")]
    folder: Option<String>,
    /// Only those with this tag.
    tag: Option<String>,
    /// Only those with a star.
    starred: Option<bool>,
    #[param(inline)]
    sort: Option<SortBody>,
    /// `next_cursor` of the page before, which was asked for in the same way.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_ENTRIES>")]
    limit: Option<u64>,
}

impl LibraryQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_ENTRIES)
    }

    pub(crate) fn filter(&self) -> Result<LibraryFilter, Problem> {
        let located = match self.folder.as_deref() {
            None => None,
            Some("top") => Some(Located::Top),
            Some(id) => {
                let detail = |error: model::id::ParseIdError| Problem::invalid(error.to_string());
                Some(Located::In(id.parse().map_err(detail)?))
            }
        };
        Ok(LibraryFilter {
            located,
            tag: self.tag.as_deref().map(|it| it.trim().trim_start_matches('#').to_lowercase()),
            is_starred: self.starred.unwrap_or(false),
            sort: match self.sort.unwrap_or_default() {
                SortBody::Updated => Sort::Updated,
                SortBody::Created => Sort::Created,
                SortBody::Title => Sort::Title,
                SortBody::Recent => Sort::Recent,
            },
        })
    }
}

/// A tag of a runbook.
#[derive(Serialize, ToSchema)]
#[schema(as = Tag)]
pub(crate) struct TagBody {
    name: String,
    /// Whether the document says so in its front matter; such a tag goes only by editing it.
    from_document: bool,
}

impl From<Tag> for TagBody {
    fn from(it: Tag) -> Self {
        Self { name: it.name, from_document: it.is_document }
    }
}

/// How a block of a runbook went that I ran last.
#[derive(Serialize, ToSchema)]
#[schema(as = LastExecution)]
pub(crate) struct LastExecutionBody {
    id: ExecutionId,
    state: ExecutionStateBody,
    outcome: Option<OutcomeKind>,
    exit_code: Option<i32>,
    created_at: Timestamp,
}

impl From<LastExecution> for LastExecutionBody {
    fn from(it: LastExecution) -> Self {
        let exit_code = match it.state {
            State::Finished(outcome) => outcome.exit_code(),
            State::Queued | State::Running | State::Stopping => None,
        };
        Self {
            id: it.id,
            state: it.state.into(),
            outcome: it.outcome(),
            exit_code,
            created_at: it.created_at,
        }
    }
}

/// What I keep about a runbook.
#[derive(Serialize, ToSchema)]
#[schema(as = Shelf)]
pub(crate) struct ShelfBody {
    /// The folder that it lies in.
    folder: Option<FolderId>,
    starred: bool,
    opened_at: Option<Timestamp>,
    tags: Vec<TagBody>,
    last_execution: Option<LastExecutionBody>,
}

/// A runbook in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = RunbookItem)]
pub(crate) struct RunbookItemBody {
    #[serde(flatten)]
    summary: RunbookSummaryBody,
    #[serde(flatten)]
    shelf: ShelfBody,
}

impl From<Shelved> for ShelfBody {
    fn from(it: Shelved) -> Self {
        Self {
            folder: it.folder,
            starred: it.is_starred,
            opened_at: it.opened_at,
            tags: it.tags.into_iter().map(TagBody::from).collect(),
            last_execution: it.last.map(LastExecutionBody::from),
        }
    }
}

impl RunbookItemBody {
    pub(crate) fn new(it: Shelved, session: Option<SessionView>) -> Self {
        let summary = RunbookSummaryBody::new(it.runbook.clone(), session);
        Self { summary, shelf: it.into() }
    }
}

/// What is to be different about what I keep. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[schema(as = ShelfChange)]
pub(crate) struct ShelfChangeBody {
    /// Where to move it; null is the top.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<FolderId>)]
    pub(crate) folder: Option<Option<FolderId>>,
    pub(crate) starred: Option<bool>,
    /// My tags, in the place of those that there were; those of the document stay.
    #[schema(max_items = 30)]
    pub(crate) tags: Option<Vec<String>>,
}

const _: () = assert!(MAX_TAGS == 30, "the schema above says so");

/// A folder. All of mine make a tree.
#[derive(Serialize, ToSchema)]
#[schema(as = Folder)]
pub(crate) struct FolderBody {
    id: FolderId,
    name: String,
    /// Null at the top.
    parent: Option<FolderId>,
    /// Runbooks that lie directly in it.
    runbooks: u64,
    created_at: Timestamp,
}

impl From<CountedFolder> for FolderBody {
    fn from(it: CountedFolder) -> Self {
        Self { runbooks: it.runbooks, ..it.folder.into() }
    }
}

/// A folder of which it is not asked what lies in it.
impl From<Folder> for FolderBody {
    fn from(it: Folder) -> Self {
        Self { id: it.id, name: it.name, parent: it.parent, runbooks: 0, created_at: it.created_at }
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewFolder)]
pub(crate) struct NewFolderBody {
    /// Not only spaces, and without slashes.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    pub(crate) name: String,
    /// The folder that it is made in.
    pub(crate) parent: Option<FolderId>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = FolderChange)]
pub(crate) struct FolderChangeBody {
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    pub(crate) name: Option<String>,
    /// Where to move it; null is the top.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<FolderId>)]
    pub(crate) parent: Option<Option<FolderId>>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FolderContents {
    /// To where the folder was.
    MoveUp,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FolderDeletionQuery {
    /// What becomes of what lies in it; left out, there must be nothing.
    #[param(inline)]
    pub(crate) contents: Option<FolderContents>,
}

/// A tag, and how many of my runbooks have it.
#[derive(Serialize, ToSchema)]
#[schema(as = TagCount)]
pub(crate) struct TagCountBody {
    pub(crate) name: String,
    pub(crate) runbooks: u64,
}

/// A runbook in the trash.
#[derive(Serialize, ToSchema)]
#[schema(as = TrashedRunbook)]
pub(crate) struct TrashedBody {
    id: RunbookId,
    title: String,
    deleted_at: Timestamp,
    /// When it is deleted for good.
    gone_at: Timestamp,
}

impl From<Trashed> for TrashedBody {
    fn from(it: Trashed) -> Self {
        Self {
            id: it.runbook.id,
            title: it.runbook.title,
            deleted_at: it.deleted_at,
            gone_at: it.deleted_at.after(TRASH_LIFETIME),
        }
    }
}

//! The audit log.

use model::id::UserId;
use serde::Deserialize;
use store::Cursor;
use utoipa::IntoParams;

use super::{MOST_ENTRIES, USUAL_ENTRIES, bounded};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only what this user did.
    pub(crate) actor: Option<UserId>,
    /// Only this action, e.g. `tokens_create`; with `*` at its end, all that begin so.
    pub(crate) action: Option<String>,
    /// Only what was done to this object.
    pub(crate) object: Option<String>,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_ENTRIES>")]
    limit: Option<u64>,
}

impl AuditQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        super::parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_ENTRIES)
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Only entries after the one with this number; all of them if left out.
    pub(crate) after: Option<u64>,
}

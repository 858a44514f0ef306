//! Accounts as administrators see them.

use model::{id::UserId, time::Timestamp, user::User};
use serde::{Deserialize, Serialize};
use store::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::{MOST_ENTRIES, USUAL_ENTRIES, bounded, jobs::StandingBody};
use crate::problem::Problem;

/// An account, with what it may ask of the queue and what it has.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountBody {
    id: UserId,
    email: String,
    username: String,
    administrator: bool,
    /// Since when nothing speaks for it any more; null if it may sign in.
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    jobs: StandingBody,
}

impl AccountBody {
    pub(crate) fn new(it: User, jobs: StandingBody) -> Self {
        let User { id, email, username, administrator, disabled_at, created_at, .. } = it;
        Self { id, email, username, administrator, disabled_at, created_at, jobs }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersQuery {
    /// Only accounts whose username or email address contains this.
    #[serde(default)]
    pub(crate) name: String,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_ENTRIES>")]
    limit: Option<u64>,
}

impl UsersQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        super::parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_ENTRIES)
    }
}

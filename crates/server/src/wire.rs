//! The shapes that travel: what requests and responses look like as JSON, by resource.

pub(crate) mod account;
pub(crate) mod executions;
pub(crate) mod health;
pub(crate) mod runbooks;
pub(crate) mod sessions;

use serde::{Deserialize, Serialize};
use store::{Cursor, Page, ParseCursorError};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageBody<T> {
    pub(crate) items: Vec<T>,
    /// Give it back as `cursor` for the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T> PageBody<T> {
    pub(crate) fn new<S>(page: Page<S>, item: impl FnMut(S) -> T) -> Self {
        let next_cursor = page.next.map(|it| it.to_string());
        Self { items: page.items.into_iter().map(item).collect(), next_cursor }
    }
}

/// A whole list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListBody<T> {
    pub(crate) items: Vec<T>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    pub(crate) limit: Option<u64>,
}

impl PageQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        let cursor = self.cursor.as_deref().map(str::parse).transpose();
        cursor.map_err(|error: ParseCursorError| Problem::invalid(error.to_string()))
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(50).clamp(1, 100)
    }
}

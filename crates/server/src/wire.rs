//! The shapes that travel: what requests and responses look like as JSON, by resource.

pub(crate) mod account;
pub(crate) mod agents;
pub(crate) mod artifacts;
pub(crate) mod audit;
pub(crate) mod code;
pub(crate) mod desk;
pub(crate) mod editing;
pub(crate) mod exchange;
pub(crate) mod executions;
pub(crate) mod functions;
pub(crate) mod graphql;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod inputs;
pub(crate) mod jobs;
pub(crate) mod language;
pub(crate) mod library;
pub(crate) mod local;
pub(crate) mod mcp;
pub(crate) mod revisions;
pub(crate) mod runbooks;
pub(crate) mod schedules;
pub(crate) mod search;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod walks;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use store::{Cursor, Page, ParseCursorError};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Entries that fit on one page.
const MOST_ENTRIES: u64 = 100;

/// Entries on a page for whoever does not say how many.
const USUAL_ENTRIES: u64 = 50;

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
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    pub(crate) cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_ENTRIES>")]
    pub(crate) limit: Option<u64>,
}

/// Reads a number that has bounds, or none.
fn bounded<'de, D: Deserializer<'de>, const LEAST: u64, const MOST: u64>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(deserializer)? {
        Some(it) if !(LEAST..=MOST).contains(&it) => {
            Err(D::Error::custom(format!("{it} is out of bounds; use {LEAST} to {MOST}")))
        }
        it => Ok(it),
    }
}

/// Reads a field that may be null: what is not sent is another thing.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Reads the `cursor` of a list.
pub(crate) fn parse_cursor(text: Option<&str>) -> Result<Option<Cursor>, Problem> {
    let cursor = text.map(str::parse).transpose();
    cursor.map_err(|error: ParseCursorError| Problem::invalid(error.to_string()))
}

impl PageQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_ENTRIES)
    }
}

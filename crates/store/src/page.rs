//! Lists in pages. A cursor names the last item of a page, not a count, so that new items shift nothing.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ColumnTrait, Condition};

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` after the last item.
    pub next: Option<Cursor>,
}

/// A place in a list. Written as text that means nothing to clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What the list is ordered by: a time in milliseconds or a number.
    pub(crate) key: i64,
    /// Id that tells items with the same key apart; empty where keys are unique.
    pub(crate) id: String,
}

/// The text is not a cursor that we gave out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a cursor; take it from the previous page, or leave it out for the first")]
pub struct ParseCursorError {
    text: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{}.{}", self.key, self.id)))
    }
}

impl Cursor {
    /// What follows it in a list by a key and, where that is the same, by id, both descending.
    pub(crate) fn beyond(&self, key: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        let tied = Condition::all().add(key.eq(self.key)).add(id.lt(&self.id));
        Condition::any().add(key.lt(self.key)).add(tied)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        parse(text).ok_or_else(|| ParseCursorError { text: text.to_owned() })
    }
}

fn parse(text: &str) -> Option<Cursor> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (key, id) = plain.split_once('.')?;
    let valid = id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    valid.then_some(Cursor { key: key.parse().ok()?, id: id.to_owned() })
}

impl<T> Page<T> {
    /// Makes a page of up to `limit` items out of rows, of which one more was asked for than fits.
    pub(crate) fn new(mut items: Vec<T>, limit: u64, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_written() {
        let cursor = Cursor { key: -5, id: "rb_00ff".to_owned() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        let nul = URL_SAFE_NO_PAD.encode("1.\0");
        for text in ["", "1.rb", "!", URL_SAFE_NO_PAD.encode("x.rb").as_str(), nul.as_str()] {
            assert!(text.parse::<Cursor>().is_err(), "{text:?}");
        }
    }
}

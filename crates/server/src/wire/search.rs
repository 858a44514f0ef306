//! Searches and what they find.

use engine::{FoundPlace, Hit, Marked, PlaceBlock};
use model::{id::RunbookId, time::Timestamp};
use serde::{Deserialize, Serialize};
use store::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::{bounded, parse_cursor};
use crate::problem::Problem;

/// Runbooks on a page for whoever does not say how many.
const USUAL_HITS: u64 = 20;

/// Runbooks that fit on one page: each is read to show where something stands.
const MOST_HITS: u64 = 50;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words, of which the last may be half typed; `"phrases"`; `tag:ops`, `lang:python`, `in:folder`.
    #[serde(default)]
    pub(crate) q: String,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Runbooks on a page: 1 to 50, 20 if left out.
    #[param(minimum = 1, maximum = 50)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_HITS>")]
    limit: Option<u64>,
}

impl SearchQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_HITS)
    }
}

/// One page of what was found.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchPage)]
pub(crate) struct SearchPageBody {
    pub(crate) items: Vec<HitBody>,
    /// Give it back as `cursor` for the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
    /// Whether some of my runbooks are still to be indexed and may be missing here.
    pub(crate) indexing: bool,
}

/// A runbook in which something was found.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchHit)]
pub(crate) struct HitBody {
    id: RunbookId,
    title: MarkedBody,
    updated_at: Timestamp,
    /// The best places, in the order of the text.
    places: Vec<PlaceBody>,
    /// Lines beyond those in which something was found.
    more: usize,
}

/// A text, and what in it is marked.
#[derive(Serialize, ToSchema)]
#[schema(as = MarkedText)]
pub(crate) struct MarkedBody {
    text: String,
    /// Where each mark begins and ends, in UTF-16 code units, in order.
    marks: Vec<[usize; 2]>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SearchPlace)]
pub(crate) struct PlaceBody {
    /// The heading that it stands under.
    heading: Option<String>,
    /// Counted from 1.
    line: usize,
    block: Option<PlaceBlockBody>,
    /// The line, or as much of it as is shown.
    snippet: MarkedBody,
}

/// The block that a place is in.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchBlock)]
pub(crate) struct PlaceBlockBody {
    id: String,
    name: Option<String>,
    language: Option<String>,
}

impl From<Hit> for HitBody {
    fn from(it: Hit) -> Self {
        Self {
            id: it.runbook.id,
            title: it.title.into(),
            updated_at: it.runbook.updated_at,
            places: it.places.into_iter().map(PlaceBody::from).collect(),
            more: it.more,
        }
    }
}

impl From<Marked> for MarkedBody {
    fn from(it: Marked) -> Self {
        let marks = it.marks.into_iter().map(|it| [it.start, it.end]).collect();
        Self { text: it.text, marks }
    }
}

impl From<FoundPlace> for PlaceBody {
    fn from(it: FoundPlace) -> Self {
        let block = |it: PlaceBlock| {
            let PlaceBlock { id, name, language } = it;
            PlaceBlockBody { id, name, language }
        };
        Self {
            heading: it.heading,
            line: it.line,
            block: it.block.map(block),
            snippet: it.snippet.into(),
        }
    }
}

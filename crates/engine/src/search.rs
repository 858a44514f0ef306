//! Searching runbooks: which ones hold what somebody typed, and where.
//!
//! The index is brought up to date before it is asked. So whatever saved a runbook, a search that begins
//! afterwards finds what was saved; a text that changes every second costs its index nothing until somebody
//! searches; and runbooks from before there was an index are the same case.
//!
//! ```text
//!  typed ─▶ Query ─▶ index: all words ─▶ text: phrases and punctuation ─▶ places, with what is marked
//! ```

mod headings;
mod places;

use std::{collections::BTreeSet, ops::Range};

use document::{BlockKind, Document, Runtime};
use model::{
    id::{RunbookId, UserId},
    library::{self, MAX_TAGS},
    runbook::Runbook,
    search::{Folded, Needle, Query},
};
use serde_json::Value;
use store::{Candidate, Cursor, Entry, StoreError, Wanted};

pub use self::places::{Marked, Place, PlaceBlock};
use crate::{Engine, runbooks::Opened};

/// Runbooks that a search brings up to date before it looks. If more are behind, it says so.
const MOST_INDEXED_FIRST: u64 = 200;

/// Runbooks that are indexed before others get their turn.
const INDEXED_AT_ONCE: u64 = 50;

/// Candidates that are asked for at once where words alone do not decide: few have more runbooks, and each question
/// puts all that fit in order again.
const COMPARED_AT_ONCE: u64 = 1000;

/// Bytes of texts that one request compares. Whoever wants to look further asks for the next page.
const MOST_COMPARED_BYTES: usize = 16 << 20;

/// Bytes of one text that are searched for phrases and for places; the index knows the words of all of it.
const MOST_SEARCHED_BYTES: usize = 1 << 20;

/// Text that is searched in place, in bytes: about a millisecond's work.
const MOST_INLINE_BYTES: usize = 64 << 10;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    pub next: Option<Cursor>,
    /// Whether runbooks are still to be indexed, so that some may be missing.
    pub is_indexing: bool,
}

/// A runbook in which something was found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub runbook: Runbook,
    pub title: Marked,
    /// The best of them, in the order of the text.
    pub places: Vec<Place>,
    /// Lines beyond those in which something was found.
    pub more: usize,
}

impl Engine {
    /// Finds runbooks of a user by what they typed.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn search(
        &self,
        user: UserId,
        typed: &str,
        after: Option<Cursor>,
        limit: u64,
    ) -> Result<Found, StoreError> {
        let query = Query::parse(typed);
        if query.is_empty() {
            return Ok(Found::default());
        }
        let is_indexing = !self.index_of(user).await;
        let wanted = self.wanted(user, &query).await?;
        let compares = query.needles.iter().any(|it| it.is_literal);
        // One more than is shown says whether there are more.
        let at_once = if compares { COMPARED_AT_ONCE } else { limit.saturating_add(1) };
        let mut found = Found { is_indexing, next: after, ..Found::default() };
        let (most, mut compared) = (usize::try_from(limit).unwrap_or(usize::MAX), 0);
        loop {
            let reader = self.0.store.reader();
            let candidates = reader.candidates(user, &wanted, found.next.as_ref(), at_once).await?;
            let count = candidates.len();
            let is_last = (count as u64) < at_once;
            for (at, Candidate { runbook, after }) in candidates.into_iter().enumerate() {
                compared += self.look(&query, runbook.id, &mut found.hits).await?;
                found.next = Some(after);
                if found.hits.len() >= most || compared >= MOST_COMPARED_BYTES {
                    found.next = found.next.filter(|_| !is_last || at + 1 < count);
                    return Ok(found);
                }
            }
            if is_last {
                found.next = None;
                return Ok(found);
            }
        }
    }

    /// Adds a runbook to the hits if its text holds what the index cannot know. Returns the bytes it read.
    async fn look(
        &self,
        query: &Query,
        id: RunbookId,
        hits: &mut Vec<Hit>,
    ) -> Result<usize, StoreError> {
        let Some(opened) = self.open_runbook(id).await? else { return Ok(0) };
        let bytes = opened.revision.content.len();
        let needles = query.needles.clone();
        let hit = if bytes <= MOST_INLINE_BYTES {
            hit(opened, &needles)
        } else {
            let searched = tokio::task::spawn_blocking(move || hit(opened, &needles)).await;
            searched.expect("searching never panics, and nobody cancels it")
        };
        hits.extend(hit);
        Ok(bytes)
    }

    async fn wanted(&self, user: UserId, query: &Query) -> Result<Wanted, StoreError> {
        let language = |it: &String| {
            let runtime = Runtime::from_language(it).map(|it| it.name().to_owned());
            std::iter::once(it.clone()).chain(runtime).collect()
        };
        let mut folders = Vec::new();
        if !query.folders.is_empty() {
            let all = self.0.store.reader().folders(user).await?;
            let all: Vec<_> = all.into_iter().map(|it| it.folder).collect();
            folders.extend(query.folders.iter().map(|it| library::named(&all, it)));
        }
        Ok(Wanted {
            terms: query.needles.iter().flat_map(|it| it.terms.clone()).collect(),
            tags: query.tags.clone(),
            languages: query.languages.iter().map(language).collect(),
            folders,
        })
    }

    /// Brings the entries of a user up to date. Returns whether they are; a list shows tags of documents, too.
    pub async fn index_of(&self, user: UserId) -> bool {
        let mut indexed = 0;
        while indexed < MOST_INDEXED_FIRST {
            match self.index_some(Some(user)).await {
                Ok(0) => return true,
                Ok(count) => indexed += count,
                Err(error) => {
                    // What was found before is found all the same.
                    tracing::warn!(%error, "the search index could not be brought up to date");
                    return false;
                }
            }
        }
        false
    }

    /// Brings all entries up to date, while others search and save.
    pub(crate) async fn index_everything(&self) {
        loop {
            match self.index_some(None).await {
                Ok(0) => return,
                Ok(count) => tracing::debug!(count, "runbooks were indexed"),
                Err(error) => {
                    tracing::warn!(%error, "runbooks could not be indexed; they are when somebody searches");
                    return;
                }
            }
        }
    }

    /// Brings some entries up to date. Returns how many there were; none are behind if there were none.
    async fn index_some(&self, user: Option<UserId>) -> Result<u64, StoreError> {
        let _nobody_else = self.0.indexing.lock().await;
        let behind = self.0.store.reader().unindexed(user, INDEXED_AT_ONCE).await?;
        let mut count = 0;
        for id in behind {
            // One that was deleted meanwhile is no longer behind.
            if let Some(opened) = self.open_runbook(id).await? {
                self.index(&opened).await?;
            }
            count += 1;
        }
        Ok(count)
    }

    async fn index(&self, opened: &Opened) -> Result<(), StoreError> {
        let Opened { runbook, revision, document } = opened;
        let entry = Entry {
            runbook: runbook.id,
            owner: runbook.owner,
            revision: revision.number,
            title: &runbook.title,
            names: &names(&revision.content, document),
            text: &revision.content,
            tags: tags(document),
            languages: languages(document),
        };
        self.0.store.put_entry(&entry).await
    }
}

/// What is found in a runbook, if it holds all that words alone do not decide.
fn hit(opened: Opened, needles: &[Needle]) -> Option<Hit> {
    let Opened { runbook, revision, document } = opened;
    let content = &revision.content;
    let searched = &content[..content.floor_char_boundary(MOST_SEARCHED_BYTES)];
    let text = Folded::new(searched);
    let title = Folded::new(&runbook.title);
    let holds = |it: &Needle| !it.is_literal || text.holds(it) || title.holds(it);
    if !needles.iter().all(holds) {
        return None;
    }
    let (places, more) = places::find(searched, &text, &document, needles);
    let marks = needles.iter().flat_map(|it| title.find(it, places::MOST_MARKS)).collect();
    let title = Marked::new(&runbook.title, marks);
    Some(Hit { runbook, title, places, more })
}

/// Headings, and the names of blocks and of files.
fn names(content: &str, document: &Document) -> String {
    let mut names: Vec<&str> =
        headings::of(content, document).into_iter().map(|it| it.text).collect();
    for block in &document.blocks {
        names.extend(block.name.as_deref());
        if let BlockKind::File { path: Some(path) } = &block.kind {
            names.push(path.as_str());
        }
    }
    names.join("\n")
}

/// What the front matter says under `tags`: a list, or words with commas or spaces between them. What cannot
/// be a tag is left out.
fn tags(document: &Document) -> Vec<String> {
    let said = document.front_matter.as_ref().and_then(|it| it.get(&["tags"]));
    let words: Vec<String> = match said {
        Some(Value::Array(items)) => items.iter().filter_map(word).collect(),
        Some(Value::String(text)) if text.contains(',') => {
            text.split(',').map(str::to_owned).collect()
        }
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(it) => word(it).into_iter().collect(),
        None => Vec::new(),
    };
    let tags: BTreeSet<String> = words.iter().filter_map(|it| library::tag(it).ok()).collect();
    tags.into_iter().take(MAX_TAGS).collect()
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Languages as authors write them, and as we call them.
fn languages(document: &Document) -> Vec<String> {
    let mut found = BTreeSet::new();
    for block in &document.blocks {
        found.extend(block.language.as_deref().map(str::to_lowercase).filter(|it| it.len() <= 32));
        found.extend(block.runtime.map(|it| it.name().to_owned()));
    }
    found.into_iter().take(64).collect()
}

/// A range of bytes of a text in UTF-16 code units, in which browsers count.
fn utf16(text: &str, range: &Range<usize>) -> Range<usize> {
    let units = |it: &str| it.encode_utf16().count();
    let start = units(&text[..range.start]);
    start..start + units(&text[range.clone()])
}

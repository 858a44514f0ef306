//! Runbooks as the engine keeps them: stored text, parsed once per revision.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use document::{BlockId, Document};
use model::{
    id::{RunbookId, UserId},
    runbook::{LineCounts, Origin, Revision, Runbook},
    time::Timestamp,
};
use store::{NewRevision, SaveError, StoreError};

use crate::{Engine, Inner, lines, random_id};

/// Largest document in bytes.
pub(crate) const MAX_CONTENT_BYTES: usize = 10 << 20;

/// Text that is parsed in place, in bytes: about a millisecond's work.
const MAX_PARSED_INLINE_BYTES: usize = 64 << 10;

/// Longest title in characters.
const MAX_TITLE_CHARS: usize = 200;

/// Text whose documents are kept parsed, in bytes; beyond it the cache starts anew.
const MAX_PARSED_BYTES: usize = 32 << 20;

/// A runbook with its latest revision, parsed.
#[derive(Clone, Debug)]
pub struct Opened {
    pub runbook: Runbook,
    pub revision: Revision,
    pub document: Arc<Document>,
}

/// Why a runbook was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateRunbookError {
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a revision was not saved. Nothing that was stored before is changed.
#[derive(Debug, thiserror::Error)]
pub enum SaveRunbookError {
    #[error("{0}")]
    Invalid(String),
    #[error("the runbook was changed meanwhile: you edited revision {edited}, it is at {current}")]
    Conflict { edited: i64, current: i64 },
    #[error("there is no such runbook")]
    NoRunbook,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an earlier revision was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error("there is no revision {number}")]
    NoRevision { number: i64 },
    #[error(transparent)]
    Save(#[from] SaveRunbookError),
}

/// What somebody saves. What is `None` stays as it is.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) author: UserId,
    /// The revision that they had before them.
    pub(crate) edited: Option<i64>,
    pub(crate) title: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) origin: Origin,
}

/// The parsed latest revision of each runbook that was used lately.
#[derive(Debug, Default)]
pub(crate) struct Documents(Mutex<Parsed>);

#[derive(Debug, Default)]
struct Parsed {
    by_runbook: HashMap<RunbookId, (i64, Arc<Document>)>,
    /// Bytes of the text that was parsed into them, replaced ones included.
    text_bytes: usize,
}

impl Documents {
    fn get(&self, runbook: RunbookId, revision: i64) -> Option<Arc<Document>> {
        let parsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = parsed.by_runbook.get(&runbook);
        found.filter(|it| it.0 == revision).map(|it| Arc::clone(&it.1))
    }

    pub(crate) fn put(&self, revision: &Revision, document: Arc<Document>) {
        let mut parsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if parsed.text_bytes >= MAX_PARSED_BYTES {
            *parsed = Parsed::default();
        }
        parsed.text_bytes += revision.content.len();
        parsed.by_runbook.insert(revision.runbook, (revision.number, document));
    }
}

impl Engine {
    /// A runbook with its latest revision, parsed.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn open_runbook(&self, id: RunbookId) -> Result<Option<Opened>, StoreError> {
        self.0.open_runbook(id).await
    }

    /// Stores a new runbook.
    ///
    /// # Errors
    ///
    /// When title or content are not acceptable, or the store fails.
    pub async fn create_runbook(
        &self,
        owner: UserId,
        title: &str,
        content: &str,
    ) -> Result<Opened, CreateRunbookError> {
        self.create_runbook_at(owner, title, content, self.0.clock.now()).await
    }

    /// Stores new runbooks, given as title and content. Lists show them in this order.
    ///
    /// # Errors
    ///
    /// When a title or content is not acceptable, or the store fails; those before it are stored.
    pub async fn create_runbooks(
        &self,
        owner: UserId,
        runbooks: &[(&str, &str)],
    ) -> Result<(), CreateRunbookError> {
        let now = self.0.clock.now().as_millis();
        // Lists show the latest first, so each one must be older than the one before.
        for (at, (title, content)) in (0..=now).rev().zip(runbooks) {
            self.create_runbook_at(owner, title, content, Timestamp::from_millis(at)).await?;
        }
        Ok(())
    }

    async fn create_runbook_at(
        &self,
        owner: UserId,
        title: &str,
        content: &str,
        now: Timestamp,
    ) -> Result<Opened, CreateRunbookError> {
        let title = check_title(title).map_err(CreateRunbookError::Invalid)?;
        check_content(content).map_err(CreateRunbookError::Invalid)?;
        let document = parse(content).await;
        let id = RunbookId::from_random(random_id());
        let runbook = Runbook {
            id,
            owner,
            title: title.to_owned(),
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let revision = Revision {
            runbook: id,
            number: 1,
            author: owner,
            content: content.to_owned(),
            block_ids: write_ids(&document),
            created_at: now,
            updated_at: now,
            origin: Origin::Saved,
            lines: None,
        };
        self.0.store.create_runbook(&runbook, &revision).await?;
        Ok(Opened { runbook, revision, document: Arc::new(document) })
    }

    /// Stores a new revision on top of `edited`, the revision that the author had before them.
    /// What is `None` stays as it is.
    ///
    /// # Errors
    ///
    /// When somebody else saved meanwhile, something is not acceptable, or the store fails.
    pub async fn save_runbook(
        &self,
        id: RunbookId,
        author: UserId,
        edited: Option<i64>,
        title: Option<&str>,
        content: Option<&str>,
    ) -> Result<Opened, SaveRunbookError> {
        let change = Change {
            author,
            edited,
            title: title.map(str::to_owned),
            content: content.map(str::to_owned),
            origin: Origin::Saved,
        };
        self.save_change(id, change).await
    }

    /// Makes the text of an earlier revision the latest one.
    ///
    /// # Errors
    ///
    /// When there is no such revision, or the store fails.
    pub async fn restore_revision(
        &self,
        id: RunbookId,
        author: UserId,
        number: i64,
    ) -> Result<Opened, RestoreError> {
        let revision =
            self.0.store.reader().revision(id, number).await.map_err(SaveRunbookError::from)?;
        let revision = revision.ok_or(RestoreError::NoRevision { number })?;
        let change = Change {
            author,
            edited: None,
            title: None,
            content: Some(revision.content),
            origin: Origin::Restored(number),
        };
        Ok(self.save_change(id, change).await?)
    }

    /// Calls a revision by a name, or by none. Returns whether it is there.
    ///
    /// # Errors
    ///
    /// When the name is not acceptable or the store fails.
    pub async fn name_revision(
        &self,
        id: RunbookId,
        number: i64,
        name: Option<&str>,
    ) -> Result<bool, SaveRunbookError> {
        let name = name.map(check_title).transpose().map_err(SaveRunbookError::Invalid)?;
        Ok(self.0.store.name_revision(id, number, name).await?)
    }
}

impl Inner {
    pub(crate) async fn open_runbook(&self, id: RunbookId) -> Result<Option<Opened>, StoreError> {
        let Some((runbook, revision)) = self.store.reader().runbook(id).await? else {
            return Ok(None);
        };
        if let Some(document) = self.documents.get(id, revision.number) {
            return Ok(Some(Opened { runbook, revision, document }));
        }
        let mut document = parse(&revision.content).await;
        document.adopt_ids(&read_ids(&revision.block_ids));
        let document = Arc::new(document);
        self.documents.put(&revision, Arc::clone(&document));
        Ok(Some(Opened { runbook, revision, document }))
    }

    /// Saves a change as a revision of its own.
    pub(crate) async fn save_change(
        &self,
        id: RunbookId,
        change: Change,
    ) -> Result<Opened, SaveRunbookError> {
        let current = self.open_runbook(id).await?.ok_or(SaveRunbookError::NoRunbook)?;
        let title = change.title.as_deref().unwrap_or(&current.runbook.title);
        let title = check_title(title).map_err(SaveRunbookError::Invalid)?.to_owned();
        let content = change.content.unwrap_or_else(|| current.revision.content.clone());
        check_content(&content).map_err(SaveRunbookError::Invalid)?;
        let mut document = parse(&content).await;
        document.adopt_ids(&read_ids(&current.revision.block_ids));
        let expected = change.edited.unwrap_or(current.revision.number);
        let lines = count_lines(&current.revision.content, &content).await;
        let new = NewRevision {
            title: title.clone(),
            content,
            block_ids: write_ids(&document),
            author: change.author,
            at: self.clock.now(),
            origin: change.origin,
            lines: Some(lines),
        };
        match self.store.save_revision(id, Some(expected), new).await {
            Ok(revision) => {
                let document = Arc::new(document);
                self.documents.put(&revision, Arc::clone(&document));
                let runbook = Runbook {
                    title,
                    revision: revision.number,
                    updated_at: revision.created_at,
                    ..current.runbook
                };
                Ok(Opened { runbook, revision, document })
            }
            Err(SaveError::Conflict { current }) => {
                Err(SaveRunbookError::Conflict { edited: expected, current })
            }
            Err(SaveError::NotFound { .. }) => Err(SaveRunbookError::NoRunbook),
            Err(SaveError::Store(error)) => Err(error.into()),
        }
    }
}

/// Counts lines where it does not hold up other requests.
pub(crate) async fn count_lines(old: &str, new: &str) -> LineCounts {
    if old.len().max(new.len()) <= MAX_PARSED_INLINE_BYTES {
        return lines::count(old, new);
    }
    let (old, new) = (old.to_owned(), new.to_owned());
    let counted = tokio::task::spawn_blocking(move || lines::count(&old, &new)).await;
    counted.expect("counting never panics, and nobody cancels it")
}

/// Parses where it does not hold up other requests: the largest documents take seconds.
pub(crate) async fn parse(content: &str) -> Document {
    if content.len() <= MAX_PARSED_INLINE_BYTES {
        return document::parse(content);
    }
    let owned = content.to_owned();
    let parsed = tokio::task::spawn_blocking(move || document::parse(&owned)).await;
    parsed.expect("parsing never panics, and nobody cancels it")
}

fn check_title(title: &str) -> Result<&str, String> {
    let title = title.trim();
    match title.chars().count() {
        0 => Err("a runbook needs a title".to_owned()),
        1..=MAX_TITLE_CHARS if title.contains('\0') => {
            Err("the title contains a NUL byte; remove it".to_owned())
        }
        1..=MAX_TITLE_CHARS => Ok(title),
        count => Err(format!("the title has {count} characters; {MAX_TITLE_CHARS} are allowed")),
    }
}

pub(crate) fn check_content(content: &str) -> Result<(), String> {
    if content.len() > MAX_CONTENT_BYTES {
        return Err(format!(
            "the document has {} bytes; {MAX_CONTENT_BYTES} are allowed: split it into several runbooks",
            content.len()
        ));
    }
    match content.find('\0') {
        Some(position) => {
            let line = content[..position].matches('\n').count() + 1;
            Err(format!("line {line} of the document contains a NUL byte; remove it"))
        }
        None => Ok(()),
    }
}

pub(crate) fn write_ids(document: &Document) -> String {
    let ids: Vec<(&str, &str)> =
        document.blocks.iter().map(|it| (it.id.as_str(), it.content_hash.as_str())).collect();
    serde_json::to_string(&ids).expect("pairs of strings are always valid JSON")
}

/// Ids that cannot be read are given anew: an id is worth less than a document.
pub(crate) fn read_ids(json: &str) -> Vec<(BlockId, String)> {
    let ids: Vec<(String, String)> = serde_json::from_str(json).unwrap_or_default();
    ids.into_iter().map(|(id, hash)| (BlockId::new(id), hash)).collect()
}

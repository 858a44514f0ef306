//! Makes a text a revision: its blocks under the ids that they had, and how its lines differ.

use std::sync::Arc;

use model::{
    id::UserId,
    runbook::{Origin, Runbook},
};
use store::{EditedText, LiveText, LiveTextError, SaveError};

use super::editor::Unsaved;
use crate::{
    Inner, Opened,
    runbooks::{check_content, count_lines, parse, read_ids, write_ids},
};

/// A text to save, and what was saved before.
pub(super) struct Job {
    pub(super) base: Arc<Opened>,
    /// The text of the revision before that, if it is known.
    pub(super) predecessor: Option<Arc<str>>,
    pub(super) text: String,
    pub(super) state: Vec<u8>,
    pub(super) generation: u32,
    pub(super) stored_seq: i64,
    pub(super) seq: i64,
    pub(super) author: UserId,
}

/// What was saved.
pub(super) struct Saved {
    pub(super) opened: Arc<Opened>,
    pub(super) predecessor: Option<Arc<str>>,
    pub(super) state: Vec<u8>,
    pub(super) seq: i64,
}

/// Why a text was not saved.
#[derive(Debug, thiserror::Error)]
pub(super) enum SaveFailure {
    #[error("somebody else saved or changed it meanwhile")]
    Elsewhere,
    #[error("the runbook was deleted")]
    Deleted,
    #[error(transparent)]
    Unsaved(Unsaved),
}

impl From<LiveTextError> for SaveFailure {
    fn from(error: LiveTextError) -> Self {
        match error {
            LiveTextError::Elsewhere { .. } | LiveTextError::Save(SaveError::Conflict { .. }) => {
                Self::Elsewhere
            }
            LiveTextError::Save(SaveError::NotFound { .. }) => Self::Deleted,
            LiveTextError::Save(SaveError::Store(error)) => Self::Unsaved(Unsaved::Store(error)),
        }
    }
}

/// Saves a text. One that is as the latest revision makes none, and its log is put away all the same.
pub(super) async fn save(engine: Arc<Inner>, job: Job) -> Result<Saved, SaveFailure> {
    let runbook = job.base.runbook.id;
    if job.text == job.base.revision.content {
        if job.seq != job.stored_seq {
            let text = LiveText {
                generation: i64::from(job.generation),
                state: job.state.clone(),
                seq: job.seq,
                revision: job.base.revision.number,
            };
            engine.store.replace_live_text(runbook, job.stored_seq, text).await?;
        }
        let Job { base, predecessor, state, seq, .. } = job;
        return Ok(Saved { opened: base, predecessor, state, seq });
    }
    check_content(&job.text).map_err(|it| SaveFailure::Unsaved(Unsaved::Invalid(it)))?;
    let mut document = parse(&job.text).await;
    document.adopt_ids(&read_ids(&job.base.revision.block_ids));
    let predecessor = predecessor(&engine, &job).await?;
    let lines = count_lines(&job.base.revision.content, &job.text).await;
    let since_before = match &predecessor {
        Some(before) => Some(count_lines(before, &job.text).await),
        None => None,
    };
    let edited = EditedText {
        revision: job.base.revision.number,
        from_seq: job.stored_seq,
        state: job.state.clone(),
        seq: job.seq,
        content: job.text,
        block_ids: write_ids(&document),
        author: job.author,
        at: engine.clock.now(),
        lines: Some(lines),
        lines_since_before: since_before,
    };
    let revision = engine.store.save_edited(runbook, edited, i64::from(job.generation)).await?;
    let document = Arc::new(document);
    engine.documents.put(&revision, Arc::clone(&document));
    let base = &job.base;
    let took_its_place =
        base.revision.origin == Origin::Edited && base.revision.created_at == revision.created_at;
    let predecessor = match took_its_place {
        true => predecessor,
        false => Some(base.revision.content.as_str().into()),
    };
    let runbook = Runbook {
        revision: revision.number,
        updated_at: revision.updated_at,
        ..base.runbook.clone()
    };
    let opened = Arc::new(Opened { runbook, revision, document });
    Ok(Saved { opened, predecessor, state: job.state, seq: job.seq })
}

/// The text before the latest revision, which matters if that gives way.
async fn predecessor(engine: &Inner, job: &Job) -> Result<Option<Arc<str>>, SaveFailure> {
    let latest = &job.base.revision;
    if latest.origin != Origin::Edited || job.predecessor.is_some() {
        return Ok(job.predecessor.clone());
    }
    let before = engine.store.reader().revision_before(latest.runbook, latest.number).await;
    let before = before.map_err(|it| SaveFailure::Unsaved(Unsaved::Store(it)))?;
    Ok(before.map(|it| it.content.into()))
}

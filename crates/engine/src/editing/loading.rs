//! Brings a text from the store, whatever happened since it was stored.
//!
//! The state is that of one revision. If the runbook has a later one, somebody saved it while no editor was
//! there: what they changed is made an edit of the state. Then come the changes that no revision has yet.

use model::{
    id::{RunbookId, UserId},
    runbook::Revision,
};
use store::{LiveChange, LiveText, LiveTextError, SaveError, StoreError};

use super::{
    protocol::{pack, unpack},
    replica::{Replica, Unapplied},
};
use crate::{Inner, Opened, random_id};

/// Times that another server may change a text while it is loaded.
const TRIES: usize = 4;

/// Why a text was not loaded.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    #[error("there is no such runbook")]
    NoRunbook,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A text, and what the store knows of it.
pub(super) struct Loaded {
    pub(super) opened: Opened,
    pub(super) replica: Replica,
    pub(super) generation: u32,
    /// The last change that the stored state has.
    pub(super) stored_seq: i64,
    /// The last change in the log.
    pub(super) seq: i64,
    /// A state whose text is that of the latest revision.
    pub(super) base_state: Option<Vec<u8>>,
    /// Who made changes that no revision has.
    pub(super) unsaved_by: Option<UserId>,
}

/// Loads a text, and begins a new history where there is none, or one that is worn or cannot be read.
pub(super) async fn load(engine: &Inner, runbook: RunbookId) -> Result<Loaded, LoadError> {
    for _ in 0..TRIES {
        let opened = engine.open_runbook(runbook).await?.ok_or(LoadError::NoRunbook)?;
        let stored = engine.store.reader().live_text(runbook).await?;
        let loaded = match stored {
            None => begin(engine, opened).await,
            Some((text, changes)) => resume(engine, opened, text, changes).await,
        };
        match loaded {
            Ok(loaded) => return Ok(loaded),
            Err(LiveTextError::Elsewhere { .. }) => {}
            Err(LiveTextError::Save(SaveError::Store(error))) => return Err(error.into()),
            Err(LiveTextError::Save(SaveError::NotFound { .. } | SaveError::Conflict { .. })) => {
                return Err(LoadError::NoRunbook);
            }
        }
    }
    let reason = "other servers change this text all the time".to_owned();
    Err(LoadError::Store(StoreError::Unavailable { reason }))
}

async fn begin(engine: &Inner, opened: Opened) -> Result<Loaded, LiveTextError> {
    let (replica, generation, text) = anew(&opened.revision, 0);
    let (runbook, base_state) = (opened.runbook.id, Some(text.state.clone()));
    if !engine.store.begin_live_text(runbook, text).await? {
        return Err(LiveTextError::Elsewhere { runbook });
    }
    let unsaved_by = None;
    Ok(Loaded { opened, replica, generation, stored_seq: 0, seq: 0, base_state, unsaved_by })
}

async fn resume(
    engine: &Inner,
    opened: Opened,
    text: LiveText,
    changes: Vec<LiveChange>,
) -> Result<Loaded, LiveTextError> {
    let (runbook, latest) = (opened.runbook.id, &opened.revision);
    if text.revision > latest.number {
        // Saved between the two questions.
        return Err(LiveTextError::Elsewhere { runbook });
    }
    let stored_seq = text.seq;
    let mut seq = changes.last().map_or(text.seq, |it| it.seq);
    let unsaved_by = changes.last().map(|it| it.author);
    let generation = u32::try_from(text.generation).unwrap_or(1);
    let brought = match bring(text, &changes, latest) {
        Ok(brought) if !(brought.is_worn && changes.is_empty()) => brought,
        worn_or_unreadable => {
            if let Err(error) = worn_or_unreadable {
                tracing::error!(%runbook, %error, "the history of a text cannot be read");
            }
            let (replica, generation, text) = anew(latest, seq);
            let base_state = Some(text.state.clone());
            engine.store.replace_live_text(runbook, stored_seq, text).await?;
            let (stored_seq, unsaved_by) = (seq, None);
            return Ok(Loaded {
                opened,
                replica,
                generation,
                stored_seq,
                seq,
                base_state,
                unsaved_by,
            });
        }
    };
    if let Some(edit) = brought.edit {
        seq += 1;
        let change = LiveChange { seq, author: latest.author, body: pack(&[&edit]) };
        engine.store.append_live_change(runbook, change, Some(latest.number)).await?;
    }
    let Brought { replica, base_state, .. } = brought;
    Ok(Loaded { opened, replica, generation, stored_seq, seq, base_state, unsaved_by })
}

struct Brought {
    replica: Replica,
    /// What somebody's save amounts to.
    edit: Option<Vec<u8>>,
    base_state: Option<Vec<u8>>,
    is_worn: bool,
}

fn bring(text: LiveText, changes: &[LiveChange], latest: &Revision) -> Result<Brought, Unapplied> {
    let mut replica = Replica::load(&text.state)?;
    let is_behind = text.revision < latest.number;
    let edit = if is_behind { replica.edit_to(&latest.content) } else { None };
    let is_base = replica.text() == latest.content;
    let base_state = is_base.then(|| replica.state());
    let is_worn = replica.is_worn();
    for change in changes {
        for update in unpack(&change.body)? {
            replica.merge(update)?;
        }
    }
    Ok(Brought { replica, edit, base_state, is_worn })
}

/// A new history of the latest text.
fn anew(latest: &Revision, seq: i64) -> (Replica, u32, LiveText) {
    // Not 0: nobody's clock of that client shall look like a history.
    let generation = u32::try_from(random_id() & 0x7fff_ffff).expect("31 bits fit").max(1);
    let mut replica = Replica::new(generation, &latest.content);
    let text = LiveText {
        generation: i64::from(generation),
        state: replica.state(),
        seq,
        revision: latest.number,
    };
    (replica, generation, text)
}

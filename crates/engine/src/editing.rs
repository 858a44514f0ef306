//! Texts that people edit together, while they edit them.
//!
//! ```text
//! editor ─ change ─▶ scan ─▶ replica ─▶ log (store) ─▶ the other editors
//!                                          │ 300 ms after the last, at most 2 s after the first
//!                                          ▼
//!                          revision with its blocks ─▶ all editors: saved
//! ```
//!
//! One task owns a text from its first editor to its last. A change is in the store before anybody else
//! hears of it, and in a revision before anybody hears that it is saved. What one editor sends can end
//! that editor's connection; it can neither break the text nor hold up others.

mod editor;
mod live_text;
mod loading;
mod protocol;
mod refusal;
mod replica;
mod saving;
mod scan;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::id::{RunbookId, UserId};
use store::StoreError;
use tokio::sync::{Semaphore, mpsc, oneshot};

pub use self::{
    editor::{Editor, EditorInput, EditorOutput, Heard, Standing, Unsaved},
    refusal::Refusal,
};
use self::{live_text::Message, loading::LoadError};
use crate::{Engine, Inner, Opened, SaveRunbookError, runbooks::Change};

/// Texts whose task may end between being found and being asked.
const TRIES: usize = 8;

/// Why a text was not opened for editing.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("there is no such runbook")]
    NoRunbook,
    #[error("{most} editors have this runbook open, which is as many as may; close some of them")]
    TooMany { most: usize },
    #[error("the server is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The texts that are open, by runbook.
#[derive(Debug, Default)]
pub(crate) struct LiveTexts {
    open: Mutex<HashMap<RunbookId, mpsc::Sender<Message>>>,
    /// One of each owner's texts at a time has the processor, however many they open.
    turns: Mutex<HashMap<UserId, Arc<Semaphore>>>,
}

impl LiveTexts {
    fn open(&self) -> MutexGuard<'_, HashMap<RunbookId, mpsc::Sender<Message>>> {
        // Nothing that holds the lock can leave the map half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turns_of(&self, owner: UserId) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, it| Arc::strong_count(it) > 1);
        Arc::clone(turns.entry(owner).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.open().len()
    }

    /// The task of a text, if it is open.
    fn find(&self, runbook: RunbookId) -> Option<mpsc::Sender<Message>> {
        self.open().get(&runbook).cloned()
    }
}

impl Engine {
    /// Opens the text of a runbook for an editor. Whether they may is for the caller to know.
    ///
    /// # Errors
    ///
    /// When there is no such runbook, too many have it open, or the store fails.
    pub async fn edit_runbook(
        &self,
        runbook: RunbookId,
        user: UserId,
    ) -> Result<Editor, EditError> {
        for _ in 0..TRIES {
            if self.0.shutdown.is_cancelled() {
                break;
            }
            let text = self.live_text(runbook);
            let (reply, answer) = oneshot::channel();
            if text.send(Message::Join { user, reply }).await.is_ok()
                && let Ok(joined) = answer.await
            {
                return joined;
            }
        }
        Err(EditError::ShuttingDown)
    }

    /// The task of a text, which begins if it is not there.
    fn live_text(&self, runbook: RunbookId) -> mpsc::Sender<Message> {
        let mut open = self.0.texts.open();
        if let Some(sender) = open.get(&runbook).filter(|it| !it.is_closed()) {
            return sender.clone();
        }
        let (sender, mailbox) = mpsc::channel(live_text::MAILBOX);
        open.insert(runbook, sender.clone());
        self.0.tasks.spawn(live_text::live(Arc::clone(&self.0), runbook, mailbox));
        sender
    }

    /// Saves a change of somebody who has no live editor. Those who have one see it.
    pub(crate) async fn save_change(
        &self,
        runbook: RunbookId,
        change: Change,
    ) -> Result<Opened, SaveRunbookError> {
        if let Some(text) = self.0.texts.find(runbook) {
            let (reply, answer) = oneshot::channel();
            if text.send(Message::Put { change: change.clone(), reply }).await.is_ok()
                && let Ok(saved) = answer.await
            {
                return saved;
            }
        }
        self.0.save_change(runbook, change).await
    }

    /// Sends the editors of a runbook away that is about to be deleted, once what they did is saved.
    pub(crate) async fn close_text(&self, runbook: RunbookId) {
        if let Some(text) = self.0.texts.find(runbook) {
            let (reply, answer) = oneshot::channel();
            if text.send(Message::Close { reply }).await.is_ok() {
                // A task that ended by itself is as well.
                answer.await.ok();
            }
        }
    }

    /// Makes revisions of what an earlier process stored and did not come to save.
    pub(crate) async fn save_left_texts(&self) -> Result<(), StoreError> {
        for runbook in self.0.store.unsaved_live_texts().await? {
            // The task saves what it finds, and ends, since nobody joins.
            drop(self.live_text(runbook));
        }
        Ok(())
    }
}

/// How a text that could not be opened is told to those who wait for it.
fn unopened(error: &LoadError) -> EditError {
    match error {
        LoadError::NoRunbook => EditError::NoRunbook,
        LoadError::Store(error) => error.clone().into(),
    }
}

impl Inner {
    fn forget_text(&self, runbook: RunbookId, mailbox: &mut mpsc::Receiver<Message>) -> bool {
        let mut open = self.texts.open();
        // Under the lock nobody can find the task and ask it something more.
        let is_idle = mailbox.is_empty();
        if is_idle {
            open.remove(&runbook);
            mailbox.close();
        }
        is_idle
    }
}

//! When a text is saved, and who is told.

use std::{sync::Arc, time::Duration};

use store::StoreError;
use tokio::{task::JoinHandle, time::Instant};

use super::{
    super::{
        editor::{Heard, Standing, Unsaved},
        refusal::Refusal,
        saving::{Job, SaveFailure, Saved, save},
    },
    Dirty, Ended, LONGEST_REST, LiveText, PATIENCE, QUIET, REST, RETRY, Serving, TRIES,
};
use crate::{Opened, SaveRunbookError, runbooks::Change};

/// A save under way, and when it began.
pub(super) type Saving = (JoinHandle<Result<Saved, SaveFailure>>, Instant);

impl LiveText {
    /// When to save next, unless something happens before.
    pub(super) fn save_at(&self) -> Option<Instant> {
        if self.saving.is_some() || (self.is_settled() && self.asking.is_empty()) {
            return None;
        }
        let now = Instant::now();
        if !self.asking.is_empty() {
            return Some(now);
        }
        if let Some(retry_at) = self.retry_at {
            return Some(retry_at);
        }
        let due = match self.dirty {
            Some(dirty) if !self.editors.is_empty() => {
                (dirty.last + QUIET).min(dirty.since + PATIENCE)
            }
            Some(_) | None => now,
        };
        Some(due.max(self.not_before))
    }

    pub(super) fn is_settled(&self) -> bool {
        self.dirty.is_none() && self.saving.is_none() && self.unlogged.is_none()
    }

    pub(super) fn touch(&mut self) {
        let now = Instant::now();
        let since = self.dirty.map_or(now, |it| it.since);
        self.dirty = Some(Dirty { since, last: now });
    }

    pub(super) fn fail(&mut self, why: Unsaved) {
        tracing::warn!(runbook = %self.runbook, %why, "a text is not saved");
        self.retry_at = Some(Instant::now() + RETRY);
        let standing = Standing::Unsaved(Arc::new(why));
        for editor in self.answering.drain(..).chain(self.asking.drain(..)).collect::<Vec<_>>() {
            self.tell(editor, Heard::Standing(standing.clone()));
        }
        self.standing.send_replace(standing);
    }

    pub(super) async fn begin_save(&mut self) -> Serving {
        self.retry_at = None;
        if !self.log_again().await? {
            return Ok(());
        }
        let (text, state) = self.compute(|it| (it.text(), it.state())).await;
        let job = Job {
            base: Arc::clone(&self.base),
            predecessor: self.predecessor.clone(),
            text,
            state,
            generation: self.generation,
            stored_seq: self.stored_seq,
            seq: self.seq,
            author: self.author,
        };
        self.dirty = None;
        self.answering.append(&mut self.asking);
        let saving = self.engine.tasks.spawn(save(Arc::clone(&self.engine), job));
        self.saving = Some((saving, Instant::now()));
        Ok(())
    }

    pub(super) async fn saved(
        &mut self,
        (saved, took): (Result<Saved, SaveFailure>, Duration),
    ) -> Serving {
        match saved {
            Ok(saved) => {
                self.not_before = Instant::now() + (took * REST).min(LONGEST_REST);
                self.retry_at = None;
                self.stored_seq = saved.seq;
                self.base_state = Some(saved.state);
                self.predecessor = saved.predecessor;
                let is_new = !Arc::ptr_eq(&saved.opened, &self.base);
                self.base = saved.opened;
                self.announce(is_new);
                Ok(())
            }
            Err(SaveFailure::Deleted) => Err(Ended(Refusal::Deleted)),
            Err(SaveFailure::Unsaved(why)) => {
                self.touch();
                self.fail(why);
                Ok(())
            }
            Err(SaveFailure::Elsewhere) => {
                self.touch();
                self.asking.append(&mut self.answering);
                match self.follow().await? {
                    Ok(()) => {}
                    Err(error) => self.fail(Unsaved::Store(error)),
                }
                Ok(())
            }
        }
    }

    /// Tells those who asked, and all if something is new.
    pub(super) fn announce(&mut self, is_new: bool) {
        let standing = Standing::Saved(Arc::clone(&self.base));
        let was_failing = matches!(&*self.standing.borrow(), Standing::Unsaved(_));
        for editor in std::mem::take(&mut self.answering) {
            self.tell(editor, Heard::Standing(standing.clone()));
        }
        if is_new || was_failing {
            self.standing.send_replace(standing);
        }
    }

    /// Saves what is edited, then the change of somebody without a live editor, which the others see.
    pub(super) async fn put(
        &mut self,
        change: Change,
    ) -> Serving<Result<Opened, SaveRunbookError>> {
        if let Err(error) = self.settle().await? {
            return Ok(Err(error));
        }
        let opened = match self.engine.save_change(self.runbook, change).await {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = self.rebase(opened.clone()).await? {
            self.fail(Unsaved::Store(error));
        }
        self.announce(true);
        Ok(Ok(opened))
    }

    /// Saves until all is saved, or says why it is not.
    pub(super) async fn settle(&mut self) -> Serving<Result<(), SaveRunbookError>> {
        for _ in 0..TRIES {
            if self.saving.is_none() {
                if self.is_settled() && self.seq == self.stored_seq {
                    break;
                }
                self.begin_save().await?;
            }
            if self.saving.is_some() {
                let saved = finished(&mut self.saving).await;
                self.saved(saved).await?;
            }
            let standing = self.standing.borrow().clone();
            if let Standing::Unsaved(why) = standing {
                return Ok(Err(match &*why {
                    Unsaved::Store(error) => SaveRunbookError::Store(error.clone()),
                    Unsaved::Invalid(reason) => SaveRunbookError::Invalid(reason.clone()),
                }));
            }
        }
        Ok(Ok(()))
    }

    pub(super) async fn shut_down(&mut self) -> Serving {
        if self.saving.is_some() {
            let saved = finished(&mut self.saving).await;
            self.saved(saved).await?;
        }
        if !self.is_settled() {
            self.begin_save().await?;
        }
        if self.saving.is_some() {
            let saved = finished(&mut self.saving).await;
            self.saved(saved).await?;
        }
        if !self.is_settled() {
            tracing::error!(runbook = %self.runbook, "a text was not saved before the end");
        }
        Ok(())
    }
}

/// Waits for the save under way, and says how long it took; for ever if there is none.
pub(super) async fn finished(
    saving: &mut Option<Saving>,
) -> (Result<Saved, SaveFailure>, Duration) {
    let Some((task, begun)) = saving else { return std::future::pending().await };
    let (saved, took) = (task.await, begun.elapsed());
    *saving = None;
    let saved = saved.unwrap_or_else(|error| {
        let reason = format!("saving failed: {error}");
        Err(SaveFailure::Unsaved(Unsaved::Store(StoreError::Unavailable { reason })))
    });
    (saved, took)
}

//! What is stored of a text, by this server and by others: changes go into the log before anybody hears of
//! them, and what others stored or saved is taken over.

use std::sync::Arc;

use store::{LiveChange, LiveTextError, SaveError, StoreError};

use super::{
    super::{
        editor::Unsaved,
        loading::load,
        protocol::{self, pack, unpack},
        refusal::Refusal,
        replica::Replica,
    },
    Ended, LiveText, Serving, TRIES, Unapplied,
};
use crate::Opened;

impl LiveText {
    /// Stores changes, then lets the other editors hear them. `clocks` are those from before.
    pub(super) async fn log(&mut self, applied: Vec<(u64, Vec<u8>)>, clocks: Vec<u8>) -> Serving {
        if applied.is_empty() {
            return Ok(());
        }
        self.touch();
        if self.unlogged.is_some() {
            // They are told with those before them.
            return Ok(());
        }
        let packed = pack(&applied.iter().map(|it| &it.1).collect::<Vec<_>>());
        match self.append(packed, None).await? {
            Ok(()) => {
                for (editor, update) in applied {
                    self.tell_others(Some(editor), &protocol::update(&update));
                }
            }
            Err(error) => {
                self.unlogged = Some(clocks);
                self.fail(Unsaved::Store(error));
            }
        }
        Ok(())
    }

    /// Stores what could not be stored before, and lets all editors hear it.
    pub(super) async fn log_again(&mut self) -> Serving<bool> {
        let Some(clocks) = self.unlogged.clone() else { return Ok(true) };
        let update = self.compute(move |it| it.since(&clocks)).await;
        match self.append(pack(&[&update]), None).await? {
            Ok(()) => {
                self.unlogged = None;
                self.tell_others(None, &protocol::update(&update));
                Ok(true)
            }
            Err(error) => {
                self.fail(Unsaved::Store(error));
                Ok(false)
            }
        }
    }

    pub(super) async fn append(
        &mut self,
        body: Vec<u8>,
        revision: Option<i64>,
    ) -> Serving<Result<(), StoreError>> {
        for _ in 0..TRIES {
            let change = LiveChange { seq: self.seq + 1, author: self.author, body: body.clone() };
            let store = &self.engine.store;
            match store.append_live_change(self.runbook, change, revision).await {
                Ok(()) => {
                    self.seq += 1;
                    return Ok(Ok(()));
                }
                Err(LiveTextError::Elsewhere { .. }) => {
                    if let Err(error) = self.meet_others().await? {
                        return Ok(Err(error));
                    }
                }
                Err(LiveTextError::Save(SaveError::Store(error))) => return Ok(Err(error)),
                Err(LiveTextError::Save(_)) => return Err(Ended(Refusal::Deleted)),
            }
        }
        Err(Ended(Refusal::Unavailable))
    }

    /// Takes over what another server stored of this text.
    pub(super) async fn meet_others(&mut self) -> Serving<Result<(), StoreError>> {
        if self.replica.is_none() {
            // A change broke it at the same time. Whoever comes next loads what is stored.
            return Err(Ended(Refusal::Unavailable));
        }
        let reader = self.engine.store.reader();
        let stored = match reader.live_text(self.runbook).await {
            Ok(Some(stored)) => stored,
            Ok(None) => return Err(Ended(Refusal::Deleted)),
            Err(error) => return Ok(Err(error)),
        };
        let (text, changes) = stored;
        if text.generation != i64::from(self.generation) {
            return Err(Ended(Refusal::OtherHistory));
        }
        let mut news = Vec::new();
        if text.seq > self.seq {
            news.push(text.state.clone());
        }
        let last = changes.last().map_or(text.seq, |it| it.seq);
        for change in changes.iter().filter(|it| it.seq > self.seq) {
            let updates = unpack(&change.body).map_err(|_| Ended(Refusal::Unavailable))?;
            news.extend(updates.into_iter().map(<[u8]>::to_vec));
        }
        for update in news {
            let merged = self.compute(move |it| it.merge(&update)).await;
            let merged = merged.map_err(|_| Ended(Refusal::Unavailable))?;
            if let Some(update) = merged {
                self.tell_others(None, &protocol::update(&update));
            }
        }
        self.seq = self.seq.max(last);
        self.stored_seq = text.seq;
        if text.revision != self.base.revision.number {
            match self.engine.open_runbook(self.runbook).await {
                // A revision that no state is of is met in a later save.
                Ok(Some(opened)) if opened.revision.number == text.revision => {
                    self.base = Arc::new(opened);
                    self.predecessor = None;
                    // With changes since, it may not have the text of that revision yet.
                    self.base_state = changes.is_empty().then_some(text.state);
                }
                Ok(Some(_)) => {}
                Ok(None) => return Err(Ended(Refusal::Deleted)),
                Err(error) => return Ok(Err(error)),
            }
        }
        self.touch();
        Ok(Ok(()))
    }

    /// Loads the text from the store, as it was before a change that broke the replica.
    pub(super) async fn load_again(&mut self) -> Serving {
        let loaded = load(&self.engine, self.runbook).await;
        let loaded = loaded.map_err(|error| {
            tracing::error!(runbook = %self.runbook, %error, "a text was not loaded again");
            Ended(Refusal::Unavailable)
        })?;
        let is_another = loaded.generation != self.generation;
        self.generation = loaded.generation;
        self.replica = Some(loaded.replica);
        (self.stored_seq, self.seq) = (loaded.stored_seq, loaded.seq);
        self.base_state = loaded.base_state;
        if loaded.opened.revision.number != self.base.revision.number {
            self.base = Arc::new(loaded.opened);
            self.predecessor = None;
        }
        let is_lost = self.unlogged.take().is_some();
        self.touch();
        match is_another || is_lost {
            true => Err(Ended(Refusal::Unavailable)),
            false => Ok(()),
        }
    }

    /// Takes over what others did to the runbook, in the log or in a revision.
    pub(super) async fn follow(&mut self) -> Serving<Result<(), StoreError>> {
        if let Err(error) = self.meet_others().await? {
            return Ok(Err(error));
        }
        match self.engine.open_runbook(self.runbook).await {
            Ok(Some(latest)) => self.rebase(latest).await,
            Ok(None) => Err(Ended(Refusal::Deleted)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Makes what somebody saved beside the editors a change of theirs.
    pub(super) async fn rebase(&mut self, latest: Opened) -> Serving<Result<(), StoreError>> {
        if latest.revision.number == self.base.revision.number {
            return Ok(Ok(()));
        }
        // Of a text that the latest revision was not made from, all is loaded again.
        let Some(state) = self.base_state.take() else { return Err(Ended(Refusal::Unavailable)) };
        let content = latest.revision.content.clone();
        let turned = self
            .compute(move |replica| {
                // Made where nothing else was edited, so that what was is kept beside it.
                let mut base = Replica::load(&state)?;
                let edit = base.edit_to(&content);
                let before = replica.state_vector();
                let merged = match &edit {
                    Some(edit) => replica.merge(edit)?,
                    None => None,
                };
                Ok::<_, Unapplied>((base.state(), before, merged))
            })
            .await;
        let (state, before, merged) = turned.map_err(|error| {
            tracing::error!(runbook = %self.runbook, %error, "a saved text was not merged");
            Ended(Refusal::Unavailable)
        })?;
        self.base_state = Some(state);
        let number = latest.revision.number;
        self.base = Arc::new(latest);
        self.predecessor = None;
        let Some(update) = merged else { return Ok(Ok(())) };
        self.touch();
        if self.unlogged.is_some() {
            return Ok(Ok(()));
        }
        match self.append(pack(&[&update]), Some(number)).await? {
            Ok(()) => self.tell_others(None, &protocol::update(&update)),
            Err(error) => {
                self.unlogged = Some(before);
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}

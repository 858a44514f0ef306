//! The server's copy of a text that people edit together: what an editor's change does to it, and what
//! others must hear of it. No I/O, and no waiting but for the processor.
//!
//! All changes pass [`scan`] first. The library may still fail in the middle of one that is well formed;
//! such a copy is [spoiled](Unapplied::Spoiled), and its owner loads another.

use std::{
    collections::HashMap,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
};

use bytes::Bytes;
use yrs::{
    ClientID, Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact,
    Update,
    updates::{decoder::Decode, encoder::Encode},
};

use super::{
    refusal::Refusal,
    scan::{ScanError, Scanned, TEXT, scan, state_vector},
};
use crate::{lines, random_id, runbooks::MAX_CONTENT_BYTES};

/// Parts of one change, without deleted ones. People at their keyboards make a few, and replacing a word throughout a long
/// document some thousands.
const MAX_PARTS: usize = 20_000;

/// Parts of a text with its history: 200 bytes of memory each.
const MAX_HISTORY: usize = 200_000;

/// Those who ever changed a text, each open page being one.
const MAX_CLIENTS: usize = 5_000;

/// A text whose history is larger than this is begun anew when nobody has it open: clients, parts, and bytes
/// beyond those of the text.
const WORN: (usize, usize, usize) = (1_000, 50_000, 4 << 20);

/// What others must hear of a change; empty if it changed nothing.
const NOTHING: [u8; 2] = [0, 0];

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unapplied {
    /// It builds upon others that are not there. Whoever sent it has them.
    #[error("changes before it are missing")]
    Missing,
    #[error("the change is refused: {0}")]
    Refused(Refusal),
    /// As refused, and the copy must not be used any more.
    #[error("the change broke the text: {0}")]
    Spoiled(Refusal),
}

impl From<ScanError> for Unapplied {
    fn from(error: ScanError) -> Self {
        Self::Refused(error.into())
    }
}

/// What others must hear of a change, or why it was not made.
pub(crate) type Outcome = Result<Option<Vec<u8>>, Unapplied>;

/// A copy of a text with its history.
pub(crate) struct Replica {
    doc: Doc,
    text: TextRef,
    /// At least as many as the history has.
    parts: usize,
    /// At least as many as the text has.
    text_bytes: usize,
}

impl Replica {
    /// A text that nobody has edited. `generation` names its history, and is its first client.
    pub(crate) fn new(generation: u32, text: &str) -> Self {
        let mut replica = Self::empty(u64::from(generation));
        let mut transaction = replica.doc.transact_mut();
        // Even of an empty text the history has a beginning that can be recognised.
        replica.text.insert(&mut transaction, 0, "\n");
        replica.text.remove_range(&mut transaction, 0, 1);
        replica.text.insert(&mut transaction, 0, text);
        drop(transaction);
        replica.text_bytes = text.len();
        replica
    }

    /// A text as [`Self::state`] gave it.
    pub(crate) fn load(state: &[u8]) -> Result<Self, Unapplied> {
        let client = u64::try_from(random_id() & 0xffff_ffff).expect("32 bits fit");
        let mut replica = Self::empty(client);
        replica.merge(state)?;
        Ok(replica)
    }

    fn empty(client: u64) -> Self {
        let options = Options {
            // That of Yjs: places are counted as JavaScript does.
            offset_kind: OffsetKind::Utf16,
            cleanup_formatting: false,
            ..Options::with_client_id(ClientID::new(client))
        };
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text(TEXT);
        Self { doc, text, parts: 0, text_bytes: 0 }
    }

    /// Makes the change of an editor; gives what the others must hear, if it changed something.
    pub(crate) fn apply(&mut self, update: &[u8]) -> Outcome {
        let scanned = scan(update, MAX_PARTS)?;
        let known = self.clocks();
        let strangers = scanned.brings.keys().filter(|it| !known.contains_key(*it)).count();
        if known.len() + strangers > MAX_CLIENTS || self.parts + scanned.structs > MAX_HISTORY {
            return Err(Unapplied::Refused(Refusal::HistoryTooLong));
        }
        let applied = self.integrate(update, &scanned)?;
        if self.text_bytes > MAX_CONTENT_BYTES {
            self.text_bytes = self.text().len();
        }
        if self.text_bytes > MAX_CONTENT_BYTES {
            return Err(Unapplied::Spoiled(Refusal::TooLarge { bytes: self.text_bytes }));
        }
        Ok(applied)
    }

    /// Makes a change that was accepted before, here or by another server.
    pub(crate) fn merge(&mut self, update: &[u8]) -> Outcome {
        let scanned = scan(update, usize::MAX)?;
        self.integrate(update, &scanned)
    }

    fn integrate(&mut self, update: &[u8], scanned: &Scanned) -> Outcome {
        let known = self.clocks();
        if scanned.is_missing(|client| known.get(&client).copied().unwrap_or(0)) {
            return Err(Unapplied::Missing);
        }
        let spoiled = || Unapplied::Spoiled(Refusal::Malformed);
        let update =
            Update::decode_v1(update).map_err(|_| Unapplied::Refused(Refusal::Malformed))?;
        // One that is dropped commits: in the middle of a failure that would be a second one.
        let mut transaction = ManuallyDrop::new(self.doc.transact_mut());
        transaction.apply_update(update).map_err(|_| spoiled())?;
        if transaction.has_missing_updates() {
            return Err(spoiled());
        }
        let applied = transaction.encode_update_v1();
        drop(ManuallyDrop::into_inner(transaction));
        // What was known already is not counted again.
        let new = scan(&applied, usize::MAX).map_or(scanned.structs, |it| it.structs + it.deletes);
        self.parts += new;
        self.text_bytes += scanned.text_bytes;
        Ok((applied != NOTHING).then_some(applied))
    }

    /// Makes the text another one by the least change; gives what the others must hear.
    pub(crate) fn edit_to(&mut self, new: &str) -> Option<Vec<u8>> {
        let old = self.text();
        let edits = lines::edits(&old, new);
        let mut transaction = self.doc.transact_mut();
        // From the end on, so that what is before keeps its place.
        for edit in edits.iter().rev() {
            let at = units(&old[..edit.range.start]);
            let length = units(&old[edit.range.clone()]);
            if length > 0 {
                self.text.remove_range(&mut transaction, at, length);
            }
            self.text.insert(&mut transaction, at, edit.text);
        }
        let update = transaction.encode_update_v1();
        drop(transaction);
        self.parts += edits.len() * 2;
        self.text_bytes = new.len();
        (update != NOTHING).then_some(update)
    }

    pub(crate) fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// All that is known, for [`Self::load`].
    pub(crate) fn state(&mut self) -> Vec<u8> {
        let state = self.doc.transact().encode_state_as_update_v1(&StateVector::default());
        if let Ok(scanned) = scan(&state, usize::MAX) {
            self.parts = scanned.structs;
        }
        state
    }

    /// Whether the history is so long that a new one should begin.
    pub(crate) fn is_worn(&mut self) -> bool {
        let (clients, parts, bytes) = WORN;
        let state = self.state().len();
        self.clocks().len() > clients || self.parts > parts || state > self.text().len() + bytes
    }

    /// Which clocks this copy has, encoded.
    pub(crate) fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// What somebody lacks who has these clocks. Who knows another history has none of this one's.
    pub(crate) fn lacked_by(&self, clocks: &[u8], generation: u32) -> Result<Vec<u8>, Refusal> {
        let theirs = state_vector(clocks, MAX_CLIENTS)?;
        if !theirs.is_empty() && !theirs.contains_key(&u64::from(generation)) {
            return Err(Refusal::OtherHistory);
        }
        let theirs = theirs.into_iter().map(|(client, clock)| (ClientID::new(client), clock));
        Ok(self.doc.transact().encode_diff_v1(&theirs.collect()))
    }

    /// What somebody lacks who has the clocks of [`Self::state_vector`].
    pub(crate) fn since(&self, state_vector: &[u8]) -> Vec<u8> {
        let known = StateVector::decode_v1(state_vector).expect("our own encoding can be read");
        self.doc.transact().encode_diff_v1(&known)
    }

    fn clocks(&self) -> HashMap<u64, u32> {
        let state_vector = self.doc.transact().state_vector();
        state_vector.iter().map(|(client, clock)| (client.get(), *clock)).collect()
    }
}

/// Makes changes one after another. One that breaks the replica is the last.
pub(crate) fn apply_until_broken(
    replica: Replica,
    updates: &[Bytes],
) -> (Option<Replica>, Vec<Outcome>) {
    // A structure that a panic left half changed is not taken apart: nobody knows what would happen.
    let mut replica = ManuallyDrop::new(replica);
    let mut outcomes = Vec::with_capacity(updates.len());
    for update in updates {
        let outcome = catch_unwind(AssertUnwindSafe(|| replica.apply(update)));
        let outcome = outcome.unwrap_or(Err(Unapplied::Spoiled(Refusal::Malformed)));
        let is_broken = matches!(outcome, Err(Unapplied::Spoiled(_)));
        let is_whole = matches!(outcome, Err(Unapplied::Spoiled(Refusal::TooLarge { .. })));
        outcomes.push(outcome);
        if is_whole {
            drop(ManuallyDrop::into_inner(replica));
            return (None, outcomes);
        }
        if is_broken {
            return (None, outcomes);
        }
    }
    (Some(ManuallyDrop::into_inner(replica)), outcomes)
}

/// The length of a text as JavaScript counts it.
fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).expect("a document has fewer than 2^32 characters")
}

#[cfg(test)]
mod tests;

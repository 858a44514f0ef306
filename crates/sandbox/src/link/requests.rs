//! Requests about files that wait for their replies.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use guest::{FileEntry, HostFrame, MAX_ENTRIES, RequestId};
use tokio::sync::{mpsc, oneshot};

use super::{SandboxError, Shared, WINDOW, stream::cost};
use crate::path::SandboxPath;

/// What the guest says about a request that failed.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) errno: i32,
    pub(super) what: String,
    /// Of a tree, the entry at which it failed.
    pub(super) entry: Option<String>,
}

/// Part of what is streamed. Without an end, the link was closed.
#[derive(Debug)]
pub(super) enum Arrival {
    Chunk(Bytes),
    End(Result<(), Failed>),
}

/// The guest answered what was not asked, or too much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reply that does not fit its request")]
pub(super) struct Mismatch;

#[derive(Debug, Default)]
pub(super) struct Requests(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    expected: HashMap<RequestId, Expected>,
}

type Answer<T> = oneshot::Sender<Result<T, Failed>>;

#[derive(Debug)]
enum Expected {
    Done(Answer<()>),
    Content {
        answer: Answer<Vec<u8>>,
        content: Vec<u8>,
        left: u64,
    },
    Entries {
        answer: Answer<Vec<FileEntry>>,
        entries: Vec<FileEntry>,
    },
    /// Unbounded in number, but not in what they hold: `credit` is what the guest may still send.
    Chunks {
        arrivals: mpsc::UnboundedSender<Arrival>,
        credit: u32,
        left: u64,
    },
}

/// The right to one reply. Dropping it tells the guest that nobody waits.
#[derive(Debug)]
pub(super) struct Reply<T> {
    receiver: oneshot::Receiver<Result<T, Failed>>,
    request: RequestId,
    shared: Arc<Shared>,
}

impl<T> Reply<T> {
    pub(super) fn is_there(&mut self) -> bool {
        !self.receiver.is_empty() || self.receiver.is_terminated()
    }

    pub(super) async fn wait(mut self, path: &SandboxPath) -> Result<T, SandboxError> {
        match (&mut self.receiver).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failed)) => Err(failed.into_error(path)),
            Err(_) => Err(SandboxError::Gone),
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        self.shared.requests.abandon(self.request, &self.shared);
    }
}

impl Requests {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn expect_done(
        &self,
        request: RequestId,
        shared: &Arc<Shared>,
    ) -> Result<Reply<()>, SandboxError> {
        self.expect(request, shared, Expected::Done)
    }

    pub(super) fn expect_content(
        &self,
        request: RequestId,
        max_bytes: u64,
        shared: &Arc<Shared>,
    ) -> Result<Reply<Vec<u8>>, SandboxError> {
        self.expect(request, shared, |answer| Expected::Content {
            answer,
            content: Vec::new(),
            left: max_bytes,
        })
    }

    pub(super) fn expect_entries(
        &self,
        request: RequestId,
        shared: &Arc<Shared>,
    ) -> Result<Reply<Vec<FileEntry>>, SandboxError> {
        self.expect(request, shared, |answer| Expected::Entries { answer, entries: Vec::new() })
    }

    /// Expects a stream, of which the guest may send [`WINDOW`] before more is granted.
    pub(super) fn expect_chunks(
        &self,
        request: RequestId,
        max_bytes: u64,
    ) -> Result<mpsc::UnboundedReceiver<Arrival>, SandboxError> {
        let (arrivals, receiver) = mpsc::unbounded_channel();
        let mut state = self.state();
        if state.closed {
            return Err(SandboxError::Gone);
        }
        let chunks = Expected::Chunks { arrivals, credit: WINDOW, left: max_bytes };
        state.expected.insert(request, chunks);
        Ok(receiver)
    }

    pub(super) fn granted(&self, request: RequestId, bytes: u32) {
        if let Some(Expected::Chunks { credit, .. }) = self.state().expected.get_mut(&request) {
            *credit += bytes;
        }
    }

    /// Nobody waits any more: tells the guest, unless it has answered.
    pub(super) fn abandon(&self, request: RequestId, shared: &Shared) {
        // Still expected means that no reply came.
        if self.state().expected.remove(&request).is_some() {
            shared.outbox.push(&HostFrame::Cancel { request });
        }
    }

    fn expect<T>(
        &self,
        request: RequestId,
        shared: &Arc<Shared>,
        expected: impl FnOnce(Answer<T>) -> Expected,
    ) -> Result<Reply<T>, SandboxError> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if state.closed {
            return Err(SandboxError::Gone);
        }
        state.expected.insert(request, expected(sender));
        Ok(Reply { receiver, request, shared: Arc::clone(shared) })
    }

    /// Adds part of a file. Parts of a cancelled request are dropped.
    pub(super) fn content(&self, request: RequestId, bytes: Vec<u8>) -> Result<(), Mismatch> {
        match self.state().expected.get_mut(&request) {
            None => Ok(()),
            Some(Expected::Content { content, left, .. }) => {
                *left = left.checked_sub(bytes.len() as u64).ok_or(Mismatch)?;
                content.extend(bytes);
                Ok(())
            }
            Some(Expected::Chunks { arrivals, credit, left }) => {
                let bytes = Bytes::from(bytes);
                *left = left.checked_sub(bytes.len() as u64).ok_or(Mismatch)?;
                *credit = credit.checked_sub(cost(&bytes)).ok_or(Mismatch)?;
                // Its reader may be going away in this moment.
                arrivals.send(Arrival::Chunk(bytes)).ok();
                Ok(())
            }
            Some(Expected::Done(_) | Expected::Entries { .. }) => Err(Mismatch),
        }
    }

    pub(super) fn entries(&self, request: RequestId, more: Vec<FileEntry>) -> Result<(), Mismatch> {
        match self.state().expected.get_mut(&request) {
            None => Ok(()),
            Some(Expected::Entries { entries, .. }) => {
                entries.extend(more);
                if entries.len() > MAX_ENTRIES { Err(Mismatch) } else { Ok(()) }
            }
            Some(Expected::Done(_) | Expected::Content { .. } | Expected::Chunks { .. }) => {
                Err(Mismatch)
            }
        }
    }

    pub(super) fn done(&self, request: RequestId) {
        // Whoever stopped waiting in this moment needs no reply.
        match self.state().expected.remove(&request) {
            None => {}
            Some(Expected::Done(answer)) => drop(answer.send(Ok(()))),
            Some(Expected::Content { answer, content, .. }) => drop(answer.send(Ok(content))),
            Some(Expected::Entries { answer, entries }) => drop(answer.send(Ok(entries))),
            Some(Expected::Chunks { arrivals, .. }) => drop(arrivals.send(Arrival::End(Ok(())))),
        }
    }

    pub(super) fn failed(&self, request: RequestId, failed: Failed) {
        match self.state().expected.remove(&request) {
            None => {}
            Some(Expected::Done(answer)) => drop(answer.send(Err(failed))),
            Some(Expected::Content { answer, .. }) => drop(answer.send(Err(failed))),
            Some(Expected::Entries { answer, .. }) => drop(answer.send(Err(failed))),
            Some(Expected::Chunks { arrivals, .. }) => {
                drop(arrivals.send(Arrival::End(Err(failed))));
            }
        }
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.expected.clear();
    }
}

//! Frames on their way to the guest.
//!
//! One queue keeps their order: a kill must not overtake its start. Senders wait until there is room,
//! except for frames that are bounded by what they answer: a kill or a cancellation by the program or
//! request that ends, a grant by the output that was read.

use std::sync::Arc;

use guest::{HostFrame, MAX_FRAME, encode};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};

use super::Shared;

/// Bytes that may wait; two of the largest frames, so that one is queued while one is written.
const ROOM: usize = 2 * MAX_FRAME;

/// Frames written with one system call, at most.
const BATCH: usize = 64;

#[derive(Debug)]
pub(crate) struct Outbox {
    // Unbounded because `push` must not wait; `send` takes its room from the semaphore.
    queue: mpsc::UnboundedSender<Queued>,
    room: Arc<Semaphore>,
}

#[derive(Debug)]
struct Queued {
    bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
pub(super) struct Queue(mpsc::UnboundedReceiver<Queued>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    Closed,
    TooLarge { length: usize },
}

pub(super) fn outbox() -> (Outbox, Queue) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Outbox { queue: sender, room: Arc::new(Semaphore::new(ROOM)) }, Queue(receiver))
}

impl Outbox {
    /// Queues a frame once there is room for it.
    pub(crate) async fn send(&self, frame: &HostFrame) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).map_err(|it| SendError::TooLarge { length: it.length })?;
        let size = u32::try_from(bytes.len().min(ROOM)).expect("ROOM fits into u32");
        let room = Arc::clone(&self.room).acquire_many_owned(size).await;
        let queued = Queued { bytes, _room: Some(room.map_err(|_| SendError::Closed)?) };
        self.queue.send(queued).map_err(|_| SendError::Closed)
    }

    /// Queues a small frame at once; see the module for which.
    pub(crate) fn push(&self, frame: &HostFrame) {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).expect("frames without content are small");
        // A guest that is gone needs it no more.
        self.queue.send(Queued { bytes, _room: None }).ok();
    }

    pub(super) fn close(&self) {
        self.room.close();
    }
}

impl Queue {
    /// Writes frames until the link is closed.
    pub(super) async fn serve(mut self, mut link: impl AsyncWrite + Unpin, shared: Arc<Shared>) {
        let closed = shared.closed.clone();
        let write = async {
            let mut batch = Vec::new();
            while self.0.recv_many(&mut batch, BATCH).await > 0 {
                let bytes: Vec<u8> = batch.iter().flat_map(|it| &it.bytes).copied().collect();
                link.write_all(&bytes).await?;
                link.flush().await?;
                batch.clear();
            }
            std::io::Result::Ok(())
        };
        // A broken link is told by the reader, which may still have frames to deliver.
        tokio::select! { _ = write => (), () = closed.cancelled() => () }
    }
}

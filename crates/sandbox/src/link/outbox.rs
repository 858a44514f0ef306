//! Frames on their way to the guest.
//!
//! One queue keeps their order: a kill must not overtake its start. Senders wait until there is room,
//! except for frames that are bounded by what they answer: a kill or a cancellation by the program or
//! request that ends, a grant by the output that was read, an order about a stream by its life.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use guest::{HostFrame, MAX_FRAME, encode};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};

mod room;

use super::Shared;
use room::Room;

/// Bytes that may wait; two of the largest frames, so that one is queued while one is written.
const ROOM: usize = 2 * MAX_FRAME;

/// Frames written with one system call, at most.
const BATCH: usize = 64;

#[derive(Debug)]
pub(crate) struct Outbox {
    // Unbounded because `push` must not wait; `send` takes its room from the semaphore.
    queue: mpsc::UnboundedSender<Queued>,
    room: Arc<Semaphore>,
    streams: Arc<Room>,
}

#[derive(Debug)]
struct Queued {
    bytes: Vec<u8>,
    // Read by nobody: given back when the frame was written.
    _room: Kept,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held until the frame was written")]
enum Kept {
    Nothing,
    Sender(OwnedSemaphorePermit),
    Stream(room::Taken),
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
    (
        Outbox { queue: sender, room: Arc::new(Semaphore::new(ROOM)), streams: Arc::default() },
        Queue(receiver),
    )
}

impl Outbox {
    /// Queues a frame once there is room for it.
    pub(crate) async fn send(&self, frame: &HostFrame) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).map_err(|it| SendError::TooLarge { length: it.length })?;
        let size = u32::try_from(bytes.len().min(ROOM)).expect("ROOM fits into u32");
        let room = Arc::clone(&self.room).acquire_many_owned(size).await;
        let queued = Queued { bytes, _room: Kept::Sender(room.map_err(|_| SendError::Closed)?) };
        self.queue.send(queued).map_err(|_| SendError::Closed)
    }

    /// Queues a small frame at once; see the module for which.
    pub(crate) fn push(&self, frame: &HostFrame) {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).expect("frames without content are small");
        self.push_encoded(bytes, Kept::Nothing);
    }

    /// Queues a frame if there is room for it now, and drops it otherwise.
    pub(crate) fn try_send(&self, frame: &HostFrame) {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).expect("who may lose frames sends small ones");
        let size = u32::try_from(bytes.len()).expect("MAX_FRAME fits into u32");
        if let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(size) {
            self.push_encoded(bytes, Kept::Sender(room));
        }
    }

    /// Takes room for bytes of a stream, which must be at most one chunk.
    pub(crate) fn poll_room(&self, cx: &Context<'_>, size: usize) -> Poll<room::Taken> {
        self.streams.poll_take(cx, size)
    }

    /// Queues a frame for which [`Self::poll_room`] gave room.
    pub(crate) fn push_with(&self, frame: &HostFrame, room: room::Taken) {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).expect("a frame of one chunk is below the limit");
        self.push_encoded(bytes, Kept::Stream(room));
    }

    fn push_encoded(&self, bytes: Vec<u8>, room: Kept) {
        // A guest that is gone needs it no more.
        self.queue.send(Queued { bytes, _room: room }).ok();
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
            let (mut batch, mut bytes) = (Vec::new(), Vec::new());
            while self.0.recv_many(&mut batch, BATCH).await > 0 {
                bytes.clear();
                // Copied frame by frame: byte by byte, a large file costs more than its way to the guest.
                batch.iter().for_each(|it: &Queued| bytes.extend_from_slice(&it.bytes));
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

//! Frames on their way to the guest.
//!
//! One queue keeps their order: a kill must not overtake its start. Senders wait until there is room,
//! except for frames that are bounded by what they answer: a kill or a cancellation by the program or
//! request that ends, a grant by the output that was read, an order about a stream by its life.
//!
//! Where nothing waits, whoever sends writes to the link by itself: waking the writer task first would
//! cost more than the write. What the link does not take at once is the writer's.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
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

/// A frame that is written by itself: to copy it costs more than a system call.
const LARGE: usize = 16 * 1024;

#[derive(Debug)]
pub(crate) struct Outbox {
    // Unbounded because `push` must not wait; `send` takes its room from the semaphore.
    queue: mpsc::UnboundedSender<Queued>,
    room: Arc<Semaphore>,
    streams: Arc<Room>,
    way: Arc<Way>,
}

/// The way to the guest, for whoever may write to it now.
#[derive(Debug, Default)]
struct Way(Mutex<WayState>);

#[derive(Default)]
struct WayState {
    /// Not there before the writer began, while it writes, and once the link is closed.
    link: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    closed: bool,
    /// What is in the queue, or was taken from it and is still being written.
    waiting: usize,
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
pub(super) struct Queue {
    frames: mpsc::UnboundedReceiver<Queued>,
    way: Arc<Way>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    Closed,
    TooLarge { length: usize },
}

pub(super) fn outbox() -> (Outbox, Queue) {
    let (queue, frames) = mpsc::unbounded_channel();
    let (room, way) = (Arc::new(Semaphore::new(ROOM)), Arc::<Way>::default());
    let outbox = Outbox { queue, room, streams: Arc::default(), way: Arc::clone(&way) };
    (outbox, Queue { frames, way })
}

impl Way {
    fn state(&self) -> MutexGuard<'_, WayState> {
        // Nothing that holds the lock can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WayState {
    /// Puts the link where senders find it.
    fn open(&mut self, link: Box<dyn AsyncWrite + Send + Unpin>) {
        if !self.closed {
            self.link = Some(link);
        }
    }

    /// Writes what the link takes now, if nothing is before it, and says how much that was; `None` if
    /// all is done.
    fn write(&mut self, bytes: &[u8]) -> Option<usize> {
        let Some(link) = self.link.as_mut().filter(|_| self.waiting == 0) else { return Some(0) };
        let mut link = Pin::new(link);
        // Nobody is woken: what is left goes to the writer, which asks again.
        let cx = &mut Context::from_waker(Waker::noop());
        let mut written = 0;
        while written < bytes.len() {
            match link.as_mut().poll_write(cx, &bytes[written..]) {
                Poll::Ready(Ok(count)) if count > 0 => written += count,
                Poll::Ready(_) | Poll::Pending => return Some(written),
            }
        }
        link.poll_flush(cx).is_pending().then_some(written)
    }
}

impl fmt::Debug for WayState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WayState").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

impl Outbox {
    /// Queues a frame once there is room for it.
    pub(crate) async fn send(&self, frame: &HostFrame) -> Result<(), SendError> {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).map_err(|it| SendError::TooLarge { length: it.length })?;
        let size = u32::try_from(bytes.len().min(ROOM)).expect("ROOM fits into u32");
        let room = Arc::clone(&self.room).acquire_many_owned(size).await;
        self.pass_on(bytes, Kept::Sender(room.map_err(|_| SendError::Closed)?))
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
        self.pass_on(bytes, room).ok();
    }

    fn pass_on(&self, mut bytes: Vec<u8>, room: Kept) -> Result<(), SendError> {
        // Held until the rest is queued, or another frame might come between.
        let mut way = self.way.state();
        let Some(written) = way.write(&bytes) else { return Ok(()) };
        bytes.drain(..written);
        way.waiting += 1;
        self.queue.send(Queued { bytes, _room: room }).map_err(|_| SendError::Closed)
    }

    pub(super) fn close(&self) {
        self.room.close();
        let mut way = self.way.state();
        way.closed = true;
        // The guest sees the end of the link, whoever still holds this.
        way.link = None;
    }
}

impl Queue {
    /// Writes frames until the link is closed.
    pub(super) async fn serve(
        mut self,
        link: impl AsyncWrite + Send + Unpin + 'static,
        shared: Arc<Shared>,
    ) {
        let closed = shared.closed.clone();
        self.way.state().open(Box::new(link));
        // A broken link is told by the reader, which may still have frames to deliver.
        tokio::select! { _ = self.write() => (), () = closed.cancelled() => () }
    }

    async fn write(&mut self) -> std::io::Result<()> {
        let (mut batch, mut small) = (Vec::new(), Vec::new());
        while self.frames.recv_many(&mut batch, BATCH).await > 0 {
            let Some(mut link) = self.way.state().link.take() else { return Ok(()) };
            for Queued { bytes, .. } in &batch {
                if bytes.len() >= LARGE {
                    // In order: what was collected comes first.
                    link.write_all(&small).await?;
                    small.clear();
                    link.write_all(bytes).await?;
                } else {
                    small.extend_from_slice(bytes);
                }
            }
            link.write_all(&small).await?;
            small.clear();
            link.flush().await?;
            let mut way = self.way.state();
            way.open(link);
            way.waiting -= batch.len();
            drop(way);
            batch.clear();
        }
        Ok(())
    }
}

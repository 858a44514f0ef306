//! One stream: what arrived and was not read yet, and the credit in both directions.

use std::{
    collections::VecDeque,
    fmt, io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
};

use bytes::{Buf, Bytes};
use guest::{FRAME_COST, MAX_CHUNK, NetworkOrder, Payload, STREAM_WINDOW, StreamId};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
};

use super::{Violation, order};
use crate::link::Shared;

#[derive(Debug)]
pub(super) struct Pipe(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Told once: zero, or why the program cannot be connected to.
    dialling: Option<oneshot::Sender<i32>>,
    chunks: VecDeque<Bytes>,
    /// What the guest may still send.
    credit: u32,
    /// What was read and not granted again.
    taken: u32,
    /// What we may still send.
    room: u32,
    guest_ended: bool,
    we_ended: bool,
    broken: Option<io::ErrorKind>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl State {
    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

impl Pipe {
    fn new(dialling: Option<oneshot::Sender<i32>>) -> Self {
        Self(Mutex::new(State {
            dialling,
            chunks: VecDeque::new(),
            credit: STREAM_WINDOW,
            taken: 0,
            room: STREAM_WINDOW,
            guest_ended: false,
            we_ended: false,
            broken: None,
            reader: None,
            writer: None,
        }))
    }

    pub(super) fn accepted() -> Self {
        Self::new(None)
    }

    pub(super) fn dialling() -> (Self, oneshot::Receiver<i32>) {
        let (tell, told) = oneshot::channel();
        (Self::new(Some(tell)), told)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn dialled(&self) -> Result<(), Violation> {
        let waiting = self.state().dialling.take().ok_or(Violation::Order)?;
        // Whoever asked may have stopped waiting; the stream is then being closed.
        waiting.send(0).ok();
        Ok(())
    }

    pub(super) fn received(&self, bytes: Bytes) -> Result<(), Violation> {
        let mut state = self.state();
        if state.dialling.is_some() || state.guest_ended {
            return Err(Violation::Order);
        }
        let cost = u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_add(FRAME_COST);
        state.credit = state.credit.checked_sub(cost).ok_or(Violation::Bytes)?;
        state.chunks.push_back(bytes);
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    pub(super) fn ended(&self) -> Result<(), Violation> {
        let mut state = self.state();
        if state.dialling.is_some() || state.guest_ended {
            return Err(Violation::Order);
        }
        state.guest_ended = true;
        state.wake();
        Ok(())
    }

    pub(super) fn granted(&self, bytes: u32) -> Result<(), Violation> {
        let mut state = self.state();
        if bytes > STREAM_WINDOW - state.room {
            return Err(Violation::Grant);
        }
        state.room += bytes;
        if let Some(writer) = state.writer.take() {
            writer.wake();
        }
        Ok(())
    }

    pub(super) fn broke(&self, errno: i32) {
        let mut state = self.state();
        if let Some(waiting) = state.dialling.take() {
            // Zero would mean that it worked.
            waiting.send(if errno == 0 { ECONNREFUSED } else { errno }).ok();
        }
        state.broken = Some(io::ErrorKind::ConnectionReset);
        state.wake();
    }

    /// The link is closed.
    pub(super) fn lost(&self) {
        let mut state = self.state();
        state.dialling = None;
        state.broken = Some(io::ErrorKind::BrokenPipe);
        state.wake();
    }

    /// Both sides have said their end.
    pub(super) fn is_over(&self) -> bool {
        let state = self.state();
        state.guest_ended && state.we_ended
    }

    fn poll_read(&self, cx: &Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<Option<u32>>> {
        let mut state = self.state();
        let State { chunks, taken, credit, .. } = &mut *state;
        let before = out.remaining();
        while let Some(chunk) = chunks.front_mut()
            && out.remaining() > 0
        {
            let count = chunk.len().min(out.remaining());
            out.put_slice(&chunk[..count]);
            chunk.advance(count);
            *taken += u32::try_from(count).expect("a chunk fits into u32");
            if chunk.is_empty() {
                chunks.pop_front();
                *taken += FRAME_COST;
            }
        }
        if out.remaining() < before || before == 0 {
            // In quarters of the window: one frame for many reads, and never too late.
            let grant = (*taken >= STREAM_WINDOW / 4).then(|| std::mem::take(taken));
            *credit += grant.unwrap_or(0);
            return Poll::Ready(Ok(grant));
        }
        if let Some(kind) = state.broken {
            return Poll::Ready(Err(kind.into()));
        }
        if state.guest_ended {
            return Poll::Ready(Ok(None));
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    /// How much may be sent now.
    fn poll_room(&self, cx: &Context<'_>) -> Poll<io::Result<u32>> {
        let mut state = self.state();
        if let Some(kind) = state.broken {
            return Poll::Ready(Err(kind.into()));
        }
        if state.we_ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if state.room == 0 {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(state.room))
    }
}

/// `ECONNREFUSED` as Linux numbers it.
const ECONNREFUSED: i32 = 111;

/// A connection through the guest. Dropping it before both directions have ended resets it.
pub struct GuestStream {
    id: StreamId,
    pipe: Arc<Pipe>,
    shared: Arc<Shared>,
}

impl GuestStream {
    pub(super) fn new(id: StreamId, pipe: Arc<Pipe>, shared: Arc<Shared>) -> Self {
        Self { id, pipe, shared }
    }

    pub(crate) fn number(&self) -> u64 {
        self.id.0
    }
}

/// A frame of a stream is its bytes and some 20 more.
const FRAME_HEAD: usize = 32;

impl AsyncRead for GuestStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let grant = ready!(self.pipe.poll_read(cx, out))?;
        if let Some(bytes) = grant {
            let grant = order(NetworkOrder::Grant { stream: self.id, bytes });
            self.shared.outbox.push(&grant);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for GuestStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let room = ready!(self.pipe.poll_room(cx))? as usize;
        let count = bytes.len().min(room).min(MAX_CHUNK);
        if count == 0 {
            return Poll::Ready(Ok(0));
        }
        let permit = ready!(self.shared.outbox.poll_room(cx, count + FRAME_HEAD));
        let frame =
            order(NetworkOrder::Bytes { stream: self.id, bytes: Payload::from(&bytes[..count]) });
        self.pipe.state().room -= u32::try_from(count).expect("a chunk fits into u32");
        self.shared.outbox.push_with(&frame, permit);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let news = {
            let mut state = self.pipe.state();
            let news = !state.we_ended && state.broken.is_none();
            state.we_ended = true;
            news
        };
        if news {
            self.shared.outbox.push(&order(NetworkOrder::Eof { stream: self.id }));
            if self.pipe.is_over() {
                self.shared.streams.forget(self.id);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for GuestStream {
    fn drop(&mut self) {
        // Still known means that it is not over.
        if self.shared.streams.forget(self.id).is_some() {
            self.shared.outbox.push(&order(NetworkOrder::Reset { stream: self.id }));
        }
    }
}

impl fmt::Debug for GuestStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestStream").field("stream", &self.id.0).finish_non_exhaustive()
    }
}

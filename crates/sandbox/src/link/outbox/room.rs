//! The part of the outbox that streams share.
//!
//! Not a semaphore: one of those reserves room for whoever waits, and a stream that nobody polls any more
//! would keep it from the others.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Bytes of all streams that may wait to be written: enough to keep the link busy, and little enough that
/// a kill or a start behind them is not late.
const ROOM: usize = 512 * 1024;

#[derive(Debug)]
pub(crate) struct Room(Mutex<State>);

#[derive(Debug)]
struct State {
    left: usize,
    waiting: Vec<Waker>,
}

impl Default for Room {
    fn default() -> Self {
        Self(Mutex::new(State { left: ROOM, waiting: Vec::new() }))
    }
}

/// Room that was taken; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Taken {
    room: Arc<Room>,
    size: usize,
}

impl Room {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes room for a frame of at most `ROOM / 2` bytes.
    pub(crate) fn poll_take(self: &Arc<Self>, cx: &Context<'_>, size: usize) -> Poll<Taken> {
        let mut state = self.state();
        let Some(left) = state.left.checked_sub(size) else {
            state.waiting.push(cx.waker().clone());
            return Poll::Pending;
        };
        state.left = left;
        Poll::Ready(Taken { room: Arc::clone(self), size })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut state = self.room.state();
        state.left += self.size;
        // All at once, and not for every frame. Whoever waits found less than this left.
        if state.left >= ROOM / 2 {
            let waiting = std::mem::take(&mut state.waiting);
            drop(state);
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

//! How many callers wait at once because nothing was ready.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// From so many on, more is asked for than can be booted: one may just have come at a bad moment.
const MANY: usize = 2;

/// How long a crowd is expected to come again: in steady traffic there are moments without.
const REMEMBERED: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Crowd(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: usize,
    was_one: Option<Instant>,
}

/// A caller who waits.
#[derive(Debug)]
pub(super) struct Member<'a>(&'a Crowd);

impl Crowd {
    /// Counts a caller until what is given back is dropped.
    pub(super) fn join(&self) -> Member<'_> {
        self.with(|state| {
            state.waiting += 1;
            if state.waiting >= MANY {
                state.was_one = Some(Instant::now());
            }
        });
        Member(self)
    }

    /// Whether there is one, or was a moment ago.
    pub(super) fn is_one(&self) -> bool {
        self.with(|state| state.was_one.is_some_and(|it| it.elapsed() < REMEMBERED))
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        // Nothing that holds the lock can leave the state half changed.
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        self.0.with(|state| state.waiting -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn two_who_wait_are_a_crowd_for_a_while_and_one_is_none() {
        let crowd = Crowd::default();
        for _ in 0..3 {
            let _one = crowd.join();
            assert!(!crowd.is_one());
        }
        let (one, other) = (crowd.join(), crowd.join());
        assert!(crowd.is_one());
        drop((one, other));
        assert!(crowd.is_one());
        tokio::time::advance(REMEMBERED).await;
        assert!(!crowd.is_one());
    }
}

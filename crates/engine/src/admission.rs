//! Admission: at most so many sandboxes at once, and a bounded, fair queue for the rest.
//!
//! The rules are `model::admission`; here are the futures that wait and the clock.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::{
    admission::{Answer, Asking, Bounds, Queue},
    id::UserId,
};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

/// The longest that somebody who was refused is told to wait. Guesses further ahead are worth little.
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// Hands out the right to have a sandbox. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// A change tells those who want to know their position to look again.
    moved: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    /// Those who wait, by their tickets.
    calls: HashMap<u64, oneshot::Sender<Slot>>,
    next_ticket: u64,
    refused: u64,
    pace: Pace,
}

/// How quickly places have become free of late.
#[derive(Debug)]
struct Pace {
    last: Option<Instant>,
    /// Mean time between two, the latest counting most.
    between: Duration,
}

/// Neither a sandbox nor room to wait for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{waiting} requests wait for a sandbox, which is as many as may; try again in {} seconds",
    retry_after.as_secs()
)]
pub struct QueueFull {
    pub waiting: usize,
    /// When there may be room, in whole seconds, at least one.
    pub retry_after: Duration,
}

/// A place in the queue, or already in front of it. Given up when dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    admission: Admission,
    user: UserId,
    number: u64,
    /// `None` for whoever was in front of the queue as they came.
    entered: Option<Instant>,
    /// `None` once it is over.
    call: Option<oneshot::Receiver<Slot>>,
}

/// The right to have one sandbox; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    admission: Admission,
    user: UserId,
    waited: Duration,
}

impl Admission {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let state = State {
            queue: Queue::new(bounds),
            calls: HashMap::new(),
            next_ticket: 0,
            refused: 0,
            pace: Pace { last: None, between: Duration::ZERO },
        };
        Self(Arc::new(Shared { state: Mutex::new(state), moved: watch::Sender::new(()) }))
    }

    pub(crate) fn taken(&self) -> usize {
        self.state().queue.taken()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.state().queue.waiting()
    }

    /// How many were refused since the start.
    pub(crate) fn refused(&self) -> u64 {
        self.state().refused
    }

    /// Enters the queue for a user.
    pub(crate) fn enter(&self, user: UserId, asking: Asking) -> Result<Ticket, QueueFull> {
        let mut state = self.state();
        let number = state.next_ticket;
        state.next_ticket += 1;
        let (caller, call) = oneshot::channel();
        let mut entered = None;
        match state.queue.ask(number, user, asking) {
            Answer::Admitted => {
                drop(state);
                // Cannot fail: the other end is right here.
                drop(caller.send(Slot { admission: self.clone(), user, waited: Duration::ZERO }));
            }
            Answer::Waiting => {
                entered = Some(Instant::now());
                drop(state.calls.insert(number, caller));
            }
            Answer::Refused => {
                state.refused += 1;
                let waiting = state.queue.waiting();
                return Err(QueueFull { waiting, retry_after: state.pace.until_there_is_room() });
            }
        }
        Ok(Ticket { admission: self.clone(), user, number, entered, call: Some(call) })
    }

    fn give_back(&self, user: UserId) {
        let mut state = self.state();
        state.pace.note(Instant::now());
        let admitted = state.queue.give_back(user);
        let call = admitted.and_then(|(ticket, user)| Some((state.calls.remove(&ticket)?, user)));
        // The place of one who has gone meanwhile comes back through here.
        drop(state);
        if let Some((caller, user)) = call {
            drop(caller.send(Slot { admission: self.clone(), user, waited: Duration::ZERO }));
        }
        self.0.moved.send_modify(|()| {});
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn note(&mut self, now: Instant) {
        if let Some(last) = self.last {
            self.between = (self.between * 7 + (now - last)) / 8;
        }
        self.last = Some(now);
    }

    /// The queue is full; one place in it becomes free each time a sandbox does.
    fn until_there_is_room(&self) -> Duration {
        let seconds = self.between.as_secs_f64().ceil().max(1.0);
        Duration::from_secs_f64(seconds).min(LONGEST_RETRY)
    }
}

impl Ticket {
    /// Waits for the right to have a sandbox. `position` hears the place in the queue, 1 for the next
    /// in line, whenever it changes; it hears nothing if there is no need to wait.
    pub(crate) async fn admitted(mut self, mut position: impl FnMut(usize)) -> Slot {
        let mut moved = self.admission.0.moved.subscribe();
        let mut last = None;
        loop {
            let now = self.position();
            if now != last {
                last = now;
                now.into_iter().for_each(&mut position);
            }
            let call = self.call.as_mut().expect("only the end takes it");
            tokio::select! {
                biased;
                slot = call => {
                    let slot = slot.expect("a ticket that waits is called");
                    return self.over(slot);
                }
                // The sender is in the admission that the ticket holds.
                _ = moved.changed() => {}
            }
        }
    }

    fn position(&self) -> Option<usize> {
        self.admission.state().queue.position(self.number, self.user)
    }

    fn over(mut self, mut slot: Slot) -> Slot {
        self.call = None;
        slot.waited = self.entered.map_or(Duration::ZERO, |it| it.elapsed());
        slot
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.call.is_none() {
            return;
        }
        let mut state = self.admission.state();
        state.calls.remove(&self.number);
        let waited = state.queue.leave(self.number, self.user);
        drop(state);
        if waited {
            self.admission.0.moved.send_modify(|()| {});
        }
    }
}

impl Slot {
    /// How long its owner waited for it.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.admission.give_back(self.user);
    }
}

#[cfg(test)]
mod tests;

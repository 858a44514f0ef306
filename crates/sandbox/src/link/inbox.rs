//! What arrived for one program and was not taken yet, and its credit in both directions.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use guest::{FRAME_COST, STDIN_WINDOW, StartStep};
use tokio::sync::{Notify, Semaphore, oneshot};

use crate::process::ProcessEvent;

/// Told once: the program runs, or why it does not.
type Start = Result<(), (i32, StartStep)>;

/// The guest sent what it had no right to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Violation {
    #[error("more output than was granted")]
    Output,
    #[error("more input granted than was sent")]
    Input,
    #[error("a frame about a program out of its order")]
    Order,
}

#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    arrived: Notify,
    /// Bytes of input the guest has room for. Closed when nobody reads it.
    input: Semaphore,
    window: u32,
}

#[derive(Debug)]
struct State {
    start: Option<oneshot::Sender<Start>>,
    events: VecDeque<ProcessEvent>,
    /// What the guest may still send.
    credit: u32,
    /// What was taken and not granted again.
    taken: u32,
    truncated: bool,
    ended: bool,
}

/// The next event, and what to grant the guest for it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) event: ProcessEvent,
    pub(crate) grant: Option<u32>,
}

impl Inbox {
    pub(super) fn new(window: u32) -> (Self, oneshot::Receiver<Start>) {
        let (sender, receiver) = oneshot::channel();
        let state = State {
            start: Some(sender),
            events: VecDeque::new(),
            credit: window,
            taken: 0,
            truncated: false,
            ended: false,
        };
        let input = Semaphore::new(STDIN_WINDOW as usize);
        (Self { state: Mutex::new(state), arrived: Notify::new(), input, window }, receiver)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn started(&self, start: Start) -> Result<(), Violation> {
        let sender = self.state().start.take().ok_or(Violation::Order)?;
        // The caller may have stopped waiting; its process is then being killed.
        sender.send(start).ok();
        Ok(())
    }

    pub(super) fn output(&self, event: ProcessEvent) -> Result<(), Violation> {
        let mut state = self.state();
        if state.start.is_some() || state.truncated {
            return Err(Violation::Order);
        }
        state.credit = state.credit.checked_sub(cost(&event)).ok_or(Violation::Output)?;
        state.events.push_back(event);
        self.arrived.notify_one();
        Ok(())
    }

    pub(super) fn truncated(&self) -> Result<(), Violation> {
        let mut state = self.state();
        if state.start.is_some() || state.truncated {
            return Err(Violation::Order);
        }
        state.truncated = true;
        state.events.push_back(ProcessEvent::Truncated);
        self.arrived.notify_one();
        Ok(())
    }

    /// The last event: an exit, or the loss of it.
    pub(super) fn ended(&self, event: ProcessEvent) -> Result<(), Violation> {
        let mut state = self.state();
        if state.start.is_some() {
            return Err(Violation::Order);
        }
        if !state.ended {
            state.ended = true;
            state.events.push_back(event);
        }
        self.input.close();
        self.arrived.notify_one();
        Ok(())
    }

    /// The link is closed.
    pub(super) fn lost(&self) {
        // Whoever waits for the start learns it from the dropped sender.
        self.state().start = None;
        self.ended(ProcessEvent::Lost).expect("the start was given up");
    }

    pub(super) fn input_granted(&self, bytes: u32) -> Result<(), Violation> {
        let room =
            STDIN_WINDOW as usize - self.input.available_permits().min(STDIN_WINDOW as usize);
        if bytes as usize > room {
            return Err(Violation::Input);
        }
        self.input.add_permits(bytes as usize);
        Ok(())
    }

    /// Whoever waits to write, or tries later, learns that nobody reads.
    pub(crate) fn input_closed(&self) {
        self.input.close();
    }

    /// Waits until the guest has room for so many bytes of input; `None` when nobody reads it.
    pub(crate) async fn room_for_input(&self, bytes: u32) -> Option<()> {
        self.input.acquire_many(bytes).await.ok()?.forget();
        Some(())
    }

    /// Waits for the next event; `None` after the last. Safe to drop.
    pub(crate) async fn take(&self) -> Option<Taken> {
        loop {
            {
                let mut state = self.state();
                if let Some(event) = state.events.pop_front() {
                    let grant = self.grant(&mut state, &event);
                    return Some(Taken { event, grant });
                }
                if state.ended {
                    return None;
                }
            }
            self.arrived.notified().await;
        }
    }

    /// Grants in quarters of the window: one frame for many events, and never so late that the guest
    /// has nothing left.
    fn grant(&self, state: &mut State, event: &ProcessEvent) -> Option<u32> {
        state.taken += cost(event);
        if state.taken < self.window / 4 {
            return None;
        }
        let grant = std::mem::take(&mut state.taken);
        state.credit += grant;
        Some(grant)
    }
}

fn cost(event: &ProcessEvent) -> u32 {
    match event {
        ProcessEvent::Stdout(bytes)
        | ProcessEvent::Stderr(bytes)
        | ProcessEvent::Said(bytes, _) => {
            u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_add(FRAME_COST)
        }
        ProcessEvent::Truncated | ProcessEvent::Exit(_) | ProcessEvent::Lost => 0,
    }
}

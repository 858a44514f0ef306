//! Admission: at most so many sandboxes at once, and a fair queue with positions for the rest.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Hands out the right to have a sandbox, in the order of asking. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    most: usize,
    slots: Arc<Semaphore>,
    queue: Arc<Queue>,
}

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Vec<u64>>,
    /// Number of the next ticket; a change tells everybody to look at their position again.
    moved: watch::Sender<u64>,
}

/// The right to have one sandbox; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Admission {
    pub(crate) fn new(sandboxes: usize) -> Self {
        let queue = Queue { waiting: Mutex::new(Vec::new()), moved: watch::Sender::new(0) };
        Self { most: sandboxes, slots: Arc::new(Semaphore::new(sandboxes)), queue: Arc::new(queue) }
    }

    pub(crate) fn taken(&self) -> usize {
        self.most.saturating_sub(self.slots.available_permits())
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiting().len()
    }

    /// Waits for a slot. `position` hears the place in the queue, 1 for the next in line, whenever
    /// it changes; it hears nothing if a slot is free at once.
    pub(crate) async fn slot(&self, mut position: impl FnMut(usize)) -> Slot {
        if let Ok(permit) = Arc::clone(&self.slots).try_acquire_owned() {
            return Slot(permit);
        }
        let ticket = self.queue.enter();
        let mut moved = self.queue.moved.subscribe();
        let mut permit = std::pin::pin!(Arc::clone(&self.slots).acquire_owned());
        let mut last = 0;
        loop {
            let now = ticket.position();
            if now != last {
                last = now;
                position(now);
            }
            tokio::select! {
                permit = &mut permit => {
                    return Slot(permit.expect("the semaphore is never closed"));
                }
                _ = moved.changed() => {}
            }
        }
    }
}

/// A place in the queue; given up when dropped.
struct Ticket<'a> {
    queue: &'a Queue,
    number: u64,
}

impl Queue {
    fn enter(&self) -> Ticket<'_> {
        let mut number = 0;
        self.moved.send_modify(|next| {
            number = *next;
            *next += 1;
        });
        self.waiting().push(number);
        Ticket { queue: self, number }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    fn position(&self) -> usize {
        let waiting = self.queue.waiting();
        waiting.iter().position(|it| *it == self.number).map_or(1, |it| it + 1)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.queue.waiting().retain(|it| *it != self.number);
        self.queue.moved.send_modify(|_| {});
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the test awaits what it spawns")]
    fn spawn<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        tokio::spawn(future)
    }

    #[tokio::test]
    async fn the_queue_moves_up_when_a_slot_is_given_back() {
        let admission = Admission::new(1);
        let first = admission.slot(|_| panic!("a free slot has no queue")).await;
        let (send, mut positions) = mpsc::unbounded_channel();
        let wait = |name: &'static str| {
            let (admission, send) = (admission.clone(), send.clone());
            async move {
                let send_position = send.clone();
                let slot = admission.slot(move |it| send_position.send((name, it)).unwrap()).await;
                send.send((name, 0)).unwrap();
                slot
            }
        };
        let second = spawn(wait("second"));
        assert_eq!(positions.recv().await, Some(("second", 1)));
        let third = spawn(wait("third"));
        assert_eq!(positions.recv().await, Some(("third", 2)));
        drop(first);
        assert_eq!(positions.recv().await, Some(("second", 0)));
        assert_eq!(positions.recv().await, Some(("third", 1)));
        drop(second.await.unwrap());
        assert_eq!(positions.recv().await, Some(("third", 0)));
        drop(third.await.unwrap());
    }
}

//! Instances that wait for the next call, at most one of each function, for a while after the last one.
//!
//! ```text
//!  keep ──▶ waiting ──▶ taken by a call
//!              └── too old │ too many │ its version or a secret replaced ──▶ ended
//! ```
//!
//! One task owns them all. Without calls there is soon nothing left to own.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use model::id::{FunctionId, UserId};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::instance::{Instance, Resources};
use crate::execution::sleep_until;

/// Requests that may wait for the task; each takes it some microseconds.
const MAILBOX: usize = 64;

/// Which calls an instance fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) function: FunctionId,
    pub(super) version: i64,
    pub(super) resources: Resources,
    /// See [`Warm::age_of_secrets`].
    pub(super) secrets: u64,
}

/// An instance to keep.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) fit: Fit,
    pub(super) owner: UserId,
    pub(super) instance: Instance,
    pub(super) keep: Duration,
}

/// Talks to the task. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Warm {
    mailbox: mpsc::Sender<Message>,
    secrets: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Message {
    Take(Fit, oneshot::Sender<Option<Box<Instance>>>),
    Keep(Box<Kept>),
    Retire(FunctionId),
    RetireOf(UserId),
}

/// The state of the task.
#[derive(Debug)]
pub(super) struct Keeper {
    mailbox: mpsc::Receiver<Message>,
    waiting: HashMap<FunctionId, Waiting>,
    most: usize,
}

#[derive(Debug)]
struct Waiting {
    kept: Box<Kept>,
    until: Instant,
}

impl Warm {
    /// At most `most` instances wait.
    pub(super) fn new(most: usize) -> (Self, Keeper) {
        let (sender, receiver) = mpsc::channel(MAILBOX);
        let keeper = Keeper { mailbox: receiver, waiting: HashMap::new(), most };
        (Self { mailbox: sender, secrets: Arc::default() }, keeper)
    }

    /// Counts the changes of secrets. An instance that was begun at another count may hold old values.
    pub(super) fn age_of_secrets(&self) -> u64 {
        self.secrets.load(Ordering::Acquire)
    }

    /// The instance that waits for such a call.
    pub(super) async fn take(&self, fit: Fit) -> Option<Instance> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.send(Message::Take(fit, reply)).await.ok()?;
        let mut instance = answer.await.ok()??;
        // One that ended while it waited is of no use, and would look like a failed call.
        instance.is_waiting().then_some(*instance)
    }

    pub(super) async fn keep(&self, kept: Kept) {
        drop(self.mailbox.send(Message::Keep(Box::new(kept))).await);
    }

    /// Ends what waits of a function.
    pub(super) async fn retire(&self, function: FunctionId) {
        drop(self.mailbox.send(Message::Retire(function)).await);
    }

    /// Ends what waits with values of a user's secrets that are old by now.
    pub(super) async fn secrets_changed(&self, owner: UserId) {
        self.secrets.fetch_add(1, Ordering::AcqRel);
        drop(self.mailbox.send(Message::RetireOf(owner)).await);
    }
}

impl Keeper {
    /// Works until nobody is left to ask, or `stop`; what waits ends then.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        loop {
            let next = self.waiting.values().map(|it| it.until).min();
            tokio::select! {
                () = stop.cancelled() => return,
                message = self.mailbox.recv() => match message {
                    Some(message) => self.hear(message),
                    None => return,
                },
                () = sleep_until(next) => {
                    let now = Instant::now();
                    self.waiting.retain(|_, it| it.until > now);
                }
            }
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Take(fit, reply) => {
                let waiting = self.waiting.remove(&fit.function);
                let found = waiting.filter(|it| it.kept.fit == fit);
                drop(reply.send(found.map(|it| Box::new(it.kept.instance))));
            }
            Message::Keep(kept) => {
                let until = Instant::now() + kept.keep;
                self.waiting.insert(kept.fit.function, Waiting { kept, until });
                while self.waiting.len() > self.most {
                    let first = self.waiting.iter().min_by_key(|it| it.1.until).map(|it| *it.0);
                    first.map(|it| self.waiting.remove(&it));
                }
            }
            Message::Retire(function) => drop(self.waiting.remove(&function)),
            Message::RetireOf(owner) => self.waiting.retain(|_, it| it.kept.owner != owner),
        }
    }
}

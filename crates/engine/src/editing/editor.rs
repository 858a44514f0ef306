//! One editor of a text: what it says, and what it hears.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use store::StoreError;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{live_text::Message, protocol, refusal::Refusal};
use crate::Opened;

/// Messages that wait to be sent to an editor.
const QUEUE: usize = 1024;

/// Their bytes. The largest document fits three times.
const QUEUE_BYTES: usize = 32 << 20;

/// Messages an editor may send at once after a rest, and how many a second on average. A quick typist makes
/// fifteen.
const MESSAGES: (u32, u32) = (1_000, 200);

/// The same in bytes.
const MESSAGE_BYTES: (u32, u32) = (64 << 20, 2 << 20);

/// What is known of the last save.
#[derive(Clone, Debug)]
pub enum Standing {
    /// All that was in the text at that time is in this revision.
    Saved(Arc<Opened>),
    /// What was edited is not stored, and is tried again.
    Unsaved(Arc<Unsaved>),
}

/// Why a text could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum Unsaved {
    #[error(transparent)]
    Store(StoreError),
    /// Everybody's changes together are more than a document may be.
    #[error("{0}")]
    Invalid(String),
}

/// What an editor hears.
#[derive(Clone, Debug)]
pub enum Heard {
    /// A message of y-protocols.
    Frame(Bytes),
    Standing(Standing),
    /// The last: nothing more is taken or told.
    Refused(Refusal),
}

/// Somebody who has a text open. Dropping its halves leaves.
#[derive(Debug)]
pub struct Editor {
    pub input: EditorInput,
    pub output: EditorOutput,
}

/// What an editor says.
#[derive(Debug)]
pub struct EditorInput {
    pub(super) number: u64,
    pub(super) mailbox: mpsc::Sender<Message>,
    pub(super) left: mpsc::UnboundedSender<u64>,
    pub(super) messages: Allowance,
    pub(super) bytes: Allowance,
}

/// What an editor hears.
#[derive(Debug)]
pub struct EditorOutput {
    queue: mpsc::Receiver<Heard>,
    queued_bytes: Arc<AtomicUsize>,
    standing: watch::Receiver<Standing>,
    /// The revision that was told last, so that it is told once.
    told: Option<Arc<Opened>>,
    end: Arc<End>,
    is_over: bool,
}

#[derive(Debug, Default)]
struct End {
    why: OnceLock<Refusal>,
    token: CancellationToken,
}

/// How the task of a text reaches an editor.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: mpsc::Sender<Heard>,
    queued_bytes: Arc<AtomicUsize>,
    end: Arc<End>,
}

impl EditorInput {
    /// Takes a message of y-protocols. Waits while the editor says more than it may.
    ///
    /// # Errors
    ///
    /// When it is none. The editor is gone then.
    pub async fn say(&mut self, frame: &Bytes) -> Result<(), Refusal> {
        self.messages.spend(1).await;
        self.bytes.spend(u32::try_from(frame.len()).unwrap_or(u32::MAX)).await;
        let said = protocol::read(frame)?;
        // Whoever ends the task tells the editor why.
        self.mailbox.send(Message::Said { editor: self.number, said }).await.ok();
        Ok(())
    }

    /// Asks to save at once. The answer is a [`Standing`], whether something had changed or not.
    pub async fn save(&mut self) {
        self.messages.spend(1).await;
        self.mailbox.send(Message::Save { editor: self.number }).await.ok();
    }
}

impl Drop for EditorInput {
    fn drop(&mut self) {
        // A task that is gone has no editors.
        self.left.send(self.number).ok();
    }
}

impl EditorOutput {
    /// What comes next; `None` after a refusal or when the engine shuts down. Safe to use in `select!`.
    pub async fn hear(&mut self) -> Option<Heard> {
        while !self.is_over {
            tokio::select! {
                biased;
                () = self.end.token.cancelled() => {
                    self.is_over = true;
                    return self.end.why.get().cloned().map(Heard::Refused);
                }
                heard = self.queue.recv() => match heard {
                    Some(heard) => {
                        self.queued_bytes.fetch_sub(size(&heard), Ordering::AcqRel);
                        if let Heard::Standing(Standing::Saved(opened)) = &heard {
                            self.told = Some(Arc::clone(opened));
                        }
                        return Some(heard);
                    }
                    None => self.is_over = true,
                },
                changed = self.standing.changed() => {
                    if changed.is_err() {
                        continue;
                    }
                    let standing = self.standing.borrow_and_update().clone();
                    if self.is_news(&standing) {
                        return Some(Heard::Standing(standing));
                    }
                }
            }
        }
        None
    }

    fn is_news(&mut self, standing: &Standing) -> bool {
        let Standing::Saved(opened) = standing else { return true };
        let is_told = self.told.as_ref().is_some_and(|it| Arc::ptr_eq(it, opened));
        self.told = Some(Arc::clone(opened));
        !is_told
    }
}

impl Outbox {
    pub(super) fn new(mut standing: watch::Receiver<Standing>) -> (Self, EditorOutput) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let queued_bytes = Arc::<AtomicUsize>::default();
        let end = Arc::<End>::default();
        // Whoever comes is told how the text stands.
        standing.mark_changed();
        let output = EditorOutput {
            queue,
            queued_bytes: Arc::clone(&queued_bytes),
            standing,
            told: None,
            end: Arc::clone(&end),
            is_over: false,
        };
        (Self { queue: sender, queued_bytes, end }, output)
    }

    /// Lets the editor hear something, or ends it if too much waits already. Returns whether it goes on.
    pub(super) fn tell(&self, heard: Heard) -> bool {
        let bytes = size(&heard);
        let queued = self.queued_bytes.fetch_add(bytes, Ordering::AcqRel);
        let is_taken = queued.saturating_add(bytes) <= QUEUE_BYTES.max(bytes)
            && self.queue.try_send(heard).is_ok();
        if !is_taken {
            self.refuse(Refusal::TooSlow);
        }
        is_taken
    }

    /// Ends the editor.
    pub(super) fn refuse(&self, why: Refusal) {
        // The first reason is the one that is told.
        self.end.why.set(why).ok();
        self.end.token.cancel();
    }
}

fn size(heard: &Heard) -> usize {
    match heard {
        Heard::Frame(frame) => frame.len(),
        Heard::Standing(_) | Heard::Refused(_) => 0,
    }
}

/// How much may be spent, which comes back with time.
#[derive(Debug)]
pub(super) struct Allowance {
    most: u32,
    per_second: u32,
    left: f64,
    counted_at: Instant,
}

impl Allowance {
    pub(super) fn of_messages() -> Self {
        Self::new(MESSAGES)
    }

    pub(super) fn of_bytes() -> Self {
        Self::new(MESSAGE_BYTES)
    }

    fn new((most, per_second): (u32, u32)) -> Self {
        Self { most, per_second, left: f64::from(most), counted_at: Instant::now() }
    }

    /// Spends some, and waits until it was there.
    async fn spend(&mut self, amount: u32) {
        let now = Instant::now();
        let back = now.duration_since(self.counted_at).as_secs_f64() * f64::from(self.per_second);
        self.counted_at = now;
        self.left = (self.left + back).min(f64::from(self.most)) - f64::from(amount);
        if self.left < 0.0 {
            let wait = -self.left / f64::from(self.per_second);
            tokio::time::sleep(Duration::from_secs_f64(wait)).await;
        }
    }
}

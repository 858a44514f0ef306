//! Hands out a session's sandbox to who works in it beside its blocks, and pauses it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sandbox::{ControlError, Sandbox};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{Actor, Message};
use crate::desk::{PauseError, ReachError};

/// How often activity that is no message of its own is told: it is written to the database each time.
const NOTED_EVERY: Duration = Duration::from_secs(5);

/// What somebody needs a sandbox for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// To work in it: one that sleeps wakes.
    Work,
    /// To look at it, if it is there.
    Look,
}

/// Who waits for the sandbox.
pub(super) type Reply = oneshot::Sender<Result<Option<Sandbox>, ReachError>>;

/// Notes that something happens in a sandbox, and tells its session now and then. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    /// `None` where nobody is told, and who wants to know asks.
    mailbox: Option<mpsc::Sender<Message>>,
    noted_at: Arc<Mutex<Option<Instant>>>,
}

impl Pulse {
    pub(super) fn new(mailbox: mpsc::Sender<Message>) -> Self {
        Self { mailbox: Some(mailbox), noted_at: Arc::default() }
    }

    /// Of a sandbox without a session of this engine.
    pub(crate) fn unheard() -> Self {
        Self { mailbox: None, noted_at: Arc::default() }
    }

    /// When something happened last, to within some seconds.
    pub(crate) fn noted_at(&self) -> Option<Instant> {
        *self.noted_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self) {
        let mut noted_at = self.noted_at.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_fresh = noted_at.is_some_and(|it| now.duration_since(it) < NOTED_EVERY);
        // A mailbox that is full holds activity enough.
        let tell = |it: &mpsc::Sender<Message>| it.try_send(Message::Active).is_ok();
        if !is_fresh && self.mailbox.as_ref().is_none_or(tell) {
            *noted_at = Some(now);
        }
    }
}

impl Actor {
    pub(super) fn reach(&mut self, need: Need, reply: Reply) {
        let sandbox = self.sandbox.as_ref().map(|(sandbox, _)| sandbox.clone());
        let answer = match (need, sandbox) {
            (Need::Work, Some(_)) if self.is_paused() => Err(ReachError::Paused),
            (Need::Work, None) => return self.wanted.push(reply),
            (Need::Work | Need::Look, sandbox) => Ok(sandbox),
        };
        // Whoever asked may be gone.
        drop(reply.send(answer));
    }

    /// Gives the sandbox to those who waited for it.
    pub(super) fn answer_waiting(&mut self) {
        let Some((sandbox, _)) = &self.sandbox else { return };
        for reply in self.wanted.drain(..) {
            drop(reply.send(Ok(Some(sandbox.clone()))));
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.view.borrow().is_paused
    }

    pub(super) async fn pause(&mut self) -> Result<(), PauseError> {
        let (sandbox, _) = self.sandbox.as_ref().ok_or(PauseError::Asleep)?;
        sandbox.pause().await?;
        self.view.send_modify(|it| it.is_paused = true);
        Ok(())
    }

    pub(super) async fn resume(&mut self) -> Result<(), ControlError> {
        if let Some((sandbox, _)) = self.sandbox.as_ref().filter(|_| self.is_paused()) {
            sandbox.resume().await?;
            self.view.send_modify(|it| it.is_paused = false);
        }
        Ok(())
    }

    /// Resumes for what cannot be done while nothing moves.
    pub(super) async fn go_on(&mut self) {
        if let Err(error) = self.resume().await {
            tracing::warn!(session = %self.id, %error, "a paused session could not be resumed");
        }
    }
}

//! The way into a session's task.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::execution::Execution;
use sandbox::runtime::Runtimes;
use tokio::sync::{mpsc, oneshot, watch};

use super::{Begun, Message, Pulse, Run, SessionView, StartError, WalkOrder};
use crate::{RunError, secrets::SecretText, terminals::Terminals};

/// How everybody else reaches a session's task. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    pub(super) mailbox: mpsc::Sender<Message>,
    /// The languages that its programs find.
    pub(crate) runtimes: Arc<Runtimes>,
    /// Values of secret inputs, typed for this session only.
    pub(super) typed: Arc<Mutex<BTreeMap<String, SecretText>>>,
    pub(crate) view: watch::Receiver<SessionView>,
    pub(crate) terminals: Arc<Terminals>,
    pub(crate) pulse: Pulse,
}

impl Handle {
    /// Values of secret inputs by name. They go with the session.
    pub(crate) fn typed(&self) -> MutexGuard<'_, BTreeMap<String, SecretText>> {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn run(&self, run: Run) -> Result<Execution, StartError> {
        let (reply, answer) = oneshot::channel();
        let message = Message::Run { run: Box::new(run), reply };
        self.mailbox.send(message).await.map_err(|_| StartError::SessionEnded)?;
        answer.await.map_err(|_| StartError::SessionEnded)?
    }

    pub(crate) async fn walk(&self, order: WalkOrder) -> Result<Begun, RunError> {
        let (reply, answer) = oneshot::channel();
        let message = Message::Walk { order: Box::new(order), reply };
        self.mailbox.send(message).await.map_err(|_| StartError::SessionEnded)?;
        answer.await.map_err(|_| StartError::SessionEnded)?
    }

    /// Asks for something that needs no answer; a session that has ended needs nothing.
    pub(crate) async fn tell(&self, message: Message) {
        if self.mailbox.send(message).await.is_err() {
            tracing::debug!("the session had ended already");
        }
    }
}

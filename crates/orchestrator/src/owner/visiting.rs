//! People who come to look around in the session's sandbox.

use std::{sync::Arc, time::Duration};

use agent::session::{Command, Lifecycle, Request, Stage};
use model::id::UserId;
use tokio::{sync::oneshot, time::Instant};

use super::{Owner, Waiting};
use crate::{agents::RequestError, bench::Bench};

/// Who waits for the sandbox.
pub(super) type Visitor = oneshot::Sender<Result<Arc<Bench>, RequestError>>;

impl Owner {
    /// Hands out the sandbox, which is started if it is not there.
    pub(super) async fn visit(&mut self, by: UserId, visitor: Visitor) {
        let command = Command::Request { by, request: Request::Visit };
        match self.command(command, Waiting::Nothing).await {
            Ok(()) => self.visitors.push(visitor),
            // Who asked may be gone, here and below.
            Err(refused) => drop(visitor.send(Err(refused))),
        }
    }

    /// Tells those who wait what has become of the sandbox, once that is clear.
    pub(super) fn answer_visitors(&mut self) {
        if self.visitors.is_empty() || !self.later.is_empty() {
            return;
        }
        let running = self.state.running.as_ref();
        let is_preparing = running.is_some_and(|it| it.stage == Stage::Preparing);
        let answer = match &self.bench {
            Some(bench) if !is_preparing => Ok(Arc::clone(bench)),
            Some(_) | None if self.is_sandbox_coming() => return,
            Some(_) | None => Err(()),
        };
        for visitor in self.visitors.drain(..) {
            visitor.send(answer.clone().map_err(|()| RequestError::NoSandbox)).ok();
        }
    }

    fn is_sandbox_coming(&self) -> bool {
        let running = self.state.running.as_ref();
        // What is tried again later may take minutes.
        if running.is_some_and(|it| matches!(it.stage, Stage::Waiting { .. })) {
            return false;
        }
        let is_active = self.state.lifecycle == Lifecycle::Active;
        let queue = self.state.queue.iter().filter(|_| is_active);
        running.map(|it| &it.work).into_iter().chain(queue).any(|it| it.task.needs_sandbox())
    }

    /// How long the sandbox is not to be taken from somebody who types in it.
    pub(super) fn typing_for(&self) -> Option<Duration> {
        let typed_at = self.bench.as_ref()?.lent().typed_at()?;
        let until = typed_at + self.state.settings.idle.duration();
        Some(until.saturating_duration_since(Instant::now()))
    }
}

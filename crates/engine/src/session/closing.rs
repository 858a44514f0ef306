//! The end of a session: what waits is refused, what runs is ended, and the sandbox goes.

use model::{
    execution::Outcome,
    session::{Command, EndReason},
};

use super::{Actor, Message, StartError, running::finished};
use crate::execution::Ending;

impl Actor {
    /// Ends what still runs, then the sandbox; nothing survives.
    pub(super) async fn close(&mut self, reason: Option<EndReason>) {
        self.messages.close();
        self.wanted.clear();
        self.view.send_modify(|it| it.is_paused = false);
        while let Some(message) = self.messages.recv().await {
            match message {
                Message::Run { reply, .. } => drop(reply.send(Err(StartError::SessionEnded))),
                Message::Walk { reply, .. } => {
                    drop(reply.send(Err(StartError::SessionEnded.into())));
                }
                Message::Stop
                | Message::Cancel(_)
                | Message::Input { .. }
                | Message::Complete { .. }
                | Message::Restart
                // Whose answer is dropped learns from it that the session is over.
                | Message::Reach { .. }
                | Message::Pause(_)
                | Message::Resume(_)
                | Message::Extend(_)
                | Message::Active
                | Message::End(_) => {}
            }
        }
        self.end_walks(None);
        for run in std::mem::take(&mut self.queue) {
            self.engine.sink(run.execution.id).finish(&Ending::unused(Outcome::Cancelled)).await;
        }
        for running in self.running.iter().chain(&self.background).filter(|_| reason.is_some()) {
            running.stop.cancel();
        }
        self.standby.discard().await;
        if let Some(waking) = self.waking.take() {
            waking.stop().await;
        }
        if let Some((sandbox, slot)) = self.sandbox.take() {
            sandbox.destroy().await;
            drop(slot);
        }
        while !self.work.is_empty() {
            finished(&mut self.work).await;
        }
        if reason.is_some() {
            self.apply(Command::Close).await;
        }
    }
}

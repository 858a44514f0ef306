//! Terminals into the sandboxes of sessions: shells in the checkout, for whoever takes part.
//!
//! What is written there is the session's as if its agent had written it: it is gone with the next clean checkout, and
//! what is there when a step ends becomes part of the step. A terminal ends with its sandbox.

use std::{sync::Arc, time::Duration};

use engine::{OpenTerminalError, Terminal, TerminalSize};
use model::id::{AgentSessionId, UserId};
use tokio::sync::oneshot;

use crate::{
    agents::{Agents, RequestError},
    bench::Bench,
    owner::Message,
};

/// How long somebody waits for a sandbox with a checkout. A large repository is cloned within it, mostly.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why there is no terminal into a session.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Open(#[from] OpenTerminalError),
}

impl Agents {
    /// Starts a shell in a session's checkout. A sandbox that is not there is made ready first.
    ///
    /// # Errors
    ///
    /// There is no such session for them, it can have no sandbox now, or it has many terminals already.
    pub async fn open_terminal(
        &self,
        by: UserId,
        session: AgentSessionId,
        size: TerminalSize,
    ) -> Result<Arc<Terminal>, VisitError> {
        self.expect_participant(by, session).await?;
        let (reply, answer) = oneshot::channel();
        self.hub().tell(session, Message::Visit { by, visitor: reply }).await?;
        let bench = match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(bench)) => bench?,
            // It takes long, or its owner has gone.
            Ok(Err(_)) | Err(_) => return Err(RequestError::NoSandbox.into()),
        };
        let place = (&*bench.directory(), size);
        Ok(bench.lent().open_terminal(&self.hub().engine, place).await?)
    }

    /// The open terminals of a session, by number; none while it has no sandbox.
    ///
    /// # Errors
    ///
    /// There is no such session for them, or the store fails.
    pub async fn terminals(
        &self,
        by: UserId,
        session: AgentSessionId,
    ) -> Result<Vec<Arc<Terminal>>, RequestError> {
        let bench = self.bench(by, session).await?;
        Ok(bench.map(|it| it.lent().terminals()).unwrap_or_default())
    }

    /// A terminal of a session that is open.
    ///
    /// # Errors
    ///
    /// There is no such session for them, or the store fails.
    pub async fn terminal(
        &self,
        by: UserId,
        session: AgentSessionId,
        id: u32,
    ) -> Result<Option<Arc<Terminal>>, RequestError> {
        Ok(self.bench(by, session).await?.and_then(|it| it.lent().terminal(id)))
    }

    /// The sandbox as it is, woken by nobody.
    async fn bench(
        &self,
        by: UserId,
        session: AgentSessionId,
    ) -> Result<Option<Arc<Bench>>, RequestError> {
        self.expect_participant(by, session).await?;
        let (reply, answer) = oneshot::channel();
        if !self.hub().tell_if_there(session, Message::Peek { reply }) {
            return Ok(None);
        }
        Ok(answer.await.ok().flatten())
    }
}

//! What a person does in a session beside running its blocks: looks at its files, types into a terminal,
//! opens the ports of its programs, and watches what it uses.
//!
//! All of it goes to the session's sandbox directly; the session's task only hands that out, and wakes it
//! first if it sleeps. Nothing of this is stored.

use std::sync::Arc;

use model::id::SessionId;
use sandbox::{
    ConnectError as PortError, ControlError, FileEntry, FileStream, GuestStream, Limits,
    ListeningPort, Sandbox, SandboxError, SandboxPath, SandboxUsage, TerminalSize,
};
use tokio::{io::AsyncRead, sync::oneshot};

use crate::{
    Engine,
    session::{Handle, Message, Need, SessionView},
    terminals::{OpenTerminalError, Terminal},
};

/// Why the sandbox of a session cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    #[error("the session has ended; connect again for a new one")]
    Ended,
    #[error("the session is paused; resume it first")]
    Paused,
}

/// Why a session was not paused or resumed.
#[derive(Debug, thiserror::Error)]
pub enum PauseError {
    #[error(transparent)]
    Reach(#[from] ReachError),
    #[error("the session sleeps: it has no sandbox that could be paused")]
    Asleep,
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// Why a port of a session cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenPortError {
    #[error(transparent)]
    Reach(#[from] ReachError),
    #[error("nothing runs in the session: it has slept since")]
    Asleep,
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What a session uses, of what it may.
#[derive(Clone, Debug)]
pub struct SessionUsage {
    pub used: SandboxUsage,
    pub limits: Limits,
}

/// The files of a session's workspace.
#[derive(Debug)]
pub struct Workspace(Sandbox);

impl Workspace {
    /// The files of a directory, in no order.
    ///
    /// # Errors
    ///
    /// It is no directory of the workspace, or the sandbox is gone.
    pub async fn list(&self, path: &SandboxPath) -> Result<Vec<FileEntry>, SandboxError> {
        self.0.list_files(path).await
    }

    /// The content of a file, piece by piece.
    ///
    /// # Errors
    ///
    /// It is no regular file of the workspace, or the sandbox is gone.
    pub async fn read(&self, path: &SandboxPath) -> Result<FileStream, SandboxError> {
        self.0.read_file_stream(path, u64::MAX).await
    }

    /// What is beneath a directory, as tar.
    ///
    /// # Errors
    ///
    /// It is no directory of the workspace, or the sandbox is gone.
    pub async fn archive(&self, path: &SandboxPath) -> Result<FileStream, SandboxError> {
        self.0.read_tree(path, u64::MAX).await
    }

    /// Creates or replaces a file, and its directories. It appears whole, once all of it is there.
    ///
    /// # Errors
    ///
    /// The workspace is full, something stands in the way, or `source` cannot be read.
    pub async fn write(
        &self,
        path: &SandboxPath,
        source: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SandboxError> {
        self.0.write_file_from(path, source, 0o644).await
    }

    /// # Errors
    ///
    /// Something of that name is there, or the sandbox is gone.
    pub async fn make_directory(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        self.0.make_directory(path).await
    }

    /// Gives a file or directory another path that is not taken.
    ///
    /// # Errors
    ///
    /// It is not there, or the other path is taken.
    pub async fn rename(&self, from: &SandboxPath, to: &SandboxPath) -> Result<(), SandboxError> {
        self.0.rename(from, to).await
    }

    /// Removes a file, or a directory with all that is beneath it.
    ///
    /// # Errors
    ///
    /// It is not there, or the sandbox is gone.
    pub async fn remove(&self, path: &SandboxPath) -> Result<(), SandboxError> {
        self.0.remove_tree(path).await
    }

    /// Bytes that all files together may have.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.0.limits().workspace_bytes
    }
}

impl Engine {
    /// The files of a session, which wakes if it sleeps.
    ///
    /// # Errors
    ///
    /// It has ended, or is paused.
    pub async fn workspace(&self, session: SessionId) -> Result<Workspace, ReachError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        Ok(Workspace(awake(&handle).await?))
    }

    /// Starts a shell in a session, which wakes if it sleeps.
    ///
    /// # Errors
    ///
    /// It has ended, is paused, has many terminals already, or no shell starts in it.
    pub async fn open_terminal(
        &self,
        session: SessionId,
        size: TerminalSize,
    ) -> Result<Arc<Terminal>, OpenTerminalError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        let sandbox = awake(&handle).await?;
        let (pulse, now) = (handle.pulse.clone(), self.0.clock.now());
        let terminals = &handle.terminals;
        let shell = (&sandbox, &*handle.runtimes);
        let place = (sandbox.workspace(), size);
        terminals.open(shell, place, (pulse, now), &self.0.tasks).await
    }

    /// A terminal of a session that is open.
    #[must_use]
    pub fn terminal(&self, session: SessionId, id: u32) -> Option<Arc<Terminal>> {
        self.0.handle(session)?.terminals.get(id)
    }

    /// The open terminals of a session.
    #[must_use]
    pub fn terminals(&self, session: SessionId) -> Vec<Arc<Terminal>> {
        self.0.handle(session).map(|it| it.terminals.all()).unwrap_or_default()
    }

    /// The ports that programs of a session listen on; none while it sleeps.
    ///
    /// # Errors
    ///
    /// It has ended, or is paused.
    pub async fn listening_ports(
        &self,
        session: SessionId,
    ) -> Result<Vec<ListeningPort>, ReachError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        if handle.view.borrow().is_paused {
            return Err(ReachError::Paused);
        }
        let Some(sandbox) = reach(&handle, Need::Look).await? else { return Ok(Vec::new()) };
        sandbox.listening_ports().await.map_err(|_| ReachError::Ended)
    }

    /// Connects to a port of a session. That is activity in it.
    ///
    /// # Errors
    ///
    /// It has ended, is paused or sleeps, or nothing listens there.
    pub async fn open_port(
        &self,
        session: SessionId,
        port: u16,
    ) -> Result<GuestStream, OpenPortError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        if handle.view.borrow().is_paused {
            return Err(ReachError::Paused.into());
        }
        let sandbox = reach(&handle, Need::Look).await?.ok_or(OpenPortError::Asleep)?;
        handle.pulse.note();
        Ok(sandbox.connect(port).await?)
    }

    /// What a session uses now; `None` where it sleeps, has ended, or nobody counts.
    pub async fn session_usage(&self, session: SessionId) -> Option<SessionUsage> {
        let handle = self.0.handle(session)?;
        let sandbox = reach(&handle, Need::Look).await.ok()??;
        let used = sandbox.usage().await.ok()?;
        Some(SessionUsage { used, limits: sandbox.limits().clone() })
    }

    /// Notes activity in a session, which then ends a whole idle period later.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub async fn extend_session(&self, session: SessionId) -> Result<SessionView, ReachError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        ask(&handle, Message::Extend).await?;
        Ok(view(&handle))
    }

    /// Stops every process of a session until it is resumed; whatever runs a block resumes it too.
    ///
    /// # Errors
    ///
    /// It has ended, sleeps, or its backend cannot.
    pub async fn pause_session(&self, session: SessionId) -> Result<SessionView, PauseError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        ask(&handle, Message::Pause).await??;
        Ok(view(&handle))
    }

    /// Lets a session's processes go on.
    ///
    /// # Errors
    ///
    /// It has ended, or its backend cannot.
    pub async fn resume_session(&self, session: SessionId) -> Result<SessionView, PauseError> {
        let handle = self.0.handle(session).ok_or(ReachError::Ended)?;
        ask(&handle, Message::Resume).await??;
        Ok(view(&handle))
    }
}

async fn awake(handle: &Handle) -> Result<Sandbox, ReachError> {
    reach(handle, Need::Work).await?.ok_or(ReachError::Ended)
}

async fn reach(handle: &Handle, need: Need) -> Result<Option<Sandbox>, ReachError> {
    ask(handle, |reply| Message::Reach { need, reply }).await?
}

async fn ask<T>(
    handle: &Handle,
    message: impl FnOnce(oneshot::Sender<T>) -> Message,
) -> Result<T, ReachError> {
    let (reply, answer) = oneshot::channel();
    handle.tell(message(reply)).await;
    answer.await.map_err(|_| ReachError::Ended)
}

fn view(handle: &Handle) -> SessionView {
    handle.view.borrow().clone()
}

//! Isolated environments: backends, images, files, limits.

pub mod link;
pub mod path;
pub mod process;
#[cfg(any(test, feature = "scripted"))]
pub mod scripted;

use std::{fmt, future::Future, path::PathBuf, pin::Pin};

use tokio::io::{AsyncRead, AsyncWrite};

pub use guest::{ExitStatus, FileEntry, FileKind, OnExcess, Stdin, TerminalSize};
pub use link::{Connection, LinkError, SandboxError};
pub use path::{InvalidPath, SandboxPath};
pub use process::{Exit, Process, ProcessEvent, ProcessHandle, Program};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A technique of isolation: something that can start a guest and hand back a byte stream.
pub trait Backend: Send + Sync + fmt::Debug {
    fn name(&self) -> &'static str;

    fn start(&self, spec: Spec) -> BoxFuture<'_, Result<Started, StartError>>;
}

/// A guest that has begun to listen on its link.
pub struct Started {
    pub link: Box<dyn Link>,
    pub guard: Box<dyn Guard>,
    pub isolation: Isolation,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("isolation", &self.isolation).finish_non_exhaustive()
    }
}

/// The byte stream to a guest.
pub trait Link: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Link for T {}

/// Holds a sandbox alive: dropping it ends the sandbox.
pub trait Guard: Send {
    fn kill(&mut self);

    /// Resolves once nothing of the sandbox is left.
    fn ended(&mut self) -> BoxFuture<'_, Ended>;
}

/// What the second witness, who is not the guest, says about the end of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    pub out_of_memory: bool,
    pub peak_memory_bytes: u64,
}

/// What holds a sandbox's programs, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    pub backend: &'static str,
    pub holds: Vec<String>,
    pub missing: Vec<String>,
}

/// What a sandbox should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    pub toolchains: Vec<PathBuf>,
}

/// A sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{step} failed: {reason}")]
    Failed { step: String, reason: std::io::Error },
}

//! Techniques of isolation: what can start a guest and hand back a byte stream.

use std::{fmt, future::Future, path::PathBuf, pin::Pin};

use tokio::io::{AsyncRead, AsyncWrite};

use crate::isolation::Isolation;

pub use launcher::Limits;

pub mod namespaces;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A technique of isolation: something that can start a guest and hand back a byte stream.
pub trait Backend: Send + Sync + fmt::Debug {
    /// `namespaces`, `scripted`: the word that users choose it by.
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

    /// Resolves once nothing of the sandbox is left; safe to drop and to call again.
    fn ended(&mut self) -> BoxFuture<'_, Ended>;
}

/// What the second witness, who is not the guest, says about the end of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The kernel killed one of its processes because the sandbox was out of memory.
    pub out_of_memory: bool,
    /// Zero when nobody counted.
    pub peak_memory_bytes: u64,
}

/// What a sandbox should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    pub limits: Limits,
    /// Host directories outside `/usr` to show read-only at the same path.
    pub toolchains: Vec<PathBuf>,
}

/// A sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// This machine, or who we run as, does not allow what the backend needs.
    #[error("{step} is not permitted here (errno {errno}); `runbook doctor` says why")]
    NotPermitted { step: String, errno: i32 },
    #[error("{step} failed: {reason}")]
    Failed { step: String, reason: std::io::Error },
    #[error("the launcher cannot be started: {0}")]
    Launcher(#[source] std::io::Error),
    #[error("the launcher is gone")]
    LauncherGone,
    /// The guest started and then said nothing that makes sense.
    #[error("the guest does not answer: {0}")]
    Guest(String),
}

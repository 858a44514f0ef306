//! The signals that ask the process to end: Ctrl-C and SIGTERM.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Listens for the signals. From its making on they no longer end the process by themselves.
#[derive(Debug)]
pub(crate) struct Interrupt {
    interrupted: Signal,
    terminated: Signal,
}

impl Interrupt {
    pub(crate) fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(Failure::internal);
        Ok(Self {
            interrupted: listen(SignalKind::interrupt())?,
            terminated: listen(SignalKind::terminate())?,
        })
    }

    /// Resolves when somebody asks the process to end.
    pub(crate) async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }

    /// Waits for work that ends soon after `stop` is cancelled, and cancels it when asked to end.
    pub(crate) async fn stops<T>(
        self,
        stop: &CancellationToken,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.asked() => stop.cancel(),
        }
        work.await
    }
}

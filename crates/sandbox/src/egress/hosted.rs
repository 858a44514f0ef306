//! Services of this very process for its sandboxes: no port of this machine stands open for them, and only
//! the sandbox whose configuration names one reaches it.

use std::{fmt, sync::Arc};

use tokio::io::DuplexStream;

use super::target::{Host, Target};

/// Bytes that wait in each direction of a connection.
const BUFFER: usize = guest::MAX_CHUNK;

/// A name and a port that lead to this process. It stands above the rules: it is allowed without one, and its
/// name is never resolved.
#[derive(Clone)]
pub struct HostedService {
    target: Target,
    serve: Arc<Serve>,
}

type Serve = dyn Fn(DuplexStream) + Send + Sync;

impl HostedService {
    /// `serve` is given this side of each connection. It must not block: it passes the connection on.
    pub fn new(
        host: Host,
        port: u16,
        serve: impl Fn(DuplexStream) + Send + Sync + 'static,
    ) -> Self {
        Self { target: Target { host, port }, serve: Arc::new(serve) }
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Opens a connection, and gives the side of the program.
    pub(super) fn connect(&self) -> DuplexStream {
        let (program, ours) = tokio::io::duplex(BUFFER);
        (self.serve)(ours);
        program
    }
}

impl PartialEq for HostedService {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target && Arc::ptr_eq(&self.serve, &other.serve)
    }
}

impl Eq for HostedService {}

impl fmt::Debug for HostedService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostedService({})", self.target)
    }
}

//! Ports on which programs of a sandbox listen, opened from outside.
//!
//! Nothing of this machine listens for it: each connection goes through the guest, to whom only the holder
//! of the sandbox can speak. Who may look is decided elsewhere.

use guest::{Dialled, ListeningPort};

use crate::{
    link::{ConnectError, GuestStream, SandboxError},
    sandbox::Sandbox,
};

impl Sandbox {
    /// Connects to a port that a program of the sandbox listens on, at its loopback address. Dropping the
    /// stream closes the connection.
    ///
    /// # Errors
    ///
    /// No program of the sandbox listens there, or it takes no more connections.
    pub async fn connect(&self, port: u16) -> Result<GuestStream, ConnectError> {
        // Elsewhere nobody else is on the loopback.
        let shared = self.isolation().network.is_shared();
        let among = if shared { Dialled::OwnSockets } else { Dialled::Everything };
        self.connection.connect(port, among).await
    }

    /// The TCP ports that programs of the sandbox listen on, in order.
    ///
    /// # Errors
    ///
    /// The sandbox is gone.
    pub async fn listening_ports(&self) -> Result<Vec<ListeningPort>, SandboxError> {
        self.connection.listening_ports().await
    }
}

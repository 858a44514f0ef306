//! Connections through the guest: those that programs open, and those that we open to programs.
//!
//! Each stream has credit in both directions, as programs have: a side that does not read stops the other
//! one, and nobody else on the link.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use guest::{
    Dialled, HostFrame, ListenerId, ListenerKind, ListeningPort, MAX_ACCEPTED, MAX_DATAGRAM,
    MAX_PORTS, NetworkOrder, NetworkReport, Payload, RequestId, StreamId,
};
use std::net::SocketAddrV4;
use tokio::sync::{mpsc, oneshot};

mod pipe;

pub use pipe::GuestStream;
use pipe::Pipe;

use super::{Connection, SandboxError, Shared};

/// Datagrams that wait to be read. They are name queries: a client whose query is lost asks again.
const DATAGRAMS: usize = 64;

/// The guest sent what it had no right to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Violation {
    #[error("more of a stream than was granted")]
    Bytes,
    #[error("more of a stream granted than was sent")]
    Grant,
    #[error("a frame about a stream out of its order")]
    Order,
    #[error("a stream numbered as none may be")]
    Number,
    #[error("more streams than may be")]
    TooMany,
    #[error("a report longer than may be")]
    TooLong,
}

/// A program connected to a listener.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) listener: ListenerId,
    pub(crate) stream: GuestStream,
}

/// A program sent a datagram to a listener.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) listener: ListenerId,
    pub(crate) peer: SocketAddrV4,
    pub(crate) bytes: Bytes,
}

/// What programs send to the listeners of one sandbox.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) streams: mpsc::Receiver<Accepted>,
    pub(crate) datagrams: mpsc::Receiver<Datagram>,
}

#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    open: HashMap<StreamId, Arc<Pipe>>,
    /// The guest's last number.
    last_accepted: Option<StreamId>,
    incoming: Option<(mpsc::Sender<Accepted>, mpsc::Sender<Datagram>)>,
    listening: HashMap<ListenerId, oneshot::Sender<i32>>,
    ports: HashMap<RequestId, oneshot::Sender<Vec<ListeningPort>>>,
}

/// Both kinds of numbers share one type; see [`StreamId`].
fn is_guests(id: StreamId) -> bool {
    !id.0.is_multiple_of(2)
}

impl Streams {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pipe(&self, id: StreamId) -> Option<Arc<Pipe>> {
        self.state().open.get(&id).cloned()
    }

    fn forget(&self, id: StreamId) -> Option<Arc<Pipe>> {
        self.state().open.remove(&id)
    }

    pub(super) fn deliver(
        &self,
        report: NetworkReport,
        shared: &Arc<Shared>,
    ) -> Result<(), Violation> {
        match report {
            NetworkReport::Listening { listener, errno } => {
                if let Some(waiting) = self.state().listening.remove(&listener) {
                    waiting.send(errno).ok();
                }
            }
            NetworkReport::Accepted { stream, listener } => {
                self.accept(stream, listener, shared)?
            }
            NetworkReport::Datagram { listener, peer, bytes } => {
                if bytes.0.len() > MAX_DATAGRAM {
                    return Err(Violation::TooLong);
                }
                if let Some((_, datagrams)) = &self.state().incoming {
                    // One too many is lost, as on any network.
                    datagrams.try_send(Datagram { listener, peer, bytes: bytes.0.into() }).ok();
                }
            }
            NetworkReport::Ports { request, ports } => {
                if ports.len() > MAX_PORTS {
                    return Err(Violation::TooLong);
                }
                if let Some(waiting) = self.state().ports.remove(&request) {
                    waiting.send(ports).ok();
                }
            }
            NetworkReport::Dialled { stream } => self.tell(stream, Pipe::dialled)?,
            NetworkReport::Bytes { stream, bytes } => {
                self.tell(stream, |it| it.received(bytes.0.into()))?;
            }
            NetworkReport::Eof { stream } => {
                self.tell(stream, Pipe::ended)?;
                if self.pipe(stream).is_some_and(|it| it.is_over()) {
                    self.forget(stream);
                }
            }
            NetworkReport::Grant { stream, bytes } => self.tell(stream, |it| it.granted(bytes))?,
            NetworkReport::Reset { stream, errno } => {
                if let Some(pipe) = self.forget(stream) {
                    pipe.broke(errno);
                }
            }
        }
        Ok(())
    }

    /// What was said about a stream that is over was said before the guest knew.
    fn tell(
        &self,
        id: StreamId,
        tell: impl FnOnce(&Pipe) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        self.pipe(id).map_or(Ok(()), |it| tell(&it))
    }

    fn accept(
        &self,
        id: StreamId,
        listener: ListenerId,
        shared: &Arc<Shared>,
    ) -> Result<(), Violation> {
        let mut state = self.state();
        if !is_guests(id) || state.last_accepted.is_some_and(|last| id <= last) {
            return Err(Violation::Number);
        }
        state.last_accepted = Some(id);
        // A stream is over here no later than at the guest, so an honest one never has more.
        if state.open.keys().filter(|it| is_guests(**it)).count() >= MAX_ACCEPTED {
            return Err(Violation::TooMany);
        }
        let pipe = Arc::new(Pipe::accepted());
        state.open.insert(id, Arc::clone(&pipe));
        let incoming = state.incoming.as_ref().map(|(streams, _)| streams.clone());
        drop(state);
        // Whatever nobody takes is dropped, and by that reset.
        let stream = GuestStream::new(id, pipe, Arc::clone(shared));
        if let Some(incoming) = incoming {
            incoming.try_send(Accepted { listener, stream }).ok();
        }
        Ok(())
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let open = std::mem::take(&mut state.open);
        let incoming = state.incoming.take();
        state.listening.clear();
        state.ports.clear();
        drop(state);
        drop(incoming);
        for pipe in open.into_values() {
            pipe.lost();
        }
    }
}

impl Shared {
    /// Begins to take what programs send to listeners; `None` if somebody does already.
    pub(crate) fn take_incoming(&self) -> Option<Incoming> {
        let (tell_streams, streams) = mpsc::channel(MAX_ACCEPTED);
        let (tell_datagrams, datagrams) = mpsc::channel(DATAGRAMS);
        let mut state = self.streams.state();
        if state.closed || state.incoming.is_some() {
            return None;
        }
        state.incoming = Some((tell_streams, tell_datagrams));
        Some(Incoming { streams, datagrams })
    }

    /// Has the guest listen, without waiting. Whoever says so bounds how often.
    pub(crate) fn listen(&self, kind: ListenerKind, address: SocketAddrV4) -> ListenerId {
        let listener = ListenerId(self.number());
        self.outbox.push(&order(NetworkOrder::Listen { listener, kind, address }));
        listener
    }

    /// Like [`Self::listen`], and waits for what became of it: zero or an errno.
    pub(crate) async fn listen_and_wait(
        &self,
        kind: ListenerKind,
        address: SocketAddrV4,
    ) -> Result<(ListenerId, i32), SandboxError> {
        let listener = ListenerId(self.number());
        let (tell, told) = oneshot::channel();
        {
            let mut state = self.streams.state();
            if state.closed {
                return Err(SandboxError::Gone);
            }
            state.listening.insert(listener, tell);
        }
        self.outbox.push(&order(NetworkOrder::Listen { listener, kind, address }));
        let errno = told.await.map_err(|_| SandboxError::Gone)?;
        Ok((listener, errno))
    }

    /// Sends a datagram, or drops it when much waits already.
    pub(crate) fn send_datagram(&self, listener: ListenerId, peer: SocketAddrV4, bytes: &[u8]) {
        let bytes = Payload::from(bytes);
        self.outbox.try_send(&order(NetworkOrder::Datagram { listener, peer, bytes }));
    }

    /// Resolves when the link is closed, from whichever side.
    pub(crate) async fn closed(&self) {
        self.closed.cancelled().await;
    }
}

/// A program's port could not be connected to.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("port {port} of the sandbox cannot be connected to: {source}")]
    Refused { port: u16, source: std::io::Error },
    #[error("port {port} of the sandbox does not answer")]
    Silent { port: u16 },
    #[error("the sandbox is gone")]
    Gone,
}

/// A connection within one machine is there at once, unless the program that listens takes none.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

impl Connection {
    /// What serves this link, for those who serve its listeners.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Connects to a port that a program of the sandbox listens on, at its loopback address.
    ///
    /// # Errors
    ///
    /// No program of the sandbox listens there, or it takes no more connections.
    pub(crate) async fn connect(
        &self,
        port: u16,
        among: Dialled,
    ) -> Result<GuestStream, ConnectError> {
        let stream = StreamId(2 * self.shared.number());
        let (pipe, told) = Pipe::dialling();
        let pipe = Arc::new(pipe);
        {
            let mut state = self.shared.streams.state();
            if state.closed {
                return Err(ConnectError::Gone);
            }
            state.open.insert(stream, Arc::clone(&pipe));
        }
        // From here on dropping the future closes what was begun.
        let guest_stream = GuestStream::new(stream, pipe, Arc::clone(&self.shared));
        self.shared.outbox.push(&order(NetworkOrder::Dial { stream, port, among }));
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(0)) => Ok(guest_stream),
            Ok(Ok(errno)) => {
                let source = std::io::Error::from_raw_os_error(errno);
                Err(ConnectError::Refused { port, source })
            }
            Ok(Err(_)) => Err(ConnectError::Gone),
            Err(_) => Err(ConnectError::Silent { port }),
        }
    }

    /// The TCP ports that programs of the sandbox listen on.
    ///
    /// # Errors
    ///
    /// The sandbox is gone.
    pub async fn listening_ports(&self) -> Result<Vec<ListeningPort>, SandboxError> {
        let request = RequestId(self.shared.number());
        let (tell, told) = oneshot::channel();
        {
            let mut state = self.shared.streams.state();
            if state.closed {
                return Err(SandboxError::Gone);
            }
            state.ports.insert(request, tell);
        }
        let ports = order(NetworkOrder::Ports { request });
        self.shared.send(&ports).await.map_err(|_| SandboxError::Gone)?;
        told.await.map_err(|_| SandboxError::Gone)
    }
}

fn order(order: NetworkOrder) -> HostFrame {
    HostFrame::Network(order)
}

//! Connections that pass through the guest: it listens where the host says and forwards bytes.
//!
//! It decides nothing and reads nothing of what it forwards. Programs can use up what is theirs here,
//! namely the connections and bytes that wait for the host, and nothing of what the guest itself needs.

mod listeners;
mod ports;
mod stream;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4},
    os::fd::{AsFd, BorrowedFd},
    time::{Duration, Instant},
};

use guest::{
    Dialled, GuestFrame, ListenerId, ListenerKind, ListeningPort, MAX_ACCEPTED, MAX_DIALLED,
    NetworkOrder, NetworkReport, Payload, RequestId, StreamId,
};
use rustix::{event::PollFlags, io::Errno, net::RecvFlags};

use crate::{
    link::Link,
    network::{
        listeners::Listeners,
        stream::{Fate, Stream},
    },
};

/// Connections or datagrams taken before the rest of the guest has its turn.
const TAKEN_AT_ONCE: usize = 16;

/// How long nothing is accepted after the machine or the guest ran out of descriptors or memory. What
/// waits keeps the listener readable, and would wake us again and again.
const RECOVERY: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(crate) struct Network {
    listeners: Listeners,
    streams: BTreeMap<StreamId, Stream>,
    /// Streams opened so far by the guest.
    opened: u64,
    paused_until: Option<Instant>,
}

/// Which of our descriptors is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Listeners,
    Datagrams(ListenerId),
    Stream(StreamId),
}

/// The host used a number twice, or sent more than it was granted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Broken(pub(crate) &'static str);

impl Network {
    /// Names every descriptor to wait for.
    pub(crate) fn watch<'a>(
        &'a self,
        link: &Link,
        mut add: impl FnMut(Token, BorrowedFd<'a>, PollFlags),
    ) {
        let accepts = self.count(stream::Origin::Accepted) < MAX_ACCEPTED;
        if link.has_room() && accepts && self.paused_until.is_none() {
            self.listeners.watch(|fd| add(Token::Listeners, fd, PollFlags::IN));
        }
        if link.has_room() {
            self.listeners.watch_datagrams(|id, fd| add(Token::Datagrams(id), fd, PollFlags::IN));
        }
        for (&id, stream) in &self.streams {
            let events = stream.wants(link);
            // One of which nothing is wanted is left out: its hang-up would wake us again and again.
            if !events.is_empty() {
                add(Token::Stream(id), stream.fd(), events);
            }
        }
    }

    /// When to look again though nothing is ready.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.paused_until
    }

    pub(crate) fn expire(&mut self) {
        if self.paused_until.is_some_and(|it| it <= Instant::now()) {
            self.paused_until = None;
        }
    }

    fn count(&self, origin: stream::Origin) -> usize {
        self.streams.values().filter(|it| it.origin() == origin).count()
    }

    pub(crate) fn obey(&mut self, order: NetworkOrder, link: &mut Link) -> Result<(), Broken> {
        match order {
            NetworkOrder::Listen { listener, kind, address } => {
                self.listen(listener, kind, address, link)?;
            }
            NetworkOrder::Datagram { listener, peer, bytes } => {
                self.listeners.send(listener, peer, &bytes.0);
            }
            NetworkOrder::Dial { stream, port, among } => self.dial(stream, port, among, link)?,
            NetworkOrder::Ports { request } => self.ports(request, link),
            NetworkOrder::Bytes { stream, bytes } => {
                if let Some(it) = self.streams.get_mut(&stream) {
                    it.push(&bytes.0).map_err(|_| Broken("more of a stream than granted"))?;
                    let fate = it.write(link);
                    self.settle(stream, fate, link);
                }
            }
            NetworkOrder::Eof { stream } => {
                if let Some(it) = self.streams.get_mut(&stream) {
                    it.end();
                    let fate = it.write(link);
                    self.settle(stream, fate, link);
                }
            }
            NetworkOrder::Grant { stream, bytes } => {
                if let Some(it) = self.streams.get_mut(&stream) {
                    it.grant(bytes);
                }
            }
            NetworkOrder::Reset { stream } => {
                if let Some(it) = self.streams.remove(&stream) {
                    it.reset();
                }
            }
        }
        Ok(())
    }

    fn listen(
        &mut self,
        listener: ListenerId,
        kind: ListenerKind,
        address: SocketAddrV4,
        link: &mut Link,
    ) -> Result<(), Broken> {
        if self.listeners.contains(listener) {
            return Err(Broken("a listener told twice"));
        }
        let errno = match self.listeners.add(listener, kind, address) {
            Ok(()) => 0,
            Err(error) => error.raw_os_error(),
        };
        report(link, NetworkReport::Listening { listener, errno });
        Ok(())
    }

    fn dial(
        &mut self,
        id: StreamId,
        port: u16,
        among: Dialled,
        link: &mut Link,
    ) -> Result<(), Broken> {
        if self.streams.contains_key(&id) {
            return Err(Broken("a stream opened twice"));
        }
        let dialled = if self.count(stream::Origin::Dialled) >= MAX_DIALLED {
            Err(Errno::AGAIN)
        } else {
            self.to_dial(port, among).and_then(|addresses| Stream::dial(id, addresses))
        };
        match dialled {
            Ok(mut stream) => {
                let fate = stream.greet(link);
                self.streams.insert(id, stream);
                self.settle(id, fate, link);
            }
            Err(error) => {
                let errno = error.raw_os_error();
                report(link, NetworkReport::Reset { stream: id, errno });
            }
        }
        Ok(())
    }

    /// Where to look for a port of a program, in this order.
    fn to_dial(&self, port: u16, among: Dialled) -> Result<Vec<SocketAddr>, Errno> {
        match among {
            Dialled::OwnSockets => Ok(ports::to_dial(&self.open_ports()?, port)),
            Dialled::Everything => {
                let both = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
                let addresses = both.map(|address| ListeningPort { port, address });
                let theirs = addresses.into_iter().filter(|it| !self.listeners.is_ours(it));
                Ok(theirs.map(|it| SocketAddr::new(it.address, it.port)).collect())
            }
        }
    }

    /// What programs listen on; what we do is not theirs.
    fn open_ports(&self) -> Result<Vec<ListeningPort>, Errno> {
        let mut open = ports::listening()?;
        open.retain(|it| !self.listeners.is_ours(it));
        Ok(open)
    }

    fn ports(&self, request: RequestId, link: &mut Link) {
        // Where there is no /proc nothing is known, and so nothing listed.
        let ports = self.open_ports().unwrap_or_default();
        report(link, NetworkReport::Ports { request, ports });
    }

    pub(crate) fn serve(
        &mut self,
        token: Token,
        events: PollFlags,
        buffer: &mut [u8],
        link: &mut Link,
    ) {
        match token {
            Token::Listeners => self.accept(link),
            Token::Datagrams(id) => self.receive(id, buffer, link),
            Token::Stream(id) => {
                if let Some(stream) = self.streams.get_mut(&id) {
                    let fate = stream.serve(events, buffer, link);
                    self.settle(id, fate, link);
                }
            }
        }
    }

    fn settle(&mut self, id: StreamId, fate: Fate, link: &mut Link) {
        match fate {
            Fate::Open => return,
            Fate::Over => {}
            Fate::Broken(errno) => {
                let errno = errno.raw_os_error();
                report(link, NetworkReport::Reset { stream: id, errno });
            }
        }
        self.streams.remove(&id);
    }

    fn accept(&mut self, link: &mut Link) {
        let room = MAX_ACCEPTED.saturating_sub(self.count(stream::Origin::Accepted));
        for (listener, accepted) in self.listeners.accept(TAKEN_AT_ONCE.min(room)) {
            match accepted {
                Ok(socket) => {
                    let id = StreamId(2 * self.opened + 1);
                    self.opened += 1;
                    self.streams.insert(id, Stream::accepted(id, socket));
                    report(link, NetworkReport::Accepted { stream: id, listener });
                }
                Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                    self.paused_until = Some(Instant::now() + RECOVERY);
                    return;
                }
                // It was there and is gone.
                Err(_) => {}
            }
        }
    }

    fn receive(&self, id: ListenerId, buffer: &mut [u8], link: &mut Link) {
        let Some(socket) = self.listeners.datagrams(id) else { return };
        for _ in 0..TAKEN_AT_ONCE {
            let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
            let Ok((_, length, peer)) =
                rustix::net::recvfrom(socket, &mut buffer[..guest::MAX_DATAGRAM], flags)
            else {
                return;
            };
            let peer = peer.and_then(|it| SocketAddrV4::try_from(it).ok());
            // One that is too long has lost its end, and is no query any more.
            if let Some(peer) = peer
                && length <= guest::MAX_DATAGRAM
            {
                let bytes = Payload::from(&buffer[..length]);
                report(link, NetworkReport::Datagram { listener: id, peer, bytes });
            }
        }
    }
}

fn report(link: &mut Link, report: NetworkReport) {
    link.queue(&GuestFrame::Network(report));
}

/// Small frames soon matter more than few packets.
fn send_at_once(socket: impl AsFd) {
    // Only slower without.
    rustix::net::sockopt::set_tcp_nodelay(socket, true).ok();
}

//! What the guest listens on.
//!
//! There may be hundreds of listeners, and almost never is one of them ready: an epoll holds them, so
//! that the guest's own `poll` sees one descriptor.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddrV4},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use guest::{ListenerId, ListenerKind, ListeningPort, MAX_LISTENERS};
use rustix::{
    event::{Timespec, epoll},
    io::Errno,
    net::{
        AddressFamily, SendFlags, SocketFlags, SocketType, accept_with, bind, listen, sendto,
        socket_with, sockopt,
    },
};

/// Connections that wait to be accepted, per listener; what most servers ask for.
const BACKLOG: i32 = 128;

#[derive(Debug, Default)]
pub(super) struct Listeners {
    epoll: Option<OwnedFd>,
    streams: BTreeMap<ListenerId, (OwnedFd, SocketAddrV4)>,
    datagrams: BTreeMap<ListenerId, OwnedFd>,
}

impl Listeners {
    pub(super) fn contains(&self, id: ListenerId) -> bool {
        self.streams.contains_key(&id) || self.datagrams.contains_key(&id)
    }

    pub(super) fn is_ours(&self, port: &ListeningPort) -> bool {
        let ours =
            |it: &SocketAddrV4| it.port() == port.port && IpAddr::V4(*it.ip()) == port.address;
        self.streams.values().any(|(_, address)| ours(address))
    }

    pub(super) fn add(
        &mut self,
        id: ListenerId,
        kind: ListenerKind,
        address: SocketAddrV4,
    ) -> Result<(), Errno> {
        if self.streams.len() + self.datagrams.len() >= MAX_LISTENERS {
            return Err(Errno::NOBUFS);
        }
        let (kind, is_stream) = match kind {
            ListenerKind::Stream => (SocketType::STREAM, true),
            ListenerKind::Datagram => (SocketType::DGRAM, false),
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::INET, kind, flags, None)?;
        if !is_stream {
            bind(&socket, &address)?;
            self.datagrams.insert(id, socket);
            return Ok(());
        }
        // A connection of an earlier program that lingers must not keep the address.
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, &address)?;
        listen(&socket, BACKLOG)?;
        let epoll = match self.epoll.take() {
            Some(epoll) => epoll,
            None => epoll::create(epoll::CreateFlags::CLOEXEC)?,
        };
        let data = epoll::EventData::new_u64(id.0);
        let added = epoll::add(&epoll, &socket, data, epoll::EventFlags::IN);
        self.epoll = Some(epoll);
        added?;
        self.streams.insert(id, (socket, address));
        Ok(())
    }

    pub(super) fn watch<'a>(&'a self, add: impl FnOnce(BorrowedFd<'a>)) {
        if let Some(epoll) = &self.epoll {
            add(epoll.as_fd());
        }
    }

    pub(super) fn watch_datagrams<'a>(&'a self, mut add: impl FnMut(ListenerId, BorrowedFd<'a>)) {
        for (&id, socket) in &self.datagrams {
            add(id, socket.as_fd());
        }
    }

    pub(super) fn datagrams(&self, id: ListenerId) -> Option<BorrowedFd<'_>> {
        self.datagrams.get(&id).map(AsFd::as_fd)
    }

    /// Sends a datagram, or drops it, as networks do.
    pub(super) fn send(&self, id: ListenerId, peer: SocketAddrV4, bytes: &[u8]) {
        if let Some(socket) = self.datagrams.get(&id) {
            sendto(socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL, &peer).ok();
        }
    }

    /// Takes connections that wait, at most one of each listener and `most` together.
    pub(super) fn accept(&self, most: usize) -> Vec<(ListenerId, Result<OwnedFd, Errno>)> {
        let Some(epoll) = &self.epoll else { return Vec::new() };
        let mut events = Vec::with_capacity(most);
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        if most == 0
            || epoll::wait(epoll, rustix::buffer::spare_capacity(&mut events), Some(&now)).is_err()
        {
            return Vec::new();
        }
        let ready = events.iter().take(most).map(|it: &epoll::Event| ListenerId(it.data.u64()));
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        ready.filter_map(|id| Some((id, accept_with(&self.streams.get(&id)?.0, flags)))).collect()
    }
}

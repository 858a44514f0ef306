//! One connection through the guest.
//!
//! ```text
//!  Connecting ── connected ──▶ Open ── both directions at their end ──▶ over
//!       └──────── failed ───────┴───── broken ──▶ Reset ──▶ over
//! ```

use std::{
    collections::VecDeque,
    mem,
    net::SocketAddr,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use guest::{FRAME_COST, MAX_CHUNK, NetworkReport, Payload, STREAM_WINDOW, StreamId};
use rustix::{
    event::PollFlags,
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType, connect, recv,
        send, shutdown, socket_with, sockopt,
    },
};

use super::{report, send_at_once};
use crate::link::Link;

/// Who opened a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A program.
    Accepted,
    /// The host.
    Dialled,
}

#[derive(Debug)]
pub(super) struct Stream {
    id: StreamId,
    socket: OwnedFd,
    origin: Origin,
    connecting: bool,
    /// Where else to connect to if that fails.
    others: Vec<SocketAddr>,
    /// From the host, and not yet taken by the program.
    waiting: VecDeque<u8>,
    /// Taken by the program, and not yet granted to the host again.
    taken: u32,
    host: Side,
    program: Side,
    /// What the host can take.
    credit: u32,
}

/// How far one direction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Speaks,
    /// It said its end, which was not passed on yet.
    Ended,
    /// Its end was passed on.
    Shut,
}

/// What becomes of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    /// Both ends know.
    Over,
    /// The host must be told.
    Broken(Errno),
}

/// The host sent more than it was granted.
#[derive(Debug)]
pub(super) struct Overrun;

impl Stream {
    fn new(id: StreamId, socket: OwnedFd, origin: Origin) -> Self {
        send_at_once(&socket);
        Self {
            id,
            socket,
            origin,
            connecting: false,
            others: Vec::new(),
            waiting: VecDeque::new(),
            taken: 0,
            host: Side::Speaks,
            program: Side::Speaks,
            credit: STREAM_WINDOW,
        }
    }

    pub(super) fn accepted(id: StreamId, socket: OwnedFd) -> Self {
        Self::new(id, socket, Origin::Accepted)
    }

    /// Connects to the first of the addresses that takes it.
    pub(super) fn dial(id: StreamId, addresses: Vec<SocketAddr>) -> Result<Self, Errno> {
        let mut addresses = VecDeque::from(addresses);
        let mut refused = Errno::CONNREFUSED;
        while let Some(address) = addresses.pop_front() {
            match open(address) {
                Ok((socket, connecting)) => {
                    let stream = Self::new(id, socket, Origin::Dialled);
                    return Ok(Self { connecting, others: addresses.into(), ..stream });
                }
                // That a machine lacks IPv6 is no answer.
                Err(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Tells the host that it is connected, if it is by now.
    pub(super) fn greet(&mut self, link: &mut Link) -> Fate {
        if !self.connecting {
            report(link, NetworkReport::Dialled { stream: self.id });
        }
        Fate::Open
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    pub(super) fn wants(&self, link: &Link) -> PollFlags {
        let mut events = PollFlags::empty();
        let reads = self.program == Side::Speaks && self.credit > FRAME_COST && link.has_room();
        events.set(PollFlags::IN, reads && !self.connecting);
        events.set(PollFlags::OUT, self.connecting || !self.waiting.is_empty());
        events
    }

    pub(super) fn serve(&mut self, events: PollFlags, buffer: &mut [u8], link: &mut Link) -> Fate {
        if self.connecting {
            return self.connected(link);
        }
        // A hang-up or an error is learned by trying what was wanted.
        let failed = events.intersects(PollFlags::HUP | PollFlags::ERR);
        let wanted = self.wants(link);
        if wanted.contains(PollFlags::OUT) && (failed || events.contains(PollFlags::OUT)) {
            let fate = self.write(link);
            if fate != Fate::Open {
                return fate;
            }
        }
        if wanted.contains(PollFlags::IN) && (failed || events.contains(PollFlags::IN)) {
            return self.read(buffer, link);
        }
        Fate::Open
    }

    fn connected(&mut self, link: &mut Link) -> Fate {
        match sockopt::socket_error(&self.socket) {
            Ok(Ok(())) => {
                self.connecting = false;
                self.greet(link);
                self.write(link)
            }
            Ok(Err(error)) | Err(error) => match Self::dial(self.id, mem::take(&mut self.others)) {
                Ok(next) => {
                    *self = next;
                    self.greet(link)
                }
                Err(_) => Fate::Broken(error),
            },
        }
    }

    fn read(&mut self, buffer: &mut [u8], link: &mut Link) -> Fate {
        let most = ((self.credit - FRAME_COST) as usize).min(MAX_CHUNK).min(buffer.len());
        match recv(&self.socket, &mut buffer[..most], RecvFlags::empty()) {
            Ok((_, 0)) => {
                self.program = Side::Shut;
                report(link, NetworkReport::Eof { stream: self.id });
                self.fate()
            }
            Ok((_, count)) => {
                // At most the credit, so it fits.
                self.credit -= u32::try_from(count).unwrap_or(u32::MAX).saturating_add(FRAME_COST);
                let bytes = Payload::from(&buffer[..count]);
                report(link, NetworkReport::Bytes { stream: self.id, bytes });
                Fate::Open
            }
            Err(Errno::AGAIN | Errno::INTR) => Fate::Open,
            Err(error) => Fate::Broken(error),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Overrun> {
        let unsettled = self.waiting.len() + self.taken as usize + bytes.len();
        if self.host != Side::Speaks || unsettled > STREAM_WINDOW as usize {
            return Err(Overrun);
        }
        self.waiting.extend(bytes);
        Ok(())
    }

    pub(super) fn end(&mut self) {
        if self.host == Side::Speaks {
            self.host = Side::Ended;
        }
    }

    pub(super) fn grant(&mut self, bytes: u32) {
        self.credit = self.credit.saturating_add(bytes);
    }

    /// Passes on what waits, and the end behind it.
    pub(super) fn write(&mut self, link: &mut Link) -> Fate {
        if self.connecting {
            return Fate::Open;
        }
        while !self.waiting.is_empty() {
            let flags = SendFlags::NOSIGNAL;
            match send(&self.socket, self.waiting.as_slices().0, flags) {
                Ok(count) => {
                    self.waiting.drain(..count);
                    self.taken += u32::try_from(count).unwrap_or(u32::MAX);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Fate::Broken(error),
            }
        }
        if self.taken >= STREAM_WINDOW / 4 {
            let bytes = mem::take(&mut self.taken);
            report(link, NetworkReport::Grant { stream: self.id, bytes });
        }
        if self.host == Side::Ended && self.waiting.is_empty() {
            self.host = Side::Shut;
            // One that is gone already needs to be told nothing.
            shutdown(&self.socket, Shutdown::Write).ok();
        }
        self.fate()
    }

    /// Closes the connection so that the program learns that it did not end well.
    pub(super) fn reset(self) {
        // Without it the program sees an ordinary end.
        sockopt::set_socket_linger(&self.socket, Some(Duration::ZERO)).ok();
    }

    fn fate(&self) -> Fate {
        match (self.host, self.program) {
            (Side::Shut, Side::Shut) => Fate::Over,
            _ => Fate::Open,
        }
    }
}

/// A socket that is connected, or says later whether it is.
fn open(address: SocketAddr) -> Result<(OwnedFd, bool), Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &address) {
        Ok(()) => Ok((socket, false)),
        Err(Errno::INPROGRESS) => Ok((socket, true)),
        Err(error) => Err(error),
    }
}

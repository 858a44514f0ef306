//! What the two ends of a link say about connections that pass through the guest.
//!
//! The guest decides nothing. It listens where the host tells it to and passes bytes on; to the host it
//! opens what programs inside listen on.
//!
//! ```text
//!  host ── Listen(1, 127.0.0.1:3128) ──▶ guest            host ── Dial(2, port 8000) ──▶ guest
//!       ◀────────── Listening(1) ──                            ◀────────── Dialled(2) ──
//!       ◀──── Accepted(stream 1) ──                            ◀── Bytes, Eof, Grant ──▶
//!       ◀── Bytes, Eof, Grant ──▶                              ◀──────── Reset ────────▶
//! ```
//!
//! A stream is over once both sides said `Eof`, or one of them `Reset`. What arrives about a stream that
//! is over was sent before its sender knew, and is dropped.

use std::net::{IpAddr, SocketAddrV4};

use serde::{Deserialize, Serialize};

use crate::{Payload, RequestId};

/// A connection through the guest. The host numbers those it opens with even numbers, the guest with odd
/// ones; each counts up, so that no number comes twice on one link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId(pub u64);

/// Something that the guest listens on, numbered by the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ListenerId(pub u64);

/// Bytes of one stream that may be sent before the first grant, in either direction; from the guest each
/// frame also counts [`FRAME_COST`](crate::FRAME_COST). Two pipes' worth.
pub const STREAM_WINDOW: u32 = 128 * 1024;

/// Connections that the guest has open to its listeners at once; more wait in the kernel's backlog.
pub const MAX_ACCEPTED: usize = 128;

/// Connections that the host may have open through the guest at once.
pub const MAX_DIALLED: usize = 128;

/// Listeners at once.
pub const MAX_LISTENERS: usize = 1024;

/// The longest datagram that is passed on, in bytes: what DNS clients announce today (EDNS, RFC 9715).
pub const MAX_DATAGRAM: usize = 1400;

/// Most entries of one [`NetworkReport::Ports`].
pub const MAX_PORTS: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListenerKind {
    Stream,
    Datagram,
}

/// What may be dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialled {
    /// Whatever listens on the loopback, which is the sandbox's own.
    Everything,
    /// Sockets of the sandbox's user, since others use the loopback too. Finding them takes the kernel
    /// some milliseconds.
    OwnSockets,
}

/// From the host to the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkOrder {
    /// Answered by [`NetworkReport::Listening`].
    Listen {
        listener: ListenerId,
        kind: ListenerKind,
        address: SocketAddrV4,
    },
    /// Sends one datagram from a listener.
    Datagram {
        listener: ListenerId,
        peer: SocketAddrV4,
        bytes: Payload,
    },
    /// Connects to a port that a program of the sandbox listens on. Answered by
    /// [`NetworkReport::Dialled`] or [`NetworkReport::Reset`].
    Dial {
        stream: StreamId,
        port: u16,
        among: Dialled,
    },
    /// Asks for what programs listen on. Answered by [`NetworkReport::Ports`].
    Ports {
        request: RequestId,
    },
    Bytes {
        stream: StreamId,
        bytes: Payload,
    },
    /// Nothing follows in this direction.
    Eof {
        stream: StreamId,
    },
    /// The guest may send this many more bytes of the stream.
    Grant {
        stream: StreamId,
        bytes: u32,
    },
    /// Close the connection in both directions.
    Reset {
        stream: StreamId,
    },
}

/// From the guest to the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkReport {
    /// Connections are taken from now on, or, if `errno` is not zero, never.
    Listening {
        listener: ListenerId,
        errno: i32,
    },
    Accepted {
        stream: StreamId,
        listener: ListenerId,
    },
    Datagram {
        listener: ListenerId,
        peer: SocketAddrV4,
        bytes: Payload,
    },
    Dialled {
        stream: StreamId,
    },
    Ports {
        request: RequestId,
        ports: Vec<ListeningPort>,
    },
    Bytes {
        stream: StreamId,
        bytes: Payload,
    },
    Eof {
        stream: StreamId,
    },
    /// The host may send this many more bytes of the stream.
    Grant {
        stream: StreamId,
        bytes: u32,
    },
    /// The connection failed, was not made, or is broken.
    Reset {
        stream: StreamId,
        errno: i32,
    },
}

/// A TCP port on which a program of the sandbox waits for connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListeningPort {
    pub port: u16,
    /// The address it is bound to; unspecified for all.
    pub address: IpAddr,
}

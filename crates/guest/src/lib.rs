//! The static program inside every sandbox, and its protocol.
//!
//! This library is the protocol alone: what the two ends of a link say ([`HostFrame`], [`GuestFrame`])
//! and how it is put into bytes ([`encode`], [`Decoder`]). It does no I/O and knows no runtime, so the
//! guest uses it with `poll(2)` and the host with tokio. [`tar`] is the form in which trees of files
//! cross the link. [`fence`] and [`FIRST_MARK`] are for whoever gives a guest a standby to be born with.
//! The program is `src/bin/guest`.
//!
//! ```text
//!  host ── Hello(version, nonce) ─────────────▶ guest
//!       ◀───────────── Hello(version, nonce) ──
//!       ── Start(program 7, window) ──────────▶
//!       ◀──────────────── Started | StartFailed
//!       ── Stdin, Signal, Resize, Grant ──────▶
//!       ◀── Stdout, Stderr, StdinGrant, Truncated
//!       ◀────────────────────────────── Exited    exactly once, and last
//!
//!       ── Prepare(standby 3) ────────────────▶   an interpreter boots and waits
//!       ◀────────── StandbyReady | StandbyFailed
//!       ── Start(program 8, standby 3) ───────▶   and becomes the program
//!
//!       ── Prepare(standby 4, kept) ──────────▶   an interpreter that keeps its state
//!       ── Start(program 9, standby 4) ───────▶
//!       ◀──────────────── Stdout, Said, Exited    and it waits for the next
//! ```

mod codec;
pub mod fence;
mod frame;
mod network;
pub mod tar;

pub use codec::{
    Decoder, FrameError, FrameTooLarge, OutputStream, encode, encode_chunk, encode_output,
};
pub use frame::{
    ExitStatus, Exited, FileEntry, FileKind, GuestFrame, HostFrame, Nonce, OnExcess, Payload,
    Prepare, ProgramId, RequestId, Rlimits, SourceFile, StandbyId, Start, StartStep, Stdin,
    TerminalSize,
};
pub use network::{
    Dialled, ListenerId, ListenerKind, ListeningPort, MAX_ACCEPTED, MAX_DATAGRAM, MAX_DIALLED,
    MAX_LISTENERS, MAX_PORTS, NetworkOrder, NetworkReport, STREAM_WINDOW, StreamId,
};

/// Version of the protocol. Both ends must name the same one in their `Hello`.
pub const VERSION: u16 = 3;

/// Largest payload of one frame, in bytes. A bigger one is an error of the peer.
pub const MAX_FRAME: usize = 256 * 1024;

/// Most bytes of output, input or file content in one frame. Programs share the link, so this also
/// bounds how long one of them makes the others wait; 64 KiB is the size of a pipe.
pub const MAX_CHUNK: usize = 64 * 1024;

/// Bytes of standard input the host may send before the guest grants more.
pub const STDIN_WINDOW: u32 = 256 * 1024;

/// What each frame of output uses of its program's window beside its bytes: about what it costs the host
/// to keep it. Without it, a flood of single bytes would take many times the window.
pub const FRAME_COST: u32 = 64;

/// Hard limits for file locks mark the processes of a program. Marks start here, far above what anybody
/// sets and far below "unlimited"; a standby that a guest is born with must carry this one.
pub const FIRST_MARK: u64 = 1 << 40;

/// A program that was a standby sends this signal to its parent, the guest, with `kill(2)` when it has
/// ended with code 0 and all that anybody can see of it has happened: what it then still takes to free
/// its memory keeps nobody waiting. From anybody else it means nothing. The last real-time signal.
pub const END: i32 = 64;

/// Most entries one `ListFiles` reports.
pub const MAX_ENTRIES: usize = 10_000;

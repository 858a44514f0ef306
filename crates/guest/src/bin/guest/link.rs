//! Our end of the link: frames in, frames out, never blocking.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use guest::{
    Decoder, FrameError, GuestFrame, HostFrame, OutputStream, ProgramId, RequestId, encode,
    encode_chunk, encode_output,
};
use rustix::io::Errno;

/// Above this many unsent bytes no output is read from programs. Two pipes' worth keeps a fast host
/// busy; more would only be memory.
const FULL: usize = 128 * 1024;

/// Above this many unsent bytes the host is not listened to either: it asks without reading answers.
const OVERFULL: usize = 8 << 20;

/// Read at once: a few chunks, about as much as the kernel keeps of a socket.
const INTAKE: usize = 256 * 1024;

/// The host is gone or broke the protocol.
#[derive(Debug)]
pub(crate) enum LinkError {
    Closed,
    Frame(FrameError),
}

#[derive(Debug)]
pub(crate) struct Link {
    inbound: OwnedFd,
    /// `None` where one descriptor does both.
    outbound: Option<OwnedFd>,
    decoder: Decoder<HostFrame>,
    outgoing: Vec<u8>,
    sent: usize,
}

impl Link {
    /// Takes descriptors that are already non-blocking.
    pub(crate) fn new(inbound: OwnedFd, outbound: Option<OwnedFd>) -> Self {
        Self { inbound, outbound, decoder: Decoder::default(), outgoing: Vec::new(), sent: 0 }
    }

    pub(crate) fn inbound(&self) -> BorrowedFd<'_> {
        self.inbound.as_fd()
    }

    /// The descriptor for writing, if it is another.
    pub(crate) fn outbound(&self) -> Option<BorrowedFd<'_>> {
        self.outbound.as_ref().map(AsFd::as_fd)
    }

    fn unsent(&self) -> usize {
        self.outgoing.len() - self.sent
    }

    pub(crate) fn has_unsent(&self) -> bool {
        self.unsent() > 0
    }

    pub(crate) fn has_room(&self) -> bool {
        self.unsent() < FULL
    }

    pub(crate) fn listens(&self) -> bool {
        self.unsent() < OVERFULL
    }

    pub(crate) fn queue(&mut self, frame: &GuestFrame) {
        encode(frame, &mut self.outgoing)
            .expect("the guest's frames hold at most one chunk, or one short path");
    }

    /// Queues output that `read` puts into its place, at most `most` bytes of it.
    pub(crate) fn queue_output<E>(
        &mut self,
        stream: OutputStream,
        program: ProgramId,
        most: usize,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        encode_output(stream, program, most, &mut self.outgoing, read)
    }

    /// Queues a part of a file or tree that `fill` appends, and says how long it is.
    pub(crate) fn queue_chunk<E>(
        &mut self,
        request: RequestId,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<usize, E> {
        encode_chunk(request, &mut self.outgoing, fill)
    }

    /// Writes as much as the link takes now.
    pub(crate) fn flush(&mut self) -> Result<(), LinkError> {
        while self.has_unsent() {
            let outbound = self.outbound.as_ref().unwrap_or(&self.inbound);
            match rustix::io::write(outbound, &self.outgoing[self.sent..]) {
                Ok(count) => self.sent += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return Err(LinkError::Closed),
            }
        }
        if !self.has_unsent() {
            self.outgoing.clear();
            self.sent = 0;
        } else if self.sent > FULL {
            self.outgoing.drain(..self.sent);
            self.sent = 0;
        }
        Ok(())
    }

    /// Reads once. [`next`](Self::next) then gives the frames.
    pub(crate) fn receive(&mut self) -> Result<(), LinkError> {
        let room = rustix::buffer::spare_capacity(self.decoder.intake(INTAKE));
        match rustix::io::read(&self.inbound, room) {
            Ok(0) => Err(LinkError::Closed),
            Ok(_) => Ok(()),
            Err(Errno::AGAIN | Errno::INTR) => Ok(()),
            Err(_) => Err(LinkError::Closed),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<HostFrame>, LinkError> {
        self.decoder.next().map_err(LinkError::Frame)
    }
}

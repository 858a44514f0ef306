//! The attached streams of a container as one byte stream.
//!
//! The daemon puts a header of 8 bytes before each chunk of output, to tell the two streams apart.
//! The guest writes only to the first; what arrives on the second is dropped.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bollard::container::{AttachContainerResults, LogOutput};
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub(super) struct AttachedLink {
    streams: AttachContainerResults,
    /// Received and not read yet.
    rest: Bytes,
}

impl AttachedLink {
    pub(super) fn new(streams: AttachContainerResults) -> Self {
        Self { streams, rest: Bytes::new() }
    }
}

impl fmt::Debug for AttachedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttachedLink").finish_non_exhaustive()
    }
}

impl AsyncRead for AttachedLink {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(self.streams.output.as_mut().poll_next(context)) {
                None => return Poll::Ready(Ok(())),
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                Some(Ok(LogOutput::StdOut { message })) => self.rest = message,
                Some(Ok(_)) => {}
            }
        }
        let count = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest[..count]);
        self.rest.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for AttachedLink {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.streams.input.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.streams.input.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.streams.input.as_mut().poll_shutdown(context)
    }
}

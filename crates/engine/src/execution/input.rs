//! What a program reads on standard input, passed on as fast as the program takes it.

use std::{
    future, io,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, stream::BoxStream};
use sandbox::{Process, ProcessHandle, Stdin};

/// What a program reads on standard input.
#[derive(Default)]
pub enum Input {
    /// It reads as empty.
    #[default]
    Empty,
    Bytes(Bytes),
    /// As it arrives from somebody. When that fails, nobody is left who waits for the program, and
    /// it is killed.
    Stream(InputStream),
}

/// Bytes as they arrive.
// Nobody ever waits for the lock: it is there so that an order can be looked at by several threads.
pub struct InputStream(Mutex<BoxStream<'static, io::Result<Bytes>>>);

impl InputStream {
    pub fn new(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self(Mutex::new(stream.boxed()))
    }

    #[must_use]
    pub fn into_inner(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for InputStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InputStream")
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// How feeding a program went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// It got everything, or reads no more.
    Done,
    /// What should have been passed on did not come.
    SourceGone,
}

pub(super) type Feeding = Pin<Box<dyn Future<Output = Fed> + Send>>;

/// Nothing is left to feed.
pub(super) fn done() -> Feeding {
    future::pending().boxed()
}

impl Input {
    pub(crate) fn kind(&self) -> Stdin {
        match self {
            Self::Empty => Stdin::Null,
            Self::Bytes(_) | Self::Stream(_) => Stdin::Pipe,
        }
    }

    pub(super) fn feed(self, process: &Process) -> Feeding {
        let handle = process.handle();
        match self {
            Self::Empty => done(),
            Self::Bytes(bytes) => async move {
                pass(&handle, bytes).await;
                close(&handle).await
            }
            .boxed(),
            Self::Stream(stream) => feed_from(stream.into_inner(), handle).boxed(),
        }
    }
}

async fn feed_from(
    mut stream: BoxStream<'static, io::Result<Bytes>>,
    handle: ProcessHandle,
) -> Fed {
    while let Some(chunk) = stream.next().await {
        match chunk {
            // Read to the end even if the program does not: whoever sends waits for that.
            Ok(chunk) => pass(&handle, chunk).await,
            Err(error) => {
                tracing::debug!(%error, "standard input broke off");
                return Fed::SourceGone;
            }
        }
    }
    close(&handle).await
}

async fn pass(handle: &ProcessHandle, bytes: Bytes) {
    // A program need not read what it is given.
    drop(handle.write_stdin(bytes).await);
}

async fn close(handle: &ProcessHandle) -> Fed {
    drop(handle.close_stdin().await);
    Fed::Done
}

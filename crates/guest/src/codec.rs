//! Frames as bytes: a little-endian `u32` length, then that many bytes of postcard.
//!
//! Decoding trusts nothing: a length is checked before anything is allocated for it, and bytes are kept
//! only as they arrive.

use std::{fmt, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};

use crate::MAX_FRAME;

const HEADER: usize = size_of::<u32>();

/// The peer broke the protocol; nothing after this point of the stream can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameError {
    Oversize {
        length: u32,
    },
    Malformed {
        length: usize,
        source: postcard::Error,
    },
    /// A valid frame is followed by bytes inside its length.
    Trailing {
        bytes: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oversize { length } => {
                write!(f, "frame of {length} bytes exceeds {MAX_FRAME} bytes")
            }
            Self::Malformed { length, source } => {
                write!(f, "frame of {length} bytes is malformed: {source}")
            }
            Self::Trailing { bytes } => write!(f, "frame has {bytes} bytes too many"),
        }
    }
}

impl std::error::Error for FrameError {}

/// The frame would not be accepted by the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameTooLarge {
    pub length: usize,
}

impl fmt::Display for FrameTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame of {} bytes exceeds {MAX_FRAME} bytes", self.length)
    }
}

impl std::error::Error for FrameTooLarge {}

/// Appends a frame to `out`.
///
/// # Errors
///
/// Leaves `out` as it was when the frame is longer than [`MAX_FRAME`].
pub fn encode<T: Serialize>(frame: &T, out: &mut Vec<u8>) -> Result<(), FrameTooLarge> {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER]);
    *out = postcard::to_extend(frame, std::mem::take(out))
        .expect("frames hold only types that postcard can write, and a vector takes any length");
    let length = out.len() - start - HEADER;
    if length > MAX_FRAME {
        out.truncate(start);
        return Err(FrameTooLarge { length });
    }
    let header = u32::try_from(length).expect("MAX_FRAME fits into u32");
    out[start..start + HEADER].copy_from_slice(&header.to_le_bytes());
    Ok(())
}

/// Turns a stream of bytes into frames.
#[derive(Debug)]
pub struct Decoder<T> {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were already decoded.
    taken: usize,
    frames: PhantomData<fn() -> T>,
}

impl<T> Default for Decoder<T> {
    fn default() -> Self {
        Self { buffer: Vec::new(), taken: 0, frames: PhantomData }
    }
}

impl<T: DeserializeOwned> Decoder<T> {
    /// Adds bytes from the stream. Call [`next`](Self::next) until it gives `None` before adding more:
    /// then at most one frame is ever buffered beside the bytes added last.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame, or `None` when more bytes are needed.
    ///
    /// # Errors
    ///
    /// The stream is unusable after an error.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator that ends would not start again"
    )]
    pub fn next(&mut self) -> Result<Option<T>, FrameError> {
        let rest = &self.buffer[self.taken..];
        let Some((header, rest)) = rest.split_first_chunk::<HEADER>() else { return Ok(None) };
        let length = u32::from_le_bytes(*header);
        let Some(length) = usize::try_from(length).ok().filter(|it| *it <= MAX_FRAME) else {
            return Err(FrameError::Oversize { length });
        };
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        let (frame, trailing) = postcard::take_from_bytes(payload)
            .map_err(|source| FrameError::Malformed { length, source })?;
        if !trailing.is_empty() {
            return Err(FrameError::Trailing { bytes: trailing.len() });
        }
        self.taken += HEADER + length;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests;

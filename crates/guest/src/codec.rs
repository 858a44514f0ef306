//! Frames as bytes: a little-endian `u32` length, then that many bytes of postcard.
//!
//! Decoding trusts nothing: a length is checked before anything is allocated for it, and bytes are kept
//! only as they arrive.

use std::{fmt, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};

use crate::{MAX_CHUNK, MAX_FRAME, ProgramId, RequestId};

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

/// Which output of a program, as the number of its frame in [`GuestFrame`](crate::GuestFrame).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    Stdout = 3,
    Stderr = 4,
}

/// Appends a frame of output, whose bytes `fill` writes where they belong, at most `most` of them: output
/// is most of what a guest sends, and is not copied by way of a [`Payload`](crate::Payload).
///
/// # Errors
///
/// Leaves `out` as it was when `fill` fails.
///
/// # Panics
///
/// `most` exceeds [`MAX_CHUNK`].
pub fn encode_output<E>(
    stream: OutputStream,
    program: ProgramId,
    most: usize,
    out: &mut Vec<u8>,
    fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
) -> Result<usize, E> {
    assert!(most <= MAX_CHUNK, "a chunk of {most} bytes");
    encode_in_place(stream as u8, program.0, out, |out| {
        let begin = out.len();
        out.resize(begin + most, 0);
        let count = fill(&mut out[begin..])?;
        out.truncate(begin + count);
        Ok(())
    })
}

/// Appends a [`GuestFrame::FileChunk`](crate::GuestFrame::FileChunk), to which `fill` appends its bytes: at
/// most a chunk, and none to leave `out` as it was. Says how many they are.
///
/// # Errors
///
/// Leaves `out` as it was when `fill` fails.
pub fn encode_chunk<E>(
    request: RequestId,
    out: &mut Vec<u8>,
    fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<usize, E> {
    /// As the number of the frame in [`GuestFrame`](crate::GuestFrame).
    const FILE_CHUNK: u8 = 10;
    let start = out.len();
    let count = encode_in_place(FILE_CHUNK, request.0, out, fill)?;
    if count == 0 {
        out.truncate(start);
    }
    Ok(count)
}

/// Appends a frame that is a number and bytes, which `fill` appends.
fn encode_in_place<E>(
    frame: u8,
    number: u64,
    out: &mut Vec<u8>,
    fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<usize, E> {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER]);
    out.push(frame);
    *out = postcard::to_extend(&number, std::mem::take(out))
        .expect("a number can be written, and a vector takes any length");
    let length_at = out.len();
    // The length is known only afterwards, so it gets three bytes, which hold any chunk's.
    let begin = length_at + LENGTH_BYTES;
    out.resize(begin, 0);
    fill(out).inspect_err(|_| out.truncate(start))?;
    let count = out.len() - begin;
    assert!(count <= MAX_CHUNK, "a chunk of {count} bytes");
    for (place, byte) in out[length_at..begin].iter_mut().enumerate() {
        let goes_on = if place + 1 < LENGTH_BYTES { 0x80 } else { 0 };
        *byte = goes_on | ((count >> (7 * place)) & 0x7f) as u8;
    }
    let length = u32::try_from(out.len() - start - HEADER).expect("a chunk fits into u32");
    out[start..start + HEADER].copy_from_slice(&length.to_le_bytes());
    Ok(count)
}

/// Seven bits in each.
const LENGTH_BYTES: usize = 3;
const _: () = assert!(MAX_CHUNK < 1 << (7 * LENGTH_BYTES));

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
        self.intake(bytes.len()).extend_from_slice(bytes);
    }

    /// Where to append so many bytes from the stream, under the same terms as [`push`](Self::push).
    pub fn intake(&mut self, room: usize) -> &mut Vec<u8> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.reserve(room);
        &mut self.buffer
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

//! Reading a content: in pieces, each of which is compared with its digest before it is passed on.

use std::{fmt, ops::Range, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream::BoxStream};
use sha2::{Digest as _, Sha256};
use store::Blob;

use super::{ArtifactError, blobs::Blobs};

/// Bytes that have a digest of their own, but for those at the end.
pub(super) const PIECE_BYTES: usize = 1 << 20;

/// Times that a stream which breaks off is taken up again without a whole piece in between.
const MOST_FAILURES: u32 = 20;

/// Wait before a stream is taken up again; a store that restarts needs seconds, not more.
const PAUSE: Duration = Duration::from_millis(100);

/// Bytes of a content that are being read.
pub struct Reading {
    blobs: Blobs,
    blob: Blob,
    /// What is asked for.
    range: Range<u64>,
    /// The next piece.
    piece: usize,
    body: Option<BoxStream<'static, Result<Bytes, object_store::Error>>>,
    buffer: BytesMut,
    failures: u32,
}

/// Why a piece did not come.
#[derive(Debug)]
enum Broke {
    Objects(object_store::Error),
    /// The object has another length.
    Changed,
}

impl From<object_store::Error> for Broke {
    fn from(error: object_store::Error) -> Self {
        Self::Objects(error)
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({} {:?})", self.blob.digest, self.range)
    }
}

impl Reading {
    pub(super) fn new(blobs: Blobs, blob: Blob, range: Range<u64>) -> Self {
        let range = range.start..range.end.min(blob.size);
        let piece = usize::try_from(range.start / PIECE_BYTES as u64).unwrap_or(usize::MAX);
        Self { blobs, blob, range, piece, body: None, buffer: BytesMut::new(), failures: 0 }
    }

    /// The next bytes; `None` after the last.
    ///
    /// # Errors
    ///
    /// When the content was changed, or the object store fails for longer than is waited for it.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ArtifactError> {
        let start = self.piece as u64 * PIECE_BYTES as u64;
        if start >= self.range.end {
            return Ok(None);
        }
        let length = (self.blob.size - start).min(PIECE_BYTES as u64);
        let piece = self.fetch(start, length).await?;
        let digest = self.blob.digest;
        let expected = self.blob.pieces.get(self.piece);
        if expected.is_none_or(|it| it.bytes()[..] != Sha256::digest(&piece)[..]) {
            tracing::error!(%digest, piece = self.piece, "a content was changed after it was stored");
            return Err(ArtifactError::Changed { digest });
        }
        self.piece += 1;
        self.failures = 0;
        let within = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
        let (from, until) = (within(self.range.start), within(self.range.end).min(piece.len()));
        Ok(Some(piece.slice(from..until)))
    }

    /// All of it as a stream.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, ArtifactError>> + Send + 'static {
        futures_util::stream::try_unfold(self, async |mut reading| {
            let next = reading.next().await?;
            Ok(next.map(|bytes| (bytes, reading)))
        })
    }

    async fn fetch(&mut self, start: u64, length: u64) -> Result<Bytes, ArtifactError> {
        loop {
            match self.fill(start, length).await {
                Ok(piece) => return Ok(piece),
                // The row is there and the object is not: asking again will not bring it back.
                Err(Broke::Objects(object_store::Error::NotFound { .. })) => {
                    return Err(ArtifactError::Gone);
                }
                Err(Broke::Changed) => {
                    return Err(ArtifactError::Changed { digest: self.blob.digest });
                }
                Err(Broke::Objects(error)) if self.failures == MOST_FAILURES => {
                    return Err(error.into());
                }
                Err(Broke::Objects(error)) => {
                    tracing::warn!(place = %self.blob.place, %error, "a content broke off");
                    self.failures += 1;
                    self.body = None;
                    self.buffer.clear();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn fill(&mut self, start: u64, length: u64) -> Result<Bytes, Broke> {
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        while self.buffer.len() < wanted {
            let body = match &mut self.body {
                Some(body) => body,
                None => {
                    let end = self.range.end.div_ceil(PIECE_BYTES as u64) * PIECE_BYTES as u64;
                    let range = start..end.min(self.blob.size);
                    let found = self.blobs.get(&self.blob, range).await?;
                    if found.meta.size != self.blob.size {
                        return Err(Broke::Changed);
                    }
                    self.body.insert(found.into_stream())
                }
            };
            match body.next().await {
                Some(bytes) => self.buffer.extend_from_slice(&bytes?),
                None => {
                    let source = format!("{} of {wanted} bytes", self.buffer.len()).into();
                    let store = "artifacts";
                    return Err(object_store::Error::Generic { store, source }.into());
                }
            }
        }
        Ok(self.buffer.split_to(wanted).freeze())
    }
}

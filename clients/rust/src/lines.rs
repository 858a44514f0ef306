//! Streams: a value of JSON in each line of a response.

use std::{collections::VecDeque, fmt};

use bytes::{Buf, BytesMut};
use model::event::{Event, EventKind, Summary};
use serde::de::DeserializeOwned;

use crate::Error;

/// The values of a stream, as they come. Dropping it tells the hub that nobody listens any more:
/// a program that was started for the stream is killed.
pub struct Lines<T> {
    response: reqwest::Response,
    partial: BytesMut,
    /// Bytes of `partial` that are known to have no newline.
    searched: usize,
    ready: VecDeque<T>,
}

impl<T> fmt::Debug for Lines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("response", &self.response).finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned> Lines<T> {
    pub(crate) fn new(response: reqwest::Response) -> Self {
        Self { response, partial: BytesMut::new(), searched: 0, ready: VecDeque::new() }
    }

    /// The next value; `None` after the last.
    ///
    /// # Errors
    ///
    /// When the connection breaks or a line is no such value.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        loop {
            if let Some(value) = self.ready.pop_front() {
                return Ok(Some(value));
            }
            let Some(chunk) = self.response.chunk().await? else {
                let rest = self.partial.split();
                return match rest.trim_ascii().is_empty() {
                    true => Ok(None),
                    false => Ok(Some(serde_json::from_slice(&rest)?)),
                };
            };
            self.partial.extend_from_slice(&chunk);
            self.split()?;
        }
    }

    fn split(&mut self) -> Result<(), Error> {
        while let Some(length) = self.partial[self.searched..].iter().position(|it| *it == b'\n') {
            let line = self.partial.split_to(self.searched + length);
            self.partial.advance(1);
            self.searched = 0;
            if !line.trim_ascii().is_empty() {
                self.ready.push_back(serde_json::from_slice(&line)?);
            }
        }
        self.searched = self.partial.len();
        Ok(())
    }
}

impl Lines<Event> {
    /// Reads to the end: how the program ended.
    ///
    /// # Errors
    ///
    /// When the hub failed, or the connection did.
    pub async fn result(mut self) -> Result<Summary, Error> {
        while let Some(event) = self.next().await? {
            match event.kind {
                EventKind::Result { data } => return Ok(data),
                EventKind::Error { data } => {
                    return Err(Error::Failed { code: data.error, message: data.message });
                }
                EventKind::Info { .. }
                | EventKind::Stdout(_)
                | EventKind::Stderr(_)
                | EventKind::Display { .. }
                | EventKind::Truncated { .. } => {}
            }
        }
        Err(Error::Interrupted)
    }
}

//! Turns the bytes that leave a sandbox into events: in order, unchanged, limited, and split
//! nowhere inside a character.
//!
//! This is the one place where output is limited and decoded, whoever asked for the execution.

use std::collections::BTreeMap;

use model::event::{Chunk, EventKind, Truncation};
use serde::Deserialize;

/// Longest chunk of one event, in bytes. Small enough that one event is never a burden to a
/// screen, large enough that 8 MiB of output are a few hundred rows.
const CHUNK_BYTES: usize = 32 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
    /// Whole messages of a kernel.
    Said,
}

/// Collects the output of one execution and hands it out as events.
#[derive(Debug)]
pub(crate) struct Output {
    limit_bytes: u64,
    kept_bytes: u64,
    truncated: bool,
    /// Whether the stream has said that it is truncated.
    said: bool,
    /// Chunks in the order in which they arrived; the last one of a stream may end inside a character.
    pending: Vec<(Stream, Vec<u8>)>,
}

impl Output {
    pub(crate) fn new(limit_bytes: u64) -> Self {
        Self { limit_bytes, kept_bytes: 0, truncated: false, said: false, pending: Vec::new() }
    }

    pub(crate) fn truncated(&self) -> bool {
        self.truncated
    }

    /// Takes bytes in; what goes over the limit is dropped.
    pub(crate) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        if self.truncated {
            return;
        }
        let room = self.limit_bytes - self.kept_bytes;
        let keep = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        self.kept_bytes += keep as u64;
        self.truncated = keep < bytes.len();
        match self.pending.last_mut() {
            Some((last, buffer)) if *last == stream => buffer.extend_from_slice(&bytes[..keep]),
            Some(_) | None => self.pending.push((stream, bytes[..keep].to_vec())),
        }
    }

    /// Takes a message of a kernel in, as a whole or not at all.
    pub(crate) fn push_message(&mut self, message: Vec<u8>) {
        let room = self.limit_bytes - self.kept_bytes;
        if self.truncated || message.len() as u64 > room {
            self.truncated = true;
            return;
        }
        self.kept_bytes += message.len() as u64;
        self.pending.push((Stream::Said, message));
    }

    /// The sandbox has dropped output by itself, at the same limit.
    pub(crate) fn truncate(&mut self) {
        self.truncated = true;
    }

    /// Bytes that were taken in and not yet handed out.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.pending.iter().map(|(_, it)| it.len()).sum()
    }

    /// Hands out what is complete. A character whose rest has not arrived waits for it.
    pub(crate) fn take(&mut self) -> Vec<EventKind> {
        self.drain(self.truncated)
    }

    /// Hands out everything, an unfinished character as the bytes it is.
    pub(crate) fn finish(&mut self) -> Vec<EventKind> {
        self.drain(true)
    }

    fn drain(&mut self, at_end: bool) -> Vec<EventKind> {
        let pending = std::mem::take(&mut self.pending);
        let mut events = Vec::new();
        for (index, (stream, bytes)) in pending.iter().enumerate() {
            if *stream == Stream::Said {
                events.extend(shown(bytes));
                continue;
            }
            // The rest of a character can only come if the stream's last chunk ends inside it.
            let is_last = !pending[index + 1..].iter().any(|(it, _)| it == stream);
            let held = if at_end || !is_last { 0 } else { unfinished_character(bytes) };
            let (ready, rest) = bytes.split_at(bytes.len() - held);
            events.extend(chunks(*stream, ready));
            if !rest.is_empty() {
                self.pending.push((*stream, rest.to_vec()));
            }
        }
        if self.truncated && !self.said {
            self.said = true;
            let data = Truncation { limit_bytes: self.limit_bytes };
            events.push(EventKind::Truncated { data });
        }
        events
    }
}

/// What a kernel asks us to show; see [`sandbox::kernel`].
#[derive(Deserialize)]
struct Message {
    display: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    id: Option<String>,
}

/// Longest id of something shown.
const LONGEST_ID: usize = 200;

/// The event of a message; none for one that means nothing, which a program may well send.
fn shown(message: &[u8]) -> Option<EventKind> {
    let Message { display: data, id } = serde_json::from_slice(message).ok()?;
    let id = id.filter(|it| it.len() <= LONGEST_ID);
    Some(EventKind::Display { data, id })
}

/// Cuts bytes into events of at most [`CHUNK_BYTES`], between characters.
fn chunks(stream: Stream, mut bytes: &[u8]) -> Vec<EventKind> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        let mut end = bytes.len().min(CHUNK_BYTES);
        if end < bytes.len() {
            end -= unfinished_character(&bytes[..end]);
        }
        let chunk = Chunk::new(bytes[..end].to_vec());
        events.push(match stream {
            Stream::Stdout => EventKind::Stdout(chunk),
            Stream::Stderr | Stream::Said => EventKind::Stderr(chunk),
        });
        bytes = &bytes[end..];
    }
    events
}

/// How many bytes at the end begin a UTF-8 character whose rest is missing: 0 to 3.
fn unfinished_character(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    for start in (tail..bytes.len()).rev() {
        let expected = match bytes[start] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            // A continuation byte: its first byte lies further left.
            0x80..=0xbf => continue,
            _ => return 0,
        };
        let present = bytes.len() - start;
        return if present < expected { present } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(events: &[EventKind]) -> Vec<String> {
        events.iter().map(|it| serde_json::to_string(it).unwrap()).collect()
    }

    #[test]
    fn a_character_split_over_two_writes_arrives_whole() {
        let mut output = Output::new(100);
        let bytes = "a🦀b".as_bytes();
        output.push(Stream::Stdout, &bytes[..3]);
        assert_eq!(text(&output.take()), [r#"{"event":"stdout","data":"a"}"#]);
        output.push(Stream::Stdout, &bytes[3..]);
        assert_eq!(text(&output.take()), [r#"{"event":"stdout","data":"🦀b"}"#]);
        assert!(output.finish().is_empty());
    }

    #[test]
    fn an_unfinished_character_at_the_end_is_sent_as_bytes() {
        let mut output = Output::new(100);
        output.push(Stream::Stderr, &[0xf0, 0x9f]);
        assert!(output.take().is_empty());
        assert_eq!(
            text(&output.finish()),
            [r#"{"event":"stderr","data":"8J8=","encoding":"base64"}"#]
        );
    }

    #[test]
    fn streams_keep_their_order_of_arrival() {
        let mut output = Output::new(100);
        output.push(Stream::Stdout, b"1");
        output.push(Stream::Stderr, b"2");
        output.push(Stream::Stdout, b"3");
        assert_eq!(
            text(&output.take()),
            [
                r#"{"event":"stdout","data":"1"}"#,
                r#"{"event":"stderr","data":"2"}"#,
                r#"{"event":"stdout","data":"3"}"#
            ]
        );
    }

    #[test]
    fn what_goes_over_the_limit_is_dropped_and_said_once() {
        let mut output = Output::new(3);
        output.push(Stream::Stdout, b"ab");
        output.push(Stream::Stdout, b"cd");
        output.push(Stream::Stderr, b"ef");
        assert!(output.truncated());
        assert_eq!(
            text(&output.take()),
            [
                r#"{"event":"stdout","data":"abc"}"#,
                r#"{"event":"truncated","data":{"limit_bytes":3}}"#
            ]
        );
        output.push(Stream::Stdout, b"gh");
        assert!(output.finish().is_empty());
    }

    #[test]
    fn exactly_the_limit_is_not_truncated() {
        let mut output = Output::new(3);
        output.push(Stream::Stdout, b"abc");
        assert!(!output.truncated());
        assert_eq!(output.finish().len(), 1);
    }

    #[test]
    fn long_output_is_cut_between_characters() {
        let text = "é".repeat(CHUNK_BYTES);
        let mut output = Output::new(u64::MAX);
        output.push(Stream::Stdout, b"x");
        output.push(Stream::Stdout, text.as_bytes());
        let mut joined = String::new();
        for event in output.finish() {
            let EventKind::Stdout(chunk) = event else { panic!("stdout only") };
            assert_eq!(chunk.encoding, None);
            joined.push_str(&chunk.data);
        }
        assert_eq!(joined, format!("x{text}"));
    }
}

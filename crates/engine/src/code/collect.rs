//! Keeps the beginning of what a program printed, for answers that repeat it at their end.

use model::event::{Chunk, EventKind, Summary};

/// The beginning of stdout and stderr.
#[derive(Clone, Debug)]
pub struct Collected {
    most_bytes: usize,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Collected {
    /// Keeps up to so many bytes of each.
    #[must_use]
    pub const fn new(most_bytes: usize) -> Self {
        Self { most_bytes, stdout: Vec::new(), stderr: Vec::new() }
    }

    /// Looks at events on their way to somebody else.
    pub fn look(&mut self, events: &[EventKind]) {
        for event in events {
            match event {
                EventKind::Stdout(chunk) => keep(&mut self.stdout, chunk, self.most_bytes),
                EventKind::Stderr(chunk) => keep(&mut self.stderr, chunk, self.most_bytes),
                EventKind::Info { .. }
                | EventKind::Display { .. }
                | EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. } => {}
            }
        }
    }

    /// Puts what was kept into a result, once. Bytes that are no text become U+FFFD there; the events
    /// have them as they were.
    #[must_use]
    pub fn take_into(&mut self, summary: Summary) -> Summary {
        let text = |bytes: &mut Vec<u8>| Some(text(std::mem::take(bytes)));
        let (stdout, stderr) = (text(&mut self.stdout), text(&mut self.stderr));
        Summary { stdout, stderr, ..summary }
    }
}

fn keep(kept: &mut Vec<u8>, chunk: &Chunk, most_bytes: usize) {
    let room = most_bytes - kept.len();
    if room == 0 {
        return;
    }
    match chunk.encoding {
        None if chunk.data.len() <= room => kept.extend_from_slice(chunk.data.as_bytes()),
        None => {
            let end = chunk.data.floor_char_boundary(room);
            kept.extend_from_slice(&chunk.data.as_bytes()[..end]);
        }
        Some(_) => {
            let bytes = chunk.bytes();
            kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

//! An answer in server-sent events, read line by line as the standard has it.

use serde::Deserialize;

use super::{End, Seen};
use crate::{Recording, usage::WireUsage};

/// The longest event that is read. Pieces of text have some hundred bytes.
const MOST_BYTES: usize = 4 << 20;

/// What has arrived of the event that has not ended yet.
#[derive(Debug)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: Vec<u8>,
    /// The last byte was a carriage return: a line feed belongs to it.
    after_return: bool,
    /// It has too many bytes to be read.
    overflown: bool,
    seen: Seen,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        usage: Option<WireUsage>,
    },
    MessageStop,
    Error {
        error: Error,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Block {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    text: Option<String>,
    partial_json: Option<String>,
    thinking: Option<String>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    message: String,
}

impl Events {
    pub(super) fn new(recording: Recording) -> Self {
        Self {
            line: Vec::new(),
            data: Vec::new(),
            after_return: false,
            overflown: false,
            seen: Seen::of(recording),
        }
    }

    pub(super) fn feed(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            if std::mem::take(&mut self.after_return) && piece[0] == b'\n' {
                piece = &piece[1..];
                continue;
            }
            match piece.iter().position(|it| matches!(it, b'\n' | b'\r')) {
                None => return self.extend(piece),
                Some(end) => {
                    self.extend(&piece[..end]);
                    self.after_return = piece[end] == b'\r';
                    self.end_line();
                    piece = &piece[end + 1..];
                }
            }
        }
    }

    /// An event without its empty line counts, if it is whole.
    pub(super) fn finish(&mut self) -> Seen {
        self.end_line();
        self.end_event();
        std::mem::take(&mut self.seen)
    }

    fn extend(&mut self, bytes: &[u8]) {
        let held = self.line.len() + self.data.len();
        if !self.overflown && held + bytes.len() <= MOST_BYTES {
            return self.line.extend_from_slice(bytes);
        }
        let lost = if self.overflown { bytes.len() } else { held + bytes.len() };
        self.overflown = true;
        self.seen.generated = self.seen.generated.saturating_add(lost);
        self.data.clear();
        if !bytes.is_empty() {
            // No data, and not the empty line that ends the event.
            self.line = b":".to_vec();
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            self.end_event();
        } else if let Some(data) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        }
        // Its room is for the next one.
        self.line = line;
        self.line.clear();
    }

    fn end_event(&mut self) {
        let mut data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.overflown) && !data.is_empty() {
            // What is no event of a known form is the client's business.
            if let Ok(event) = serde_json::from_slice(&data) {
                self.take_up(event);
            }
        }
        data.clear();
        self.data = data;
    }

    fn take_up(&mut self, event: Event) {
        let seen = &mut self.seen;
        match event {
            Event::MessageStart { message } => seen.grow(message.usage.unwrap_or_default()),
            Event::ContentBlockStart { content_block } => {
                if let Some(name) = content_block.name {
                    seen.text.push(&format!("\n{name} "));
                }
            }
            Event::ContentBlockDelta { delta } => {
                for text in [&delta.text, &delta.partial_json].into_iter().flatten() {
                    seen.generated(text);
                    seen.text.push(text);
                }
                seen.generated(&delta.thinking.unwrap_or_default());
            }
            Event::MessageDelta { usage } => seen.grow(usage.unwrap_or_default()),
            Event::MessageStop => seen.end = End::Reached,
            Event::Error { error } => {
                seen.error = Some((error.kind, error.message));
            }
            Event::Other => {}
        }
    }
}

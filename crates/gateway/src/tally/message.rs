//! An answer in one piece of JSON.

use serde::Deserialize;
use serde_json::value::Value;

use super::{End, Seen};
use crate::{Recording, usage::WireUsage};

/// The longest answer that is read. Models say at most 128,000 tokens.
const MOST_BYTES: usize = 16 << 20;

/// What has arrived.
#[derive(Debug)]
pub(crate) struct Message {
    recording: Recording,
    bytes: Vec<u8>,
    /// Bytes that had no room.
    lost: usize,
}

#[derive(Deserialize)]
struct Wire {
    usage: WireUsage,
    #[serde(default)]
    content: Vec<Block>,
}

#[derive(Deserialize)]
struct Block {
    text: Option<String>,
    name: Option<String>,
    input: Option<Value>,
}

impl Message {
    pub(super) fn new(recording: Recording) -> Self {
        Self { recording, bytes: Vec::new(), lost: 0 }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) {
        let room = MOST_BYTES.saturating_sub(self.bytes.len()).min(piece.len());
        self.bytes.extend_from_slice(&piece[..room]);
        self.lost += piece.len() - room;
    }

    pub(super) fn finish(&mut self) -> Seen {
        let mut seen = Seen::of(self.recording);
        seen.generated = self.bytes.len().saturating_add(self.lost);
        let Ok(wire) = serde_json::from_slice::<Wire>(&self.bytes) else { return seen };
        seen.grow(wire.usage);
        seen.end = End::Reached;
        for Block { text, name, input } in wire.content {
            seen.text.push(&text.unwrap_or_default());
            if let Some(name) = name {
                seen.text.push(&format!("\n{name} "));
            }
            if let Some(input) = input {
                seen.text.push(&input.to_string());
            }
        }
        seen
    }
}

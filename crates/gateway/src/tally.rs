//! What an answer says of its cost, read beside it while its bytes pass through.

mod events;
mod message;
#[cfg(test)]
mod tests;

use self::{events::Events, message::Message};
use crate::{
    Count, Recording, Usage,
    usage::{WireUsage, estimated_tokens},
};

/// The most of an answer's text that is kept for a record.
const MOST_TEXT: usize = 256 << 10;

/// Reads one answer.
#[derive(Debug)]
pub(crate) enum Tally {
    /// `text/event-stream`.
    Events(Box<Events>),
    /// `application/json`.
    Message(Message),
    /// Costs nothing.
    Free,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    usage: Option<WireUsage>,
    /// Bytes of what the model has generated.
    generated: usize,
    pub(crate) end: End,
    /// Kind and words of the provider's error, said in the middle.
    pub(crate) error: Option<(String, String)>,
    pub(crate) text: Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    #[default]
    Missing,
    Reached,
}

/// What the model has said, as far as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    recording: Recording,
    text: String,
}

impl Tally {
    pub(crate) fn events(recording: Recording) -> Self {
        Self::Events(Box::new(Events::new(recording)))
    }

    pub(crate) fn message(recording: Recording) -> Self {
        Self::Message(Message::new(recording))
    }

    /// Takes up the next piece, wherever it was cut.
    pub(crate) fn feed(&mut self, piece: &[u8]) {
        match self {
            Self::Events(events) => events.feed(piece),
            Self::Message(message) => message.feed(piece),
            Self::Free => {}
        }
    }

    /// What there was until now. Nothing may follow.
    pub(crate) fn finish(&mut self) -> Seen {
        match self {
            Self::Events(events) => events.finish(),
            Self::Message(message) => message.finish(),
            Self::Free => Seen { end: End::Reached, ..Seen::default() },
        }
    }
}

impl Seen {
    pub(crate) fn of(recording: Recording) -> Self {
        let text = Text { recording, text: String::new() };
        Self { text, ..Self::default() }
    }

    /// Tokens, with `input` of a request of which the answer did not say any: as if they were read from the cache,
    /// where an agent's conversation is for the most part.
    pub(crate) fn usage(&self, input: u64) -> (Usage, Count) {
        match (self.usage, self.end) {
            (Some(usage), End::Reached) => (usage.into(), Count::Exact),
            (usage, End::Missing | End::Reached) => {
                let none = Usage { cache_read_tokens: input, ..Usage::default() };
                let mut usage = usage.map_or(none, Usage::from);
                let generated = estimated_tokens(self.generated);
                usage.output_tokens = usage.output_tokens.max(generated);
                (usage, Count::Estimated)
            }
        }
    }

    fn grow(&mut self, usage: WireUsage) {
        self.usage.get_or_insert_default().grow(usage);
    }

    fn generated(&mut self, text: &str) {
        self.generated = self.generated.saturating_add(text.len());
    }
}

impl Text {
    pub(crate) fn push(&mut self, text: &str) {
        match self.recording {
            Recording::Off => {}
            Recording::On => {
                let room = MOST_TEXT.saturating_sub(self.text.len());
                self.text.push_str(&text[..text.floor_char_boundary(room)]);
            }
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

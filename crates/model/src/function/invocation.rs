//! An invocation: one call of a function, as its history keeps it.

use crate::{
    event::Usage,
    execution::Outcome,
    id::{FunctionId, InvocationId},
    time::Timestamp,
};

/// One call that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub id: InvocationId,
    pub function: FunctionId,
    pub version: i64,
    pub outcome: Outcome,
    pub usage: Usage,
    /// Whether an instance was waiting for it.
    pub warm: bool,
    /// As JSON.
    pub input: Head,
    pub stdout: Head,
    pub stderr: Head,
    /// What it returned, as JSON; empty if it returned nothing.
    pub value: Head,
    pub created_at: Timestamp,
}

/// The beginning of a text, as the database can hold it: U+FFFD stands for each NUL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub text: String,
    /// Bytes of the whole text.
    pub bytes: u64,
}

impl Head {
    /// Bytes of each text that are kept: a screenful.
    pub const MOST: usize = 4096;

    /// Adds a piece of the text, as far as there is room.
    pub fn push(&mut self, piece: &str) {
        let complete = self.is_complete();
        let piece = piece.replace('\0', "\u{fffd}");
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        if !complete {
            return;
        }
        let room = Self::MOST.saturating_sub(self.text.len());
        let end = piece.floor_char_boundary(room);
        self.text.push_str(&piece[..end]);
    }

    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.bytes == self.text.len() as u64
    }
}

impl From<&str> for Head {
    fn from(text: &str) -> Self {
        let mut head = Self::default();
        head.push(text);
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_keeps_the_beginning_and_counts_the_rest() {
        let mut head = Head::default();
        head.push("a\0c");
        assert!(head.is_complete());
        head.push(&"é".repeat(Head::MOST));
        head.push("and no more");
        assert!(head.text.len() <= Head::MOST && head.text.len() >= Head::MOST - 1);
        assert_eq!(head.bytes, 5 + 2 * Head::MOST as u64 + 11);
        assert!(!head.is_complete() && !head.text.contains("no more"));
    }
}

//! Events: what an execution did, numbered in the order in which it was stored.
//!
//! This is the one stream shape of the product: stored as it is sent, sent as it is stored.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    execution::{Outcome, OutcomeKind},
    time::Timestamp,
};

/// One event of one execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Counted from 1, without gaps, within one execution.
    pub seq: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// A remark of ours about the execution, for people.
    Info {
        data: String,
    },
    Stdout(Chunk),
    Stderr(Chunk),
    /// A MIME bundle: media type to content, text as it is and bytes in base64.
    Display {
        data: BTreeMap<String, serde_json::Value>,
        /// Takes the place of the earlier one of the execution with the same id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// Output went over its limit; nothing of what follows is kept. Sent once.
    Truncated {
        data: Truncation,
    },
    /// The program ended. Ends the stream.
    Result {
        data: Summary,
    },
    /// We failed. Ends the stream.
    Error {
        data: Failure,
    },
}

impl EventKind {
    /// Whether nothing follows this event.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Result { .. } | Self::Error { .. })
    }
}

/// Bytes that a program wrote, split nowhere inside a character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chunk {
    pub data: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// How [`Chunk::data`] stands for bytes that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Encoding {
    Base64,
}

impl Chunk {
    /// Keeps text as text and anything else in base64.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(data) => Self { data, encoding: None },
            Err(error) => {
                Self { data: STANDARD.encode(error.as_bytes()), encoding: Some(Encoding::Base64) }
            }
        }
    }

    /// The bytes as the program wrote them.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self.encoding {
            None => self.data.clone().into_bytes(),
            Some(Encoding::Base64) => STANDARD.decode(&self.data).unwrap_or_default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Truncation {
    pub limit_bytes: u64,
}

/// How a program ended and what it used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// All of stdout; only routes that collect output for their caller fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// What a function returned, as it is in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// Null unless the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal that killed the program, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    pub timeout: bool,
    pub outcome: OutcomeKind,
    pub duration_ms: u64,
    pub cpu_ms: u64,
    pub peak_memory_bytes: u64,
    pub truncated: bool,
    /// Milliseconds in the queue for a sandbox, before the program started; only of what queues by itself:
    /// one-off code and calls of functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_ms: Option<u64>,
}

impl Summary {
    #[must_use]
    pub fn new(outcome: &Outcome, usage: Usage) -> Self {
        let signal = match outcome {
            Outcome::Killed { signal } => Some(*signal),
            Outcome::Exited { .. }
            | Outcome::TimedOut { .. }
            | Outcome::OutOfMemory { .. }
            | Outcome::Cancelled
            | Outcome::Lost => None,
        };
        Self {
            stdout: None,
            stderr: None,
            value: None,
            exit_code: outcome.exit_code(),
            signal,
            timeout: matches!(outcome, Outcome::TimedOut { .. }),
            outcome: outcome.kind(),
            duration_ms: usage.duration_ms,
            cpu_ms: usage.cpu_ms,
            peak_memory_bytes: usage.peak_memory_bytes,
            truncated: usage.truncated,
            queue_ms: usage.queue_ms,
        }
    }
}

/// What a program used. Zero where nobody could measure it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub duration_ms: u64,
    pub cpu_ms: u64,
    pub peak_memory_bytes: u64,
    pub truncated: bool,
    /// See [`Summary::queue_ms`]; not stored.
    pub queue_ms: Option<u64>,
}

/// A failure of ours, in a form that people and programs can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// A code out of a closed set.
    pub error: String,
    /// What failed, with which value, and what to do.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_shape_of_the_contract() {
        let at = Timestamp::from_millis(1_795_222_800_000);
        let rows = [
            (
                EventKind::Stdout(Chunk::new(b"Hello\n".to_vec())),
                r#"{"seq":2,"at":"2026-11-21T01:00:00.000Z","event":"stdout","data":"Hello\n"}"#,
            ),
            (
                EventKind::Stderr(Chunk::new(vec![0xff])),
                r#"{"seq":2,"at":"2026-11-21T01:00:00.000Z","event":"stderr","data":"/w==","encoding":"base64"}"#,
            ),
            (
                EventKind::Info { data: "sandbox ready in 3 ms".to_owned() },
                r#"{"seq":2,"at":"2026-11-21T01:00:00.000Z","event":"info","data":"sandbox ready in 3 ms"}"#,
            ),
        ];
        for (kind, expected) in rows {
            let event = Event { seq: 2, at, kind };
            assert_eq!(serde_json::to_string(&event).unwrap(), expected);
            assert_eq!(serde_json::from_str::<Event>(expected).unwrap(), event);
        }
    }

    #[test]
    fn a_killed_program_has_no_exit_code() {
        let summary = Summary::new(&Outcome::Killed { signal: 9 }, Usage::default());
        assert_eq!((summary.exit_code, summary.signal), (None, Some(9)));
        assert!(serde_json::to_string(&summary).unwrap().contains(r#""exit_code":null"#));
    }
}

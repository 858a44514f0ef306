//! What is decided about one tool call, as it stands in the log.

use serde::{Deserialize, Serialize};

use super::Pattern;

/// The answer to a tool call. It is stored with the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    Allow {
        rule: Rule,
    },
    Deny {
        rule: Rule,
        why: String,
    },
    /// A person decides.
    Ask {
        why: String,
        /// What the person may allow for the rest of the session: this call and no other.
        remember: Option<Pattern>,
    },
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", content = "pattern", rename_all = "snake_case")]
pub enum Rule {
    /// A pattern of the phase's lists.
    Listed(Pattern),
    /// A pattern that a person allowed for the session.
    Remembered(Pattern),
    /// Every command of it only reads.
    OnlyReads,
    /// It speaks to people or to the platform, which answer it themselves.
    Conversation,
    /// Git is written by the platform alone.
    GitIsOurs,
    /// Nothing is changed while planning.
    PlanningReads,
    /// No pattern names it, and the phase's list is all there is.
    Unlisted,
}

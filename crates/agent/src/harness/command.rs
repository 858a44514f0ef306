//! What an agent program is told, in one form for all harnesses.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::policy::{Decision, Phase};

#[derive(Clone, Debug, PartialEq)]
pub enum HarnessCommand {
    /// What a person, or the platform for them, says. `prompt` is a UUID of ours, by which the turn that
    /// answers it is known.
    Prompt {
        prompt: String,
        text: String,
    },
    /// Answers `ToolProposed`.
    Judge {
        request: String,
        decision: Decision,
    },
    /// Answers `PermissionAsked`.
    Permit {
        request: String,
        permission: Permission,
    },
    /// Answers `QuestionAsked`: what was chosen or written, for each question's text.
    Answer {
        request: String,
        answers: BTreeMap<String, String>,
    },
    /// Answers `PlanProposed`.
    DecidePlan {
        request: String,
        answer: PlanAnswer,
    },
    /// Answers `OwnToolCalled`.
    Reply {
        request: String,
        reply: Result<String, String>,
    },
    /// Stops the turn that is going on; it ends as interrupted.
    Interrupt,
    SetPhase(Phase),
    SetModel(String),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Permission {
    Allow,
    /// The call happens with another input.
    AllowChanged(Value),
    Deny {
        why: String,
    },
    /// The call is denied, and the turn ends as interrupted.
    DenyAndStop {
        why: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanAnswer {
    /// The agent goes on by carrying it out.
    Execute,
    Revise {
        feedback: String,
    },
    /// The platform has the plan and will have its steps carried out one by one; the turn ends as
    /// interrupted.
    Recorded,
}

/// Why a command was not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "request {request} is not open: it was answered, withdrawn, or asks for something else"
    )]
    NotOpen { request: String },
    #[error("the conversation is over")]
    Over,
    #[error("this agent cannot be told to {what}")]
    Unsupported { what: &'static str },
}

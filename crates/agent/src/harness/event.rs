//! What an agent program says, in one form for all harnesses.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::own_tools::OwnTool;
use crate::policy::ToolCall;

/// A fact about a conversation. Each is stored before it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HarnessEvent {
    /// The program has told what it is. Again, when that has changed.
    Ready(Ready),
    /// A prompt has reached the model.
    PromptTaken { prompt: String },
    /// A piece of a text that is being written.
    Delta { speaker: Speaker, text: String },
    /// A text that is complete. Its pieces came before.
    Message { speaker: Speaker, text: String },
    /// The model has written a tool call. Whether it happens is yet to be decided.
    ToolCalled { call: ToolCall, within: Option<String> },
    /// The program asks the platform whether a call may happen. Answered by `Judge`.
    ToolProposed { request: String, call: ToolCall },
    /// A person is to decide about a call. Answered by `Permit`.
    PermissionAsked { request: String, call: ToolCall },
    /// A person is asked. Answered by `Answer`.
    QuestionAsked { request: String, questions: Vec<Question> },
    /// The program has a plan, or says only that it has one. Answered by `DecidePlan`.
    PlanProposed { request: String, plan: Option<String> },
    /// A tool of ours is called. Answered by `Reply`.
    OwnToolCalled { request: String, tool: OwnTool, input: Value },
    /// The program no longer waits for an answer.
    RequestWithdrawn { request: String },
    ToolEnded {
        call: String,
        text: String,
        failed: bool,
        diff: Option<Diff>,
        /// Where in the sandbox all of a long output lies.
        whole_output: Option<String>,
    },
    /// The model could not be reached and is asked again.
    Retrying { attempt: u32, most: u32, after_ms: u64, cause: RetryCause },
    /// A command of ours was not accepted.
    CommandFailed { command: String, why: String },
    /// What was being said to these prompts has ended.
    TurnEnded { prompts: Vec<String>, outcome: Outcome, usage: Usage },
    /// Something that is not of the protocol.
    Noise { kind: NoiseKind, sample: Vec<u8> },
    /// Nothing more can be said. The program is to be ended if it still runs.
    Broken { why: String },
    /// The program has ended, and nothing comes after this.
    Ended { exit: Exit },
}

/// What a program says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    pub version: String,
    /// The program's own id of the session, with which it is resumed.
    pub session: String,
    pub model: Option<String>,
    pub tools: Vec<String>,
    /// MCP servers and whether they are connected.
    pub servers: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Agent,
    /// What the agent thinks before it speaks.
    Thought,
    /// An agent that the agent has started.
    Helper,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub text: String,
    pub choices: Vec<String>,
    pub several: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    pub path: String,
    pub hunks: Vec<Hunk>,
}

/// Lines begin with `+`, `-` or a blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    // Agents write these names in camel case; stored events have ours.
    #[serde(alias = "oldStart")]
    pub old_start: u64,
    #[serde(alias = "oldLines")]
    pub old_lines: u64,
    #[serde(alias = "newStart")]
    pub new_start: u64,
    #[serde(alias = "newLines")]
    pub new_lines: u64,
    pub lines: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryCause {
    Unauthenticated,
    RateLimited,
    Overloaded,
    Other,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Completed,
    Interrupted,
    TooManyTurns,
    BudgetExhausted,
    Refused,
    Unauthenticated,
    RateLimited,
    Overloaded,
    Failed {
        why: String,
    },
    /// The program ended, or broke the protocol, before it said how the turn ended.
    Lost {
        why: String,
    },
}

impl Outcome {
    /// Whether the same prompt may well succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited | Self::Overloaded | Self::Lost { .. } => true,
            Self::Completed
            | Self::Interrupted
            | Self::TooManyTurns
            | Self::BudgetExhausted
            | Self::Refused
            | Self::Unauthenticated
            | Self::Failed { .. } => false,
        }
    }
}

/// What a turn took, as the program says. What is charged is what the gateway has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_read_tokens: u64,
    pub cache_written_tokens: u64,
    /// Of the whole session until now, resumed ones included; in millionths of a dollar.
    pub session_cost_micros: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseKind {
    /// No JSON, or not of the form that its type has.
    Malformed,
    /// A type of message or request that is not known.
    Unknown,
    /// An end of a turn when none is going on.
    Unexpected,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    Code(i32),
    Signal(i32),
    /// Nobody saw its end.
    Unseen,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "with code {code}"),
            Self::Signal(signal) => write!(f, "by signal {signal}"),
            Self::Unseen => write!(f, "unseen"),
        }
    }
}

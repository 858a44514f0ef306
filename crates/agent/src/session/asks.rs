//! What an agent asks of people: leave for a tool, and answers.

use model::{id::UserId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::work::{ApprovalId, Fence, QuestionId};

/// A tool call that waits for somebody's leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub fence: Fence,
    pub at: Timestamp,
    pub call: ToolCall,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// What the harness calls it.
    pub id: String,
    pub tool: String,
    /// As it is shown: hostile text.
    pub input: String,
    /// The tool pattern that leave for the session would add; `None` where no pattern covers just this call.
    pub pattern: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    Allow,
    /// And whatever its pattern covers, until the session ends.
    AllowForSession,
    Deny {
        why: String,
    },
}

/// A tool pattern that somebody gave leave for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    pub pattern: String,
    pub by: UserId,
    pub at: Timestamp,
}

/// Something that an agent wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub id: QuestionId,
    pub fence: Fence,
    pub at: Timestamp,
    pub asked: Vec<Asked>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub text: String,
    /// Answers that it suggests.
    pub options: Vec<String>,
}

/// How to go on after a step, in the manual mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Open a pull request; the next step's branch begins at this one.
    StackedRequest,
    SameBranch,
    /// The next step's branch begins at this one, which has no pull request.
    NewBranch,
    CancelRest,
}

/// Why a tool is not allowed where nobody is there to ask.
pub(super) const NOBODY_TO_ASK: &str =
    "nobody is asked in a one-shot session; do without this tool";

impl Decision {
    pub(super) fn by_nobody() -> Self {
        Self::Deny { why: NOBODY_TO_ASK.to_owned() }
    }
}

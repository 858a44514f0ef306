//! What an administrator lets jobs be.

use serde::{Deserialize, Serialize};

use super::Payload;

/// What jobs may be. What is left out is not restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobPolicy {
    /// Only these kinds of payloads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payloads: Option<Vec<PayloadKind>>,
    /// Of commands, only those that fit one of these. A line for the shell fits none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<Vec<ProgramPattern>>,
}

/// A program, and what its arguments may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgramPattern {
    /// As the command has it; `*` and `?` stand for any characters.
    pub program: String,
    /// One pattern for each argument; `...` at the end stands for any number of further ones.
    #[serde(default)]
    pub args: Vec<String>,
}

/// What a job runs, without saying which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PayloadKind {
    Command,
    Code,
    Artifact,
    Runbook,
    Function,
}

impl PayloadKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Code => "code",
            Self::Artifact => "artifact",
            Self::Runbook => "runbook",
            Self::Function => "function",
        }
    }
}

impl Payload {
    #[must_use]
    pub const fn kind(&self) -> PayloadKind {
        match self {
            Self::Command { .. } => PayloadKind::Command,
            Self::Code { .. } => PayloadKind::Code,
            Self::Artifact { .. } => PayloadKind::Artifact,
            Self::Runbook { .. } => PayloadKind::Runbook,
            Self::Function { .. } => PayloadKind::Function,
        }
    }
}

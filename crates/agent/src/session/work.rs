//! What a session does, one after another.

use std::fmt;

use model::{id::UserId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::branches::{Delivered, Delivery};
use crate::plan::StepNumber;
pub use crate::policy::Phase;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub(super) u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for u64 {
            fn from(it: $name) -> Self {
                it.0
            }
        }
    };
}

// Each is the number of the event that it began with, so that none has to be drawn.
numbered!(
    /// A piece of work, from when it is queued to when it ends.
    WorkId
);
numbered!(
    /// One attempt at a piece of work. What comes from an earlier attempt is refused.
    Fence
);
numbered!(
    /// A tool call that waits for somebody's leave.
    ApprovalId
);
numbered!(
    /// Something that an agent asks.
    QuestionId
);
numbered!(
    /// A remark about a step.
    CommentId
);
numbered!(
    /// A changed plan that an agent suggests.
    ProposalId
);
numbered!(
    /// A branch that a session made.
    BranchId
);

/// What is asked of an agent, or of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Somebody said something; the agent answers, reads, and may plan. It writes nothing.
    Turn { text: String },
    /// A step is carried out.
    Step { step: StepNumber },
    /// What is on a branch is changed after a review, a chat or failed checks.
    Revision { branch: BranchId, source: Source, text: String },
    /// Completed steps from this one on are taken back.
    Revert { from: StepNumber },
    /// A pull request is opened for a branch that has none.
    OpenRequest { branch: BranchId },
    /// Somebody wants to look around in the sandbox: it is made ready as a step finds it, and nothing else is done.
    Visit,
}

/// Who wants a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    Person {
        user: UserId,
    },
    /// Somebody at the forge, by their name there.
    Review {
        by: String,
        /// What it was ordered with; `None` in events of earlier programs.
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// Checks at the forge that failed for this commit.
    Ci {
        head: String,
    },
}

impl Task {
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match self {
            Self::Turn { .. } => Phase::Planning,
            Self::Step { .. }
            | Self::Revision { .. }
            | Self::Revert { .. }
            | Self::OpenRequest { .. }
            | Self::Visit => Phase::Executing,
        }
    }

    #[must_use]
    pub const fn step(&self) -> Option<&StepNumber> {
        match self {
            Self::Step { step } => Some(step),
            Self::Turn { .. }
            | Self::Revision { .. }
            | Self::Revert { .. }
            | Self::OpenRequest { .. }
            | Self::Visit => None,
        }
    }

    /// Whether doing it twice would leave two commits.
    #[must_use]
    pub const fn changes_files(&self) -> bool {
        matches!(self, Self::Step { .. } | Self::Revision { .. })
    }

    /// What of it may have reached the forge, at this stage.
    #[must_use]
    pub fn begun_delivery<'s>(&self, stage: &'s Stage) -> Option<&'s Delivery> {
        match stage {
            Stage::Delivering { delivery: Some(it) }
            | Stage::Recovering { delivery: it }
            | Stage::Waiting { delivery: Some(it), .. } => {
                Some(it).filter(|_| self.changes_files())
            }
            Stage::Delivering { delivery: None }
            | Stage::Waiting { delivery: None, .. }
            | Stage::Preparing
            | Stage::Working { .. }
            | Stage::Checking
            | Stage::Stopping { .. } => None,
        }
    }

    /// The branch that it revises.
    #[must_use]
    pub const fn revises(&self) -> Option<BranchId> {
        match self {
            Self::Revision { branch, .. } => Some(*branch),
            Self::Turn { .. }
            | Self::Step { .. }
            | Self::Revert { .. }
            | Self::OpenRequest { .. }
            | Self::Visit => None,
        }
    }

    /// Whether it has a sandbox made ready.
    #[must_use]
    pub const fn needs_sandbox(&self) -> bool {
        match self {
            Self::Turn { .. } | Self::Step { .. } | Self::Revision { .. } | Self::Visit => true,
            Self::Revert { .. } | Self::OpenRequest { .. } => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    pub id: WorkId,
    /// `None` where the platform or the forge began it.
    pub by: Option<UserId>,
    #[serde(flatten)]
    pub task: Task,
}

/// The one piece of work that is under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    pub work: Work,
    pub fence: Fence,
    pub stage: Stage,
    /// Attempts that ended through no fault of the work.
    pub retries: u8,
    /// How often the agent was told which checks failed.
    pub repairs: u8,
    /// Of the plan that it began with.
    pub version: u32,
    /// What has reached the forge.
    pub delivered: Option<Delivered>,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Sandbox, clean checkout, pre-execution script.
    Preparing,
    /// The agent works.
    Working { prompt: Prompt },
    /// Checks of its steps run in the same sandbox.
    Checking,
    /// The platform commits, pushes and opens; nothing of it is torn in the middle.
    Delivering { delivery: Option<Delivery> },
    /// A delivery was not seen to its end: the forge is asked what had reached it.
    Recovering { delivery: Delivery },
    /// Until it is tried again. A delivery that was begun is found first: part of it may be at the forge.
    Waiting { until: Timestamp, delivery: Option<Delivery> },
    /// Until the sandbox says that nothing of it runs any more.
    Stopping { then: AfterStop },
}

/// What an agent is told at the beginning of its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "prompt", rename_all = "snake_case")]
pub enum Prompt {
    Begin,
    /// These checks failed after it said that it was done.
    Repair {
        failures: Vec<CheckFailure>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckFailure {
    pub step: StepNumber,
    /// Of its fence in the plan.
    pub line: usize,
    /// The end of what it printed: hostile text.
    pub output: String,
}

/// What becomes of work that was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "then", rename_all = "snake_case")]
pub enum AfterStop {
    Fail {
        by: UserId,
    },
    /// It comes first when the session goes on.
    Requeue,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    Completed,
    Failed { failure: Failure },
    Requeued,
}

/// Why something was not carried out, for whoever has to decide how to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    /// The agent did not get them to pass.
    Checks {
        failures: Vec<CheckFailure>,
    },
    Lasting {
        why: String,
    },
    /// Each attempt failed in a way that may pass; the last one so.
    TriedTooOften {
        why: String,
    },
    Stopped {
        by: UserId,
    },
}

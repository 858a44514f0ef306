//! What happened in a session, as it is stored and shown.

use model::{
    id::{AgentSessionId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{
    asks::{Asked, Choice, Decision, ToolCall},
    branches::{BranchState, Delivered},
    note::Note,
    settings::Settings,
    state::{Author, Origin, PauseReason, Usage},
    work::{
        ApprovalId, BranchId, CheckFailure, CommentId, End, Fence, ProposalId, QuestionId, Stage,
        Task, WorkId,
    },
};
use crate::plan::StepNumber;

/// One event of one session. What it begins (work, an approval, a comment) is called by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Counted from 1, without gaps.
    pub seq: u64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Written under the one name that `event` says; the groups are for whoever reads the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventKind {
    Life(LifeEvent),
    Plan(PlanEvent),
    Work(WorkEvent),
    Ask(AskEvent),
    Branch(BranchEvent),
}

/// Of the session itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LifeEvent {
    Opened {
        id: AgentSessionId,
        owner: UserId,
        settings: Settings,
        from: Origin,
    },
    Configured {
        by: UserId,
        settings: Settings,
    },
    Shared {
        by: UserId,
        with: UserId,
    },
    /// `by` is `None` where nobody asked for it.
    Paused {
        by: Option<UserId>,
        reason: PauseReason,
        /// When what is used up begins anew, where it does so by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    Resumed {
        by: Option<UserId>,
    },
    Archived {
        by: Option<UserId>,
    },
    Unarchived {
        by: UserId,
    },
    Metered {
        usage: Usage,
    },
    /// The server began anew; nothing of what ran is left.
    Restarted,
    SandboxLost {
        why: String,
    },
}

/// Of its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PlanEvent {
    PlanSaved {
        version: u32,
        text: String,
        by: Author,
    },
    /// What an agent handed in is no plan; it is told why.
    PlanRefused {
        fence: Fence,
        remarks: Vec<String>,
    },
    PlanProposed {
        text: String,
        base: u32,
    },
    ProposalSettled {
        proposal: ProposalId,
        by: UserId,
        verdict: Verdict,
    },
    /// `by` is `None` in a one-shot session.
    PlanApproved {
        by: Option<UserId>,
        version: u32,
    },
    Commented {
        by: UserId,
        step: StepNumber,
        text: String,
    },
    CommentResolved {
        by: UserId,
        comment: CommentId,
    },
}

/// Of what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WorkEvent {
    Queued {
        by: Option<UserId>,
        place: Place,
        task: Task,
    },
    Dequeued {
        works: Vec<WorkId>,
        reason: DequeueReason,
    },
    /// A new attempt, under a fence of its own.
    Began {
        work: WorkId,
        from: Stage,
    },
    /// `warning` says what of the preparation failed and does not matter.
    Prepared {
        fence: Fence,
        warning: Option<String>,
    },
    /// A whole message of the agent: hostile text.
    Said {
        fence: Fence,
        text: String,
    },
    Noted {
        fence: Fence,
        #[serde(flatten)]
        note: Note,
    },
    Entered {
        fence: Fence,
        to: Stage,
    },
    Checked {
        fence: Fence,
        failures: Vec<CheckFailure>,
    },
    /// The agent committed by itself, which is undone.
    HeadMoved {
        fence: Fence,
        from: String,
        to: String,
    },
    Delivered {
        fence: Fence,
        change: Option<Delivered>,
    },
    /// The attempt failed in a way that may pass.
    Faltered {
        fence: Fence,
        why: String,
        until: Timestamp,
    },
    Ended {
        work: WorkId,
        end: End,
    },
}

/// Of what people are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AskEvent {
    ApprovalAsked {
        fence: Fence,
        call: ToolCall,
    },
    /// `by` is `None` where nobody is asked.
    ApprovalSettled {
        approval: ApprovalId,
        by: Option<UserId>,
        decision: Decision,
    },
    QuestionAsked {
        fence: Fence,
        asked: Vec<Asked>,
    },
    /// Without answers where nobody is asked: the agent writes down what it assumes.
    QuestionSettled {
        question: QuestionId,
        by: Option<UserId>,
        answers: Vec<String>,
    },
    ChoiceAsked {
        after: StepNumber,
    },
    Chosen {
        by: UserId,
        choice: Choice,
    },
}

/// Of what is at the forge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum BranchEvent {
    ReadyAsked {
        branch: BranchId,
    },
    BecameReady {
        branch: BranchId,
    },
    CiEnded {
        branch: BranchId,
        head: String,
        end: CiEnd,
    },
    PersonPushed {
        branch: BranchId,
        head: String,
    },
    BranchSettled {
        branch: BranchId,
        state: BranchState,
    },
    /// Somebody ordered a revision with a comment, and was told why there is none.
    OrderDeclined {
        branch: BranchId,
        comment: String,
        by: String,
        why: String,
    },
}

impl Event {
    /// Whether a branch was merged or closed.
    pub(super) const fn settles_branch(&self) -> bool {
        matches!(self.kind, EventKind::Branch(BranchEvent::BranchSettled { .. }))
    }
}

macro_rules! group {
    ($($name:ident($event:ident)),*) => {
        $(impl From<$event> for EventKind {
            fn from(event: $event) -> Self {
                Self::$name(event)
            }
        })*
    };
}

group!(Life(LifeEvent), Plan(PlanEvent), Work(WorkEvent), Ask(AskEvent), Branch(BranchEvent));

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    Declined,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    First,
    Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DequeueReason {
    /// Somebody stopped the session, or chose to go no further.
    Stopped,
    /// A step before it failed.
    StepFailed,
    /// The plan has no such step any more.
    PlanChanged,
    /// The branch has changed or is closed, so that there is nothing to revise.
    Moot,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum CiEnd {
    Passed,
    /// The first check that failed, with the end of its log: hostile text.
    Failed {
        check: String,
        log: String,
    },
}

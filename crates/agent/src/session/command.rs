//! What people ask of a session, and what its owner reports to it.

use model::{id::UserId, time::Timestamp};

use super::{
    asks::{Asked, Choice, Decision, ToolCall},
    branches::{BranchState, PullRequest},
    event::CiEnd,
    note::Note,
    settings::Settings,
    state::Usage,
    work::{ApprovalId, BranchId, CheckFailure, CommentId, Fence, ProposalId, QuestionId},
};
use crate::plan::StepNumber;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Request { by: UserId, request: Request },
    Fact(Fact),
}

/// What a person wants. `expected_version` is that of the plan that they saw, 0 for none.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Say {
        text: String,
    },
    SavePlan {
        expected_version: u32,
        text: String,
    },
    /// The first line of `text` is the step's title.
    EditStep {
        expected_version: u32,
        step: StepNumber,
        text: String,
    },
    DeleteStep {
        expected_version: u32,
        step: StepNumber,
    },
    RollBack {
        expected_version: u32,
        to: u32,
    },
    Accept {
        proposal: ProposalId,
    },
    Decline {
        proposal: ProposalId,
    },
    Comment {
        step: StepNumber,
        text: String,
    },
    Resolve {
        comment: CommentId,
    },
    Approve {
        expected_version: u32,
    },
    /// Approves the plan where nobody has.
    Execute {
        expected_version: u32,
        target: ExecuteTarget,
    },
    Retry {
        step: StepNumber,
    },
    Stop,
    Revert {
        from: StepNumber,
    },
    Revise {
        branch: BranchId,
        text: String,
    },
    Decide {
        approval: ApprovalId,
        decision: Decision,
    },
    Answer {
        question: QuestionId,
        answers: Vec<String>,
    },
    Choose {
        choice: Choice,
    },
    /// Have the sandbox up, to look around in it.
    Visit,
    Pause,
    Resume,
    Archive,
    Unarchive,
    Share {
        with: UserId,
    },
    Configure {
        settings: Settings,
    },
}

/// Which steps to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecuteTarget {
    /// The first that has not been.
    Next,
    /// This one, or all steps within it; those before it have been carried out or wait.
    Step(StepNumber),
    /// Up to this one, with each between that has not been carried out.
    Through(StepNumber),
    All,
}

/// What the owner of a session saw happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// Sandbox and checkout are ready.
    Prepared {
        fence: Fence,
        warning: Option<String>,
    },
    /// The agent said something, to its end; what it is about to say is shown and not stored.
    Said {
        fence: Fence,
        text: String,
    },
    /// Something to be shown that changes nothing.
    Noted {
        fence: Fence,
        note: Note,
    },
    /// The agent handed a plan in.
    Planned {
        fence: Fence,
        text: String,
    },
    ApprovalAsked {
        fence: Fence,
        call: ToolCall,
    },
    QuestionAsked {
        fence: Fence,
        asked: Vec<Asked>,
    },
    /// The agent says that it is done.
    AgentEnded {
        fence: Fence,
    },
    ChecksEnded {
        fence: Fence,
        failures: Vec<CheckFailure>,
    },
    /// The checkout's HEAD is not the commit that the platform left.
    HeadMoved {
        fence: Fence,
        from: String,
        to: String,
    },
    /// `head` is `None` if nothing was changed.
    Delivered {
        fence: Fence,
        head: Option<String>,
        request: Option<PullRequest>,
    },
    /// After a crash: nothing of it is at the forge.
    NotDelivered {
        fence: Fence,
    },
    /// Branches end where they were asked to.
    Reverted {
        fence: Fence,
    },
    Failed {
        fence: Fence,
        fault: Fault,
    },
    /// Nothing of the stopped attempt runs any more.
    Stopped {
        fence: Fence,
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
    /// Somebody at the forge wants a revision, and ordered it with this comment.
    Reviewed {
        branch: BranchId,
        comment: String,
        by: String,
        text: String,
    },
    /// The order of a comment means nothing.
    OrderDeclined {
        branch: BranchId,
        comment: String,
        by: String,
        why: String,
    },
    BranchSettled {
        branch: BranchId,
        state: BranchState,
    },

    Metered {
        usage: Usage,
    },
    /// The model was not asked: all sessions of the owner together have cost what they may in this month.
    UserBudgetSpent {
        renewed_at: Timestamp,
    },
    /// The time of [`State::wake_at`](super::State::wake_at) has come.
    Elapsed,
    Restarted,
    SandboxLost {
        why: String,
    },
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It may work later: a provider that is overloaded, a network.
    Passing { why: String },
    /// It will not: a key that is refused, a branch that somebody moved.
    Lasting { why: String },
}

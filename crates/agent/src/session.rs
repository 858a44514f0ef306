//! An agent session: a conversation, a plan, and the work of carrying it out, one thing after another.
//!
//! ```text
//!                 plan saved            approved
//!   Planning ────────────────▶ versions ────────▶ Executing        lifecycle: Active ⇄ Paused, Archived
//!
//!   requests ┐                 ┌──────────── queue ────────────┐
//!   forge    ├──▶ apply ──▶    │ turn │ step │ revision │ …    │──▶ the one that runs (`apply::carrying_out`)
//!   facts    ┘    events       └───────────────────────────────┘
//! ```
//!
//! [`apply`] decides and changes nothing; its events are stored, [`State::fold`] takes each up, and [`effects`]
//! says what is to be done about it then. So the events are all that is ever stored, and a state that was folded
//! from them is the state that they were made in. Only steps and revisions write; a turn reads.
//!
//! Every attempt has a fence, the number of the event that it began with. What an earlier attempt still says is
//! refused, so that no slow messenger ends work that began anew.

mod apply;
mod asks;
mod branches;
mod clone;
mod command;
mod effect;
mod event;
mod fold;
mod note;
mod refusal;
mod settings;
mod state;
mod status;
mod work;

#[cfg(test)]
mod tests;

pub use self::{
    apply::{FIRST_WAIT, MAX_TEXT_BYTES, MOST_RETRIES, apply},
    asks::{Approval, Asked, Choice, Decision, Question, Remembered, ToolCall},
    branches::{
        Branch, BranchState, Delivered, Delivery, NextBranch, PullRequest, Pusher, Readiness,
        RequestOrder, Reset, Target, WORK_IN_PROGRESS,
    },
    command::{Command, ExecuteTarget, Fact, Fault, Request},
    effect::{Effect, effects},
    event::{
        AskEvent, BranchEvent, CiEnd, DequeueReason, Event, EventKind, LifeEvent, Place, PlanEvent,
        Verdict, WorkEvent,
    },
    note::{Note, ToolVerdict},
    refusal::Refusal,
    settings::{IdleMinutes, InvalidIdleMinutes, Opening, Pace, PullMode, Settings},
    state::{
        Author, Comment, Lifecycle, Origin, PauseReason, Progress, Proposal, Sandbox, State, Usage,
        Version,
    },
    status::{Status, StepState},
    work::{
        AfterStop, ApprovalId, BranchId, CheckFailure, CommentId, End, Failure, Fence, Phase,
        Prompt, ProposalId, QuestionId, Running, Source, Stage, Task, Work, WorkId,
    },
};

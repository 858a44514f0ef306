//! Why a command changes nothing.

use model::id::UserId;

use super::work::{ApprovalId, BranchId, CommentId, Fence, ProposalId, QuestionId};
use crate::plan::{EditError, StepNumber};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("{user} takes no part in this session; ask somebody who does to share it")]
    NotShared { user: UserId },
    #[error("the session is archived; unarchive it first")]
    Archived,
    #[error("the session is not archived")]
    NotArchived,
    #[error("the session is not paused")]
    NotPaused,
    #[error("somebody paused the session; resume it first")]
    PausedByPerson,
    #[error("the session is paused already")]
    Paused,
    #[error("something is under way or waits; stop it first")]
    Busy,
    #[error("nothing is under way and nothing waits, so there is nothing to stop")]
    NothingToStop,
    #[error("what is under way is being delivered or stopped already; wait for it")]
    Ending,
    #[error(
        "the session has cost {cost} of {budget} millionths of a dollar; raise its budget first"
    )]
    OverBudget { cost: u64, budget: u64 },
    #[error("the text is empty; write something")]
    Empty,
    #[error("the text has {bytes} bytes and at most {most} are taken; shorten it")]
    TooLong { bytes: usize, most: usize },
    #[error("the session is shared with {user} already")]
    SharedAlready { user: UserId },
    #[error(
        "branches have been made the way that was chosen before; clone the session to choose another"
    )]
    BranchesMade,

    #[error("there is no plan yet; say what you want to change")]
    NoPlan,
    #[error("the plan is at version {current}, not {expected}; look at it and try again")]
    VersionMismatch { expected: u32, current: u32 },
    #[error("the plan has no version {version}; it has 1 to {current}")]
    NoVersion { version: u32, current: u32 },
    #[error("version {current} says the same")]
    Unchanged { current: u32 },
    #[error("the plan is approved already")]
    Approved,
    #[error(transparent)]
    Edit(#[from] EditError),
    #[error("there is no proposal {proposal} any more")]
    NoProposal { proposal: ProposalId },
    #[error("there is no comment {comment}")]
    NoComment { comment: CommentId },

    #[error("the plan has no step {step}")]
    NoStep { step: StepNumber },
    #[error("all of these steps are completed, under way or queued")]
    NothingToExecute,
    #[error("step {before} comes before step {step} and has not been carried out; carry out both")]
    StepBefore { step: StepNumber, before: StepNumber },
    #[error("step {step} has not failed")]
    NotFailed { step: StepNumber },
    #[error("no step from {from} on is completed")]
    NothingToRevert { from: StepNumber },
    #[error("what step {step} changed has been merged; revert it at the forge")]
    Merged { step: StepNumber },
    #[error("nobody is asked how to go on")]
    NoChoice,

    #[error("no approval {approval} waits; it was settled or its step has ended")]
    NoApproval { approval: ApprovalId },
    #[error("no tool pattern covers just this call; allow it once")]
    NoPattern,
    #[error("no question {question} waits; it was answered or its step has ended")]
    NoQuestion { question: QuestionId },
    #[error("{given} answers were given to {asked} questions")]
    Answers { given: usize, asked: usize },

    #[error("the session made no branch {branch}")]
    NoBranch { branch: BranchId },
    #[error("branch {branch} is merged or closed")]
    BranchSettled { branch: BranchId },
    #[error("a revision of branch {branch} is under way or waits; wait for it")]
    RevisionUnderWay { branch: BranchId },
    #[error("branch {branch} does not end with {head} any more")]
    OldHead { branch: BranchId, head: String },
    #[error("the order of comment {comment} was heard already")]
    HeardAlready { comment: String },
    #[error("attempt {fence} is over")]
    Stale { fence: Fence },
    #[error("that does not happen at this stage")]
    OutOfTurn,
    #[error("it is not time yet")]
    NotDue,
}

//! All that is known of a session: what its events add up to.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use model::{
    id::{AgentSessionId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{
    asks::{Approval, Question, Remembered},
    branches::{Branch, Delivery, NextBranch},
    settings::Settings,
    work::{CommentId, Failure, Phase, ProposalId, Running, Stage, Work},
};
use crate::plan::{Plan, StepNumber};

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub id: AgentSessionId,
    pub owner: UserId,
    pub origin: Origin,
    /// Number of the last event.
    pub seq: u64,
    /// When something last happened.
    pub last_at: Timestamp,
    pub settings: Settings,
    /// Its owner and all whom it is shared with. They may do the same.
    pub people: BTreeSet<UserId>,
    pub lifecycle: Lifecycle,
    /// Executing from when somebody approved the plan.
    pub phase: Phase,
    /// From version 1 on.
    pub versions: Vec<Version>,
    /// The last version, read.
    pub plan: Option<Arc<Plan>>,
    pub proposal: Option<Proposal>,
    pub comments: Vec<Comment>,
    /// Of steps that have been tried.
    pub progress: BTreeMap<StepNumber, Progress>,
    pub queue: VecDeque<Work>,
    pub running: Option<Running>,
    pub approvals: Vec<Approval>,
    pub questions: Vec<Question>,
    pub remembered: Vec<Remembered>,
    /// The step after which somebody has to say how to go on.
    pub choice: Option<StepNumber>,
    pub next_branch: NextBranch,
    pub branches: Vec<Branch>,
    pub sandbox: Sandbox,
    pub usage: Usage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    New,
    CloneOf { session: AgentSessionId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    Active,
    Paused(PauseReason),
    Archived,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    Asked,
    /// Nothing happened in it for too long.
    Idle,
    /// It has cost what it may.
    Budget,
    /// All sessions of its owner together have cost what they may in this month.
    UserBudget,
}

/// A plan as it was saved once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: u32,
    pub text: Arc<str>,
    pub author: Author,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "author", rename_all = "snake_case")]
pub enum Author {
    Agent,
    Person {
        user: UserId,
    },
    /// Somebody went back to an earlier version.
    Rollback {
        user: UserId,
        to: u32,
    },
}

/// A plan that an agent suggests in place of version `base`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: ProposalId,
    pub text: String,
    pub base: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub by: UserId,
    pub at: Timestamp,
    /// `None` when its step is gone.
    pub step: Option<StepNumber>,
    pub text: String,
}

/// What became of a step that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// With what of it may be at the forge all the same.
    Failed { failure: Failure, delivery: Option<Delivery> },
    /// `commit` is `None` if it changed nothing.
    Completed { commit: Option<String> },
}

impl Progress {
    pub(super) fn commit(&self) -> Option<&str> {
        match self {
            Self::Completed { commit } => commit.as_deref(),
            Self::Failed { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    None,
    Up,
    Paused,
}

/// What a session has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// In millionths of a dollar.
    pub cost: u64,
}

impl State {
    /// Number of the plan's last version; 0 before the first.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.versions.last().map_or(0, |it| it.number)
    }

    /// The steps that are carried out, in order.
    pub fn leaves(&self) -> impl Iterator<Item = StepNumber> + '_ {
        self.plan.iter().flat_map(|it| it.leaves()).map(|it| it.number.clone())
    }

    /// When the owner has to say [`Elapsed`](super::Fact::Elapsed), if nothing happens before.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        match &self.running {
            Some(Running { stage: Stage::Waiting { until, .. }, .. }) => Some(*until),
            Some(_) | None => {
                self.is_idle().then(|| self.last_at.after(self.settings.idle.duration()))
            }
        }
    }

    /// Whether nothing goes on unless a person does something.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let is_asking = !self.approvals.is_empty() || !self.questions.is_empty();
        self.lifecycle == Lifecycle::Active && (self.running.is_none() || is_asking)
    }

    /// Whether it has cost what it may.
    #[must_use]
    pub fn is_over_budget(&self) -> bool {
        self.settings.budget.is_some_and(|it| self.usage.cost >= it)
    }

    pub(super) fn is_completed(&self, step: &StepNumber) -> bool {
        matches!(self.progress.get(step), Some(Progress::Completed { .. }))
    }

    pub(super) fn is_queued(&self, step: &StepNumber) -> bool {
        self.queue.iter().any(|it| it.task.step() == Some(step))
    }

    pub(super) fn running_step(&self) -> Option<&StepNumber> {
        self.running.as_ref().and_then(|it| it.work.task.step())
    }

    /// Steps that have been carried out or are being so.
    pub(super) fn kept(&self) -> BTreeSet<StepNumber> {
        let completed = self.progress.keys().filter(|it| self.is_completed(it));
        completed.chain(self.running_step()).cloned().collect()
    }
}

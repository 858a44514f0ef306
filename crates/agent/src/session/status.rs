//! How far steps and sessions are, as people are shown it.

use serde::{Deserialize, Serialize};

use super::{
    state::{Progress, State},
    work::Phase,
};
use crate::plan::StepNumber;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    NotStarted,
    Queued,
    InProgress,
    Completed,
    Failed,
}

/// How far a session is as a whole, from the steps that are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The agent is planning for the first time.
    GeneratingSteps,
    NotStarted,
    InProgress,
    PartiallyCompleted,
    Failed,
    Completed,
}

impl State {
    /// The state of a step; of one with steps of its own, what they add up to.
    #[must_use]
    pub fn step_state(&self, step: &StepNumber) -> StepState {
        let plan = self.plan.iter();
        let leaves = plan.flat_map(|it| it.leaves_of(step)).map(|it| self.leaf_state(&it.number));
        match sum(leaves) {
            Status::GeneratingSteps | Status::NotStarted => StepState::NotStarted,
            Status::InProgress | Status::PartiallyCompleted if self.is_only_queued(step) => {
                StepState::Queued
            }
            Status::InProgress | Status::PartiallyCompleted => StepState::InProgress,
            Status::Failed => StepState::Failed,
            Status::Completed => StepState::Completed,
        }
    }

    #[must_use]
    pub fn status(&self) -> Status {
        let is_turn =
            self.running.as_ref().is_some_and(|it| it.work.task.phase() == Phase::Planning);
        if self.plan.is_none() && is_turn {
            return Status::GeneratingSteps;
        }
        sum(self.leaves().map(|it| self.leaf_state(&it)))
    }

    fn leaf_state(&self, step: &StepNumber) -> StepState {
        if self.running_step() == Some(step) {
            return StepState::InProgress;
        }
        if self.is_queued(step) {
            return StepState::Queued;
        }
        match self.progress.get(step) {
            None => StepState::NotStarted,
            Some(Progress::Failed { .. }) => StepState::Failed,
            Some(Progress::Completed { .. }) => StepState::Completed,
        }
    }

    /// Whether a step waits in the queue and nothing of it has been done.
    fn is_only_queued(&self, step: &StepNumber) -> bool {
        let mut leaves = self.plan.iter().flat_map(|it| it.leaves_of(step));
        leaves.all(|it| {
            matches!(self.leaf_state(&it.number), StepState::Queued | StepState::NotStarted)
        })
    }
}

/// What runs counts first, then what failed.
fn sum(leaves: impl Iterator<Item = StepState>) -> Status {
    let states: Vec<_> = leaves.collect();
    let has = |state| states.contains(&state);
    if has(StepState::InProgress) || has(StepState::Queued) {
        Status::InProgress
    } else if has(StepState::Failed) {
        Status::Failed
    } else if !has(StepState::Completed) {
        Status::NotStarted
    } else if has(StepState::NotStarted) {
        Status::PartiallyCompleted
    } else {
        Status::Completed
    }
}

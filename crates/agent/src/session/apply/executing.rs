//! Which steps are carried out, taken back, revised and stopped.

use model::id::UserId;

use super::{Applied, Draft, text};
use crate::{
    plan::StepNumber,
    session::{
        asks::Choice,
        branches::BranchState,
        command::ExecuteTarget,
        event::{AskEvent, DequeueReason, Place, PlanEvent, WorkEvent},
        refusal::Refusal,
        settings::PullMode,
        status::StepState,
        work::{
            AfterStop, BranchId, End, Failure, Phase, Running, Source, Stage, Task, Work, WorkId,
        },
    },
};

impl Draft {
    pub(super) fn execute(&mut self, by: UserId, expected: u32, target: &ExecuteTarget) -> Applied {
        self.plan()?;
        self.expect(expected)?;
        self.wake(by)?;
        if self.state.phase == Phase::Planning {
            self.emit(PlanEvent::PlanApproved { by: Some(by), version: expected });
        }
        self.enqueue_steps(Some(by), target)
    }

    pub(super) fn retry(&mut self, by: UserId, step: &StepNumber) -> Applied {
        self.has_step(step)?;
        if self.state.step_state(step) != StepState::Failed {
            return Err(Refusal::NotFailed { step: step.clone() });
        }
        self.wake(by)?;
        self.enqueue_steps(Some(by), &ExecuteTarget::Step(step.clone()))
    }

    /// Queues the steps of a target that have not been carried out and do not wait already.
    pub(super) fn enqueue_steps(&mut self, by: Option<UserId>, target: &ExecuteTarget) -> Applied {
        if self.works().any(|it| matches!(it.task, Task::Revert { .. })) {
            // Whether a step has been carried out is not settled.
            return Err(Refusal::Busy);
        }
        let steps = self.steps_of(target)?;
        for step in &steps {
            self.enqueue(by, Task::Step { step: step.clone() });
        }
        if steps.is_empty() { Err(Refusal::NothingToExecute) } else { Ok(()) }
    }

    fn steps_of(&self, target: &ExecuteTarget) -> Result<Vec<StepNumber>, Refusal> {
        let mut open = self.state.leaves().filter(|it| self.is_open(it));
        match target {
            ExecuteTarget::Next => Ok(open.next().into_iter().collect()),
            ExecuteTarget::All => Ok(open.collect()),
            ExecuteTarget::Through(last) => {
                self.has_step(last)?;
                Ok(open.take_while(|it| it <= last || it.is_within(last)).collect())
            }
            ExecuteTarget::Step(step) => {
                self.has_step(step)?;
                let open: Vec<_> = open.collect();
                let before = open.iter().find(|it| *it < step);
                if let Some(before) = before {
                    let (step, before) = (step.clone(), before.clone());
                    return Err(Refusal::StepBefore { step, before });
                }
                Ok(open.into_iter().filter(|it| it == step || it.is_within(step)).collect())
            }
        }
    }

    /// Whether a step is neither carried out nor about to be.
    fn is_open(&self, step: &StepNumber) -> bool {
        matches!(self.state.step_state(step), StepState::NotStarted | StepState::Failed)
    }

    fn has_step(&self, step: &StepNumber) -> Applied {
        let found = self.plan()?.step(step);
        found.map(|_| ()).ok_or(Refusal::NoStep { step: step.clone() })
    }

    /// Ends what runs, and empties the queue. What is being delivered is delivered.
    pub(super) fn stop(&mut self, by: UserId) -> Applied {
        let works: Vec<WorkId> = self.state.queue.iter().map(|it| it.id).collect();
        let has_queue = !works.is_empty();
        if has_queue {
            self.emit(WorkEvent::Dequeued { works, reason: DequeueReason::Stopped });
        }
        let has_stopped = self.stop_running(AfterStop::Fail { by });
        match &self.state.running {
            _ if has_queue || has_stopped => Ok(()),
            Some(_) => Err(Refusal::Ending),
            None => Err(Refusal::NothingToStop),
        }
    }

    /// Whether there was something to stop.
    pub(super) fn stop_running(&mut self, then: AfterStop) -> bool {
        let Some(Running { fence, stage, .. }) = &self.state.running else { return false };
        let fence = *fence;
        match stage {
            // A delivery that was begun is seen to its end also in a session that is paused.
            Stage::Waiting { delivery: Some(_), .. } if then == AfterStop::Requeue => return false,
            Stage::Waiting { .. } => self.conclude(then),
            Stage::Delivering { .. } | Stage::Recovering { .. } => return false,
            Stage::Stopping { then: before } if *before == then || then == AfterStop::Requeue => {
                return false;
            }
            Stage::Preparing | Stage::Working { .. } | Stage::Checking | Stage::Stopping { .. } => {
                self.emit(WorkEvent::Entered { fence, to: Stage::Stopping { then } });
            }
        }
        true
    }

    /// Nothing of what was stopped runs any more.
    pub(super) fn conclude(&mut self, then: AfterStop) {
        let end = match then {
            AfterStop::Fail { by } => End::Failed { failure: Failure::Stopped { by } },
            AfterStop::Requeue => End::Requeued,
        };
        self.end(end);
    }

    pub(super) fn revert(&mut self, by: UserId, from: StepNumber) -> Applied {
        self.has_step(&from)?;
        if self.works().next().is_some() {
            return Err(Refusal::Busy);
        }
        let is_completed = |it: &&StepNumber| **it >= from && self.state.is_completed(it);
        if !self.state.progress.keys().any(|it| is_completed(&it)) {
            return Err(Refusal::NothingToRevert { from });
        }
        let merged = self.state.branches.iter().filter(|it| it.state == BranchState::Merged);
        if let Some(step) = merged.flat_map(|it| &it.steps).find(is_completed) {
            return Err(Refusal::Merged { step: step.clone() });
        }
        self.wake(by)?;
        self.enqueue(Some(by), Task::Revert { from });
        Ok(())
    }

    pub(super) fn revise(&mut self, by: UserId, branch: BranchId, written: &str) -> Applied {
        let text = text(written)?;
        self.may_revise(branch)?;
        self.wake(by)?;
        let source = Source::Person { user: by };
        self.enqueue(Some(by), Task::Revision { branch, source, text });
        Ok(())
    }

    /// One revision of a branch at a time.
    pub(super) fn may_revise(&self, branch: BranchId) -> Applied {
        self.open_branch(branch)?;
        if self.works().any(|it| it.task.revises() == Some(branch)) {
            return Err(Refusal::RevisionUnderWay { branch });
        }
        Ok(())
    }

    /// What runs and what waits.
    pub(super) fn works(&self) -> impl Iterator<Item = &Work> {
        self.state.running.iter().map(|it| &it.work).chain(&self.state.queue)
    }

    pub(super) fn choose(&mut self, by: UserId, choice: Choice) -> Applied {
        let after = self.state.choice.clone().ok_or(Refusal::NoChoice)?;
        self.wake(by)?;
        self.emit(AskEvent::Chosen { by, choice });
        match choice {
            Choice::StackedRequest => {
                let mut open = self.state.open_branches();
                let branch = open.find(|it| it.steps.contains(&after)).map(|it| it.id);
                drop(open);
                if let Some(branch) = branch {
                    let task = Task::OpenRequest { branch };
                    self.emit(WorkEvent::Queued { by: Some(by), place: Place::First, task });
                }
            }
            Choice::SameBranch | Choice::NewBranch => {}
            Choice::CancelRest => self.dequeue_steps(DequeueReason::Stopped),
        }
        Ok(())
    }

    pub(super) fn dequeue_steps(&mut self, reason: DequeueReason) {
        self.dequeue(reason, |_, it| it.task.step().is_some());
    }

    /// Work on branches that are closed, or on commits that are not the last any more.
    pub(super) fn drop_moot(&mut self) {
        self.dequeue(DequeueReason::Moot, |draft, it| match &it.task {
            Task::Revision { branch, source: Source::Ci { head }, .. } => {
                draft.open_branch(*branch).map_or(true, |it| it.head != *head)
            }
            Task::Revision { branch, .. } | Task::OpenRequest { branch } => {
                draft.open_branch(*branch).is_err()
            }
            Task::Turn { .. } | Task::Step { .. } | Task::Revert { .. } | Task::Visit => false,
        });
    }

    fn dequeue(&mut self, reason: DequeueReason, goes: impl Fn(&Self, &Work) -> bool) {
        let queue = self.state.queue.iter();
        let works: Vec<WorkId> = queue.filter(|it| goes(self, it)).map(|it| it.id).collect();
        if !works.is_empty() {
            self.emit(WorkEvent::Dequeued { works, reason });
        }
    }

    /// Ends what runs, with all that follows from it.
    pub(super) fn end(&mut self, end: End) {
        let Some(running) = &self.state.running else { return };
        let (work, step) = (running.work.id, running.work.task.step().cloned());
        let has_commit = running.delivered.is_some();
        let has_failed = matches!(end, End::Failed { .. });
        let is_completed = end == End::Completed;
        self.emit(WorkEvent::Ended { work, end });
        if let Some(after) = step {
            let is_manual = self.state.settings.mode() == PullMode::Manual;
            if has_failed {
                // What comes after it builds on it.
                self.dequeue_steps(DequeueReason::StepFailed);
            } else if is_completed && has_commit && is_manual {
                self.emit(AskEvent::ChoiceAsked { after });
            }
        }
        if is_completed {
            self.mark_finished_drafts();
        }
    }
}

//! Pausing, resuming, archiving; and what befalls a session from outside.

use model::{id::UserId, time::Timestamp};

use super::{Applied, Draft, told};
use crate::session::{
    branches::BranchState,
    event::{LifeEvent, WorkEvent},
    refusal::Refusal,
    settings::Settings,
    state::{Lifecycle, PauseReason, Sandbox, Usage},
    status::Status,
    work::{AfterStop, End, Failure, Running, Stage, Task},
};

impl Draft {
    pub(super) fn pause(&mut self, by: UserId) -> Applied {
        if matches!(self.state.lifecycle, Lifecycle::Paused(_)) {
            return Err(Refusal::Paused);
        }
        self.fall_asleep(Some(by), PauseReason::Asked);
        Ok(())
    }

    /// What runs is stopped and comes first when the session goes on.
    fn fall_asleep(&mut self, by: Option<UserId>, reason: PauseReason) {
        self.fall_asleep_until(None, by, reason);
    }

    fn fall_asleep_until(
        &mut self,
        until: Option<Timestamp>,
        by: Option<UserId>,
        reason: PauseReason,
    ) {
        self.emit(LifeEvent::Paused { by, reason, until });
        self.stop_running(AfterStop::Requeue);
    }

    pub(super) fn resume(&mut self, by: UserId) -> Applied {
        if !matches!(self.state.lifecycle, Lifecycle::Paused(_)) {
            return Err(Refusal::NotPaused);
        }
        if let Some(budget) = self.state.settings.budget.filter(|_| self.state.is_over_budget()) {
            return Err(Refusal::OverBudget { cost: self.state.usage.cost, budget });
        }
        self.emit(LifeEvent::Resumed { by: Some(by) });
        Ok(())
    }

    /// Wakes what fell asleep by itself. What somebody paused would go on with its queue, which who only looks does
    /// not ask for.
    pub(super) fn visit(&mut self, by: UserId) -> Applied {
        if self.state.lifecycle == Lifecycle::Paused(PauseReason::Asked) {
            return Err(Refusal::PausedByPerson);
        }
        self.wake(by)?;
        let is_coming = self.works().any(|it| it.task.needs_sandbox());
        if self.state.sandbox != Sandbox::Up && !is_coming {
            self.enqueue(Some(by), Task::Visit);
        }
        Ok(())
    }

    pub(super) fn archive(&mut self, by: UserId) -> Applied {
        if self.state.running.is_some() || !self.state.queue.is_empty() {
            return Err(Refusal::Busy);
        }
        self.emit(LifeEvent::Archived { by: Some(by) });
        Ok(())
    }

    pub(super) fn unarchive(&mut self, by: UserId) -> Applied {
        if self.state.lifecycle != Lifecycle::Archived {
            return Err(Refusal::NotArchived);
        }
        self.emit(LifeEvent::Unarchived { by });
        Ok(())
    }

    /// A session whose work is done and merged is over. One that somebody took out of the archive stays.
    pub(super) fn archive_when_merged(&mut self) {
        let has_just_settled = self.events.iter().any(|it| it.settles_branch());
        let is_idle = self.state.running.is_none() && self.state.queue.is_empty();
        let mut branches = self.state.branches.iter().filter(|it| it.state != BranchState::Closed);
        let is_merged = branches.all(|it| it.state == BranchState::Merged);
        let has_merged = self.state.branches.iter().any(|it| it.state == BranchState::Merged);
        let is_done = self.state.status() == Status::Completed && is_merged && has_merged;
        if has_just_settled && is_idle && is_done && self.state.lifecycle != Lifecycle::Archived {
            self.emit(LifeEvent::Archived { by: None });
        }
    }

    pub(super) fn share(&mut self, by: UserId, with: UserId) -> Applied {
        if self.state.people.contains(&with) {
            return Err(Refusal::SharedAlready { user: with });
        }
        self.emit(LifeEvent::Shared { by, with });
        Ok(())
    }

    /// The way to branches stays once one has been made; all else may change at any time.
    pub(super) fn configure(&mut self, by: UserId, settings: Settings) -> Applied {
        let now = &self.state.settings;
        let is_same_way =
            now.mode() == settings.mode() && now.target_branch == settings.target_branch;
        if !is_same_way && self.state.open_branches().next().is_some() {
            return Err(Refusal::BranchesMade);
        }
        self.emit(LifeEvent::Configured { by, settings });
        self.heed_budget();
        Ok(())
    }

    pub(super) fn metered(&mut self, usage: Usage) -> Applied {
        self.emit(LifeEvent::Metered { usage });
        self.heed_budget();
        Ok(())
    }

    fn heed_budget(&mut self) {
        if self.state.is_over_budget() && self.state.lifecycle == Lifecycle::Active {
            self.fall_asleep(None, PauseReason::Budget);
        }
    }

    /// Whoever resumes it before that is told the same by the next request, unless more was allowed meanwhile.
    pub(super) fn user_budget_spent(&mut self, renewed_at: Timestamp) -> Applied {
        if self.state.lifecycle != Lifecycle::Active {
            return Err(Refusal::OutOfTurn);
        }
        self.fall_asleep_until(Some(renewed_at), None, PauseReason::UserBudget);
        Ok(())
    }

    /// Tries again what waited, or pauses what nobody has looked at.
    pub(super) fn elapsed(&mut self) -> Applied {
        let due = self.state.wake_at().is_some_and(|it| it <= self.moment.now);
        if !due {
            return Err(Refusal::NotDue);
        }
        if self.state.is_idle() {
            self.fall_asleep(None, PauseReason::Idle);
        } else {
            self.try_again();
        }
        Ok(())
    }

    pub(super) fn restarted(&mut self) -> Applied {
        self.emit(LifeEvent::Restarted);
        let Some(running) = &self.state.running else { return Ok(()) };
        let has_tries = running.retries < super::carrying_out::MOST_RETRIES;
        match running.stage.clone() {
            // Nobody is to blame, so nobody waits; but what brings servers down is not tried for ever.
            Stage::Preparing | Stage::Working { .. } | Stage::Checking if has_tries => {
                let (fence, why) = (running.fence, "the server was restarted".to_owned());
                self.emit(WorkEvent::Faltered { fence, why, until: self.moment.now });
                self.try_again();
            }
            Stage::Preparing | Stage::Working { .. } | Stage::Checking => {
                let why = "the server was restarted".to_owned();
                self.end(End::Failed { failure: Failure::TriedTooOften { why } });
            }
            Stage::Delivering { .. } | Stage::Recovering { .. } => self.recover(),
            Stage::Waiting { .. } => {}
            Stage::Stopping { then } => self.conclude(then),
        }
        Ok(())
    }

    pub(super) fn sandbox_lost(&mut self, why: String) -> Applied {
        let why = told(&why);
        self.emit(LifeEvent::SandboxLost { why: why.clone() });
        let Some(running) = &self.state.running else { return Ok(()) };
        match running.stage.clone() {
            Stage::Preparing | Stage::Working { .. } | Stage::Checking => self.falter(&why),
            Stage::Delivering { .. } => self.recover(),
            Stage::Recovering { .. } | Stage::Waiting { .. } => {}
            Stage::Stopping { then } => self.conclude(then),
        }
        Ok(())
    }

    /// Whether the delivery reached the forge is not known, so the forge is asked before anything is done twice.
    /// What the forge takes twice is just done again.
    fn recover(&mut self) {
        let Some(Running { work, stage, .. }) = self.state.running.clone() else { return };
        let from = match stage {
            Stage::Delivering { delivery: Some(delivery) } | Stage::Recovering { delivery }
                if work.task.changes_files() =>
            {
                Stage::Recovering { delivery }
            }
            Stage::Delivering { .. }
            | Stage::Recovering { .. }
            | Stage::Preparing
            | Stage::Working { .. }
            | Stage::Checking
            | Stage::Waiting { .. }
            | Stage::Stopping { .. } => Stage::Preparing,
        };
        self.begin_again(from);
    }
}

//! One attempt from its preparation to its delivery.
//!
//! ```text
//!             prepared            done               passed                delivered
//!  Preparing ─────────▶ Working ───────▶ Checking ──────────▶ Delivering ───────────▶ ended
//!      ▲                  ▲  └ a turn: ended │                    │ ▲
//!      │ time             └───────────────── ┘                    │ │ it is there
//!   Waiting ◀── a passing fault       failed, n times             ▼ │
//!      └── time, where a delivery was begun ────────────────▶ Recovering ── it is not ──▶ Preparing
//! ```

use std::time::Duration;

use model::job::delay;

use super::{Applied, Draft, told};
use crate::session::{
    asks::Decision,
    branches::{Delivered, Delivery, PullRequest, RequestOrder, Target},
    command::Fault,
    event::WorkEvent,
    refusal::Refusal,
    settings::Opening,
    state::Lifecycle,
    work::{
        AfterStop, BranchId, CheckFailure, End, Failure, Fence, Prompt, Running, Stage, Task, Work,
    },
};

/// Attempts after the first, as many as a job has that could not be started. With the waits below they last three
/// to five minutes, longer than the minute over which providers count requests.
pub const MOST_RETRIES: u8 = 5;

/// The wait before the second attempt, doubled each time. The agent's program has retried twice by itself before
/// we hear of it, within seconds.
pub const FIRST_WAIT: Duration = Duration::from_secs(10);

impl Draft {
    pub(super) fn prepared(&mut self, fence: Fence, warning: Option<String>) -> Applied {
        let Running { stage: Stage::Preparing, work, .. } = self.running(fence)? else {
            return Err(Refusal::OutOfTurn);
        };
        let task = work.task.clone();
        let warning = warning.map(|it| told(&it));
        self.emit(WorkEvent::Prepared { fence, warning });
        match task {
            Task::Turn { .. } | Task::Step { .. } | Task::Revision { .. } => {
                self.enter(fence, Stage::Working { prompt: Prompt::Begin })
            }
            Task::Revert { .. } | Task::OpenRequest { .. } => self.deliver(fence),
            Task::Visit => {
                self.end(End::Completed);
                Ok(())
            }
        }
    }

    pub(super) fn agent_ended(&mut self, fence: Fence) -> Applied {
        let Running { stage: Stage::Working { .. }, work, .. } = self.running(fence)? else {
            return Err(Refusal::OutOfTurn);
        };
        if matches!(work.task, Task::Turn { .. }) {
            self.end(End::Completed);
            return Ok(());
        }
        let has_checks = !self.state.checked_steps(&work.task).is_empty();
        if has_checks { self.enter(fence, Stage::Checking) } else { self.deliver(fence) }
    }

    pub(super) fn checks_ended(&mut self, fence: Fence, failures: Vec<CheckFailure>) -> Applied {
        let Running { stage: Stage::Checking, repairs, .. } = self.running(fence)? else {
            return Err(Refusal::OutOfTurn);
        };
        let may_repair = *repairs < self.state.settings.check_repairs;
        let failures: Vec<_> = failures
            .into_iter()
            .map(|it| CheckFailure { output: told(&it.output), ..it })
            .collect();
        self.emit(WorkEvent::Checked { fence, failures: failures.clone() });
        if failures.is_empty() {
            self.deliver(fence)
        } else if may_repair {
            self.enter(fence, Stage::Working { prompt: Prompt::Repair { failures } })
        } else {
            self.end(End::Failed { failure: Failure::Checks { failures } });
            Ok(())
        }
    }

    pub(super) fn head_moved(&mut self, fence: Fence, from: String, to: String) -> Applied {
        self.running(fence)?;
        self.emit(WorkEvent::HeadMoved { fence, from, to });
        Ok(())
    }

    pub(super) fn delivered(
        &mut self,
        fence: Fence,
        head: Option<String>,
        request: Option<PullRequest>,
    ) -> Applied {
        let running = self.running(fence)?;
        let delivery = match &running.stage {
            Stage::Delivering { delivery: Some(it) } | Stage::Recovering { delivery: it } => {
                it.clone()
            }
            Stage::Delivering { delivery: None }
            | Stage::Preparing
            | Stage::Working { .. }
            | Stage::Checking
            | Stage::Waiting { .. }
            | Stage::Stopping { .. } => return Err(Refusal::OutOfTurn),
        };
        let change = head.and_then(|it| self.change(&delivery, it, request));
        self.emit(WorkEvent::Delivered { fence, change });
        self.end(End::Completed);
        Ok(())
    }

    pub(super) fn not_delivered(&mut self, fence: Fence) -> Applied {
        match self.running(fence)?.stage {
            Stage::Recovering { .. } => self.begin_again(Stage::Preparing),
            Stage::Preparing
            | Stage::Working { .. }
            | Stage::Checking
            | Stage::Delivering { .. }
            | Stage::Waiting { .. }
            | Stage::Stopping { .. } => return Err(Refusal::OutOfTurn),
        }
        Ok(())
    }

    pub(super) fn reverted(&mut self, fence: Fence) -> Applied {
        let Running { stage: Stage::Delivering { delivery: None }, .. } = self.running(fence)?
        else {
            return Err(Refusal::OutOfTurn);
        };
        self.end(End::Completed);
        Ok(())
    }

    pub(super) fn failed(&mut self, fence: Fence, fault: Fault) -> Applied {
        let running = self.running(fence)?;
        match (&running.stage, fault) {
            (Stage::Waiting { .. }, _) => return Err(Refusal::OutOfTurn),
            (Stage::Stopping { then }, _) => {
                let then = *then;
                self.conclude(then);
            }
            (_, Fault::Passing { why }) => self.falter(&why),
            (_, Fault::Lasting { why }) => {
                self.end(End::Failed { failure: Failure::Lasting { why: told(&why) } });
            }
        }
        Ok(())
    }

    pub(super) fn stopped(&mut self, fence: Fence) -> Applied {
        let Running { stage: Stage::Stopping { then }, .. } = self.running(fence)? else {
            return Err(Refusal::OutOfTurn);
        };
        let then: AfterStop = *then;
        self.conclude(then);
        Ok(())
    }

    /// A fault that may pass: later again, if that has not been tried too often.
    pub(super) fn falter(&mut self, why: &str) {
        let Some(Running { fence, retries, work, stage, .. }) = &self.state.running else { return };
        let (fence, retries) = (*fence, *retries);
        let is_begun = work.task.begun_delivery(stage).is_some();
        if self.is_paused() && !is_begun {
            return self.end(End::Requeued);
        }
        if retries >= MOST_RETRIES {
            return self.end(End::Failed { failure: Failure::TriedTooOften { why: told(why) } });
        }
        let wait = delay(FIRST_WAIT, u32::from(retries) + 1, self.moment.draw);
        let until = self.moment.now.after(wait);
        self.emit(WorkEvent::Faltered { fence, why: told(why), until });
    }

    /// A new attempt at what is under way: from its preparation on, or from the delivery that was begun.
    pub(super) fn try_again(&mut self) {
        let Some(Running { work, stage, .. }) = &self.state.running else { return };
        let begun = work.task.begun_delivery(stage).cloned();
        self.begin_again(begun.map_or(Stage::Preparing, |delivery| Stage::Recovering { delivery }));
    }

    /// In a session that was paused meanwhile it begins when that goes on; only a delivery is seen to its end.
    pub(super) fn begin_again(&mut self, from: Stage) {
        let Some(work) = self.state.running.as_ref().map(|it| it.work.id) else { return };
        if self.is_paused() && from == Stage::Preparing {
            self.end(End::Requeued);
        } else {
            self.emit(WorkEvent::Began { work, from });
        }
    }

    fn is_paused(&self) -> bool {
        matches!(self.state.lifecycle, Lifecycle::Paused(_))
    }

    fn enter(&mut self, fence: Fence, to: Stage) -> Applied {
        self.emit(WorkEvent::Entered { fence, to });
        Ok(())
    }

    fn deliver(&mut self, fence: Fence) -> Applied {
        let Work { id, task, .. } = self.running(fence)?.work.clone();
        let delivery = self.state.delivery(&task, fence);
        let delivery = delivery.map(|it| Delivery { work: Some(id), ..it });
        if delivery.is_none() && !matches!(task, Task::Revert { .. }) {
            // Its branch is one that this session never made, which nothing queues.
            return Err(Refusal::OutOfTurn);
        }
        self.enter(fence, Stage::Delivering { delivery })
    }

    /// What reached the forge, as the branch that it made or went to.
    fn change(
        &self,
        delivery: &Delivery,
        head: String,
        request: Option<PullRequest>,
    ) -> Option<Delivered> {
        let opening = match delivery.request {
            RequestOrder::Open { opening } => opening,
            RequestOrder::Nothing | RequestOrder::Update => Opening::Ready,
        };
        match &delivery.target {
            Target::New { name, base } => {
                let branch = BranchId(self.state.seq + 1);
                let (name, base) = (name.clone(), base.clone());
                Some(Delivered { branch, name, base, head, request, opening })
            }
            Target::Existing { branch, .. } => {
                let it = self.state.branch(*branch)?;
                let (branch, name, base) = (it.id, it.name.clone(), it.base.clone());
                Some(Delivered { branch, name, base, head, request, opening })
            }
        }
    }
}

impl Decision {
    /// As it is stored: what somebody wrote, without NUL.
    pub(super) fn cleaned(self) -> Self {
        match self {
            Self::Deny { why } => Self::Deny { why: told(&why) },
            Self::Allow | Self::AllowForSession => self,
        }
    }
}

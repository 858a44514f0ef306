//! What happens to branches at the forge.

use super::{Applied, Draft, told};
use crate::session::{
    branches::{Branch, BranchState, Pusher, Readiness},
    event::{BranchEvent, CiEnd},
    refusal::Refusal,
    work::{BranchId, Source, Task},
};

impl Draft {
    pub(super) fn open_branch(&self, branch: BranchId) -> Result<&Branch, Refusal> {
        let found = self.state.branch(branch).ok_or(Refusal::NoBranch { branch })?;
        match found.state {
            BranchState::Open => Ok(found),
            BranchState::Merged | BranchState::Closed => Err(Refusal::BranchSettled { branch }),
        }
    }

    pub(super) fn mark_finished_drafts(&mut self) {
        for branch in self.state.finished_drafts() {
            self.emit(BranchEvent::ReadyAsked { branch });
        }
    }

    pub(super) fn became_ready(&mut self, branch: BranchId) -> Applied {
        let found = self.state.branch(branch).ok_or(Refusal::NoBranch { branch })?;
        if found.readiness == Readiness::Ready {
            return Err(Refusal::OutOfTurn);
        }
        self.emit(BranchEvent::BecameReady { branch });
        Ok(())
    }

    /// The end of a branch's checks is known either way; whether an agent mends it is another question.
    pub(super) fn ci_ended(&mut self, branch: BranchId, head: String, end: CiEnd) -> Applied {
        let found = self.open_branch(branch)?;
        if found.head != head {
            return Err(Refusal::OldHead { branch, head });
        }
        let end = match end {
            CiEnd::Passed => CiEnd::Passed,
            CiEnd::Failed { check, log } => CiEnd::Failed { check: told(&check), log: told(&log) },
        };
        let mends = self.may_mend(found);
        self.emit(BranchEvent::CiEnded { branch, head: head.clone(), end: end.clone() });
        let CiEnd::Failed { check, log } = end else { return Ok(()) };
        if mends && self.wake_from_idle().is_ok() {
            let text = format!("{check}\n\n{log}");
            let source = Source::Ci { head };
            self.enqueue(None, Task::Revision { branch, source, text });
        }
        Ok(())
    }

    /// Not over a person's work, not for ever, and not while somebody else does.
    fn may_mend(&self, branch: &Branch) -> bool {
        branch.last_push == Pusher::Platform
            && branch.ci_attempts < self.state.settings.ci_attempts
            && self.may_revise(branch.id).is_ok()
    }

    pub(super) fn person_pushed(&mut self, branch: BranchId, head: String) -> Applied {
        if self.open_branch(branch)?.head == head {
            return Err(Refusal::OutOfTurn);
        }
        self.emit(BranchEvent::PersonPushed { branch, head });
        Ok(())
    }

    pub(super) fn reviewed(
        &mut self,
        branch: BranchId,
        comment: String,
        by: String,
        written: &str,
    ) -> Applied {
        self.has_not_heard(branch, &comment)?;
        self.may_revise(branch)?;
        let (text, by) = (super::text(written)?, told(&by));
        self.wake_from_idle()?;
        let source = Source::Review { by, comment: Some(comment) };
        self.enqueue(None, Task::Revision { branch, source, text });
        Ok(())
    }

    pub(super) fn order_declined(
        &mut self,
        branch: BranchId,
        comment: String,
        by: String,
        why: &str,
    ) -> Applied {
        self.has_not_heard(branch, &comment)?;
        self.emit(BranchEvent::OrderDeclined { branch, comment, by: told(&by), why: told(why) });
        Ok(())
    }

    /// Webhooks and looks at the forge tell of the same comments, and a forge delivers again.
    fn has_not_heard(&self, branch: BranchId, comment: &str) -> Applied {
        let found = self.state.branch(branch).ok_or(Refusal::NoBranch { branch })?;
        match found.heard.contains(comment) {
            true => Err(Refusal::HeardAlready { comment: comment.to_owned() }),
            false => Ok(()),
        }
    }

    pub(super) fn branch_settled(&mut self, branch: BranchId, state: BranchState) -> Applied {
        let found = self.state.branch(branch).ok_or(Refusal::NoBranch { branch })?;
        if found.state == state {
            return Err(Refusal::OutOfTurn);
        }
        self.emit(BranchEvent::BranchSettled { branch, state });
        Ok(())
    }
}

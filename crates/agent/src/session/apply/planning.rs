//! Talking, and the plan that comes of it.

use model::id::UserId;

use super::{Applied, Draft, text, without_nul};
use crate::{
    plan::{EditError, MAX_PLAN_BYTES, Plan, Severity, Step, StepNumber},
    session::{
        command::ExecuteTarget,
        event::{DequeueReason, PlanEvent, Verdict, WorkEvent},
        refusal::Refusal,
        settings::Pace,
        state::{Author, Proposal},
        work::{CommentId, Fence, Phase, ProposalId, Stage, Task, WorkId},
    },
};

impl Draft {
    pub(super) fn say(&mut self, by: UserId, written: &str) -> Applied {
        let text = text(written)?;
        self.wake(by)?;
        self.enqueue(Some(by), Task::Turn { text });
        Ok(())
    }

    pub(super) fn save_plan(&mut self, by: UserId, expected: u32, written: &str) -> Applied {
        self.expect(expected)?;
        self.save(Author::Person { user: by }, written)
    }

    pub(super) fn edit_step(
        &mut self,
        by: UserId,
        expected: u32,
        step: &StepNumber,
        written: &str,
    ) -> Applied {
        let kept = self.state.kept();
        self.edit(by, expected, |plan| plan.edit_step(step, &without_nul(written), &kept))
    }

    pub(super) fn delete_step(&mut self, by: UserId, expected: u32, step: &StepNumber) -> Applied {
        let kept = self.state.kept();
        self.edit(by, expected, |plan| plan.delete_step(step, &kept))
    }

    pub(super) fn roll_back(&mut self, by: UserId, expected: u32, to: u32) -> Applied {
        self.expect(expected)?;
        let version = self.state.versions.iter().find(|it| it.number == to);
        let no_version = Refusal::NoVersion { version: to, current: self.state.version() };
        let text = version.ok_or(no_version)?.text.clone();
        self.save(Author::Rollback { user: by, to }, &text)
    }

    /// What the agent handed in. In a plan that somebody approved or changed meanwhile it is a proposal.
    pub(super) fn planned(&mut self, fence: Fence, written: &str) -> Applied {
        let running = self.running(fence)?;
        let is_turn = matches!(running.work.task, Task::Turn { .. });
        if !is_turn || !matches!(running.stage, Stage::Working { .. }) {
            return Err(Refusal::OutOfTurn);
        }
        let (asker, is_newest) = (running.work.by, running.version == self.state.version());
        let text = without_nul(&written[..written.floor_char_boundary(MAX_PLAN_BYTES + 4)]);
        if let Err(error) = self.changed(&text) {
            let remarks = remarks(&error);
            self.emit(PlanEvent::PlanRefused { fence, remarks });
            return Ok(());
        }
        if self.state.phase == Phase::Executing || !is_newest {
            let base = self.state.version();
            self.emit(PlanEvent::PlanProposed { text, base });
            return Ok(());
        }
        // The same plan once more is no news.
        if self.state.plan.as_deref().is_none_or(|it| it.text() != text) {
            self.save(Author::Agent, &text)?;
        }
        if self.state.settings.pace == Pace::OneShot {
            self.emit(PlanEvent::PlanApproved { by: None, version: self.state.version() });
            self.enqueue_steps(asker, &ExecuteTarget::All)?;
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, by: UserId, proposal: ProposalId) -> Applied {
        let Proposal { text, base, .. } = self.proposal(proposal)?;
        self.expect(base)?;
        self.changed(&text)?;
        self.emit(PlanEvent::ProposalSettled { proposal, by, verdict: Verdict::Accepted });
        self.save(Author::Agent, &text)
    }

    pub(super) fn decline(&mut self, by: UserId, proposal: ProposalId) -> Applied {
        self.proposal(proposal)?;
        self.emit(PlanEvent::ProposalSettled { proposal, by, verdict: Verdict::Declined });
        Ok(())
    }

    pub(super) fn comment(&mut self, by: UserId, step: StepNumber, written: &str) -> Applied {
        let text = text(written)?;
        self.plan()?.step(&step).ok_or(Refusal::NoStep { step: step.clone() })?;
        self.emit(PlanEvent::Commented { by, step, text });
        Ok(())
    }

    pub(super) fn resolve(&mut self, by: UserId, comment: CommentId) -> Applied {
        let is_there = self.state.comments.iter().any(|it| it.id == comment);
        if !is_there {
            return Err(Refusal::NoComment { comment });
        }
        self.emit(PlanEvent::CommentResolved { by, comment });
        Ok(())
    }

    pub(super) fn approve(&mut self, by: UserId, expected: u32) -> Applied {
        self.plan()?;
        self.expect(expected)?;
        if self.state.phase == Phase::Executing {
            return Err(Refusal::Approved);
        }
        self.emit(PlanEvent::PlanApproved { by: Some(by), version: expected });
        Ok(())
    }

    pub(super) fn plan(&self) -> Result<&Plan, Refusal> {
        self.state.plan.as_deref().ok_or(Refusal::NoPlan)
    }

    pub(super) fn expect(&self, expected: u32) -> Applied {
        let current = self.state.version();
        if expected == current {
            Ok(())
        } else {
            Err(Refusal::VersionMismatch { expected, current })
        }
    }

    fn edit(
        &mut self,
        by: UserId,
        expected: u32,
        edit: impl FnOnce(&Plan) -> Result<Plan, EditError>,
    ) -> Applied {
        self.expect(expected)?;
        let plan = edit(self.plan()?)?;
        self.save(Author::Person { user: by }, plan.text())
    }

    /// A text as the next version of the plan.
    fn changed(&self, text: &str) -> Result<Plan, EditError> {
        match &self.state.plan {
            Some(plan) => plan.replace(text, &self.state.kept()),
            None => Plan::valid(text).map_err(EditError::Invalid),
        }
    }

    fn save(&mut self, by: Author, text: &str) -> Applied {
        let plan = self.changed(text)?;
        if self.state.plan.as_deref().is_some_and(|it| it.text() == text) {
            return Err(Refusal::Unchanged { current: self.state.version() });
        }
        let gone = self.queued_but_gone(&plan);
        if !gone.is_empty() {
            self.emit(WorkEvent::Dequeued { works: gone, reason: DequeueReason::PlanChanged });
        }
        let version = self.state.version() + 1;
        self.emit(PlanEvent::PlanSaved { version, text: text.to_owned(), by });
        Ok(())
    }

    /// Work on steps from the first on that is another in a plan: what comes after it would build on it.
    fn queued_but_gone(&self, plan: &Plan) -> Vec<WorkId> {
        let kept = self.state.kept();
        let open = plan.leaves().filter(|it| !kept.contains(&it.number));
        let steps = self.state.queue.iter().filter_map(|it| Some((it.id, it.task.step()?)));
        let is_same = |is: &Step, number: &StepNumber| {
            let was = self.state.plan.as_ref().and_then(|it| it.step(number));
            was.is_some_and(|it| it.is_same(is))
        };
        let stay =
            steps.clone().zip(open).take_while(|((_, number), is)| is_same(is, number)).count();
        steps.skip(stay).map(|it| it.0).collect()
    }

    fn proposal(&self, proposal: ProposalId) -> Result<Proposal, Refusal> {
        let found = self.state.proposal.as_ref().filter(|it| it.id == proposal);
        found.cloned().ok_or(Refusal::NoProposal { proposal })
    }
}

/// What is wrong with a plan, one line each.
fn remarks(error: &EditError) -> Vec<String> {
    match error {
        EditError::Invalid(diagnostics) => {
            let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error);
            errors.map(|it| format!("{}:{}: {}", it.line, it.column, it.message)).collect()
        }
        EditError::NoStep { .. }
        | EditError::Kept { .. }
        | EditError::Renumbers { .. }
        | EditError::Before { .. }
        | EditError::NoTitle
        | EditError::ReachesOut { .. } => vec![error.to_string()],
    }
}

//! The plan, its versions, and what is said about it.

use std::sync::Arc;

use crate::{
    plan::{Plan, Step},
    session::{
        event::{Event, PlanEvent},
        state::{Author, Comment, Proposal, State, Version},
        work::{CommentId, Phase, ProposalId},
    },
};

impl State {
    pub(super) fn fold_plan(&mut self, event: &Event, plan: &PlanEvent) {
        match plan {
            PlanEvent::PlanSaved { version, text, by } => {
                self.save_plan(event, *version, text, *by)
            }
            PlanEvent::PlanRefused { .. } => {}
            PlanEvent::PlanProposed { text, base } => {
                let id = ProposalId(event.seq);
                self.proposal = Some(Proposal { id, text: text.clone(), base: *base });
            }
            PlanEvent::ProposalSettled { .. } => self.proposal = None,
            PlanEvent::PlanApproved { .. } => self.phase = Phase::Executing,
            PlanEvent::Commented { by, step, text } => {
                let (step, text) = (Some(step.clone()), text.clone());
                let id = CommentId(event.seq);
                self.comments.push(Comment { id, by: *by, at: event.at, step, text });
            }
            PlanEvent::CommentResolved { comment, .. } => {
                self.comments.retain(|it| it.id != *comment)
            }
        }
    }

    fn save_plan(&mut self, event: &Event, number: u32, text: &str, author: Author) {
        self.versions.push(Version { number, text: Arc::from(text), author, at: event.at });
        let plan = Plan::parse(text).0;
        let before = self.plan.as_deref();
        // Comments follow their step's title to another number.
        for comment in &mut self.comments {
            let titled = |step: &Step| plan.steps().iter().find(|it| it.title == step.title);
            let was = comment.step.as_ref().and_then(|it| before?.step(it));
            comment.step = was.and_then(titled).map(|it| it.number.clone());
        }
        self.progress.retain(|step, _| {
            let was = before.and_then(|it| it.step(step));
            was.is_some_and(|was| plan.leaves().any(|it| it.is_same(was)))
        });
        self.plan = Some(Arc::new(plan));
        // A turn knows the plan that it has written.
        if let (Author::Agent, Some(running)) = (author, &mut self.running) {
            running.version = number;
        }
    }
}

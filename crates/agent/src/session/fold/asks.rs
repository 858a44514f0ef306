//! What people are asked.

use crate::session::{
    asks::{Approval, Choice, Decision, Question, Remembered},
    branches::NextBranch,
    event::{AskEvent, Event},
    state::State,
    work::{ApprovalId, QuestionId},
};

impl State {
    pub(super) fn fold_ask(&mut self, event: &Event, ask: &AskEvent) {
        match ask {
            AskEvent::ApprovalAsked { fence, call } => {
                let id = ApprovalId(event.seq);
                self.approvals.push(Approval {
                    id,
                    fence: *fence,
                    at: event.at,
                    call: call.clone(),
                });
            }
            AskEvent::ApprovalSettled { approval, by, decision } => {
                let place = self.approvals.iter().position(|it| it.id == *approval);
                let Some(approval) = place.map(|it| self.approvals.remove(it)) else { return };
                if let (Decision::AllowForSession, Some(by), Some(pattern)) =
                    (decision, *by, approval.call.pattern)
                {
                    self.remembered.push(Remembered { pattern, by, at: event.at });
                }
            }
            AskEvent::QuestionAsked { fence, asked } => {
                let id = QuestionId(event.seq);
                self.questions.push(Question {
                    id,
                    fence: *fence,
                    at: event.at,
                    asked: asked.clone(),
                });
            }
            AskEvent::QuestionSettled { question, .. } => {
                self.questions.retain(|it| it.id != *question)
            }
            AskEvent::ChoiceAsked { after } => self.choice = Some(after.clone()),
            AskEvent::Chosen { choice, .. } => {
                self.choice = None;
                self.next_branch = match choice {
                    Choice::StackedRequest | Choice::NewBranch => NextBranch::New,
                    Choice::SameBranch | Choice::CancelRest => NextBranch::Same,
                };
            }
        }
    }

    /// Whoever asked is gone, and asks again if it still wants to know.
    pub(super) fn withdraw_asks(&mut self) {
        self.approvals.clear();
        self.questions.clear();
    }
}

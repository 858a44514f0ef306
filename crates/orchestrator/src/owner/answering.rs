//! Answers to an agent that waits: for leave, for an answer, for what became of its plan.

use agent::{
    harness::Permission,
    session::{ApprovalId, Decision, Fact, Fence, Note, QuestionId},
};

use super::{Owner, Waiting};
use crate::{
    dialogue::{Asking, Order},
    equipment::Finding,
};

/// Characters of a learning that are shown in the conversation; the whole stands among learnings.
const SHOWN: usize = 160;

impl Owner {
    /// A plan is told to be fine unless it is refused while it is taken in.
    pub(super) async fn planned(&mut self, fence: Fence, asking: Asking, text: String) {
        if let Some(attempt) = &mut self.attempt {
            attempt.plan = Some(asking);
        }
        let taken = self.fact_with(Fact::Planned { fence, text }, Waiting::Nothing).await;
        self.tell_of_plan(taken.map_err(|why| vec![why.to_string()]));
    }

    /// Nothing where the agent has been told already.
    pub(super) fn tell_of_plan(&mut self, outcome: Result<(), Vec<String>>) {
        let asking = self.attempt.as_mut().and_then(|it| it.plan.take());
        if let Some(asking) = asking {
            self.order(Order::Planned { asking, outcome });
        }
    }

    pub(super) fn decide(&mut self, approval: ApprovalId, decision: Decision) {
        let request = self.attempt.as_mut().and_then(|it| it.approvals.remove(&approval));
        let Some(request) = request else { return };
        let permission = match decision {
            Decision::Allow => Permission::Allow,
            Decision::AllowForSession => {
                let remembered = self.state.remembered.last();
                if let Some(Ok(pattern)) = remembered.map(|it| it.pattern.parse()) {
                    self.order(Order::Remember(pattern));
                }
                Permission::Allow
            }
            Decision::Deny { why } => Permission::Deny { why },
        };
        self.order(Order::Permit { request, permission });
    }

    pub(super) fn answer(&mut self, question: QuestionId, answers: Vec<String>) {
        let asking = self.attempt.as_mut().and_then(|it| it.questions.remove(&question));
        if let Some(asking) = asking {
            self.order(Order::Answer { asking, answers });
        }
    }

    /// Suggests to people what an agent found out.
    pub(super) async fn learned(&mut self, fence: Fence, request: String, finding: Finding) {
        let found_in = (self.record.id, self.record.repository);
        let suggested =
            self.hub.equipment.suggest_learning(self.state.owner, found_in, finding).await;
        let reply = match suggested {
            Ok(learning) => {
                let text = format!("noted: {}", in_a_line(&learning.pattern));
                self.fact(Fact::Noted { fence, note: Note::Progress { text } }).await;
                Ok("It is noted. People decide whether later sessions are told.".to_owned())
            }
            Err(refused) => {
                tracing::debug!(session = %self.record.id, %refused, "a learning is not suggested");
                Err(refused.to_string())
            }
        };
        self.order(Order::Reply { request, reply });
    }

    /// An agent that has ended hears nothing; its attempt ends by itself.
    pub(super) fn order(&self, order: Order) {
        let orders = self.attempt.as_ref().and_then(|it| it.orders.as_ref());
        if let Some(orders) = orders {
            orders.send(order).ok();
        }
    }
}

fn in_a_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

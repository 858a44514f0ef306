//! Answers to an agent that waits: for leave, for an answer, for what became of its plan.

use agent::{
    harness::Permission,
    session::{ApprovalId, Decision, Fact, Fence, QuestionId},
};

use super::{Owner, Waiting};
use crate::dialogue::{Asking, Order};

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

    /// An agent that has ended hears nothing; its attempt ends by itself.
    pub(super) fn order(&self, order: Order) {
        let orders = self.attempt.as_ref().and_then(|it| it.orders.as_ref());
        if let Some(orders) = orders {
            orders.send(order).ok();
        }
    }
}

//! What an event asks for, done. Whatever takes time runs in the attempt's own tasks and reports back.

use std::{future::Future, sync::Arc};

use agent::{
    context::prompt,
    session::{BranchId, Delivery, Effect, Fact, Fault, Fence, Prompt, Reset, State, Task, Work},
};
use tokio::{sync::mpsc, time::Instant};

use super::{Attempt, Beside, Owner, STOP_GRACE};
use crate::{
    agents::Hub,
    assignment::{self, Assigning},
    checks,
    deliver::{self, Delivering},
    dialogue::{self, Heard, Order},
    prepare::{self, Preparing},
    view::Record,
};

impl Owner {
    pub(super) async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Prepare { fence, task } => self.prepare(fence, task).await,
            Effect::Prompt { fence, task, prompt } => self.prompt(fence, &task, &prompt).await,
            Effect::TellRemarks { remarks, .. } => self.tell_of_plan(Err(remarks)),
            Effect::RunChecks { fence, steps } => {
                let Some(bench) = self.bench.clone() else { return };
                let plan = self.state.plan.clone();
                let tell = self.tell.clone();
                self.spawn(fence, async move {
                    checks::run(&bench, plan.as_deref(), &steps, (fence, &tell)).await
                });
            }
            Effect::UndoCommits { .. } => self.undo_commits().await,
            Effect::Deliver { fence, delivery, .. } => self.deliver(fence, delivery),
            Effect::FindDelivery { fence, task, delivery } => {
                self.find_delivery(fence, task, delivery);
            }
            Effect::Revert { fence, resets } => self.revert(fence, resets),
            Effect::Interrupt { .. } => self.interrupt().await,
            Effect::Decide { approval, decision } => self.decide(approval, decision),
            Effect::Answer { question, answers } => self.answer(question, answers),
            Effect::MarkReady { branch } => self.mark_ready(branch),
            Effect::PauseSandbox => self.sleep().await,
            Effect::DestroySandbox => {
                self.bench = None;
                self.hub.forget_files(self.record.id).await;
            }
        }
    }

    /// Does something within the attempt, whose facts are reported.
    fn spawn(&mut self, fence: Fence, work: impl Future<Output = Vec<Fact>> + Send + 'static) {
        let tell = self.tell.clone();
        let Some(attempt) = self.attempt.as_mut().filter(|it| it.fence == fence) else { return };
        attempt.tasks.spawn(async move {
            for fact in work.await {
                // The owner has gone, and asks again when it comes back.
                tell.send((fence, Heard::Fact(fact))).await.ok();
            }
        });
    }

    async fn prepare(&mut self, fence: Fence, task: Task) {
        self.end_attempt().await;
        let mut attempt = Attempt::new(fence);
        let preparing = Preparing {
            hub: Arc::clone(&self.hub),
            record: self.record.clone(),
            state: Arc::clone(&self.state),
            task,
            fence,
            bench: self.bench.clone(),
            meter: self.meter.clone(),
            budget: self.budget.clone(),
            tell: self.tell.clone(),
        };
        let tell = self.tell.clone();
        attempt.tasks.spawn(async move {
            let heard = match prepare::prepare(&preparing).await {
                Ok(prepared) => Heard::Prepared(Box::new(prepared)),
                Err(fault) => Heard::Fact(Fact::Failed { fence, fault }),
            };
            tell.send((fence, heard)).await.ok();
        });
        self.attempt = Some(attempt);
    }

    /// Says something to the agent of the attempt, which is started if there is none.
    async fn prompt(&mut self, fence: Fence, task: &Task, said: &Prompt) {
        let Some(text) = prompt(&self.state, task, said) else { return };
        let id = uuid(engine::random_id());
        let is_there = self.attempt.as_ref().is_some_and(|it| {
            it.fence == fence && it.orders.as_ref().is_some_and(|orders| !orders.is_closed())
        });
        if !is_there && let Err(fault) = self.start_agent(fence, task).await {
            self.later.push_back(Fact::Failed { fence, fault });
            return;
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.is_in_turn = true;
        }
        self.order(Order::Prompt { id, text });
    }

    async fn start_agent(&mut self, fence: Fence, task: &Task) -> Result<(), Fault> {
        let lost = || Fault::Passing { why: "the sandbox is gone".to_owned() };
        let bench = self.bench.clone().ok_or_else(lost)?;
        let attempt = self.attempt.as_ref().filter(|it| it.fence == fence).ok_or_else(lost)?;
        let assigning = Assigning {
            hub: &self.hub,
            record: &self.record,
            state: &self.state,
            task,
            bench: &bench,
            guidance: &attempt.guidance,
            fence,
        };
        let cast = assignment::cast(assigning, self.shown.subscribe(), self.tell.clone()).await?;
        let (orders, receiver) = mpsc::unbounded_channel();
        if let Some(attempt) = &mut self.attempt {
            attempt.orders = Some(orders);
            attempt.tasks.spawn(dialogue::hold(cast, receiver));
        }
        Ok(())
    }

    /// Whoever resumes the main conversation has to find it.
    pub(super) async fn note_conversation(&self, fence: Fence) {
        let is_turn = self
            .state
            .running
            .as_ref()
            .is_some_and(|it| it.fence == fence && matches!(it.work.task, Task::Turn { .. }));
        if let Some(bench) = self.bench.as_ref().filter(|_| is_turn)
            && let Err(error) = bench.note_conversation().await
        {
            tracing::warn!(session = %self.record.id, %error, "a conversation will begin anew");
        }
    }

    async fn undo_commits(&self) {
        let commit = self.attempt.as_ref().and_then(|it| it.commit.clone());
        let (Some(bench), Some(commit)) = (&self.bench, commit) else { return };
        if let Err(error) = bench.undo_commits(&commit).await {
            tracing::warn!(session = %self.record.id, %error, "commits were not undone");
        }
    }

    fn deliver(&mut self, fence: Fence, delivery: Delivery) {
        let Some(work) = self.running_work() else { return };
        let bench = self.bench.clone();
        let commit = self.attempt.as_ref().and_then(|it| it.commit.clone());
        let (hub, record, state) = self.parts();
        self.spawn(fence, async move {
            let ground = match prepare::ground(&hub, &record, &state).await {
                Ok(ground) => ground,
                Err(fault) => return vec![Fact::Failed { fence, fault }],
            };
            let order = Delivering { hub, record, state, fence, work, delivery, ground };
            deliver::deliver(&order, bench.zip(commit)).await
        });
    }

    fn find_delivery(&mut self, fence: Fence, task: Task, delivery: Delivery) {
        self.attempt = Some(Attempt::new(fence));
        let Some(work) = self.running_work() else { return };
        let (hub, record, state) = self.parts();
        self.spawn(fence, async move {
            let ground = match prepare::ground(&hub, &record, &state).await {
                Ok(ground) => ground,
                Err(fault) => return vec![Fact::Failed { fence, fault }],
            };
            let work = Work { task, ..work };
            let order = Delivering { hub, record, state, fence, work, delivery, ground };
            deliver::find(&order).await
        });
    }

    fn revert(&mut self, fence: Fence, resets: Vec<Reset>) {
        let (hub, record, state) = self.parts();
        self.spawn(fence, async move {
            match prepare::ground(&hub, &record, &state).await {
                Ok(ground) => deliver::revert(&ground, &state, fence, &resets).await,
                Err(fault) => vec![Fact::Failed { fence, fault }],
            }
        });
    }

    fn parts(&self) -> (Arc<Hub>, Record, Arc<State>) {
        (Arc::clone(&self.hub), self.record.clone(), Arc::clone(&self.state))
    }

    fn running_work(&self) -> Option<Work> {
        self.state.running.as_ref().map(|it| it.work.clone())
    }

    /// An agent that speaks may end its turn by itself; all else just ends.
    async fn interrupt(&mut self) {
        match self.attempt.as_mut().filter(|it| it.is_in_turn) {
            Some(attempt) => {
                attempt.stop_at = Some(Instant::now() + STOP_GRACE);
                self.order(Order::Interrupt);
            }
            None => {
                let Some(fence) = self.state.running.as_ref().map(|it| it.fence) else { return };
                self.end_attempt().await;
                self.later.push_back(Fact::Stopped { fence });
            }
        }
    }

    /// Not part of any attempt: what was asked for is asked again after a crash.
    fn mark_ready(&mut self, branch: BranchId) {
        let (hub, record, state) = self.parts();
        self.beside.spawn(async move {
            Beside::Fact(deliver::mark_ready(&hub, &record, &state, branch).await)
        });
    }

    /// Gives the sandbox back and keeps its files.
    async fn sleep(&mut self) {
        let Some(bench) = self.bench.take() else { return };
        if let Err(error) = self.hub.keep_files(self.record.id, &bench).await {
            tracing::warn!(session = %self.record.id, %error, "files of a session were not kept");
        }
    }
}

/// A random number in the form of a UUID of version 4, which agents expect.
pub(crate) fn uuid(random: u128) -> String {
    let value = (random & !(0xf << 76) & !(0x3 << 62)) | (4 << 76) | (2 << 62);
    let digits = format!("{value:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

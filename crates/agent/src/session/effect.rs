//! What the owner of a session must do once an event is stored.
//!
//! An effect may be lost with the server. Whatever matters is asked for again by the effects of
//! [`LifeEvent::Restarted`] and of the events that follow it, so each must be safe to do twice.

use super::{
    asks::Decision,
    branches::{Delivery, Readiness, Reset},
    event::{AskEvent, BranchEvent, Event, EventKind, LifeEvent, PlanEvent, WorkEvent},
    state::{Lifecycle, Sandbox, State},
    work::{ApprovalId, BranchId, Fence, Prompt, QuestionId, Stage, Task},
};
use crate::plan::StepNumber;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Have a sandbox, started or woken, with a clean checkout; run the pre-execution script for work that
    /// writes. Answered by `Prepared` or `Failed`.
    Prepare {
        fence: Fence,
        task: Task,
    },
    /// Answered by `AgentEnded` or `Failed`.
    Prompt {
        fence: Fence,
        task: Task,
        prompt: Prompt,
    },
    /// What the agent handed in is no plan; it may hand in another.
    TellRemarks {
        fence: Fence,
        remarks: Vec<String>,
    },
    /// Answered by `ChecksEnded` or `Failed`.
    RunChecks {
        fence: Fence,
        steps: Vec<StepNumber>,
    },
    /// Put the checkout's HEAD back, and keep the files.
    UndoCommits {
        fence: Fence,
        to: String,
    },
    /// Commit what was changed, push it, see to the pull request. Answered by `Delivered` or `Failed`.
    Deliver {
        fence: Fence,
        task: Task,
        delivery: Delivery,
    },
    /// Look at the forge for what this work has pushed. Answered by `Delivered` or `NotDelivered`.
    FindDelivery {
        fence: Fence,
        task: Task,
        delivery: Delivery,
    },
    /// Answered by `Reverted` or `Failed`.
    Revert {
        fence: Fence,
        resets: Vec<Reset>,
    },
    /// Answered by `Stopped`.
    Interrupt {
        fence: Fence,
    },
    Decide {
        approval: ApprovalId,
        decision: Decision,
    },
    /// Without answers the agent is to assume what is likely, and to write that down.
    Answer {
        question: QuestionId,
        answers: Vec<String>,
    },
    /// Answered by `BecameReady`.
    MarkReady {
        branch: BranchId,
    },
    PauseSandbox,
    DestroySandbox,
}

/// What an event asks for. `before` and `after` are the states around it.
#[must_use]
pub fn effects(before: &State, event: &Event, after: &State) -> Vec<Effect> {
    let mut effects = match &event.kind {
        EventKind::Life(life) => of_life(life, after),
        EventKind::Plan(plan) => of_plan(plan),
        EventKind::Work(work) => of_work(work, after),
        EventKind::Ask(ask) => of_ask(ask),
        EventKind::Branch(branch) => of_branch(branch),
    };
    if before.sandbox == Sandbox::Up && after.sandbox == Sandbox::Paused {
        effects.push(Effect::PauseSandbox);
    }
    effects
}

fn of_life(event: &LifeEvent, after: &State) -> Vec<Effect> {
    match event {
        LifeEvent::Archived { .. } => vec![Effect::DestroySandbox],
        LifeEvent::Restarted => {
            let asked = after.branches.iter().filter(|it| it.readiness == Readiness::Asked);
            let again = asked.map(|it| Effect::MarkReady { branch: it.id });
            let is_archived = after.lifecycle == Lifecycle::Archived;
            // A sandbox that outlived the server belongs to nobody.
            again.chain(is_archived.then_some(Effect::DestroySandbox)).collect()
        }
        LifeEvent::Opened { .. }
        | LifeEvent::Configured { .. }
        | LifeEvent::Shared { .. }
        | LifeEvent::Paused { .. }
        | LifeEvent::Resumed { .. }
        | LifeEvent::Unarchived { .. }
        | LifeEvent::Metered { .. }
        | LifeEvent::SandboxLost { .. } => Vec::new(),
    }
}

fn of_plan(event: &PlanEvent) -> Vec<Effect> {
    match event {
        PlanEvent::PlanRefused { fence, remarks } => {
            vec![Effect::TellRemarks { fence: *fence, remarks: remarks.clone() }]
        }
        PlanEvent::PlanSaved { .. }
        | PlanEvent::PlanProposed { .. }
        | PlanEvent::ProposalSettled { .. }
        | PlanEvent::PlanApproved { .. }
        | PlanEvent::Commented { .. }
        | PlanEvent::CommentResolved { .. } => Vec::new(),
    }
}

fn of_work(event: &WorkEvent, after: &State) -> Vec<Effect> {
    match event {
        WorkEvent::Began { .. } | WorkEvent::Entered { .. } => {
            of_stage(after).into_iter().collect()
        }
        WorkEvent::HeadMoved { fence, from, .. } => {
            vec![Effect::UndoCommits { fence: *fence, to: from.clone() }]
        }
        WorkEvent::Queued { .. }
        | WorkEvent::Dequeued { .. }
        | WorkEvent::Prepared { .. }
        | WorkEvent::Said { .. }
        | WorkEvent::Noted { .. }
        | WorkEvent::Checked { .. }
        | WorkEvent::Delivered { .. }
        | WorkEvent::Faltered { .. }
        | WorkEvent::Ended { .. } => Vec::new(),
    }
}

fn of_stage(after: &State) -> Option<Effect> {
    let running = after.running.as_ref()?;
    let (fence, task) = (running.fence, running.work.task.clone());
    Some(match running.stage.clone() {
        Stage::Preparing => Effect::Prepare { fence, task },
        Stage::Working { prompt } => Effect::Prompt { fence, task, prompt },
        Stage::Checking => Effect::RunChecks { fence, steps: after.checked_steps(&task) },
        Stage::Delivering { delivery: Some(delivery) } => Effect::Deliver { fence, task, delivery },
        Stage::Delivering { delivery: None } => {
            let Task::Revert { from } = task else { return None };
            Effect::Revert { fence, resets: after.resets(&from) }
        }
        Stage::Recovering { delivery } => Effect::FindDelivery { fence, task, delivery },
        // Its owner wakes it; see `State::wake_at`.
        Stage::Waiting { .. } => return None,
        Stage::Stopping { .. } => Effect::Interrupt { fence },
    })
}

fn of_ask(event: &AskEvent) -> Vec<Effect> {
    match event {
        AskEvent::ApprovalSettled { approval, decision, .. } => {
            vec![Effect::Decide { approval: *approval, decision: decision.clone() }]
        }
        AskEvent::QuestionSettled { question, answers, .. } => {
            vec![Effect::Answer { question: *question, answers: answers.clone() }]
        }
        AskEvent::ApprovalAsked { .. }
        | AskEvent::QuestionAsked { .. }
        | AskEvent::ChoiceAsked { .. }
        | AskEvent::Chosen { .. } => Vec::new(),
    }
}

fn of_branch(event: &BranchEvent) -> Vec<Effect> {
    match event {
        BranchEvent::ReadyAsked { branch } => vec![Effect::MarkReady { branch: *branch }],
        BranchEvent::BecameReady { .. }
        | BranchEvent::CiEnded { .. }
        | BranchEvent::PersonPushed { .. }
        | BranchEvent::BranchSettled { .. }
        | BranchEvent::OrderDeclined { .. } => Vec::new(),
    }
}

impl State {
    /// The steps whose checks must pass before a task's changes are delivered.
    #[must_use]
    pub fn checked_steps(&self, task: &Task) -> Vec<StepNumber> {
        let has_checks = |it: &&StepNumber| {
            let step = self.plan.as_ref().and_then(|plan| plan.step(it));
            step.is_some_and(|it| !it.checks.is_empty())
        };
        match task {
            Task::Step { step } => [step].into_iter().filter(has_checks).cloned().collect(),
            Task::Revision { branch, .. } => {
                let steps = self.branch(*branch).map(|it| &it.steps);
                steps.into_iter().flatten().filter(has_checks).cloned().collect()
            }
            Task::Turn { .. } | Task::Revert { .. } | Task::OpenRequest { .. } | Task::Visit => {
                Vec::new()
            }
        }
    }
}

//! What a command makes happen.

mod asking;
mod carrying_out;
mod executing;
mod forge;
mod lifecycle;
mod planning;

use model::{id::UserId, job::Moment};

pub use self::carrying_out::{FIRST_WAIT, MOST_RETRIES};
use super::{
    command::{Command, Fact, Request},
    event::{Event, EventKind, LifeEvent, Place, WorkEvent},
    refusal::Refusal,
    state::{Lifecycle, PauseReason, State},
    work::{Fence, Running, Task, Work},
};

/// Longest text that a person or the forge sends at once, but for a plan.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// Decides what a command means in a state. The events are to be stored, then folded, then performed.
///
/// # Errors
///
/// Returns a [`Refusal`] when nothing should change.
pub fn apply(state: &State, command: Command, moment: Moment) -> Result<Vec<Event>, Refusal> {
    let mut draft = Draft { state: state.clone(), events: Vec::new(), moment };
    match command {
        Command::Request { by, request } => draft.request(by, request)?,
        Command::Fact(fact) => draft.fact(fact)?,
    }
    draft.go_on();
    Ok(draft.events)
}

/// A state with the events that lead to it.
struct Draft {
    state: State,
    events: Vec<Event>,
    moment: Moment,
}

type Applied = Result<(), Refusal>;

impl Draft {
    fn request(&mut self, by: UserId, request: Request) -> Applied {
        if !self.state.people.contains(&by) {
            return Err(Refusal::NotShared { user: by });
        }
        if self.state.lifecycle == Lifecycle::Archived && request != Request::Unarchive {
            return Err(Refusal::Archived);
        }
        match request {
            Request::Say { text } => self.say(by, &text),
            Request::SavePlan { expected_version, text } => {
                self.save_plan(by, expected_version, &text)
            }
            Request::EditStep { expected_version, step, text } => {
                self.edit_step(by, expected_version, &step, &text)
            }
            Request::DeleteStep { expected_version, step } => {
                self.delete_step(by, expected_version, &step)
            }
            Request::RollBack { expected_version, to } => self.roll_back(by, expected_version, to),
            Request::Accept { proposal } => self.accept(by, proposal),
            Request::Decline { proposal } => self.decline(by, proposal),
            Request::Comment { step, text } => self.comment(by, step, &text),
            Request::Resolve { comment } => self.resolve(by, comment),
            Request::Approve { expected_version } => self.approve(by, expected_version),
            Request::Execute { expected_version, target } => {
                self.execute(by, expected_version, &target)
            }
            Request::Retry { step } => self.retry(by, &step),
            Request::Stop => self.stop(by),
            Request::Revert { from } => self.revert(by, from),
            Request::Revise { branch, text } => self.revise(by, branch, &text),
            Request::Decide { approval, decision } => self.decide(by, approval, decision),
            Request::Answer { question, answers } => self.answer(by, question, &answers),
            Request::Choose { choice } => self.choose(by, choice),
            Request::Pause => self.pause(by),
            Request::Resume => self.resume(by),
            Request::Visit => self.visit(by),
            Request::Archive => self.archive(by),
            Request::Unarchive => self.unarchive(by),
            Request::Share { with } => self.share(by, with),
            Request::Configure { settings } => self.configure(by, settings),
        }
    }

    fn fact(&mut self, fact: Fact) -> Applied {
        match fact {
            Fact::Prepared { fence, warning } => self.prepared(fence, warning),
            Fact::Said { fence, text } => self.said(fence, &text),
            Fact::Noted { fence, note } => self.noted(fence, note),
            Fact::Planned { fence, text } => self.planned(fence, &text),
            Fact::ApprovalAsked { fence, call } => self.approval_asked(fence, call),
            Fact::QuestionAsked { fence, asked } => self.question_asked(fence, asked),
            Fact::AgentEnded { fence } => self.agent_ended(fence),
            Fact::ChecksEnded { fence, failures } => self.checks_ended(fence, failures),
            Fact::HeadMoved { fence, from, to } => self.head_moved(fence, from, to),
            Fact::Delivered { fence, head, request } => self.delivered(fence, head, request),
            Fact::NotDelivered { fence } => self.not_delivered(fence),
            Fact::Reverted { fence } => self.reverted(fence),
            Fact::Failed { fence, fault } => self.failed(fence, fault),
            Fact::Stopped { fence } => self.stopped(fence),
            Fact::BecameReady { branch } => self.became_ready(branch),
            Fact::CiEnded { branch, head, end } => self.ci_ended(branch, head, end),
            Fact::PersonPushed { branch, head } => self.person_pushed(branch, head),
            Fact::Reviewed { branch, comment, by, text } => {
                self.reviewed(branch, comment, by, &text)
            }
            Fact::OrderDeclined { branch, comment, by, why } => {
                self.order_declined(branch, comment, by, &why)
            }
            Fact::BranchSettled { branch, state } => self.branch_settled(branch, state),
            Fact::Metered { usage } => self.metered(usage),
            Fact::UserBudgetSpent { renewed_at } => self.user_budget_spent(renewed_at),
            Fact::Elapsed => self.elapsed(),
            Fact::Restarted => self.restarted(),
            Fact::SandboxLost { why } => self.sandbox_lost(why),
        }
    }

    /// Stores nothing yet: what is emitted is folded, so that whatever follows sees it.
    fn emit(&mut self, kind: impl Into<EventKind>) {
        let event = Event { seq: self.state.seq + 1, at: self.moment.now, kind: kind.into() };
        self.state.fold(&event);
        self.events.push(event);
    }

    fn enqueue(&mut self, by: Option<UserId>, task: Task) {
        self.emit(WorkEvent::Queued { by, place: Place::Last, task });
    }

    /// Begins what comes next, if nothing runs. Steps wait while somebody has to say how to go on.
    fn go_on(&mut self) {
        self.drop_moot();
        self.archive_when_merged();
        if self.state.lifecycle != Lifecycle::Active || self.state.running.is_some() {
            return;
        }
        let is_held = |it: &&Work| self.state.choice.is_some() && it.task.step().is_some();
        let next = self.state.queue.iter().find(|it| !is_held(it));
        let next = next.map(|it| (it.id, self.state.first_stage(&it.task)));
        if let Some((work, from)) = next {
            self.emit(WorkEvent::Began { work, from });
        }
    }

    /// Whatever asks for work wakes a session that is paused, unless it may cost no more.
    fn wake(&mut self, by: UserId) -> Applied {
        match self.state.lifecycle {
            Lifecycle::Paused(_) => self.resume(by),
            Lifecycle::Active | Lifecycle::Archived => Ok(()),
        }
    }

    /// The forge wakes a session only where it fell asleep by itself.
    fn wake_from_idle(&mut self) -> Applied {
        match self.state.lifecycle {
            Lifecycle::Archived => Err(Refusal::Archived),
            Lifecycle::Paused(PauseReason::Idle) => {
                self.emit(LifeEvent::Resumed { by: None });
                Ok(())
            }
            Lifecycle::Active
            | Lifecycle::Paused(
                PauseReason::Asked | PauseReason::Budget | PauseReason::UserBudget,
            ) => Ok(()),
        }
    }

    /// What runs, if the fence is that of its attempt.
    fn running(&self, fence: Fence) -> Result<&Running, Refusal> {
        let running = self.state.running.as_ref();
        running.filter(|it| it.fence == fence).ok_or(Refusal::Stale { fence })
    }
}

/// What a person wrote, without NUL, which no database takes in a text.
fn text(written: &str) -> Result<String, Refusal> {
    if written.len() > MAX_TEXT_BYTES {
        return Err(Refusal::TooLong { bytes: written.len(), most: MAX_TEXT_BYTES });
    }
    let text = without_nul(written);
    if text.trim().is_empty() { Err(Refusal::Empty) } else { Ok(text) }
}

/// What a program wrote: cut rather than refused, since it could not write it again.
fn told(written: &str) -> String {
    without_nul(&written[..written.floor_char_boundary(MAX_TEXT_BYTES)])
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

//! Agent sessions, as the schema has them: read from what their events add up to.

mod listed;
mod parts;
mod plan;
mod settings;

use std::sync::Arc;

use agent::session::{self, State};
use async_graphql::{Context, Enum, ID, Object};
use orchestrator::{EquipmentError, Record, View};

use super::{
    asker::Asker,
    equipment::{Phase, Repository},
    person::Person,
    refusal::{Result, refused},
    scalars::Timestamp,
};

pub(super) use self::{
    listed::{AgentSessionPage, AgentSessionSummary},
    parts::{AgentEvent, PullRequestChoice, StepDiff},
    settings::SettingsInput,
};
use self::{
    parts::{Approval, Branch, Comment, Proposal, Question, Usage, Work},
    plan::{Plan, PlanVersion},
    settings::Settings,
};

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum SessionStatus {
    GeneratingSteps,
    NotStarted,
    InProgress,
    PartiallyCompleted,
    Failed,
    Completed,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum Lifecycle {
    Active,
    Paused,
    Archived,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum PauseReason {
    Asked,
    Idle,
    Budget,
    /// The owner's sessions together have cost what each user may spend in a month.
    UserBudget,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum SandboxState {
    None,
    Up,
    Paused,
}

/// A session with all that is known of it.
pub(super) struct AgentSession {
    record: Record,
    state: Arc<State>,
}

impl From<View> for AgentSession {
    fn from(view: View) -> Self {
        Self { record: view.record, state: view.state }
    }
}

#[Object]
impl AgentSession {
    pub(super) async fn id(&self) -> ID {
        ID(self.record.id.to_string())
    }

    async fn title(&self) -> &str {
        &self.record.title
    }

    /// web, api or clone
    async fn origin(&self) -> &'static str {
        self.record.began.name()
    }

    async fn clone_of(&self) -> Option<ID> {
        match self.state.origin {
            session::Origin::New => None,
            session::Origin::CloneOf { session } => Some(ID(session.to_string())),
        }
    }

    async fn repository(&self, context: &Context<'_>) -> Result<Repository> {
        let equipment = Asker::of(context).equipment();
        let id = self.record.repository;
        // Its owner's, whoever of its people asks.
        match equipment.get::<orchestrator::Repository>(self.state.owner, id).await {
            Ok(item) => Ok(item.into()),
            Err(EquipmentError::NotFound { .. }) => Ok(Repository::removed(id)),
            Err(error) => Err(refused(error)),
        }
    }

    async fn owner(&self) -> Person {
        Person(self.state.owner)
    }

    /// The owner and all whom it is shared with; all may do the same.
    async fn people(&self) -> Vec<Person> {
        self.state.people.iter().copied().map(Person).collect()
    }

    /// Number of the last event of this view.
    async fn seq(&self) -> u64 {
        self.state.seq
    }

    async fn created_at(&self) -> Timestamp {
        Timestamp(self.record.created_at)
    }

    async fn last_at(&self) -> Timestamp {
        Timestamp(self.state.last_at)
    }

    async fn status(&self) -> SessionStatus {
        self.state.status().into()
    }

    async fn lifecycle(&self) -> Lifecycle {
        match self.state.lifecycle {
            session::Lifecycle::Active => Lifecycle::Active,
            session::Lifecycle::Paused(_) => Lifecycle::Paused,
            session::Lifecycle::Archived => Lifecycle::Archived,
        }
    }

    async fn pause_reason(&self) -> Option<PauseReason> {
        match self.state.lifecycle {
            session::Lifecycle::Paused(reason) => Some(reason.into()),
            session::Lifecycle::Active | session::Lifecycle::Archived => None,
        }
    }

    async fn phase(&self) -> Phase {
        self.state.phase.into()
    }

    async fn settings(&self) -> Settings {
        Settings::from(&self.state.settings)
    }

    /// null before the first plan
    async fn plan(&self) -> Option<Plan> {
        self.state.plan.as_ref().map(|_| Plan(Arc::clone(&self.state)))
    }

    async fn versions(&self) -> Vec<PlanVersion> {
        self.state.versions.iter().cloned().map(PlanVersion).collect()
    }

    async fn proposal(&self) -> Option<Proposal> {
        self.state.proposal.clone().map(Proposal::from)
    }

    async fn comments(&self) -> Vec<Comment> {
        self.state.comments.iter().cloned().map(Comment::from).collect()
    }

    async fn running(&self) -> Option<Work> {
        self.state.running.as_ref().map(Work::running)
    }

    async fn queue(&self) -> Vec<Work> {
        self.state.queue.iter().map(Work::queued).collect()
    }

    async fn approvals(&self) -> Vec<Approval> {
        self.state.approvals.iter().cloned().map(Approval::from).collect()
    }

    async fn questions(&self) -> Vec<Question> {
        self.state.questions.iter().cloned().map(Question::from).collect()
    }

    /// The step after which somebody has to choose how to go on (manual pull requests).
    async fn choice_after(&self) -> Option<String> {
        self.state.choice.as_ref().map(ToString::to_string)
    }

    async fn branches(&self) -> Vec<Branch> {
        self.state.branches.iter().cloned().map(Branch::from).collect()
    }

    async fn usage(&self) -> Usage {
        self.state.usage.into()
    }

    async fn sandbox(&self) -> SandboxState {
        match self.state.sandbox {
            session::Sandbox::None => SandboxState::None,
            session::Sandbox::Up => SandboxState::Up,
            session::Sandbox::Paused => SandboxState::Paused,
        }
    }
}

impl From<session::Status> for SessionStatus {
    fn from(status: session::Status) -> Self {
        match status {
            session::Status::GeneratingSteps => Self::GeneratingSteps,
            session::Status::NotStarted => Self::NotStarted,
            session::Status::InProgress => Self::InProgress,
            session::Status::PartiallyCompleted => Self::PartiallyCompleted,
            session::Status::Failed => Self::Failed,
            session::Status::Completed => Self::Completed,
        }
    }
}

impl From<session::PauseReason> for PauseReason {
    fn from(reason: session::PauseReason) -> Self {
        match reason {
            session::PauseReason::Asked => Self::Asked,
            session::PauseReason::Idle => Self::Idle,
            session::PauseReason::Budget => Self::Budget,
            session::PauseReason::UserBudget => Self::UserBudget,
        }
    }
}

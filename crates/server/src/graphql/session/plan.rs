//! A session's plan, and how far its steps are.

use std::sync::Arc;

use agent::{
    plan,
    session::{self, Author, Failure, Progress, State},
};
use async_graphql::{Context, Enum, Object};

use super::super::{asker::Asker, refusal::Result, scalars::Timestamp};

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum StepState {
    NotStarted,
    Queued,
    InProgress,
    Completed,
    Failed,
}

/// The last version, of a state that has one.
pub(super) struct Plan(pub(super) Arc<State>);

#[Object]
impl Plan {
    async fn version(&self) -> u32 {
        self.0.version()
    }

    async fn text(&self) -> &str {
        self.0.plan.as_ref().map_or("", |it| it.text())
    }

    async fn title(&self) -> Option<&str> {
        self.0.plan.as_ref().and_then(|it| it.title())
    }

    async fn approved(&self) -> bool {
        self.0.phase == session::Phase::Executing
    }

    async fn steps(&self) -> Vec<Step> {
        let count = self.0.plan.as_ref().map_or(0, |it| it.steps().len());
        (0..count).map(|at| Step { state: Arc::clone(&self.0), at }).collect()
    }
}

/// The step at a place of the plan.
struct Step {
    state: Arc<State>,
    at: usize,
}

impl Step {
    fn plan(&self) -> &plan::Plan {
        self.state.plan.as_ref().expect("a step is one of a plan")
    }

    fn step(&self) -> &plan::Step {
        &self.plan().steps()[self.at]
    }

    fn progress(&self) -> Option<&Progress> {
        self.state.progress.get(&self.step().number)
    }
}

#[Object]
impl Step {
    async fn number(&self) -> String {
        self.step().number.to_string()
    }

    async fn title(&self) -> &str {
        &self.step().title
    }

    async fn depth(&self) -> usize {
        self.step().number.ancestors().count() + 1
    }

    /// Markdown of the step itself, without steps within it
    async fn body(&self) -> String {
        self.plan().body(self.step())
    }

    /// without steps of its own: these are carried out
    async fn is_leaf(&self) -> bool {
        let next = self.plan().steps().get(self.at + 1);
        next.is_none_or(|it| !it.number.is_within(&self.step().number))
    }

    async fn state(&self) -> StepState {
        match self.state.step_state(&self.step().number) {
            session::StepState::NotStarted => StepState::NotStarted,
            session::StepState::Queued => StepState::Queued,
            session::StepState::InProgress => StepState::InProgress,
            session::StepState::Completed => StepState::Completed,
            session::StepState::Failed => StepState::Failed,
        }
    }

    /// why it failed, in words
    async fn failure(&self, context: &Context<'_>) -> Result<Option<String>> {
        let Some(Progress::Failed { failure, .. }) = self.progress() else { return Ok(None) };
        Ok(Some(match failure {
            Failure::Checks { failures } => {
                let steps: Vec<_> =
                    failures.iter().map(|it| format!("that of line {}", it.line)).collect();
                format!("its checks do not pass: {}", steps.join(", "))
            }
            Failure::Lasting { why } => why.clone(),
            Failure::TriedTooOften { why } => {
                format!("it was tried again several times; the last time {why}")
            }
            Failure::Stopped { by } => {
                format!("{} stopped it", Asker::of(context).name_of(*by).await?)
            }
        }))
    }

    async fn commit(&self) -> Option<&str> {
        match self.progress() {
            Some(Progress::Completed { commit }) => commit.as_deref(),
            Some(Progress::Failed { .. }) | None => None,
        }
    }

    async fn checks(&self) -> usize {
        self.step().checks.len()
    }
}

pub(super) struct PlanVersion(pub(super) session::Version);

#[Object]
impl PlanVersion {
    async fn number(&self) -> u32 {
        self.0.number
    }

    async fn text(&self) -> &str {
        &self.0.text
    }

    /// agent, a person's name, or rollback
    async fn author(&self, context: &Context<'_>) -> Result<String> {
        Ok(match self.0.author {
            Author::Agent => "agent".to_owned(),
            Author::Person { user } => Asker::of(context).name_of(user).await?,
            Author::Rollback { .. } => "rollback".to_owned(),
        })
    }

    async fn at(&self) -> Timestamp {
        Timestamp(self.0.at)
    }
}

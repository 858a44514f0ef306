//! Sessions as lists show them.

use async_graphql::{Context, ID, Object, SimpleObject};
use orchestrator::{EquipmentError, Listed};

use super::{Lifecycle, SessionStatus};
use crate::graphql::{
    asker::Asker,
    equipment::Repository,
    person::Person,
    refusal::{Result, refused},
    scalars::Timestamp,
};

#[derive(SimpleObject)]
pub(in crate::graphql) struct AgentSessionPage {
    pub(in crate::graphql) items: Vec<AgentSessionSummary>,
    pub(in crate::graphql) next: Option<String>,
}

pub(in crate::graphql) struct AgentSessionSummary(pub(in crate::graphql) Listed);

#[derive(SimpleObject)]
struct StepCounts {
    total: u32,
    not_started: u32,
    queued: u32,
    in_progress: u32,
    completed: u32,
    failed: u32,
}

#[Object]
impl AgentSessionSummary {
    async fn id(&self) -> ID {
        ID(self.0.record.id.to_string())
    }

    async fn title(&self) -> &str {
        &self.0.record.title
    }

    async fn repository(&self, context: &Context<'_>) -> Result<Option<Repository>> {
        let equipment = Asker::of(context).equipment();
        let id = self.0.record.repository;
        match equipment.get::<orchestrator::Repository>(self.0.owner, id).await {
            Ok(item) => Ok(Some(item.into())),
            Err(EquipmentError::NotFound { .. }) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    async fn owner(&self) -> Person {
        Person(self.0.owner)
    }

    async fn status(&self) -> SessionStatus {
        self.0.summary.status.into()
    }

    async fn lifecycle(&self) -> Lifecycle {
        match (self.0.summary.is_archived, self.0.summary.is_paused) {
            (true, _) => Lifecycle::Archived,
            (false, true) => Lifecycle::Paused,
            (false, false) => Lifecycle::Active,
        }
    }

    /// whether an approval, question or choice waits for a person
    async fn needs_attention(&self) -> bool {
        self.0.summary.needs_attention
    }

    async fn steps(&self) -> StepCounts {
        let steps = self.0.summary.steps;
        StepCounts {
            total: steps.total(),
            not_started: steps.not_started,
            queued: steps.queued,
            in_progress: steps.in_progress,
            completed: steps.completed,
            failed: steps.failed,
        }
    }

    async fn created_at(&self) -> Timestamp {
        Timestamp(self.0.record.created_at)
    }

    async fn last_at(&self) -> Timestamp {
        Timestamp(self.0.last_at)
    }
}

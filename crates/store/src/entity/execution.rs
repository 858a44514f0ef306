//! Executions without their events.

use std::time::Duration;

use model::{
    event::Usage,
    execution::{Execution, Outcome, State},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{from_column, parse, to_column, unreadable};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "execution")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub session: Option<String>,
    pub runbook: Option<String>,
    pub block: Option<String>,
    pub content_hash: String,
    pub runtime: String,
    pub state: String,
    pub outcome: Option<String>,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    /// What was exceeded: milliseconds for `timed_out`, bytes for `out_of_memory`.
    pub outcome_limit: Option<i64>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub duration_ms: i64,
    pub cpu_ms: i64,
    pub peak_memory_bytes: i64,
    pub truncated: bool,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The state of an execution that is over, as the partial index of the schema spells it.
pub(crate) const FINISHED: &str = "finished";

pub(crate) const fn state_column(state: State) -> &'static str {
    match state {
        State::Queued => "queued",
        State::Running => "running",
        State::Stopping => "stopping",
        State::Finished(_) => FINISHED,
    }
}

/// The columns `signal` and `outcome_limit`.
pub(crate) fn outcome_details(outcome: Outcome) -> (Option<i32>, Option<i64>) {
    match outcome {
        Outcome::Killed { signal } => (Some(signal), None),
        Outcome::TimedOut { limit } => {
            (None, Some(i64::try_from(limit.as_millis()).unwrap_or(i64::MAX)))
        }
        Outcome::OutOfMemory { limit_bytes } => (None, Some(to_column(limit_bytes))),
        Outcome::Exited { .. } | Outcome::Cancelled | Outcome::Lost => (None, None),
    }
}

impl Model {
    fn state(&self) -> Result<State, StoreError> {
        read_state(&self.state, || self.outcome())
    }

    fn outcome(&self) -> Result<Outcome, StoreError> {
        let name = self.outcome.as_deref().unwrap_or_default();
        read_outcome("execution.outcome", name, (self.exit_code, self.signal, self.outcome_limit))
    }
}

/// A state from its column, and the outcome of one that is over.
pub(crate) fn read_state(
    column: &str,
    outcome: impl FnOnce() -> Result<Outcome, StoreError>,
) -> Result<State, StoreError> {
    match column {
        "queued" => Ok(State::Queued),
        "running" => Ok(State::Running),
        "stopping" => Ok(State::Stopping),
        FINISHED => Ok(State::Finished(outcome()?)),
        other => Err(unreadable("execution.state", other)),
    }
}

/// An outcome from its name and the columns `exit_code`, `signal` and `outcome_limit`.
pub(crate) fn read_outcome(
    column: &'static str,
    name: &str,
    (exit_code, signal, limit): (Option<i32>, Option<i32>, Option<i64>),
) -> Result<Outcome, StoreError> {
    match (name, exit_code, signal, limit.map(from_column)) {
        ("exited", Some(code), _, _) => Ok(Outcome::Exited { code }),
        ("killed", _, Some(signal), _) => Ok(Outcome::Killed { signal }),
        ("timed_out", _, _, Some(limit)) => {
            Ok(Outcome::TimedOut { limit: Duration::from_millis(limit) })
        }
        ("out_of_memory", _, _, Some(limit_bytes)) => Ok(Outcome::OutOfMemory { limit_bytes }),
        ("cancelled", ..) => Ok(Outcome::Cancelled),
        ("lost", ..) => Ok(Outcome::Lost),
        (other, ..) => Err(unreadable(column, other)),
    }
}

impl From<&Execution> for Model {
    fn from(it: &Execution) -> Self {
        let outcome = match it.state {
            State::Finished(outcome) => Some(outcome),
            State::Queued | State::Running | State::Stopping => None,
        };
        let (signal, outcome_limit) = outcome.map_or((None, None), outcome_details);
        Self {
            id: it.id.to_string(),
            user_id: it.user.to_string(),
            session: it.session.map(|it| it.to_string()),
            runbook: it.runbook.map(|it| it.to_string()),
            block: it.block.clone(),
            content_hash: it.content_hash.clone(),
            runtime: it.runtime.clone(),
            state: state_column(it.state).to_owned(),
            outcome: outcome.map(|it| it.kind().name().to_owned()),
            exit_code: outcome.and_then(|it| it.exit_code()),
            signal,
            outcome_limit,
            created_at: it.created_at.as_millis(),
            started_at: it.started_at.map(Timestamp::as_millis),
            finished_at: it.finished_at.map(Timestamp::as_millis),
            duration_ms: to_column(it.usage.duration_ms),
            cpu_ms: to_column(it.usage.cpu_ms),
            peak_memory_bytes: to_column(it.usage.peak_memory_bytes),
            truncated: it.usage.truncated,
        }
    }
}

impl TryFrom<Model> for Execution {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let session = row.session.as_deref().map(|it| parse("execution.session", it));
        let runbook = row.runbook.as_deref().map(|it| parse("execution.runbook", it));
        Ok(Self {
            id: parse("execution.id", &row.id)?,
            user: parse("execution.user_id", &row.user_id)?,
            session: session.transpose()?,
            runbook: runbook.transpose()?,
            state: row.state()?,
            block: row.block,
            content_hash: row.content_hash,
            runtime: row.runtime,
            created_at: Timestamp::from_millis(row.created_at),
            started_at: row.started_at.map(Timestamp::from_millis),
            finished_at: row.finished_at.map(Timestamp::from_millis),
            usage: Usage {
                duration_ms: from_column(row.duration_ms),
                cpu_ms: from_column(row.cpu_ms),
                peak_memory_bytes: from_column(row.peak_memory_bytes),
                truncated: row.truncated,
                queue_ms: None,
            },
        })
    }
}

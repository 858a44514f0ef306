//! Executions and their events.

use model::{
    execution::{Execution, Outcome, OutcomeKind, State as ExecutionState},
    id::{ExecutionId, RunbookId, SessionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The first seed's way to run a block.
#[derive(Deserialize, ToSchema)]
#[schema(as = ExecBlock)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecBlockBody {
    pub(crate) session_id: SessionId,
    /// Counts the document's runnable blocks from 0.
    pub(crate) block_index: usize,
    pub(crate) runtime: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExecutionState)]
pub(crate) enum ExecutionStateBody {
    Queued,
    Running,
    Stopping,
    Finished,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Execution)]
pub(crate) struct ExecutionBody {
    id: ExecutionId,
    session_id: Option<SessionId>,
    runbook_id: Option<RunbookId>,
    block: Option<String>,
    content_hash: String,
    runtime: String,
    state: ExecutionStateBody,
    outcome: Option<OutcomeKind>,
    exit_code: Option<i32>,
    signal: Option<i32>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    duration_ms: Option<u64>,
    truncated: bool,
}

impl From<ExecutionState> for ExecutionStateBody {
    fn from(state: ExecutionState) -> Self {
        match state {
            ExecutionState::Queued => Self::Queued,
            ExecutionState::Running => Self::Running,
            ExecutionState::Stopping => Self::Stopping,
            ExecutionState::Finished(_) => Self::Finished,
        }
    }
}

impl From<Execution> for ExecutionBody {
    fn from(it: Execution) -> Self {
        let outcome = match it.state {
            ExecutionState::Queued | ExecutionState::Running | ExecutionState::Stopping => None,
            ExecutionState::Finished(outcome) => Some(outcome),
        };
        let signal = match outcome {
            Some(Outcome::Killed { signal }) => Some(signal),
            Some(
                Outcome::Exited { .. }
                | Outcome::TimedOut { .. }
                | Outcome::OutOfMemory { .. }
                | Outcome::Cancelled
                | Outcome::Lost,
            )
            | None => None,
        };
        Self {
            id: it.id,
            session_id: it.session,
            runbook_id: it.runbook,
            block: it.block,
            content_hash: it.content_hash,
            runtime: it.runtime,
            state: it.state.into(),
            outcome: outcome.as_ref().map(Outcome::kind),
            exit_code: outcome.as_ref().and_then(Outcome::exit_code),
            signal,
            created_at: it.created_at,
            started_at: it.started_at,
            finished_at: it.finished_at,
            duration_ms: outcome.map(|_| it.usage.duration_ms),
            truncated: it.usage.truncated,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Number of the first event to send; 1, the first one, if left out.
    pub(crate) from: Option<u64>,
}

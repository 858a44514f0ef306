//! Past executions, and what they were made of.

use model::execution::OutcomeKind;
use serde::{Deserialize, Serialize};
use store::{Cursor, HistoryFilter, Origin, OutcomeFilter, PastExecution};
use utoipa::{IntoParams, ToSchema};

use super::{MOST_ENTRIES, USUAL_ENTRIES, bounded, executions::ExecutionBody, parse_cursor};
use crate::problem::Problem;

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HistoryOutcome)]
pub(crate) enum HistoryOutcome {
    /// It exited with 0.
    Succeeded,
    /// It ended in any other way.
    Failed,
    Exited,
    Killed,
    TimedOut,
    OutOfMemory,
    Cancelled,
    Lost,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Only executions of this block.
    block: Option<String>,
    /// Only those that ended like this.
    #[param(inline)]
    outcome: Option<HistoryOutcome>,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_ENTRIES>")]
    limit: Option<u64>,
}

impl HistoryQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_ENTRIES)
    }

    pub(crate) fn filter(self) -> HistoryFilter {
        let kind = OutcomeFilter::Kind;
        let outcome = self.outcome.map(|it| match it {
            HistoryOutcome::Succeeded => OutcomeFilter::Succeeded,
            HistoryOutcome::Failed => OutcomeFilter::Failed,
            HistoryOutcome::Exited => kind(OutcomeKind::Exited),
            HistoryOutcome::Killed => kind(OutcomeKind::Killed),
            HistoryOutcome::TimedOut => kind(OutcomeKind::TimedOut),
            HistoryOutcome::OutOfMemory => kind(OutcomeKind::OutOfMemory),
            HistoryOutcome::Cancelled => kind(OutcomeKind::Cancelled),
            HistoryOutcome::Lost => kind(OutcomeKind::Lost),
        });
        HistoryFilter { block: self.block, outcome }
    }
}

/// An execution in a list of past ones.
#[derive(Serialize, ToSchema)]
#[schema(as = PastExecution)]
pub(crate) struct PastExecutionBody {
    #[serde(flatten)]
    execution: ExecutionBody,
    /// As the block was called then.
    block_name: Option<String>,
    /// Where the block stood then.
    line: Option<u64>,
}

impl From<PastExecution> for PastExecutionBody {
    fn from(it: PastExecution) -> Self {
        let PastExecution { execution, block_name, line } = it;
        Self { execution: execution.into(), block_name, line }
    }
}

/// What an execution was made of.
#[derive(Serialize, ToSchema)]
#[schema(as = ExecutionOrigin)]
pub(crate) struct OriginBody {
    /// As it ran.
    code: String,
    /// The revision of the runbook whose block it was.
    revision: i64,
    block_name: Option<String>,
    /// Line of the block in that revision, counted from 1.
    line: u64,
    /// What the runtime said of itself.
    runtime_version: Option<String>,
    /// Null if it had as long as its session.
    timeout_ms: Option<u64>,
    /// Bytes of output that were kept at most.
    output_bytes: u64,
    /// What its sandbox might use at most.
    memory_bytes: u64,
    /// Names of what it was given.
    inputs: Vec<String>,
}

impl From<Origin> for OriginBody {
    fn from(it: Origin) -> Self {
        Self {
            code: it.code,
            revision: it.revision,
            block_name: it.block_name,
            line: it.line,
            runtime_version: it.runtime_version,
            timeout_ms: it.timeout.and_then(|it| u64::try_from(it.as_millis()).ok()),
            output_bytes: it.output_bytes,
            memory_bytes: it.memory_bytes,
            inputs: it.inputs,
        }
    }
}

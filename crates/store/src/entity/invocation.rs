//! Calls of functions that have ended.

use model::{
    event::Usage,
    function::{Head, Invocation},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

use super::{
    execution::{outcome_details, read_outcome},
    from_column, parse, to_column,
};
use crate::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invocation")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub function: String,
    pub version: i64,
    pub outcome: String,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    /// What was exceeded: milliseconds for `timed_out`, bytes for `out_of_memory`.
    pub outcome_limit: Option<i64>,
    pub duration_ms: i64,
    pub cpu_ms: i64,
    pub peak_memory_bytes: i64,
    pub truncated: bool,
    pub warm: bool,
    pub input: String,
    pub input_bytes: i64,
    pub stdout: String,
    pub stdout_bytes: i64,
    pub stderr: String,
    pub stderr_bytes: i64,
    pub value: String,
    pub value_bytes: i64,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Invocation> for Model {
    fn from(it: &Invocation) -> Self {
        let (signal, outcome_limit) = outcome_details(it.outcome);
        Self {
            id: it.id.to_string(),
            function: it.function.to_string(),
            version: it.version,
            outcome: it.outcome.kind().name().to_owned(),
            exit_code: it.outcome.exit_code(),
            signal,
            outcome_limit,
            duration_ms: to_column(it.usage.duration_ms),
            cpu_ms: to_column(it.usage.cpu_ms),
            peak_memory_bytes: to_column(it.usage.peak_memory_bytes),
            truncated: it.usage.truncated,
            warm: it.warm,
            input: it.input.text.clone(),
            input_bytes: to_column(it.input.bytes),
            stdout: it.stdout.text.clone(),
            stdout_bytes: to_column(it.stdout.bytes),
            stderr: it.stderr.text.clone(),
            stderr_bytes: to_column(it.stderr.bytes),
            value: it.value.text.clone(),
            value_bytes: to_column(it.value.bytes),
            created_at: it.created_at.as_millis(),
        }
    }
}

impl TryFrom<Model> for Invocation {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let head = |text, bytes| Head { text, bytes: from_column(bytes) };
        Ok(Self {
            id: parse("invocation.id", &row.id)?,
            function: parse("invocation.function", &row.function)?,
            version: row.version,
            outcome: read_outcome(
                "invocation.outcome",
                &row.outcome,
                (row.exit_code, row.signal, row.outcome_limit),
            )?,
            usage: Usage {
                duration_ms: from_column(row.duration_ms),
                cpu_ms: from_column(row.cpu_ms),
                peak_memory_bytes: from_column(row.peak_memory_bytes),
                truncated: row.truncated,
                queue_ms: None,
            },
            warm: row.warm,
            input: head(row.input, row.input_bytes),
            stdout: head(row.stdout, row.stdout_bytes),
            stderr: head(row.stderr, row.stderr_bytes),
            value: head(row.value, row.value_bytes),
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

//! What executions were made of, lists of them, and how long they are kept.
//!
//! The code of an execution is kept as it ran, each text once: a block that runs a thousand times unchanged
//! costs its code once. An execution from before this was kept has no origin.

use std::{collections::HashMap, time::Duration};

use model::{
    execution::{Execution, OutcomeKind},
    id::{ExecutionId, RunbookId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, Value,
};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{
        execution::{Column, Entity, FINISHED, Model},
        from_column, parse, to_column, unreadable,
    },
    failure::refuse_nul,
    jobs::{
        dialect::{Dialect, Kind, Writes, all, one, run, texts},
        row::get,
    },
};

/// What an execution was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// As it ran.
    pub code: String,
    /// SHA-256 of it, as 64 hexadecimal digits.
    pub code_hash: String,
    /// The revision of the runbook whose block it was.
    pub revision: i64,
    pub block_name: Option<String>,
    /// Line of the block in that revision, counted from 1.
    pub line: u64,
    /// What the runtime said of itself; `None` where it had not been asked.
    pub runtime_version: Option<String>,
    /// `None` if it had as long as its session.
    pub timeout: Option<Duration>,
    /// Bytes of output that were kept at most.
    pub output_bytes: u64,
    /// What its sandbox might use at most.
    pub memory_bytes: u64,
    /// Names of what it was given.
    pub inputs: Vec<String>,
}

/// Which executions of a runbook a list is about.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    pub block: Option<String>,
    pub outcome: Option<OutcomeFilter>,
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeFilter {
    /// It exited with 0.
    Succeeded,
    /// It ended in any other way.
    Failed,
    Kind(OutcomeKind),
}

/// An execution in a list of them.
#[derive(Clone, Debug)]
pub struct PastExecution {
    pub execution: Execution,
    /// As the block was called then.
    pub block_name: Option<String>,
    /// Where it stood then.
    pub line: Option<u64>,
}

/// What of the history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryBounds {
    /// Executions of one user in one runbook; `None` for all.
    pub per_runbook: Option<u64>,
    /// Those that began before are deleted.
    pub before: Option<Timestamp>,
}

/// How long code stays that no execution names, in milliseconds: one may be about to.
const CODE_STAYS_MS: i64 = 60 * 60 * 1000;

impl Store {
    /// Stores a new execution with what it is made of.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a text holds NUL or the database fails; nothing is stored then.
    pub async fn insert_execution(
        &self,
        execution: &Execution,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        let block = execution.block.as_deref().unwrap_or_default();
        let name = origin.block_name.as_deref().unwrap_or_default();
        let version = origin.runtime_version.as_deref().unwrap_or_default();
        for (field, text) in [
            ("block", block),
            ("content_hash", &execution.content_hash),
            ("runtime", &execution.runtime),
            ("code", &origin.code),
            ("block_name", name),
            ("runtime_version", version),
        ] {
            refuse_nul(field, text)?;
        }
        let transaction = self.begin().await?;
        let row = Model::from(execution).into_active_model();
        Entity::insert(row).exec_without_returning(&transaction).await?;
        let mut writes = Writes::default();
        writes.add(
            "INSERT INTO execution_code (hash, code, used_at) VALUES ($1, $2, $3) \
             ON CONFLICT (hash) DO UPDATE SET used_at = excluded.used_at",
            vec![
                origin.code_hash.as_str().into(),
                origin.code.as_str().into(),
                execution.created_at.as_millis().into(),
            ],
        );
        writes.add(
            "INSERT INTO execution_origin (execution, code, revision, block_name, line, \
             runtime_version, timeout_ms, output_bytes, memory_bytes, inputs) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            origin_values(execution.id, origin),
        );
        writes.run(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes executions with what they were made of and what they said.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; nothing is deleted then.
    pub async fn delete_executions(&self, ids: &[ExecutionId]) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let list = Dialect::of(&transaction).list(1, &[("id", Kind::Text)]);
        for (table, column) in
            [("event", "execution"), ("execution_origin", "execution"), ("execution", "id")]
        {
            let sql = format!("DELETE FROM {table} WHERE {column} IN (SELECT v.id FROM {list})");
            let ids = texts("id", ids.iter().map(ToString::to_string));
            run(&transaction, &sql, vec![ids]).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Deletes code that no execution names any more.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_unused_code(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM execution_code WHERE used_at < $1 AND NOT EXISTS \
            (SELECT 1 FROM execution_origin o WHERE o.code = execution_code.hash)";
        run(&self.writer, sql, vec![(now.as_millis() - CODE_STAYS_MS).into()]).await
    }
}

impl Reader {
    /// What an execution was made of, where that was kept.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn origin(&self, id: ExecutionId) -> Result<Option<Origin>, StoreError> {
        let sql = "SELECT o.*, c.code AS text FROM execution_origin o \
            JOIN execution_code c ON c.hash = o.code WHERE o.execution = $1";
        one(&self.db, sql, vec![id.to_string().into()]).await?.as_ref().map(origin).transpose()
    }

    /// Executions of a user in a runbook, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn history(
        &self,
        user: UserId,
        runbook: RunbookId,
        filter: &HistoryFilter,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<PastExecution>, StoreError> {
        use Column::{Block, CreatedAt, ExitCode, Id, Runbook, State as StateColumn, UserId};
        let mut query = Entity::find()
            .filter(UserId.eq(user.to_string()))
            .filter(Runbook.eq(runbook.to_string()))
            .order_by_desc(CreatedAt)
            .order_by_desc(Id)
            .limit(limit.saturating_add(1));
        if let Some(block) = &filter.block {
            query = query.filter(Block.eq(block.replace('\0', "")));
        }
        query = match filter.outcome {
            None => query,
            Some(OutcomeFilter::Succeeded) => query.filter(ExitCode.eq(0)),
            Some(OutcomeFilter::Failed) => query
                .filter(StateColumn.eq(FINISHED))
                .filter(Condition::any().add(ExitCode.ne(0)).add(ExitCode.is_null())),
            Some(OutcomeFilter::Kind(kind)) => query.filter(Column::Outcome.eq(kind.name())),
        };
        if let Some(after) = after {
            query = query.filter(after.beyond(CreatedAt, Id));
        }
        let rows = query.all(&self.db).await?;
        let executions =
            rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<Execution>, _>>()?;
        let names = self.names(&executions).await?;
        let past = |execution: Execution| {
            let found = names.get(&execution.id.to_string()).cloned();
            let (block_name, line) = found.map_or((None, None), |it| (it.0, Some(it.1)));
            PastExecution { execution, block_name, line }
        };
        let items = executions.into_iter().map(past).collect();
        Ok(Page::new(items, limit, |it: &PastExecution| Cursor {
            key: it.execution.created_at.as_millis(),
            id: it.execution.id.to_string(),
        }))
    }

    /// What the blocks of executions were called, and where they stood.
    async fn names(
        &self,
        executions: &[Execution],
    ) -> Result<HashMap<String, (Option<String>, u64)>, StoreError> {
        let list = Dialect::of(&self.db).list(1, &[("id", Kind::Text)]);
        let sql = format!(
            "SELECT execution, block_name, line FROM execution_origin \
             WHERE execution IN (SELECT v.id FROM {list})"
        );
        let ids = texts("id", executions.iter().map(|it| it.id.to_string()));
        let rows = all(&self.db, &sql, vec![ids]).await?;
        let named = |it: &QueryResult| {
            Ok((get(it, "execution")?, (get(it, "block_name")?, from_column(get(it, "line")?))))
        };
        rows.iter().map(named).collect()
    }

    /// Executions that are out of bounds, at most so many. The latest of each block is always within.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn outdated_executions(
        &self,
        bounds: HistoryBounds,
        limit: u64,
    ) -> Result<Vec<ExecutionId>, StoreError> {
        let sql = "SELECT id FROM (SELECT id, state, created_at, \
                ROW_NUMBER() OVER (PARTITION BY user_id, runbook ORDER BY created_at DESC, id DESC) AS place, \
                ROW_NUMBER() OVER (PARTITION BY user_id, runbook, block ORDER BY created_at DESC, id DESC) AS turn \
                FROM execution WHERE runbook IS NOT NULL) counted \
            WHERE state = 'finished' AND turn > 1 AND (place > $1 OR created_at < $2) LIMIT $3";
        let values: Vec<Value> = vec![
            bounds.per_runbook.map_or(i64::MAX, to_column).into(),
            bounds.before.map_or(i64::MIN, Timestamp::as_millis).into(),
            to_column(limit).into(),
        ];
        let rows = all(&self.db, sql, values).await?;
        rows.iter().map(|it| parse("execution.id", &get::<String>(it, "id")?)).collect()
    }
}

fn origin_values(id: ExecutionId, origin: &Origin) -> Vec<Value> {
    let timeout = origin.timeout.map(|it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX));
    vec![
        id.to_string().into(),
        origin.code_hash.as_str().into(),
        origin.revision.into(),
        origin.block_name.clone().into(),
        to_column(origin.line).into(),
        origin.runtime_version.clone().into(),
        timeout.into(),
        to_column(origin.output_bytes).into(),
        to_column(origin.memory_bytes).into(),
        serde_json::json!(origin.inputs).to_string().into(),
    ]
}

fn origin(row: &QueryResult) -> Result<Origin, StoreError> {
    let inputs: String = get(row, "inputs")?;
    let timeout: Option<i64> = get(row, "timeout_ms")?;
    Ok(Origin {
        code: get(row, "text")?,
        code_hash: get(row, "code")?,
        revision: get(row, "revision")?,
        block_name: get(row, "block_name")?,
        line: from_column(get(row, "line")?),
        runtime_version: get(row, "runtime_version")?,
        timeout: timeout.map(|it| Duration::from_millis(from_column(it))),
        output_bytes: from_column(get(row, "output_bytes")?),
        memory_bytes: from_column(get(row, "memory_bytes")?),
        inputs: serde_json::from_str(&inputs)
            .map_err(|_| unreadable("execution_origin.inputs", &inputs))?,
    })
}

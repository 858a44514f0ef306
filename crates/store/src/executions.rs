//! Executions without what they wrote, which is in `events`. A finished one never changes.

use model::{
    event::{Event, Usage},
    execution::{Execution, Outcome, State},
    id::{ExecutionId, RunbookId, SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, Statement, UpdateMany,
    sea_query::Expr,
};

use crate::{
    Reader, Store, StoreError,
    entity::{
        execution::{Column, Entity, FINISHED, outcome_details, state_column},
        to_column,
    },
    events,
};

/// The inner query is one step in an index, and both databases understand it.
const LATEST: &str = "SELECT e.* FROM execution e \
    WHERE e.user_id = $1 AND e.runbook = $2 AND e.id = (\
        SELECT i.id FROM execution i \
        WHERE i.user_id = $1 AND i.runbook = $2 AND i.block = e.block \
        ORDER BY i.created_at DESC, i.id DESC LIMIT 1) \
    ORDER BY e.created_at, e.id";

impl Store {
    /// Moves an execution to another state at a time: when it becomes running, it started then, and when it
    /// finishes, it finished then. Returns whether it was there and not finished.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn update_execution(
        &self,
        id: ExecutionId,
        state: State,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let updated = change(id, state, at).exec(&self.writer).await?;
        Ok(updated.rows_affected > 0)
    }

    /// Stores the last events of an execution and that it finished, both or neither.
    ///
    /// Returns whether it was there and not finished; if not, nothing is stored.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn finish_execution(
        &self,
        id: ExecutionId,
        outcome: Outcome,
        usage: Usage,
        at: Timestamp,
        last_events: &[Event],
    ) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let updated = change(id, State::Finished(outcome), at)
            .col_expr(Column::DurationMs, Expr::value(to_column(usage.duration_ms)))
            .col_expr(Column::CpuMs, Expr::value(to_column(usage.cpu_ms)))
            .col_expr(Column::PeakMemoryBytes, Expr::value(to_column(usage.peak_memory_bytes)))
            .col_expr(Column::Truncated, Expr::value(usage.truncated))
            .exec(&transaction)
            .await?;
        if updated.rows_affected == 0 {
            return Ok(false);
        }
        events::insert(&transaction, id, last_events).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn execution(&self, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
        let row = Entity::find_by_id(id.to_string()).one(&self.db).await?;
        row.map(Execution::try_from).transpose()
    }

    /// The executions of a session, the oldest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn executions_of_session(
        &self,
        session: SessionId,
    ) -> Result<Vec<Execution>, StoreError> {
        self.executions(Condition::all().add(Column::Session.eq(session.to_string()))).await
    }

    /// Of each block of a runbook that the user ever ran, the latest execution; the oldest of them first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn latest_executions(
        &self,
        user: UserId,
        runbook: RunbookId,
    ) -> Result<Vec<Execution>, StoreError> {
        let values = [user.to_string().into(), runbook.to_string().into()];
        let backend = self.db.get_database_backend();
        let query = Statement::from_sql_and_values(backend, LATEST, values);
        let rows = Entity::find().from_raw_sql(query).all(&self.db).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The executions of everybody that are not finished, the oldest first. At start-up, those that an
    /// earlier program left behind.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn unfinished_executions(&self) -> Result<Vec<Execution>, StoreError> {
        self.executions(Condition::all().add(Column::State.ne(FINISHED))).await
    }

    async fn executions(&self, which: Condition) -> Result<Vec<Execution>, StoreError> {
        let query = Entity::find().filter(which).order_by_asc(Column::CreatedAt);
        let rows = query.order_by_asc(Column::Id).all(&self.db).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

fn change(id: ExecutionId, state: State, at: Timestamp) -> UpdateMany<Entity> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(state_column(state)))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::State.ne(FINISHED));
    match state {
        State::Queued | State::Stopping => update,
        State::Running => update.col_expr(Column::StartedAt, Expr::value(at.as_millis())),
        State::Finished(outcome) => {
            let (signal, limit) = outcome_details(outcome);
            update
                .col_expr(Column::FinishedAt, Expr::value(at.as_millis()))
                .col_expr(Column::Outcome, Expr::value(outcome.kind().name()))
                .col_expr(Column::ExitCode, Expr::value(outcome.exit_code()))
                .col_expr(Column::Signal, Expr::value(signal))
                .col_expr(Column::OutcomeLimit, Expr::value(limit))
        }
    }
}

//! Events of executions. They are added and read, never changed or removed.

use model::{event::Event, id::ExecutionId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, InsertStatement, Query},
};

use crate::{
    Reader, Store, StoreError,
    entity::{
        event::{Column, Entity},
        from_column, to_column,
    },
};

/// Rows per statement. PostgreSQL takes 65,535 values and SQLite 32,766; a row has four.
const ROWS: usize = 512;

/// An event as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    pub seq: u64,
    /// The JSON of [`model::event::Event`], `seq` included.
    pub body: String,
}

impl Store {
    /// Adds events to an execution, all or none. Their numbers must be new.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if a number is taken, there is no such execution, or the database fails.
    pub async fn append_events(
        &self,
        execution: ExecutionId,
        events: &[Event],
    ) -> Result<(), StoreError> {
        if events.len() <= ROWS {
            return insert(&self.writer, execution, events).await;
        }
        let transaction = self.begin().await?;
        insert(&transaction, execution, events).await?;
        Ok(transaction.commit().await?)
    }
}

impl Reader {
    /// Up to `limit` events of an execution in their order, beginning with number `from_seq`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn events(
        &self,
        execution: ExecutionId,
        from_seq: u64,
        limit: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<(i64, String)> = Entity::find()
            .select_only()
            .column(Column::Seq)
            .column(Column::Body)
            .filter(Column::Execution.eq(execution.to_string()))
            .filter(Column::Seq.gte(to_column(from_seq)))
            .order_by_asc(Column::Seq)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        let stored = |(seq, body)| StoredEvent { seq: from_column(seq), body };
        Ok(rows.into_iter().map(stored).collect())
    }

    /// The number of the last event of an execution; `None` if it has none.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn last_seq(&self, execution: ExecutionId) -> Result<Option<u64>, StoreError> {
        let last: Option<i64> = Entity::find()
            .select_only()
            .column(Column::Seq)
            .filter(Column::Execution.eq(execution.to_string()))
            .order_by_desc(Column::Seq)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(last.map(from_column))
    }
}

/// Inserts events in as few statements as the databases allow. All or none only within a transaction, or
/// when they fit into one statement.
pub(crate) async fn insert(
    db: &impl ConnectionTrait,
    execution: ExecutionId,
    events: &[Event],
) -> Result<(), StoreError> {
    let id = execution.to_string();
    for rows in events.chunks(ROWS) {
        db.execute(&statement(&id, rows)?).await?;
    }
    Ok(())
}

fn statement(execution: &str, events: &[Event]) -> Result<InsertStatement, StoreError> {
    let mut insert = Query::insert();
    insert.into_table(Entity).columns([Column::Execution, Column::Seq, Column::At, Column::Body]);
    for event in events {
        // JSON escapes NUL, so that any event can be stored.
        let body = serde_json::to_string(event)
            .map_err(|it| StoreError::Internal { source: sea_orm::DbErr::Json(it.to_string()) })?;
        insert.values_panic([
            Expr::value(execution),
            Expr::value(to_column(event.seq)),
            Expr::value(event.at.as_millis()),
            Expr::value(body),
        ]);
    }
    Ok(insert)
}

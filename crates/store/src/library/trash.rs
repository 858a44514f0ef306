//! Runbooks that were thrown away: they come back as they were, until they are deleted for good.

use model::{
    id::{RunbookId, UserId},
    runbook::Runbook,
    time::Timestamp,
};
use sea_orm::{QueryResult, Value};

use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{parse, to_column},
    jobs::{
        dialect::{Dialect, all, one, run},
        row::get,
    },
    search::runbook,
};

/// A runbook that was thrown away.
#[derive(Clone, Debug)]
pub struct Trashed {
    pub runbook: Runbook,
    pub deleted_at: Timestamp,
}

/// Tables whose rows belong to a runbook, those that others refer to last. Executions go before.
pub(crate) const OF_RUNBOOK: [&str; 8] = [
    "search_entry",
    "label",
    "shelf",
    "runbook_input",
    "live_change",
    "live_text",
    "session",
    "revision",
];

/// Executions of a runbook that are deleted at once.
const AT_ONCE: u64 = 50;

impl Store {
    /// Brings a runbook back from the trash of its owner. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn restore_runbook(&self, id: RunbookId, owner: UserId) -> Result<bool, StoreError> {
        let sql = "UPDATE runbook SET deleted_at = NULL \
            WHERE id = $1 AND owner = $2 AND deleted_at IS NOT NULL";
        let values = vec![id.to_string().into(), owner.to_string().into()];
        Ok(run(&self.writer, sql, values).await? > 0)
    }

    /// Deletes a runbook that was thrown away, with its revisions, executions and output. Returns whether it
    /// was in the trash.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; what is left then is still in the trash.
    pub async fn purge_runbook(&self, id: RunbookId) -> Result<bool, StoreError> {
        let key = id.to_string();
        if !self.is_trashed(&key).await? {
            return Ok(false);
        }
        // Outputs are what is large: in several transactions, so that others may write in between.
        loop {
            let sql = "SELECT id FROM execution WHERE runbook = $1 LIMIT $2";
            let values = vec![key.as_str().into(), to_column(AT_ONCE).into()];
            let rows = all(&self.writer, sql, values).await?;
            if rows.is_empty() {
                break;
            }
            let ids = rows.iter().map(|it| parse("execution.id", &get::<String>(it, "id")?));
            self.delete_executions(&ids.collect::<Result<Vec<_>, _>>()?).await?;
        }
        let transaction = self.begin().await?;
        if Dialect::of(&transaction) == Dialect::Sqlite {
            let sql = "DELETE FROM search_words WHERE rowid IN \
                (SELECT entry FROM search_entry WHERE runbook = $1)";
            run(&transaction, sql, vec![key.as_str().into()]).await?;
        }
        for table in OF_RUNBOOK {
            let sql = format!("DELETE FROM {table} WHERE runbook = $1");
            run(&transaction, &sql, vec![key.as_str().into()]).await?;
        }
        let sql = "DELETE FROM runbook WHERE id = $1 AND deleted_at IS NOT NULL";
        let deleted = run(&transaction, sql, vec![key.into()]).await?;
        if deleted > 0 {
            // Otherwise somebody restored it meanwhile, and keeps what there is.
            transaction.commit().await?;
        }
        Ok(deleted > 0)
    }

    async fn is_trashed(&self, key: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 AS there FROM runbook WHERE id = $1 AND deleted_at IS NOT NULL";
        Ok(one(&self.writer, sql, vec![key.into()]).await?.is_some())
    }
}

impl Reader {
    /// What a user threw away, the last one first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn trash(
        &self,
        owner: UserId,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Trashed>, StoreError> {
        let mut values: Vec<Value> =
            vec![owner.to_string().into(), to_column(limit.saturating_add(1)).into()];
        let mut beyond = String::new();
        if let Some(Cursor { key, id }) = after {
            values.extend([Value::from(*key), Value::from(id.as_str())]);
            beyond = "AND (deleted_at < $3 OR (deleted_at = $3 AND id < $4))".to_owned();
        }
        let sql = format!(
            "SELECT * FROM runbook WHERE owner = $1 AND deleted_at IS NOT NULL {beyond} \
             ORDER BY deleted_at DESC, id DESC LIMIT $2"
        );
        let rows = all(&self.db, &sql, values).await?;
        let trashed = |it: &QueryResult| {
            let deleted_at = Timestamp::from_millis(get(it, "deleted_at")?);
            Ok::<_, StoreError>(Trashed { runbook: runbook(it)?, deleted_at })
        };
        let items = rows.iter().map(trashed).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(items, limit, |it| Cursor {
            key: it.deleted_at.as_millis(),
            id: it.runbook.id.to_string(),
        }))
    }

    /// What anybody threw away before a moment.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn trashed_before(
        &self,
        before: Timestamp,
        limit: u64,
    ) -> Result<Vec<RunbookId>, StoreError> {
        let sql = "SELECT id FROM runbook WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2";
        let rows =
            all(&self.db, sql, vec![before.as_millis().into(), to_column(limit).into()]).await?;
        rows.iter().map(|it| parse("runbook.id", &get::<String>(it, "id")?)).collect()
    }

    /// Whether a runbook is in the trash of a user.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn is_in_trash_of(&self, id: RunbookId, owner: UserId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 AS there FROM runbook \
            WHERE id = $1 AND owner = $2 AND deleted_at IS NOT NULL";
        let values = vec![id.to_string().into(), owner.to_string().into()];
        Ok(one(&self.db, sql, values).await?.is_some())
    }
}

//! Webhooks of jobs that have ended: who is to be told, how often that was tried, and when it is again.
//!
//! A try is taken as a job is, by one hub at a time, and is written down before it is made. So a hub that dies
//! while it tells costs a try, and no job is forgotten.

use std::time::Duration;

use model::{id::JobId, job::Job};
use serde_json::json;

use super::{
    dialect::{Dialect, Kind, all, json, run},
    row::{COLUMNS, get, job},
    workers::millis,
};
use crate::{
    Store, StoreError,
    entity::{from_column, to_column},
};

/// A job whose webhook somebody is about to tell.
#[derive(Clone, Debug)]
pub struct Telling {
    pub job: Job,
    /// This one included.
    pub tries: u32,
}

impl Store {
    /// Takes up to `limit` tries that are due, the one that waits for the longest time first. Unless it is said
    /// within `hold` what became of one, somebody else may try.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn take_webhooks(
        &self,
        limit: u64,
        hold: Duration,
    ) -> Result<Vec<Telling>, StoreError> {
        let transaction = self.begin().await?;
        let dialect = Dialect::of(&transaction);
        let columns: Vec<_> = COLUMNS.iter().map(|it| format!("h.{it}")).collect();
        // Only rows of the history are locked, which whoever tells changes as well.
        let locked = if dialect.is_postgres() { " FOR UPDATE OF h SKIP LOCKED" } else { "" };
        let sql = format!(
            "SELECT {columns}, COALESCE(w.tries, 0) + 1 AS tries FROM job_history h \
             LEFT JOIN job_webhook w ON w.job = h.id \
             WHERE h.webhook AND COALESCE(w.due_at, 0) <= {now} \
             ORDER BY COALESCE(w.due_at, h.ended_at) LIMIT $1{locked}",
            columns = columns.join(", "),
            now = dialect.now(),
        );
        let rows = all(&transaction, &sql, vec![to_column(limit).into()]).await?;
        let taken = rows.iter().map(telling).collect::<Result<Vec<_>, _>>()?;
        if !taken.is_empty() {
            let columns = [("job", Kind::Text), ("tries", Kind::Number)];
            let sql = format!(
                "INSERT INTO job_webhook (job, tries, due_at) \
                 SELECT v.job, v.tries, {now} + $2 FROM {list} WHERE true \
                 ON CONFLICT (job) DO UPDATE SET tries = excluded.tries, due_at = excluded.due_at",
                now = dialect.now(),
                list = dialect.list(1, &columns),
            );
            let row = |it: &Telling| json!({ "job": it.job.id.to_string(), "tries": it.tries });
            let rows = json(taken.iter().map(row).collect());
            run(&transaction, &sql, vec![rows, millis(hold).into()]).await?;
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// Says that a try came to nothing, and that the next one is due after `pause`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn tell_again(
        &self,
        job: JobId,
        tries: u32,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE job_webhook SET due_at = {now} + $3 WHERE job = $1 AND tries = $2",
            now = Dialect::of(&self.writer).now(),
        );
        let values = vec![job.to_string().into(), i64::from(tries).into(), millis(pause).into()];
        run(&self.writer, &sql, values).await?;
        Ok(())
    }

    /// Says that the webhook of a job was told, or that it was given up. Returns whether this was the
    /// first to say so.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn job_was_told(&self, id: JobId) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let id = id.to_string();
        let sql = "UPDATE job_history SET webhook = FALSE WHERE id = $1 AND webhook";
        let told = run(&transaction, sql, vec![id.as_str().into()]).await?;
        let sql = "DELETE FROM job_webhook WHERE job = $1";
        run(&transaction, sql, vec![id.as_str().into()]).await?;
        transaction.commit().await?;
        Ok(told > 0)
    }
}

fn telling(row: &sea_orm::QueryResult) -> Result<Telling, StoreError> {
    let tries = u32::try_from(from_column(get(row, "tries")?)).unwrap_or(u32::MAX);
    Ok(Telling { job: job(row)?, tries })
}

//! What jobs said: appended in order by whoever holds the claim that counts, and never changed.

use std::collections::BTreeSet;

use model::{event::Event, id::JobId, job::Held};
use sea_orm::DatabaseTransaction;
use serde_json::json;

use super::{
    Wake,
    dialect::{Dialect, Kind, Writes, all, json, one},
    row::{get, to_json},
    settle::held_row,
};
use crate::{
    Reader, Store, StoreError, StoredEvent,
    entity::{from_column, parse, to_column},
};

/// Events of one job, by the claim of its worker.
#[derive(Clone, Debug)]
pub struct Appended {
    pub held: Held,
    pub events: Vec<Event>,
}

impl Store {
    /// Adds events to jobs, all or none. Returns the jobs whose claim does not count any more; nothing of
    /// them is added, and their programs are to be killed.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; nothing is added then.
    pub async fn append_job_events(
        &self,
        appended: &[Appended],
    ) -> Result<BTreeSet<JobId>, StoreError> {
        let transaction = self.begin_queued().await?;
        let dialect = Dialect::of(&transaction);
        let columns = [("id", Kind::Text), ("fence", Kind::Number), ("worker", Kind::Text)];
        // Whoever wants to give a job to another worker waits until this is stored.
        let sql = format!(
            "SELECT id FROM job WHERE (id, fence, worker) IN \
             (SELECT v.id, v.fence, v.worker FROM {}) AND state = 'leased' ORDER BY id{}",
            dialect.list(1, &columns),
            dialect.kept(),
        );
        let held = json(appended.iter().map(|it| held_row(&it.held)).collect());
        let mut counted = BTreeSet::new();
        for row in all(&transaction, &sql, vec![held]).await? {
            let id: String = get(&row, "id")?;
            counted.insert(parse::<JobId>("job.id", &id)?);
        }
        let mut rows = Vec::new();
        for Appended { held, events } in appended.iter().filter(|it| counted.contains(&it.held.job))
        {
            let job = held.job.to_string();
            for event in events {
                let (at, body) = (event.at.as_millis(), to_json(event)?);
                rows.push(json!({ "job": job, "seq": event.seq, "at": at, "body": body }));
            }
        }
        let mut writes = Writes::default();
        insert(&mut writes, dialect, rows);
        writes.run(&transaction).await?;
        transaction.commit().await?;
        for job in &counted {
            self.bell.ring(Wake::Events(*job));
        }
        Ok(appended.iter().map(|it| it.held.job).filter(|it| !counted.contains(it)).collect())
    }
}

/// Whether the claim counts and its program was started; that stays so until the transaction ends.
pub(crate) async fn is_running(
    transaction: &DatabaseTransaction,
    held: Held,
) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT id FROM job WHERE id = $1 AND fence = $2 AND worker = $3 \
         AND state = 'leased' AND started_at IS NOT NULL{}",
        Dialect::of(transaction).kept()
    );
    let values =
        vec![held.job.to_string().into(), held.fence.into(), held.worker.to_string().into()];
    Ok(one(transaction, &sql, values).await?.is_some())
}

/// Inserts rows of `job`, `seq`, `at` and `body`.
pub(super) fn insert(writes: &mut Writes, dialect: Dialect, rows: Vec<serde_json::Value>) {
    if rows.is_empty() {
        return;
    }
    let columns =
        [("job", Kind::Text), ("seq", Kind::Number), ("at", Kind::Number), ("body", Kind::Text)];
    let list = dialect.list(1, &columns);
    let sql = format!(
        "INSERT INTO job_event (job, seq, at, body) SELECT v.job, v.seq, v.at, v.body FROM {list} \
         WHERE true ON CONFLICT (job, seq) DO NOTHING"
    );
    writes.add(sql, vec![json(rows)]);
}

impl Reader {
    /// Up to `limit` events of a job in their order, beginning with number `from_seq`.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn job_events(
        &self,
        job: JobId,
        from_seq: u64,
        limit: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = "SELECT seq, body FROM job_event WHERE job = $1 AND seq >= $2 \
            ORDER BY seq LIMIT $3";
        let values =
            vec![job.to_string().into(), to_column(from_seq).into(), to_column(limit).into()];
        let stored = |row| -> Result<StoredEvent, StoreError> {
            Ok(StoredEvent { seq: from_column(get(row, "seq")?), body: get(row, "body")? })
        };
        all(&self.db, sql, values).await?.iter().map(stored).collect()
    }
}

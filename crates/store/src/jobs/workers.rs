//! Workers: who is there, what they have, and until when it is theirs.
//!
//! The lease is one of the worker, not of each job: renewing it is one row, whatever the worker holds. A
//! worker that was given up never comes back under its id.

use std::{collections::BTreeSet, time::Duration};

use model::{
    id::{JobId, WorkerId},
    job::{Held, Worker, WorkerState},
    time::Timestamp,
};
use sea_orm::QueryResult;

use super::{
    dialect::{Dialect, all, one, run},
    row::{get, read_json, to_json},
    set_back::TICK_MS,
};
use crate::{
    Reader, Store, StoreError,
    entity::{from_column, parse, to_column, unreadable},
};

/// A worker that says what it can.
#[derive(Clone, Debug)]
pub struct NewWorker {
    pub id: WorkerId,
    pub host: String,
    pub version: String,
    pub backends: Vec<String>,
    pub runtimes: Vec<String>,
    pub slots: u32,
}

/// What a worker hears when it renews its lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It was given up, and everything that it has is somebody else's by now.
    Lost,
    Renewed {
        /// Jobs whose owner wants them to stop.
        cancelled: BTreeSet<JobId>,
        /// Jobs that it thinks it has, and does not.
        lost: BTreeSet<Held>,
        /// Jobs that it has and does not know of, because the answer to a claim was lost or their end could
        /// not be stored. Nothing of them runs there.
        unknown: BTreeSet<Held>,
    },
}

impl Store {
    /// Makes a worker known. `lease` is how long it may be silent.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn register_worker(
        &self,
        new: &NewWorker,
        lease: Duration,
    ) -> Result<(), StoreError> {
        let now = Dialect::of(&self.queue).now();
        let sql = format!(
            "INSERT INTO job_worker (id, host, version, backends, runtimes, slots, free, state, \
             started_at, seen_at, lease_until) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, 'active', {now}, {now}, {now} + $7)"
        );
        let clean = |it: &str| it.replace('\0', "");
        let values = vec![
            new.id.to_string().into(),
            clean(&new.host).into(),
            clean(&new.version).into(),
            to_json(&new.backends)?.into(),
            to_json(&new.runtimes)?.into(),
            i64::from(new.slots).into(),
            millis(lease).into(),
        ];
        run(&self.queue, &sql, values).await?;
        Ok(())
    }

    /// Ends the leases of all workers. Whoever has locked a database for itself knows that they are gone, and
    /// need not wait until they have been silent for long enough.
    pub(crate) async fn end_leases(&self) -> Result<(), StoreError> {
        let sql = "UPDATE job_worker SET lease_until = 0 WHERE state <> 'gone'";
        run(&self.queue, sql, Vec::new()).await?;
        Ok(())
    }

    /// Renews the lease of all that a worker has, and tells it what it cannot know. An answer to a claim may
    /// be on its way for a third of the lease, until the job counts as unheard of.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; the lease is not renewed then.
    pub async fn renew_worker(
        &self,
        id: WorkerId,
        held: &BTreeSet<Held>,
        free: u32,
        lease: Duration,
    ) -> Result<Renewal, StoreError> {
        let now = Dialect::of(&self.queue).now();
        let sql = format!(
            "UPDATE job_worker SET lease_until = {now} + $2, free = $3, \
             seen_at = CASE WHEN seen_at > {now} + {TICK_MS} THEN seen_at ELSE {now} END \
             WHERE id = $1 AND state <> 'gone'"
        );
        let values = vec![id.to_string().into(), millis(lease).into(), i64::from(free).into()];
        if run(&self.queue, &sql, values).await? == 0 {
            return Ok(Renewal::Lost);
        }
        self.compare(id, held, millis(lease / 3)).await
    }

    async fn compare(
        &self,
        id: WorkerId,
        held: &BTreeSet<Held>,
        on_the_way_ms: i64,
    ) -> Result<Renewal, StoreError> {
        let now = Dialect::of(&self.queue).now();
        let sql = format!(
            "SELECT id, fence, cancelling, {now} - claimed_at AS age FROM job WHERE worker = $1"
        );
        let (mut cancelled, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        let mut lost = held.clone();
        for row in all(&self.queue, &sql, vec![id.to_string().into()]).await? {
            let text: String = get(&row, "id")?;
            let (job, fence) = (parse("job.id", &text)?, get(&row, "fence")?);
            let found = Held { job, fence, worker: id };
            if get(&row, "cancelling")? {
                cancelled.insert(found.job);
            }
            let age: Option<i64> = get(&row, "age")?;
            let is_old = age.is_some_and(|it| it > on_the_way_ms);
            if !lost.remove(&found) && is_old {
                unknown.insert(found);
            }
        }
        Ok(Renewal::Renewed { cancelled, lost, unknown })
    }

    /// The jobs of a worker whose owners want them to stop.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn cancelled_jobs(&self, worker: WorkerId) -> Result<BTreeSet<JobId>, StoreError> {
        let sql = "SELECT id FROM job WHERE worker = $1 AND cancelling";
        let rows = all(&self.queue, sql, vec![worker.to_string().into()]).await?;
        let id = |row| -> Result<JobId, StoreError> {
            let text: String = get(row, "id")?;
            parse("job.id", &text)
        };
        rows.iter().map(id).collect()
    }

    /// Says that a worker takes nothing new.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn drain_worker(&self, id: WorkerId) -> Result<(), StoreError> {
        let sql = "UPDATE job_worker SET state = 'draining' WHERE id = $1 AND state = 'active'";
        run(&self.queue, sql, vec![id.to_string().into()]).await?;
        Ok(())
    }

    /// Says that a worker has ended and has no jobs left. If it has some, they are given up when its lease
    /// is over.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn retire_worker(&self, id: WorkerId) -> Result<(), StoreError> {
        let sql = "UPDATE job_worker SET state = 'gone', free = 0 WHERE id = $1 \
            AND NOT EXISTS (SELECT 1 FROM job WHERE worker = $1)";
        run(&self.queue, sql, vec![id.to_string().into()]).await?;
        Ok(())
    }
}

impl Reader {
    /// Workers that are there, the one that was started first at the beginning.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn workers(&self) -> Result<Vec<Worker>, StoreError> {
        let sql = "SELECT * FROM job_worker WHERE state <> 'gone' ORDER BY started_at, id";
        all(&self.db, sql, Vec::new()).await?.iter().map(worker).collect()
    }

    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn worker(&self, id: WorkerId) -> Result<Option<Worker>, StoreError> {
        let sql = "SELECT * FROM job_worker WHERE id = $1";
        let row = one(&self.db, sql, vec![id.to_string().into()]).await?;
        row.as_ref().map(worker).transpose()
    }
}

fn worker(row: &QueryResult) -> Result<Worker, StoreError> {
    let (id, state): (String, String) = (get(row, "id")?, get(row, "state")?);
    let (backends, runtimes): (String, String) = (get(row, "backends")?, get(row, "runtimes")?);
    let found = WorkerState::ALL.into_iter().find(|it| it.name() == state);
    let count = |column| -> Result<u32, StoreError> {
        Ok(u32::try_from(from_column(get(row, column)?)).unwrap_or(u32::MAX))
    };
    let time =
        |column| -> Result<Timestamp, StoreError> { Ok(Timestamp::from_millis(get(row, column)?)) };
    Ok(Worker {
        id: parse("job_worker.id", &id)?,
        host: get(row, "host")?,
        version: get(row, "version")?,
        backends: read_json("job_worker.backends", &backends)?,
        runtimes: read_json("job_worker.runtimes", &runtimes)?,
        slots: count("slots")?,
        free: count("free")?,
        state: found.ok_or_else(|| unreadable("job_worker.state", &state))?,
        started_at: time("started_at")?,
        seen_at: time("seen_at")?,
        lease_until: time("lease_until")?,
    })
}

pub(super) fn millis(duration: Duration) -> i64 {
    to_column(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

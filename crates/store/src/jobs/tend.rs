//! What somebody has to look after once in a while: jobs whose time has come, workers that are silent, and
//! what is too old. Any number of programs may do so at once.

use std::{collections::BTreeSet, time::Duration};

use model::{
    id::{JobId, WorkerId},
    job::{AttemptEnd, Command, Report},
    time::Timestamp,
};

use super::{
    Wake,
    change::Change,
    dialect::{Dialect, all, one, run},
    row::{Stage, get},
    settle::Step,
};
use crate::{
    Store, StoreError,
    entity::{from_column, parse},
};

/// Jobs that are looked after in one transaction.
const AT_ONCE: i64 = 200;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Tended {
    /// Until the next job's time comes; `None` if none waits for it.
    pub next_due: Option<Duration>,
    /// Workers that were given up.
    pub gone: Vec<WorkerId>,
}

impl Store {
    /// Offers jobs whose time has come and gives up workers that were silent for longer than their lease.
    /// `draw` is any random number.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn tend_jobs(&self, draw: u32) -> Result<Tended, StoreError> {
        self.see_clock_set_back().await?;
        let gone = self.give_up_workers(draw).await?;
        self.offer_due().await?;
        self.offer_held().await?;
        let now = Dialect::of(&self.queue).now();
        let sql = format!(
            "SELECT {now} AS now, (SELECT MIN(run_at) FROM job WHERE state = 'scheduled') AS due"
        );
        let row = one(&self.queue, &sql, Vec::new()).await?;
        let (now, due): (i64, Option<i64>) = match row {
            Some(row) => (get(&row, "now")?, get(&row, "due")?),
            None => (0, None),
        };
        let next_due = due.map(|it| Duration::from_millis(from_column((it - now).max(0))));
        Ok(Tended { next_due, gone })
    }

    /// Jobs that wait for their time, and it has come.
    async fn offer_due(&self) -> Result<(), StoreError> {
        loop {
            let now = Dialect::of(&self.queue).now();
            let sql = format!(
                "SELECT id, account FROM job WHERE state = 'scheduled' AND run_at <= {now} \
                 ORDER BY run_at LIMIT {AT_ONCE}"
            );
            let found = self.ids(&sql).await?;
            let is_all = i64::try_from(found.0.len()).unwrap_or(i64::MAX) < AT_ONCE;
            self.offer(found, Stage::Scheduled).await?;
            if is_all {
                return Ok(());
            }
        }
    }

    /// Jobs behind a gate that has room, because the ones before them wait behind another one.
    async fn offer_held(&self) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT j.id, j.account FROM job j JOIN job_gate g \
             ON g.account = j.account AND g.name = j.held_by \
             WHERE j.state = 'held' AND g.passed < g.cap ORDER BY j.rank LIMIT {AT_ONCE}"
        );
        let found = self.ids(&sql).await?;
        self.offer(found, Stage::Held).await
    }

    async fn ids(&self, sql: &str) -> Result<(Vec<String>, BTreeSet<String>), StoreError> {
        let (mut ids, mut accounts) = (Vec::new(), BTreeSet::new());
        for row in all(&self.queue, sql, Vec::new()).await? {
            ids.push(get(&row, "id")?);
            accounts.insert(get(&row, "account")?);
        }
        Ok((ids, accounts))
    }

    async fn offer(
        &self,
        (ids, accounts): (Vec<String>, BTreeSet<String>),
        stage: Stage,
    ) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let transaction = self.begin_queued().await?;
        let mut change = Change::begin(&transaction, &accounts, 0).await?;
        let mut loaded = change.load(ids).await?;
        loaded.sort_by_key(|it| (it.rank, it.id));
        for moving in loaded.into_iter().filter(|it| it.stage == stage) {
            change.place(moving).await?;
        }
        let offered = change.finish().await?;
        transaction.commit().await?;
        if offered {
            self.bell.ring(Wake::Work);
        }
        Ok(())
    }

    async fn give_up_workers(&self, draw: u32) -> Result<Vec<WorkerId>, StoreError> {
        let now = Dialect::of(&self.queue).now();
        let sql = format!(
            "UPDATE job_worker SET state = 'gone', free = 0 \
             WHERE lease_until < {now} AND state <> 'gone' RETURNING id"
        );
        let mut gone = Vec::new();
        for row in all(&self.queue, &sql, Vec::new()).await? {
            let id: String = get(&row, "id")?;
            gone.push(parse("job_worker.id", &id)?);
        }
        self.give_up_jobs(draw).await?;
        Ok(gone)
    }

    /// Gives up the jobs of workers that are gone, also of those that somebody else found who then ended.
    async fn give_up_jobs(&self, draw: u32) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT j.id, j.account, j.fence, j.worker FROM job j JOIN job_worker w \
             ON w.id = j.worker WHERE w.state = 'gone' LIMIT {AT_ONCE}"
        );
        let mut steps = std::collections::BTreeMap::new();
        for row in all(&self.queue, &sql, Vec::new()).await? {
            let (id, account, worker): (String, String, String) =
                (get(&row, "id")?, get(&row, "account")?, get(&row, "worker")?);
            let reason = Some(format!("its worker {worker} was not heard of any more"));
            let report = Report { end: AttemptEnd::Lost, reason, summary: None };
            let command = Command::Expire { fence: get(&row, "fence")? };
            let by = Some(parse("job.worker", &worker)?);
            let step = Step::new(account, by, command, report);
            steps.insert(parse::<JobId>("job.id", &id)?, step);
        }
        self.step(steps, draw).await?;
        Ok(())
    }

    /// Deletes what ended before a time: jobs with all that they said, and workers. Returns how many jobs.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_jobs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT id FROM job_history WHERE ended_at < $1 ORDER BY ended_at LIMIT 500";
        let rows = all(&self.queue, sql, vec![before.as_millis().into()]).await?;
        let mut forgotten = 0;
        for row in rows {
            let id: String = get(&row, "id")?;
            forgotten += u64::from(self.delete_job(parse("job_history.id", &id)?).await?);
        }
        let sql = "DELETE FROM job_worker WHERE state = 'gone' AND seen_at < $1 \
            AND NOT EXISTS (SELECT 1 FROM job WHERE job.worker = job_worker.id)";
        run(&self.queue, sql, vec![before.as_millis().into()]).await?;
        Ok(forgotten)
    }
}

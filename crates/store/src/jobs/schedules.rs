//! Schedules, and the jobs that they submit: each time of each schedule once, however many programs look.

use model::{
    id::{JobId, ScheduleId, UserId},
    job::{Cron, Missed, Schedule},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

use super::{
    Wake,
    dialect::{Dialect, all, one, run},
    row::{get, read_json, to_json},
    submit::{Idempotency, NewJob, SubmitJobError, Submitted, submit},
};
use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{parse, to_column, unreadable},
    failure::refuse_nul,
};

impl Store {
    /// Stores a new schedule.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if its name holds NUL or the database fails.
    pub async fn create_schedule(&self, schedule: &Schedule) -> Result<(), StoreError> {
        let sql = "INSERT INTO job_schedule (id, account, name, cron, zone, missed, spec, paused, \
            next_at, last_job, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10)";
        refuse_nul("name", &schedule.name)?;
        let values = vec![
            schedule.id.to_string().into(),
            schedule.owner.to_string().into(),
            schedule.name.as_str().into(),
            schedule.cron.pattern().into(),
            schedule.cron.zone().into(),
            schedule.missed.name().into(),
            to_json(&schedule.order)?.into(),
            schedule.paused.into(),
            schedule.next_at.map(Timestamp::as_millis).into(),
            schedule.created_at.as_millis().into(),
        ];
        run(&self.queue, sql, values).await?;
        self.bell.ring(Wake::Work);
        Ok(())
    }

    /// Changes what its owner may change of a schedule. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if its name holds NUL or the database fails.
    pub async fn update_schedule(&self, schedule: &Schedule) -> Result<bool, StoreError> {
        let sql = "UPDATE job_schedule SET name = $2, cron = $3, zone = $4, missed = $5, spec = $6, \
            paused = $7, next_at = $8 WHERE id = $1";
        refuse_nul("name", &schedule.name)?;
        let values = vec![
            schedule.id.to_string().into(),
            schedule.name.as_str().into(),
            schedule.cron.pattern().into(),
            schedule.cron.zone().into(),
            schedule.missed.name().into(),
            to_json(&schedule.order)?.into(),
            schedule.paused.into(),
            schedule.next_at.map(Timestamp::as_millis).into(),
        ];
        let updated = run(&self.queue, sql, values).await?;
        self.bell.ring(Wake::Work);
        Ok(updated > 0)
    }

    /// Returns whether there was one to delete. Jobs that it has submitted stay.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_schedule(&self, id: ScheduleId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM job_schedule WHERE id = $1";
        Ok(run(&self.queue, sql, vec![id.to_string().into()]).await? > 0)
    }

    /// Submits the jobs of schedules that are due, with ids that `id` draws. Returns them, and what was not
    /// accepted with the reason.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn fire_schedules(
        &self,
        mut id: impl FnMut() -> JobId + Send,
    ) -> Result<Vec<(ScheduleId, Result<JobId, String>)>, StoreError> {
        let mut fired = Vec::new();
        while let Some(mut more) = self.fire_one(&mut id).await? {
            fired.append(&mut more);
        }
        if !fired.is_empty() {
            self.bell.ring(Wake::Work);
        }
        Ok(fired)
    }

    /// Fires the schedule that is due first; `None` if none is.
    async fn fire_one(
        &self,
        id: &mut (impl FnMut() -> JobId + Send),
    ) -> Result<Option<Vec<(ScheduleId, Result<JobId, String>)>>, StoreError> {
        let now = Dialect::of(&self.queue).now();
        let due = format!(
            "SELECT *, {now} AS now FROM job_schedule WHERE next_at <= {now} AND NOT paused \
             ORDER BY next_at LIMIT 1"
        );
        // A look first, so that the usual answer costs no transaction of the one writer.
        if one(&self.queue, &due, Vec::new()).await?.is_none() {
            return Ok(None);
        }
        let transaction = self.begin_queued().await?;
        let due = format!("{due}{}", Dialect::of(&transaction).locked_if_free());
        let Some(row) = one(&transaction, &due, Vec::new()).await? else { return Ok(None) };
        let schedule = schedule(&row)?;
        let now = Timestamp::from_millis(get(&row, "now")?);
        let fired = fire(&transaction, schedule, now, id).await?;
        transaction.commit().await?;
        Ok(Some(fired))
    }
}

async fn fire(
    transaction: &DatabaseTransaction,
    schedule: Schedule,
    now: Timestamp,
    id: &mut (impl FnMut() -> JobId + Send),
) -> Result<Vec<(ScheduleId, Result<JobId, String>)>, StoreError> {
    let fires = schedule.cron.fires(schedule.missed, schedule.next_at.unwrap_or(now), now);
    let (mut fired, mut last_job) = (Vec::new(), schedule.last_job);
    for at in fires.due {
        let key = format!("{}@{}", schedule.id, at.as_millis());
        let new = NewJob {
            id: id(),
            owner: schedule.owner,
            token: None,
            schedule: Some(schedule.id),
            retry_of: None,
            order: schedule.order.clone(),
            idempotency: Some(Idempotency { hash: key.clone(), key }),
        };
        let outcome = match submit(transaction, new).await {
            Ok(Submitted::New(job)) => {
                last_job = Some(job.id);
                Ok(job.id)
            }
            Ok(Submitted::Known(_)) => continue,
            Err(SubmitJobError::Store(error)) => return Err(error),
            // The limits of its owner hold for a schedule too; the run is left out.
            Err(refused) => Err(refused.to_string()),
        };
        fired.push((schedule.id, outcome));
    }
    let sql = "UPDATE job_schedule SET next_at = $2, last_job = $3 WHERE id = $1";
    let values = vec![
        schedule.id.to_string().into(),
        fires.next_at.map(Timestamp::as_millis).into(),
        last_job.map(|it| it.to_string()).into(),
    ];
    run(transaction, sql, values).await?;
    Ok(fired)
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn schedule(&self, id: ScheduleId) -> Result<Option<Schedule>, StoreError> {
        let sql = "SELECT * FROM job_schedule WHERE id = $1";
        let row = one(&self.db, sql, vec![id.to_string().into()]).await?;
        row.as_ref().map(schedule).transpose()
    }

    /// The schedules of a user, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn schedules(
        &self,
        owner: UserId,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Schedule>, StoreError> {
        let (key, id) = cursor.map_or((i64::MAX, ""), |it| (it.key, it.id.as_str()));
        let sql = "SELECT * FROM job_schedule WHERE account = $1 \
            AND (created_at < $2 OR (created_at = $2 AND id < $3)) \
            ORDER BY created_at DESC, id DESC LIMIT $4";
        let values = vec![
            owner.to_string().into(),
            key.into(),
            id.into(),
            to_column(limit.saturating_add(1)).into(),
        ];
        let rows = all(&self.db, sql, values).await?;
        let items = rows.iter().map(schedule).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(items, limit, |it| Cursor {
            key: it.created_at.as_millis(),
            id: it.id.to_string(),
        }))
    }

    /// The time by the database's clock, which is the one that jobs and schedules go by.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn database_time(&self) -> Result<Timestamp, StoreError> {
        now(&self.db).await
    }
}

async fn now(db: &impl ConnectionTrait) -> Result<Timestamp, StoreError> {
    let row = one(db, &format!("SELECT {} AS now", Dialect::of(db).now()), Vec::new()).await?;
    let millis = row.as_ref().map_or(Ok(0), |it| get(it, "now"))?;
    Ok(Timestamp::from_millis(millis))
}

fn schedule(row: &QueryResult) -> Result<Schedule, StoreError> {
    let (id, account): (String, String) = (get(row, "id")?, get(row, "account")?);
    let (cron, zone): (String, String) = (get(row, "cron")?, get(row, "zone")?);
    let (missed, spec): (String, String) = (get(row, "missed")?, get(row, "spec")?);
    let last_job: Option<String> = get(row, "last_job")?;
    let policy = Missed::ALL.into_iter().find(|it| it.name() == missed);
    Ok(Schedule {
        id: parse("job_schedule.id", &id)?,
        owner: parse("job_schedule.account", &account)?,
        name: get(row, "name")?,
        cron: Cron::read(&cron, &zone).map_err(|_| unreadable("job_schedule.cron", &cron))?,
        missed: policy.ok_or_else(|| unreadable("job_schedule.missed", &missed))?,
        order: read_json("job_schedule.spec", &spec)?,
        paused: get(row, "paused")?,
        next_at: get::<Option<i64>>(row, "next_at")?.map(Timestamp::from_millis),
        last_job: last_job.map(|it| parse("job_schedule.last_job", &it)).transpose()?,
        created_at: Timestamp::from_millis(get(row, "created_at")?),
    })
}

//! Looking at jobs, ended or not, and at the queue as a whole.

use model::{
    id::{JobId, ScheduleId, UserId, WorkerId},
    job::{Attempt, End, Job, JobStatus},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{
    dialect::{Dialect, Kind, all, one, run, texts},
    row::{COLUMNS, STATE, get, job},
};
use crate::{
    Cursor, Page, Reader, Store, StoreError,
    entity::{from_column, parse, to_column},
};

/// Which jobs a list is about.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub owner: Option<UserId>,
    /// Any of these; all if there are none.
    pub status: Vec<JobStatus>,
    /// Part of the name.
    pub name: Option<String>,
    pub schedule: Option<ScheduleId>,
}

/// The queue in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueStatistics {
    /// Jobs that come after others.
    pub waiting: u64,
    /// Jobs whose time has not come.
    pub scheduled: u64,
    /// Jobs behind a bound that they share with others.
    pub held: u64,
    /// Jobs that a worker may take.
    pub ready: u64,
    pub leased: u64,
    pub running: u64,
    /// How long the longest-waiting ready job has been due, in milliseconds.
    pub oldest_ms: u64,
    /// Jobs that ended within the last minute.
    pub ended_last_minute: u64,
}

/// Finds a job among those that have ended or not.
pub(super) async fn find(db: &impl ConnectionTrait, id: JobId) -> Result<Option<Job>, StoreError> {
    let columns = COLUMNS.join(", ");
    let sql = format!(
        "SELECT {columns} FROM job WHERE id = $1 \
         UNION ALL SELECT {columns} FROM job_history WHERE id = $1"
    );
    let row = one(db, &sql, vec![id.to_string().into()]).await?;
    row.as_ref().map(job).transpose()
}

impl Reader {
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        find(&self.db, id).await
    }

    /// Jobs, the latest submission first.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn jobs(
        &self,
        filter: &JobFilter,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Job>, StoreError> {
        let query = Query::new(filter, cursor, limit, Dialect::of(&self.db));
        let rows = all(&self.db, &query.sql, query.values).await?;
        let items = rows.iter().map(job).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(items, limit, |it| Cursor {
            key: it.created_at.as_millis(),
            id: it.id.to_string(),
        }))
    }

    /// The attempts of a job but for its last one, in their order.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn job_attempts(&self, id: JobId) -> Result<Vec<Attempt>, StoreError> {
        let sql = "SELECT * FROM job_attempt WHERE job = $1 ORDER BY fence";
        all(&self.db, sql, vec![id.to_string().into()]).await?.iter().map(attempt).collect()
    }

    /// The queue in figures. Counts what is in it, which takes the longer the more that is.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn queue_statistics(&self) -> Result<QueueStatistics, StoreError> {
        let now = Dialect::of(&self.db).now();
        let sql = format!(
            "SELECT {STATE} AS stage, COUNT(*) AS jobs, {now} - MIN(run_at) AS oldest \
             FROM job GROUP BY {STATE}"
        );
        let mut found = QueueStatistics::default();
        for row in all(&self.db, &sql, Vec::new()).await? {
            let (state, jobs): (String, i64) = (get(&row, "stage")?, get(&row, "jobs")?);
            let count = match state.as_str() {
                "waiting" => &mut found.waiting,
                "scheduled" => &mut found.scheduled,
                "held" => &mut found.held,
                "leased" => &mut found.leased,
                "running" => &mut found.running,
                _ => {
                    found.oldest_ms = from_column(get(&row, "oldest")?);
                    &mut found.ready
                }
            };
            *count = from_column(jobs);
        }
        let sql =
            format!("SELECT COUNT(*) AS jobs FROM job_history WHERE ended_at > {now} - 60000");
        if let Some(row) = one(&self.db, &sql, Vec::new()).await? {
            found.ended_last_minute = from_column(get(&row, "jobs")?);
        }
        Ok(found)
    }
}

impl Store {
    /// Deletes a job that has ended, with all that it said. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn delete_job(&self, id: JobId) -> Result<bool, StoreError> {
        let transaction = self.begin_queued().await?;
        let id = id.to_string();
        let deleted =
            run(&transaction, "DELETE FROM job_history WHERE id = $1", vec![id.as_str().into()]);
        if deleted.await? == 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM job_event WHERE job = $1",
            "DELETE FROM job_attempt WHERE job = $1",
            "DELETE FROM job_after WHERE job = $1",
            "DELETE FROM job_after WHERE predecessor = $1",
            "DELETE FROM job_key WHERE job = $1",
            "DELETE FROM job_webhook WHERE job = $1",
        ] {
            run(&transaction, sql, vec![id.as_str().into()]).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// A list out of both tables, each asked for no more than one page.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn new(filter: &JobFilter, cursor: Option<&Cursor>, limit: u64, dialect: Dialect) -> Self {
        let mut values: Vec<Value> = vec![to_column(limit.saturating_add(1)).into()];
        let mut conditions = Vec::new();
        let mut add = |condition: &dyn Fn(usize) -> String, value: Value| {
            values.push(value);
            conditions.push(condition(values.len()));
        };
        if let Some(owner) = filter.owner {
            add(&|n| format!("account = ${n}"), owner.to_string().into());
        }
        if let Some(schedule) = filter.schedule {
            add(&|n| format!("schedule = ${n}"), schedule.to_string().into());
        }
        if let Some(name) = &filter.name {
            let escaped = name.replace('\0', "").to_lowercase();
            let escaped = escaped.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            add(&|n| format!("LOWER(name) LIKE ${n} ESCAPE '\\'"), format!("%{escaped}%").into());
        }
        if !filter.status.is_empty() {
            let states = filter.status.iter().flat_map(|it| states(*it));
            let list = |n| dialect.list(n, &[("state", Kind::Text)]);
            let condition = |n| format!("{STATE} IN (SELECT v.state FROM {})", list(n));
            add(&condition, texts("state", states));
        }
        if let Some(Cursor { key, id }) = cursor {
            add(&|n| format!("created_at <= ${n}"), (*key).into());
            let key = *key;
            add(&|n| format!("(created_at < {key} OR id < ${n})"), id.as_str().into());
        }
        let condition = match conditions.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", conditions.join(" AND ")),
        };
        let columns = COLUMNS.join(", ");
        let part = |table: &str| {
            format!(
                "SELECT * FROM (SELECT {columns} FROM {table} {condition} \
                 ORDER BY created_at DESC, id DESC LIMIT $1) {table}_part"
            )
        };
        let sql = format!(
            "{} UNION ALL {} ORDER BY created_at DESC, id DESC LIMIT $1",
            part("job"),
            part("job_history")
        );
        Self { sql, values }
    }
}

/// The names in the database of what the wire calls one status.
fn states(status: JobStatus) -> Vec<&'static str> {
    match status {
        JobStatus::Queued => vec!["waiting", "scheduled", "held", "ready", "leased"],
        JobStatus::Running => vec!["running"],
        JobStatus::Finished | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Lost => {
            End::ALL.into_iter().filter(|it| it.status() == status).map(End::name).collect()
        }
    }
}

fn attempt(row: &QueryResult) -> Result<Attempt, StoreError> {
    let worker: Option<String> = get(row, "worker")?;
    let time = |column| -> Result<Option<Timestamp>, StoreError> {
        Ok(get::<Option<i64>>(row, column)?.map(Timestamp::from_millis))
    };
    Ok(Attempt {
        fence: get(row, "fence")?,
        worker: worker.map(|it| parse::<WorkerId>("job_attempt.worker", &it)).transpose()?,
        claimed_at: time("claimed_at")?,
        started_at: time("started_at")?,
        ended_at: Timestamp::from_millis(get(row, "ended_at")?),
        end: get(row, "how")?,
        reason: get(row, "reason")?,
        exit_code: get(row, "exit_code")?,
    })
}

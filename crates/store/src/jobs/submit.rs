//! Accepting jobs, or saying why not.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use model::{
    id::{JobId, ScheduleId, TokenId, UserId},
    job::{End, Job, JobLimits, Order, Pace, Phase, State},
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, QueryResult};

use super::{
    change::Change,
    dialect::{Kind, all, one, run, texts},
    limits::{self, Subject},
    row::{COLUMNS, Moving, Stage, get, phase, to_json, write_rules},
};
use crate::{
    Store, StoreError,
    entity::{from_column, parse, to_column},
    failure::refuse_nul,
};

/// What one step of priority is worth, in milliseconds of waiting.
const PRIORITY_MS: i64 = 60_000;

const DAY_MS: u64 = 86_400_000;

/// A job to be accepted. Whether the order makes sense is known already.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub id: JobId,
    pub owner: UserId,
    pub token: Option<TokenId>,
    pub schedule: Option<ScheduleId>,
    pub retry_of: Option<JobId>,
    pub order: Order,
    pub idempotency: Option<Idempotency>,
}

/// By what a submission is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// Of the request, so that a key is not used for two.
    pub hash: String,
}

/// A job that is there now.
#[derive(Clone, Debug)]
pub enum Submitted {
    New(Job),
    /// From an earlier submission with the same key.
    Known(Job),
}

impl Submitted {
    #[must_use]
    pub const fn job(&self) -> &Job {
        match self {
            Self::New(job) | Self::Known(job) => job,
        }
    }
}

/// Why a job was not accepted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmitJobError {
    #[error("more than {limit} jobs a minute; try again in {} s", wait.as_secs_f64().ceil())]
    TooFast { limit: u64, wait: Duration },
    #[error(
        "{limit} jobs have not ended yet, which is as many as there may be; wait or cancel some"
    )]
    TooMany { limit: u64 },
    #[error("{limit} s of processor time are used up for today; try again in {} s", wait.as_secs())]
    CpuUsed { limit: u64, wait: Duration },
    #[error("there is no job {job} that this one could come after")]
    NoPredecessor { job: JobId },
    #[error("{job}, which this one is to come after, did not succeed")]
    PredecessorFailed { job: JobId },
    #[error("the key {key:?} was used for another request; choose a new one")]
    KeyReused { key: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Accepts a job within the limits of its owner and token.
    ///
    /// # Errors
    ///
    /// Returns [`SubmitJobError`] if a limit is reached, a job that it comes after is not there or did not
    /// succeed, its key was used for another request, or the database fails.
    pub async fn submit_job(&self, new: NewJob) -> Result<Submitted, SubmitJobError> {
        let transaction = self.begin_queued().await?;
        let submitted = submit(&transaction, new).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        if matches!(submitted, Submitted::New(_)) {
            self.bell.ring(super::Wake::Work);
        }
        // Whoever takes it meanwhile makes it durable before its program starts.
        self.flush().await?;
        Ok(submitted)
    }
}

/// Accepts a job within a transaction of the caller's, which does not wait for PostgreSQL's disk.
pub(super) async fn submit(
    transaction: &DatabaseTransaction,
    new: NewJob,
) -> Result<Submitted, SubmitJobError> {
    check_text(&new)?;
    let account = new.owner.to_string();
    let accounts = BTreeSet::from([account.clone()]);
    let mut change = Change::begin_light(transaction, &accounts).await?;
    let limits = limits::effective(transaction, new.owner, new.token).await?;
    if !is_open(&change, &account, &limits.of_user) {
        open_account(transaction, &account, &limits.of_user).await?;
        change = Change::begin_light(transaction, &accounts).await?;
    }
    if let Some(known) = known(transaction, &account, &new).await? {
        return Ok(Submitted::Known(known));
    }
    count(&mut change, &new, &limits).await?;
    let blockers = predecessors(&change, &account, &new.order).await?;
    let moving = moving(&change, &new, &limits, blockers)?;
    for (name, cap) in gates(&new, &limits) {
        change.gates.load(transaction, change.dialect, &moving).await?;
        change.gates.set_cap(&account, &name, cap);
    }
    let id = moving.id;
    let placed = if blockers > 0 {
        moving
    } else {
        change.place(moving).await?;
        change.placed(id).expect("it was placed just now")
    };
    let job = insert(&mut change, &placed, &new)?;
    write_links(&mut change, &account, &new);
    change.finish().await?;
    Ok(Submitted::New(job))
}

fn check_text(new: &NewJob) -> Result<(), StoreError> {
    refuse_nul("name", new.order.name.as_deref().unwrap_or_default())?;
    refuse_nul("language", new.order.language.as_deref().unwrap_or_default())?;
    let key = new.order.concurrency.as_ref().map_or("", |it| it.key.as_str());
    refuse_nul("concurrency key", key)?;
    let idempotency = new.idempotency.as_ref().map_or("", |it| it.key.as_str());
    refuse_nul("idempotency key", idempotency)
}

/// Whether an account is there, with the bounds that hold now.
fn is_open(change: &Change<'_>, account: &str, limits: &JobLimits) -> bool {
    change.account(account).is_some_and(|it| (it.cap, it.cpu_cap) == bounds(limits))
}

/// Jobs at once, and milliseconds of processor time a day.
fn bounds(limits: &JobLimits) -> (i64, i64) {
    let cpu = limits.cpu_seconds_per_day.map_or(i64::MAX, |it| to_column(it.saturating_mul(1000)));
    (limits.running.map_or(i64::MAX, to_column), cpu)
}

/// Makes sure that there is an account, with the bounds that hold now.
pub(super) async fn open_account(
    transaction: &DatabaseTransaction,
    account: &str,
    limits: &JobLimits,
) -> Result<(), StoreError> {
    let (cap, cpu) = bounds(limits);
    let sql = "INSERT INTO job_account \
        (account, ready, running, cap, cpu_cap, weight, vtime, paused_until) \
        VALUES ($1, 0, 0, $2, $3, 1, 0, 0) ON CONFLICT (account) \
        DO UPDATE SET cap = excluded.cap, cpu_cap = excluded.cpu_cap \
        WHERE job_account.cap <> excluded.cap OR job_account.cpu_cap <> excluded.cpu_cap";
    run(transaction, sql, vec![account.into(), cap.into(), cpu.into()]).await?;
    Ok(())
}

/// The job of an earlier submission with the same key.
async fn known(
    transaction: &DatabaseTransaction,
    account: &str,
    new: &NewJob,
) -> Result<Option<Job>, SubmitJobError> {
    let Some(Idempotency { key, hash }) = &new.idempotency else { return Ok(None) };
    let sql = "SELECT hash, job FROM job_key WHERE account = $1 AND key = $2";
    let row = one(transaction, sql, vec![account.into(), key.as_str().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let (stored, job): (String, String) = (get(&row, "hash")?, get(&row, "job")?);
    if stored != *hash {
        return Err(SubmitJobError::KeyReused { key: key.clone() });
    }
    let id = parse("job_key.job", &job)?;
    Ok(super::listing::find(transaction, id).await?)
}

/// Counts the job against the limits of its user and of its token.
async fn count(
    change: &mut Change<'_>,
    new: &NewJob,
    limits: &limits::Effective,
) -> Result<(), SubmitJobError> {
    let mut subjects = vec![(Subject::User(new.owner).to_string(), &limits.of_user)];
    if let Some(token) = new.token {
        subjects.push((Subject::Token(token).to_string(), &limits.of_token));
    }
    let list = change.dialect.list(1, &[("subject", Kind::Text)]);
    let sql = format!(
        "SELECT subject, pace_us, queued, cpu_day, cpu_ms FROM job_usage \
         WHERE subject IN (SELECT v.subject FROM {list})"
    );
    let values = vec![texts("subject", subjects.iter().map(|(it, _)| it.as_str()))];
    let mut used = BTreeMap::new();
    for row in all(change.transaction, &sql, values).await? {
        used.insert(get::<String>(&row, "subject")?, row);
    }
    for (subject, limits) in subjects {
        let pace = paced(change, used.get(&subject), limits)?;
        let sql = "INSERT INTO job_usage \
            (subject, pace_us, queued, cpu_day, cpu_ms, artifact_bytes) \
            VALUES ($1, $2, 1, $3, 0, 0) ON CONFLICT (subject) \
            DO UPDATE SET pace_us = excluded.pace_us, queued = job_usage.queued + 1";
        let values = vec![subject.into(), pace.until_us.into(), change.day().into()];
        change.writes.add(sql, values);
    }
    Ok(())
}

/// The pace of a subject with one job more.
fn paced(
    change: &Change<'_>,
    used: Option<&QueryResult>,
    limits: &JobLimits,
) -> Result<Pace, SubmitJobError> {
    let (mut pace, mut queued, mut cpu_ms) = (Pace::default(), 0, 0);
    if let Some(row) = used {
        pace.until_us = get(row, "pace_us")?;
        queued = from_column(get(row, "queued")?);
        let is_today = get::<i64>(row, "cpu_day")? == change.day();
        cpu_ms = if is_today { from_column(get(row, "cpu_ms")?) } else { 0 };
    }
    if let Some(limit) = limits.queued.filter(|it| queued >= *it) {
        return Err(SubmitJobError::TooMany { limit });
    }
    let now = change.moment.now;
    if let Some(limit) = limits.cpu_seconds_per_day.filter(|it| cpu_ms / 1000 >= *it) {
        let passed = now.as_millis().rem_euclid(DAY_MS.cast_signed());
        let wait = Duration::from_millis(DAY_MS - from_column(passed));
        return Err(SubmitJobError::CpuUsed { limit, wait });
    }
    let Some(limit) = limits.per_minute else { return Ok(pace) };
    pace.count(limit, now).map_err(|wait| SubmitJobError::TooFast { limit, wait })
}

/// How many of the jobs that this one comes after have not ended. Their account is locked, so that none
/// of them ends before this one is there to hear of it.
async fn predecessors(
    change: &Change<'_>,
    account: &str,
    order: &Order,
) -> Result<i64, SubmitJobError> {
    if order.after.is_empty() {
        return Ok(0);
    }
    let list = change.dialect.list(1, &[("id", Kind::Text)]);
    let sql = format!(
        "SELECT id, state FROM job WHERE account = $2 AND id IN (SELECT v.id FROM {list}) \
         UNION ALL SELECT id, state FROM job_history \
         WHERE account = $2 AND id IN (SELECT v.id FROM {list})"
    );
    let ids = order.after.iter().map(ToString::to_string);
    let values = vec![texts("id", ids), account.into()];
    let mut found = BTreeMap::new();
    for row in all(change.transaction, &sql, values).await? {
        let (id, state): (String, String) = (get(&row, "id")?, get(&row, "state")?);
        found.insert(id, phase(&state, false, 0));
    }
    let unique: BTreeSet<_> = order.after.iter().collect();
    let mut blockers = 0;
    for job in unique {
        match found.get(&job.to_string()).copied().flatten() {
            None => return Err(SubmitJobError::NoPredecessor { job: *job }),
            Some(Phase::Ended(End::Succeeded)) => {}
            Some(Phase::Ended(_)) => return Err(SubmitJobError::PredecessorFailed { job: *job }),
            Some(Phase::Waiting | Phase::Queued { .. } | Phase::Leased | Phase::Running) => {
                blockers += 1;
            }
        }
    }
    Ok(blockers)
}

/// The bounds that a job shares with others, by their names.
fn gates(new: &NewJob, limits: &limits::Effective) -> Vec<(String, i64)> {
    let key = new.order.concurrency.as_ref();
    let key = key.map(|it| (format!("key:{}", it.key), i64::from(it.limit.max(1))));
    let token = new.token.and_then(|token| {
        let cap = limits.of_token.running?;
        Some((format!("token:{token}"), to_column(cap)))
    });
    key.into_iter().chain(token).collect()
}

fn moving(
    change: &Change<'_>,
    new: &NewJob,
    limits: &limits::Effective,
    blockers: i64,
) -> Result<Moving, StoreError> {
    let now = change.moment.now;
    let run_at = new.order.run_at.map_or(now, |it| it.max(now));
    let state = if blockers > 0 { State::waiting() } else { State::queued(run_at) };
    let run_at = run_at.as_millis();
    Ok(Moving {
        id: new.id,
        account: new.owner.to_string(),
        token: new.token,
        needs: new.order.language.clone().unwrap_or_default(),
        rules: new.order.rules(),
        stage: Stage::Waiting,
        rank: run_at - i64::from(new.order.priority) * PRIORITY_MS,
        run_at,
        blockers,
        gates: gates(new, limits).into_iter().map(|(name, _)| name).collect(),
        held_by: None,
        state,
        worker: None,
        claimed_at: None,
        started_at: None,
        last_seq: 0,
        has_successors: false,
    })
}

fn insert(change: &mut Change<'_>, moving: &Moving, new: &NewJob) -> Result<Job, StoreError> {
    let NewJob { order, token, schedule, retry_of, .. } = new;
    let now = change.moment.now;
    let no_time: Option<i64> = None;
    let no_text: Option<String> = None;
    let values = vec![
        moving.id.to_string().into(),
        moving.account.as_str().into(),
        token.map(|it| it.to_string()).into(),
        schedule.map(|it| it.to_string()).into(),
        retry_of.map(|it| it.to_string()).into(),
        order.name.clone().into(),
        moving.needs.as_str().into(),
        to_json(order)?.into(),
        write_rules(moving.rules)?.into(),
        moving.stage.name().into(),
        moving.rank.into(),
        moving.run_at.into(),
        moving.blockers.into(),
        to_json(&moving.gates)?.into(),
        moving.held_by.clone().into(),
        0_i64.into(),
        0_i64.into(),
        0_i64.into(),
        false.into(),
        no_text.clone().into(),
        now.as_millis().into(),
        no_time.into(),
        no_time.into(),
        no_time.into(),
        no_text.clone().into(),
        no_text.into(),
        order.webhook.is_some().into(),
    ];
    let numbers: Vec<_> = (1..=COLUMNS.len()).map(|it| format!("${it}")).collect();
    let sql = format!("INSERT INTO job ({}) VALUES ({})", COLUMNS.join(", "), numbers.join(", "));
    change.writes.add(sql, values);
    Ok(Job {
        id: new.id,
        owner: new.owner,
        token: *token,
        schedule: *schedule,
        retry_of: *retry_of,
        order: order.clone(),
        state: moving.state,
        worker: None,
        created_at: now,
        claimed_at: None,
        started_at: None,
        ended_at: None,
        reason: None,
        summary: None,
    })
}

/// What refers to the job: its key, and those that it comes after.
fn write_links(change: &mut Change<'_>, account: &str, new: &NewJob) {
    let id = new.id.to_string();
    if let Some(Idempotency { key, hash }) = &new.idempotency {
        let sql = "INSERT INTO job_key (account, key, hash, job, created_at) \
            VALUES ($1, $2, $3, $4, $5)";
        let created_at: Timestamp = change.moment.now;
        let values = vec![
            account.into(),
            key.as_str().into(),
            hash.as_str().into(),
            id.as_str().into(),
            created_at.as_millis().into(),
        ];
        change.writes.add(sql, values);
    }
    if !new.order.after.is_empty() {
        let sql = format!(
            "INSERT INTO job_after (job, predecessor) SELECT DISTINCT $2, v.id FROM {}",
            change.dialect.list(1, &[("id", Kind::Text)])
        );
        let ids = new.order.after.iter().map(ToString::to_string);
        change.writes.add(sql, vec![texts("id", ids), id.into()]);
    }
}

//! Jobs as rows: all of one for those who read, and what a transition needs of it.

use model::{
    id::{JobId, TokenId},
    job::{End, Job, Order, Phase, Retries, Rules, State},
    time::Timestamp,
};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};

use crate::{
    StoreError,
    entity::{from_column, parse, unreadable},
};

/// What tables `job` and `job_history` have in common, in their order.
pub(super) const COLUMNS: [&str; 27] = [
    "id",
    "account",
    "token",
    "schedule",
    "retry_of",
    "name",
    "needs",
    "spec",
    "rules",
    "state",
    "rank",
    "run_at",
    "blockers",
    "gates",
    "held_by",
    "fence",
    "failures",
    "aborts",
    "cancelling",
    "worker",
    "created_at",
    "claimed_at",
    "started_at",
    "ended_at",
    "reason",
    "summary",
    "webhook",
];

/// Where a job is that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// For those that it comes after.
    Waiting,
    /// For its time.
    Scheduled,
    /// For a bound that it shares with others.
    Held,
    /// For a worker.
    Ready,
    Leased,
    Running,
}

impl Stage {
    const ALL: [Self; 6] =
        [Self::Waiting, Self::Scheduled, Self::Held, Self::Ready, Self::Leased, Self::Running];

    /// What column `state` says. The last two differ in `started_at`: column `state` decides in which
    /// indexes a row is, and a start that changes none of them is the cheaper for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Scheduled => "scheduled",
            Self::Held => "held",
            Self::Ready => "ready",
            Self::Leased | Self::Running => "leased",
        }
    }

    fn read(name: &str, is_started: bool) -> Option<Self> {
        let stage = Self::ALL.into_iter().find(|it| it.name() == name)?;
        Some(if stage == Self::Leased && is_started { Self::Running } else { stage })
    }

    /// Whether a worker has it.
    pub(super) const fn is_taken(self) -> bool {
        matches!(self, Self::Leased | Self::Running)
    }

    /// Whether it counts against the bounds that it shares.
    pub(super) const fn has_passed(self) -> bool {
        matches!(self, Self::Ready | Self::Leased | Self::Running)
    }
}

/// The name of a row's stage or end, in SQL.
pub(super) const STATE: &str =
    "CASE WHEN state = 'leased' AND started_at IS NOT NULL THEN 'running' ELSE state END";

/// The names of stages and ends in column `state`.
pub(super) fn phase(name: &str, is_started: bool, run_at: i64) -> Option<Phase> {
    if let Some(end) = End::ALL.into_iter().find(|it| it.name() == name) {
        return Some(Phase::Ended(end));
    }
    Some(match Stage::read(name, is_started)? {
        Stage::Waiting => Phase::Waiting,
        Stage::Scheduled | Stage::Held | Stage::Ready => {
            Phase::Queued { run_at: Timestamp::from_millis(run_at) }
        }
        Stage::Leased => Phase::Leased,
        Stage::Running => Phase::Running,
    })
}

/// What of an order decides how its job goes on, in a small column of its own.
#[derive(Debug, Serialize, Deserialize)]
struct StoredRules {
    max: u32,
    backoff: u64,
    idempotent: bool,
}

pub(super) fn write_rules(rules: Rules) -> Result<String, StoreError> {
    let Rules { retries: Retries { max, backoff_ms }, idempotent } = rules;
    to_json(&StoredRules { max, backoff: backoff_ms, idempotent })
}

fn read_rules(text: &str) -> Result<Rules, StoreError> {
    let StoredRules { max, backoff, idempotent } = read_json("job.rules", text)?;
    Ok(Rules { retries: Retries { max, backoff_ms: backoff }, idempotent })
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|it| StoreError::Internal { source: sea_orm::DbErr::Json(it.to_string()) })
}

pub(super) fn read_json<T: for<'a> Deserialize<'a>>(
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| unreadable(column, text))
}

/// A column of a row, by its name.
pub(crate) fn get<T: sea_orm::TryGetable>(
    row: &QueryResult,
    column: &str,
) -> Result<T, StoreError> {
    Ok(row.try_get("", column)?)
}

fn small(row: &QueryResult, column: &str) -> Result<u32, StoreError> {
    Ok(u32::try_from(get::<i64>(row, column)?).unwrap_or(u32::MAX))
}

fn id<T: std::str::FromStr>(
    row: &QueryResult,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = get(row, column)?;
    text.map(|it| parse(column, &it)).transpose()
}

fn time(row: &QueryResult, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(get::<Option<i64>>(row, column)?.map(Timestamp::from_millis))
}

fn state(row: &QueryResult) -> Result<State, StoreError> {
    let name: String = get(row, "state")?;
    let phase = phase(&name, time(row, "started_at")?.is_some(), get(row, "run_at")?);
    Ok(State {
        phase: phase.ok_or_else(|| unreadable("job.state", &name))?,
        fence: get(row, "fence")?,
        failures: small(row, "failures")?,
        aborts: small(row, "aborts")?,
        cancelling: get(row, "cancelling")?,
    })
}

/// Reads all of a job.
pub(super) fn job(row: &QueryResult) -> Result<Job, StoreError> {
    let spec: String = get(row, "spec")?;
    let order: Order = read_json("job.spec", &spec)?;
    let account: String = get(row, "account")?;
    let summary: Option<String> = get(row, "summary")?;
    let (id_text, created_at): (String, i64) = (get(row, "id")?, get(row, "created_at")?);
    Ok(Job {
        id: parse("job.id", &id_text)?,
        owner: parse("job.account", &account)?,
        token: id(row, "token")?,
        schedule: id(row, "schedule")?,
        retry_of: id(row, "retry_of")?,
        order,
        state: state(row)?,
        worker: id(row, "worker")?,
        created_at: Timestamp::from_millis(created_at),
        claimed_at: time(row, "claimed_at")?,
        started_at: time(row, "started_at")?,
        ended_at: time(row, "ended_at")?,
        reason: get(row, "reason")?,
        summary: summary.map(|it| read_json("job.summary", &it)).transpose()?,
    })
}

/// What of a job a transition reads and changes.
#[derive(Clone, Debug)]
pub(super) struct Moving {
    pub(super) id: JobId,
    pub(super) account: String,
    pub(super) token: Option<TokenId>,
    pub(super) needs: String,
    pub(super) rules: Rules,
    pub(super) stage: Stage,
    pub(super) rank: i64,
    pub(super) run_at: i64,
    pub(super) blockers: i64,
    pub(super) gates: Vec<String>,
    pub(super) held_by: Option<String>,
    pub(super) state: State,
    pub(super) worker: Option<String>,
    pub(super) claimed_at: Option<i64>,
    pub(super) started_at: Option<i64>,
    pub(super) last_seq: u64,
    /// Whether others come after it.
    pub(super) has_successors: bool,
}

/// The columns of [`Moving`].
pub(super) const MOVING: &str = "id, account, token, needs, rules, state, rank, run_at, blockers, \
    gates, held_by, fence, failures, aborts, cancelling, worker, claimed_at, started_at, \
    (SELECT COALESCE(MAX(seq), 0) FROM job_event WHERE job_event.job = job.id) AS last_seq, \
    EXISTS (SELECT 1 FROM job_after WHERE predecessor = job.id) AS has_successors";

impl Moving {
    pub(super) fn read(row: &QueryResult) -> Result<Self, StoreError> {
        let (id_text, stage): (String, String) = (get(row, "id")?, get(row, "state")?);
        let rules: String = get(row, "rules")?;
        let gates: String = get(row, "gates")?;
        let started_at: Option<i64> = get(row, "started_at")?;
        let found = Stage::read(&stage, started_at.is_some());
        Ok(Self {
            id: parse("job.id", &id_text)?,
            account: get(row, "account")?,
            token: id(row, "token")?,
            needs: get(row, "needs")?,
            rules: read_rules(&rules)?,
            stage: found.ok_or_else(|| unreadable("job.state", &stage))?,
            rank: get(row, "rank")?,
            run_at: get(row, "run_at")?,
            blockers: get(row, "blockers")?,
            gates: read_json("job.gates", &gates)?,
            held_by: get(row, "held_by")?,
            state: state(row)?,
            worker: get(row, "worker")?,
            claimed_at: get(row, "claimed_at")?,
            started_at,
            last_seq: from_column(get(row, "last_seq")?),
            has_successors: get(row, "has_successors")?,
        })
    }
}

//! Jobs: what is submitted, and what is shown of them. Times that people set are in seconds here, and in
//! milliseconds further in.

use std::collections::BTreeMap;

use model::{
    event::Summary,
    execution::OutcomeKind,
    id::{JobId, ScheduleId, WorkerId},
    job::{
        ArtifactIn, Attempt, Concurrency, End, Job, JobLimits, JobStatus, JobUsage, Order, Payload,
        Phase, Resources, Retries, Worker, WorkerState,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{Cursor, JobFilter, QueueStatistics};
use utoipa::{IntoParams, ToSchema};

use super::{USUAL_ENTRIES, artifacts::ArtifactBody, bounded};
use crate::problem::{Code, Problem};

/// Longest time that a job may be told to take or to wait between attempts, in seconds: a day.
const MOST_SECONDS: f64 = 86_400.0;

/// Largest page of jobs; the seed's.
const MOST_JOBS: u64 = 200;

/// Jobs that may be passed over by number instead of by cursor.
const MOST_OFFSET: u64 = 10_000;

/// A job to be done. Of `payload`, one of `command`, `code`, `artifact`, `runbook` and `function` is given.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = NewJob)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewJobBody {
    /// What its code is written in. A command needs none.
    #[schema(example = "python")]
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    payload: Payload,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Of my jobs, the higher goes first.
    #[schema(minimum = -100, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i32>,
    /// Not before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_at: Option<Timestamp>,
    /// Jobs of mine that must have succeeded before.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Vec<JobId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<RetriesBody>,
    /// To run it twice does no harm, so that it is started again when its worker was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent: Option<bool>,
    /// Seconds that its program may take.
    #[schema(minimum = 0.001, maximum = 86400)]
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<JobResourcesBody>,
    /// Environment variables of its program.
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<BTreeMap<String, String>>,
    /// Names of my secrets, each an environment variable of its program.
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<String>>,
    /// Packages, as the language's package manager names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<Vec<String>>,
    /// Hosts that it reaches, as far as the operator offers them.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Vec<String>>,
    /// Artifacts that are files of its workspace when it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    artifacts_in: Option<Vec<ArtifactIn>>,
    /// Patterns of files that are kept when it has ended: `*.csv`, `out/**`.
    #[serde(skip_serializing_if = "Option::is_none")]
    artifacts_out: Option<Vec<String>>,
    /// Jobs of mine with the same key wait for each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency_key: Option<String>,
    /// How many of them may run at once; one if left out.
    #[schema(minimum = 1)]
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency_limit: Option<u32>,
    /// By what a submission is known again, instead of the header `Idempotency-Key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
    /// Where it is told that the job has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhook: Option<String>,
}

/// How often a job is tried again after its program ran and failed.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[schema(as = JobRetries)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetriesBody {
    /// Attempts after the first.
    #[schema(maximum = 100)]
    max: u32,
    /// Seconds before the second attempt, doubled before each further one, of which a random part of up to
    /// a half is left out; 1 if left out.
    #[schema(minimum = 0, maximum = 86400)]
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<f64>,
}

/// What its program may use; the operator's limits if left out, and never more.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[schema(as = JobResources)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobResourcesBody {
    #[schema(minimum = 1)]
    #[serde(skip_serializing_if = "Option::is_none")]
    mem_limit_mb: Option<u64>,
    /// Processors.
    #[schema(minimum = 0.001)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_limit: Option<f64>,
    /// Bytes of stdout and stderr together that are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_limit: Option<u64>,
}

fn millis(field: &str, seconds: f64) -> Result<u64, Problem> {
    if !(0.0..=MOST_SECONDS).contains(&seconds) {
        let detail = format!("{field} is {seconds}; it has 0 to {MOST_SECONDS} seconds");
        return Err(Problem::invalid(detail).at(format!("/{}", field.replace('.', "/"))));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok((seconds * 1000.0).round() as u64)
}

fn seconds(millis: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a day in milliseconds is exact")]
    let millis = millis as f64;
    millis / 1000.0
}

impl NewJobBody {
    /// What of the request counts against the cap: the payload as it would be sent.
    pub(crate) fn check_size(&self, most_bytes: usize) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(&self.payload).map_or(0, |it| it.len());
        if bytes <= most_bytes {
            return Ok(());
        }
        let detail = format!(
            "the payload has {bytes} bytes, and {most_bytes} are the most; upload what is large as an artifact"
        );
        let status = axum::http::StatusCode::BAD_REQUEST;
        Err(Problem::new(status, Code::PayloadTooLarge, detail).at("/payload"))
    }

    pub(crate) fn order(self) -> Result<Order, Problem> {
        let retries = match self.retries {
            Some(it) => Retries {
                max: it.max,
                backoff_ms: match it.backoff {
                    Some(backoff) => millis("retries.backoff", backoff)?,
                    None => Retries::default().backoff_ms,
                },
            },
            None => Retries::default(),
        };
        let timeout_ms = self.timeout.map(|it| millis("timeout", it)).transpose()?;
        let limit = self.concurrency_limit.unwrap_or(1);
        Ok(Order {
            name: self.name,
            priority: self.priority.unwrap_or(0),
            run_at: self.run_at,
            after: self.after.unwrap_or_default(),
            retries,
            idempotent: self.idempotent.unwrap_or(false),
            timeout_ms,
            limits: self.limits.map(Resources::try_from).transpose()?.unwrap_or_default(),
            env: self.env.unwrap_or_default(),
            secrets: self.secrets.unwrap_or_default(),
            dependencies: self.dependencies.unwrap_or_default(),
            network: self.network.unwrap_or_default(),
            artifacts_in: self.artifacts_in.unwrap_or_default(),
            artifacts_out: self.artifacts_out.unwrap_or_default(),
            concurrency: self.concurrency_key.map(|key| Concurrency { key, limit }),
            webhook: self.webhook,
            ..Order::new(self.language.as_deref(), self.payload)
        })
    }
}

impl From<Order> for NewJobBody {
    fn from(it: Order) -> Self {
        fn some<T: Default + PartialEq>(it: T) -> Option<T> {
            (it != T::default()).then_some(it)
        }
        let retries = some(it.retries)
            .map(|it| RetriesBody { max: it.max, backoff: Some(seconds(it.backoff_ms)) });
        let (concurrency_key, concurrency_limit) =
            it.concurrency.map(|it| (it.key, it.limit)).unzip();
        Self {
            language: it.language,
            payload: it.payload,
            name: it.name,
            priority: some(it.priority),
            run_at: it.run_at,
            after: some(it.after),
            retries,
            idempotent: some(it.idempotent),
            timeout: it.timeout_ms.map(seconds),
            limits: some(it.limits).map(JobResourcesBody::from),
            env: some(it.env),
            secrets: some(it.secrets),
            dependencies: some(it.dependencies),
            network: some(it.network),
            artifacts_in: some(it.artifacts_in),
            artifacts_out: some(it.artifacts_out),
            concurrency_key,
            concurrency_limit,
            idempotency_key: None,
            webhook: it.webhook,
        }
    }
}

impl TryFrom<JobResourcesBody> for Resources {
    type Error = Problem;

    fn try_from(it: JobResourcesBody) -> Result<Self, Problem> {
        let cpu_millis = match it.cpu_limit {
            Some(cpus) if (0.001..=1024.0).contains(&cpus) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked just now"
                )]
                let millis = (cpus * 1000.0).round() as u32;
                Some(millis)
            }
            Some(cpus) => {
                let detail = format!("cpu_limit is {cpus}; it is a number of processors");
                return Err(Problem::invalid(detail).at("/limits/cpu_limit"));
            }
            None => None,
        };
        let memory_bytes = it.mem_limit_mb.map(|it| it.saturating_mul(1 << 20));
        Ok(Self { memory_bytes, cpu_millis, output_bytes: it.output_limit })
    }
}

impl From<Resources> for JobResourcesBody {
    fn from(it: Resources) -> Self {
        Self {
            mem_limit_mb: it.memory_bytes.map(|it| it >> 20),
            cpu_limit: it.cpu_millis.map(|it| f64::from(it) / 1000.0),
            output_limit: it.output_bytes,
        }
    }
}

/// A job that was accepted.
#[derive(Serialize, ToSchema)]
#[schema(as = SubmittedJob)]
pub(crate) struct SubmittedBody {
    ok: bool,
    job_id: JobId,
    status: JobStatus,
}

impl From<&Job> for SubmittedBody {
    fn from(job: &Job) -> Self {
        Self { ok: true, job_id: job.id, status: job.state.phase.status() }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub(crate) struct WebhookSecretBody {
    pub(crate) secret: String,
}

/// A job.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobBody {
    id: JobId,
    status: JobStatus,
    /// How it ended, more exactly than `status` says; null until then.
    ended: Option<End>,
    /// Whether it is being cancelled: it will be, even if its program ends by itself.
    cancelling: bool,
    /// Why it ended, or why its last attempt did.
    reason: Option<String>,
    /// As it was submitted.
    order: NewJobBody,
    /// What submitted it, if a schedule did.
    schedule: Option<ScheduleId>,
    /// The ended job that this one does again.
    retry_of: Option<JobId>,
    /// Times that a worker took it.
    attempt: i64,
    worker: Option<WorkerId>,
    created_at: Timestamp,
    /// When a worker took it last.
    claimed_at: Option<Timestamp>,
    /// When its program was started last.
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    /// Milliseconds that it has waited for its last start, until now if there was none.
    queued_ms: u64,
    /// How its program ended; null if none did.
    result: Option<JobResultBody>,
}

/// How a job's program ended.
#[derive(Serialize, ToSchema)]
#[schema(as = JobResult)]
pub(crate) struct JobResultBody {
    outcome: OutcomeKind,
    /// Null unless it exited.
    exit_code: Option<i32>,
    timeout: bool,
    duration_ms: u64,
    cpu_ms: u64,
    peak_memory_bytes: u64,
    truncated: bool,
}

impl From<Summary> for JobResultBody {
    fn from(it: Summary) -> Self {
        Self {
            outcome: it.outcome,
            exit_code: it.exit_code,
            timeout: it.timeout,
            duration_ms: it.duration_ms,
            cpu_ms: it.cpu_ms,
            peak_memory_bytes: it.peak_memory_bytes,
            truncated: it.truncated,
        }
    }
}

impl JobBody {
    pub(crate) fn new(job: Job, now: Timestamp) -> Self {
        let waited_until = job.started_at.or(job.ended_at).unwrap_or(now);
        Self {
            id: job.id,
            status: job.state.phase.status(),
            ended: match job.state.phase {
                Phase::Ended(end) => Some(end),
                Phase::Waiting | Phase::Queued { .. } | Phase::Leased | Phase::Running => None,
            },
            cancelling: job.state.cancelling,
            reason: job.reason,
            queued_ms: u64::try_from(waited_until.since(job.created_at).as_millis())
                .unwrap_or(u64::MAX),
            order: job.order.into(),
            schedule: job.schedule,
            retry_of: job.retry_of,
            attempt: job.state.fence,
            worker: job.worker,
            created_at: job.created_at,
            claimed_at: job.claimed_at,
            started_at: job.started_at,
            finished_at: job.ended_at,
            result: job.summary.map(JobResultBody::from),
        }
    }
}

/// A job with its earlier attempts, the beginning of its output, and what it left.
#[derive(Serialize, ToSchema)]
#[schema(as = JobDetail)]
pub(crate) struct JobDetailBody {
    #[serde(flatten)]
    pub(crate) job: JobBody,
    /// What it printed, stdout and stderr as they came: the first 64 KiB.
    pub(crate) output: String,
    /// Those before the last one.
    pub(crate) attempts: Vec<AttemptBody>,
    pub(crate) artifacts: Vec<ArtifactBody>,
}

/// An attempt that is over.
#[derive(Serialize, ToSchema)]
#[schema(as = JobAttempt)]
pub(crate) struct AttemptBody {
    attempt: i64,
    worker: Option<WorkerId>,
    claimed_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Timestamp,
    /// How it ended: `failed`, `timed_out`, `lost`, `not_started` and so on.
    end: String,
    reason: Option<String>,
    exit_code: Option<i32>,
}

impl From<Attempt> for AttemptBody {
    fn from(it: Attempt) -> Self {
        Self {
            attempt: it.fence,
            worker: it.worker,
            claimed_at: it.claimed_at,
            started_at: it.started_at,
            ended_at: it.ended_at,
            end: it.end,
            reason: it.reason,
            exit_code: it.exit_code,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// Only jobs of these states, with commas between them: `queued,running`.
    status: Option<String>,
    /// Only jobs of this name.
    name: Option<String>,
    /// Only jobs of this schedule.
    schedule: Option<ScheduleId>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Jobs to pass over, instead of a cursor; 10,000 at most.
    #[param(maximum = 10_000)]
    #[serde(default, deserialize_with = "bounded::<_, 0, MOST_OFFSET>")]
    offset: Option<u64>,
    /// Entries on a page: 1 to 200, 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, deserialize_with = "bounded::<_, 1, MOST_JOBS>")]
    limit: Option<u64>,
}

impl JobsQuery {
    pub(crate) fn filter(&self, owner: model::id::UserId) -> Result<JobFilter, Problem> {
        let name = |text: &str| {
            let found = JobStatus::ALL.into_iter().find(|it| it.name() == text);
            found.ok_or_else(|| {
                let all = JobStatus::ALL.map(JobStatus::name).join(", ");
                Problem::invalid(format!("{text:?} is no state of a job; there are {all}"))
            })
        };
        let texts = self.status.iter().flat_map(|it| it.split(',')).filter(|it| !it.is_empty());
        Ok(JobFilter {
            owner: Some(owner),
            status: texts.map(name).collect::<Result<_, _>>()?,
            name: self.name.clone(),
            schedule: self.schedule,
        })
    }

    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        super::parse_cursor(self.cursor.as_deref())
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL_ENTRIES)
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset.unwrap_or(0)
    }
}

/// How much somebody may ask of the queue, and how much they have.
#[derive(Serialize, ToSchema)]
#[schema(as = JobStanding)]
pub(crate) struct StandingBody {
    /// What is set for exactly this subject.
    pub(crate) own: JobLimits,
    /// What holds, with what is above it.
    pub(crate) limits: JobLimits,
    pub(crate) usage: JobUsage,
}

/// The queue in figures.
#[derive(Serialize, ToSchema)]
#[schema(as = Queue)]
pub(crate) struct QueueBody {
    /// Jobs that come after others.
    waiting: u64,
    /// Jobs whose time has not come.
    scheduled: u64,
    /// Jobs behind a bound that they share.
    held: u64,
    /// Jobs that a worker may take.
    ready: u64,
    leased: u64,
    running: u64,
    /// How long the longest-waiting ready job has been due.
    oldest_ms: u64,
    ended_last_minute: u64,
    workers: Vec<WorkerBody>,
}

/// A process that takes jobs.
#[derive(Serialize, ToSchema)]
#[schema(as = Worker)]
pub(crate) struct WorkerBody {
    id: WorkerId,
    host: String,
    version: String,
    backends: Vec<String>,
    runtimes: Vec<String>,
    slots: u32,
    free: u32,
    state: WorkerState,
    started_at: Timestamp,
    seen_at: Timestamp,
}

impl QueueBody {
    pub(crate) fn new(it: QueueStatistics, workers: Vec<Worker>) -> Self {
        Self {
            waiting: it.waiting,
            scheduled: it.scheduled,
            held: it.held,
            ready: it.ready,
            leased: it.leased,
            running: it.running,
            oldest_ms: it.oldest_ms,
            ended_last_minute: it.ended_last_minute,
            workers: workers.into_iter().map(WorkerBody::from).collect(),
        }
    }
}

impl From<Worker> for WorkerBody {
    fn from(it: Worker) -> Self {
        Self {
            id: it.id,
            host: it.host,
            version: it.version,
            backends: it.backends,
            runtimes: it.runtimes,
            slots: it.slots,
            free: it.free,
            state: it.state,
            started_at: it.started_at,
            seen_at: it.seen_at,
        }
    }
}

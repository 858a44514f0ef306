//! A job: a durable request for work that ends in exactly one recorded way, whatever is killed when.
//!
//! ```text
//!            release              claim            start            finish
//!  Waiting ──────────▶ Queued ──────────▶ Leased ─────────▶ Running ────────▶ Ended(End)
//!     │ orphan, cancel   │ ▲ ▲  cancel     │ │                  │
//!     │                  │ │ │             │ │ hand back        │ retry allowed
//!     │                  │ │ └─────────────┘ │ not started      │
//!     │                  │ └─────────────────┼──────────────────┘
//!     ▼                  ▼                   ▼ cancelled, refused, tried too often
//!  Ended(Cancelled)   Ended(Cancelled)    Ended(Cancelled | Failed | Dead)
//! ```
//!
//! `Running` is recorded before the program of a user is started, so that whatever is found `Leased`
//! has not begun. A program starts at most once unless the failure lies before its start, or the job
//! asks for retries or says that it is idempotent. Whoever was told that a job is being cancelled finds
//! it cancelled, even if its program ends by itself meanwhile.
//!
//! Every claim counts the fence up. A worker names the fence of its claim in all that it says later,
//! and what comes from an earlier claim is refused.

mod backoff;
mod fair;
mod limits;
mod order;
mod policy;
mod report;
mod schedule;
mod transition;
mod worker;

#[cfg(test)]
mod tests;

#[cfg(feature = "openapi")]
pub use self::order::RunbookInputs;
pub use self::{
    backoff::delay,
    fair::{ONE_START, Share, share},
    limits::{InvalidLimit, JobLimits, JobUsage, Pace},
    order::{
        ArtifactIn, CommandLine, Concurrency, MOST_PRIORITY, Order, Payload, Resources, Retries,
    },
    policy::{JobPolicy, PayloadKind, ProgramPattern},
    report::{Attempt, AttemptEnd, Report, last_event},
    schedule::{Cron, Fires, InvalidSchedule, Missed, Schedule},
    transition::{Command, Effect, Moment, Rejected, Rules, apply},
    worker::{Held, Worker, WorkerState},
};

use serde::{Deserialize, Serialize};

use crate::{
    event::Summary,
    id::{JobId, ScheduleId, TokenId, UserId, WorkerId},
    time::Timestamp,
};

/// A job as it is stored and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub owner: UserId,
    /// The token that submitted it; `None` for somebody who signed in.
    pub token: Option<TokenId>,
    /// What submitted it, if a schedule did.
    pub schedule: Option<ScheduleId>,
    /// The ended job that this one does again.
    pub retry_of: Option<JobId>,
    pub order: Order,
    pub state: State,
    /// Who has it, or had it last.
    pub worker: Option<WorkerId>,
    pub created_at: Timestamp,
    /// Of the last attempt, as the next two.
    pub claimed_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Why it ended, or why its last attempt did, in words.
    pub reason: Option<String>,
    /// How the program of the last attempt ended; `None` if none has.
    pub summary: Option<Summary>,
}

impl Job {
    #[must_use]
    pub const fn rules(&self) -> Rules {
        self.order.rules()
    }

    /// The claim that this was read by; `None` if no worker has ever had it.
    #[must_use]
    pub fn held(&self) -> Option<Held> {
        self.worker.map(|worker| Held { job: self.id, fence: self.state.fence, worker })
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub phase: Phase,
    /// Claims so far.
    pub fence: i64,
    /// Attempts whose program ran and that were to be tried again.
    pub failures: u32,
    /// Attempts that ended before their program started.
    pub aborts: u32,
    /// Its owner wants it to stop, and its worker knows or will know.
    pub cancelling: bool,
}

impl State {
    /// A job that was just accepted, and that may begin at `run_at`.
    #[must_use]
    pub const fn queued(run_at: Timestamp) -> Self {
        Self { phase: Phase::Queued { run_at }, ..Self::waiting() }
    }

    /// A job that was just accepted and comes after others.
    #[must_use]
    pub const fn waiting() -> Self {
        Self { phase: Phase::Waiting, fence: 0, failures: 0, aborts: 0, cancelling: false }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Until the jobs that it comes after have succeeded.
    Waiting,
    /// Until it is time, and a worker takes it.
    Queued {
        run_at: Timestamp,
    },
    /// A worker has it and its program has not started.
    Leased,
    /// Its program may have started.
    Running,
    Ended(End),
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum End {
    Succeeded,
    /// Its program failed, or the order was one that nobody can carry out.
    Failed,
    Cancelled,
    TimedOut,
    /// Its program was started and nobody knows what became of it: somebody has to look.
    Lost,
    /// It was tried as often as it may be.
    Dead,
}

/// A [`Phase`] as the wire names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum JobStatus {
    Queued,
    Running,
    Finished,
    Failed,
    Cancelled,
    Lost,
}

impl Phase {
    #[must_use]
    pub const fn status(self) -> JobStatus {
        match self {
            Self::Waiting | Self::Queued { .. } | Self::Leased => JobStatus::Queued,
            Self::Running => JobStatus::Running,
            Self::Ended(end) => end.status(),
        }
    }
}

impl End {
    pub const ALL: [Self; 6] =
        [Self::Succeeded, Self::Failed, Self::Cancelled, Self::TimedOut, Self::Lost, Self::Dead];

    #[must_use]
    pub const fn status(self) -> JobStatus {
        match self {
            Self::Succeeded => JobStatus::Finished,
            Self::Failed | Self::TimedOut | Self::Dead => JobStatus::Failed,
            Self::Cancelled => JobStatus::Cancelled,
            Self::Lost => JobStatus::Lost,
        }
    }

    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Lost => "lost",
            Self::Dead => "dead",
        }
    }
}

impl JobStatus {
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Finished, Self::Failed, Self::Cancelled, Self::Lost];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

//! What a worker says of an attempt, and what the owner of the job reads about it.

use serde::{Deserialize, Serialize};

use super::{End, Phase, State};
use crate::{
    event::{EventKind, Failure, Summary},
    execution::OutcomeKind,
    id::WorkerId,
    time::Timestamp,
};

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AttemptEnd {
    Succeeded,
    /// Its program failed, or its output could not be kept.
    Failed,
    TimedOut,
    /// Its worker stopped it for a reason of its own.
    Interrupted,
    /// Its sandbox vanished, or its worker did.
    Lost,
    /// Its program has not started, and another time it may.
    NotStarted,
    /// Its program can never start.
    Refused,
}

impl AttemptEnd {
    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::Lost => "lost",
            Self::NotStarted => "not_started",
            Self::Refused => "refused",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Interrupted => "was interrupted",
            Self::Lost => "was lost",
            Self::NotStarted => "could not start",
            Self::Refused => "was refused",
        }
    }
}

/// How an attempt ended, with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub end: AttemptEnd,
    /// In words for people; `None` where the summary says it all.
    pub reason: Option<String>,
    /// How its program ended; `None` if none ran.
    pub summary: Option<Summary>,
}

/// An attempt that is over and was not the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The fence of its claim.
    pub fence: i64,
    pub worker: Option<WorkerId>,
    pub claimed_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Timestamp,
    /// Name of its [`AttemptEnd`].
    pub end: String,
    pub reason: Option<String>,
    pub exit_code: Option<i32>,
}

/// The event that tells whoever reads along what became of an attempt.
///
/// Exactly the one that belongs to an end of the job is last.
#[must_use]
pub fn last_event(state: State, report: &Report, now: Timestamp) -> EventKind {
    match state.phase {
        Phase::Ended(end) => ended(end, report),
        Phase::Queued { run_at } => {
            let wait = run_at.since(now).as_secs_f64();
            let how = report.end.words();
            let why = report.reason.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
            let data =
                format!("attempt {} {how}{why}; it is tried again in {wait:.1} s", state.fence);
            EventKind::Info { data }
        }
        Phase::Waiting | Phase::Leased | Phase::Running => {
            EventKind::Info { data: format!("attempt {}", state.fence) }
        }
    }
}

fn ended(end: End, report: &Report) -> EventKind {
    let reason = || report.reason.clone().unwrap_or_else(|| report.end.words().to_owned());
    match (end, &report.summary) {
        (End::Cancelled, summary) => {
            EventKind::Result { data: without_exit(summary.as_ref(), OutcomeKind::Cancelled) }
        }
        (End::Lost, summary) => {
            EventKind::Result { data: without_exit(summary.as_ref(), OutcomeKind::Lost) }
        }
        (End::Succeeded | End::Failed | End::TimedOut | End::Dead, Some(summary)) => {
            EventKind::Result { data: summary.clone() }
        }
        (End::Dead, None) => failure("dead", format!("it was tried too often: {}", reason())),
        (End::Succeeded | End::Failed | End::TimedOut, None) => failure("job_failed", reason()),
    }
}

fn failure(error: &str, message: String) -> EventKind {
    EventKind::Error { data: Failure { error: error.to_owned(), message } }
}

/// What a program used whose own end does not count.
fn without_exit(summary: Option<&Summary>, outcome: OutcomeKind) -> Summary {
    let used = summary.cloned();
    Summary {
        stdout: None,
        stderr: None,
        value: None,
        exit_code: None,
        signal: None,
        timeout: false,
        outcome,
        queue_ms: used.as_ref().and_then(|it| it.queue_ms),
        duration_ms: used.as_ref().map_or(0, |it| it.duration_ms),
        cpu_ms: used.as_ref().map_or(0, |it| it.cpu_ms),
        peak_memory_bytes: used.as_ref().map_or(0, |it| it.peak_memory_bytes),
        truncated: used.is_some_and(|it| it.truncated),
    }
}

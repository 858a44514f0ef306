//! A worker as others see it: a process that takes jobs, from its start to its end.

use serde::{Deserialize, Serialize};

use crate::{
    id::{JobId, WorkerId},
    time::Timestamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    pub id: WorkerId,
    /// Of the machine that it runs on, as the machine says.
    pub host: String,
    /// Of its program.
    pub version: String,
    /// Names of the backends that isolate its programs.
    pub backends: Vec<String>,
    /// Canonical names of the languages that it has.
    pub runtimes: Vec<String>,
    /// Jobs that it takes at once.
    pub slots: u32,
    pub free: u32,
    pub state: WorkerState,
    pub started_at: Timestamp,
    /// When it was heard of last.
    pub seen_at: Timestamp,
    /// Until when its jobs are its own, unless it is heard of again.
    pub lease_until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WorkerState {
    Active,
    /// It finishes what it has and takes nothing new.
    Draining,
    /// It ended, or was not heard of for longer than its lease. It never comes back.
    Gone,
}

impl WorkerState {
    pub const ALL: [Self; 3] = [Self::Active, Self::Draining, Self::Gone];

    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draining => "draining",
            Self::Gone => "gone",
        }
    }
}

/// A claim: a job, the worker that took it, and how many had taken it by then.
///
/// The worker is part of it because a database that crashes may forget a claim, and count the next one the
/// same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Held {
    pub job: JobId,
    pub fence: i64,
    pub worker: WorkerId,
}

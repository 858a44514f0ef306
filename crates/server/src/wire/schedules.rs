//! Schedules of jobs.

use model::{
    id::{JobId, ScheduleId},
    job::{Missed, Schedule},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::NewJobBody;

/// Submits a job at set times.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = NewSchedule)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScheduleBody {
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    /// Minute, hour, day of the month, month, day of the week.
    #[schema(example = "30 2 * * 1-5")]
    pub(crate) cron: String,
    /// Whose hours these are: `Europe/Vienna`. UTC if left out.
    pub(crate) time_zone: Option<String>,
    /// What becomes of times that passed while no server ran; `once` if left out.
    pub(crate) missed: Option<Missed>,
    /// Whether it rests.
    pub(crate) paused: Option<bool>,
    pub(crate) job: NewJobBody,
}

/// A schedule.
#[derive(Serialize, ToSchema)]
#[schema(as = Schedule)]
pub(crate) struct ScheduleBody {
    id: ScheduleId,
    name: String,
    cron: String,
    time_zone: String,
    missed: Missed,
    paused: bool,
    job: NewJobBody,
    /// When it submits next; null if never again, or while it is paused.
    next_at: Option<Timestamp>,
    last_job: Option<JobId>,
    created_at: Timestamp,
}

impl From<Schedule> for ScheduleBody {
    fn from(it: Schedule) -> Self {
        Self {
            id: it.id,
            name: it.name,
            cron: it.cron.pattern().to_owned(),
            time_zone: it.cron.zone().to_owned(),
            missed: it.missed,
            paused: it.paused,
            job: it.order.into(),
            next_at: it.next_at.filter(|_| !it.paused),
            last_job: it.last_job,
            created_at: it.created_at,
        }
    }
}

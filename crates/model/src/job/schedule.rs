//! When a schedule submits its job.

use std::fmt;

use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Order;
use crate::{
    id::{JobId, ScheduleId, UserId},
    time::Timestamp,
};

/// How late a run may be and still be no missed one: an ordinary restart takes less.
const GRACE_MS: i64 = 60_000;

/// Missed runs that are made up for at most.
const MOST_MADE_UP: usize = 100;

/// A schedule as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub id: ScheduleId,
    pub owner: UserId,
    pub name: String,
    pub cron: Cron,
    pub missed: Missed,
    pub order: Order,
    pub paused: bool,
    /// When it submits next; `None` if never again.
    pub next_at: Option<Timestamp>,
    pub last_job: Option<JobId>,
    pub created_at: Timestamp,
}

/// What becomes of runs whose time passed while nobody was there to submit them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Missed {
    /// They are left out.
    Skip,
    /// One run makes up for all of them.
    #[default]
    Once,
    /// Each is made up for, the last hundred at most.
    All,
}

impl Missed {
    pub const ALL: [Self; 3] = [Self::Skip, Self::Once, Self::All];

    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }
}

/// Points in time by five fields (minute, hour, day, month, weekday) in a time zone.
#[derive(Clone)]
pub struct Cron {
    pattern: String,
    zone: String,
    parsed: croner::Cron,
    time_zone: TimeZone,
}

/// The text names no points in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    #[error(
        "{pattern:?} is not a cron pattern ({reason}); use five fields: minute, hour, day of the \
         month, month, day of the week"
    )]
    Pattern { pattern: String, reason: String },
    #[error("{zone:?} is not a time zone; use a name like Europe/Vienna or UTC")]
    Zone { zone: String },
    #[error("{pattern:?} never comes")]
    Never { pattern: String },
}

/// The runs that are due, and when the next one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fires {
    /// In their order.
    pub due: Vec<Timestamp>,
    pub next_at: Option<Timestamp>,
}

impl Cron {
    /// # Errors
    ///
    /// Returns [`InvalidSchedule`] if the pattern or the zone is none, or nothing fits the pattern.
    pub fn new(pattern: &str, zone: &str, now: Timestamp) -> Result<Self, InvalidSchedule> {
        let cron = Self::read(pattern, zone)?;
        match cron.next(now) {
            Some(_) => Ok(cron),
            None => Err(InvalidSchedule::Never { pattern: pattern.to_owned() }),
        }
    }

    /// As [`Cron::new`], for one that was good when it was stored.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSchedule`] if the pattern or the zone is none.
    pub fn read(pattern: &str, zone: &str) -> Result<Self, InvalidSchedule> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let parsed = parser.build().parse(pattern).map_err(|it| InvalidSchedule::Pattern {
            pattern: pattern.to_owned(),
            reason: it.to_string(),
        })?;
        let time_zone =
            TimeZone::get(zone).map_err(|_| InvalidSchedule::Zone { zone: zone.to_owned() })?;
        Ok(Self { pattern: pattern.to_owned(), zone: zone.to_owned(), parsed, time_zone })
    }

    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The first point in time after `after`. A time that a change of the clock leaves out comes right
    /// after the change, and one that it repeats comes once.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = jiff::Timestamp::from_millisecond(after.as_millis()).ok()?;
        let zoned = after.to_zoned(self.time_zone.clone());
        let next = self.parsed.find_next_occurrence(&zoned, false).ok()?;
        Some(Timestamp::from_millis(next.timestamp().as_millisecond()))
    }

    /// What is due at `now` of a schedule whose next run was to be at `next_at`.
    #[must_use]
    pub fn fires(&self, missed: Missed, next_at: Timestamp, now: Timestamp) -> Fires {
        if next_at > now {
            return Fires { due: Vec::new(), next_at: Some(next_at) };
        }
        let (most, oldest) = match missed {
            Missed::All => (MOST_MADE_UP, next_at),
            Missed::Once => (1, next_at),
            Missed::Skip => {
                (MOST_MADE_UP, next_at.max(Timestamp::from_millis(now.as_millis() - GRACE_MS)))
            }
        };
        // Backwards from now, because a year's absence is half a million minutes.
        let mut due = Vec::new();
        let mut last = self.last(now);
        while let Some(at) = last.filter(|it| *it >= oldest && due.len() < most) {
            due.push(at);
            last = self.last(Timestamp::from_millis(at.as_millis() - 1));
        }
        due.reverse();
        Fires { due, next_at: self.next(now) }
    }

    /// The last point in time that is not after `until`.
    fn last(&self, until: Timestamp) -> Option<Timestamp> {
        let until = jiff::Timestamp::from_millisecond(until.as_millis()).ok()?;
        let zoned = until.to_zoned(self.time_zone.clone());
        let last = self.parsed.find_previous_occurrence(&zoned, true).ok()?;
        Some(Timestamp::from_millis(last.timestamp().as_millisecond()))
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cron({:?} in {})", self.pattern, self.zone)
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern && self.zone == other.zone
    }
}

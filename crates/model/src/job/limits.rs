//! How much one user, or one token, may ask of the queue.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Bounds of a user or a token; what is left out is as the one above says: the token's user, then the
/// server's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLimits {
    /// Jobs submitted a minute, on average; as many may come at once after a rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u64>,
    /// Jobs that were accepted and have not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<u64>,
    /// Jobs that workers have at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<u64>,
    /// Seconds of processor time that programs may take between two midnights in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_seconds_per_day: Option<u64>,
    /// Bytes of artifacts that are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_bytes: Option<u64>,
}

/// The limit makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the limit {name} of 0 would stop every job; leave it out for the default, or disable the user"
)]
pub struct InvalidLimit {
    pub name: &'static str,
}

impl JobLimits {
    /// What holds for a user of whom nothing is set. The figures are choices: a burst of a pipeline
    /// passes, and a loop that went wild does not fill the disk.
    pub const USUAL: Self = Self {
        per_minute: Some(600),
        queued: Some(10_000),
        running: Some(16),
        cpu_seconds_per_day: None,
        artifact_bytes: Some(10 << 30),
    };

    /// These limits, and `above` where they are silent.
    #[must_use]
    pub fn or(self, above: Self) -> Self {
        Self {
            per_minute: self.per_minute.or(above.per_minute),
            queued: self.queued.or(above.queued),
            running: self.running.or(above.running),
            cpu_seconds_per_day: self.cpu_seconds_per_day.or(above.cpu_seconds_per_day),
            artifact_bytes: self.artifact_bytes.or(above.artifact_bytes),
        }
    }

    /// # Errors
    ///
    /// Returns [`InvalidLimit`] if a rate or a number of jobs is zero.
    pub fn check(&self) -> Result<(), InvalidLimit> {
        let positive =
            [("per_minute", self.per_minute), ("queued", self.queued), ("running", self.running)];
        match positive.into_iter().find(|(_, it)| *it == Some(0)) {
            Some((name, _)) => Err(InvalidLimit { name }),
            None => Ok(()),
        }
    }
}

/// What a user or a token has used of its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobUsage {
    /// Jobs that have not ended.
    pub queued: u64,
    /// Of these, those that workers have.
    pub running: u64,
    /// Milliseconds of processor time since midnight in UTC.
    pub cpu_ms_today: u64,
    pub artifact_bytes: u64,
}

/// How fast somebody submits: a point in time that moves on with each job, at most a minute ahead of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Microseconds since 1970 until which all that was submitted would last at an even pace.
    pub until_us: i64,
}

impl Pace {
    const MINUTE_US: i64 = 60_000_000;

    /// Counts one more job.
    ///
    /// # Errors
    ///
    /// Returns how long to wait until the next job is accepted.
    pub fn count(self, per_minute: u64, now: Timestamp) -> Result<Self, Duration> {
        let now = now.as_millis().saturating_mul(1000);
        let step = Self::MINUTE_US / i64::try_from(per_minute.max(1)).unwrap_or(i64::MAX);
        // What is further ahead was counted before the clock was set back.
        let is_set_back = self.until_us.saturating_sub(now) > Self::MINUTE_US;
        let until_us = if is_set_back { now } else { self.until_us.max(now) }.saturating_add(step);
        let excess = until_us.saturating_sub(now).saturating_sub(Self::MINUTE_US);
        match u64::try_from(excess) {
            Ok(excess @ 1..) => Err(Duration::from_micros(excess)),
            Ok(0) | Err(_) => Ok(Self { until_us }),
        }
    }
}

//! What a pool counts.

use std::time::Duration;

/// Upper bounds of the buckets of refill times, in seconds. One more is unbounded.
pub const REFILL_BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// A pool at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolStatistics {
    pub kinds: Vec<KindStatistics>,
    /// What those that wait use, as measured or estimated.
    pub memory_bytes: u64,
}

/// One kind at one moment; counts are since the pool began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KindStatistics {
    pub name: String,
    pub ready: usize,
    pub starting: usize,
    /// How many the demand calls for.
    pub target: usize,
    pub hits: u64,
    pub misses: u64,
    /// Sandboxes that could not be started.
    pub failed_starts: u64,
    /// Standbys that did not boot.
    pub failed_standbys: u64,
    /// Ready ones that ended by themselves.
    pub lost: u64,
    pub refills: RefillTimes,
}

/// How long refills took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefillTimes {
    pub count: u64,
    pub sum: Duration,
    /// Counts per bucket of [`REFILL_BUCKETS`], each without those below; the last is unbounded.
    pub buckets: [u64; REFILL_BUCKETS.len() + 1],
}

impl RefillTimes {
    pub(super) fn note(&mut self, time: Duration) {
        self.count += 1;
        self.sum += time;
        let seconds = time.as_secs_f64();
        let bucket = REFILL_BUCKETS.iter().position(|it| seconds <= *it);
        self.buckets[bucket.unwrap_or(REFILL_BUCKETS.len())] += 1;
    }

    pub(super) fn average(&self) -> Option<Duration> {
        Some(self.sum / u32::try_from(self.count).ok().filter(|it| *it > 0)?)
    }
}

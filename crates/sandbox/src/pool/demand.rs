//! How much of a kind was asked for lately.

use std::time::Duration;

use tokio::time::Instant;

/// Parts that the remembered time is counted in.
const PARTS: usize = 240;

/// Counts of the takes in the remembered time.
#[derive(Debug)]
pub(super) struct Demand {
    began: Instant,
    part: Duration,
    /// A ring; the part with number `n` is at `n % PARTS`.
    counts: [u32; PARTS],
    /// Number of the newest part.
    newest: u64,
}

impl Demand {
    pub(super) fn new(now: Instant, remembered: Duration) -> Self {
        let part = (remembered / PARTS as u32).max(Duration::from_millis(1));
        Self { began: now, part, counts: [0; PARTS], newest: 0 }
    }

    pub(super) fn note(&mut self, now: Instant) {
        self.advance(now);
        self.counts[slot(self.newest)] += 1;
    }

    /// The most that were taken within any stretch as long as a refill.
    pub(super) fn peak(&mut self, now: Instant, refill: Duration) -> usize {
        self.advance(now);
        let parts = refill.as_nanos().div_ceil(self.part.as_nanos()).clamp(1, PARTS as u128);
        let parts = usize::try_from(parts).unwrap_or(PARTS);
        let first = self.newest + 1;
        let in_order: Vec<u32> =
            (0..PARTS as u64).map(|it| self.counts[slot(first + it)]).collect();
        let peak = in_order.windows(parts).map(|it| it.iter().sum::<u32>()).max();
        peak.unwrap_or(0) as usize
    }

    fn advance(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.began).as_nanos() / self.part.as_nanos();
        let current = u64::try_from(since).unwrap_or(u64::MAX);
        let passed = current.saturating_sub(self.newest).min(PARTS as u64);
        for part in 0..passed {
            self.counts[slot(current - part)] = 0;
        }
        self.newest = self.newest.max(current);
    }
}

fn slot(part: u64) -> usize {
    usize::try_from(part % PARTS as u64).expect("less than PARTS")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMEMBERED: Duration = Duration::from_secs(24);

    #[tokio::test(start_paused = true)]
    async fn the_peak_is_what_came_together() {
        let began = Instant::now();
        let at = |millis| began + Duration::from_millis(millis);
        let mut demand = Demand::new(began, REMEMBERED);
        for millis in [0, 10, 20, 1000, 2000] {
            demand.note(at(millis));
        }
        assert_eq!(demand.peak(at(2000), Duration::from_millis(100)), 3);
        assert_eq!(demand.peak(at(2000), Duration::from_millis(2500)), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_demand_is_forgotten() {
        let began = Instant::now();
        let mut demand = Demand::new(began, REMEMBERED);
        demand.note(began);
        assert_eq!(demand.peak(began + REMEMBERED / 2, Duration::from_millis(10)), 1);
        assert_eq!(demand.peak(began + REMEMBERED, Duration::from_millis(10)), 0);
        demand.note(began + REMEMBERED * 10);
        assert_eq!(demand.peak(began + REMEMBERED * 10, Duration::from_millis(10)), 1);
    }
}

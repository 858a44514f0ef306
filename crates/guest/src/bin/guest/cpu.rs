//! A program's limit of CPU time, for its tree as a whole.
//!
//! Nothing in the kernel counts a tree without a control group of its own, so the guest looks: as seldom
//! as the limit allows, and ever less often while nothing is used.

use std::{
    num::NonZero,
    thread,
    time::{Duration, Instant},
};

/// The kernel's accounts of other processes advance in steps of 10 ms.
const STEP: Duration = Duration::from_millis(10);
/// How late the end of a tree that had long been idle may be noticed.
const LONGEST: Duration = Duration::from_millis(250);

#[derive(Clone, Copy, Debug)]
pub(crate) struct CpuBudget {
    limit_us: u64,
    used_us: u64,
    next_look: Instant,
    pause: Duration,
}

impl CpuBudget {
    pub(crate) fn new(limit_us: u64, now: Instant) -> Self {
        let mut budget = Self { limit_us, used_us: 0, next_look: now, pause: STEP };
        budget.next_look = now + budget.soonest();
        budget
    }

    pub(crate) fn next_look(&self) -> Instant {
        self.next_look
    }

    pub(crate) fn is_used_up(&self, used_us: u64) -> bool {
        used_us >= self.limit_us
    }

    /// Notes what was used so far, and says whether it is all.
    pub(crate) fn charge(&mut self, used_us: u64, now: Instant) -> bool {
        // Within one step of idleness nothing can be seen to be used.
        self.pause = if used_us > self.used_us { STEP } else { (self.pause * 2).min(LONGEST) };
        self.used_us = used_us;
        self.next_look = now + self.soonest().max(self.pause);
        self.is_used_up(used_us)
    }

    /// How long the rest lasts at least, with every processor at work.
    fn soonest(&self) -> Duration {
        let processors = thread::available_parallelism().map_or(1, NonZero::get) as u64;
        Duration::from_micros(self.limit_us.saturating_sub(self.used_us) / processors).max(STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_met_and_an_idle_tree_is_looked_at_less_and_less() {
        let start = Instant::now();
        let mut budget = CpuBudget::new(20_000, start);
        assert!(budget.next_look() >= start + STEP);
        let mut now = start;
        let mut pauses = Vec::new();
        for _ in 0..8 {
            assert!(!budget.charge(19_999, now));
            pauses.push(budget.next_look() - now);
            now = budget.next_look();
        }
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&LONGEST));
        assert!(budget.charge(20_000, now));
    }

    #[test]
    fn a_large_budget_is_not_looked_at_before_it_can_be_used_up() {
        let now = Instant::now();
        let processors = u32::try_from(thread::available_parallelism().unwrap().get()).unwrap();
        let budget = CpuBudget::new(60_000_000, now);
        assert_eq!(budget.next_look(), now + Duration::from_secs(60) / processors);
    }
}

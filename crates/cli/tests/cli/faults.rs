//! Faults on purpose: hubs, workers, databases and stores that are killed, stopped, filled up and lied to while
//! jobs run, as real processes on real databases.
//!
//! After each, `ledger` looks at every job that was accepted: it ended once, its output is what its program
//! printed, its program started no more often than it may, and nothing of its workers is left. The programs
//! themselves tell of their starts (`starts`), so that no database is believed.
//!
//! Here each fault is done a few times. `make chaos` does the same for hours: `RUNBOOK_CHAOS` says how many
//! times as much, `RUNBOOK_CHAOS_SEED` what is drawn.

mod bucket;
mod buckets;
mod clocks;
mod cluster;
mod databases;
mod disks;
mod doubles;
mod hubs;
mod ledger;
mod shim;
mod site;
mod starts;
mod stops;
mod workers;

/// A number from the environment.
#[expect(clippy::disallowed_methods, reason = "a test may be asked for more of itself")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|it| it.parse().unwrap())
}

/// How often something is done: so many times here, and more often when chaos is asked for.
fn times(few: u64) -> u64 {
    few * asked("RUNBOOK_CHAOS").unwrap_or(1)
}

/// Says what was done, where somebody asked for more of it than usual.
#[expect(clippy::print_stdout, reason = "whoever asked for hours wants to read of them")]
fn note(what: &str) {
    if asked("RUNBOOK_CHAOS").is_some() {
        println!("{what}");
    }
}

/// What is drawn: the same for the same seed.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        Self(asked("RUNBOOK_CHAOS_SEED").unwrap_or(1))
    }

    /// The generator is `SplitMix64`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// Lets some time pass, so that a fault comes at a point that nobody has chosen.
    fn pass(&mut self, most_ms: u64) {
        let time = std::time::Duration::from_millis(self.below(most_ms));
        std::thread::sleep(time);
    }
}

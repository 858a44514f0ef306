//! Workers, crashes, pauses, lost answers and a jumping clock over an in-memory queue that goes by the rules of
//! `model::job`, thousands of times, each from a seed that repeats it exactly.
//!
//! `RUNBOOK_SIMULATIONS=100000 cargo test --workspace --test job_simulation` runs more of them.

#![expect(clippy::unwrap_used, reason = "a simulation that cannot go on should stop")]

mod queue;
mod world;

use world::World;

/// Enough to meet each of the situations a thousand times, in a few seconds.
const SIMULATIONS: u64 = 2000;

fn simulations() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test may be asked for more of itself")]
    let asked = std::env::var("RUNBOOK_SIMULATIONS").ok();
    asked.map_or(SIMULATIONS, |it| it.parse().unwrap())
}

#[test]
fn every_job_ends_once_whatever_happens_in_between() {
    let mut seen = world::Seen::default();
    for seed in 0..simulations() {
        let mut world = World::new(seed);
        world.run(150);
        world.settle();
        world.check_end();
        seen.add(&world.seen);
    }
    println!("{seen:?}");
    // A simulation in which nothing goes wrong shows nothing.
    seen.must_have_met_everything();
}

#[test]
fn a_seed_repeats_its_simulation() {
    let run = |seed| {
        let mut world = World::new(seed);
        world.run(300);
        world.settle();
        world.log
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

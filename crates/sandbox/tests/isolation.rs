//! One test per promise of isolation, through the real backend, with hostile programs.
//!
//! Where it runs as root it runs itself once more as an ordinary user. A machine that allows no
//! sandboxes, or lacks what a probe is written in, is told as `skipped: why`.

#![expect(clippy::unwrap_used, reason = "a sandbox that cannot be driven should stop the test")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

// The suite of all backends looks for the same ones.
#[path = "backends/ready.rs"]
mod ready;

mod isolation {
    mod clones;
    mod control;
    mod egress;
    mod ending;
    mod files;
    mod harness;
    mod kernel;
    mod leftovers;
    mod mounts;
    mod network;
    mod ordinary_user;
    mod output;
    mod preview;
    mod processes;
    mod resources;
    mod signals;
    mod systems;
    mod targets;
    mod terminal;
    mod trees;
    mod uploads;
    mod waiting;
    mod work;
}

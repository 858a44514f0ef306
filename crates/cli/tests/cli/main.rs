//! The `runbook` binary from outside: its output, its exit codes, and what it leaves behind.
//!
//! Programs run in real sandboxes. On a machine that allows none, the tests that need one print
//! `skipped: why`.

#![expect(clippy::unwrap_used, reason = "a binary that cannot be driven should stop the test")]

mod check;
mod doctor;
mod exec;
mod harness;
mod http;
mod hub;
mod junit;
mod open;
mod outages;
mod processes;
mod run;
mod run_limits;
mod usage;

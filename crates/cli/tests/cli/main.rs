//! The `runbook` binary from outside: its output, its exit codes, and what it leaves behind.
//!
//! Programs run in real sandboxes. On a machine that allows none, the tests that need one print
//! `skipped: why`.

#![expect(clippy::unwrap_used, reason = "a binary that cannot be driven should stop the test")]

mod audit;
mod check;
mod clients;
mod code;
mod doctor;
mod exec;
mod faults;
mod formats;
mod harness;
mod http;
mod hub;
mod image;
mod inputs;
mod jobs;
mod junit;
mod mcp;
mod modules;
mod open;
mod outages;
#[path = "../../../store/tests/store/postgres.rs"]
mod postgres;
mod previews;
mod processes;
mod remote;
mod run;
mod run_limits;
mod stories;
mod suites;
mod tokens;
mod traces;
mod usage;

//! Whole sessions over real sandboxes, real git and a forge in memory. The agent plays what a test wants.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]
#![expect(clippy::print_stderr, reason = "a test says why it is skipped")]

mod app;
mod asking;
mod claude;
mod faults;
mod journeys;
mod learnings;
#[path = "../../../agent/tests/harness/messages_api.rs"]
mod messages_api;
mod orders;
mod stage;
mod usage;
mod visiting;

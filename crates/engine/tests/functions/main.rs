//! Functions from their first version to their history: with real programs in sandboxes where this
//! machine has them, and over a scripted sandbox where a test decides what a build does.

#![expect(clippy::print_stdout, reason = "who runs the suite wants to know what was skipped")]
#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

mod builds;
mod calls;
mod languages;
mod secrets;
mod stage;
mod warmth;

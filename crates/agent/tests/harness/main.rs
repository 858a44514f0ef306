//! Harnesses against real processes: the scripted agent, and Claude Code where it is installed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a broken test should stop, and say so"
)]

mod claude;
mod driver;
mod messages_api;
mod scripted;

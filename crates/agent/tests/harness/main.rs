//! Harnesses against real processes: the scripted agent, and Claude Code where it is installed.

#![expect(clippy::unwrap_used, reason = "a broken test should stop")]

mod claude;
mod driver;
mod messages_api;
mod scripted;

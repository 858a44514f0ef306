//! The promises of the store, each held on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::print_stdout, reason = "a test says why it is skipped")]

mod databases;
mod events;
mod executions;
mod opening;
mod postgres;
mod runbooks;
mod samples;
mod sessions;
mod settings;
mod users;

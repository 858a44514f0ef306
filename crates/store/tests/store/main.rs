//! The promises of the store, each held on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::print_stdout, reason = "a test says why it is skipped")]

mod agent_sessions;
mod artifacts;
mod audit;
mod databases;
mod equipment;
mod events;
mod executions;
mod forge_deliveries;
mod functions;
mod history;
mod jobs;
mod library;
mod live_texts;
mod model_requests;
mod opening;
mod postgres;
mod runbooks;
mod samples;
mod search;
mod secrets;
mod sessions;
mod settings;
mod tokens;
mod users;

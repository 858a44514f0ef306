//! The promises of the store, each held on SQLite and on PostgreSQL.

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

//! Texts that people edit together: editors over a real engine and store, each with a copy of their own.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

mod failing;
mod hostile;
mod person;
mod revisions;
mod together;

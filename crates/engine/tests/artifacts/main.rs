//! Artifacts over a directory and over a store that speaks S3 and fails half of its calls.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

mod audit;
mod contents;
mod hubs;
mod s3;
mod stage;
mod uploads;

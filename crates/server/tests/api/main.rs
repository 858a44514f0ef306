//! The server, asked through its router.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

mod app;
mod local;
mod openapi;
mod routes;

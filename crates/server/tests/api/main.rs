//! The server, asked through its router.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

mod app;
mod artifacts;
mod audit;
mod code;
mod components;
mod desk;
mod exchange;
mod fences;
mod functions;
mod graphql;
mod history;
mod jobs;
mod library;
mod live;
mod local;
mod local_blocks;
mod mcp;
mod offer;
mod openapi;
mod queue;
mod routes;
mod search;
mod sensitive;
mod signed;
mod slow;
mod tokens;
mod users;

//! What sessions are equipped with, over a store in memory and a scripted sandbox.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

mod kept;
mod mcp;
mod remote;
mod stage;

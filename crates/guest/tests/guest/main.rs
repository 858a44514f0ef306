//! The real guest program, as an ordinary child of the test, over a socket pair.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test waits for one frame among many")]

mod ending;
mod files;
mod host;
mod init;
mod network;
mod output;
mod pipes;
mod protocol;
mod standby;
mod start;
mod terminal;
mod tree;
mod trees;

//! The words of the domain as types: ids, states, events, and the rules by which states change.
//!
//! Nothing here does I/O, reads a clock, draws randomness or awaits: time and ids are arguments.

pub mod event;
pub mod execution;
pub mod id;
pub mod limits;
pub mod runbook;
pub mod session;
pub mod time;
pub mod user;

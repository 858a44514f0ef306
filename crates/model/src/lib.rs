//! The words of the domain as types: ids, states, events, and the rules by which states change.
//!
//! Nothing here does I/O, reads a clock, draws randomness or awaits: time and ids are arguments.

pub mod admission;
pub mod artifact;
pub mod audit;
pub mod event;
pub mod execution;
pub mod function;
pub mod id;
pub mod job;
pub mod library;
pub mod limits;
pub mod principal;
pub mod runbook;
pub mod scope;
pub mod search;
pub mod session;
pub mod time;
pub mod token;
pub mod trace;
pub mod user;
pub mod variable;
pub mod walk;

//! Agent sessions: people describe a change, review a plan, and let an agent carry out its steps.
//!
//! ```text
//!   plan      Markdown → numbered steps with checks, and edits of them
//!   session   apply(state, command) → events;  fold(state, event);  effects(event) → duties of the owner
//!   context   what an agent is told, and what a forge is: prompts, commit messages, pull requests
//!   policy    which tools it may use, by phase; what a shell command does, as far as that can be known
//!   harness   what is said to its program and what that says, as bytes
//! ```
//!
//! None of these does I/O, reads a clock or draws randomness: times and random draws are arguments.

pub mod context;
pub mod harness;
pub mod plan;
pub mod policy;
pub mod session;
pub mod visible;

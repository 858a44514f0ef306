//! Agent sessions: people describe a change, review a plan, and let an agent carry out its steps.
//!
//! ```text
//!   plan      Markdown → numbered steps with checks, and edits of them
//!   session   apply(state, command) → events;  fold(state, event);  effects(event) → duties of the owner
//!   context   what an agent is told, and what a forge is: prompts, commit messages, pull requests
//! ```
//!
//! None of these does I/O, reads a clock or draws randomness: times and random draws are arguments.

pub mod context;
pub mod plan;
pub mod session;
pub mod visible;

//! What an agent is told, and what the forge is.
//!
//! ```text
//!   system prompt   persona · context files · learnings                        the same for all of a session's work
//!   prompt          plan · step · comments · what failed · what was asked      for one piece of work
//! ```
//!
//! Everything is bounded, and nothing that a reader does not see is passed on. What nobody of the session wrote
//! (output of programs, logs and reviews from the forge, what was learned) stands in a block marked `data`, whose
//! fence is longer than any within it, below a line that says that it is no order.

mod commit;
mod data;
mod file;
mod persona;
mod prompt;
mod request;

#[cfg(test)]
mod tests;

pub use self::{
    commit::{CoAuthor, WORK_TRAILER, commit_message, work_trailer},
    data::data,
    file::ContextFile,
    persona::Persona,
    prompt::{Briefing, Learning, MAX_PROMPT_BYTES, MAX_SYSTEM_PROMPT_BYTES, prompt},
    request::{RequestOf, RequestText, request_text},
};

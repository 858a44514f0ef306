//! What models are offered: which tools there are, what they take, how answers read, and the protocol (MCP),
//! which no other crate serves.
//!
//! ```text
//! a model's program ──▶ serving ──▶ Tools::call(name, arguments) ──▶ Call ──▶ whoever answers
//!                          ◀── Answer ◀── Transcript, Shown ◀── a program's bytes
//! ```
//!
//! Who answers is a [`Tools`]: a hub in the name of its caller, this machine, or a hub at the other end of a wire.
//! It owns neither sandboxes nor runbooks and decides about no permission. What programs print is hostile: it is
//! bounded, made harmless and set apart from our own words here, and read by nobody.

mod answer;
mod arguments;
mod catalogue;
mod serving;
mod shown;
mod transcript;

pub use rmcp::model::Tool;

pub use self::{
    answer::Answer,
    arguments::{
        CallFunction, CreateRunbook, EditPlan, EditRunbook, GetJob, Language, ListJobs,
        ListRunbooks, NamedAgentSession, NamedJob, NewFile, NoArguments, ReadRunbook, RunCode,
        RunRunbook, StartAgentSession, SubmitJob,
    },
    catalogue::{Call, ToolName, Unread},
    serving::{BrokenPipe, Tools, answer, serve},
    shown::{Shown, clean, clean_line, cut},
    transcript::Transcript,
};

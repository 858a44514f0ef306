//! Adapters for agent programs: how one is started, what it says, and what it is told.
//!
//! Nothing here does I/O. A [`Harness`] gives an [`Startup`], which the owner starts in the session's
//! sandbox, and a [`Conversation`], which turns the bytes of its standard output into closed
//! [`HarnessEvent`]s and [`HarnessCommand`]s into the bytes of its standard input.
//!
//! ```text
//!  Assignment ─▶ Harness ─▶ Startup ──▶ sandbox: the program
//!                  └─▶ Conversation ◀─ stdout ─┘      ▲
//!             events ◀─┘      └─ outbox ── stdin ─────┘
//!
//!  program                conversation            owner
//!  wants a tool     ──▶   ToolProposed      ──▶   policy decides
//!                   ◀──   Judge(Decision)   ◀──
//!  if it must ask   ──▶   PermissionAsked   ──▶   a person decides
//!                   ◀──   Permit            ◀──
//!  is done          ──▶   TurnEnded         ──▶   exactly once for each prompt
//! ```
//!
//! Whatever a program writes is hostile: a line is bounded, a message that is not understood is told as
//! [`HarnessEvent::Noise`], and too much of it ends the conversation. Texts are kept as they came, with
//! any character in them.

pub mod acp;
pub mod claude;
mod command;
mod event;
mod lines;
mod own_tools;
pub mod scripted;
mod startup;

pub use command::{HarnessCommand, Permission, PlanAnswer, Refused};
pub use event::{
    Diff, Exit, HarnessEvent, Hunk, NoiseKind, Outcome, Question, Ready, RetryCause, Speaker, Usage,
};
pub use lines::MAX_LINE;
pub use own_tools::{OWN_SERVER, OwnTool};
pub use startup::{Assignment, Gateway, PlacedFile, SessionStart, Startup, Token};

/// An agent program that we know how to drive.
pub trait Harness: Send + Sync {
    fn name(&self) -> &'static str;

    /// How the program is started.
    fn startup(&self, assignment: &Assignment) -> Startup;

    /// What is said with it, from its start.
    fn conversation(&self, assignment: &Assignment) -> Box<dyn Conversation>;
}

/// One program's standard input and output, without the program.
pub trait Conversation: Send + Sync {
    /// Takes bytes of the program's standard output, cut anywhere.
    fn receive(&mut self, bytes: &[u8]) -> Vec<HarnessEvent>;

    /// Tells the program something. Gives what follows from it at once.
    ///
    /// # Errors
    ///
    /// Nothing is told when the command answers a request that is not open, or after the end.
    fn send(&mut self, command: HarnessCommand) -> Result<Vec<HarnessEvent>, Refused>;

    /// Takes the bytes that are to be written to the program's standard input.
    fn outbox(&mut self) -> Vec<u8>;

    /// The program has ended: whatever was open ends too.
    fn ended(&mut self, exit: Exit) -> Vec<HarnessEvent>;
}

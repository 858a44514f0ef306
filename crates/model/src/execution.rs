//! An execution: one attempt to run one program in a sandbox.
//!
//! ```text
//!            start            finish
//!  Queued ──────────▶ Running ───────▶ Finished(Outcome)
//!     │                  │
//!     │ cancel           │ cancel
//!     ▼                  ▼
//!  Finished(Cancelled)  Stopping ────▶ Finished(Cancelled)
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    event::Usage,
    id::{ExecutionId, RunbookId, SessionId, UserId},
    time::Timestamp,
};

/// An execution as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    pub id: ExecutionId,
    pub user: UserId,
    pub session: Option<SessionId>,
    /// Whose block it runs; `None` for one-off code.
    pub runbook: Option<RunbookId>,
    /// Id of the block that it runs; `None` for one-off code.
    pub block: Option<String>,
    /// Hash of the code that it runs, as [`Execution::block`]'s revision had it.
    pub content_hash: String,
    pub runtime: String,
    pub state: State,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// What it used; all zero until it finished.
    pub usage: Usage,
}

/// How a program ended. A program that fails is a result, not an error of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Exited {
        code: i32,
    },
    Killed {
        signal: i32,
    },
    TimedOut {
        limit: Duration,
    },
    OutOfMemory {
        limit_bytes: u64,
    },
    Cancelled,
    /// The sandbox vanished before it could report; the program may or may not have finished.
    Lost,
}

/// An [`Outcome`] without its details, as the wire names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OutcomeKind {
    Exited,
    Killed,
    TimedOut,
    OutOfMemory,
    Cancelled,
    Lost,
}

impl OutcomeKind {
    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exited => "exited",
            Self::Killed => "killed",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

impl Outcome {
    #[must_use]
    pub const fn kind(&self) -> OutcomeKind {
        match self {
            Self::Exited { .. } => OutcomeKind::Exited,
            Self::Killed { .. } => OutcomeKind::Killed,
            Self::TimedOut { .. } => OutcomeKind::TimedOut,
            Self::OutOfMemory { .. } => OutcomeKind::OutOfMemory,
            Self::Cancelled => OutcomeKind::Cancelled,
            Self::Lost => OutcomeKind::Lost,
        }
    }

    /// The program's own exit code; a program that was ended from outside has none.
    #[must_use]
    pub const fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Exited { code } => Some(*code),
            Self::Killed { .. }
            | Self::TimedOut { .. }
            | Self::OutOfMemory { .. }
            | Self::Cancelled
            | Self::Lost => None,
        }
    }

    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Exited { code: 0 })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    Stopping,
    Finished(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Start,
    Cancel,
    /// The sandbox reports that the program ended.
    Finish(Outcome),
}

/// What the engine must do for the new state to become true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Spawn,
    Kill,
}

/// The command does not apply to the current state. Expected when two clients race.
#[derive(Debug, PartialEq, Eq)]
pub struct Rejected;

/// Decides what a command means in a state.
///
/// # Errors
///
/// Returns [`Rejected`] when nothing should change.
pub fn apply(state: State, command: Command) -> Result<(State, Option<Effect>), Rejected> {
    let next = match (state, command) {
        (State::Queued, Command::Start) => (State::Running, Some(Effect::Spawn)),
        (State::Queued, Command::Cancel) => (State::Finished(Outcome::Cancelled), None),
        (State::Running, Command::Cancel) => (State::Stopping, Some(Effect::Kill)),
        (State::Running, Command::Finish(outcome)) => (State::Finished(outcome), None),
        // A program that ended by itself while being stopped still counts as cancelled.
        (State::Stopping, Command::Finish(_)) => (State::Finished(Outcome::Cancelled), None),
        (State::Queued, Command::Finish(_))
        | (State::Running, Command::Start)
        | (State::Stopping, Command::Start | Command::Cancel)
        | (State::Finished(_), _) => return Err(Rejected),
    };
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only place that calls `apply`; each test below is one row.
    #[track_caller]
    fn check(commands: &[Command], expected: &str) {
        let mut state = State::Queued;
        let mut log = Vec::new();
        for command in commands {
            match apply(state, *command) {
                Ok((next, effect)) => {
                    log.push(effect.map_or_else(|| "-".to_owned(), |it| format!("{it:?}")));
                    state = next;
                }
                Err(Rejected) => log.push("rejected".to_owned()),
            }
        }
        assert_eq!(format!("{} => {state:?}", log.join(", ")), expected);
    }

    #[test]
    fn runs_to_the_end() {
        check(
            &[Command::Start, Command::Finish(Outcome::Exited { code: 1 })],
            "Spawn, - => Finished(Exited { code: 1 })",
        );
    }

    #[test]
    fn cancelled_in_the_queue_never_spawns() {
        check(&[Command::Cancel, Command::Start], "-, rejected => Finished(Cancelled)");
    }

    #[test]
    fn exit_during_cancel_counts_as_cancelled() {
        check(
            &[Command::Start, Command::Cancel, Command::Finish(Outcome::Exited { code: 0 })],
            "Spawn, Kill, - => Finished(Cancelled)",
        );
    }
}

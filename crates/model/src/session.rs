//! A session: a live pairing of a user, a runbook and a sandbox.
//!
//! ```text
//!            opened               end
//!  Starting ────────▶ Ready ───────────▶ Ending ────────▶ Ended(reason)
//!     │                 │                          closed
//!     │ failed          │ sandbox lost
//!     ▼                 ▼
//!  Ended(Failed)     Ended(Lost)
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    id::{RunbookId, SessionId, UserId},
    time::Timestamp,
};

/// A session as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub runbook: RunbookId,
    pub state: State,
    pub created_at: Timestamp,
    pub last_activity_at: Timestamp,
    /// When it ends unless something happens in it; `None` once it ended.
    pub expires_at: Option<Timestamp>,
    /// Name of the backend that isolates its programs.
    pub isolation: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Starting,
    Ready,
    Ending(EndReason),
    Ended(EndReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The user disconnected.
    Terminated,
    /// Nothing happened in it for too long.
    Expired,
    /// The server stopped or restarted.
    Shutdown,
    /// Its sandbox vanished.
    Lost,
    /// Its sandbox could not be started.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The sandbox is up and its files are written.
    Open,
    /// The sandbox could not be started.
    Fail,
    End(EndReason),
    /// The sandbox is gone, as asked.
    Close,
    /// The sandbox is gone, and nobody asked.
    Lose,
}

/// What the engine must do for the new state to become true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    DestroySandbox,
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
        (State::Starting, Command::Open) => (State::Ready, None),
        (State::Starting, Command::Fail) => (State::Ended(EndReason::Failed), None),
        (State::Starting | State::Ready, Command::End(reason)) => {
            (State::Ending(reason), Some(Effect::DestroySandbox))
        }
        (State::Starting | State::Ready, Command::Lose) => (State::Ended(EndReason::Lost), None),
        // A sandbox that vanishes while being ended ended for the reason that was asked for.
        (State::Ending(reason), Command::Close | Command::Lose | Command::Fail) => {
            (State::Ended(reason), None)
        }
        (State::Starting, Command::Close)
        | (State::Ready, Command::Open | Command::Fail | Command::Close)
        | (State::Ending(_), Command::Open | Command::End(_))
        | (State::Ended(_), _) => return Err(Rejected),
    };
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only place that calls `apply`; each test below is one row.
    #[track_caller]
    fn check(commands: &[Command], expected: &str) {
        let mut state = State::Starting;
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
    fn opens_and_ends_when_asked() {
        check(
            &[Command::Open, Command::End(EndReason::Terminated), Command::Close],
            "-, DestroySandbox, - => Ended(Terminated)",
        );
    }

    #[test]
    fn ending_twice_changes_nothing() {
        check(
            &[
                Command::Open,
                Command::End(EndReason::Expired),
                Command::End(EndReason::Terminated),
                Command::Close,
            ],
            "-, DestroySandbox, rejected, - => Ended(Expired)",
        );
    }

    #[test]
    fn a_vanished_sandbox_ends_the_session_as_lost() {
        check(&[Command::Open, Command::Lose, Command::Close], "-, -, rejected => Ended(Lost)");
    }

    #[test]
    fn ending_while_starting_still_destroys_the_sandbox() {
        check(
            &[Command::End(EndReason::Terminated), Command::Open, Command::Close],
            "DestroySandbox, rejected, - => Ended(Terminated)",
        );
    }
}

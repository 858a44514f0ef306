//! What is seen of a session from outside its task.

use std::time::Duration;

use model::{
    execution::Execution,
    session::{Session, State},
};

use super::WalkView;

/// A session as it is right now.
#[derive(Clone, Debug)]
pub struct SessionView {
    pub session: Session,
    /// What isolates its programs; empty until its sandbox runs.
    pub protection: Protection,
    /// Place in the queue for a sandbox, 1 for the next; `None` when it is not waiting.
    pub queue_position: Option<usize>,
    /// Why it ended or could not start, for people.
    pub message: Option<String>,
    /// From asking for it to its being ready, its wait in the queue included; `None` before.
    pub ready_in: Option<Duration>,
    /// Whether nothing in it moves until it is resumed.
    pub is_paused: bool,
    pub activity: Activity,
}

/// What runs and ran in a session, for those who look at it from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Executions that were accepted so far. Who knows one less than the latest has missed some.
    pub accepted: u64,
    pub latest: Option<Execution>,
    /// The walk over several blocks that is under way, or was last.
    pub walk: Option<WalkView>,
}

/// Which protection of a sandbox holds on this machine, in words for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    pub holds: Vec<String>,
    pub missing: Vec<String>,
}

impl SessionView {
    /// A session of which only what is stored is known.
    #[must_use]
    pub fn stored(session: Session) -> Self {
        Self {
            session,
            protection: Protection::default(),
            queue_position: None,
            message: None,
            activity: Activity::default(),
            ready_in: None,
            is_paused: false,
        }
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.session.state, State::Ended(_))
    }
}

//! A session as it is shown.

use std::sync::Arc;

use agent::session::{Lifecycle, Progress, State, Status, StepState};
use model::{
    id::{AgentSessionId, EquipmentId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, AgentStanding, StoreError};

/// A session with all that is known of it.
#[derive(Clone, Debug)]
pub struct View {
    pub record: Record,
    pub state: Arc<State>,
}

/// What does not follow from its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: AgentSessionId,
    /// Counted over all of a hub.
    pub number: u64,
    pub title: String,
    pub repository: EquipmentId,
    pub began: Began,
    pub created_at: Timestamp,
}

/// Who began a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Began {
    Web,
    Api,
    Clone,
}

impl Began {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Clone => "clone",
        }
    }
}

/// A session as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub record: Record,
    pub owner: UserId,
    pub summary: Summary,
    pub last_at: Timestamp,
}

/// What lists show of a session's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub status: Status,
    pub is_paused: bool,
    pub is_archived: bool,
    /// Whether an approval, a question, a choice or a proposal waits for a person.
    pub needs_attention: bool,
    pub steps: StepCounts,
}

/// How many of the steps that are carried out are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCounts {
    pub not_started: u32,
    pub queued: u32,
    pub in_progress: u32,
    pub completed: u32,
    pub failed: u32,
}

impl StepCounts {
    #[must_use]
    pub const fn total(self) -> u32 {
        self.not_started + self.queued + self.in_progress + self.completed + self.failed
    }

    fn of(state: &State) -> Self {
        let mut counts = Self::default();
        for step in state.leaves() {
            let count = match state.step_state(&step) {
                StepState::NotStarted => &mut counts.not_started,
                StepState::Queued => &mut counts.queued,
                StepState::InProgress => &mut counts.in_progress,
                StepState::Completed => &mut counts.completed,
                StepState::Failed => &mut counts.failed,
            };
            *count += 1;
        }
        counts
    }
}

impl Summary {
    #[must_use]
    pub fn of(state: &State) -> Self {
        let is_asked = !state.approvals.is_empty() || !state.questions.is_empty();
        let has_failed = |it: &Progress| matches!(it, Progress::Failed { .. });
        Self {
            status: state.status(),
            is_paused: matches!(state.lifecycle, Lifecycle::Paused(_)),
            is_archived: state.lifecycle == Lifecycle::Archived,
            needs_attention: is_asked
                || state.choice.is_some()
                || state.proposal.is_some()
                || state.progress.values().any(has_failed),
            steps: StepCounts::of(state),
        }
    }
}

/// What the store keeps of a state beside its events.
pub(crate) fn standing(state: &State) -> AgentStanding {
    let summary = Summary::of(state);
    AgentStanding {
        summary: serde_json::to_string(&summary).expect("numbers and words are JSON"),
        seq: state.seq,
        archived: summary.is_archived,
        awake: is_awake(state),
        last_at: state.last_at,
    }
}

/// Whether something may go on in it without anybody's doing.
pub(crate) fn is_awake(state: &State) -> bool {
    state.lifecycle == Lifecycle::Active || state.running.is_some()
}

impl Listed {
    pub(crate) fn read(row: AgentSession) -> Result<Self, StoreError> {
        let record = Record::read(&row)?;
        let summary = serde_json::from_str(&row.standing.summary)
            .map_err(|_| unreadable("agent_session.summary", &row.standing.summary))?;
        Ok(Self { record, owner: row.owner, summary, last_at: row.standing.last_at })
    }
}

impl Record {
    pub(crate) fn read(row: &AgentSession) -> Result<Self, StoreError> {
        let repository = row.repository.parse();
        let repository =
            repository.map_err(|_| unreadable("agent_session.repository", &row.repository))?;
        let began = [Began::Web, Began::Api, Began::Clone];
        let began = began.into_iter().find(|it| it.name() == row.origin);
        Ok(Self {
            id: row.id,
            number: row.number,
            title: row.title.clone(),
            repository,
            began: began.ok_or_else(|| unreadable("agent_session.origin", &row.origin))?,
            created_at: row.created_at,
        })
    }
}

pub(crate) fn unreadable(column: &'static str, value: &str) -> StoreError {
    StoreError::Unreadable { column, value: value.to_owned() }
}

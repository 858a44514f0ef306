//! Sessions, and what is asked of them.

use engine::SessionView;
use model::{
    id::{RunbookId, SessionId, UserId},
    session::{EndReason, State as SessionState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a session is in its life. `TERMINATED` is what the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SessionStatus {
    Starting,
    Active,
    Ending,
    Terminated,
    Expired,
    Shutdown,
    Lost,
    Failed,
}

impl From<SessionState> for SessionStatus {
    fn from(state: SessionState) -> Self {
        match state {
            SessionState::Starting => Self::Starting,
            SessionState::Ready => Self::Active,
            SessionState::Ending(_) => Self::Ending,
            SessionState::Ended(reason) => match reason {
                EndReason::Terminated => Self::Terminated,
                EndReason::Expired => Self::Expired,
                EndReason::Shutdown => Self::Shutdown,
                EndReason::Lost => Self::Lost,
                EndReason::Failed => Self::Failed,
            },
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    pub(crate) id: SessionId,
    user_id: UserId,
    runbook_id: RunbookId,
    pub(crate) status: SessionStatus,
    /// Why it ended or could not start, for people.
    message: Option<String>,
    /// Place in the queue for a sandbox, 1 for the next; null when it is not waiting.
    queue_position: Option<usize>,
    created_at: Timestamp,
    last_activity_at: Timestamp,
    expires_at: Option<Timestamp>,
    isolation: IsolationBody,
}

/// What isolates a session's programs on this machine.
#[derive(Serialize, ToSchema)]
#[schema(as = Isolation)]
pub(crate) struct IsolationBody {
    backend: String,
    /// What holds, in words; empty until the sandbox runs.
    holds: Vec<String>,
    /// What this machine cannot give, in words.
    missing: Vec<String>,
}

impl From<SessionView> for SessionBody {
    fn from(view: SessionView) -> Self {
        let SessionView { session, protection, queue_position, message } = view;
        Self {
            id: session.id,
            user_id: session.user,
            runbook_id: session.runbook,
            status: session.state.into(),
            message,
            queue_position,
            created_at: session.created_at,
            last_activity_at: session.last_activity_at,
            expires_at: session.expires_at,
            isolation: IsolationBody {
                backend: session.isolation,
                holds: protection.holds,
                missing: protection.missing,
            },
        }
    }
}

impl From<model::session::Session> for SessionBody {
    fn from(session: model::session::Session) -> Self {
        SessionView::stored(session).into()
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewExecution)]
pub(crate) struct NewExecutionBody {
    /// Id of the block.
    pub(crate) block: String,
    /// `content_hash` of the block as the caller sees it. Another one is refused (409).
    pub(crate) content_hash: String,
}

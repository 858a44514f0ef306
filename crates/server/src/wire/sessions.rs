//! Sessions, and what is asked of them.

use engine::SessionView;
use model::{
    id::{RunbookId, SessionId, UserId},
    session::{EndReason, State as SessionState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{executions::ExecutionBody, walks::WalkBody};

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
    /// How long it took until it was ready; null before, and once it has ended.
    ready_ms: Option<u64>,
    /// Whether nothing in it moves until it is resumed.
    paused: bool,
    isolation: IsolationBody,
    /// Executions of it since the server started; who knows one less than the latest has missed some.
    executions: u64,
    /// The execution that was accepted last.
    latest: Option<ExecutionBody>,
    /// The walk over several blocks that is under way, or was last.
    walk: Option<WalkBody>,
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
        let SessionView {
            session,
            protection,
            queue_position,
            message,
            ready_in,
            is_paused,
            activity,
        } = view;
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
            ready_ms: ready_in.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX)),
            paused: is_paused,
            isolation: IsolationBody {
                backend: session.isolation,
                holds: protection.holds,
                missing: protection.missing,
            },
            executions: activity.accepted,
            latest: activity.latest.map(ExecutionBody::from),
            walk: activity.walk.map(WalkBody::from),
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
    /// Whether somebody will answer what the block asks on standard input. If not, its input is empty.
    #[serde(default)]
    pub(crate) interactive: bool,
}

/// Most bytes of standard input in one request: what a person pastes, and a quarter of the guest's window.
pub(crate) const MAX_STDIN: usize = 64 << 10;

/// Text for a program's standard input.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = Stdin)]
pub(crate) struct StdinBody {
    /// At most 64 KiB.
    #[schema(max_length = 65_536)]
    pub(crate) data: String,
    /// Nothing follows.
    #[serde(default)]
    pub(crate) end: bool,
}

/// A text that somebody types.
#[derive(Deserialize, ToSchema)]
#[schema(as = CompletionQuestion)]
pub(crate) struct CompletionQuestionBody {
    /// The block that it is the code of, by its id.
    pub(crate) block: Option<String>,
    /// Or its language.
    pub(crate) runtime: Option<String>,
    /// Whose variables count, with a language: `keep`, `fresh` or a name.
    pub(crate) kernel: Option<String>,
    pub(crate) code: String,
    /// In UTF-16 code units, as JavaScript counts.
    pub(crate) cursor: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Completion)]
pub(crate) struct CompletionBody {
    pub(crate) items: Vec<CompletionItemBody>,
    /// What an item takes the place of, in UTF-16 code units.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CompletionItem)]
pub(crate) struct CompletionItemBody {
    pub(crate) text: String,
}

impl From<engine::Completion> for CompletionBody {
    fn from(it: engine::Completion) -> Self {
        let items = it.items.into_iter().map(|text| CompletionItemBody { text }).collect();
        Self { items, start: it.start, end: it.end }
    }
}

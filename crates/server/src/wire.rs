//! The shapes that travel: what requests and responses look like as JSON.

use document::{Block, BlockKind, Document, Severity};
use engine::{Opened, SessionView};
use model::{
    execution::{Execution, Outcome, OutcomeKind, State as ExecutionState},
    id::{ExecutionId, RunbookId, SessionId, UserId},
    runbook::Runbook,
    session::{EndReason, State as SessionState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{Cursor, Page, ParseCursorError};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageBody<T> {
    pub(crate) items: Vec<T>,
    /// Give it back as `cursor` for the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T> PageBody<T> {
    pub(crate) fn new<S>(page: Page<S>, item: impl FnMut(S) -> T) -> Self {
        let next_cursor = page.next.map(|it| it.to_string());
        Self { items: page.items.into_iter().map(item).collect(), next_cursor }
    }
}

/// A whole list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListBody<T> {
    pub(crate) items: Vec<T>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Entries on a page: 1 to 100, 50 if left out.
    pub(crate) limit: Option<u64>,
}

impl PageQuery {
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        let cursor = self.cursor.as_deref().map(str::parse).transpose();
        cursor.map_err(|error: ParseCursorError| Problem::invalid(error.to_string()))
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(50).clamp(1, 100)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) username: String,
}

impl From<model::user::User> for UserBody {
    fn from(user: model::user::User) -> Self {
        Self { id: user.id, email: user.email, username: user.username }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SignUp)]
pub(crate) struct SignUpBody {
    pub(crate) email: String,
    /// 2 to 40 letters, digits, `-`, `_` or `.`.
    pub(crate) username: String,
    /// At least 8 characters.
    pub(crate) password: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SignIn)]
pub(crate) struct SignInBody {
    /// Email address or username.
    #[serde(alias = "username")]
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub(crate) struct SignedInBody {
    pub(crate) token: String,
    pub(crate) user: UserBody,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Hub,
    Local,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Config)]
pub(crate) struct ConfigBody {
    pub(crate) mode: Mode,
    /// Whether anybody may make an account.
    pub(crate) sign_up: bool,
    pub(crate) version: String,
}

/// A language that blocks can be written in.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuntimeName {
    Python,
    Node,
    Bash,
    Golang,
    Typescript,
    Rust,
}

impl From<document::Runtime> for RuntimeName {
    fn from(runtime: document::Runtime) -> Self {
        use document::Runtime;
        match runtime {
            Runtime::Python => Self::Python,
            Runtime::Node => Self::Node,
            Runtime::Bash => Self::Bash,
            Runtime::Go => Self::Golang,
            Runtime::Typescript => Self::Typescript,
            Runtime::Rust => Self::Rust,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Runtime)]
pub(crate) struct RuntimeBody {
    pub(crate) name: RuntimeName,
    pub(crate) available: bool,
    pub(crate) version: Option<String>,
    /// What to do where it is missing.
    pub(crate) message: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewRunbook)]
pub(crate) struct NewRunbookBody {
    pub(crate) title: String,
    pub(crate) content: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RunbookChange)]
pub(crate) struct RunbookChangeBody {
    pub(crate) title: Option<String>,
    pub(crate) content: Option<String>,
    /// The revision that was edited. If another one came after it, nothing is saved (409).
    pub(crate) revision: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunbookSummary)]
pub(crate) struct RunbookSummaryBody {
    pub(crate) id: RunbookId,
    pub(crate) title: String,
    pub(crate) revision: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// My live session of it.
    pub(crate) session: Option<SessionBody>,
}

impl RunbookSummaryBody {
    pub(crate) fn new(runbook: Runbook, session: Option<SessionView>) -> Self {
        Self {
            id: runbook.id,
            title: runbook.title,
            revision: runbook.revision,
            created_at: runbook.created_at,
            updated_at: runbook.updated_at,
            session: session.map(SessionBody::from),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Runbook)]
pub(crate) struct RunbookBody {
    #[serde(flatten)]
    pub(crate) summary: RunbookSummaryBody,
    pub(crate) content: String,
    pub(crate) blocks: Vec<BlockBody>,
    pub(crate) diagnostics: Vec<DiagnosticBody>,
    /// Lines at the top that are front matter.
    pub(crate) front_matter_lines: usize,
    pub(crate) editable: bool,
    /// Whether the file has changed since its blocks were approved (local mode).
    pub(crate) drifted: bool,
}

impl RunbookBody {
    pub(crate) fn new(opened: Opened, session: Option<SessionView>) -> Self {
        let Opened { runbook, revision, document } = opened;
        let front_matter = document.front_matter.as_ref();
        Self {
            summary: RunbookSummaryBody::new(runbook, session),
            front_matter_lines: front_matter
                .map_or(0, |it| revision.content[it.span.clone()].lines().count()),
            content: revision.content,
            blocks: blocks(&document),
            diagnostics: diagnostics(&document),
            editable: true,
            drifted: false,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Blocks)]
pub(crate) struct BlocksBody {
    pub(crate) blocks: Vec<BlockBody>,
    pub(crate) diagnostics: Vec<DiagnosticBody>,
}

impl BlocksBody {
    pub(crate) fn new(document: &Document) -> Self {
        Self { blocks: blocks(document), diagnostics: diagnostics(document) }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BlockKind)]
pub(crate) enum BlockKindBody {
    Code,
    File,
}

/// A fenced code block of a document.
#[derive(Serialize, ToSchema)]
#[schema(as = Block)]
pub(crate) struct BlockBody {
    id: String,
    kind: BlockKindBody,
    runnable: bool,
    /// Place among the runnable blocks, counted from 0.
    index: Option<usize>,
    name: Option<String>,
    language: Option<String>,
    runtime: Option<RuntimeName>,
    /// Where a file block is written, relative to the workspace.
    path: Option<String>,
    /// Line of the opening fence, counted from 1.
    line: usize,
    end_line: usize,
    code: String,
    content_hash: String,
    timeout_ms: Option<u64>,
}

fn blocks(document: &Document) -> Vec<BlockBody> {
    let mut runnable = 0..;
    document.blocks.iter().map(|it| block(it, &mut runnable)).collect()
}

fn block(block: &Block, runnable_so_far: &mut impl Iterator<Item = usize>) -> BlockBody {
    let runnable = block.is_runnable();
    let path = match &block.kind {
        BlockKind::File { path } => path.as_ref().map(ToString::to_string),
        BlockKind::Code { .. } => None,
    };
    BlockBody {
        id: block.id.to_string(),
        kind: match block.kind {
            BlockKind::Code { .. } => BlockKindBody::Code,
            BlockKind::File { .. } => BlockKindBody::File,
        },
        runnable,
        index: if runnable { runnable_so_far.next() } else { None },
        name: block.name.clone(),
        language: block.language.clone(),
        runtime: block.runtime.map(RuntimeName::from),
        path,
        line: block.line,
        end_line: block.end_line,
        code: block.code.clone(),
        content_hash: block.content_hash.clone(),
        timeout_ms: block.options.timeout.and_then(|it| u64::try_from(it.as_millis()).ok()),
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Severity)]
pub(crate) enum SeverityBody {
    Error,
    Warning,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Diagnostic)]
pub(crate) struct DiagnosticBody {
    severity: SeverityBody,
    code: String,
    message: String,
    /// Counted from 1.
    line: usize,
    /// In characters, counted from 1.
    column: usize,
}

fn diagnostics(document: &Document) -> Vec<DiagnosticBody> {
    let body = |it: &document::Diagnostic| DiagnosticBody {
        severity: match it.severity {
            Severity::Error => SeverityBody::Error,
            Severity::Warning => SeverityBody::Warning,
        },
        code: it.code.to_owned(),
        message: it.message.clone(),
        line: it.line,
        column: it.column,
    };
    document.diagnostics.iter().map(body).collect()
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revision)]
pub(crate) struct RevisionBody {
    pub(crate) number: i64,
    pub(crate) author: UserId,
    pub(crate) created_at: Timestamp,
}

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
    /// What isolates its programs, in words.
    isolation: String,
}

impl From<SessionView> for SessionBody {
    fn from(view: SessionView) -> Self {
        let SessionView { session, queue_position, message } = view;
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
            isolation: session.isolation,
        }
    }
}

impl From<model::session::Session> for SessionBody {
    fn from(session: model::session::Session) -> Self {
        SessionView { session, queue_position: None, message: None }.into()
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = NewExecution)]
pub(crate) struct NewExecutionBody {
    /// Id of the block.
    pub(crate) block: String,
    /// `content_hash` of the block as the caller sees it. Another one is refused (409).
    pub(crate) content_hash: String,
}

/// The first seed's way to run a block.
#[derive(Deserialize, ToSchema)]
#[schema(as = ExecBlock)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecBlockBody {
    pub(crate) session_id: SessionId,
    /// Counts the document's runnable blocks from 0.
    pub(crate) block_index: usize,
    pub(crate) runtime: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExecutionState)]
pub(crate) enum ExecutionStateBody {
    Queued,
    Running,
    Stopping,
    Finished,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Execution)]
pub(crate) struct ExecutionBody {
    id: ExecutionId,
    session_id: Option<SessionId>,
    runbook_id: Option<RunbookId>,
    block: Option<String>,
    content_hash: String,
    runtime: String,
    state: ExecutionStateBody,
    outcome: Option<OutcomeKind>,
    exit_code: Option<i32>,
    signal: Option<i32>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    duration_ms: Option<u64>,
    truncated: bool,
}

impl From<Execution> for ExecutionBody {
    fn from(it: Execution) -> Self {
        let (state, outcome) = match it.state {
            ExecutionState::Queued => (ExecutionStateBody::Queued, None),
            ExecutionState::Running => (ExecutionStateBody::Running, None),
            ExecutionState::Stopping => (ExecutionStateBody::Stopping, None),
            ExecutionState::Finished(outcome) => (ExecutionStateBody::Finished, Some(outcome)),
        };
        let signal = match outcome {
            Some(Outcome::Killed { signal }) => Some(signal),
            Some(
                Outcome::Exited { .. }
                | Outcome::TimedOut { .. }
                | Outcome::OutOfMemory { .. }
                | Outcome::Cancelled
                | Outcome::Lost,
            )
            | None => None,
        };
        Self {
            id: it.id,
            session_id: it.session,
            runbook_id: it.runbook,
            block: it.block,
            content_hash: it.content_hash,
            runtime: it.runtime,
            state,
            outcome: outcome.as_ref().map(Outcome::kind),
            exit_code: outcome.as_ref().and_then(Outcome::exit_code),
            signal,
            created_at: it.created_at,
            started_at: it.started_at,
            finished_at: it.finished_at,
            duration_ms: outcome.map(|_| it.usage.duration_ms),
            truncated: it.usage.truncated,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Number of the first event to send; 1, the first one, if left out.
    pub(crate) from: Option<u64>,
}

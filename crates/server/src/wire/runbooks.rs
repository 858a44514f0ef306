//! Runbooks, their blocks and what is wrong with them.

use document::{Block, BlockKind, Document, Expectation, Hide, Severity};
use engine::{Opened, SessionView};
use model::{id::RunbookId, runbook::Runbook, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{health::RuntimeName, inputs::InputBody, sessions::SessionBody};

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewRunbook)]
pub(crate) struct NewRunbookBody {
    /// Not only spaces.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub(crate) title: String,
    pub(crate) content: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RunbookChange)]
pub(crate) struct RunbookChangeBody {
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
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
    /// What it asks its reader for before its blocks run.
    pub(crate) inputs: Vec<InputBody>,
    pub(crate) editable: bool,
    /// Whether the file has changed since its blocks were approved (local mode).
    pub(crate) drifted: bool,
}

impl RunbookBody {
    pub(crate) fn new(opened: Opened, session: Option<SessionView>) -> Self {
        let Opened { runbook, revision, document } = opened;
        Self {
            summary: RunbookSummaryBody::new(runbook, session),
            content: revision.content,
            blocks: blocks(&document),
            diagnostics: diagnostics(&document),
            inputs: document.inputs.iter().map(InputBody::from).collect(),
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
    /// Names or ids of the blocks that run before it.
    needs: Vec<String>,
    tags: Vec<String>,
    /// Whether it runs beside those after it.
    background: bool,
    /// Whether it runs only when it is asked for by itself.
    manual: bool,
    expect: ExpectationBody,
    /// What a reader does not see at first.
    hide: HideBody,
    /// Names of the secrets that it finds in its environment.
    secrets: Vec<String>,
}

/// How a block must end to pass.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Expectation)]
pub(crate) enum ExpectationBody {
    Success,
    Failure,
    Any,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Hide)]
pub(crate) enum HideBody {
    Nothing,
    Code,
    Output,
    Both,
}

fn blocks(document: &Document) -> Vec<BlockBody> {
    let mut runnable = 0..;
    document.blocks.iter().map(|it| block(document, it, &mut runnable)).collect()
}

fn block(
    document: &Document,
    block: &Block,
    runnable_so_far: &mut impl Iterator<Item = usize>,
) -> BlockBody {
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
        needs: block.options.needs.clone(),
        tags: block.options.tags.clone(),
        background: block.options.background,
        manual: block.options.exclude_from_run_all,
        expect: match block.options.expect {
            Expectation::Success => ExpectationBody::Success,
            Expectation::Failure => ExpectationBody::Failure,
            Expectation::Any => ExpectationBody::Any,
        },
        hide: match block.options.hide {
            Hide::Nothing => HideBody::Nothing,
            Hide::Code => HideBody::Code,
            Hide::Output => HideBody::Output,
            Hide::Both => HideBody::Both,
        },
        secrets: document.secrets_of(block).into_iter().map(str::to_owned).collect(),
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

impl DiagnosticBody {
    /// Of a file as a whole.
    pub(crate) fn of_file(message: String) -> Self {
        let code = "unreadable".to_owned();
        Self { severity: SeverityBody::Error, code, message, line: 1, column: 1 }
    }
}

impl From<&document::Diagnostic> for DiagnosticBody {
    fn from(it: &document::Diagnostic) -> Self {
        Self {
            severity: match it.severity {
                Severity::Error => SeverityBody::Error,
                Severity::Warning => SeverityBody::Warning,
            },
            code: it.code.to_owned(),
            message: it.message.clone(),
            line: it.line,
            column: it.column,
        }
    }
}

fn diagnostics(document: &Document) -> Vec<DiagnosticBody> {
    document.diagnostics.iter().map(DiagnosticBody::from).collect()
}

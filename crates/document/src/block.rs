//! A block: one fence of a document and all that its author said about it.

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{code::Layout, file_path::FilePath, options::BlockOptions, runtime::Runtime};

/// Identifies a block across the revisions of its document. Never written into the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlockId(String);

impl BlockId {
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A fenced code block, including bare fences and those that never run.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub id: BlockId,
    pub kind: BlockKind,
    /// How this fence is written; see [`Dialect`].
    pub dialect: Dialect,
    /// The whole fence with its markers, from the first one to the end of the closing line.
    pub span: Range<usize>,
    /// First to last byte of the inner text with its last line ending. In a list or a block quote
    /// it contains the prefixes of the lines between; [`Block::body`] is without them.
    pub body_span: Range<usize>,
    /// Line of the opening fence, counted from 1.
    pub line: usize,
    /// Last line of the fence, counted from 1.
    pub end_line: usize,
    /// All that follows the opening marker, as written.
    pub info: String,
    pub info_span: Range<usize>,
    /// As written, without what the dialect puts around it.
    pub language: Option<String>,
    pub runtime: Option<Runtime>,
    pub name: Option<String>,
    /// What the info string and the cell's own option lines say; bare words have empty values.
    pub attributes: BTreeMap<String, String>,
    pub options: BlockOptions,
    /// What is executed or written: without container prefixes, cell options, prompts and
    /// markers of hidden lines. Lines end in `\n`.
    pub code: String,
    /// 32 hex digits over kind, language, path and code.
    pub content_hash: String,
    pub(crate) marker: Marker,
    /// The body where it differs from `code`.
    pub(crate) body: Option<String>,
    /// For each line of `code`, which body line it comes from, counted from 0.
    pub(crate) code_lines: Vec<usize>,
    pub(crate) layout: Layout,
    pub(crate) closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// `runnable` says whether a reader gets a Run button.
    Code { runnable: bool },
    /// Written into the workspace before anything runs. Without a path the document asked for one
    /// that is missing or refused (there is a diagnostic), and nothing may be written.
    File { path: Option<FilePath> },
}

/// The character of a fence and how many of it open the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) character: char,
    pub(crate) length: usize,
}

/// A way of writing blocks that run. New blocks follow the dialect of their document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Fences with at most a language.
    Plain,
    /// ```` ```runnable python ```` and ```` ```file python utils.py ````
    Seed,
    /// ```` ```python {run name=load} ````
    Run,
    /// ```` ```sh { name=x } ```` or the same in JSON
    Runme,
    /// ```` ```{python} ```` with `#|` options
    Quarto,
    /// ```` ```{code-cell} ````
    Myst,
    /// ```` ```python tags=["a"] ```` under a `jupyter:` front matter
    Jupytext,
    /// ```` ```python {.marimo} ````
    Marimo,
    /// Plain fences between `<!-- livebook:{…} -->` comments
    Livebook,
    /// ```` ```rust,editable ````
    Mdbook,
    /// ```` ```{.python .numberLines} ````
    Pandoc,
}

impl Block {
    #[must_use]
    pub const fn is_runnable(&self) -> bool {
        matches!(self.kind, BlockKind::Code { runnable: true })
    }

    /// Whether a closing marker ends the block. One without never runs.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The inner text as a Markdown reader shows it: without container prefixes, but with cell
    /// options, prompts and markers of hidden lines. Lines end in `\n`.
    #[must_use]
    pub fn body(&self) -> &str {
        self.body.as_deref().unwrap_or(&self.code)
    }

    /// The line of the document, counted from 1, of a line of `code`, counted from 1: where an
    /// interpreter's message about this block points.
    #[must_use]
    pub fn document_line(&self, code_line: usize) -> usize {
        let last = self.code_lines.len().saturating_sub(1);
        let body_line = self.code_lines.get(code_line.saturating_sub(1).min(last));
        self.line + 1 + body_line.copied().unwrap_or_default()
    }
}

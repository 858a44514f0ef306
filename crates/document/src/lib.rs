//! Text to a document of blocks, with diagnostics and exact spans.
//!
//! [`parse`] never fails: what it cannot make sense of becomes a [`Diagnostic`] beside the blocks.
//! A document holds spans into the text it came from, never a changed copy of it, so a text that
//! nobody edits saves as it was; [`replace_block_code`] touches the lines of one block, and only what
//! is asked to ([`tidy`], [`rewrite_dialect`], [`with_outputs`]) changes more.
//!
//! ```text
//!   text ──front_matter──▶ fence (pulldown-cmark) ──▶ info + cell ──▶ code ──▶ policy, ids, checks
//!            yaml, toml      where each fence is       what it says     what     which run, and
//!            or json         and its inner lines       of itself        is run   what is wrong
//! ```
//!
//! MDX ([`Syntax::Mdx`]) is Markdown with components between its prose; see [`Component`].
//!
//! Other formats come and go through [`Notebook`] (`.ipynb`), [`import`] and `to_html`.
//!
//! This crate runs nothing, reads no file and no clock, and evaluates no template or JSX.

mod assemble;
mod block;
mod cell;
mod checks;
mod code;
mod depth;
mod diagnostic;
mod document;
mod edit;
mod fence;
mod file_path;
mod freshness;
mod front_matter;
mod ids;
mod import;
mod info;
mod inputs;
mod mdx;
mod needs;
mod notebook;
mod options;
mod outputs;
mod page;
mod plan;
mod policy;
mod rewrite;
mod runtime;
mod sandbox_options;
pub mod suite;
mod tidy;
mod transcript;
mod yaml;

pub use block::{Block, BlockId, BlockKind, Dialect};
pub use depth::too_deep;
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Document, Heading, MAX_BLOCKS, MAX_DOCUMENT_BYTES, Syntax, parse, parse_as};
pub use edit::{replace_block_code, replace_body_lines};
pub use file_path::{FilePath, FilePathError};
pub use freshness::{Freshness, Ran, Stale};
pub use front_matter::{FrontMatter, FrontMatterFormat};
pub use import::{ImportError, Imported, import, is_document, with_files};
pub use inputs::{Input, InputKind, InputProblem, MAX_INPUT_BYTES};
pub use mdx::{
    Component, ComponentCode, ComponentKind, Segment, TemplateValue, normal_id, template_values,
};
pub use notebook::{
    Cell, CellKind, Converted, MAX_NOTEBOOK_BYTES, Notebook, NotebookError, Output, Outputs, Stream,
};
pub use options::{BlockOptions, Expectation, Hide, Kernel};
pub use outputs::with_outputs;
pub use page::{POLICY as PAGE_POLICY, Shown};
pub use plan::{PlanError, Planned, Selection};
pub use policy::RunPolicy;
pub use rewrite::{RewriteError, rewrite_dialect};
pub use runtime::{Runtime, UnknownRuntime};
pub use sandbox_options::{NetworkOption, SandboxOptions};
pub use tidy::tidy;
pub use transcript::{Check, Expected, Rules, Step, difference, matches};

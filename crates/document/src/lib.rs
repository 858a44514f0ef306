//! Text to a document of blocks, with diagnostics and exact spans.
//!
//! [`parse`] never fails: what it cannot make sense of becomes a [`Diagnostic`] beside the blocks.
//! A document holds spans into the text it came from, never a changed copy of it, so a text that
//! nobody edits saves as it was; [`replace_block_code`] is the only way here to make a new text,
//! and it touches the lines of one block.
//!
//! ```text
//!   text ──front_matter──▶ fence (pulldown-cmark) ──▶ info + cell ──▶ code ──▶ policy, ids, checks
//!            yaml, toml      where each fence is       what it says     what     which run, and
//!            or json         and its inner lines       of itself        is run   what is wrong
//! ```
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
mod front_matter;
mod ids;
mod info;
mod options;
mod policy;
mod runtime;
mod sandbox_options;
mod yaml;

pub use block::{Block, BlockId, BlockKind, Dialect};
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Document, MAX_BLOCKS, MAX_DOCUMENT_BYTES, parse};
pub use edit::replace_block_code;
pub use file_path::{FilePath, FilePathError};
pub use front_matter::{FrontMatter, FrontMatterFormat};
pub use options::{BlockOptions, Expectation, Hide};
pub use policy::RunPolicy;
pub use runtime::{Runtime, UnknownRuntime};
pub use sandbox_options::{NetworkOption, SandboxOptions};

//! Notebooks: cells with their outputs, as Jupyter keeps them, and the way to Markdown and back.
//!
//! ```text
//!   .ipynb ──json::read──▶ Notebook ──to_markdown──▶ text ──parse──▶ Document
//!          ◀──json::write──         ◀──from_markdown──────────────────┘
//! ```
//!
//! What Markdown has no words for stands in comments right before what it is about:
//! `<!-- cell {…} -->` and `<!-- output {…} -->`. Nothing here runs a cell or reads a file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::runtime::Runtime;

mod comment;
mod from_markdown;
mod json;
mod magic;
mod to_markdown;
mod yaml_out;

pub use json::{MAX_NOTEBOOK_BYTES, NotebookError};
pub use to_markdown::{Converted, Outputs};

pub(crate) use comment::{Comment, comment_at};
pub(crate) use from_markdown::is_output;
pub(crate) use magic::first_magic;
pub(crate) use to_markdown::{attribute, fenced, output, richest};

/// A notebook, whichever version of the format it came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notebook {
    /// Of the notebook as a whole, such as `kernelspec`.
    pub metadata: Map<String, Value>,
    pub cells: Vec<Cell>,
    /// What was changed while it was read, for people.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub kind: CellKind,
    /// Unique within its notebook, where there is one.
    pub id: Option<String>,
    pub source: String,
    pub metadata: Map<String, Value>,
    /// Files of a cell of Markdown: name to MIME bundle.
    pub attachments: Map<String, Value>,
    /// Of a cell of code.
    pub outputs: Vec<Output>,
    pub execution_count: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellKind {
    #[default]
    Markdown,
    Code,
    Raw,
}

/// Something that a program left to be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Stream {
        stream: Stream,
        text: String,
    },
    /// A MIME bundle: media type to content, text as it is and bytes in base64.
    Display {
        data: BTreeMap<String, Value>,
        /// Of the value of a cell's last line.
        result: bool,
        count: Option<u64>,
    },
    Error {
        name: String,
        value: String,
        /// Its lines, perhaps with ANSI colours.
        traceback: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Notebook {
    /// The language of its kernel, as it calls it.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        let at = |path: [&str; 2]| self.metadata.get(path[0])?.get(path[1])?.as_str();
        at(["kernelspec", "language"])
            .or_else(|| at(["language_info", "name"]))
            .or_else(|| at(["kernelspec", "name"]))
            .filter(|it| !it.trim().is_empty())
    }
}

/// How Jupyter knows the kernel of a runtime.
pub(crate) fn kernelspec(runtime: Runtime) -> Value {
    let (name, language, shown) = match runtime {
        Runtime::Python => ("python3", "python", "Python 3"),
        Runtime::Node => ("javascript", "javascript", "JavaScript (Node.js)"),
        Runtime::Bash => ("bash", "bash", "Bash"),
        Runtime::Go => ("gonb", "go", "Go (gonb)"),
        Runtime::Typescript => ("tslab", "typescript", "TypeScript"),
        Runtime::Rust => ("rust", "rust", "Rust"),
    };
    serde_json::json!({ "name": name, "language": language, "display_name": shown })
}

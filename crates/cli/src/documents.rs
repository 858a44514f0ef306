//! Finds and reads the document that a command is about.

use std::{
    fs,
    path::{Path, PathBuf},
};

use document::{Diagnostic, Document, Severity};

use crate::failure::Failure;

/// What a directory may hold as its document, the first one that is there.
const NAMES: [&str; 3] = ["runbook.mdx", "runbook.md", "README.md"];

/// A document on disk.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) document: Document,
}

impl Source {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let path = locate(path)?;
        let bytes = fs::read(&path).map_err(|error| {
            Failure::rejected(format!("{} cannot be read: {error}", path.display()))
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let position = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..position].iter().filter(|it| **it == b'\n').count() + 1;
            let place = format!("{}:{line}", path.display());
            Failure::rejected(format!("{place} is not UTF-8 text; save the file as UTF-8"))
        })?;
        let document = document::parse(&text);
        Ok(Self { path, text, document })
    }

    /// The title, or else the name of the file.
    pub(crate) fn title(&self) -> String {
        let file = || self.path.file_stem().map(|it| it.to_string_lossy().into_owned());
        self.document.title.clone().or_else(file).unwrap_or_else(|| "Runbook".to_owned())
    }

    /// `file:line:column: message`, as compilers write it.
    pub(crate) fn place(&self, it: &Diagnostic) -> String {
        format!("{}:{}:{}: {}", self.path.display(), it.line, it.column, it.message)
    }

    /// The first thing that keeps the document from being run.
    pub(crate) fn first_error(&self) -> Option<&Diagnostic> {
        self.document.diagnostics.iter().find(|it| it.severity == Severity::Error)
    }
}

fn locate(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    NAMES.iter().map(|it| path.join(it)).find(|it| it.is_file()).ok_or_else(|| {
        let names = NAMES.join(", ");
        Failure::rejected(format!("{} has none of {names}; name a file", path.display()))
    })
}

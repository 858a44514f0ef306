//! Finds and reads the document that a command is about.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use document::{Block, Diagnostic, Document, Severity};

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
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid =
                String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            let line = valid.matches('\n').count() + 1;
            let column = valid.chars().rev().take_while(|it| *it != '\n').count() + 1;
            let place = format!("{}:{line}:{column}", path.display());
            Failure::rejected(format!("{place}: this is not UTF-8 text; save the file as UTF-8"))
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

    /// What a block is called on the command line: its name, or else its place among those that
    /// run, counted from 1.
    pub(crate) fn block_name(&self, block: &Block) -> String {
        block.name.clone().unwrap_or_else(|| self.number(block).to_string())
    }

    /// Whether somebody who says `name` means this block. A name goes before a number.
    pub(crate) fn is_named(&self, block: &Block, name: &str) -> bool {
        if self.document.runnable().any(|it| it.name.as_deref() == Some(name)) {
            return block.name.as_deref() == Some(name);
        }
        block.id.as_str() == name || self.number(block).to_string() == name
    }

    /// `file:line: block "name" (language)`, for people to find and for editors to open.
    pub(crate) fn block_place(&self, block: &Block) -> String {
        let name = match &block.name {
            Some(name) => format!("{name:?}"),
            None => self.number(block).to_string(),
        };
        let language = block.runtime.map_or("?", |it| it.name());
        format!("{}:{}: block {name} ({language})", self.path.display(), block.line)
    }

    fn number(&self, block: &Block) -> usize {
        self.document.runnable().take_while(|it| it.id != block.id).count() + 1
    }

    /// The first thing that keeps the document from being run.
    pub(crate) fn first_error(&self) -> Option<&Diagnostic> {
        self.document.diagnostics.iter().find(|it| it.severity == Severity::Error)
    }
}

/// A file that the user named cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    #[expect(clippy::wildcard_enum_match_arm, reason = "two of forty call for advice")]
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {path}; check its name"),
        io::ErrorKind::IsADirectory => format!("{path} is a directory; name a file"),
        _ => format!("{path} cannot be read: {error}"),
    };
    Failure::rejected(message)
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

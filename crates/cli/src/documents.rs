//! Finds and reads the document that a command is about.

mod address;
mod module;
mod remote;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use document::{Block, Diagnostic, Document, Notebook, Outputs, Severity, Syntax};
use engine::local::OpenedModule;
use tempfile::TempDir;

pub(crate) use self::remote::Origin;
use self::{address::Address, remote::Fetched};
use crate::failure::Failure;

/// What a directory may hold as its document, the first one that is there.
const NAMES: [&str; 3] = ["runbook.mdx", "runbook.md", "README.md"];

/// A document on disk.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// The document; of a notebook, what it is in Markdown.
    pub(crate) text: String,
    /// What the file holds.
    pub(crate) original: String,
    pub(crate) document: Document,
    /// Of a notebook, the line of the text on which each cell begins.
    cell_lines: Option<Vec<usize>>,
    /// Where it came from, if not from this machine.
    pub(crate) origin: Option<Origin>,
    /// The module that it is opened for, if it is.
    pub(crate) module: Option<OpenedModule>,
    /// Whether it came with this program.
    pub(crate) is_ours: bool,
    /// Hold its files and those of its module, if they came from elsewhere.
    directories: Vec<TempDir>,
}

/// What somebody named, on this machine.
struct Brought {
    path: PathBuf,
    /// Where it came from, and what holds it, if it came from elsewhere.
    origin: Option<Origin>,
    directory: Option<TempDir>,
}

impl Brought {
    async fn new(named: &Path) -> Result<Self, Failure> {
        let elsewhere = named.to_str().filter(|_| !named.exists());
        let address = elsewhere.map(Address::parse).transpose().map_err(Failure::rejected)?;
        let Some(address) = address.flatten() else {
            return Ok(Self { path: named.to_owned(), origin: None, directory: None });
        };
        let Fetched { path, origin, directory } = address.fetch().await?;
        Ok(Self { path, origin: Some(origin), directory: Some(directory) })
    }
}

impl Source {
    /// Reads a document of this machine, or brings one from a repository or an address.
    pub(crate) async fn open(document: &Path) -> Result<Self, Failure> {
        Self::of(Brought::new(document).await?)
    }

    fn of(brought: Brought) -> Result<Self, Failure> {
        let Brought { path, origin, directory } = brought;
        let source = Self::read(&path)?;
        Ok(Self { origin, directories: directory.into_iter().collect(), ..source })
    }

    /// The directory of the repository that it came from, if it did.
    pub(crate) fn repository(&self) -> Option<PathBuf> {
        let root = self.directories.first().filter(|_| self.origin.is_some())?;
        fs::canonicalize(root.path()).ok()
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let path = locate(path)?;
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let original = String::from_utf8(bytes).map_err(|error| {
            let valid =
                String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            let line = valid.matches('\n').count() + 1;
            let column = valid.chars().rev().take_while(|it| *it != '\n').count() + 1;
            let place = format!("{}:{line}:{column}", path.display());
            Failure::rejected(format!("{place}: this is not UTF-8 text; save the file as UTF-8"))
        })?;
        let (text, cell_lines) = if is_notebook(&path) {
            let notebook = Notebook::read(original.as_bytes());
            let notebook = notebook.map_err(|it| Failure::rejected(it).at(path.display()))?;
            let mut converted = notebook.to_markdown(Outputs::Keep);
            if converted.text.len() > document::MAX_DOCUMENT_BYTES {
                converted = notebook.to_markdown(Outputs::Drop);
            }
            (converted.text, Some(converted.cell_lines))
        } else {
            (original.clone(), None)
        };
        let document = document::parse_as(&text, Syntax::of(&path.to_string_lossy()));
        Ok(Self {
            path,
            text,
            original,
            document,
            cell_lines,
            origin: None,
            module: None,
            is_ours: false,
            directories: Vec::new(),
        })
    }

    /// Whether the file is a notebook, which is read and not written in place.
    pub(crate) fn is_notebook(&self) -> bool {
        self.cell_lines.is_some()
    }

    /// The path of its file; of one from elsewhere its address, with the commit.
    pub(crate) fn name(&self) -> String {
        match &self.origin {
            Some(it) => format!("{} at {}", it.url, &it.commit[..it.commit.len().min(12)]),
            None => self.path.display().to_string(),
        }
    }

    /// Of a document from elsewhere, which one it is: its address, its path there and its commit. The path here is
    /// another one each time.
    pub(crate) fn address(&self) -> Option<String> {
        let origin = self.origin.as_ref()?;
        let root = self.repository()?;
        let path = fs::canonicalize(&self.path).ok()?;
        let path = path.strip_prefix(root).ok()?;
        Some(format!("{} {} {}", origin.url, origin.commit, path.display()))
    }

    /// `file:line`, or `file: cell N` in a notebook.
    pub(crate) fn line_place(&self, line: usize) -> String {
        let path = self.name();
        match &self.cell_lines {
            Some(cells) => format!("{path}: cell {}", cells.partition_point(|it| *it <= line)),
            None => format!("{path}:{line}"),
        }
    }

    /// The title, or else the name of the file.
    pub(crate) fn title(&self) -> String {
        let file = || self.path.file_stem().map(|it| it.to_string_lossy().into_owned());
        self.document.title.clone().or_else(file).unwrap_or_else(|| "Runbook".to_owned())
    }

    /// `file:line:column: message`, as compilers write it.
    pub(crate) fn place(&self, it: &Diagnostic) -> String {
        let place = self.line_place(it.line);
        let column = if self.is_notebook() { String::new() } else { format!(":{}", it.column) };
        format!("{place}{column}: {}", it.message)
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
        let language = block.runtime.map(document::Runtime::name);
        let language = language.or(block.language.as_deref()).unwrap_or("?");
        format!("{}: block {name} ({language})", self.line_place(block.line))
    }

    fn number(&self, block: &Block) -> usize {
        self.document.runnable().take_while(|it| it.id != block.id).count() + 1
    }

    /// The first thing that keeps the document from being run.
    pub(crate) fn first_error(&self) -> Option<&Diagnostic> {
        self.document.diagnostics.iter().find(|it| it.severity == Severity::Error)
    }
}

pub(crate) fn is_notebook(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("ipynb"))
}

/// The documents that paths name, in their order: files as they are, directories with all that is
/// beneath them but for hidden and installed things.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut found)?;
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(unreadable(path, &io::ErrorKind::NotFound.into()));
        }
    }
    Ok(found)
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    const SKIPPED: [&str; 4] = ["node_modules", "target", "venv", "__pycache__"];
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, &error))?;
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link could lead in a circle.
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), found)?;
        } else if kind.is_file() && document::is_document(&name) {
            found.push(entry.path());
        }
    }
    Ok(())
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

pub(crate) fn locate(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    NAMES.iter().map(|it| path.join(it)).find(|it| it.is_file()).ok_or_else(|| {
        let names = NAMES.join(", ");
        Failure::rejected(format!("{} has none of {names}; name a file", path.display()))
    })
}

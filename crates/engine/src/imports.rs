//! Runbooks from elsewhere: a file, an archive of files, an address. Nothing of them is run.
//!
//! ```text
//!   bytes ── a document ──────────────────────┐
//!         └─ a zip ── archive: entries ───────┼─▶ document::import ─▶ runbooks, one for each document
//!   URL ── a file ── remote: bytes ─▶ as above│
//!       └─ a repository ── remote: a clone in a sandbox ── its documents ┘
//! ```

mod archive;
mod remote;

use document::{FilePath, ImportError, Imported, Outputs};
use model::{id::UserId, runbook::Runbook};
use tokio::sync::Semaphore;

pub use self::{archive::ArchiveError, remote::FetchError};
use crate::{CreateRunbookError, Engine};

/// Largest file that is taken: a notebook of fifty megabytes, and room.
pub const MAX_IMPORT_BYTES: usize = document::MAX_NOTEBOOK_BYTES;

/// Imports of one hub at the same time: each may hold its file several times over.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Documents that one import makes into runbooks.
const MAX_DOCUMENTS: usize = 100;

/// Text files beside a single document that become file blocks of it.
const MAX_FILES: usize = 50;
const MAX_FILE_BYTES: usize = 128 << 10;

/// What somebody wants to have here.
#[derive(Clone, Debug)]
pub enum ImportSource {
    /// A document, or a zip of documents and files.
    File { name: String, bytes: Vec<u8> },
    /// Of a file, or of a repository.
    Url(String),
}

/// What became of one document.
#[derive(Debug)]
pub struct ImportedItem {
    /// The file, as its archive or repository calls it.
    pub name: String,
    pub made: Result<Runbook, ItemError>,
    /// What was changed or left out, for people.
    pub notes: Vec<String>,
}

/// Why a document became no runbook.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    #[error(transparent)]
    Document(#[from] ImportError),
    #[error(transparent)]
    Create(#[from] CreateRunbookError),
}

/// Why nothing was imported at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportsError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("there is no document in {what}; documents end in .md, .mdx, .livemd, .qmd or .ipynb")]
    NoDocument { what: String },
    #[error("the import was broken off, since the server is going down")]
    Stopped,
}

/// A file on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    bytes: Vec<u8>,
}

/// Documents to be, and what is to be said of all of them.
#[derive(Debug, Default)]
struct Bundle {
    entries: Vec<Entry>,
    notes: Vec<String>,
}

impl Engine {
    /// Makes runbooks of what somebody has elsewhere. One document that is none does not keep out the
    /// others.
    ///
    /// # Errors
    ///
    /// When nothing can be read at all.
    pub async fn import(
        &self,
        owner: UserId,
        source: ImportSource,
        outputs: Outputs,
    ) -> Result<Vec<ImportedItem>, ImportsError> {
        let _turn = AT_ONCE.acquire().await.map_err(|_| ImportsError::Stopped)?;
        let (what, bundle) = match source {
            ImportSource::File { name, bytes } => (name.clone(), opened(name, bytes).await?),
            ImportSource::Url(url) => (url.clone(), self.fetched(&url).await?),
        };
        let converted = blocking(move || documents(bundle, outputs)).await?;
        if converted.is_empty() {
            return Err(ImportsError::NoDocument { what });
        }
        let mut items = Vec::with_capacity(converted.len());
        for Made { name, imported, notes } in converted {
            let made = match imported {
                Ok(imported) => self.made(owner, imported).await,
                Err(error) => Err(error.into()),
            };
            items.push(ImportedItem { name, made, notes });
        }
        Ok(items)
    }

    async fn made(&self, owner: UserId, imported: Imported) -> Result<Runbook, ItemError> {
        // Titles are cut where ours may be no longer; the document keeps all of its own.
        let title: String = imported.title.chars().filter(|it| *it != '\0').take(200).collect();
        let opened = self.create_runbook(owner, &title, &imported.text).await?;
        Ok(opened.runbook)
    }

    async fn fetched(&self, url: &str) -> Result<Bundle, ImportsError> {
        match remote::Address::parse(url)? {
            remote::Address::File { url, name } => {
                let bytes = remote::download(&url, MAX_IMPORT_BYTES).await?;
                opened(name, bytes).await
            }
            remote::Address::Repository(repository) => {
                let backend = self.0.stock.default_backend();
                let clone =
                    repository.fetch(&**backend, self.0.config.egress.clone(), &self.0.shutdown);
                Ok(clone.await?)
            }
        }
    }
}

/// Fetches a single document from the public internet, and gives the name of its file with it.
///
/// # Errors
///
/// When the address is none of a document, or it cannot be fetched.
pub async fn download(url: &str) -> Result<(String, Vec<u8>), FetchError> {
    match remote::Address::parse(url)? {
        remote::Address::File { url, name } if document::is_document(&name) => {
            let bytes = remote::download(&url, MAX_IMPORT_BYTES).await?;
            Ok((name, bytes))
        }
        remote::Address::File { .. } | remote::Address::Repository(_) => {
            Err(FetchError::Address { url: url.to_owned() })
        }
    }
}

/// A file, or those in it.
async fn opened(name: String, bytes: Vec<u8>) -> Result<Bundle, ImportsError> {
    if !bytes.starts_with(b"PK\x03\x04") || document::is_document(&name) {
        return Ok(Bundle { entries: vec![Entry { name, bytes }], notes: Vec::new() });
    }
    Ok(blocking(move || archive::unpack(&bytes)).await??)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ImportsError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ImportsError::Stopped)
}

/// A document that was read, or was none.
struct Made {
    name: String,
    imported: Result<Imported, ImportError>,
    notes: Vec<String>,
}

/// Reads the documents of a bundle. A single file is one whatever its name.
fn documents(bundle: Bundle, outputs: Outputs) -> Vec<Made> {
    let Bundle { entries, mut notes } = bundle;
    let single = entries.len() == 1;
    let (mut found, others): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|it| single || document::is_document(&it.name));
    if found.len() > MAX_DOCUMENTS {
        notes.push(format!("of {} documents the first {MAX_DOCUMENTS} were taken", found.len()));
        found.truncate(MAX_DOCUMENTS);
    }
    let alone = found.len() == 1;
    if !alone && !others.is_empty() && !found.is_empty() {
        let count = others.len();
        notes.push(format!("{count} other files were left out: there are several documents"));
    }
    let mut made = Vec::with_capacity(found.len());
    for Entry { name, bytes } in found {
        let mut own = std::mem::take(&mut notes);
        let imported = document::import(&name, &bytes, outputs).map(|mut imported| {
            own.append(&mut imported.notes);
            if alone {
                add_files(&name, &mut imported.text, &others, &mut own);
            }
            imported
        });
        made.push(Made { name, imported, notes: own });
    }
    made
}

/// Puts the text files beside a document into it, at the paths that they have from there.
fn add_files(document: &str, text: &mut String, others: &[Entry], notes: &mut Vec<String>) {
    let directory = document.rsplit_once('/').map_or("", |it| it.0);
    let mut files = Vec::new();
    for Entry { name, bytes } in others {
        let below = if directory.is_empty() {
            Some(name.as_str())
        } else {
            name.strip_prefix(directory).and_then(|it| it.strip_prefix('/'))
        };
        let path = below.and_then(|it| FilePath::parse(it).ok());
        let content = std::str::from_utf8(bytes).ok().filter(|it| !it.contains('\0'));
        match (path, content) {
            (Some(path), Some(content))
                if bytes.len() <= MAX_FILE_BYTES && files.len() < MAX_FILES =>
            {
                files.push((path, content.replace("\r\n", "\n")));
            }
            _ => notes.push(format!("{name} was left out: it is no text, too large, or elsewhere")),
        }
    }
    if files.is_empty() {
        return;
    }
    match document::with_files(text, &files) {
        Some(with) if with.len() <= document::MAX_DOCUMENT_BYTES => *text = with,
        Some(_) | None => notes.push("the files beside it were left out".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, text: &str) -> Entry {
        Entry { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn files_beside_a_single_document_become_its_file_blocks() {
        let entries = vec![
            entry("book/doc.md", "```python\nimport lib\n```\n"),
            entry("book/lib.py", "x = 1\n"),
            entry("elsewhere.txt", "y"),
        ];
        let made = documents(Bundle { entries, notes: Vec::new() }, Outputs::Keep);
        let [Made { imported: Ok(imported), notes, .. }] = &made[..] else { panic!() };
        assert!(imported.text.contains("```file py lib.py\nx = 1\n```"), "{}", imported.text);
        assert_eq!(notes.len(), 1, "{notes:?}");
    }

    #[test]
    fn each_document_of_several_is_read_by_itself() {
        let entries = vec![entry("a.md", "# A\n"), entry("b.ipynb", "{"), entry("c.py", "x")];
        let made = documents(Bundle { entries, notes: Vec::new() }, Outputs::Keep);
        assert_eq!(made.len(), 2);
        assert!(made[0].imported.is_ok() && made[1].imported.is_err());
        assert_eq!(made[0].notes.len(), 1);
    }
}

//! The directory of a local runbook: the only place that its scripts and templates are read from.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::OpenedModule;

/// Most bytes of one script.
const MOST_BYTES: u64 = 1 << 20;

/// Why a script of the document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoScript {
    #[error("Script file not found: {path}; paths are relative to the document")]
    Missing { path: String },
    #[error("{path} leads out of the document's directory; keep scripts beside the document")]
    Outside { path: String },
    #[error("{path} cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("{path} is not text in UTF-8")]
    NoText { path: String },
    #[error("{path} is longer than {MOST_BYTES} bytes, which no script is")]
    TooLong { path: String },
    #[error("there is no script; give it a `command` or a `path`")]
    Nothing,
    #[error("{reason}")]
    Forge { reason: String },
    /// Its component is written wrongly.
    #[error("{message}")]
    Mistake { message: String },
}

/// The directory that a document lies in.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Without links on the way.
    root: PathBuf,
    /// The repository that it lies in, or else the directory itself.
    repository: PathBuf,
    opened: Option<OpenedModule>,
}

impl Folder {
    /// The directory of the document at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        let root = fs::canonicalize(parent.unwrap_or(Path::new(".")))?;
        let repository = root.ancestors().find(|it| it.join(".git").exists());
        let repository = repository.unwrap_or(&root).to_owned();
        Ok(Self { root, repository, opened: None })
    }

    /// The same for a document that is opened for a module.
    #[must_use]
    pub(super) fn opened_for(self, module: Option<OpenedModule>) -> Self {
        Self { opened: module, ..self }
    }

    /// The same for a document whose repository is known to lie elsewhere than it seems.
    #[must_use]
    pub(super) fn within(self, repository: Option<PathBuf>) -> Self {
        Self { repository: repository.unwrap_or(self.repository), ..self }
    }

    /// The module that the document was opened for.
    pub(super) const fn opened(&self) -> Option<&OpenedModule> {
        self.opened.as_ref()
    }

    /// Whether a path without links lies in it or in its repository.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        path.starts_with(&self.root) || path.starts_with(&self.repository)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The text of a file in it. Links may lead to other files in it.
    ///
    /// # Errors
    ///
    /// When there is no such file, or it is no text that a script could be.
    pub fn read(&self, path: &str) -> Result<String, NoScript> {
        let named = || path.to_owned();
        let is_missing = |it| matches!(it, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        let unread = |error: io::Error| {
            if is_missing(error.kind()) {
                return NoScript::Missing { path: named() };
            }
            NoScript::Unreadable { path: named(), reason: error.to_string() }
        };
        let found = fs::canonicalize(self.root.join(path)).map_err(unread)?;
        if !found.starts_with(&self.root) {
            return Err(NoScript::Outside { path: named() });
        }
        let file = fs::File::open(&found).map_err(unread)?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(NoScript::TooLong { path: named() });
        }
        String::from_utf8(bytes).map_err(|_| NoScript::NoText { path: named() })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_lies_beside_the_document_is_read() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("runbook");
        fs::create_dir_all(root.join("scripts")).unwrap();
        fs::write(outer.path().join("secret"), "no").unwrap();
        fs::write(root.join("scripts/a.sh"), "echo a").unwrap();
        fs::write(root.join("binary"), [0xff, 0xfe]).unwrap();
        fs::write(root.join("long"), vec![b'a'; 1 + (1 << 20)]).unwrap();
        symlink("scripts/a.sh", root.join("link")).unwrap();
        symlink(outer.path().join("secret"), root.join("escape")).unwrap();
        let folder = Folder::of(&root.join("runbook.mdx")).unwrap();
        for path in ["scripts/a.sh", "./scripts/../scripts/a.sh", "link"] {
            assert_eq!(folder.read(path).unwrap(), "echo a", "{path}");
        }
        let secret = outer.path().join("secret").to_str().unwrap().to_owned();
        for path in ["../secret", "escape", &secret] {
            assert_eq!(folder.read(path), Err(NoScript::Outside { path: path.to_owned() }));
        }
        for (path, wanted) in [
            ("scripts/b.sh", "Script file not found: scripts/b.sh"),
            ("scripts/a.sh/x", "Script file not found"),
            ("scripts", "cannot be read"),
            ("binary", "not text"),
            ("long", "longer than"),
        ] {
            let error = folder.read(path).unwrap_err().to_string();
            assert!(error.contains(wanted), "{path}: {error}");
        }
    }
}

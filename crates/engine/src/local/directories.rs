//! The directories that a `DirPicker` offers: those beneath the root that its document names.
//!
//! A path comes from a reader's browser and gets no further than what lies beneath the root, neither by `..` nor by
//! a link. Hidden directories are not offered.

use std::{
    fs, io,
    path::{Component as Part, Path, PathBuf},
};

/// Most entries of a directory that are looked at.
const MOST_ENTRIES: usize = 10_000;

/// Most directories that are offered.
const MOST_OFFERED: usize = 1000;

/// The directories in one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directories {
    /// In their order.
    pub names: Vec<String>,
    /// Whether there are more.
    pub is_truncated: bool,
}

/// Why there is no directory to offer or to take.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("the directory {} cannot be looked at: {source}; check the rootDir", path.display())]
    Root { path: PathBuf, source: io::Error },
    #[error("{} is not beneath {}, which is all that the sandbox shows", path.display(), shown.display())]
    NotShown { path: PathBuf, shown: PathBuf },
    #[error("{path:?} is no path of a directory; write names with / between them, without ..")]
    Path { path: String },
    #[error("there is no directory {path:?} beneath {}", root.display())]
    Missing { path: String, root: PathBuf },
}

/// Where a picker looks; without links on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root(PathBuf);

impl Root {
    /// `shown` is the only place that there is, where a sandbox shows no other.
    pub(super) fn open(path: &Path, shown: Option<&Path>) -> Result<Self, DirectoryError> {
        let unseen = |source| DirectoryError::Root { path: path.to_owned(), source };
        let root = fs::canonicalize(path).map_err(unseen)?;
        if !root.is_dir() {
            return Err(unseen(io::ErrorKind::NotADirectory.into()));
        }
        match shown.map(fs::canonicalize).transpose().map_err(unseen)? {
            Some(shown) if !root.starts_with(&shown) => {
                Err(DirectoryError::NotShown { path: root, shown })
            }
            Some(_) | None => Ok(Self(root)),
        }
    }

    /// The directories in the one at `under`, which is relative to the root; empty for the root itself.
    pub(super) fn list(&self, under: &str) -> Result<Directories, DirectoryError> {
        let found = match under {
            "" => self.0.clone(),
            under => self.find(under)?.1,
        };
        let unseen = |source| DirectoryError::Root { path: found.clone(), source };
        let (mut names, mut seen) = (Vec::new(), 0);
        for entry in fs::read_dir(&found).map_err(unseen)?.take(MOST_ENTRIES + 1) {
            seen += 1;
            let Ok(name) = entry.map_err(unseen)?.file_name().into_string() else { continue };
            let is_offered = !name.starts_with('.') && self.beneath(&found.join(&name)).is_some();
            if is_offered && !name.contains(char::is_control) {
                names.push(name);
            }
        }
        names.sort_unstable();
        let is_truncated = seen > MOST_ENTRIES || names.len() > MOST_OFFERED;
        names.truncate(MOST_OFFERED);
        Ok(Directories { names, is_truncated })
    }

    /// A path that somebody chose, as it is handed on: relative to the root, with `/` between plain names.
    pub(super) fn choose(&self, path: &str) -> Result<String, DirectoryError> {
        Ok(self.find(path)?.0)
    }

    fn find(&self, path: &str) -> Result<(String, PathBuf), DirectoryError> {
        let plain = plain(path).ok_or_else(|| DirectoryError::Path { path: path.to_owned() })?;
        match self.beneath(&self.0.join(&plain)) {
            Some(found) => Ok((plain, found)),
            None => Err(DirectoryError::Missing { path: plain, root: self.0.clone() }),
        }
    }

    /// Where a directory lies, if it is one and lies beneath the root.
    fn beneath(&self, path: &Path) -> Option<PathBuf> {
        let found = fs::canonicalize(path).ok()?;
        (found.starts_with(&self.0) && found.is_dir()).then_some(found)
    }
}

/// `None` if it is no path of plain names.
fn plain(path: &str) -> Option<String> {
    let mut names = Vec::new();
    for part in Path::new(path.trim()).components() {
        match part {
            Part::Normal(name) => names.push(name.to_str()?),
            Part::CurDir => {}
            Part::ParentDir | Part::RootDir | Part::Prefix(_) => return None,
        }
    }
    let plain = names.join("/");
    (!plain.is_empty() && !plain.contains(char::is_control)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn tree() -> (tempfile::TempDir, Root) {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        for name in ["dev/eu", "dev/us", "prod", ".git/hooks", "odd\nname"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::create_dir_all(outer.path().join("secret/inner")).unwrap();
        fs::write(root.join("file"), "").unwrap();
        symlink(outer.path().join("secret"), root.join("escape")).unwrap();
        symlink("..", root.join("prod/up")).unwrap();
        symlink("dev", root.join("within")).unwrap();
        let root = Root::open(&root, None).unwrap();
        (outer, root)
    }

    #[test]
    fn a_level_has_the_directories_in_it_but_hidden_ones_and_those_that_lead_out() {
        let (_outer, root) = tree();
        let names = |under: &str| root.list(under).unwrap().names;
        assert_eq!(names(""), ["dev", "prod", "within"]);
        assert_eq!(names("dev"), ["eu", "us"]);
        assert_eq!(names("within/"), ["eu", "us"]);
    }

    #[test]
    fn a_path_leads_nowhere_else_than_beneath_the_root() {
        let (outer, root) = tree();
        let secret = outer.path().join("secret");
        for path in ["..", "dev/../../secret", secret.to_str().unwrap(), "/", " ", ".", "a\0b"] {
            let refused = root.choose(path);
            assert!(matches!(refused, Err(DirectoryError::Path { .. })), "{path:?}: {refused:?}");
        }
        for path in
            ["escape", "escape/inner", "prod/up/up", "prod/up/../..", "file", "gone", "dev/eu/x"]
        {
            assert!(root.choose(path).is_err(), "{path}");
            assert!(root.list(path).is_err(), "{path}");
        }
        assert_eq!(root.choose(" ./dev//eu/ ").unwrap(), "dev/eu");
    }

    #[test]
    fn a_sandbox_shows_its_directory_and_no_other() {
        let (outer, _) = tree();
        let root = outer.path().join("root");
        assert!(Root::open(&root.join("dev"), Some(&root)).is_ok());
        for (path, shown) in [(outer.path(), &root), (&root.join("escape"), &root)] {
            let refused = Root::open(path, Some(shown));
            assert!(matches!(refused, Err(DirectoryError::NotShown { .. })), "{refused:?}");
        }
        assert!(matches!(Root::open(&root.join("file"), None), Err(DirectoryError::Root { .. })));
    }

    #[test]
    fn of_very_many_directories_some_are_offered() {
        let many = tempfile::tempdir().unwrap();
        for number in 0..=MOST_OFFERED {
            fs::create_dir(many.path().join(format!("{number:05}"))).unwrap();
        }
        let Directories { names, is_truncated } =
            Root::open(many.path(), None).unwrap().list("").unwrap();
        assert_eq!((names.len(), is_truncated), (MOST_OFFERED, true));
    }
}

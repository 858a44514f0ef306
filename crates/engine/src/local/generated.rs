//! The directory of generated files: what scripts and templates made, the last writer's content counting.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use sandbox::{InvalidPath, SandboxPath};

/// Files of one page of a listing.
const PAGE: usize = 1_000;

/// Most files that are looked at; what follows is said to be there, and not shown.
const MOST_FILES: usize = 100_000;

/// Most bytes of a file that are shown.
const MOST_BYTES: u64 = 1 << 20;

/// Where generated files are.
#[derive(Clone, Debug)]
pub struct Generated {
    root: PathBuf,
}

/// A part of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// In the order of their paths.
    pub files: Vec<GeneratedFile>,
    /// Of all files.
    pub total: usize,
    /// Whether there are more than are counted.
    pub is_truncated: bool,
    /// What to ask for the next part with.
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GeneratedFile {
    /// Beneath the root.
    pub path: String,
    pub size: u64,
}

/// What one file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedText {
    pub size: u64,
    /// `None` of a file that is too long to be shown, or is no text.
    pub text: Option<String>,
    pub is_binary: bool,
}

/// Why a generated file is not shown, or not removed.
#[derive(Debug, thiserror::Error)]
pub enum GeneratedError {
    #[error(transparent)]
    Path(#[from] InvalidPath),
    #[error("there is no generated file {path}")]
    Missing { path: String },
    #[error("{path} leads out of the generated files")]
    Outside { path: String },
    #[error("{} holds more than generated files; remove those by hand", root.display())]
    Shared { root: PathBuf },
    #[error("the generated files cannot be read or removed: {0}")]
    Io(#[from] io::Error),
}

impl Generated {
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files behind `cursor`, a page of them. Links are not followed, and not listed.
    ///
    /// # Errors
    ///
    /// When a directory cannot be read; one that is not there holds nothing.
    pub fn list(&self, cursor: Option<&str>) -> io::Result<Listing> {
        let mut all = Vec::new();
        let is_truncated = !list_into(&self.root, "", &mut all)?;
        all.sort();
        let from = cursor.map_or(0, |it| all.partition_point(|file| file.path.as_str() <= it));
        let total = all.len();
        let files: Vec<_> = all.drain(from..).take(PAGE).collect();
        let next = files.last().filter(|_| from + files.len() < total).map(|it| it.path.clone());
        Ok(Listing { files, total, is_truncated, next })
    }

    /// What a file holds.
    ///
    /// # Errors
    ///
    /// When there is none beneath the root, or it cannot be read.
    pub fn read(&self, path: &str) -> Result<GeneratedText, GeneratedError> {
        let path = SandboxPath::try_from(path)?;
        let named = || path.as_str().to_owned();
        let missing = |_| GeneratedError::Missing { path: named() };
        let root = fs::canonicalize(&self.root).map_err(missing)?;
        let found = fs::canonicalize(root.join(path.as_str())).map_err(missing)?;
        if !found.starts_with(&root) {
            return Err(GeneratedError::Outside { path: named() });
        }
        let metadata = fs::metadata(&found)?;
        if !metadata.is_file() {
            return Err(GeneratedError::Missing { path: named() });
        }
        let mut bytes = Vec::new();
        fs::File::open(&found)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        let is_long = bytes.len() as u64 > MOST_BYTES;
        let is_binary = bytes.contains(&0) || !is_long && std::str::from_utf8(&bytes).is_err();
        let text = if is_long || is_binary { None } else { String::from_utf8(bytes).ok() };
        Ok(GeneratedText { size: metadata.len(), text, is_binary })
    }

    /// Removes all of them, and gives how many there were. A directory in which something of `protected` lies is left
    /// as it is: the output may be a directory that somebody works in.
    ///
    /// # Errors
    ///
    /// When it holds what is protected, or something cannot be removed.
    pub fn clear(&self, protected: &[&Path]) -> Result<usize, GeneratedError> {
        let Ok(root) = fs::canonicalize(&self.root) else { return Ok(0) };
        let holds = |it: &&Path| fs::canonicalize(it).is_ok_and(|it| it.starts_with(&root));
        if protected.iter().any(holds) {
            return Err(GeneratedError::Shared { root: self.root.clone() });
        }
        let mut all = Vec::new();
        list_into(&root, "", &mut all)?;
        for entry in fs::read_dir(&root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(all.len())
    }
}

/// Whether these are all.
fn list_into(directory: &Path, prefix: &str, files: &mut Vec<GeneratedFile>) -> io::Result<bool> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if files.len() >= MOST_FILES {
            return Ok(false);
        }
        if kind.is_dir() {
            if !list_into(&entry.path(), &format!("{path}/"), files)? {
                return Ok(false);
            }
        } else if kind.is_file() {
            // Somebody may have removed it meanwhile.
            let size = entry.metadata().map_or(0, |it| it.len());
            files.push(GeneratedFile { path, size });
        }
    }
    Ok(true)
}

/// Moves all files of a tree that is ours into another one; gives their paths, relative to it, in their order.
/// What is a link in the other tree is replaced and not followed.
pub(super) fn merge(from: &Path, to: &Path) -> io::Result<Vec<String>> {
    let mut moved = Vec::new();
    make_directory(to)?;
    merge_into(from, to, "", &mut moved)?;
    moved.sort();
    Ok(moved)
}

fn merge_into(from: &Path, to: &Path, prefix: &str, moved: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            make_directory(&target)?;
            merge_into(&source, &target, &format!("{name}/"), moved)?;
        } else {
            if fs::symlink_metadata(&target).is_ok_and(|it| it.is_dir()) {
                fs::remove_dir_all(&target)?;
            }
            fs::rename(&source, &target)?;
            moved.push(name);
        }
    }
    Ok(())
}

fn make_directory(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => {
            fs::remove_file(path)?;
            fs::create_dir(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_take_the_place_of_what_was_there_and_links_are_not_followed() {
        let all = tempfile::tempdir().unwrap();
        let at = |name: &str| all.path().join(name);
        for directory in ["from/a/b", "to/c", "outside"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        fs::write(at("from/a/b/x"), "new").unwrap();
        fs::write(at("from/c"), "file").unwrap();
        fs::write(at("to/c/old"), "old").unwrap();
        fs::write(at("to/kept"), "kept").unwrap();
        fs::write(at("outside/x"), "safe").unwrap();
        symlink(at("outside"), at("to/a")).unwrap();
        assert_eq!(merge(&at("from"), &at("to")).unwrap(), ["a/b/x", "c"]);
        let read = |name: &str| fs::read_to_string(at(name)).unwrap();
        assert_eq!(
            (read("to/a/b/x"), read("to/c"), read("to/kept")),
            ("new".into(), "file".into(), "kept".into())
        );
        assert_eq!(read("outside/x"), "safe");
        assert!(!at("outside/b").exists());
    }
    #[test]
    fn files_are_listed_a_page_at_a_time_and_no_link_is() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("generated");
        fs::create_dir_all(root.join("many")).unwrap();
        for number in 0..PAGE + 5 {
            fs::write(root.join(format!("many/{number:05}")), "x").unwrap();
        }
        fs::write(outer.path().join("secret"), "no").unwrap();
        symlink(outer.path(), root.join("out")).unwrap();
        let generated = Generated::new(root);
        let first = generated.list(None).unwrap();
        assert_eq!((first.files.len(), first.total, first.is_truncated), (PAGE, PAGE + 5, false));
        let rest = generated.list(first.next.as_deref()).unwrap();
        let rest: Vec<_> = rest.files.iter().map(|it| (it.path.as_str(), it.size)).collect();
        assert_eq!((rest.len(), rest[0]), (5, ("many/01000", 1)));
        assert_eq!(
            Generated::new(outer.path().join("none")).list(None).unwrap(),
            Listing::default()
        );
    }

    #[test]
    fn a_file_is_shown_if_it_is_text_beneath_the_root() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("generated");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("a.txt"), "é").unwrap();
        fs::write(root.join("bytes"), [0xff, 0]).unwrap();
        fs::write(root.join("long"), vec![b'a'; 2 << 20]).unwrap();
        fs::write(outer.path().join("secret"), "no").unwrap();
        symlink(outer.path().join("secret"), root.join("link")).unwrap();
        let generated = Generated::new(root);
        let shown = |path: &str| generated.read(path).map(|it| (it.text, it.is_binary)).unwrap();
        assert_eq!(shown("a.txt"), (Some("é".to_owned()), false));
        assert_eq!((shown("bytes"), shown("long")), ((None, true), (None, false)));
        for path in ["link", "../secret", "/etc/passwd", "gone", "", "a.txt/../../secret"] {
            assert!(generated.read(path).is_err(), "{path}");
        }
    }

    #[test]
    fn only_a_directory_of_nothing_else_is_cleared() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("generated");
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/x"), "x").unwrap();
        fs::write(outer.path().join("runbook.mdx"), "kept").unwrap();
        symlink(outer.path(), root.join("a/out")).unwrap();
        let document = outer.path().join("runbook.mdx");
        let refused = Generated::new(outer.path().to_owned()).clear(&[&document]);
        assert!(matches!(refused, Err(GeneratedError::Shared { .. })), "{refused:?}");
        let generated = Generated::new(root.clone());
        assert_eq!(generated.clear(&[&document]).unwrap(), 1);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
        assert_eq!(fs::read_to_string(&document).unwrap(), "kept");
        assert_eq!(Generated::new(outer.path().join("none")).clear(&[]).unwrap(), 0);
    }
}

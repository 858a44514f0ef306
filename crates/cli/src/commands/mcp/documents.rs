//! The documents beneath a directory, as runbooks. Names that lead outside are none, whatever links there are.

use std::{
    fmt::Write as _,
    fs,
    path::{Component, Path, PathBuf},
};

use crate::{
    documents::{self, Source},
    failure::Failure,
};

/// Documents that are listed.
const MOST_LISTED: usize = 200;

/// A directory that is offered.
#[derive(Debug)]
pub(super) struct Directory {
    /// Without links.
    root: PathBuf,
}

impl Directory {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let root = fs::canonicalize(path).map_err(|error| documents::unreadable(path, &error))?;
        if !root.is_dir() {
            let path = path.display();
            return Err(Failure::rejected(format!("{path} is no directory; name one")));
        }
        Ok(Self { root })
    }

    pub(super) fn display(&self) -> String {
        self.root.display().to_string()
    }

    /// The document of a name: a path below the directory.
    pub(super) fn read(&self, name: &str) -> Result<Source, String> {
        let missing =
            || format!("there is no runbook {name:?}; list_runbooks shows those there are");
        let parts = Path::new(name).components().filter(|it| *it != Component::CurDir);
        let plain = parts.clone().all(|it| matches!(it, Component::Normal(_)));
        let is_hidden = parts.clone().any(|it| it.as_os_str().to_string_lossy().starts_with('.'));
        if !plain || is_hidden || !document::is_document(name) {
            return Err(missing());
        }
        let path = self.root.join(parts.collect::<PathBuf>());
        // What a link leads to may be anywhere.
        let real = fs::canonicalize(&path).map_err(|_| missing())?;
        let known = fs::metadata(&real).map_err(|_| missing())?;
        if real != path || !known.is_file() {
            return Err(missing());
        }
        if known.len() > document::MAX_DOCUMENT_BYTES as u64 {
            let most = document::MAX_DOCUMENT_BYTES;
            return Err(format!("{name} has {} bytes; {most} are the most", known.len()));
        }
        let told = |failure: Failure| failure.message.unwrap_or_default();
        let source = Source::read(&real).map_err(told)?;
        if !source.document.components.is_empty() {
            return Err(format!(
                "{name} has components; people open it with `runbook open {name}`"
            ));
        }
        Ok(source)
    }

    /// Those in whose name or text all words of a search stand.
    pub(super) fn list(&self, search: &str, folder: &str) -> Result<String, String> {
        let told = |failure: Failure| failure.message.unwrap_or_default();
        let all = documents::find(std::slice::from_ref(&self.root)).map_err(told)?;
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let folder = folder.trim_matches('/');
        let (mut listed, mut count) = (String::new(), 0);
        for path in all {
            let Ok(below) = path.strip_prefix(&self.root) else { continue };
            let Some(name) = below.to_str().filter(|_| below.starts_with(folder)) else { continue };
            let Ok(source) = self.read(name) else { continue };
            let text = format!("{name}\n{}", source.text).to_lowercase();
            if !words.iter().all(|it| text.contains(it.as_str())) {
                continue;
            }
            count += 1;
            if count <= MOST_LISTED {
                writeln!(listed, "{name} {:?}", ::mcp::clean_line(&source.title()))
                    .expect("writing to a string never fails");
            }
        }
        Ok(match count {
            0 => "there are none".to_owned(),
            1..=MOST_LISTED => listed,
            _ => {
                let more = count - MOST_LISTED;
                format!("{listed}and {more} more; search for what you look for")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_outside_the_directory_is_a_runbook() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("inner");
        fs::create_dir_all(inner.join("sub/.hidden")).unwrap();
        for name in
            ["secret.md", "inner/a.md", "inner/sub/b.md", "inner/.env", "inner/sub/.hidden/c.md"]
        {
            fs::write(outer.path().join(name), "# Title\n").unwrap();
        }
        symlink(outer.path().join("secret.md"), inner.join("link.md")).unwrap();
        symlink(outer.path(), inner.join("up")).unwrap();
        symlink(inner.join("a.md"), inner.join("same.md")).unwrap();
        let directory = Directory::open(&inner).unwrap();
        for name in ["a.md", "./a.md", "sub/b.md"] {
            assert!(directory.read(name).is_ok(), "{name}");
        }
        let absolute = outer.path().join("secret.md");
        for name in [
            "../secret.md",
            "sub/../../secret.md",
            "sub/../a.md",
            absolute.to_str().unwrap(),
            "link.md",
            "same.md",
            "up/secret.md",
            ".env",
            "sub/.hidden/c.md",
            "sub",
            "",
            "missing.md",
            "https://example.com/a.md",
        ] {
            assert!(directory.read(name).unwrap_err().starts_with("there is no runbook"), "{name}");
        }
        assert_eq!(directory.list("", "").unwrap(), "a.md \"Title\"\nsub/b.md \"Title\"\n");
        assert_eq!(directory.list("title B.md", "").unwrap(), "sub/b.md \"Title\"\n");
        assert_eq!(directory.list("", "sub/").unwrap(), "sub/b.md \"Title\"\n");
        assert_eq!(directory.list("nowhere", "").unwrap(), "there are none");
    }
}

//! Where a file block may be written: always inside the workspace.

use std::fmt;

use serde::Serialize;

/// Linux refuses longer names and paths.
const MAX_NAME_BYTES: usize = 255;
const MAX_PATH_BYTES: usize = 4095;

/// A path relative to the workspace: not empty, not absolute, without `.`, `..` or control
/// characters. Only [`FilePath::parse`] makes one, so whoever holds it may write there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct FilePath(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilePathError {
    #[error("the path is empty")]
    Empty,
    #[error("`{path}` is absolute; a file block writes inside the workspace")]
    Absolute { path: String },
    #[error("`{path}` leaves the workspace with `..`")]
    Parent { path: String },
    #[error("`{path}` names a directory, not a file")]
    Directory { path: String },
    #[error("{path:?} contains a control character or a backslash")]
    Character { path: String },
    #[error(
        "the path is {bytes} bytes long; names may have {MAX_NAME_BYTES}, paths {MAX_PATH_BYTES}"
    )]
    TooLong { bytes: usize },
}

impl FilePath {
    /// Checks and normalises a path as a document spells it. The first seed's documents say
    /// `/tmp/utils.py` for a file that their blocks find beside them, so a leading `/tmp/` is the
    /// workspace.
    ///
    /// # Errors
    ///
    /// When writing to the path could reach outside the workspace or could never succeed.
    pub fn parse(written: &str) -> Result<Self, FilePathError> {
        let path = || written.to_owned();
        if written.chars().any(|it| it.is_control() || it == '\\') {
            return Err(FilePathError::Character { path: path() });
        }
        let relative = written.strip_prefix("/tmp/").unwrap_or(written);
        if relative.trim().is_empty() {
            return Err(FilePathError::Empty);
        }
        if relative.starts_with('/') {
            return Err(FilePathError::Absolute { path: path() });
        }
        if relative.split('/').any(|name| name == "..") {
            return Err(FilePathError::Parent { path: path() });
        }
        if relative.ends_with('/') || relative == "." || relative.ends_with("/.") {
            return Err(FilePathError::Directory { path: path() });
        }
        let names: Vec<_> =
            relative.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        let normal = names.join("/");
        if normal.len() > MAX_PATH_BYTES || names.iter().any(|name| name.len() > MAX_NAME_BYTES) {
            return Err(FilePathError::TooLong { bytes: normal.len() });
        }
        Ok(Self(normal))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_inside_the_workspace_are_normalised() {
        for (written, normal) in [
            ("utils.py", "utils.py"),
            ("./a//b/./c.txt", "a/b/c.txt"),
            ("/tmp/utils.py", "utils.py"),
            (".env", ".env"),
            ("a..b", "a..b"),
        ] {
            assert_eq!(FilePath::parse(written).unwrap().as_str(), normal, "{written}");
        }
    }

    #[test]
    fn paths_that_could_reach_outside_are_refused() {
        for written in [
            "",
            " ",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "/tmp/../x",
            "/tmp/",
            "/tmp//etc/x",
            "..",
            ".",
            "a/",
            "a\0b",
            "a\\..\\b",
            "/tmp",
        ] {
            assert!(FilePath::parse(written).is_err(), "{written:?}");
        }
        assert!(FilePath::parse(&"x".repeat(256)).is_err());
    }
}

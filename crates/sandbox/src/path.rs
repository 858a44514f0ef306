//! Paths of the workspace, parsed once at the edge.

use std::{fmt, str::FromStr};

/// Bytes in a path, as Linux counts them in `PATH_MAX`.
const MAX_BYTES: usize = 4096;

/// A path relative to the workspace that can only mean something beneath it: no `..`, no `.`, no empty
/// part, no NUL. Whether a symbolic link leads elsewhere is for the guest to refuse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SandboxPath(String);

impl SandboxPath {
    /// The workspace itself, to list its files.
    #[must_use]
    pub fn root() -> Self {
        Self(".".to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not a path of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    #[error("path is empty")]
    Empty,
    #[error("path of {length} bytes exceeds {MAX_BYTES} bytes")]
    Long { length: usize },
    #[error("path {path:?} is absolute")]
    Absolute { path: String },
    #[error("path {path:?} has the part {part:?}")]
    Part { path: String, part: String },
    #[error("path {path:?} contains NUL")]
    Nul { path: String },
}

impl TryFrom<&str> for SandboxPath {
    type Error = InvalidPath;

    fn try_from(path: &str) -> Result<Self, InvalidPath> {
        let owned = || path.to_owned();
        if path.is_empty() {
            return Err(InvalidPath::Empty);
        }
        if path.len() > MAX_BYTES {
            return Err(InvalidPath::Long { length: path.len() });
        }
        if path.contains('\0') {
            return Err(InvalidPath::Nul { path: owned() });
        }
        if path.starts_with('/') {
            return Err(InvalidPath::Absolute { path: owned() });
        }
        match path.split('/').find(|part| matches!(*part, "" | "." | "..")) {
            Some(part) => Err(InvalidPath::Part { path: owned(), part: part.to_owned() }),
            None => Ok(Self(owned())),
        }
    }
}

impl FromStr for SandboxPath {
    type Err = InvalidPath;

    fn from_str(path: &str) -> Result<Self, InvalidPath> {
        path.try_into()
    }
}

impl fmt::Display for SandboxPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_paths() {
        for path in ["a", "a/b.txt", ".hidden", "..a/b..", "with space", "ü", "CON", "a\nb"] {
            assert_eq!(path.parse::<SandboxPath>().unwrap().as_str(), path);
        }
    }

    #[test]
    fn whatever_could_leave_the_workspace_is_refused() {
        for path in ["", ".", "..", "/", "/a", "a/", "a//b", "a/./b", "../a", "a/../b", "a\0b"] {
            assert!(path.parse::<SandboxPath>().is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_path_may_be_as_long_as_the_kernel_takes() {
        assert!("x".repeat(MAX_BYTES).parse::<SandboxPath>().is_ok());
        let length = MAX_BYTES + 1;
        let refused = "x".repeat(length).parse::<SandboxPath>();
        assert_eq!(refused, Err(InvalidPath::Long { length }));
    }
}

//! Trees of files as tar: the form in which they travel, in both directions.
//!
//! [`Reader`] takes what pax, GNU tar and Version 7 write, in whatever pieces it arrives, and keeps no
//! more of it than one header. [`Entry::write`] writes pax. Nothing here touches a file system: names
//! are judged by [`plain_name`], and what an entry may do is for the reader's user to decide.
//!
//! ```text
//! Entry(file) ─▶ Content* ─▶ Close      Entry(directory, link, …)      (zeros) ─▶ finish
//! ```

mod reader;
mod writer;

use std::fmt;

use rustix::fs::{Timespec, Timestamps};

pub use reader::{Item, Reader};
pub use writer::{END, padding};

/// What tar counts in.
pub const BLOCK: usize = 512;

/// Bytes in a name, as Linux counts them in `PATH_MAX`.
pub const MAX_NAME: usize = 4096;

/// Most entries of one tree: several times the files of a large project with its dependencies.
pub const MAX_TREE_ENTRIES: u64 = 1_000_000;

/// The head of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it stands in the archive; see [`plain_name`].
    pub name: Vec<u8>,
    pub kind: EntryKind,
    pub mode: u32,
    pub modified: Modified,
    /// Bytes of content; zero for everything but files.
    pub size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Directory,
    Symlink {
        target: Vec<u8>,
    },
    HardLink {
        target: Vec<u8>,
    },
    /// A device or FIFO.
    Special,
}

/// Time of the last change since 1970; an earlier one becomes zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Modified {
    pub seconds: u64,
    pub nanoseconds: u32,
}

/// As a file gets it: Python holds compiled files against the times of their sources.
impl From<Modified> for Timestamps {
    fn from(modified: Modified) -> Self {
        let time = Timespec {
            tv_sec: i64::try_from(modified.seconds).unwrap_or(i64::MAX),
            tv_nsec: modified.nanoseconds.into(),
        };
        Self { last_access: time, last_modification: time }
    }
}

/// The directory that a name is in, empty for the tree itself, and what it is called there.
#[must_use]
pub fn split_name(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|it| *it == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

/// Bytes are no archive that we accept. Nothing after them can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TarError {
    /// A header's sum does not fit its bytes.
    Checksum,
    /// A number is none, or beyond reason.
    Number {
        field: &'static str,
    },
    /// An extended header is malformed.
    Extension,
    /// An extended header is longer than any name.
    LongExtension,
    /// A global header renames or resizes everything that follows.
    Global,
    Sparse,
    /// A directory or link that has content.
    Content,
    Type {
        flag: u8,
    },
    /// Bytes after the end.
    Trailing,
    /// The archive ends before its end.
    Truncated,
}

impl fmt::Display for TarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum => f.write_str("is no tar header"),
            Self::Number { field } => write!(f, "has an unusable {field}"),
            Self::Extension => f.write_str("has a malformed extended header"),
            Self::LongExtension => f.write_str("has an extended header longer than any name"),
            Self::Global => f.write_str("has a global header that names or resizes entries"),
            Self::Sparse => f.write_str("is a sparse file"),
            Self::Content => f.write_str("has content that its type cannot have"),
            Self::Type { flag } => write!(f, "has the unknown type {:?}", char::from(*flag)),
            Self::Trailing => f.write_str("is followed by bytes beyond the end"),
            Self::Truncated => f.write_str("is not followed by an end"),
        }
    }
}

impl std::error::Error for TarError {}

/// A name that could mean something outside the tree it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadName {
    Absolute,
    /// It has a part `..`.
    Parent,
    Nul,
    Long,
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "is absolute",
            Self::Parent => "has a part \"..\"",
            Self::Nul => "contains NUL",
            Self::Long => "is longer than 4096 bytes",
        })
    }
}

impl std::error::Error for BadName {}

/// The name as a path beneath a tree, without the `.` and `/` that tar allows around it. Empty for the
/// tree itself.
///
/// # Errors
///
/// It could mean something outside the tree.
pub fn plain_name(name: &[u8]) -> Result<Vec<u8>, BadName> {
    if name.len() > MAX_NAME {
        return Err(BadName::Long);
    }
    if name.contains(&0) {
        return Err(BadName::Nul);
    }
    if name.first() == Some(&b'/') {
        return Err(BadName::Absolute);
    }
    let mut plain = Vec::with_capacity(name.len());
    for part in name.split(|it| *it == b'/') {
        match part {
            b"" | b"." => {}
            b".." => return Err(BadName::Parent),
            part => {
                if !plain.is_empty() {
                    plain.push(b'/');
                }
                plain.extend_from_slice(part);
            }
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests;

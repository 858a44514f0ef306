//! Whether a reader trusts a document: asked once for each content, and remembered on this machine.

use std::{fs, io, path::PathBuf};

use super::registry::hash;

/// How trust comes about.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The operator says so.
    Given,
    /// The reader is asked. What they trusted is remembered in this directory, if there is one.
    Asked { remembered: Option<PathBuf> },
}

impl Trust {
    /// Whether the document at a place is trusted with this content. Files beside a document are part of what
    /// its scripts do, so the same content elsewhere is another document.
    pub(super) fn covers(&self, place: &str, content: &str) -> bool {
        match self {
            Self::Given => true,
            Self::Asked { remembered: None } => false,
            Self::Asked { remembered: Some(directory) } => {
                directory.join(key(place, content)).is_file()
            }
        }
    }

    /// Remembers that somebody trusts this.
    pub(super) fn remember(&self, place: &str, content: &str) -> io::Result<()> {
        let Self::Asked { remembered: Some(directory) } = self else { return Ok(()) };
        fs::create_dir_all(directory)?;
        fs::write(directory.join(key(place, content)), "")
    }
}

fn key(place: &str, content: &str) -> String {
    hash(&[content, " ", place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_trusted_is_remembered_for_this_content_at_this_place() {
        let directory = tempfile::tempdir().unwrap();
        let trust = Trust::Asked { remembered: Some(directory.path().join("state/trusted")) };
        let path = "/docs/runbook.mdx";
        assert!(!trust.covers(path, "a"));
        trust.remember(path, "a").unwrap();
        assert!(trust.covers(path, "a"));
        assert!(!trust.covers(path, "b") && !trust.covers("/other/runbook.mdx", "a"));
        let forgetful = Trust::Asked { remembered: None };
        forgetful.remember(path, "a").unwrap();
        assert!(!forgetful.covers(path, "a") && Trust::Given.covers(path, "a"));
    }
}

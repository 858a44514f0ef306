//! Artifacts as files of a sandbox: put there before a program starts, collected by patterns after it ended.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::{
    artifact::Artifact,
    id::{TokenId, UserId},
    job::Held,
};
use sandbox::{FileKind, Sandbox, SandboxError, SandboxPath};
use tokio_util::io::{ReaderStream, StreamReader};

use super::{ArtifactError, Artifacts, NewUpload};

/// Files that one job may leave; a pattern that means `node_modules` is a mistake.
const MOST_FILES: usize = 1000;

/// Entries of a sandbox that are looked at for those.
const MOST_LOOKED_AT: usize = 100_000;

/// Patterns of paths: `*` and `?` stay within a directory, `**` does not; `[…]` and `{a,b}` choose.
#[derive(Clone, Debug)]
pub struct Patterns(GlobSet);

/// The text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is no pattern of files: {reason}")]
pub struct InvalidPattern {
    pattern: String,
    reason: String,
}

/// Why a file could not be put into a sandbox or collected from it.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("{path}: {source}")]
    Artifact { path: String, source: ArtifactError },
    #[error("{path}: {source}")]
    Sandbox { path: String, source: SandboxError },
    #[error("{path:?} is not a path inside the workspace")]
    Path { path: String },
    #[error("the patterns match more than {MOST_FILES} files; choose narrower ones")]
    TooMany,
    #[error("the workspace has more than {MOST_LOOKED_AT} files to look at")]
    TooManyToLookAt,
}

impl FilesError {
    /// Whether the same may go well another time.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Artifact { source, .. } => source.may_pass(),
            Self::Sandbox { source, .. } => matches!(source, SandboxError::Gone),
            Self::Path { .. } | Self::TooMany | Self::TooManyToLookAt => false,
        }
    }
}

impl Patterns {
    /// # Errors
    ///
    /// Returns [`InvalidPattern`] if one of them is none.
    pub fn new(patterns: &[String]) -> Result<Self, InvalidPattern> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let relative = pattern.strip_prefix("./").unwrap_or(pattern);
            let glob = GlobBuilder::new(relative).literal_separator(true).build();
            set.add(glob.map_err(|error| InvalidPattern {
                pattern: pattern.clone(),
                reason: error.kind().to_string(),
            })?);
        }
        let set = set.build();
        set.map(Self).map_err(|error| InvalidPattern {
            pattern: patterns.join(" "),
            reason: error.to_string(),
        })
    }

    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.0.is_match(path) && !sandbox::kernel::is_state(path)
    }
}

/// For whom is collected.
#[derive(Clone, Copy, Debug)]
pub struct Collecting {
    pub owner: UserId,
    /// The claim by which the job runs.
    pub by: Held,
    /// The token that submitted it.
    pub token: Option<TokenId>,
}

impl Artifacts {
    /// Writes the content of an artifact to a file of a sandbox.
    ///
    /// # Errors
    ///
    /// When the path is none, the content cannot be read or was changed, or the sandbox is gone.
    pub async fn place(
        &self,
        artifact: &Artifact,
        sandbox: &Sandbox,
        path: &str,
    ) -> Result<(), FilesError> {
        let at = |source| FilesError::Artifact { path: path.to_owned(), source };
        let target = target(path)?;
        let reading = self.read(artifact, 0..artifact.size).await.map_err(at)?;
        // What stopped the stream is worth more than that it stopped.
        let mut broken = None;
        let written = {
            let stream = Box::pin(reading.stream());
            let stream = futures_util::StreamExt::map(stream, |it| {
                it.map_err(|error| {
                    let kind = std::io::Error::other(error.to_string());
                    broken = Some(error);
                    kind
                })
            });
            sandbox.write_file_from(&target, StreamReader::new(stream), 0o644).await
        };
        match (broken, written) {
            (Some(source), _) => Err(at(source)),
            (None, written) => {
                written.map_err(|source| FilesError::Sandbox { path: path.to_owned(), source })
            }
        }
    }

    /// Keeps the regular files of a sandbox that match, each as an artifact of its job.
    ///
    /// # Errors
    ///
    /// When there are too many, the owner would have too much, or something of it fails; what was kept
    /// before stays.
    pub async fn collect(
        &self,
        sandbox: &Sandbox,
        patterns: &Patterns,
        of: Collecting,
    ) -> Result<Vec<Artifact>, FilesError> {
        let mut kept = Vec::new();
        for path in matching(sandbox, patterns).await? {
            let failed = |source| FilesError::Sandbox { path: path.to_string(), source };
            let most = self.0.staging.most_bytes();
            let file = sandbox.read_file_stream(&path, most).await.map_err(failed)?;
            let content = ReaderStream::with_capacity(file, 64 << 10);
            let new = NewUpload {
                owner: of.owner,
                token: of.token,
                name: path.to_string(),
                media_type: media_type(path.as_str()),
                size: None,
                digest: None,
                keep: None,
            };
            let artifact = self.keep(new, content, Some(of.by)).await;
            let at = |source| FilesError::Artifact { path: path.to_string(), source };
            kept.push(artifact.map_err(at)?);
        }
        Ok(kept)
    }
}

fn target(path: &str) -> Result<SandboxPath, FilesError> {
    SandboxPath::try_from(path).map_err(|_| FilesError::Path { path: path.to_owned() })
}

/// What a file probably is, by its name.
#[must_use]
pub fn media_type(name: &str) -> String {
    mime_guess::from_path(name).first_or_octet_stream().to_string()
}

async fn matching(sandbox: &Sandbox, patterns: &Patterns) -> Result<Vec<SandboxPath>, FilesError> {
    let (mut found, mut looked_at) = (Vec::new(), 0);
    let mut directories = vec![SandboxPath::root()];
    while let Some(directory) = directories.pop() {
        let failed = |source| FilesError::Sandbox { path: directory.to_string(), source };
        for entry in sandbox.list_files(&directory).await.map_err(failed)? {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT {
                return Err(FilesError::TooManyToLookAt);
            }
            let path = match directory.as_str() {
                "." => entry.name,
                parent => format!("{parent}/{}", entry.name),
            };
            // A name that is no text cannot be asked for.
            let Ok(path) = SandboxPath::try_from(path.as_str()) else { continue };
            match entry.kind {
                FileKind::Directory => directories.push(path),
                FileKind::File if patterns.matches(path.as_str()) => found.push(path),
                FileKind::File | FileKind::Symlink | FileKind::Other => {}
            }
        }
        if found.len() > MOST_FILES {
            return Err(FilesError::TooMany);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Result<Patterns, InvalidPattern> {
        Patterns::new(&texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_state_of_kernels_is_never_collected() {
        let all = patterns(&["**", "**/*", ".runbook/*/*", ".runbook/bash-/state.0"]).unwrap();
        assert!(all.matches("out/a.txt") && all.matches(".hidden/a.txt"));
        for file in sandbox::kernel::bash_files("") {
            assert!(!all.matches(file.path.as_str()), "{}", file.path);
        }
        assert!(!all.matches(".runbook/bash-/state.0"));
    }

    #[test]
    fn a_star_stays_within_a_directory_and_two_do_not() {
        let set = patterns(&["*.csv", "./out/**/*.png", "logs/?.txt"]).unwrap();
        for path in ["a.csv", "out/a.png", "out/x/y/b.png", "logs/1.txt"] {
            assert!(set.matches(path), "{path}");
        }
        for path in ["x/a.csv", "out/a.jpg", "a.png", "logs/12.txt", "logs/a/1.txt"] {
            assert!(!set.matches(path), "{path}");
        }
        assert!(!patterns(&[]).unwrap().matches("a"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_by_its_text() {
        let refused = patterns(&["a", "[z"]).unwrap_err();
        assert!(refused.to_string().contains("\"[z\""), "{refused}");
    }
}

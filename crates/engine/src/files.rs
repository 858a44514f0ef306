//! Writing a document's files into a sandbox.

use document::{Block, FilePath};
use sandbox::{InvalidPath, Sandbox, SandboxError, SandboxPath};

/// Why a file does not stand in the sandbox.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path} could not be written into the sandbox: {source}")]
    Write { path: String, source: SandboxError },
    #[error("{path} is not a path inside the workspace: {source}")]
    Path { path: String, source: InvalidPath },
}

/// Writes a file block.
pub(crate) async fn write_file(
    sandbox: &Sandbox,
    path: &FilePath,
    file: &Block,
) -> Result<(), FileError> {
    let target = SandboxPath::try_from(path.as_str())
        .map_err(|source| FileError::Path { path: path.to_string(), source })?;
    let written = sandbox.write_file(&target, file.code.as_bytes(), 0o644).await;
    written.map_err(|source| FileError::Write { path: path.to_string(), source })
}

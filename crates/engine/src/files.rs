//! Writing a document's files and a block's code into a sandbox.

use document::{Block, FilePath};
use model::limits::Limits;
use sandbox::{InvalidPath, Program, Sandbox, SandboxError, SandboxPath};

use crate::{execution::limit, program::BlockProgram};

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
    write(sandbox, &target, &file.code).await
}

/// Writes the code of a program, which is then ready to be started within its limits.
pub(crate) async fn write_code(
    sandbox: &Sandbox,
    program: BlockProgram,
    limits: &Limits,
) -> Result<Program, FileError> {
    let BlockProgram { path, source, installed } = program;
    write(sandbox, &path, &source).await?;
    let mut program = installed.program(sandbox.workspace(), &path);
    limit(&mut program, limits);
    Ok(program)
}

async fn write(sandbox: &Sandbox, path: &SandboxPath, text: &str) -> Result<(), FileError> {
    let written = sandbox.write_file(path, text.as_bytes(), 0o644).await;
    written.map_err(|source| FileError::Write { path: path.to_string(), source })
}

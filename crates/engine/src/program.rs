//! From a block to the program that runs it.

use std::path::PathBuf;

use document::{Block, BlockId, Document, Runtime};
use model::limits::Limits;
use sandbox::{
    SandboxPath,
    runtime::{Installed, MissingRuntime, Runtimes},
};

use crate::{BlockName, RunError};

/// What a block becomes: its code in a file of the workspace, and what runs the file.
#[derive(Clone, Debug)]
pub(crate) struct BlockProgram {
    pub(crate) path: SandboxPath,
    pub(crate) source: String,
    pub(crate) installed: Installed,
}

/// A language, and whether this machine has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeStatus {
    pub runtime: Runtime,
    /// What it says of itself; `None` if it is missing.
    pub version: Option<String>,
    /// What to do where it is missing.
    pub message: Option<String>,
}

/// All languages. Starts each one that is there to ask for its version, once.
#[must_use]
pub fn statuses(runtimes: &Runtimes) -> Vec<RuntimeStatus> {
    runtimes.ask_versions();
    let status = |runtime: Runtime| {
        let name = runtime.name();
        match installed(runtime, runtimes) {
            Ok(_) => {
                let version = runtimes.version(name).unwrap_or("unknown version").to_owned();
                RuntimeStatus { runtime, version: Some(version), message: None }
            }
            Err(missing) => {
                RuntimeStatus { runtime, version: None, message: Some(missing.to_string()) }
            }
        }
    };
    Runtime::ALL.into_iter().map(status).collect()
}

/// Why a block cannot be turned into a program.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error(
        "block {block} has no runtime; use one of python, node, bash, golang, typescript, rust"
    )]
    NoRuntime { block: String },
    #[error(transparent)]
    Missing(#[from] MissingRuntime),
}

/// The block that a caller means, if it may run.
pub(crate) fn find<'a>(document: &'a Document, name: &BlockName) -> Result<&'a Block, RunError> {
    match name {
        BlockName::Id { id, content_hash } => {
            let block = document.block(&BlockId::new(id.as_str()));
            let block = block.ok_or_else(|| RunError::NoBlock { block: id.clone() })?;
            if block.content_hash != *content_hash {
                return Err(RunError::BlockChanged { block: id.clone() });
            }
            if !block.is_runnable() {
                return Err(RunError::NotRunnable { block: id.clone() });
            }
            Ok(block)
        }
        BlockName::Index { index, runtime } => {
            let block = document.runnable().nth(*index);
            let block = block.ok_or_else(|| RunError::NoBlock { block: index.to_string() })?;
            let actual = runtime_name(block)?;
            let is_actual = |asked: &str| {
                asked == actual
                    || Runtime::from_language(asked).is_some_and(|it| it.name() == actual)
            };
            match runtime {
                Some(asked) if !is_actual(asked) => Err(RunError::OtherRuntime {
                    block: index.to_string(),
                    actual,
                    asked: asked.clone(),
                }),
                Some(_) | None => Ok(block),
            }
        }
    }
}

/// Whether this machine can run a block.
///
/// # Errors
///
/// When its runtime is not there.
pub fn check_runtime(block: &Block, runtimes: &Runtimes) -> Result<(), ProgramError> {
    if !is_jupyter(block) {
        installed(runtime(block)?, runtimes)?;
    }
    Ok(())
}

/// What runs a block, as executions name it: its language's runtime, or the Jupyter kernel that it asks for.
pub(crate) fn runtime_name(block: &Block) -> Result<&'static str, ProgramError> {
    if is_jupyter(block) { Ok("jupyter") } else { Ok(runtime(block)?.name()) }
}

fn runtime(block: &Block) -> Result<Runtime, ProgramError> {
    block.runtime.ok_or_else(|| ProgramError::NoRuntime { block: block.id.to_string() })
}

/// Whether a Jupyter kernel runs it. If the kernel is missing, that shows when it is started.
#[must_use]
pub fn is_jupyter(block: &Block) -> bool {
    matches!(block.options.kernel, Some(document::Kernel::Jupyter(_)))
}

/// The program of a block, and its limits: the block's own where it sets them.
pub(crate) fn prepare(
    document: &Document,
    block: &Block,
    runtimes: &Runtimes,
    limits: &Limits,
) -> Result<(BlockProgram, Limits), ProgramError> {
    let timeout = block.options.timeout.or(limits.timeout);
    Ok((place(document, block, runtimes)?, Limits { timeout, ..*limits }))
}

/// The program of a block, in the file that is named after its place in the document.
pub(crate) fn place(
    document: &Document,
    block: &Block,
    runtimes: &Runtimes,
) -> Result<BlockProgram, ProgramError> {
    let place = document.blocks.iter().position(|it| it.id == block.id).unwrap_or(0) + 1;
    let (stem, source) = (format!("block_{place}"), block.code.clone());
    if is_jupyter(block) {
        return Ok(written(&stem, source, runtimes.jupyter()));
    }
    snippet(&stem, runtime(block)?, source, runtimes)
}

/// The program of some code. `stem` names its file in the workspace, without extension.
///
/// The file stands beside the document's file blocks, so that each language finds them where it
/// looks first. Its name is ours alone: one taken from the document could hide a library.
pub(crate) fn snippet(
    stem: &str,
    runtime: Runtime,
    source: String,
    runtimes: &Runtimes,
) -> Result<BlockProgram, ProgramError> {
    Ok(written(stem, source, installed(runtime, runtimes)?.clone()))
}

fn written(stem: &str, source: String, installed: Installed) -> BlockProgram {
    let name = format!("{stem}.{}", installed.runtime.extension);
    let path = SandboxPath::try_from(name.as_str()).expect("our own file names are safe");
    BlockProgram { path, source, installed }
}

/// The host's directories that a sandbox must show for programs of these runtimes to start.
pub(crate) fn toolchains(
    wanted: impl IntoIterator<Item = Runtime>,
    runtimes: &Runtimes,
) -> Vec<PathBuf> {
    let found = wanted.into_iter().filter_map(|it| installed(it, runtimes).ok());
    let mut directories: Vec<_> = found.flat_map(|it| it.toolchains.iter().cloned()).collect();
    directories.sort();
    directories.dedup();
    directories
}

pub(crate) fn installed(
    runtime: Runtime,
    runtimes: &Runtimes,
) -> Result<&Installed, MissingRuntime> {
    let found = runtimes.get_or_transpiled(runtime.name());
    found.expect("both tables have the same six runtimes").map_err(Clone::clone)
}

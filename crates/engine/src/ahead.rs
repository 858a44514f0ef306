//! Blocks in compiled languages: what they compile to is kept, and run again while nothing changes.
//!
//! They are compiled beside the document's file blocks alone. One that needs what another block has left
//! in the workspace, or that the compiler refuses, is compiled where it runs, as without a cache.

use document::{Document, Runtime};
use model::{event::Failure, limits::Limits};
use sandbox::{Program, Sandbox, SandboxPath, SourceFile};
use tokio_util::sync::CancellationToken;

use crate::{
    environments::{CompileOrder, Environment, EnvironmentError, Environments, Owner},
    execution::limit,
    files::FileError,
    program::BlockProgram,
};

/// Where compiled programs are kept, and whose they are.
#[derive(Clone, Debug)]
pub(crate) struct Ahead {
    pub(crate) environments: Environments,
    pub(crate) owner: Owner,
}

/// Why a block was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unready {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

impl Unready {
    pub(crate) fn failure(&self) -> Failure {
        let error = match self {
            Self::File(_) => "file_not_written",
            Self::Environment(EnvironmentError::BuildFailed { .. }) => "build_failed",
            Self::Environment(_) => "start_failed",
        };
        Failure { error: error.to_owned(), message: self.to_string() }
    }
}

/// The program of a block, to be started within its limits. Its code goes with it into the sandbox.
pub(crate) async fn program(
    sandbox: &Sandbox,
    (program, document): (BlockProgram, &Document),
    limits: &Limits,
    ahead: Option<&Ahead>,
    stop: &CancellationToken,
) -> Result<Program, Unready> {
    let installed = program.installed.clone();
    let compiled = match ahead {
        Some(ahead) if installed.is_compiler() => {
            compiled(sandbox, (&program, document), ahead, stop).await
        }
        Some(_) | None => Ok(None),
    };
    let mut ready = match compiled {
        Ok(Some(compiled)) => compiled,
        Ok(None) => plain(sandbox, &program),
        Err(error) if installed.takes_sources() || stop.is_cancelled() => {
            tracing::debug!(%error, "a block is compiled where it runs");
            plain(sandbox, &program)
        }
        Err(error) => return Err(error),
    };
    limit(&mut ready, limits);
    let BlockProgram { path, source, .. } = program;
    ready.source = Some(SourceFile { path, bytes: source.into_bytes(), mode: 0o644 });
    Ok(ready)
}

fn plain(sandbox: &Sandbox, program: &BlockProgram) -> Program {
    program.installed.program(sandbox.workspace(), &program.path)
}

async fn compiled(
    sandbox: &Sandbox,
    (program, document): (&BlockProgram, &Document),
    ahead: &Ahead,
    stop: &CancellationToken,
) -> Result<Option<Program>, Unready> {
    let runtime = Runtime::from_language(program.installed.runtime.name);
    let runtime = runtime.expect("both tables have the same six runtimes");
    // Where another backend made the sandbox, its languages are others too.
    if !ahead.environments.serves(sandbox.isolation().backend) {
        return Ok(None);
    }
    let files: Vec<_> = document
        .files()
        .filter_map(|(path, block)| {
            let path = SandboxPath::try_from(path.as_str()).ok()?;
            Some((path, block.code.clone().into_bytes()))
        })
        .collect();
    let order = CompileOrder {
        runtime,
        source: &program.path,
        code: &program.source,
        files: &files,
        environment: &Environment::default(),
        owner: &ahead.owner,
    };
    let mut unheard = |_| {};
    let compiled = ahead.environments.compiled(&order, &mut unheard, stop).await?;
    if compiled.is_refused() && program.installed.takes_sources() {
        return Ok(None);
    }
    let placed = compiled.place(sandbox).await;
    let failed = |source| FileError::Write { path: program.path.to_string(), source };
    Ok(Some(placed.map_err(failed)?))
}

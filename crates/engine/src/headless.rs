//! Running without a server: one sandbox, its files, its programs, their events handed to a sink.

use std::sync::Arc;

use document::{Block, Document, Runtime};
use model::limits::Limits;
use sandbox::{Backend, Isolation, Sandbox, Spec, runtime::Runtimes};
use tokio_util::sync::CancellationToken;

use crate::{
    execution::{Ending, Sink, drive},
    files::{self, FileError},
    program::{self, BlockProgram, ProgramError},
};

/// A sandbox and what it takes to run programs in it.
#[derive(Debug)]
pub struct Headless {
    sandbox: Sandbox,
    runtimes: Arc<Runtimes>,
    limits: Limits,
}

/// Why something was not run.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("the sandbox could not be started: {0}")]
    Start(#[from] sandbox::StartError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl Headless {
    /// Starts a sandbox for programs of the `wanted` runtimes, whose toolchains are added to `spec`.
    ///
    /// # Errors
    ///
    /// When the backend cannot start one.
    pub async fn start(
        backend: &dyn Backend,
        runtimes: Arc<Runtimes>,
        wanted: impl IntoIterator<Item = Runtime>,
        spec: Spec,
        limits: Limits,
    ) -> Result<Self, HeadlessError> {
        let toolchains = program::toolchains(wanted, &runtimes);
        let sandbox = Sandbox::start(backend, Spec { toolchains, ..spec }).await?;
        Ok(Self { sandbox, runtimes, limits })
    }

    #[must_use]
    pub fn isolation(&self) -> &Isolation {
        self.sandbox.isolation()
    }

    /// Writes the document's file blocks.
    ///
    /// # Errors
    ///
    /// When one of them cannot be written.
    pub async fn seed(&self, document: &Document) -> Result<(), HeadlessError> {
        for (path, file) in document.files() {
            files::write_file(&self.sandbox, path, file).await?;
        }
        Ok(())
    }

    /// Runs one block of a document.
    ///
    /// # Errors
    ///
    /// When its runtime is missing or its code cannot be written.
    pub async fn run_block(
        &self,
        document: &Document,
        block: &Block,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Ending, HeadlessError> {
        let (program, limits) = program::prepare(document, block, &self.runtimes, &self.limits)?;
        self.run(program, limits, stop, sink).await
    }

    /// Runs some code.
    ///
    /// # Errors
    ///
    /// When its runtime is missing or the code cannot be written.
    pub async fn run_code(
        &self,
        runtime: Runtime,
        code: String,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Ending, HeadlessError> {
        let program = program::snippet("main", runtime, code, &self.runtimes)?;
        self.run(program, self.limits, stop, sink).await
    }

    /// Ends the sandbox and waits until nothing of it is left.
    pub async fn end(self) {
        self.sandbox.destroy().await;
    }

    async fn run(
        &self,
        program: BlockProgram,
        limits: Limits,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Ending, HeadlessError> {
        let program = files::write_code(&self.sandbox, program, &limits).await?;
        Ok(drive(&self.sandbox, (program, None), &limits, stop, sink).await)
    }
}

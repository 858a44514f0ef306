//! Our own ways to a fresh sandbox.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use sandbox::{
    Backend, ExitStatus, Namespaces, Process, ProcessEvent, Program as SandboxProgram, Readiness,
    Sandbox, Spec,
    runtime::{Runtimes, discover},
};

use crate::program::{OUTPUT, PATH, Program};

/// Half-finished sandboxes, as a hub keeps them.
const SPARES: u32 = 8;

/// A new sandbox for each program, and a new interpreter in it.
#[derive(Debug)]
pub(crate) struct Cold {
    backend: Arc<dyn Backend>,
    runtimes: Arc<Runtimes>,
}

impl Cold {
    pub(crate) fn new() -> Result<Self> {
        let backend = Arc::new(Namespaces::new(Readiness::Spares(SPARES))?);
        Ok(Self { backend, runtimes: Arc::new(discover(PATH)) })
    }

    /// From the call to the program's exit. What comes after is on nobody's way.
    pub(crate) async fn run(&self, program: &Program) -> Result<(Duration, Sandbox)> {
        let toolchains = match self.runtimes.get(program.language) {
            Some(Ok(installed)) => installed.toolchains.clone(),
            Some(Err(_)) | None => bail!("{} is not installed", program.language),
        };
        let begun = Instant::now();
        let spec = Spec { toolchains, ..Spec::default() };
        let sandbox = Sandbox::start(&*self.backend, spec).await?;
        let mut started = SandboxProgram::new(program.argv());
        started.env = vec![("PATH".to_owned(), PATH.to_owned())];
        let process = sandbox.run(started).await?;
        finish(process).await?;
        Ok((begun.elapsed(), sandbox))
    }
}

/// Reads a program to its end, which must be the right one.
async fn finish(mut process: Process) -> Result<()> {
    let mut stdout = Vec::new();
    while let Some(event) = process.next().await {
        match event {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(_) | ProcessEvent::Truncated => {}
            ProcessEvent::Exit(exit) => {
                ensure!(exit.status == ExitStatus::Code(0) && stdout == OUTPUT, "{exit:?}");
                return Ok(());
            }
            ProcessEvent::Lost => break,
        }
    }
    bail!("the sandbox is lost")
}

//! Our own ways to a fresh sandbox.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail, ensure};
use sandbox::{
    Backend, Docker, DockerConfig, ExitStatus, Kind, Namespaces, Pool, PoolConfig, Process,
    ProcessEvent, Program as SandboxProgram, Readiness, Sandbox, SandboxPath, SourceFile, Spec,
    runtime::{Installed, Runtimes, discover},
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

/// A sandbox for each program that was ready before it was asked for, with the interpreter booted.
#[derive(Debug)]
pub(crate) struct Pooled {
    pool: Pool,
    runtimes: Arc<Runtimes>,
}

impl Pooled {
    pub(crate) fn new() -> Result<Self> {
        let backend = Arc::new(Namespaces::new(Readiness::Spares(SPARES))?);
        let pool = Pool::new(backend, PoolConfig::default());
        Ok(Self { pool, runtimes: Arc::new(discover(PATH)) })
    }

    /// From the question for a sandbox to the program's exit.
    pub(crate) async fn run(&self, program: &Program) -> Result<(Duration, Sandbox)> {
        let Source { installed, path, kind } = source(&self.runtimes, program)?;
        let begun = Instant::now();
        let (sandbox, standby) = self.pool.take(&kind).await?;
        let mut started = installed.program(sandbox.workspace(), &path);
        started.source = Some(source_file(path, program));
        let process = match standby {
            Some(standby) => sandbox.run_prepared(standby, started).await?,
            None => sandbox.run(started).await?,
        };
        finish(process).await?;
        Ok((begun.elapsed(), sandbox))
    }
}

/// A clone of a booted interpreter for each program, made when it is asked for.
#[derive(Debug)]
pub(crate) struct Cloned {
    backend: Arc<dyn Backend>,
    runtimes: Arc<Runtimes>,
}

impl Cloned {
    pub(crate) fn new() -> Result<Self> {
        let backend = Arc::new(Namespaces::new(Readiness::Spares(1))?);
        Ok(Self { backend, runtimes: Arc::new(discover(PATH)) })
    }

    pub(crate) async fn run(&self, program: &Program) -> Result<(Duration, Sandbox)> {
        let Source { installed, path, kind } = source(&self.runtimes, program)?;
        let plan = kind.plan.ok_or_else(|| anyhow!("nothing to clone"))?;
        let begun = Instant::now();
        let (sandbox, standby) =
            Sandbox::start_with_standby(&*self.backend, kind.spec, plan).await?;
        let mut started = installed.program(sandbox.workspace(), &path);
        started.source = Some(source_file(path, program));
        finish(sandbox.run_prepared(standby, started).await?).await?;
        Ok((begun.elapsed(), sandbox))
    }
}

/// A container of the docker backend that lives on, and gets one program after the other.
#[derive(Debug)]
pub(crate) struct Live {
    sandbox: Sandbox,
}

impl Live {
    pub(crate) async fn new(config: DockerConfig) -> Result<Self> {
        Ok(Self { sandbox: Sandbox::start(&Docker::new(config), Spec::default()).await? })
    }

    pub(crate) async fn run(&self, program: &Program) -> Result<Duration> {
        let begun = Instant::now();
        let mut started = SandboxProgram::new(program.argv());
        started.env = vec![("PATH".to_owned(), PATH.to_owned())];
        finish(self.sandbox.run(started).await?).await?;
        Ok(begun.elapsed())
    }
}

/// A program as a file of a sandbox of its kind.
struct Source<'a> {
    installed: &'a Installed,
    path: SandboxPath,
    kind: Kind,
}

fn source<'a>(runtimes: &'a Runtimes, program: &Program) -> Result<Source<'a>> {
    let Some(Ok(installed)) = runtimes.get(program.language) else {
        bail!("{} is not installed", program.language)
    };
    let path: SandboxPath = format!("main.{}", installed.runtime.extension).parse()?;
    let spec = Spec { toolchains: installed.toolchains.clone(), ..Spec::default() };
    let plan = installed.standby("/tmp", &path).map(Arc::new);
    Ok(Source { installed, path, kind: Kind { name: program.language.to_owned(), spec, plan } })
}

fn source_file(path: SandboxPath, program: &Program) -> SourceFile {
    SourceFile { path, bytes: program.code.into(), mode: 0o644 }
}

/// Reads a program to its end, which must be the right one.
async fn finish(mut process: Process) -> Result<()> {
    let mut stdout = Vec::new();
    while let Some(event) = process.next().await {
        match event {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(_) | ProcessEvent::Said(..) | ProcessEvent::Truncated => {}
            ProcessEvent::Exit(exit) => {
                ensure!(exit.status == ExitStatus::Code(0) && stdout == OUTPUT, "{exit:?}");
                return Ok(());
            }
            ProcessEvent::Lost => break,
        }
    }
    bail!("the sandbox is lost")
}

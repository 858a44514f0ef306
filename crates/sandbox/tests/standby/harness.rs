//! Running probes both ways.

use std::{fmt::Write, sync::Arc};

use bytes::Bytes;
use sandbox::{
    Exit, ExitStatus, Namespaces, Process, ProcessEvent, Program, Readiness, Sandbox, SandboxPath,
    Spec, StandbyPlan, StartError, Stdin,
    runtime::{Installed, discover},
};

/// A sandbox with a runtime, or `None` and a word about it.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) installed: Installed,
    // Its launcher serves the sandbox.
    backend: Namespaces,
}

/// The probe that reads what another wrote, so that it needs that one's sandbox.
const LEFT: &str = "what was left in it";

/// A program and what it reads.
pub(super) struct Probe {
    pub(super) name: &'static str,
    pub(super) source: &'static str,
    pub(super) stdin: Option<&'static str>,
}

pub(super) const fn probe(name: &'static str, source: &'static str) -> Probe {
    Probe { name, source, stdin: None }
}

pub(super) const fn reading(
    name: &'static str,
    stdin: &'static str,
    source: &'static str,
) -> Probe {
    Probe { name, source, stdin: Some(stdin) }
}

#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit: Exit,
}

impl Stage {
    pub(super) async fn new(runtime: &str) -> Option<Self> {
        let runtimes = discover("");
        let installed = match runtimes.get(runtime).unwrap() {
            Ok(installed) => installed.clone(),
            Err(missing) => {
                eprintln!("skipped: {missing}");
                return None;
            }
        };
        let backend = Namespaces::new(Readiness::OnDemand).unwrap();
        let toolchains = installed.toolchains.clone();
        match Sandbox::start(&backend, Spec { toolchains, ..Spec::default() }).await {
            Ok(sandbox) => Some(Self { sandbox, installed, backend }),
            Err(error @ StartError::NotPermitted { .. }) => {
                eprintln!("skipped: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn plan(&self, path: &SandboxPath) -> Arc<StandbyPlan> {
        Arc::new(self.installed.standby(self.sandbox.workspace(), path).unwrap())
    }

    pub(super) fn program(&self, path: &SandboxPath) -> Program {
        self.installed.program(self.sandbox.workspace(), path)
    }

    pub(super) async fn write(&self, path: &SandboxPath, source: &str) {
        self.sandbox.write_file(path, source.as_bytes(), 0o644).await.unwrap();
    }

    pub(super) async fn plainly(&self, program: Program, stdin: Option<&'static str>) -> Outcome {
        let program = with_input(program, stdin);
        collect(self.sandbox.run(program).await.unwrap(), stdin).await
    }

    pub(super) async fn prepared(
        &self,
        plan: Arc<StandbyPlan>,
        program: Program,
        stdin: Option<&'static str>,
    ) -> Outcome {
        let program = with_input(program, stdin);
        assert!(plan.fits(&program));
        let standby = self.sandbox.prepare(plan).await.unwrap();
        collect(self.sandbox.run_prepared(standby, program).await.unwrap(), stdin).await
    }

    /// Runs a program in the standby that a sandbox of its own was born with.
    async fn cloned(&self, path: &SandboxPath, probe: &Probe) -> Outcome {
        let toolchains = self.installed.toolchains.clone();
        let spec = Spec { toolchains, ..Spec::default() };
        let started = Sandbox::start_with_standby(&self.backend, spec, self.plan(path)).await;
        let (sandbox, standby) = started.unwrap();
        sandbox.write_file(path, probe.source.as_bytes(), 0o644).await.unwrap();
        let program = with_input(self.program(path), probe.stdin);
        let outcome =
            collect(sandbox.run_prepared(standby, program).await.unwrap(), probe.stdin).await;
        sandbox.destroy().await;
        outcome
    }

    /// As [`Self::compare`], with a clone of a zygote for each probe.
    pub(super) async fn compare_clones(&self, path: &SandboxPath, probes: &[Probe]) {
        let mut differences = String::new();
        for probe in probes.iter().filter(|it| it.name != LEFT) {
            self.write(path, probe.source).await;
            let plain = self.plainly(self.program(path), probe.stdin).await;
            let cloned = self.cloned(path, probe).await;
            if said(&plain) != said(&cloned) {
                let (name, plain, cloned) = (probe.name, said(&plain), said(&cloned));
                write!(differences, "{name}:\nplain  {plain:?}\ncloned {cloned:?}\n").unwrap();
            }
        }
        assert!(differences.is_empty(), "{differences}");
    }

    /// Runs probes both ways as the given file, beside the other files, and tells which differ.
    pub(super) async fn compare(&self, path: &SandboxPath, probes: &[Probe]) {
        let mut differences = String::new();
        for probe in probes {
            self.write(path, probe.source).await;
            let program = self.program(path);
            let plain = self.plainly(program.clone(), probe.stdin).await;
            let prepared = self.prepared(self.plan(path), program, probe.stdin).await;
            if said(&plain) != said(&prepared) {
                let (name, plain, prepared) = (probe.name, said(&plain), said(&prepared));
                write!(differences, "{name}:\nplain    {plain:?}\nprepared {prepared:?}\n")
                    .unwrap();
            }
        }
        assert!(differences.is_empty(), "{differences}");
    }
}

fn said(outcome: &Outcome) -> (&str, &str, ExitStatus) {
    (&outcome.stdout, &outcome.stderr, outcome.exit.status)
}

fn with_input(program: Program, stdin: Option<&'static str>) -> Program {
    Program { stdin: if stdin.is_some() { Stdin::Pipe } else { Stdin::Null }, ..program }
}

async fn collect(mut process: Process, stdin: Option<&'static str>) -> Outcome {
    if let Some(stdin) = stdin {
        let handle = process.handle();
        // A program may end without having read.
        drop(handle.write_stdin(Bytes::from_static(stdin.as_bytes())).await);
        handle.close_stdin().await.unwrap();
    }
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(bytes) => stderr.extend_from_slice(&bytes),
            ProcessEvent::Said(..) | ProcessEvent::Truncated => {}
            ProcessEvent::Exit(exit) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                return Outcome { stdout: text(&stdout), stderr: text(&stderr), exit };
            }
            ProcessEvent::Lost => panic!("the sandbox is lost after {stderr:?}"),
        }
    }
}

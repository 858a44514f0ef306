//! Interpreters that were booted before the attack came: on a pool's shelf, or as clones of another.

use std::{sync::Arc, time::Duration};

use sandbox::{
    Backend, Kind, Pace, Pool, PoolConfig, Process, Program, Sandbox, SandboxError, SandboxPath,
    Spec, Standby, StandbyPlan, StartError,
    runtime::{Installed, discover},
};

/// The language of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Bash,
}

/// A booted interpreter of a sandbox, and how to give it its program.
pub(super) struct Waiting {
    standby: Standby,
    language: Language,
    installed: Installed,
    source: SandboxPath,
}

/// Everything but the standby itself.
struct Plan {
    language: Language,
    installed: Installed,
    source: SandboxPath,
    standby: Arc<StandbyPlan>,
}

impl Language {
    /// What runs a program given on its command line.
    fn command(self) -> &'static [&'static str] {
        match self {
            Self::Python => &["python3", "-c"],
            Self::Bash => &["/bin/bash", "-c"],
        }
    }

    /// The source, which takes itself away first: attacks expect an empty workspace.
    fn source(self, code: &str) -> String {
        match self {
            Self::Python => format!("import os; os.unlink(__file__)\n{code}"),
            Self::Bash => format!("rm \"$0\"\n{code}"),
        }
    }

    fn plan(self) -> Plan {
        let (name, source) = match self {
            Self::Python => ("python", "attack.py"),
            Self::Bash => ("bash", "attack.sh"),
        };
        let source: SandboxPath = source.parse().unwrap();
        let runtimes = discover("");
        let installed = runtimes.get(name).unwrap().unwrap().clone();
        let standby = Arc::new(installed.standby("/tmp", &source).unwrap());
        Plan { language: self, installed, source, standby }
    }
}

impl Plan {
    fn with(self, standby: Standby) -> Waiting {
        let Self { language, installed, source, .. } = self;
        Waiting { standby, language, installed, source }
    }
}

impl Waiting {
    /// Whether a program is one that it can become.
    pub(super) fn speaks(&self, program: &Program) -> bool {
        let command = self.language.command();
        program.terminal.is_none()
            && program.argv.len() == command.len() + 1
            && program.argv.iter().zip(command).all(|(one, other)| one == other)
    }

    pub(super) async fn become_program(
        self,
        sandbox: &Sandbox,
        program: Program,
    ) -> Result<Process, SandboxError> {
        let Self { standby, language, installed, source } = self;
        let content = language.source(program.argv.last().unwrap());
        sandbox.write_file(&source, content.as_bytes(), 0o644).await?;
        let Program { argv, env, cwd, .. } = installed.program(sandbox.workspace(), &source);
        let program = Program { argv, env, cwd, ..program };
        assert!(standby.plan().fits(&program), "it would be started plainly");
        sandbox.run_prepared(standby, program).await
    }
}

const CONFIG: PoolConfig = PoolConfig {
    memory_bytes: 1 << 30,
    most_per_kind: 1,
    refills: 1,
    memory_of_demand: Duration::from_secs(60),
    pace: Pace::AtOnce,
};

/// A sandbox that a pool had ready, with what booted in it.
pub(super) async fn from_a_pool(
    backend: Arc<dyn Backend>,
    spec: Spec,
    language: Language,
) -> Result<(Sandbox, Waiting), StartError> {
    let plan = language.plan();
    let pool = Pool::new(Arc::clone(&backend), CONFIG);
    let standby = Some(Arc::clone(&plan.standby));
    let kind = Kind { name: "attacked".to_owned(), spec, plan: standby };
    pool.keep(&kind, 1);
    loop {
        let counts = pool.statistics().kinds.remove(0);
        if counts.failed_starts > 0 {
            // For the reason, which the pool keeps to itself.
            Sandbox::start(&*backend, kind.spec.clone()).await?;
        }
        assert_eq!(counts.failed_standbys, 0, "the interpreter does not boot");
        if counts.ready == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (sandbox, standby) = pool.take(&kind).await?;
    pool.shut_down().await;
    Ok((sandbox, plan.with(standby.unwrap())))
}

/// A sandbox cloned from one with a booted Python, which is the only language that can be.
pub(super) async fn cloned(
    backend: &dyn Backend,
    spec: Spec,
) -> Result<(Sandbox, Waiting), StartError> {
    let plan = Language::Python.plan();
    let standby = Arc::clone(&plan.standby);
    match Sandbox::start_with_standby(backend, spec.clone(), standby).await {
        Ok((sandbox, standby)) => Ok((sandbox, plan.with(standby))),
        Err(error) => {
            // Where there are no sandboxes at all, that is the reason.
            Sandbox::start(backend, spec).await?;
            Err(error)
        }
    }
}

//! What code needs beside itself: packages, and in a compiled language the program that it becomes.

use std::path::PathBuf;

use model::event::EventKind;
use sandbox::{Program, Sandbox, SandboxError, SandboxPath, runtime::Installed};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::Snippet;
use crate::{
    environments::{CompileOrder, Compiled, Environment, EnvironmentError, Environments, Owner},
    execution::Sink,
};

/// Packages and a program, held for as long as the code runs.
#[derive(Debug, Default)]
pub(crate) struct Outfit {
    environment: Environment,
    compiled: Option<Compiled>,
}

/// What decides what some code needs.
#[derive(Debug)]
pub(crate) struct Needs<'a> {
    pub(crate) snippet: &'a Snippet,
    pub(crate) dependencies: &'a [String],
    /// Whether it is compiled ahead; otherwise its packages are all it needs.
    pub(crate) compiles: bool,
    pub(crate) owner: &'a Owner,
}

impl Outfit {
    /// Gets ready what code needs, and lets the caller hear of it. Without environments nothing is: a
    /// compiled language is compiled where it runs then, and whoever names packages was refused before.
    pub(crate) async fn of(
        environments: Option<&Environments>,
        needs: &Needs<'_>,
        source: &SandboxPath,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Self, EnvironmentError> {
        let Some(environments) = environments else { return Ok(Self::default()) };
        let &Needs { snippet, dependencies, compiles, owner } = needs;
        let Snippet { runtime, code, files, .. } = snippet;
        let runtime = *runtime;
        if dependencies.is_empty() && !compiles {
            return Ok(Self::default());
        }
        let environment = heard(sink, |tell| async move {
            let mut progress = |line| drop(tell.send(line));
            environments.ready(runtime, dependencies, &mut progress, stop).await
        })
        .await?;
        if !compiles {
            return Ok(Self { environment, compiled: None });
        }
        let compiled = heard(sink, |tell| {
            let environment = &environment;
            async move {
                let mut progress = |line| drop(tell.send(line));
                let order = CompileOrder { runtime, source, code, files, environment, owner };
                environments.compiled(&order, &mut progress, stop).await
            }
        })
        .await;
        match compiled {
            Ok(compiled) => Ok(Self { environment, compiled: Some(compiled) }),
            // It still runs, only slower: compiled where it runs, or interpreted.
            Err(EnvironmentError::Unavailable { .. } | EnvironmentError::BuildFailed { .. })
                if dependencies.is_empty() =>
            {
                Ok(Self { environment, compiled: None })
            }
            Err(error) => Err(error),
        }
    }

    /// Host directories that the sandbox must show beside the runtime's own.
    pub(crate) fn directories(&self) -> &[PathBuf] {
        &self.environment.directories
    }

    /// The program as it is started without having been compiled.
    pub(crate) fn program(
        &self,
        installed: &Installed,
        workspace: &str,
        source: &SandboxPath,
    ) -> Program {
        let mut program = installed.program(workspace, source);
        self.environment.apply(&mut program);
        program
    }

    pub(super) fn is_compiled(&self) -> bool {
        self.compiled.is_some()
    }

    /// Puts what is needed into the sandbox, and gives the program to start.
    pub(super) async fn enter(
        &self,
        sandbox: &Sandbox,
        (installed, source): (&Installed, &SandboxPath),
    ) -> Result<Program, SandboxError> {
        self.environment.enter(sandbox).await?;
        let Some(compiled) = &self.compiled else {
            return Ok(self.program(installed, sandbox.workspace(), source));
        };
        let mut program = compiled.place(sandbox).await?;
        self.environment.apply(&mut program);
        Ok(program)
    }
}

/// Does some work that tells what it does, and passes that on meanwhile.
async fn heard<T, W: Future<Output = T>>(
    sink: &mut impl Sink,
    work: impl FnOnce(UnboundedSender<String>) -> W,
) -> T {
    let (tell, mut said) = unbounded_channel();
    let mut work = std::pin::pin!(work(tell));
    let done = loop {
        tokio::select! {
            biased;
            Some(data) = said.recv() => pass(sink, data).await,
            done = &mut work => break done,
        }
    };
    while let Ok(data) = said.try_recv() {
        pass(sink, data).await;
    }
    done
}

async fn pass(sink: &mut impl Sink, data: String) {
    // A caller who does not listen is told again at the end.
    drop(sink.append(vec![EventKind::Info { data }]).await);
}

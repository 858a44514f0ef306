//! An instance: a process of a sandbox of its own that has loaded a function and waits for its one input.
//!
//! ```text
//!  start ──▶ loads, waits ──▶ call: input in ──▶ events, value ──▶ sandbox gone
//!                 └── dropped: sandbox gone
//! ```

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use document::Runtime;
use futures_util::FutureExt;
use model::{
    event::{EventKind, Failure, Usage},
    execution::Outcome,
    function::{SecretName, Version},
    id::UserId,
    limits::Limits,
};
use sandbox::{
    Kind, Network, Process, ProcessEvent, Program, Sandbox, SandboxError, SandboxPath, SourceFile,
    Stdin, runtime::Installed,
};
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::wrappers::{self, Wrapped};
use crate::{
    CompileOrder, Compiled, Environment, EnvironmentError, Inner, NoPackages, NotOffered, Owner,
    ProgramError,
    admission::Slot,
    execution::{Attempt, Ending, Input, Sink, limit, sleep_until},
    offers::Shelf,
    output::{Output, Stream},
    program,
    secrets::SecretText,
};

/// Where programs find their files in a sandbox of every backend that standbys boot in.
const WORKSPACE: &str = "/tmp";

/// Longest value, in bytes of JSON. Whoever returns more should write it somewhere.
const MOST_VALUE_BYTES: u64 = 6 << 20;

const ENOENT: i32 = 2;
const EFBIG: i32 = 27;

/// Everything that an instance is made from.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) owner: UserId,
    pub(super) runtime: Runtime,
    pub(super) version: Version,
    pub(super) secrets: BTreeMap<SecretName, SecretText>,
    pub(super) network: Network,
    pub(super) resources: Resources,
}

/// What an instance may use from its start on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resources {
    pub(super) memory_bytes: u64,
    /// Thousandths of a processor.
    pub(super) cpu_millis: u32,
}

impl Recipe {
    /// Adds to a program what it is told: where its value goes, its arguments, its secrets.
    fn complete(&self, program: &mut Program, workspace: &str, wrapped: &Wrapped) {
        program.argv.push(format!("{workspace}/{}", wrappers::VALUE));
        program.argv.extend(wrapped.arguments.iter().map(|it| format!("{workspace}/{it}")));
        let secret =
            |(name, it): (&SecretName, &SecretText)| (name.to_string(), it.reveal().to_owned());
        program.env.extend(self.secrets.iter().map(secret));
        program.stdin = Stdin::Pipe;
    }
}

/// Why there is no instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    #[error(transparent)]
    NoPackages(#[from] NoPackages),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("no sandbox could be started: {0}")]
    Start(#[from] sandbox::StartError),
    #[error("the function could not be started: {0}")]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// A process that waits for its one input. Dropping it ends its sandbox.
pub(super) struct Instance {
    held: Held,
    /// `None` where its sandbox ended before it could begin, as one with very little memory does.
    process: Option<Process>,
    runtime: Runtime,
    /// What it said while nobody listened.
    early: Output,
    limits: Limits,
    /// Its packages stay as long as it does.
    _environment: Environment,
}

/// What became of a call.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) ending: Ending,
    pub(super) value: Option<Value>,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("runtime", &self.runtime).finish_non_exhaustive()
    }
}

impl Instance {
    /// Takes a sandbox and starts the function in it. It need not have loaded when this returns.
    /// `progress` hears of packages that are installed and programs that are compiled for it.
    pub(super) async fn start(
        inner: &Inner,
        recipe: &Recipe,
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<Self, InstanceError> {
        let shelf = inner.shelf_of_user(recipe.owner).await?;
        let version = &recipe.version;
        let wrapped = wrappers::wrap(recipe.runtime, &version.code, &version.dependencies);
        let made = Made::new(inner, recipe, (&shelf, &wrapped), progress, stop).await?;
        let kind = made.kind(inner, recipe, &shelf, &wrapped.source);
        let (sandbox, standby) = shelf.pool.take(&kind).await?;
        let held = Held { tasks: inner.tasks.clone(), sandbox: Some(sandbox), slot: None };
        let sandbox = held.sandbox();
        let limits = Limits { timeout: None, ..inner.config.limits };
        let begun = async {
            let mut program = made.place(sandbox, &wrapped).await?;
            recipe.complete(&mut program, sandbox.workspace(), &wrapped);
            limit(&mut program, &limits);
            Attempt::begin(sandbox).start(program, standby).await
        };
        let process = match begun.await {
            Ok(process) => Some(process),
            Err(SandboxError::Gone) => None,
            Err(error) => return Err(error.into()),
        };
        let early = Output::new(limits.output_bytes);
        let Made { environment, .. } = made;
        Ok(Self {
            held,
            process,
            runtime: recipe.runtime,
            early,
            limits,
            _environment: environment,
        })
    }

    /// Whether it still waits. Takes note of what it has said meanwhile.
    pub(super) fn is_waiting(&mut self) -> bool {
        let Some(process) = &mut self.process else { return false };
        while let Some(event) = process.next().now_or_never() {
            match event {
                Some(ProcessEvent::Stdout(bytes)) => self.early.push(Stream::Stdout, &bytes),
                Some(ProcessEvent::Stderr(bytes)) => self.early.push(Stream::Stderr, &bytes),
                Some(ProcessEvent::Truncated) => self.early.truncate(),
                Some(ProcessEvent::Said(..)) => {}
                Some(ProcessEvent::Exit(_) | ProcessEvent::Lost) | None => return false,
            }
        }
        true
    }

    /// Gives it an input and hands its events to `sink` until it has ended. Without an input it only
    /// loads.
    pub(super) async fn call(
        self,
        slot: Slot,
        input: Option<&Value>,
        timeout: Duration,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Called {
        let Self { mut held, process, runtime, mut early, limits, _environment } = self;
        held.slot = Some(slot);
        let begun = Instant::now();
        let input = input.map_or_else(Vec::new, |it| wrappers::input(runtime, it));
        let early = early.finish();
        if !early.is_empty()
            && let Err(failure) = sink.append(early).await
        {
            return Called { ending: Ending::Failure(failure), value: None };
        }
        let halt = stop.child_token();
        let attempt = Attempt::begin(held.sandbox());
        let input = Input::Bytes(Bytes::from(input));
        let started = process.ok_or(SandboxError::Gone);
        let follow = attempt.follow(started, input, &limits, &halt, sink);
        let mut follow = std::pin::pin!(follow);
        let mut deadline = Some(begun + timeout);
        let ending = loop {
            tokio::select! {
                ending = &mut follow => break ending,
                () = sleep_until(deadline) => {
                    deadline = None;
                    halt.cancel();
                }
            }
        };
        let late = (deadline.is_none() && !stop.is_cancelled()).then_some(timeout);
        let ending = ended(ending, begun, late);
        match value(held.sandbox(), runtime, &ending).await {
            Ok(value) => Called { ending, value },
            Err(failure) => Called { ending: Ending::Failure(failure), value: None },
        }
    }
}

/// The ending in the words of a call: its time counts from the input on, and whoever was stopped for
/// its limit of time was not cancelled.
fn ended(ending: Ending, begun: Instant, late: Option<Duration>) -> Ending {
    match ending {
        Ending::Outcome { outcome, usage } => {
            let outcome = match (outcome, late) {
                (Outcome::Cancelled, Some(limit)) => Outcome::TimedOut { limit },
                (outcome, _) => outcome,
            };
            let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            Ending::Outcome { outcome, usage: Usage { duration_ms, ..usage } }
        }
        Ending::Failure(failure) => Ending::Failure(failure),
    }
}

/// The value that a program left behind which ended by itself.
async fn value(
    sandbox: &Sandbox,
    runtime: Runtime,
    ending: &Ending,
) -> Result<Option<Value>, Failure> {
    if !matches!(ending, Ending::Outcome { outcome: Outcome::Exited { .. }, .. }) {
        return Ok(None);
    }
    let failure = |error: &str, message: String| Failure { error: error.to_owned(), message };
    let path = SandboxPath::try_from(wrappers::VALUE).expect("our own file names are safe");
    match sandbox.read_file(&path, MOST_VALUE_BYTES).await {
        Ok(bytes) => wrappers::value(runtime, &bytes).map_err(|error| {
            failure("odd_value", format!("what the function left as its value is no JSON: {error}"))
        }),
        Err(SandboxError::File { source, .. }) if source.raw_os_error() == Some(ENOENT) => Ok(None),
        Err(SandboxError::File { source, .. }) if source.raw_os_error() == Some(EFBIG) => {
            Err(failure(
                "value_too_large",
                format!("the function returned more than {MOST_VALUE_BYTES} bytes; return less"),
            ))
        }
        Err(error) => {
            Err(failure("odd_value", format!("the function's value cannot be read: {error}")))
        }
    }
}

/// What a function needs before it can start.
struct Made {
    environment: Environment,
    starter: Starter,
}

/// What starts it.
enum Starter {
    Interpreter(Installed),
    Compiled(Compiled),
}

impl Made {
    /// Installs packages and compiles the program, if that was not done before.
    async fn new(
        inner: &Inner,
        recipe: &Recipe,
        (shelf, wrapped): (&Shelf, &Wrapped),
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<Self, InstanceError> {
        let dependencies = &recipe.version.dependencies;
        let environments = inner.environments_of(shelf);
        let environment = match (environments, dependencies.first()) {
            (_, None) => Environment::default(),
            (Some(it), _) if it.installs() => {
                it.ready(recipe.runtime, dependencies, progress, stop).await?
            }
            (_, Some(it)) => return Err(shelf.offer.no_packages(it).into()),
        };
        let installed = program::installed(recipe.runtime, &shelf.offer.runtimes);
        if let Some(environments) = environments.filter(|_| is_compiled(recipe.runtime)) {
            let order = CompileOrder {
                runtime: recipe.runtime,
                source: &wrapped.source,
                code: &wrapped.code,
                files: &wrapped.files,
                environment: &environment,
                owner: &Owner::user(recipe.owner),
            };
            match (environments.compiled(&order, progress, stop).await, &installed) {
                (Ok(compiled), _) => {
                    return Ok(Self { environment, starter: Starter::Compiled(compiled) });
                }
                // What starts from its source needs no compiler of ours.
                (Err(EnvironmentError::Unavailable { .. }), Ok(_)) if dependencies.is_empty() => {}
                (Err(error), _) => return Err(error.into()),
            }
        }
        let installed = installed.map_err(ProgramError::from)?.clone();
        Ok(Self { environment, starter: Starter::Interpreter(installed) })
    }

    /// The kind of sandbox that an instance needs; alike for all with the same needs, so that the pool
    /// has some ready.
    fn kind(&self, inner: &Inner, recipe: &Recipe, shelf: &Shelf, source: &SandboxPath) -> Kind {
        let mut kind = shelf.kind(&inner.config, recipe.network.clone());
        kind.spec.limits.memory_bytes = recipe.resources.memory_bytes;
        kind.spec.limits.cpu_millis = recipe.resources.cpu_millis;
        kind.spec.toolchains.extend(self.environment.directories.iter().cloned());
        let plan = match &self.starter {
            // A standby of bash cannot take arguments, and one that knows no packages cannot become a
            // program with them.
            Starter::Interpreter(installed)
                if recipe.runtime != Runtime::Bash && self.environment.env.is_empty() =>
            {
                installed.standby(WORKSPACE, source)
            }
            Starter::Interpreter(_) | Starter::Compiled(_) => None,
        };
        let name = format!("{} {}", kind.name, recipe.runtime);
        Kind { name, plan: plan.map(Arc::new), ..kind }
    }

    /// Writes the files into a sandbox, and says what to start there.
    async fn place(&self, sandbox: &Sandbox, wrapped: &Wrapped) -> Result<Program, SandboxError> {
        self.environment.enter(sandbox).await?;
        let mut program = match &self.starter {
            Starter::Interpreter(installed) => {
                for (path, bytes) in &wrapped.files {
                    sandbox.write_file(path, bytes, 0o644).await?;
                }
                let bytes = wrapped.code.clone().into_bytes();
                let source = SourceFile { path: wrapped.source.clone(), bytes, mode: 0o644 };
                let program = installed.program(sandbox.workspace(), &wrapped.source);
                Program { source: Some(source), ..program }
            }
            Starter::Compiled(compiled) => compiled.place(sandbox).await?,
        };
        self.environment.apply(&mut program);
        Ok(program)
    }
}

/// Whether a language is compiled ahead, where environments are kept.
pub(super) const fn is_compiled(runtime: Runtime) -> bool {
    match runtime {
        Runtime::Go | Runtime::Rust | Runtime::Typescript => true,
        Runtime::Python | Runtime::Node | Runtime::Bash => false,
    }
}

/// A sandbox, and the right to let it work. Both are given back when this is dropped, the right only
/// when nothing is left of the sandbox.
struct Held {
    tasks: TaskTracker,
    sandbox: Option<Sandbox>,
    slot: Option<Slot>,
}

impl Held {
    fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("held until this is dropped")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let slot = self.slot.take();
        if let Some(sandbox) = self.sandbox.take() {
            self.tasks.spawn(async move {
                sandbox.destroy().await;
                drop(slot);
            });
        }
    }
}

/// Keeps the beginning of what a program says, as one text.
#[derive(Debug, Default)]
pub(super) struct Said(Vec<u8>);

/// Bytes that [`Said`] keeps.
const MOST_SAID_BYTES: usize = 64 << 10;

impl Said {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl Sink for Said {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        for event in events {
            if let EventKind::Stdout(chunk) | EventKind::Stderr(chunk) = event {
                let bytes = chunk.bytes();
                let room = MOST_SAID_BYTES.saturating_sub(self.0.len());
                self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        }
        Ok(())
    }
}

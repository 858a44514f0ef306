//! An operator's session with a local runbook: what scripts left so far, and what runs.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use document::ComponentKind;
use model::{
    event::{EventKind, Failure},
    execution::{self, Execution, Outcome},
    id::ExecutionId,
    limits::Limits,
    user::User,
};
use sandbox::{
    Backend, Program, Sandbox, SandboxError, SandboxPath, Spec, StartError, TerminalSize,
};
use serde_json::{Map, Value, json};
use store::Origin;
use template::TemplateError;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Carried, Executable, Interpreter, Left, NoInterpreter, Outputs, Prelude, Providers, Reading,
    Registry, SignedIn, fill::fill, generated, outputs, read_outputs, registry::hash,
    sensitive::Sensitive, values::outputs_value,
};
use crate::{
    Engine,
    clock::random_id,
    execution::{Ending, Input, Sink, drive, limit},
    kernels::Seat,
    live::StoreSink,
    secrets::{Mask, Masking},
};

mod aside;
mod hiding;
mod pull_request;
mod sign_ins;

pub use sign_ins::Standing;

/// The media type of what a script left, in an event of its execution.
pub const LEFT_MEDIA_TYPE: &str = "application/vnd.runbook.left+json";

/// Where programs of a local runbook keep what is theirs, in the workspace.
const OURS: &str = ".runbook";

/// Most bytes of what a prelude noted.
const NOTE_BYTES: u64 = 2 << 20;

/// Most bytes of the files that one script generates.
const GENERATED_BYTES: u64 = 1 << 30;

/// As terminals of people are, with room for the lines of logs.
const TERMINAL: TerminalSize = TerminalSize { rows: 40, columns: 120 };

/// Where and how the scripts of a local runbook run.
#[derive(Clone, Debug)]
pub struct LocalConfig {
    pub user: User,
    pub backend: Arc<dyn Backend>,
    /// Mounts the working directory where the backend would not show it.
    pub spec: Spec,
    /// What the first script finds: in a sandbox what the document declares ([`Carried::declared`]), without
    /// one what a terminal would give it.
    pub carried: Carried,
    /// Where generated files go; absolute.
    pub generated: PathBuf,
    pub output_bytes: u64,
    /// Where it signs in. No document can say that.
    pub providers: Providers,
}

/// What a request brings for a script's templates.
pub type Values = Map<String, Value>;

/// Why a script was not started.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    #[error("{place} waits for {}; run the blocks that give them first", missing.join(", "))]
    Blocked { place: String, missing: Vec<String> },
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("{component}: {source}")]
    Interpreter { component: String, source: NoInterpreter },
    #[error("{component} needs {}; sign in there first", missing.join(" and "))]
    SignIn { component: String, missing: Vec<String> },
    #[error("{component} needs a repository; clone one with a GitClone first")]
    NoWorktree { component: String },
    #[error("{component} is running; stop it first or wait for it")]
    AlreadyRunning { component: String },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the execution could not be stored")]
    Store(#[from] store::StoreError),
}

/// A session. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalSession(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    config: LocalConfig,
    state: Mutex<State>,
    /// Held while a sandbox is made, so that two clicks make one.
    sandbox: tokio::sync::Mutex<Option<Sandbox>>,
}

#[derive(Debug)]
struct State {
    registry: Arc<Registry>,
    carried: Carried,
    /// By component and name.
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    /// The repository that was cloned last.
    worktree: Option<String>,
    /// By component.
    signed_in: BTreeMap<String, SignedIn>,
    sensitive: Sensitive,
    /// Pages of providers that are waited for, by component.
    flows: BTreeMap<String, sign_ins::RunningFlow>,
    running: HashMap<ExecutionId, (String, CancellationToken)>,
}

/// A script with its values, ready to start.
struct Ready {
    execution: Execution,
    executable: Executable,
    interpreter: Interpreter,
    script: String,
    env: BTreeMap<String, String>,
    before: Carried,
    /// Hides what anybody signed in with, and sensitive values.
    mask: Option<Mask>,
    stop: CancellationToken,
}

impl LocalSession {
    #[must_use]
    pub fn new(engine: Engine, config: LocalConfig, registry: Registry) -> Self {
        let state = State {
            registry: Arc::new(registry),
            carried: config.carried.clone(),
            outputs: BTreeMap::new(),
            worktree: None,
            signed_in: BTreeMap::new(),
            sensitive: Sensitive::default(),
            flows: BTreeMap::new(),
            running: HashMap::new(),
        };
        Self(Arc::new(Inner {
            engine,
            config,
            state: Mutex::new(state),
            sandbox: tokio::sync::Mutex::default(),
        }))
    }

    /// What may run.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.0.state().registry)
    }

    /// From now on these scripts may run, and no others. What runs goes on.
    pub fn approve(&self, registry: Registry) {
        let mut state = self.0.state();
        state.keep_sign_ins(registry.sign_ins());
        state.registry = Arc::new(registry);
    }

    /// What scripts have given so far, and what is known of who signed in, by component.
    #[must_use]
    pub fn outputs(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        self.0.state().all_outputs()
    }

    /// Outputs of a component that is no script, in the place of those that it had.
    pub(super) fn give(&self, component: &str, outputs: BTreeMap<String, String>) {
        self.0.state().outputs.insert(component.to_owned(), outputs);
    }

    /// What the modules of a document give.
    pub(super) fn give_modules(&self, reading: &Reading) {
        for (component, module) in reading.modules() {
            self.give(component, module.outputs());
        }
    }

    /// The repository that was cloned last.
    #[must_use]
    pub fn worktree(&self) -> Option<String> {
        self.0.state().worktree.clone()
    }

    /// What the next script finds.
    #[must_use]
    pub fn carried(&self) -> Carried {
        self.0.state().carried.clone()
    }

    /// Forgets what scripts have left. What runs goes on.
    pub fn reset(&self) {
        let mut state = self.0.state();
        state.carried = self.0.config.carried.clone();
        state.outputs.clear();
        state.worktree = None;
    }

    /// The script as it would run, with its values filled in.
    ///
    /// # Errors
    ///
    /// When it waits for outputs, or a value is missing.
    pub fn render(&self, executable: &Executable, inputs: &Values) -> Result<String, LocalError> {
        self.0.fill(&executable.place(), &executable.script, inputs)
    }

    /// A template of the document with values filled in; `place` names it in errors.
    ///
    /// # Errors
    ///
    /// When it waits for outputs, or a value is missing.
    pub fn fill(&self, place: &str, text: &str, inputs: &Values) -> Result<String, LocalError> {
        self.0.fill(place, text, inputs)
    }

    /// Starts a script of the registry, or one that was read in its place.
    ///
    /// # Errors
    ///
    /// When it runs already, waits for outputs, or a value, its interpreter or a sandbox is missing.
    pub async fn start(
        &self,
        executable: &Executable,
        inputs: &Values,
    ) -> Result<Execution, LocalError> {
        let sandbox = self.0.sandbox().await?;
        let ready = self.0.prepare(executable, inputs)?;
        let execution = ready.execution.clone();
        let engine = &self.0.engine.0;
        engine.live.begin(execution.id);
        if let Err(error) =
            engine.store.insert_execution(&execution, &origin(&ready, &self.0.config)).await
        {
            engine.live.end(execution.id);
            self.0.state().running.remove(&execution.id);
            return Err(error.into());
        }
        let run = Arc::clone(&self.0).run(sandbox, ready);
        engine.tasks.spawn(run.instrument(tracing::Span::current()));
        Ok(execution)
    }

    /// Ends what a script started, and the script. `false` if it does not run.
    #[must_use]
    pub fn stop(&self, execution: ExecutionId) -> bool {
        let running = self.0.state().running.get(&execution).map(|it| it.1.clone());
        running.inspect(CancellationToken::cancel).is_some()
    }

    /// Ends all that runs, and the sandbox.
    pub async fn close(&self) {
        for flow in self.0.state().flows.values() {
            flow.stop.cancel();
        }
        for (_, stop) in self.0.state().running.values() {
            stop.cancel();
        }
        if let Some(sandbox) = self.0.sandbox.lock().await.take() {
            sandbox.destroy().await;
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session's sandbox; another one where it has ended.
    async fn sandbox(&self) -> Result<Sandbox, StartError> {
        let mut kept = self.sandbox.lock().await;
        if let Some(sandbox) = &*kept
            && futures_util::FutureExt::now_or_never(sandbox.ended()).is_none()
        {
            return Ok(sandbox.clone());
        }
        let LocalConfig { backend, spec, .. } = &self.config;
        let sandbox = Sandbox::start(backend.as_ref(), spec.clone()).await?;
        Ok(kept.insert(sandbox).clone())
    }

    fn fill(&self, place: &str, text: &str, inputs: &Values) -> Result<String, LocalError> {
        let outputs = outputs_value(&self.state().all_outputs());
        fill(place, text, inputs, &outputs)
    }

    fn prepare(&self, executable: &Executable, inputs: &Values) -> Result<Ready, LocalError> {
        let place = executable.place();
        let script = self.fill(&place, &executable.script, inputs)?;
        let env = executable
            .env
            .iter()
            .map(|(name, text)| Ok((name.clone(), self.fill(&place, text, inputs)?)));
        let mut env = env.collect::<Result<BTreeMap<_, _>, LocalError>>()?;
        let component = executable.component.clone();
        let interpreter = Interpreter::of(&script, executable.language.as_deref())
            .map_err(|source| LocalError::Interpreter { component: component.clone(), source })?;
        let stop = self.engine.0.shutdown.child_token();
        let mut state = self.state();
        if state.running.values().any(|it| it.0 == component) {
            return Err(LocalError::AlreadyRunning { component });
        }
        for id in &executable.sign_ins {
            match state.signed_in.get(id) {
                Some(it) => env.extend(it.variables()),
                None => {
                    let is_missing = |it: &&String| !state.signed_in.contains_key(*it);
                    let missing = executable.sign_ins.iter().filter(is_missing).cloned().collect();
                    return Err(LocalError::SignIn { component, missing });
                }
            }
        }
        if executable.kind.opens_pull_requests() && state.worktree.is_none() {
            return Err(LocalError::NoWorktree { component });
        }
        let execution = Execution {
            id: ExecutionId::from_random(random_id()),
            user: self.config.user.id,
            session: None,
            runbook: None,
            block: Some(component.clone()),
            content_hash: executable.content_hash.clone(),
            runtime: interpreter.argv[0].clone(),
            state: execution::State::Queued,
            created_at: self.engine.0.clock.now(),
            started_at: None,
            finished_at: None,
            usage: model::event::Usage::default(),
        };
        state.running.insert(execution.id, (component, stop.clone()));
        env.extend(state.worktree.clone().map(|it| ("REPO_FILES".to_owned(), it)));
        let before = state.carried.clone().without(&state.registry.withheld());
        let mask = state.mask();
        let executable = executable.clone();
        Ok(Ready { execution, executable, interpreter, script, env, before, mask, stop })
    }

    async fn run(self: Arc<Self>, sandbox: Sandbox, mut ready: Ready) {
        let mut sink = self.engine.0.sink(ready.execution.id);
        let at = format!("{OURS}/{}", ready.execution.id);
        let started = execution::apply(ready.execution.state, execution::Command::Start);
        if let Ok((state, _)) = started {
            self.engine.0.record(ready.execution.id, state).await;
        }
        let attempted = if ready.executable.kind.opens_pull_requests() {
            self.attempt_pull_request(&sandbox, &mut ready, &at, &mut sink).await
        } else {
            self.attempt(&sandbox, &ready, &at, &mut sink).await
        };
        let ending = match attempted {
            Ok(ending) => ending,
            Err(error) => Ending::Failure(Failure {
                error: "start_failed".to_owned(),
                message: format!("the script could not be started: {error}"),
            }),
        };
        if let Ok(at) = SandboxPath::try_from(at.as_str()) {
            // What stays goes with the sandbox.
            drop(sandbox.remove_tree(&at).await);
        }
        self.state().running.remove(&ready.execution.id);
        sink.finish(&ending).await;
    }

    /// Runs a script to its end, and takes over what it left if it ended well.
    async fn attempt(
        &self,
        sandbox: &Sandbox,
        ready: &Ready,
        at: &str,
        sink: &mut StoreSink,
    ) -> Result<Ending, SandboxError> {
        let ending = self.execute(sandbox, ready, at, sink).await?;
        let keeps =
            matches!(ending, Ending::Outcome { outcome: Outcome::Exited { code: 0 | 2 }, .. });
        if keeps && let Err(failure) = self.keep(sandbox, ready, at, sink).await {
            return Ok(Ending::Failure(failure));
        }
        Ok(ending)
    }

    /// Runs a script to its end.
    async fn execute(
        &self,
        sandbox: &Sandbox,
        ready: &Ready,
        at: &str,
        sink: &mut StoreSink,
    ) -> Result<Ending, SandboxError> {
        let mut program = place(sandbox, ready, at).await?;
        let limits = Limits {
            timeout: Some(ready.executable.timeout),
            output_bytes: self.config.output_bytes,
            ..Limits::default()
        };
        limit(&mut program, &limits);
        let program = (program, Seat::Alone(None));
        let mut masking = Masking::new(sink, ready.mask.clone());
        let ending =
            drive(sandbox, program, Input::Empty, &limits, &ready.stop, &mut masking).await;
        Ok(match masking.finish().await {
            Ok(()) => ending,
            Err(failure) => Ending::Failure(failure),
        })
    }

    /// Takes over what a script left, and tells of it.
    async fn keep(
        &self,
        sandbox: &Sandbox,
        ready: &Ready,
        at: &str,
        sink: &mut StoreSink,
    ) -> Result<(), Failure> {
        let left = self.take_over(sandbox, ready, at).await;
        Masking::new(sink, ready.mask.clone()).append(left).await
    }

    /// Takes over what a script left, and says what that is.
    async fn take_over(&self, sandbox: &Sandbox, ready: &Ready, at: &str) -> Vec<EventKind> {
        let read = async |name: &str, most| {
            let path = SandboxPath::try_from(format!("{at}/{name}").as_str()).ok()?;
            sandbox.read_file(&path, most).await.ok()
        };
        let note = (read("env", NOTE_BYTES).await, read("cwd", NOTE_BYTES).await);
        let given = read("output", outputs::MOST_BYTES as u64).await.unwrap_or_default();
        let Outputs { values, warnings } = read_outputs(&given);
        let files = self.keep_files(sandbox, at).await;
        let mut events: Vec<_> =
            warnings.into_iter().map(|data| EventKind::Info { data }).collect();
        let mut state = self.state();
        if let (Some(env), Some(cwd)) = note
            && let Some(left) = Left::read(&env, &cwd)
        {
            let left = left.without(&state.registry.withheld());
            state.carried.take_over(&ready.before, left);
        }
        let files = files.unwrap_or_else(|error| {
            let data = format!("the generated files were not kept: {error}");
            events.push(EventKind::Info { data });
            Vec::new()
        });
        if !values.is_empty() || !files.is_empty() {
            let plain = values.iter().map(|(name, it)| format!("{name}={it}")).chain(files.clone());
            let plain = plain.collect::<Vec<_>>().join("\n");
            let data = BTreeMap::from([
                (LEFT_MEDIA_TYPE.to_owned(), json!({ "outputs": values, "files": files })),
                ("text/plain".to_owned(), plain.into()),
            ]);
            events.push(EventKind::Display { data, id: None });
        }
        if ready.executable.kind == ComponentKind::GitClone {
            state.worktree = values.get("clone_path").cloned();
        }
        state.outputs.insert(ready.executable.component.clone(), values);
        events
    }

    /// Moves what a script put into `$GENERATED_FILES` to where generated files go; gives their paths there.
    async fn keep_files(
        &self,
        sandbox: &Sandbox,
        at: &str,
    ) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
        let path = SandboxPath::try_from(format!("{at}/files").as_str())?;
        if sandbox.list_files(&path).await?.is_empty() {
            return Ok(Vec::new());
        }
        let parent = self.config.generated.parent().unwrap_or(Path::new("/")).to_owned();
        let tree = sandbox.read_tree(&path, GENERATED_BYTES).await?;
        // Unpacked beside it first: names in a tree are checked against an empty directory.
        let fresh = tempfile::Builder::new().prefix(".generated-").tempdir_in(&parent)?;
        sandbox::tree::unpack(tree, fresh.path()).await?;
        let (from, to) = (fresh.path().to_owned(), self.config.generated.clone());
        let moved = tokio::task::spawn_blocking(move || generated::merge(&from, &to));
        Ok(moved.await??)
    }
}

/// Writes what a script needs into the workspace, and says how to start it.
async fn place(sandbox: &Sandbox, ready: &Ready, at: &str) -> Result<Program, SandboxError> {
    let path = |name: &str| {
        SandboxPath::try_from(format!("{at}/{name}").as_str()).expect("a plain relative path")
    };
    let absolute = format!("{}/{at}", sandbox.workspace());
    sandbox.write_file(&path("script"), ready.script.as_bytes(), 0o700).await?;
    sandbox.write_file(&path("output"), b"", 0o600).await?;
    sandbox.make_directory(&path("files")).await?;
    let mut env = ready.before.env.clone();
    env.extend(ready.env.clone());
    env.insert("RUNBOOK_OUTPUT".to_owned(), format!("{absolute}/output"));
    env.insert("GENERATED_FILES".to_owned(), format!("{absolute}/files"));
    env.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
    let script = format!("{absolute}/script");
    let argv = match ready.interpreter.shell {
        Some(shell) => {
            let prelude = Prelude::new(shell, absolute);
            sandbox.write_file(&path("prelude"), prelude.text().as_bytes(), 0o600).await?;
            let (argv, variable) = prelude.start(&ready.interpreter, &script);
            env.extend(variable.map(|(name, it)| (name.to_owned(), it)));
            argv
        }
        None => ready.interpreter.argv.iter().cloned().chain([script]).collect(),
    };
    let terminal = ready.executable.has_terminal.then_some(TERMINAL);
    if terminal.is_some() {
        env.entry("TERM".to_owned()).or_insert_with(|| "xterm-256color".to_owned());
    }
    let cwd = ready.before.cwd.clone();
    Ok(Program { env: env.into_iter().collect(), cwd, terminal, ..Program::new(argv) })
}

/// Where nobody has one.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn origin(ready: &Ready, config: &LocalConfig) -> Origin {
    let Ready { executable, script, mask, .. } = ready;
    // What is stored is shown: not even the hash is of a text with what must not be.
    let code = mask.as_ref().map_or_else(|| script.clone(), |it| it.text(script));
    Origin {
        code_hash: hash(&[&code]),
        code,
        revision: 1,
        block_name: Some(executable.component.clone()),
        line: executable.line as u64,
        runtime_version: None,
        timeout: Some(executable.timeout),
        output_bytes: config.output_bytes,
        memory_bytes: config.spec.limits.memory_bytes,
        inputs: Vec::new(),
    }
}

impl Executable {
    /// What error messages call its script.
    fn place(&self) -> String {
        self.path.clone().unwrap_or_else(|| self.component.clone())
    }

    /// Whether exit code 2 is a warning of it.
    #[must_use]
    pub fn may_warn(&self) -> bool {
        self.kind == ComponentKind::Check
    }
}

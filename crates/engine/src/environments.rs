//! Dependency environments and compiled programs: built once in a sandbox, kept, and shared read-only.
//!
//! ```text
//!  ready ─────▶ requirement ─▶ cache ── there ──────────────────────────▶ Environment (leased)
//!  compiled ──▶   (checked)     └────── missing ─▶ recipe ─▶ workbench ─┘
//!                                                 (what)    (a sandbox, indexes only)
//! ```
//!
//! What a caller names is checked before anything starts, and never passes a shell. Packages bring code
//! that runs while they are installed, so a build has no more than a sandbox, and leaves nothing behind
//! but the tree it made. Environments are shared by all who ask for the same packages; what was compiled
//! from a user's code is that user's alone.

mod cache;
mod compile;
mod flights;
mod increments;
mod indexes;
mod recipe;
mod requirement;
mod workbench;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use document::Runtime;
use model::id::UserId;
use sandbox::{
    Backend, EgressConfig, Program, Sandbox, SandboxError, SandboxPath, System, image::Reference,
    runtime::Runtimes,
};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use self::{
    cache::{Cache, Found, Lease, Making},
    compile::{Outcome, Toolbox},
    flights::{Flights, Progress},
    recipe::{Externs, Order, TREE, Tools},
    requirement::Requirement,
    workbench::{Bench, Workbench},
};
pub use self::{
    compile::Compiled,
    indexes::{AptIndex, IndexUrl, Indexes, InvalidIndex, NpmIndex, Secret},
    requirement::{Ecosystem, InvalidDependency, check},
};

/// What an operator decides about environments.
#[derive(Clone, Debug)]
pub struct EnvironmentsConfig {
    /// Where they are kept. Sandboxes show parts of it, so it is not below `/tmp`, `/etc` or `/run`.
    pub directory: PathBuf,
    /// Bytes that are kept; what was not used for the longest time goes first.
    pub bytes: u64,
    pub build: BuildLimits,
    /// Bounds of one compilation.
    pub compile: BuildLimits,
    /// Whether the libraries of a compiler are built in the background once somebody uses it: right for a
    /// server, and a waste for a command that ends.
    pub builds_ahead: bool,
    pub indexes: Indexes,
    /// How this machine reaches its indexes.
    pub egress: EgressConfig,
}

/// Bounds of one build, from the first download on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildLimits {
    pub timeout: Duration,
    /// Of all its programs, and of the files they write.
    pub memory_bytes: u64,
    pub cpu_millis: u32,
    /// Of the files it writes.
    pub disk_bytes: u64,
    pub processes: u32,
}

impl BuildLimits {
    /// Of a compilation: what people wait for.
    pub const COMPILE: Self = Self {
        timeout: Duration::from_secs(120),
        memory_bytes: 2 << 30,
        cpu_millis: 2000,
        disk_bytes: 1 << 30,
        processes: 256,
    };
}

impl Default for BuildLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10 * 60),
            memory_bytes: 3 << 30,
            cpu_millis: 2000,
            disk_bytes: 2 << 30,
            processes: 256,
        }
    }
}

/// Whose a compiled program is. Nobody else's sandbox ever sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner(String);

impl Owner {
    #[must_use]
    pub fn user(user: UserId) -> Self {
        Self(user.to_string())
    }

    /// Whoever runs the command line.
    #[must_use]
    pub fn local() -> Self {
        Self("local".to_owned())
    }
}

/// Installed packages. They stay as long as this is held.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Host directories that its programs need: for [`sandbox::Spec`]'s `toolchains`, which are shown
    /// read-only at the same path.
    pub directories: Vec<PathBuf>,
    /// Variables of its programs. `PATH` and `LD_LIBRARY_PATH` go before those that there are.
    pub env: Vec<(String, String)>,
    /// Links that the workspace needs: where, and to what.
    pub links: Vec<(SandboxPath, PathBuf)>,
    lease: Option<Lease>,
}

impl Environment {
    /// Gives a program the variables.
    pub fn apply(&self, program: &mut Program) {
        sandbox::runtime::add_variables(&mut program.env, &self.env);
    }

    /// Puts the links into the workspace of a sandbox that shows the directories.
    ///
    /// # Errors
    ///
    /// The sandbox does not take them.
    pub async fn enter(&self, sandbox: &Sandbox) -> Result<(), SandboxError> {
        for (path, target) in &self.links {
            sandbox.make_link(path, &target.to_string_lossy()).await?;
        }
        Ok(())
    }
}

/// A program to compile.
#[derive(Clone, Debug)]
pub struct CompileOrder<'a> {
    pub runtime: Runtime,
    /// Where its source stands in the workspace; other sources stand beside it.
    pub source: &'a SandboxPath,
    pub code: &'a str,
    pub files: &'a [(SandboxPath, Vec<u8>)],
    pub environment: &'a Environment,
    pub owner: &'a Owner,
}

/// Why there is no environment.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// The caller's doing.
    #[error(transparent)]
    Invalid(#[from] InvalidDependency),
    /// This machine lacks what it takes.
    #[error("{what}; {advice}")]
    Unavailable { what: String, advice: String },
    /// The tool failed, or its packages did. `log` is the end of what it said.
    #[error("{what}")]
    BuildFailed { what: String, log: String },
    #[error("the build was stopped")]
    Stopped,
    #[error("the cache of environments could not {what}: {reason}")]
    Cache { what: &'static str, reason: String },
}

impl EnvironmentError {
    fn cache(what: &'static str, error: &io::Error) -> Self {
        Self::Cache { what, reason: error.to_string() }
    }
}

/// Makes and keeps environments. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Environments(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: EnvironmentsConfig,
    backend: Arc<dyn Backend>,
    /// What sandboxes are made from; `None` is what the backend brings along.
    image: Option<Reference>,
    runtimes: Arc<Runtimes>,
    cache: Arc<Cache>,
    flights: Flights<Lease>,
}

/// What identifies trees of this layout: it changes when they would be made otherwise.
const LAYOUT: &str = "1";

/// What turns TypeScript into what node runs.
const ESBUILD: &str = "esbuild@^0.25.0";

impl Environments {
    /// Opens the cache; what an earlier process left half built is removed. The runtimes are those of the
    /// image, if there is one.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn open(
        config: EnvironmentsConfig,
        backend: Arc<dyn Backend>,
        image: Option<Reference>,
        runtimes: Arc<Runtimes>,
    ) -> Result<Self, EnvironmentError> {
        let directory = std::path::absolute(&config.directory);
        let directory = directory.map_err(|error| EnvironmentError::cache("be found", &error))?;
        // What is shown is always a tree further down.
        let shows = installs(&*backend, image.as_ref());
        if shows && !sandbox::may_be_shown(&directory.join("kept")) {
            return Err(EnvironmentError::Unavailable {
                what: format!("{} cannot be shown to sandboxes", directory.display()),
                advice:
                    "choose a directory that is not below /tmp, /etc, /run or /var/tmp, such as \
                         /var/cache/runbook or one in a home directory"
                        .to_owned(),
            });
        }
        let cache = Cache::open(directory, config.bytes);
        let cache = Arc::new(cache.map_err(|error| EnvironmentError::cache("be opened", &error))?);
        let flights = Flights::default();
        Ok(Self(Arc::new(Inner { config, backend, image, runtimes, cache, flights })))
    }

    /// Whether its programs run in sandboxes of this backend.
    #[must_use]
    pub fn serves(&self, backend: &str) -> bool {
        self.0.backend.name() == backend
    }

    /// The image that its programs are made for.
    #[must_use]
    pub fn image(&self) -> Option<&Reference> {
        self.0.image.as_ref()
    }

    /// Whether packages can be had. Elsewhere programs are compiled, with what comes with their compiler.
    #[must_use]
    pub fn installs(&self) -> bool {
        installs(&*self.0.backend, self.image())
    }

    /// The environment with these packages, built if nobody asked for it before. `progress` hears what
    /// the build does.
    ///
    /// # Errors
    ///
    /// See [`EnvironmentError`].
    pub async fn ready(
        &self,
        runtime: Runtime,
        dependencies: &[String],
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<Environment, EnvironmentError> {
        let requirements = requirement::parse(runtime, dependencies)?;
        if requirements.is_empty() {
            return Ok(Environment::default());
        }
        let ecosystem = Ecosystem::of(runtime);
        let lease = self.installed(ecosystem, requirements, progress, stop).await?;
        let recipe::Given { env, links } = recipe::given(ecosystem, lease.tree());
        let directories = vec![lease.tree().to_owned()];
        Ok(Environment { directories, env, links, lease: Some(lease) })
    }

    /// The program that a source compiles to, as it was compiled before if nothing has changed. A source
    /// that the compiler refuses gives a program that says so.
    ///
    /// # Errors
    ///
    /// See [`EnvironmentError`].
    pub async fn compiled(
        &self,
        order: &CompileOrder<'_>,
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<Compiled, EnvironmentError> {
        let runtimes = Arc::clone(&self.0.runtimes);
        let runtime = order.runtime;
        let (runner, version) = on_a_thread(move || {
            let runner = compile::runner(runtime, &runtimes)?;
            let version = runtimes.version(runner.runtime.name).unwrap_or_default().to_owned();
            Ok((runner, version))
        })
        .await?;
        let system = self.0.backend.identity(&self.system()).await;
        let system = system.map_err(|error| EnvironmentError::Unavailable {
            what: format!("it cannot be told what programs are compiled for: {error}"),
            advice: "`runbook doctor` says what is missing".to_owned(),
        })?;
        let compiler = format!("{version} {} {system}", runner.path().display());
        let key = program_key(order, &compiler);
        let of = |lease| match runtime {
            Runtime::Typescript => Compiled::script(lease, runner.clone(), order.source),
            Runtime::Python | Runtime::Node | Runtime::Bash | Runtime::Go | Runtime::Rust => {
                Compiled::binary(lease, runner.clone(), order.source)
            }
        };
        let making = match self.ask(&key, stop).await? {
            Found::There(lease) => return Ok(of(lease)),
            Found::Missing(making) => making,
        };
        let mut toolbox = self.toolbox(order, runner.clone(), progress, stop).await?;
        let keeps = self.installs() && increments::are_kept(order);
        let line = keeps.then(|| increments::line(order, &compiler));
        if let Some(line) = &line {
            let before = self.0.cache.latest(line).await;
            toolbox.before = Some(before.map_err(|it| cache_failed(&it))?);
        }
        let mut toolchains = toolbox.compiler.toolchains.clone();
        toolchains.extend(toolbox.trees());
        let (events, mut heard) = Progress::channel();
        let bench = self.bench(self.0.config.compile, toolchains, Vec::new());
        let mut bench = Workbench::start(bench, events, stop.clone()).await?;
        let outcome = compile::compile(&mut bench, order, &toolbox, &making).await;
        bench.end().await;
        while let Ok(line) = heard.try_recv() {
            progress(line);
        }
        match outcome? {
            Outcome::Made { bytes } => {
                let lease = self.keep(making, bytes).await?;
                if let Some(line) = line {
                    let noted = self.0.cache.note_latest(line, key).await;
                    noted.map_err(|it| cache_failed(&it))?;
                }
                Ok(of(lease))
            }
            Outcome::Refused { said, code } => {
                Ok(Compiled::refused((said, code), runner, order.source))
            }
        }
    }

    /// Stops all builds and waits until nothing of them is left.
    pub async fn shut_down(&self) {
        self.0.flights.shut_down().await;
    }

    async fn toolbox(
        &self,
        order: &CompileOrder<'_>,
        compiler: sandbox::runtime::Installed,
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<Toolbox, EnvironmentError> {
        let environment = order.environment.lease.clone();
        let note = environment.as_ref().map(Lease::note).unwrap_or_default();
        let mut externs = Externs::default();
        if order.runtime == Runtime::Rust && !note.is_empty() {
            externs = serde_json::from_str(&note)
                .map_err(|error| EnvironmentError::cache("read a note", &error.into()))?;
        }
        let mut library = None;
        if order.runtime == Runtime::Go && self.installs() {
            library = self.go_library().await?;
        }
        let mut esbuild = None;
        if order.runtime == Runtime::Typescript {
            let wanted = requirement::parse(Runtime::Typescript, &[ESBUILD.to_owned()])?;
            esbuild = Some(self.installed(Ecosystem::Npm, wanted, progress, stop).await?);
        }
        Ok(Toolbox { compiler, environment, library, esbuild, externs, before: None })
    }

    /// Go's own library, built ahead; `None` until that is done.
    async fn go_library(&self) -> Result<Option<Lease>, EnvironmentError> {
        let tools = self.tools(Ecosystem::Go).await?;
        let key = self.key(Ecosystem::Go, &tools, &[]);
        if let Some(lease) = self.0.cache.look(&key).await.map_err(|it| cache_failed(&it))? {
            return Ok(Some(lease));
        }
        if self.0.config.builds_ahead {
            let environments = self.clone();
            let work = move |progress, stop| {
                environments.build(Ecosystem::Go, tools, Vec::new(), progress, stop)
            };
            self.0.flights.leave(&key, work);
        }
        Ok(None)
    }

    async fn installed(
        &self,
        ecosystem: Ecosystem,
        requirements: Vec<Requirement>,
        progress: &mut (impl FnMut(String) + Send),
        stop: &CancellationToken,
    ) -> Result<Lease, EnvironmentError> {
        let tools = self.tools(ecosystem).await?;
        let key = self.key(ecosystem, &tools, &requirements);
        if let Some(lease) = self.0.cache.look(&key).await.map_err(|it| cache_failed(&it))? {
            return Ok(lease);
        }
        let environments = self.clone();
        let work =
            move |events, stop| environments.build(ecosystem, tools, requirements, events, stop);
        self.0.flights.join(&key, work, progress, stop).await
    }

    async fn tools(&self, ecosystem: Ecosystem) -> Result<Tools, EnvironmentError> {
        if !self.installs() {
            return Err(EnvironmentError::Unavailable {
                what: "packages are not installed for programs of an image".to_owned(),
                advice: "put them into it, or use the backend namespaces without an image"
                    .to_owned(),
            });
        }
        let runtimes = Arc::clone(&self.0.runtimes);
        on_a_thread(move || Tools::find(ecosystem, &runtimes)).await
    }

    async fn build(
        self,
        ecosystem: Ecosystem,
        tools: Tools,
        requirements: Vec<Requirement>,
        progress: Progress,
        stop: CancellationToken,
    ) -> Result<Lease, EnvironmentError> {
        let key = self.key(ecosystem, &tools, &requirements);
        let making = match self.ask(&key, &stop).await? {
            Found::There(lease) => return Ok(lease),
            Found::Missing(making) => making,
        };
        let indexes = &self.0.config.indexes;
        let rules = if requirements.is_empty() { Vec::new() } else { indexes.rules(ecosystem) };
        let bench = self.bench(self.0.config.build, tools.toolchains(), rules);
        let mut bench = Workbench::start(bench, progress, stop).await?;
        let order = Order { tools: &tools, requirements: &requirements, indexes };
        let built = async {
            let note = recipe::install(ecosystem, &mut bench, order).await?;
            making.note(&note).map_err(|it| cache_failed(&it))?;
            bench.export(TREE, &making.tree()).await
        };
        let built = built.await;
        bench.end().await;
        let bytes = built?;
        self.keep(making, bytes).await
    }

    fn bench(
        &self,
        limits: BuildLimits,
        toolchains: Vec<PathBuf>,
        rules: Vec<sandbox::Rule>,
    ) -> Bench<'_> {
        let Inner { config, backend, .. } = &*self.0;
        let secrets =
            config.indexes.secrets().into_iter().map(|it| it.reveal().to_owned()).collect();
        let egress = config.egress.clone();
        let system = self.system();
        Bench { backend: &**backend, system, limits, toolchains, rules, egress, secrets }
    }

    fn system(&self) -> System {
        self.0.image.clone().map_or(System::Host, System::Image)
    }

    async fn ask(&self, key: &str, stop: &CancellationToken) -> Result<Found, EnvironmentError> {
        tokio::select! {
            found = self.0.cache.ask(key) => found.map_err(|it| cache_failed(&it)),
            () = stop.cancelled() => Err(EnvironmentError::Stopped),
        }
    }

    async fn keep(&self, making: Making, bytes: u64) -> Result<Lease, EnvironmentError> {
        let cache = Arc::clone(&self.0.cache);
        on_a_thread(move || cache.keep(making, bytes).map_err(|it| cache_failed(&it))).await
    }

    /// Of everything that a tree depends on but the packages that an index has at the time.
    fn key(&self, ecosystem: Ecosystem, tools: &Tools, requirements: &[Requirement]) -> String {
        let runtime = tools.runtime.as_ref().map(|it| it.path().display().to_string());
        let mut hash = Hash::new();
        hash.add(LAYOUT);
        hash.add(std::env::consts::ARCH);
        hash.add(&runtime.unwrap_or_default());
        hash.add(&tools.version);
        hash.add(&self.0.config.indexes.identity(ecosystem));
        for requirement in requirements {
            hash.add(&requirement.canonical());
        }
        format!("{ecosystem}-{}", hash.end())
    }
}

/// Whether sandboxes can be shown the trees of this machine where their programs look for packages: those
/// of an image have no place for them, and a container's daemon may be on another machine.
fn installs(backend: &dyn Backend, image: Option<&Reference>) -> bool {
    image.is_none() && matches!(backend.name(), "namespaces" | "host")
}

fn program_key(order: &CompileOrder<'_>, compiler: &str) -> String {
    let mut hash = Hash::new();
    hash.add(LAYOUT);
    // First of all: what one user's code was compiled to is never another's.
    hash.add(&order.owner.0);
    hash.add(order.runtime.name());
    hash.add(compiler);
    let environment = order.environment.lease.as_ref();
    hash.add(&environment.map(|it| it.tree().display().to_string()).unwrap_or_default());
    hash.add(order.source.as_str());
    hash.add(order.code);
    for (path, bytes) in order.files {
        hash.add(path.as_str());
        hash.add_bytes(bytes);
    }
    format!("program-{}", hash.end())
}

/// Parts are kept apart: no two lists of them have the same hash.
struct Hash(Sha256);

impl Hash {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn add(&mut self, part: &str) {
        self.add_bytes(part.as_bytes());
    }

    fn add_bytes(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn end(self) -> String {
        self.0.finalize().iter().map(|it| format!("{it:02x}")).collect()
    }
}

fn cache_failed(error: &io::Error) -> EnvironmentError {
    EnvironmentError::cache("be used", error)
}

/// For what asks programs or disks.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EnvironmentError> + Send + 'static,
) -> Result<T, EnvironmentError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(EnvironmentError::Stopped),
    }
}

//! Opening a cache that is the test's own, and running programs with what it gives.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use document::Runtime;
use engine::{
    BuildLimits, Environment, EnvironmentError, Environments, EnvironmentsConfig, Indexes,
};
use sandbox::{
    Backend, EgressConfig, ExitStatus, Namespaces, ProcessEvent, Program, Readiness, Sandbox,
    SandboxPath, Spec, StartError, egress::Resolver, runtime::Runtimes,
};
use tokio_util::sync::CancellationToken;

pub(super) struct Kitchen {
    pub(super) environments: Environments,
    pub(super) runtimes: Arc<Runtimes>,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) directory: tempfile::TempDir,
    config: EnvironmentsConfig,
}

/// What a program said, and its exit code.
pub(super) type Said = (String, String, ExitStatus);

pub(super) fn limits() -> BuildLimits {
    BuildLimits { timeout: Duration::from_secs(300), ..BuildLimits::default() }
}

impl Kitchen {
    /// `None`, with a word about it, where this machine lacks what the test needs.
    pub(super) async fn open(indexes: Indexes, build: BuildLimits, needs: &[&str]) -> Option<Self> {
        let resolver = Resolver::new(|_| Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
        let egress = EgressConfig { resolver, ..EgressConfig::default() };
        Self::open_reaching(egress, indexes, build, needs).await
    }

    pub(super) async fn open_reaching(
        egress: EgressConfig,
        indexes: Indexes,
        build: BuildLimits,
        needs: &[&str],
    ) -> Option<Self> {
        let runtimes = Arc::new(sandbox::runtime::discover(env!("PATH")));
        if let Some(missing) = needs.iter().find(|it| runtimes.tool(it).is_none()) {
            eprintln!("skipped: {missing} is not installed");
            return None;
        }
        let backend: Arc<dyn Backend> = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
        match Sandbox::start(&*backend, Spec::default()).await {
            Ok(sandbox) => sandbox.destroy().await,
            Err(error @ StartError::NotPermitted { .. }) => {
                eprintln!("skipped: {error}");
                return None;
            }
            Err(error) => panic!("{error}"),
        }
        let Some(directory) = directory() else {
            eprintln!("skipped: no directory that sandboxes may be shown can be written");
            return None;
        };
        let config = EnvironmentsConfig {
            directory: directory.path().join("cache"),
            bytes: 4 << 30,
            build,
            compile: BuildLimits::COMPILE,
            builds_ahead: false,
            indexes,
            egress,
        };
        let (theirs, found) = (Arc::clone(&backend), Arc::clone(&runtimes));
        let environments = Environments::open(config.clone(), theirs, None, found).unwrap();
        Some(Self { environments, runtimes, backend, directory, config })
    }

    pub(super) async fn ready(
        &self,
        runtime: Runtime,
        dependencies: &[&str],
    ) -> Result<Environment, EnvironmentError> {
        let dependencies: Vec<_> = dependencies.iter().map(|it| (*it).to_owned()).collect();
        let stop = CancellationToken::new();
        let mut said = |line: String| eprintln!("  {line}");
        self.environments.ready(runtime, &dependencies, &mut said, &stop).await
    }

    /// The same cache as another process has it that may keep so many bytes.
    pub(super) fn with_room_for(self, bytes: u64) -> Self {
        let config = EnvironmentsConfig { bytes, ..self.config.clone() };
        let (backend, runtimes) = (Arc::clone(&self.backend), Arc::clone(&self.runtimes));
        let environments = Environments::open(config, backend, None, runtimes).unwrap();
        Self { environments, ..self }
    }

    /// Environments and programs that are kept.
    pub(super) fn kept(&self) -> usize {
        std::fs::read_dir(self.directory.path().join("cache/kept")).unwrap().count()
    }

    /// Runs code in a fresh sandbox that shows an environment, without a network.
    pub(super) async fn run(
        &self,
        runtime: Runtime,
        code: &str,
        environment: &Environment,
    ) -> Said {
        self.run_as(runtime, "main", code, environment).await
    }

    pub(super) async fn run_as(
        &self,
        runtime: Runtime,
        stem: &str,
        code: &str,
        environment: &Environment,
    ) -> Said {
        let installed = self.runtimes.get(runtime.name()).unwrap().unwrap();
        let (stem, extension) = stem.split_once('.').unwrap_or((stem, installed.runtime.extension));
        let source = SandboxPath::try_from(format!("{stem}.{extension}").as_str()).unwrap();
        let mut toolchains = installed.toolchains.clone();
        toolchains.extend(environment.directories.iter().cloned());
        let sandbox = self.sandbox(toolchains).await;
        environment.enter(&sandbox).await.unwrap();
        sandbox.write_file(&source, code.as_bytes(), 0o644).await.unwrap();
        let mut program = installed.program(sandbox.workspace(), &source);
        environment.apply(&mut program);
        run(&sandbox, program).await
    }

    pub(super) async fn sandbox(&self, toolchains: Vec<PathBuf>) -> Sandbox {
        let spec = Spec { toolchains, ..Spec::default() };
        Sandbox::start(&*self.backend, spec).await.unwrap()
    }
}

pub(super) async fn run(sandbox: &Sandbox, program: Program) -> Said {
    let program = Program { timeout: Some(Duration::from_secs(60)), ..program };
    let mut process = sandbox.run(program).await.unwrap();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(bytes) => stderr.extend_from_slice(&bytes),
            ProcessEvent::Said(..) | ProcessEvent::Truncated => {}
            ProcessEvent::Exit(exit) => {
                let text = |it: Vec<u8>| String::from_utf8_lossy(&it).into_owned();
                return (text(stdout), text(stderr), exit.status);
            }
            ProcessEvent::Lost => panic!("the sandbox ended"),
        }
    }
}

/// What failed, and the end of the tool's log.
pub(super) fn failure(result: Result<Environment, EnvironmentError>) -> (String, String) {
    match result {
        Err(EnvironmentError::BuildFailed { what, log }) => (what, log),
        other => panic!("no failed build: {other:?}"),
    }
}

/// One that sandboxes may be shown, which none below `/tmp` is.
fn directory() -> Option<tempfile::TempDir> {
    let place = |it: &str| tempfile::Builder::new().prefix("runbook-test-").tempdir_in(it).ok();
    let mut places = [env!("CARGO_TARGET_TMPDIR"), "/var/cache"].into_iter().filter_map(place);
    places.find(|it| sandbox::may_be_shown(it.path()))
}

/// Whether any file of a tree has these bytes in it.
pub(super) fn has_bytes(directory: &Path, wanted: &[u8]) -> bool {
    std::fs::read_dir(directory).unwrap().flatten().any(|entry| {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            return has_bytes(&entry.path(), wanted);
        }
        let bytes = if kind.is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
        bytes.windows(wanted.len()).any(|it| it == wanted)
    })
}

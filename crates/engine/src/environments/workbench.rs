//! A sandbox in which something is built: the indexes in reach and nothing else, bounded in time, memory
//! and disk, and gone when the tree is out.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::Duration,
};

use sandbox::{
    Backend, EgressConfig, Exit, ExitStatus, Limits, Network, OnExcess, ProcessEvent, Program,
    Rule, Sandbox, SandboxError, SandboxPath, Spec, System, egress, network::HostPattern, tree,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{BuildLimits, EnvironmentError, flights::Progress};

/// What an error repeats of the tools' output.
const LOG_LINES: usize = 60;
const LONGEST_LINE: usize = 400;

/// Files of one build: a large `node_modules` has some 100,000.
const INODES: u64 = 1_000_000;

/// Answers of tools that are read as data.
const MOST_ANSWER: u64 = 64 << 20;

/// What a build is given.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    pub(super) backend: &'a dyn Backend,
    pub(super) system: System,
    pub(super) limits: BuildLimits,
    pub(super) toolchains: Vec<PathBuf>,
    /// None for a build that needs no network.
    pub(super) rules: Vec<Rule>,
    pub(super) egress: EgressConfig,
    /// What no line may repeat.
    pub(super) secrets: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Workbench {
    sandbox: Sandbox,
    limits: BuildLimits,
    deadline: Instant,
    proxy: Vec<(String, String)>,
    secrets: Vec<String>,
    log: VecDeque<String>,
    progress: Progress,
    stop: CancellationToken,
}

/// A program of a build.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// In words, for the error: `pip could not install numpy`.
    pub(super) fails_as: String,
    pub(super) argv: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    /// Beneath the workspace.
    pub(super) cwd: String,
    pub(super) hears: Hears,
}

/// What of a step's output is its answer; the rest is progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    Nothing,
    Stdout,
    /// Both streams, in the order they arrive.
    Everything,
}

/// How a step ended that may fail.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Vec<u8>,
    pub(super) status: ExitStatus,
}

impl Workbench {
    pub(super) async fn start(
        bench: Bench<'_>,
        progress: Progress,
        stop: CancellationToken,
    ) -> Result<Self, EnvironmentError> {
        let Bench { backend, system, limits, toolchains, rules, egress, secrets } = bench;
        let deadline = Instant::now() + limits.timeout;
        // Inside, an address is nobody's and `localhost` is the sandbox itself.
        let by_address = rules.iter().any(|it| {
            matches!(it.host(), HostPattern::Address(_)) || it.name() == Some("localhost")
        });
        let network = if rules.is_empty() {
            Network::None
        } else {
            Network::Allow(with_addresses(rules, &egress).await)
        };
        let mut proxy = if by_address { network.proxy_variables() } else { Vec::new() };
        // Nothing of a build listens inside, and an index may be on this machine.
        proxy.retain(|(name, _)| !name.eq_ignore_ascii_case("NO_PROXY"));
        let spec = Spec {
            limits: Limits {
                cpu_millis: limits.cpu_millis,
                memory_bytes: limits.memory_bytes,
                processes: limits.processes,
                workspace_bytes: limits.disk_bytes,
                workspace_inodes: INODES,
            },
            toolchains,
            system,
            network,
            egress,
            ..Spec::default()
        };
        let started = tokio::select! {
            started = Sandbox::start(backend, spec) => started,
            () = stop.cancelled() => return Err(EnvironmentError::Stopped),
        };
        let sandbox = started.map_err(|error| EnvironmentError::Unavailable {
            what: format!("no sandbox to build in: {error}"),
            advice: "`runbook doctor` says what is missing".to_owned(),
        })?;
        let log = VecDeque::new();
        Ok(Self { sandbox, limits, deadline, proxy, secrets, log, progress, stop })
    }

    /// The absolute path of something beneath the workspace.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.sandbox.workspace())
    }

    /// For an index that is named by its address, or is on this machine.
    pub(super) fn proxy_variables(&self) -> Vec<(String, String)> {
        self.proxy.clone()
    }

    pub(super) fn say(&self, line: impl Into<String>) {
        self.progress.say(line);
    }

    pub(super) async fn write(
        &self,
        path: &SandboxPath,
        bytes: &[u8],
    ) -> Result<(), EnvironmentError> {
        let written = self.sandbox.write_file(path, bytes, 0o644).await;
        written.map_err(|error| self.broken("write a file", &error))
    }

    pub(super) async fn make_directory(&self, path: &str) -> Result<(), EnvironmentError> {
        let made = self.sandbox.make_directory(&own(path)).await;
        made.map_err(|error| self.broken("make a directory", &error))
    }

    pub(super) async fn remove(&self, path: &str) -> Result<(), EnvironmentError> {
        let removed = self.sandbox.remove_tree(&own(path)).await;
        removed.map_err(|error| self.broken("remove a file", &error))
    }

    pub(super) async fn read(&self, path: &str) -> Result<Vec<u8>, EnvironmentError> {
        self.read_up_to(path, MOST_ANSWER).await
    }

    pub(super) async fn read_up_to(
        &self,
        path: &str,
        most_bytes: u64,
    ) -> Result<Vec<u8>, EnvironmentError> {
        let read = self.sandbox.read_file(&own(path), most_bytes).await;
        read.map_err(|error| self.broken("read a file", &error))
    }

    /// Names of what is in a directory.
    pub(super) async fn list(&self, path: &str) -> Result<Vec<String>, EnvironmentError> {
        let listed = self.sandbox.list_files(&own(path)).await;
        let files = listed.map_err(|error| self.broken("list files", &error))?;
        Ok(files.into_iter().map(|it| it.name).collect())
    }

    /// Runs a step that has to succeed, and gives its answer.
    pub(super) async fn run(&mut self, step: Step) -> Result<Vec<u8>, EnvironmentError> {
        let fails_as = step.fails_as.clone();
        let Done { answer, status } = self.attempt(step).await?;
        match status {
            ExitStatus::Code(0) => Ok(answer),
            ExitStatus::Code(code) => Err(self.failed(format!("{fails_as}: exit code {code}"))),
            ExitStatus::Signal(signal) => Err(self.failed(format!("{fails_as}: signal {signal}"))),
        }
    }

    /// Runs a step that may fail. A limit of the build that it meets is an error nevertheless.
    pub(super) async fn attempt(&mut self, step: Step) -> Result<Done, EnvironmentError> {
        let Step { fails_as, argv, env, cwd, hears } = step;
        let cwd = if cwd.is_empty() { self.at("") } else { self.at(&cwd) };
        let program = Program {
            env,
            cwd: cwd.trim_end_matches('/').to_owned(),
            timeout: Some(self.deadline.saturating_duration_since(Instant::now())),
            output_limit: MOST_ANSWER,
            on_excess: OnExcess::Drop,
            ..Program::new(argv)
        };
        let started = self.sandbox.run(program).await;
        let mut process = started.map_err(|error| self.broken(&fails_as, &error))?;
        let (mut answer, mut rest) = (Vec::new(), Vec::new());
        loop {
            let stop = self.stop.clone();
            let event = tokio::select! {
                event = process.next() => event,
                () = stop.cancelled() => return Err(EnvironmentError::Stopped),
            };
            match event {
                Some(ProcessEvent::Stdout(bytes)) if hears != Hears::Nothing => {
                    answer.extend_from_slice(&bytes);
                }
                Some(ProcessEvent::Stderr(bytes)) if hears == Hears::Everything => {
                    answer.extend_from_slice(&bytes);
                }
                Some(ProcessEvent::Stdout(bytes) | ProcessEvent::Stderr(bytes)) => {
                    self.hear(&mut rest, &bytes);
                }
                Some(ProcessEvent::Said(..) | ProcessEvent::Truncated) => {}
                Some(ProcessEvent::Exit(exit)) => {
                    self.line(&rest);
                    self.within_limits(&fails_as, &exit)?;
                    return Ok(Done { answer, status: exit.status });
                }
                Some(ProcessEvent::Lost) | None => return Err(self.lost(&fails_as).await),
            }
        }
    }

    /// Takes a tree out into a directory of this host, and gives its size.
    pub(super) async fn export(
        &self,
        path: &str,
        directory: &Path,
    ) -> Result<u64, EnvironmentError> {
        let most = self.limits.disk_bytes.saturating_add(INODES * 2048);
        let tree = self.sandbox.read_tree(&own(path), most).await;
        let tree = tree.map_err(|error| self.broken("read what was built", &error))?;
        let unpacked = tokio::select! {
            unpacked = tree::unpack(tree, directory) => unpacked,
            () = self.stop.cancelled() => return Err(EnvironmentError::Stopped),
        };
        unpacked.map_err(|error| self.failed(format!("what was built cannot be kept: {error}")))
    }

    /// Ends it and waits until nothing of it is left.
    pub(super) async fn end(self) {
        self.sandbox.destroy().await;
    }

    /// A build that failed, with the end of what its tools said.
    pub(super) fn failed(&self, what: impl Into<String>) -> EnvironmentError {
        let log: Vec<_> = self.log.iter().map(String::as_str).collect();
        EnvironmentError::BuildFailed { what: self.redacted(&what.into()), log: log.join("\n") }
    }

    fn broken(&self, what: &str, error: &SandboxError) -> EnvironmentError {
        self.failed(format!("the build could not {what}: {error}"))
    }

    fn within_limits(&self, what: &str, exit: &Exit) -> Result<(), EnvironmentError> {
        if exit.timed_out {
            let limit = self.limits.timeout;
            return Err(self.failed(format!("{what}: it took longer than {}", seconds(limit))));
        }
        if exit.out_of_memory {
            return Err(self.out_of_memory(what));
        }
        Ok(())
    }

    fn out_of_memory(&self, what: &str) -> EnvironmentError {
        let mebibytes = self.limits.memory_bytes >> 20;
        self.failed(format!("{what}: it needs more than {mebibytes} MiB of memory"))
    }

    async fn lost(&self, what: &str) -> EnvironmentError {
        if self.sandbox.ended().await.out_of_memory {
            return self.out_of_memory(what);
        }
        self.failed(format!("{what}: its sandbox ended"))
    }

    fn hear(&mut self, rest: &mut Vec<u8>, bytes: &[u8]) {
        rest.extend_from_slice(bytes);
        while let Some(end) = rest.iter().position(|it| matches!(it, b'\n' | b'\r')) {
            let line: Vec<u8> = rest.drain(..=end).collect();
            self.line(&line[..end]);
        }
        // A line without an end is cut, so that it costs no memory.
        if rest.len() > LONGEST_LINE * 4 {
            let line = std::mem::take(rest);
            self.line(&line);
        }
    }

    fn line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        let line: String = self.redacted(line).chars().take(LONGEST_LINE).collect();
        self.progress.say(line.clone());
        if self.log.len() == LOG_LINES {
            self.log.pop_front();
        }
        self.log.push_back(line);
    }

    fn redacted(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), "***");
        }
        text
    }
}

fn own(path: &str) -> SandboxPath {
    SandboxPath::try_from(path).expect("our own paths are safe")
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// Adds the addresses of index hosts that a sandbox may not reach by name alone: mirrors in a private
/// network, or on this machine. The operator chose these names, and this machine resolves them.
async fn with_addresses(mut rules: Vec<Rule>, config: &EgressConfig) -> Vec<Rule> {
    if config.upstream_proxy.is_some() {
        return rules;
    }
    let mut more = Vec::new();
    for rule in &rules {
        let Some(name) = rule.name() else { continue };
        let (resolver, name) = (config.resolver.clone(), name.to_owned());
        let found = tokio::task::spawn_blocking(move || resolver.resolve(&name)).await;
        let Ok(Ok(found)) = found else { continue };
        for address in found.into_iter().filter(|it| !egress::is_public(*it)) {
            let host = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
            let added = rule.ports().iter().map(|port| format!("{host}:{port}").parse());
            more.extend(added.filter_map(Result::<Rule, _>::ok));
        }
    }
    rules.extend(more);
    rules
}

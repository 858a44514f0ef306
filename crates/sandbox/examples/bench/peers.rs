//! Others: the bare program, and what else isolates programs on this machine.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts what it measures")]

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use sandbox::DockerConfig;

use crate::program::{OUTPUT, PATH, Program};

/// The image that Docker's contenders use unless `RUNBOOK_BENCH_IMAGE` names another one.
const IMAGE: &str = "runbook-runtime";

/// Something that starts a process for each program.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    before: Vec<String>,
    /// A container to remove at the end.
    container: Option<String>,
}

impl Peer {
    pub(crate) fn bare() -> Self {
        Self { name: "bare", before: Vec::new(), container: None }
    }

    /// bubblewrap with every namespace, but without limits and filter, which it leaves to others.
    pub(crate) fn bubblewrap() -> Result<Self> {
        let arguments = "bwrap --unshare-all --die-with-parent --ro-bind /usr /usr \
            --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
            --proc /proc --dev /dev --tmpfs /tmp --";
        Self::started("bubblewrap", arguments, None)
    }

    pub(crate) fn docker_run() -> Result<Self> {
        Self::started("docker run", &format!("docker run --rm --network none {}", image()), None)
    }

    pub(crate) fn docker_exec() -> Result<Self> {
        let create = format!("docker run --detach --rm --network none {} sleep infinity", image());
        let output = command(&words(&create)).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        let container = String::from_utf8(output.stdout)?.trim().to_owned();
        Self::started("docker exec", &format!("docker exec {container}"), Some(container))
    }

    /// gVisor through Docker, where its runtime is registered.
    pub(crate) fn gvisor() -> Result<Self> {
        let arguments = format!("docker run --rm --network none --runtime runsc {}", image());
        Self::started("docker run, gVisor", &arguments, None)
    }

    /// Checks that it works here.
    fn started(name: &'static str, before: &str, container: Option<String>) -> Result<Self> {
        let peer = Self { name, before: words(before), container };
        peer.run(&Program { language: "sh", command: ["/bin/sh", "-c"], code: "echo 1" })?;
        Ok(peer)
    }

    /// From the start of the process to its end.
    pub(crate) fn run(&self, program: &Program) -> Result<Duration> {
        let argv = self.before.iter().cloned().chain(program.argv().map(str::to_owned));
        let argv: Vec<_> = argv.collect();
        let begun = Instant::now();
        let output = command(&argv).stdin(Stdio::null()).output().context(argv[0].clone())?;
        let took = begun.elapsed();
        ensure!(
            output.status.success() && output.stdout == OUTPUT,
            "{}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(took)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(container) = &self.container {
            let remove = words(&format!("docker rm --force {container}"));
            drop(command(&remove).stdout(Stdio::null()).status());
        }
    }
}

/// The daemon and the image of Docker's contenders.
pub(crate) fn docker() -> DockerConfig {
    let usual = DockerConfig::default();
    let host = std::env::var("DOCKER_HOST").unwrap_or(usual.host);
    DockerConfig { host, image: Some(image()), runtime: None }
}

fn image() -> String {
    std::env::var("RUNBOOK_BENCH_IMAGE").unwrap_or_else(|_| IMAGE.to_owned())
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn command(argv: &[String]) -> Command {
    let mut command = Command::new(&argv[0]);
    // Certificates named in the environment make node read them at every start.
    command.args(&argv[1..]).env_clear().env("PATH", PATH);
    for name in ["DOCKER_HOST", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

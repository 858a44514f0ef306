//! What holds a container alive, and what acts on it from outside.

use std::{io, sync::Arc, time::Duration};

use bollard::{
    errors::Error,
    models::{ContainerBlkioStatEntry, ContainerStatsResponse},
    query_parameters::StatsOptionsBuilder,
};
use futures_util::StreamExt;
use tokio::sync::watch;

use super::{
    daemon::Daemon,
    failure::{status, words},
    witness::Fate,
};
use crate::backend::{BoxFuture, Control, ControlError, Ended, Guard, SandboxUsage};

#[derive(Debug)]
pub(super) struct ContainerGuard {
    daemon: Arc<Daemon>,
    id: String,
    fate: watch::Receiver<Fate>,
    killed: bool,
}

impl ContainerGuard {
    pub(super) fn new(daemon: Arc<Daemon>, id: String, fate: watch::Receiver<Fate>) -> Self {
        Self { daemon, id, fate, killed: false }
    }
}

impl Guard for ContainerGuard {
    fn kill(&mut self) {
        if self.killed || self.fate.borrow().gone {
            return;
        }
        self.killed = true;
        let (daemon, id) = (Arc::clone(&self.daemon), self.id.clone());
        self.daemon.spawn(async move { daemon.remove(&id).await });
    }

    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(async {
            // An error means that the witness is gone, and the runtime with it.
            let fate = self.fate.wait_for(|it| it.gone).await.map(|it| *it).unwrap_or_default();
            Ended { out_of_memory: fate.out_of_memory, ..Ended::default() }
        })
    }
}

impl Drop for ContainerGuard {
    fn drop(&mut self) {
        self.kill();
    }
}

#[derive(Debug)]
pub(super) struct ContainerControl {
    pub(super) api: bollard::Docker,
    pub(super) id: String,
}

impl Control for ContainerControl {
    fn pause(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { done("pause", self.api.pause_container(&self.id).await) })
    }

    fn resume(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { done("resume", self.api.unpause_container(&self.id).await) })
    }

    fn usage(&self) -> BoxFuture<'_, Result<SandboxUsage, ControlError>> {
        Box::pin(async {
            let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
            let mut stats = Box::pin(self.api.stats(&self.id, Some(options)));
            match stats.next().await {
                Some(Ok(stats)) => Ok(usage(&stats)),
                Some(Err(error)) => Err(refused("measure", &error)),
                None => Err(ControlError::Gone),
            }
        })
    }
}

/// The daemon calls what is the case already a conflict (20.10) or not modified.
fn done(what: &'static str, result: Result<(), Error>) -> Result<(), ControlError> {
    match result {
        Ok(()) => Ok(()),
        Err(error) if words(&error).contains("already paused") => Ok(()),
        Err(error) if words(&error).contains("is not paused") => Ok(()),
        Err(error) => Err(refused(what, &error)),
    }
}

fn refused(what: &'static str, error: &Error) -> ControlError {
    let not_running = words(error).contains("is not running");
    if not_running || status(error) == Some(404) {
        return ControlError::Gone;
    }
    ControlError::Failed { what, source: io::Error::other(words(error)) }
}

fn usage(stats: &ContainerStatsResponse) -> SandboxUsage {
    let memory = stats.memory_stats.as_ref();
    let cpu = stats.cpu_stats.as_ref().and_then(|it| it.cpu_usage.as_ref());
    let disk = stats.blkio_stats.as_ref().and_then(|it| it.io_service_bytes_recursive.as_ref());
    let bytes = |what: &str| disk.map(|it| transferred(it, what));
    SandboxUsage {
        cpu: cpu.and_then(|it| it.total_usage).map(Duration::from_nanos),
        memory_bytes: memory.and_then(|it| it.usage),
        peak_memory_bytes: memory.and_then(|it| it.max_usage),
        // The guest is one of them, and not a program.
        processes: stats
            .pids_stats
            .as_ref()
            .and_then(|it| it.current)
            .map(|it| it.saturating_sub(1)),
        read_bytes: bytes("read"),
        written_bytes: bytes("write"),
    }
}

fn transferred(entries: &[ContainerBlkioStatEntry], what: &str) -> u64 {
    let of = |it: &&ContainerBlkioStatEntry| {
        it.op.as_ref().is_some_and(|op| op.eq_ignore_ascii_case(what))
    };
    entries.iter().filter(of).filter_map(|it| it.value).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daemons_figures_are_read() {
        let stats = serde_json::json!({
            "cpu_stats": {"cpu_usage": {"total_usage": 2_000_000}},
            "memory_stats": {"usage": 4096, "max_usage": 8192},
            "pids_stats": {"current": 3},
            "blkio_stats": {"io_service_bytes_recursive": [
                {"major": 8, "minor": 0, "op": "Read", "value": 10},
                {"major": 8, "minor": 16, "op": "read", "value": 5},
                {"major": 8, "minor": 0, "op": "Write", "value": 7},
            ]},
        });
        let usage = usage(&serde_json::from_value(stats).unwrap());
        assert_eq!(usage.cpu, Some(Duration::from_millis(2)));
        assert_eq!((usage.memory_bytes, usage.peak_memory_bytes), (Some(4096), Some(8192)));
        assert_eq!(
            (usage.processes, usage.read_bytes, usage.written_bytes),
            (Some(2), Some(15), Some(7))
        );
    }

    #[test]
    fn what_the_daemon_does_not_count_is_unknown() {
        let stats = serde_json::json!({"blkio_stats": {"io_service_bytes_recursive": null}});
        let usage = usage(&serde_json::from_value(stats).unwrap());
        assert_eq!(usage, SandboxUsage::default());
    }
}

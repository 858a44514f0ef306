//! `runbook worker`: takes jobs for a hub, from any machine that reaches its PostgreSQL.

use std::{path::Path, process::ExitCode};

use engine::{Artifacts, Clock, Engine, SecretKey, WorkerConfig};
use store::Store;

use super::hub::load_key;
use crate::{
    args::{ArtifactFlags, WorkFlags, WorkerArgs},
    backend, cache,
    failure::Failure,
    interrupt::Interrupt,
    output,
};

pub(crate) async fn run(args: WorkerArgs) -> Result<ExitCode, Failure> {
    if !args.database.starts_with("postgres") {
        return Err(Failure::rejected(
            "--database is no postgres:// URL; only PostgreSQL can be shared by workers, and a hub with its \
             own database takes its jobs itself",
        ));
    }
    let data = &args.isolation.data.data;
    let key =
        load_key((args.secret_key_file.as_deref(), args.secret_key_command.as_deref()), data)?;
    let store = Store::open_beside_a_hub(&args.database).await?;
    let artifacts = open_artifacts(&args.artifacts, data, &store, &key)?;
    let offers = backend::many(&args.isolation, None, &[], &[]).await?;
    let environments = cache::of_server(&args.cache, &args.isolation, &offers.default)?;
    let config = engine::Config {
        // Its slots bound what runs; admission must not, or a job would wait for the sandbox of one that has
        // ended to be taken down.
        max_sandboxes: usize::try_from(args.work.job_slots.get())
            .map_or(usize::MAX, |it| it.saturating_mul(2)),
        max_sandboxes_per_user: Some(usize::MAX),
        keep_ready: 1,
        limits: args.limits.execution(),
        sandbox: args.limits.sandbox(),
        egress: args.isolation.egress(),
        network: args.isolation.network,
        snapshots: std::env::temp_dir(),
        environments,
        artifacts: Some(artifacts),
        secret_key: key,
        ..engine::Config::default()
    };
    let engine = Engine::start_beside(store.clone(), offers, config, Clock::system());
    let name = args.name.unwrap_or_else(machine);
    let worker = engine.work(config_of(args.work, &name, &engine)).await?;
    // Before it is said: whoever was told may ask to stop at once.
    let stop = Interrupt::listen()?;
    output::say(&format!("{name} takes up to {} jobs at once", args.work.job_slots))?;
    stop.asked().await;
    worker.drain().await;
    engine.shutdown().await;
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn config_of(flags: WorkFlags, name: &str, engine: &Engine) -> WorkerConfig {
    WorkerConfig {
        lease: flags.lease,
        drain: flags.drain,
        keep: flags.keep_jobs,
        files: engine.job_files(),
        ..WorkerConfig::new(flags.job_slots.get(), name)
    }
}

pub(crate) fn open_artifacts(
    flags: &ArtifactFlags,
    data: &Path,
    store: &Store,
    key: &SecretKey,
) -> Result<Artifacts, Failure> {
    let opened = Artifacts::open(store.clone(), flags.config(data)?, key, Clock::system());
    opened.map_err(Failure::unavailable)
}

/// What this machine calls itself.
pub(crate) fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "worker".to_owned() } else { name.to_owned() }
}

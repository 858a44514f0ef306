//! What is kept of executions, and for how long.
//!
//! Old executions go once an hour, and so does what has been in the trash for too long. The latest execution
//! of each block stays whatever the bounds are: it is what readers see below the block.

use std::{sync::Arc, time::Duration};

use document::BlockId;
use model::time::Timestamp;
use sha2::{Digest, Sha256};
use store::{HistoryBounds, Origin, StoreError};

use crate::{Engine, library::TRASH_LIFETIME, offers::Grant, session::Run};

/// How much of the history of runbooks is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryConfig {
    /// Executions of one user in one runbook; `None` for all.
    pub per_runbook: Option<u64>,
    /// `None` for ever.
    pub age: Option<Duration>,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self { per_runbook: Some(1000), age: None }
    }
}

/// Between two looks: what is kept an hour too long hurts nobody.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// Executions that are deleted in one transaction, while which nobody else can write to SQLite.
const AT_ONCE: u64 = 50;

/// What an execution is made of, from before it begins.
pub(crate) async fn origin(run: &Run, grant: &Grant) -> Origin {
    let block = run.execution.block.as_deref().map(BlockId::new);
    let block = block.and_then(|it| run.document.block(&it));
    let code = run.program.source.clone();
    Origin {
        code_hash: Sha256::digest(&code).iter().map(|it| format!("{it:02x}")).collect(),
        code,
        revision: run.revision,
        block_name: block.and_then(|it| it.name.clone()),
        line: block.map_or(0, |it| it.line as u64),
        runtime_version: version(grant, &run.execution.runtime).await,
        timeout: run.limits.timeout,
        output_bytes: run.limits.output_bytes,
        memory_bytes: grant.kind.spec.limits.memory_bytes,
        inputs: run.given.names().map(str::to_owned).collect(),
    }
}

/// Asks once for each runtime, which takes up to 200 ms; from then on it is known.
async fn version(grant: &Grant, runtime: &str) -> Option<String> {
    let runtimes = Arc::clone(&grant.shelf.offer.runtimes);
    if let Some(version) = runtimes.known_version(runtime) {
        return Some(version.to_owned());
    }
    let runtime = runtime.to_owned();
    let asked = tokio::task::spawn_blocking(move || runtimes.version(&runtime).map(str::to_owned));
    asked.await.ok().flatten()
}

impl Engine {
    /// Indexes what is not indexed yet; then, and every hour, deletes what is out of bounds, until the engine
    /// stops.
    pub(crate) fn tidy_up(&self) {
        let (engine, stop) = (self.clone(), self.0.shutdown.clone());
        self.0.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = engine.tidy_every_hour() => {}
            }
        });
    }

    async fn tidy_every_hour(&self) {
        self.index_everything().await;
        loop {
            if let Err(error) = self.tidy_now().await {
                tracing::warn!(%error, "old executions could not be deleted; they are in an hour");
            }
            tokio::time::sleep(TIDY_EVERY).await;
        }
    }

    /// Deletes executions that are out of bounds, and what has been in the trash for too long.
    ///
    /// # Errors
    ///
    /// When the store fails; what was deleted until then is.
    pub async fn tidy_now(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.0.store, self.0.clock.now());
        let HistoryConfig { per_runbook, age } = self.0.config.history;
        let bounds = HistoryBounds { per_runbook, before: age.map(|it| before(now, it)) };
        if per_runbook.is_some() || age.is_some() {
            loop {
                let outdated = store.outdated_executions(bounds, AT_ONCE).await?;
                if outdated.is_empty() {
                    break;
                }
                store.delete_executions(&outdated).await?;
            }
        }
        loop {
            let trashed = store.trashed_before(before(now, TRASH_LIFETIME), AT_ONCE).await?;
            if trashed.is_empty() {
                break;
            }
            for runbook in trashed {
                store.purge_runbook(runbook).await?;
            }
        }
        store.delete_unused_code(now).await.map(drop)
    }
}

fn before(now: Timestamp, age: Duration) -> Timestamp {
    let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(millis))
}

//! Sandboxes that are ready before anybody asks for them, each used once.
//!
//! ```text
//!  take ── one on the shelf ──▶ hit: handed out, and never comes back
//!    └──── none ──────────────▶ miss: started for the caller; cloned, if booting is the bottleneck
//!  either way the demand is noted ──▶ manager ── shelf below target, budget left, machine quiet ──▶ refill
//! ```
//!
//! How many are kept follows the demand: as many as were taken at once, lately, in the time that a
//! refill takes. A pool decides nothing about what runs; it only has things ready.

use std::{fmt, sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Backend, Sandbox, Spec, Standby, StandbyPlan, StartError};

mod crowd;
mod demand;
mod refill;
mod shelf;
mod statistics;

use crowd::Crowd;
use refill::Manager;
use shelf::{Shelves, Taken};
pub use statistics::{KindStatistics, PoolStatistics, REFILL_BUCKETS, RefillTimes};

/// What sandboxes of one kind have in common; only such are interchangeable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// For people and metrics.
    pub name: String,
    pub spec: Spec,
    /// What boots in it ahead of time; `None` for a sandbox alone.
    pub plan: Option<Arc<StandbyPlan>>,
}

/// The bounds of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// What all sandboxes that wait may use together.
    pub memory_bytes: u64,
    pub most_per_kind: usize,
    /// Refills at a time.
    pub refills: usize,
    /// How long a demand is remembered.
    pub memory_of_demand: Duration,
    pub pace: Pace,
}

impl Default for PoolConfig {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            memory_bytes: 1 << 30,
            most_per_kind: 16,
            // The other half is for what runs.
            refills: processors.div_ceil(2),
            memory_of_demand: Duration::from_secs(120),
            pace: Pace::WhenQuiet,
        }
    }
}

/// When refills begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// When nothing was handed out for some milliseconds and a processor is free, or after a while
    /// nevertheless.
    WhenQuiet,
    AtOnce,
}

/// Sandboxes that are ready before anybody asks. Cheap to clone; those that wait end when the last
/// clone is dropped or [`Pool::shut_down`] is called.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
    tasks: TaskTracker,
    // Read by nobody: the last clone to go stops the manager.
    _stop_with_us: Arc<tokio_util::sync::DropGuard>,
}

struct Shared {
    backend: Arc<dyn Backend>,
    config: PoolConfig,
    shelves: Shelves,
    /// Callers who found nothing ready.
    crowd: Crowd,
    /// Something changed that may call for a refill.
    changed: Notify,
    stop: CancellationToken,
}

impl Pool {
    /// Starts the task that refills, on the current runtime; no sandbox before the first demand.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>, config: PoolConfig) -> Self {
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            backend,
            config,
            shelves: Shelves::new(config),
            crowd: Crowd::default(),
            changed: Notify::new(),
            stop: stop.clone(),
        });
        let tasks = TaskTracker::new();
        tasks.spawn(Manager::new(Arc::clone(&shared), tasks.clone()).run());
        Self { shared, tasks, _stop_with_us: Arc::new(stop.drop_guard()) }
    }

    /// A sandbox of this kind, with its standby if one has booted in it. Nobody else ever had it.
    ///
    /// # Errors
    ///
    /// None was ready, and starting one failed.
    pub async fn take(&self, kind: &Kind) -> Result<(Sandbox, Option<Standby>), StartError> {
        self.take_quietly(kind).await.map(|(sandbox, standby, _)| (sandbox, standby))
    }

    /// As [`Self::take`], but whoever refills hears of it only when what is given back with it is dropped:
    /// soon, and best after the program has been ordered, for it takes a while to wake somebody.
    ///
    /// # Errors
    ///
    /// None was ready, and starting one failed.
    pub async fn take_quietly(
        &self,
        kind: &Kind,
    ) -> Result<(Sandbox, Option<Standby>, Notice), StartError> {
        match self.shared.shelves.take(kind) {
            Taken::Ready { sandbox, standby, gone } => {
                let notice = Notice { shared: Arc::clone(&self.shared), gone: Some(gone) };
                Ok((*sandbox, standby, notice))
            }
            Taken::Nothing => {
                drop(Notice { shared: Arc::clone(&self.shared), gone: None });
                let (sandbox, standby) = refill::start_now(&self.shared, kind).await?;
                Ok((sandbox, standby, Notice { shared: Arc::clone(&self.shared), gone: None }))
            }
        }
    }

    /// Keeps at least this many of a kind ready from now on, whatever the demand.
    pub fn keep(&self, kind: &Kind, least: usize) {
        self.shared.shelves.keep(kind, least);
        self.shared.changed.notify_one();
    }

    #[must_use]
    pub fn statistics(&self) -> PoolStatistics {
        self.shared.shelves.statistics()
    }

    /// Ends whatever waits and whatever is being started, and returns when nothing is left of it.
    /// Afterwards every `take` is a miss.
    pub async fn shut_down(&self) {
        self.shared.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Tells, when it is dropped, that something was taken.
#[derive(Debug)]
pub struct Notice {
    shared: Arc<Shared>,
    /// Of the one that was taken, if it was ready.
    gone: Option<CancellationToken>,
}

impl Drop for Notice {
    fn drop(&mut self) {
        if let Some(gone) = &self.gone {
            gone.cancel();
        }
        self.shared.changed.notify_one();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("config", &self.config).finish_non_exhaustive()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { backend, config, .. } = &*self.shared;
        f.debug_struct("Pool")
            .field("backend", backend)
            .field("config", config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

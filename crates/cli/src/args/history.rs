//! The flags of a hub that say how much of the history of runs is kept.

use std::time::Duration;

use clap::Args as Flags;
use engine::HistoryConfig;

use super::lifetime;

#[derive(Clone, Copy, Debug, Flags)]
pub(crate) struct HistoryFlags {
    /// Executions of one user that are kept of each runbook, with their code and output; 0 keeps all. The
    /// latest of each block always stays.
    #[arg(long, env = "RUNBOOK_KEEP_RUNS", default_value_t = 1000)]
    pub(crate) keep_runs: u64,
    /// How long executions are kept, e.g. `365d`; for ever if left out. The latest of each block always stays.
    #[arg(long, env = "RUNBOOK_KEEP_RUNS_FOR", value_parser = lifetime)]
    pub(crate) keep_runs_for: Option<Duration>,
}

impl HistoryFlags {
    pub(crate) fn config(self) -> HistoryConfig {
        HistoryConfig {
            per_runbook: Some(self.keep_runs).filter(|it| *it > 0),
            age: self.keep_runs_for,
        }
    }
}

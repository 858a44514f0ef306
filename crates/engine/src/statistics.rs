//! What the engine has done and is doing, in numbers for operators.

use std::sync::atomic::{AtomicU64, Ordering};

use model::execution::OutcomeKind;
use sandbox::pool::PoolStatistics;

use crate::execution::Ending;

/// Every way in which an execution ends, in the order of the counters.
const KINDS: [OutcomeKind; 6] = [
    OutcomeKind::Exited,
    OutcomeKind::Killed,
    OutcomeKind::TimedOut,
    OutcomeKind::OutOfMemory,
    OutcomeKind::Cancelled,
    OutcomeKind::Lost,
];

/// The engine at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Sessions that have not ended.
    pub sessions: usize,
    /// Sandboxes that somebody holds.
    pub sandboxes: usize,
    /// Terminals that are open.
    pub terminals: usize,
    /// Runbooks that are open for editing.
    pub live_texts: usize,
    /// Sessions and runs that wait for a sandbox.
    pub waiting: usize,
    /// Sessions and runs that were refused since the start because too many waited.
    pub refused: u64,
    /// Executions that ended since the start, by how.
    pub ended: Vec<(OutcomeKind, u64)>,
    /// Executions that ended since the start because we failed.
    pub failed: u64,
    /// The sandboxes that wait to be asked for, by the name of their offer.
    pub pools: Vec<(String, PoolStatistics)>,
}

/// Counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    ended: [AtomicU64; KINDS.len()],
    failed: AtomicU64,
}

impl Counters {
    pub(crate) fn count(&self, ending: &Ending) {
        let counter = match ending {
            Ending::Outcome { outcome, .. } => {
                let kind = outcome.kind();
                KINDS.iter().position(|it| *it == kind).and_then(|it| self.ended.get(it))
            }
            Ending::Failure(_) => Some(&self.failed),
        };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn ended(&self) -> Vec<(OutcomeKind, u64)> {
        let counts = self.ended.iter().map(|it| it.load(Ordering::Relaxed));
        KINDS.into_iter().zip(counts).collect()
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}

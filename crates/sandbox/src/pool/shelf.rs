//! What is ready, what is wanted, and what to do about it. Nothing here waits.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Kind, PoolConfig,
    demand::Demand,
    statistics::{KindStatistics, PoolStatistics},
};
use crate::{Sandbox, Standby};

/// What one that waits is taken to use until it was measured: a booted node, the largest.
const ESTIMATED_BYTES: u64 = 48 << 20;

/// What a refill is taken to last until one was done.
const ESTIMATED_REFILL: Duration = Duration::from_millis(100);

/// Kinds at a time; a kind without demand is forgotten first.
const MOST_KINDS: usize = 128;

/// First pause after a failed start; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Refills between two measurements.
const MEASURE_EVERY: u64 = 32;

/// Failed standbys in a row after which only sandboxes are kept.
const PATIENCE: u32 = 3;

#[derive(Debug)]
pub(super) struct Shelves {
    config: PoolConfig,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    shelves: Vec<Shelf>,
    last_take: Option<Instant>,
    next: u64,
    closed: bool,
}

#[derive(Debug)]
struct Shelf {
    kind: Kind,
    ready: Vec<Entry>,
    least: usize,
    demand: Demand,
    /// Measured of the latest that could be.
    bytes: Option<u64>,
    /// No refill before this moment, because the last ones failed.
    not_before: Option<Instant>,
    failures_in_a_row: u32,
    failed_standbys_in_a_row: u32,
    counts: KindStatistics,
}

/// A sandbox that waits.
#[derive(Debug)]
pub(super) struct Entry {
    number: u64,
    sandbox: Sandbox,
    standby: Option<Standby>,
    /// Cancelled when it does not wait any more.
    gone: CancellationToken,
}

pub(super) enum Taken {
    Ready {
        // The two parts of an answer differ much in size.
        sandbox: Box<Sandbox>,
        standby: Option<Standby>,
        /// To be cancelled: it does not wait any more.
        gone: CancellationToken,
    },
    Nothing,
}

/// What the manager should do next.
#[derive(Debug)]
pub(super) enum Next {
    Refill(Box<Kind>, HowMuch),
    /// These are too many.
    Release(Vec<Sandbox>),
    /// Nothing before this moment, unless something changes.
    Wait(Option<Instant>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HowMuch {
    All,
    /// Standbys of this kind do not boot.
    SandboxOnly,
}

impl Shelves {
    pub(super) fn new(config: PoolConfig) -> Self {
        let state = State { shelves: Vec::new(), last_take: None, next: 0, closed: false };
        Self { config, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self, kind: &Kind) -> Taken {
        let now = Instant::now();
        let mut state = self.state();
        if state.closed {
            return Taken::Nothing;
        }
        state.last_take = Some(now);
        let shelf = state.shelf(kind, &self.config, now);
        shelf.demand.note(now);
        // The newest is the likeliest to be in the processor's caches.
        while let Some(Entry { sandbox, standby, gone, .. }) = shelf.ready.pop() {
            if sandbox.is_over() {
                gone.cancel();
                shelf.counts.lost += 1;
                continue;
            }
            shelf.counts.hits += 1;
            let standby = standby.filter(|it| !it.has_failed());
            return Taken::Ready { sandbox: Box::new(sandbox), standby, gone };
        }
        shelf.counts.misses += 1;
        Taken::Nothing
    }

    pub(super) fn keep(&self, kind: &Kind, least: usize) {
        let mut state = self.state();
        state.shelf(kind, &self.config, Instant::now()).least = least;
    }

    pub(super) fn last_take(&self) -> Option<Instant> {
        self.state().last_take
    }

    /// Whether it is time to measure what one of this kind uses: that asks the launcher, and changes
    /// little.
    pub(super) fn wants_measure(&self, kind: &Kind) -> bool {
        self.state()
            .shelves
            .iter()
            .filter(|it| it.kind == *kind)
            .any(|it| it.bytes.is_none() || it.counts.refills.count.is_multiple_of(MEASURE_EVERY))
    }

    /// Whether whoever comes next for this kind would find nothing.
    pub(super) fn is_empty(&self, kind: &Kind) -> bool {
        self.state().shelves.iter().any(|it| it.kind == *kind && it.ready.is_empty())
    }

    pub(super) fn next(&self) -> Next {
        let now = Instant::now();
        let mut state = self.state();
        let surplus = state.surplus(&self.config, now);
        if !surplus.is_empty() {
            return Next::Release(surplus);
        }
        let starting: usize = state.shelves.iter().map(|it| it.counts.starting).sum();
        if starting >= self.config.refills {
            return Next::Wait(None);
        }
        let used = state.used();
        // The one that lacks the most of what it wants.
        let neediest = state
            .shelves
            .iter_mut()
            .filter(|it| it.lacks() > 0 && it.not_before.is_none_or(|it| it <= now))
            .filter(|it| used + it.bytes() <= self.config.memory_bytes)
            .max_by_key(|it| (it.there() == 0, it.lacks()));
        match neediest {
            Some(shelf) => {
                shelf.counts.starting += 1;
                let gives_up = shelf.failed_standbys_in_a_row >= PATIENCE;
                let how = if gives_up { HowMuch::SandboxOnly } else { HowMuch::All };
                Next::Refill(Box::new(shelf.kind.clone()), how)
            }
            None => Next::Wait(state.wakes_at(&self.config, now)),
        }
    }

    /// Puts one onto the shelf, and gives back what tells that it left it again. A pool that is
    /// closed keeps nothing.
    pub(super) fn add(
        &self,
        kind: &Kind,
        sandbox: Sandbox,
        standby: Option<Standby>,
        (took, bytes): (Duration, Option<u64>),
    ) -> Result<(u64, CancellationToken), Box<Sandbox>> {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        let closed = state.closed;
        let Some(shelf) = state.shelves.iter_mut().find(|it| it.kind == *kind) else {
            return Err(Box::new(sandbox));
        };
        shelf.counts.starting = shelf.counts.starting.saturating_sub(1);
        if closed {
            return Err(Box::new(sandbox));
        }
        shelf.counts.refills.note(took);
        shelf.bytes = bytes.or(shelf.bytes);
        shelf.failures_in_a_row = 0;
        shelf.not_before = None;
        if standby.is_some() {
            shelf.failed_standbys_in_a_row = 0;
        }
        let gone = CancellationToken::new();
        shelf.ready.insert(0, Entry { number, sandbox, standby, gone: gone.clone() });
        Ok((number, gone))
    }

    pub(super) fn standby_failed(&self, kind: &Kind) {
        let mut state = self.state();
        if let Some(shelf) = state.shelves.iter_mut().find(|it| it.kind == *kind) {
            shelf.counts.failed_standbys += 1;
            shelf.failed_standbys_in_a_row += 1;
        }
    }

    pub(super) fn start_failed(&self, kind: &Kind) {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(shelf) = state.shelves.iter_mut().find(|it| it.kind == *kind) {
            shelf.counts.starting = shelf.counts.starting.saturating_sub(1);
            shelf.counts.failed_starts += 1;
            let doubled = FIRST_PAUSE * 2_u32.saturating_pow(shelf.failures_in_a_row.min(16));
            shelf.not_before = Some(now + doubled.min(LONGEST_PAUSE));
            shelf.failures_in_a_row += 1;
        }
    }

    /// Takes one away that ended while it waited.
    pub(super) fn remove(&self, kind: &Kind, number: u64) -> Option<Sandbox> {
        let mut state = self.state();
        let shelf = state.shelves.iter_mut().find(|it| it.kind == *kind)?;
        let position = shelf.ready.iter().position(|it| it.number == number)?;
        shelf.counts.lost += 1;
        Some(shelf.ready.remove(position).into_sandbox())
    }

    /// From now on nothing is kept; what was is given back.
    pub(super) fn close(&self) -> Vec<Sandbox> {
        let mut state = self.state();
        state.closed = true;
        let entries = state.shelves.iter_mut().flat_map(|it| it.ready.drain(..));
        entries.map(Entry::into_sandbox).collect()
    }

    pub(super) fn statistics(&self) -> PoolStatistics {
        let now = Instant::now();
        let mut state = self.state();
        let memory_bytes = state.used();
        let kinds = state.shelves.iter_mut().map(|it| it.statistics(&self.config, now)).collect();
        PoolStatistics { kinds, memory_bytes }
    }
}

impl State {
    fn shelf(&mut self, kind: &Kind, config: &PoolConfig, now: Instant) -> &mut Shelf {
        let found = self.shelves.iter().position(|it| it.kind == *kind);
        let position = found.unwrap_or_else(|| {
            if self.shelves.len() >= MOST_KINDS
                && let Some(idle) = self.shelves.iter_mut().position(|it| it.is_idle(config, now))
            {
                self.shelves.remove(idle);
            }
            self.shelves.push(Shelf::new(kind.clone(), config, now));
            self.shelves.len() - 1
        });
        &mut self.shelves[position]
    }

    /// What waits, and what is about to.
    fn used(&self) -> u64 {
        self.shelves.iter().map(|it| it.bytes() * it.there() as u64).sum()
    }

    /// What is more than its target, or than the budget once it was measured.
    fn surplus(&mut self, config: &PoolConfig, now: Instant) -> Vec<Sandbox> {
        let mut surplus = Vec::new();
        for shelf in &mut self.shelves {
            shelf.aim(config, now);
            while shelf.ready.len() > shelf.counts.target {
                surplus.push(shelf.ready.remove(0).into_sandbox());
            }
        }
        while self.used() > config.memory_bytes {
            let largest =
                self.shelves.iter_mut().max_by_key(|it| it.bytes() * it.ready.len() as u64);
            let Some(shelf) = largest.filter(|it| !it.ready.is_empty()) else { break };
            surplus.push(shelf.ready.remove(0).into_sandbox());
        }
        surplus
    }

    /// When a demand has become old, or a pause is over.
    fn wakes_at(&self, config: &PoolConfig, now: Instant) -> Option<Instant> {
        let ages = self.shelves.iter().any(|it| it.counts.target > it.least);
        let aged = ages.then(|| now + config.memory_of_demand / 60);
        let pauses = self.shelves.iter().filter(|it| it.lacks() > 0).filter_map(|it| it.not_before);
        pauses.chain(aged).min().map(|it| it.max(now + Duration::from_millis(1)))
    }
}

impl Shelf {
    fn new(kind: Kind, config: &PoolConfig, now: Instant) -> Self {
        let counts = KindStatistics { name: kind.name.clone(), ..KindStatistics::default() };
        Self {
            kind,
            ready: Vec::new(),
            least: 0,
            demand: Demand::new(now, config.memory_of_demand),
            bytes: None,
            not_before: None,
            failures_in_a_row: 0,
            failed_standbys_in_a_row: 0,
            counts,
        }
    }

    fn bytes(&self) -> u64 {
        self.bytes.unwrap_or(ESTIMATED_BYTES)
    }

    fn there(&self) -> usize {
        self.ready.len() + self.counts.starting
    }

    fn lacks(&self) -> usize {
        self.counts.target.saturating_sub(self.there())
    }

    fn aim(&mut self, config: &PoolConfig, now: Instant) {
        let refill = self.counts.refills.average().unwrap_or(ESTIMATED_REFILL);
        // Twice its time: the first has to be noticed, and others refill too.
        let peak = self.demand.peak(now, refill * 2);
        self.counts.target = peak.max(self.least).min(config.most_per_kind);
    }

    fn is_idle(&mut self, config: &PoolConfig, now: Instant) -> bool {
        self.aim(config, now);
        self.counts.target == 0 && self.there() == 0
    }

    fn statistics(&mut self, config: &PoolConfig, now: Instant) -> KindStatistics {
        self.aim(config, now);
        KindStatistics { ready: self.ready.len(), ..self.counts.clone() }
    }
}

impl Entry {
    fn into_sandbox(self) -> Sandbox {
        self.gone.cancel();
        self.sandbox
    }
}

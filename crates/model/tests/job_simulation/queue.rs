//! A queue in memory that means the same as the one in the database: bounds, turns, leases, fences.

use std::collections::BTreeMap;

use model::{
    job::{AttemptEnd, Command, Moment, Phase, Rejected, Rules, Share, State, apply, share},
    time::Timestamp,
};

pub(crate) type JobNumber = usize;
pub(crate) type WorkerNumber = usize;

/// Silence that a worker is allowed, in milliseconds.
pub(crate) const LEASE: i64 = 30_000;

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) account: usize,
    pub(crate) key: Option<usize>,
    pub(crate) rules: Rules,
    pub(crate) state: State,
    pub(crate) worker: Option<WorkerNumber>,
    /// How often an end was recorded.
    pub(crate) ends: u32,
    /// Whether somebody was told that it will be cancelled.
    pub(crate) promised: bool,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) cap: u64,
    pub(crate) vtime: i64,
}

#[derive(Debug)]
struct Lease {
    until: i64,
    gone: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) now: i64,
    pub(crate) jobs: Vec<Record>,
    pub(crate) accounts: Vec<Account>,
    /// By key, how many may be taken at once.
    pub(crate) keys: Vec<u64>,
    workers: BTreeMap<WorkerNumber, Lease>,
    draws: u32,
}

impl Queue {
    fn moment(&mut self) -> Moment {
        self.draws = self.draws.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Moment { now: Timestamp::from_millis(self.now), draw: self.draws }
    }

    fn apply(&mut self, job: JobNumber, command: Command) -> Result<Phase, Rejected> {
        let moment = self.moment();
        let record = &mut self.jobs[job];
        let (next, _) = apply(record.state, record.rules, command, moment)?;
        record.state = next;
        if !matches!(next.phase, Phase::Leased | Phase::Running) {
            record.worker = None;
        }
        if matches!(next.phase, Phase::Ended(_)) {
            record.ends += 1;
        }
        Ok(next.phase)
    }

    pub(crate) fn taken(&self, of: impl Fn(&Record) -> bool) -> u64 {
        let is_taken = |it: &&Record| matches!(it.state.phase, Phase::Leased | Phase::Running);
        self.jobs.iter().filter(is_taken).filter(|it| of(it)).count() as u64
    }

    pub(crate) fn register(&mut self, worker: WorkerNumber) {
        self.workers.insert(worker, Lease { until: self.now + LEASE, gone: false });
    }

    /// Returns whether the worker still counts.
    pub(crate) fn renew(&mut self, worker: WorkerNumber) -> bool {
        let lease = self.workers.get_mut(&worker).unwrap();
        if !lease.gone {
            lease.until = self.now + LEASE;
        }
        !lease.gone
    }

    /// The claims by which a worker has jobs, and which of them are to stop.
    pub(crate) fn of_worker(&self, worker: WorkerNumber) -> Vec<(JobNumber, i64, bool)> {
        let of = self.jobs.iter().enumerate().filter(|(_, it)| it.worker == Some(worker));
        of.map(|(job, it)| (job, it.state.fence, it.state.cancelling)).collect()
    }

    pub(crate) fn claim(&mut self, worker: WorkerNumber, slots: u64) -> Vec<(JobNumber, i64)> {
        if self.workers[&worker].gone {
            return Vec::new();
        }
        let mut ready: BTreeMap<usize, Vec<JobNumber>> = BTreeMap::new();
        let mut passed: BTreeMap<usize, u64> = BTreeMap::new();
        for (job, it) in self.jobs.iter().enumerate() {
            let due = matches!(it.state.phase, Phase::Queued { run_at } if run_at.as_millis() <= self.now);
            if !due {
                continue;
            }
            // As gates do: only as many become ready as their key allows.
            if let Some(key) = it.key {
                let taken = self.taken(|it| it.key == Some(key));
                let passed = passed.entry(key).or_default();
                if taken + *passed >= self.keys[key] {
                    continue;
                }
                *passed += 1;
            }
            ready.entry(it.account).or_default().push(job);
        }
        let accounts: Vec<_> = ready.keys().copied().collect();
        let mut shares: Vec<_> = accounts
            .iter()
            .map(|account| Share {
                vtime: self.accounts[*account].vtime,
                weight: 1,
                ready: ready[account].len() as u64,
                room: self.accounts[*account].cap - self.taken(|it| it.account == *account),
            })
            .collect();
        let starts = share(&mut shares, slots);
        let mut claimed = Vec::new();
        for ((account, starts), after) in accounts.into_iter().zip(starts).zip(shares) {
            self.accounts[account].vtime = after.vtime;
            for job in ready[&account].iter().take(usize::try_from(starts).unwrap()) {
                self.apply(*job, Command::Claim).unwrap();
                self.jobs[*job].worker = Some(worker);
                claimed.push((*job, self.jobs[*job].state.fence));
            }
        }
        claimed
    }

    pub(crate) fn start(&mut self, job: JobNumber, fence: i64) -> bool {
        self.apply(job, Command::Start { fence }).is_ok()
    }

    pub(crate) fn finish(&mut self, job: JobNumber, fence: i64, end: AttemptEnd) -> bool {
        self.apply(job, Command::Finish { fence, end }).is_ok()
    }

    pub(crate) fn hand_back(&mut self, job: JobNumber, fence: i64) -> bool {
        self.apply(job, Command::HandBack { fence }).is_ok()
    }

    pub(crate) fn cancel(&mut self, job: JobNumber) {
        if self.apply(job, Command::Cancel).is_ok() {
            self.jobs[job].promised = true;
        }
    }

    /// Gives up workers that were silent for too long. Returns how many of their jobs.
    pub(crate) fn tend(&mut self) -> usize {
        let now = self.now;
        for lease in self.workers.values_mut() {
            lease.gone |= lease.until < now;
        }
        let gone = |worker: WorkerNumber| self.workers[&worker].gone;
        let of_gone = |it: &Record| it.worker.is_some_and(gone);
        let given_up: Vec<_> = self.jobs.iter().enumerate().filter(|(_, it)| of_gone(it)).collect();
        let given_up: Vec<_> = given_up.iter().map(|(job, it)| (*job, it.state.fence)).collect();
        for (job, fence) in &given_up {
            self.apply(*job, Command::Expire { fence: *fence }).unwrap();
        }
        given_up.len()
    }
}

//! What happens around the queue: owners who submit and cancel, workers that fail in every way.

use std::collections::BTreeMap;

use model::{
    job::{AttemptEnd, End, Phase, Retries, Rules, State},
    time::Timestamp,
};

use crate::queue::{Account, JobNumber, LEASE, Queue, Record};

/// What a worker knows of a job that it thinks it has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hand {
    Claimed,
    /// Its program runs; the worker means to say so, and heard that it may.
    Running,
    /// Its program has ended and the queue does not know.
    Over(AttemptEnd),
}

#[derive(Debug)]
struct Worker {
    number: usize,
    hands: BTreeMap<(JobNumber, i64), Hand>,
    /// Stopped by the kernel: it does nothing, and goes on later as if nothing had been.
    paused: bool,
    draining: bool,
    dead: bool,
}

/// What the simulations have met.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) jobs: u64,
    pub(crate) ends: [u64; 6],
    crashes: u64,
    late: u64,
    lost_answers: u64,
    given_up: u64,
    handed_back: u64,
    jumps: u64,
    second_starts: u64,
}

impl Seen {
    pub(crate) fn add(&mut self, other: &Self) {
        self.jobs += other.jobs;
        for (sum, it) in self.ends.iter_mut().zip(other.ends) {
            *sum += it;
        }
        self.crashes += other.crashes;
        self.late += other.late;
        self.lost_answers += other.lost_answers;
        self.given_up += other.given_up;
        self.handed_back += other.handed_back;
        self.jumps += other.jumps;
        self.second_starts += other.second_starts;
    }

    #[track_caller]
    pub(crate) fn must_have_met_everything(&self) {
        let others = [
            self.crashes,
            self.late,
            self.lost_answers,
            self.given_up,
            self.handed_back,
            self.jumps,
            self.second_starts,
        ];
        assert!(self.ends.into_iter().chain(others).all(|it| it > 0), "{self:?}");
    }
}

pub(crate) struct World {
    random: u64,
    queue: Queue,
    workers: Vec<Worker>,
    next_worker: usize,
    /// How often the program of a job really began.
    starts: Vec<u32>,
    /// By which claims a program really ended well.
    good: Vec<Vec<i64>>,
    pub(crate) log: Vec<String>,
    pub(crate) seen: Seen,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = Self {
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            queue: Queue::default(),
            workers: Vec::new(),
            next_worker: 0,
            starts: Vec::new(),
            good: Vec::new(),
            log: Vec::new(),
            seen: Seen::default(),
        };
        for _ in 0..3 {
            let cap = 1 + world.below(4);
            world.queue.accounts.push(Account { cap, vtime: 0 });
            let bound = 1 + world.below(2);
            world.queue.keys.push(bound);
        }
        for _ in 0..=world.below(3) {
            world.add_worker();
        }
        world
    }

    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64*, which repeats after 2^64 - 1 numbers.
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn add_worker(&mut self) {
        let number = self.next_worker;
        self.next_worker += 1;
        self.queue.register(number);
        let hands = BTreeMap::new();
        self.workers.push(Worker { number, hands, paused: false, draining: false, dead: false });
    }

    pub(crate) fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
            self.check();
        }
    }

    fn step(&mut self) {
        let before = i64::try_from(self.below(4000)).unwrap();
        self.queue.now += before;
        match self.below(24) {
            0..=4 => self.submit(),
            5 => self.cancel(),
            6..=7 => {
                self.seen.given_up += self.queue.tend() as u64;
            }
            8 if self.one_in(3) => self.jump(),
            9 if self.one_in(3) => self.add_worker(),
            _ => {
                let worker = usize::try_from(self.below(self.workers.len() as u64)).unwrap();
                self.act(worker);
            }
        }
    }

    fn submit(&mut self) {
        let account = usize::try_from(self.below(3)).unwrap();
        // Keys belong to accounts.
        let key = self.one_in(3).then_some(account);
        let max = u32::try_from(self.below(3)).unwrap();
        let idempotent = self.one_in(4);
        let max = if self.one_in(2) { 0 } else { max };
        let rules = Rules { retries: Retries { max, backoff_ms: 1000 }, idempotent };
        let later = i64::try_from(self.below(3)).unwrap() * 2000;
        let state = State::queued(Timestamp::from_millis(self.queue.now + later));
        let (worker, ends, promised) = (None, 0, false);
        self.queue.jobs.push(Record { account, key, rules, state, worker, ends, promised });
        self.starts.push(0);
        self.good.push(Vec::new());
        self.seen.jobs += 1;
    }

    fn cancel(&mut self) {
        if !self.queue.jobs.is_empty() {
            let job = usize::try_from(self.below(self.queue.jobs.len() as u64)).unwrap();
            self.queue.cancel(job);
            self.log.push(format!("cancel {job}"));
        }
    }

    /// The database's clock is set.
    fn jump(&mut self) {
        let by = i64::try_from(self.below(4)).unwrap() * LEASE - LEASE;
        self.queue.now += by;
        self.seen.jumps += u64::from(by != 0);
    }

    fn act(&mut self, index: usize) {
        if self.workers[index].dead {
            return;
        }
        if self.workers[index].paused {
            // Some sleep for longer than their lease.
            self.workers[index].paused = !self.one_in(12);
            return;
        }
        match self.below(14) {
            0 if self.one_in(4) => {
                self.workers[index].dead = true;
                self.seen.crashes += 1;
            }
            1 if self.one_in(2) => self.workers[index].paused = true,
            2 if self.one_in(6) => self.workers[index].draining = true,
            3..=4 => self.renew(index),
            5..=7 => self.claim(index),
            _ => self.go_on(index),
        }
    }

    fn claim(&mut self, index: usize) {
        let Worker { number, draining, .. } = self.workers[index];
        let free = 3 - self.workers[index].hands.len().min(3) as u64;
        if draining || free == 0 {
            return;
        }
        let claimed = self.queue.claim(number, free);
        self.log.push(format!("{number} claims {claimed:?}"));
        if !claimed.is_empty() && self.one_in(8) {
            self.seen.lost_answers += 1;
            return;
        }
        let hands = claimed.into_iter().map(|it| (it, Hand::Claimed));
        self.workers[index].hands.extend(hands);
    }

    fn renew(&mut self, index: usize) {
        let number = self.workers[index].number;
        if !self.queue.renew(number) {
            // Everything is killed, and it starts anew under another name.
            self.workers[index].dead = true;
            self.add_worker();
            return;
        }
        let known = self.queue.of_worker(number);
        for (job, fence, cancelling) in &known {
            let hand = self.workers[index].hands.get_mut(&(*job, *fence));
            match hand {
                Some(hand) if *cancelling => *hand = Hand::Over(AttemptEnd::Interrupted),
                Some(_) => {}
                None => {
                    self.seen.handed_back += u64::from(self.queue.hand_back(*job, *fence));
                }
            }
        }
        let is_known =
            |(job, fence): &(JobNumber, i64)| known.iter().any(|it| it.0 == *job && it.1 == *fence);
        self.workers[index].hands.retain(|it, _| is_known(it));
    }

    /// One of the worker's jobs gets one step further.
    fn go_on(&mut self, index: usize) {
        let hands = &self.workers[index].hands;
        if hands.is_empty() {
            self.workers[index].dead |= self.workers[index].draining;
            return;
        }
        let nth = self.below(self.workers[index].hands.len() as u64);
        let nth = self.workers[index].hands.iter().nth(usize::try_from(nth).unwrap()).unwrap();
        let ((job, fence), hand) = (*nth.0, *nth.1);
        let next = match hand {
            Hand::Claimed if self.workers[index].draining => {
                self.seen.handed_back += u64::from(self.queue.hand_back(job, fence));
                None
            }
            Hand::Claimed => self.begin(job, fence),
            Hand::Running => Some(Hand::Over(self.end_program(job, fence))),
            Hand::Over(end) => self.report(job, fence, end),
        };
        let hands = &mut self.workers[index].hands;
        match next {
            Some(next) => hands.insert((job, fence), next),
            None => hands.remove(&(job, fence)),
        };
    }

    fn begin(&mut self, job: JobNumber, fence: i64) -> Option<Hand> {
        if self.one_in(10) {
            return Some(Hand::Over(AttemptEnd::NotStarted));
        }
        if self.one_in(40) {
            return Some(Hand::Over(AttemptEnd::Refused));
        }
        let may = self.queue.start(job, fence);
        self.log.push(format!("{job} starts by {fence}: {may}"));
        if may && self.one_in(12) {
            // The answer was lost, so that the program is not started.
            self.seen.lost_answers += 1;
            return Some(Hand::Over(AttemptEnd::NotStarted));
        }
        if !may {
            return Some(Hand::Over(AttemptEnd::Interrupted));
        }
        self.starts[job] += 1;
        self.seen.second_starts += u64::from(self.starts[job] > 1);
        Some(Hand::Running)
    }

    fn end_program(&mut self, job: JobNumber, fence: i64) -> AttemptEnd {
        match self.below(10) {
            0..=5 => {
                self.good[job].push(fence);
                AttemptEnd::Succeeded
            }
            6..=7 => AttemptEnd::Failed,
            8 => AttemptEnd::TimedOut,
            _ => AttemptEnd::Lost,
        }
    }

    fn report(&mut self, job: JobNumber, fence: i64, end: AttemptEnd) -> Option<Hand> {
        let taken = self.queue.finish(job, fence, end);
        self.log.push(format!("{job} ends by {fence} with {end:?}: {taken}"));
        self.seen.late += u64::from(!taken);
        if self.one_in(10) {
            // It hears nothing and says so again.
            self.seen.lost_answers += 1;
            return Some(Hand::Over(end));
        }
        None
    }

    /// What holds at all times.
    fn check(&self) {
        for (account, it) in self.queue.accounts.iter().enumerate() {
            let taken = self.queue.taken(|job| job.account == account);
            assert!(taken <= it.cap, "{taken} of account {account} at once");
        }
        for (key, bound) in self.queue.keys.iter().enumerate() {
            let taken = self.queue.taken(|job| job.key == Some(key));
            assert!(taken <= *bound, "{taken} with key {key} at once");
        }
        for (job, it) in self.queue.jobs.iter().enumerate() {
            assert!(it.ends <= 1, "{job} ended {} times", it.ends);
            let may_again = it.rules.idempotent || it.rules.retries.max > 0;
            assert!(may_again || self.starts[job] <= 1, "{job} was started again");
        }
    }

    /// Calm weather: whoever is there goes on, and a good worker comes along.
    pub(crate) fn settle(&mut self) {
        for worker in &mut self.workers {
            worker.paused = false;
            worker.dead |= worker.draining && worker.hands.is_empty();
        }
        self.add_worker();
        for _ in 0..4000 {
            self.queue.now += 2000;
            self.queue.tend();
            for index in 0..self.workers.len() {
                if !self.workers[index].dead {
                    self.renew(index);
                    self.claim(index);
                    self.go_on(index);
                }
            }
            self.check();
            if self.queue.jobs.iter().all(|it| it.ends == 1) {
                return;
            }
        }
    }

    pub(crate) fn check_end(&mut self) {
        for (job, it) in self.queue.jobs.iter().enumerate() {
            let Phase::Ended(end) = it.state.phase else { panic!("{job} has not ended: {it:?}") };
            assert_eq!(it.ends, 1);
            assert!(it.worker.is_none(), "{job} is still somebody's");
            assert!(!it.promised || end == End::Cancelled, "{job} was to be cancelled: {end:?}");
            let ran_well = self.good[job].contains(&it.state.fence);
            assert!(end != End::Succeeded || ran_well, "{job} did not succeed");
            assert!(end != End::Lost || self.starts[job] > 0 || it.state.fence > 0, "{job}");
            let place = End::ALL.iter().position(|it| *it == end).unwrap();
            self.seen.ends[place] += 1;
        }
        assert_eq!(self.queue.taken(|_| true), 0, "a lease is left");
    }
}

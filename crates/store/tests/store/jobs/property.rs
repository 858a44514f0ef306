//! Random histories against the real databases: several workers at once, some of which vanish.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use model::job::{AttemptEnd, Concurrency, Phase};

use super::*;
use crate::databases::on_each_database;

/// Histories on each database. They take their time, because what could not start waits a second or more.
const HISTORIES: u64 = 2;

const USERS: u128 = 3;
const CAP: u64 = 3;
const KEY_LIMIT: u32 = 2;

/// xorshift64*.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }
}

/// What the test knows of who has what: at most what is true.
#[derive(Default)]
struct Ledger {
    taken: Mutex<HashMap<String, u64>>,
    starts: Mutex<HashMap<JobId, u64>>,
}

impl Ledger {
    fn names(claimed: &Claimed) -> Vec<(String, u64)> {
        let owner = claimed.job.owner.to_string();
        let key = claimed.job.order.concurrency.as_ref();
        let key = key.map(|it| (format!("{owner} {}", it.key), u64::from(it.limit)));
        [(owner, CAP)].into_iter().chain(key).collect()
    }

    fn take(&self, claimed: &Claimed) {
        let mut taken = self.taken.lock().unwrap();
        for (name, bound) in Self::names(claimed) {
            let count = taken.entry(name.clone()).or_default();
            *count += 1;
            assert!(*count <= bound, "{count} of {name} at once");
        }
    }

    fn give_back(&self, claimed: &Claimed) {
        let mut taken = self.taken.lock().unwrap();
        for (name, _) in Self::names(claimed) {
            *taken.get_mut(&name).unwrap() -= 1;
        }
    }

    fn start(&self, claimed: &Claimed) {
        let mut starts = self.starts.lock().unwrap();
        let count = starts.entry(claimed.job.id).or_default();
        *count += 1;
        let may_again = claimed.job.order.idempotent || claimed.job.order.retries.max > 0;
        assert!(may_again || *count == 1, "{} was started again", claimed.job.id);
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

fn next() -> u128 {
    u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) << 32
}

async fn submit_some(
    store: &Store,
    random: &mut Random,
    owners: &[UserId],
    ids: &Mutex<Vec<JobId>>,
) {
    let owner = owners[usize::try_from(random.below(owners.len() as u64)).unwrap()];
    let key = || Concurrency { key: "k".to_owned(), limit: KEY_LIMIT };
    let after = match ids.lock().unwrap().last() {
        Some(last) if random.one_in(6) => vec![*last],
        _ => Vec::new(),
    };
    let order = Order {
        concurrency: random.one_in(3).then(key),
        idempotent: random.one_in(4),
        priority: i32::try_from(random.below(3)).unwrap(),
        after,
        ..retried(u32::try_from(random.below(2)).unwrap())
    };
    let id = JobId::from_random(next());
    // A predecessor may be another's, or have failed: then there is no job.
    if store.submit_job(NewJob { id, ..new_job(0, owner, order) }).await.is_ok() {
        ids.lock().unwrap().push(id);
    }
}

/// Works until the queue stays empty; some workers vanish on the way with all that they have.
async fn work(store: &Store, seed: u64, ledger: &Ledger, ids: &Mutex<Vec<JobId>>) {
    let mut random = Random::new(seed);
    let mut id = worker(store, next(), LEASE).await;
    let mut idle = 0;
    while idle < 3 {
        let claimed = claim(store, id, 1 + u32::try_from(random.below(3)).unwrap()).await;
        idle = if claimed.is_empty() { idle + 1 } else { 0 };
        claimed.iter().for_each(|it| ledger.take(it));
        let vanishes = !claimed.is_empty() && random.one_in(6);
        for claimed in &claimed {
            let started = random.below(8) > 0 && start(store, claimed).await;
            if started {
                ledger.start(claimed);
            }
            ledger.give_back(claimed);
            if vanishes {
                continue;
            }
            let ends = [AttemptEnd::Succeeded, AttemptEnd::Succeeded, AttemptEnd::Failed];
            let end = match started {
                true => ends[usize::try_from(random.below(3)).unwrap()],
                false => AttemptEnd::NotStarted,
            };
            assert!(finish(store, claimed, end).await.is_some());
            assert!(finish(store, claimed, end).await.is_none(), "ended twice");
        }
        if vanishes {
            // Renewed for no time at all, so that it is silent for too long.
            store.renew_worker(id, &BTreeSet::new(), 0, Duration::ZERO).await.unwrap();
            id = worker(store, next(), LEASE).await;
        }
        if random.one_in(5) {
            let victim = ids.lock().unwrap().last().copied();
            if let Some(victim) = victim {
                store.cancel_job(victim).await.unwrap();
            }
        }
        store.tend_jobs(0).await.unwrap();
    }
}

async fn history(store: &Store, seed: u64, owners: &[UserId]) {
    let mut random = Random::new(seed);
    let (ledger, ids) = (Ledger::default(), Mutex::new(Vec::new()));
    for _ in 0..25 {
        submit_some(store, &mut random, owners, &ids).await;
    }
    let more = async {
        for _ in 0..15 {
            submit_some(store, &mut random, owners, &ids).await;
        }
    };
    let working = |n| work(store, seed * 10 + n, &ledger, &ids);
    tokio::join!(more, working(1), working(2), working(3));
    // Whatever waits for a second try or a lease to end comes to an end too.
    let finisher = worker(store, next(), LEASE).await;
    while store.job_usage_of_all(owners).await > 0 {
        store.tend_jobs(0).await.unwrap();
        for claimed in claim(store, finisher, 8).await {
            if start(store, &claimed).await {
                ledger.start(&claimed);
                finish(store, &claimed, AttemptEnd::Succeeded).await;
            } else {
                finish(store, &claimed, AttemptEnd::Interrupted).await;
            }
        }
    }
    let ids = std::mem::take(&mut *ids.lock().unwrap());
    assert!(ids.len() > 20);
    for id in ids {
        let job = store.job(id).await.unwrap().unwrap();
        assert!(matches!(job.state.phase, Phase::Ended(_)), "{job:?}");
        let bodies = store.job_events(id, 1, 1000).await.unwrap();
        let bodies: Vec<_> = bodies.into_iter().map(|it| it.body).collect();
        assert_one_end(&bodies, "");
    }
    let left = store.queue_statistics().await.unwrap();
    assert_eq!((left.ready, left.leased, left.running, left.held, left.scheduled), (0, 0, 0, 0, 0));
}

trait Usage {
    async fn job_usage_of_all(&self, owners: &[UserId]) -> u64;
}

impl Usage for Store {
    async fn job_usage_of_all(&self, owners: &[UserId]) -> u64 {
        let mut sum = 0;
        for owner in owners {
            let usage = self.job_usage(Subject::User(*owner)).await.unwrap();
            sum += usage.queued + usage.running;
        }
        sum
    }
}

#[tokio::test]
async fn every_job_of_a_random_history_ends_once_within_its_bounds() {
    on_each_database(async |store| {
        let capped = JobLimits { running: Some(CAP), ..UNBOUNDED };
        store.set_job_limits(Subject::Default, capped).await.unwrap();
        let mut owners = Vec::new();
        for n in 1..=USERS {
            owners.push(with_owner(&store, n).await);
        }
        for seed in 1..=HISTORIES {
            history(&store, seed, &owners).await;
        }
        // Bounds are free again: as many as may be taken are taken.
        for n in 0..10 {
            submit(&store, 1 + n, owners[0], order()).await;
        }
        let last = worker(&store, next(), LEASE).await;
        assert_eq!(claim(&store, last, 20).await.len() as u64, CAP);
    })
    .await;
}

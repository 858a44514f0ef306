//! Measures jobs from their submission to their recorded end: Python programs that do nothing, each in a
//! sandbox of its own, and how soon a job starts while nothing else waits.
//!
//! `cargo run --release --workspace --example jobs [URL] [JOBS] [SLOTS]`; without a URL, a SQLite file in a
//! temporary directory.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use engine::{Clock, Config, Engine, Offers, Submission, WorkerConfig};
use futures_util::StreamExt;
use model::{
    id::JobId,
    job::{End, JobLimits, Order, Payload, Phase},
    principal::Principal,
};
use sandbox::{Namespaces, Readiness};
use store::{Store, Subject};

/// Between two jobs that are alone.
const PAUSE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = std::env::args().skip(1);
    let file = format!("sqlite://{}/hub.db", dir.path().display());
    let url = args.next().filter(|it| !it.is_empty()).unwrap_or(file);
    let jobs: usize = args.next().map_or(400, |it| it.parse().unwrap());
    let slots: u32 = args.next().map_or(4, |it| it.parse().unwrap());

    let store = Store::open(&url).await.unwrap();
    let most = Some(u64::MAX >> 1);
    let unbounded =
        JobLimits { per_minute: most, queued: most, running: most, ..JobLimits::default() };
    store.set_job_limits(Subject::Default, unbounded).await.unwrap();
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let offers = Offers::one(backend, Arc::new(sandbox::runtime::discover("/usr/bin")));
    let config = Config {
        snapshots: dir.path().to_owned(),
        max_sandboxes: 64,
        keep_ready: 4,
        ..Config::default()
    };
    let engine = Engine::start(store, offers, config, Clock::system()).await.unwrap();
    let user = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
    let bench = Bench { engine, principal: Principal::signed_in(user) };

    let worker = bench.engine.work(WorkerConfig::new(slots, "bench")).await.unwrap();
    bench.idle().await;
    let cpu = cpu_seconds();
    let begun = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..jobs {
        ids.push(bench.submit().await);
    }
    println!("submitted: {:.0} jobs/s", jobs as f64 / begun.elapsed().as_secs_f64());
    bench.drained().await;
    let taken = begun.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    for id in ids {
        bench.end_of(id).await;
    }
    println!("{slots} slots: {:.1} jobs/s", jobs as f64 / taken);
    println!(
        "of this, hub and worker {:.2} ms of processor time a job",
        cpu * 1000.0 / jobs as f64
    );
    worker.drain().await;
    bench.engine.shutdown().await;
}

struct Bench {
    engine: Engine,
    principal: Principal,
}

impl Bench {
    async fn submit(&self) -> JobId {
        let payload = Payload::Code { code: "pass\n".to_owned(), args: Vec::new() };
        let order = Order::new(Some("python"), payload);
        let submitted = self.engine.submit_job(self.principal, order, Submission::default()).await;
        submitted.unwrap().job().id
    }

    /// Until every end is recorded. A look now and then, which costs next to nothing.
    async fn drained(&self) {
        loop {
            let queue = self.engine.store().queue_statistics().await.unwrap();
            if queue.ready + queue.leased + queue.running == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn end_of(&self, id: JobId) -> model::job::Job {
        self.engine.follow_job(id, 1).for_each(|_| std::future::ready(())).await;
        let job = self.engine.store().job(id).await.unwrap().unwrap();
        assert_eq!(job.state.phase, Phase::Ended(End::Succeeded), "{job:?}");
        job
    }

    /// How long a job waits for its worker, and for its start, when it is alone.
    async fn idle(&self) {
        let (mut claims, mut starts) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            let id = self.submit().await;
            let job = self.end_of(id).await;
            claims.push(job.claimed_at.unwrap().since(job.created_at));
            starts.push(job.started_at.unwrap().since(job.created_at));
            // A queue that is idle has pauses; without them it is one that is busy with one user.
            tokio::time::sleep(PAUSE).await;
        }
        for (name, mut times) in [("claim", claims), ("start", starts)] {
            times.sort();
            let at = |part: usize| times[(times.len() - 1) * part / 100];
            println!("idle, submit to {name}: p50 {:?}, p95 {:?}", at(50), at(95));
        }
    }
}

/// Processor time of this process, without that of the launcher and of programs.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // The kernel counts a hundred a second towards programs on every architecture that we serve.
    Duration::from_millis(ticks * 10).as_secs_f64()
}

//! A worker: takes what fits, keeps it by renewing one lease, and gives back what it cannot finish.
//!
//! ```text
//!  register ─▶ ┌ claim ─▶ jobs ─▶ recorder ┐ ── drained ─▶ retire
//!              │ renew: cancel, drop       │
//!              └ tend: due, silent workers ┘ ── lease lost ─▶ kill all, register anew
//! ```

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use model::{
    id::{UserId, WorkerId},
    job::Held,
};
use sandbox::runtime::Runtimes;
use store::{Claimed, Class, Finished, Fit, NewWorker, Renewal, Store, StoreError, Wake};
use tokio::{sync::Notify, task::JoinHandle, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, Span};

use super::{
    files::JobFiles,
    recorder::Recorder,
    run::Attempt,
    sink::{JobSink, Started},
    tend::tend,
};
use crate::{Engine, random_id, trace};

/// A lost ring costs no more than this.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// Before something is asked of a database again that does not answer.
const AGAIN: Duration = Duration::from_millis(500);

/// What an operator decides about a worker.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Jobs at once.
    pub slots: u32,
    /// The machine's name.
    pub host: String,
    /// The program's version.
    pub version: String,
    /// How long it may be silent before its jobs are given up. Others may be sooner to see a loss with a
    /// shorter one, and later to forgive a slow database.
    pub lease: Duration,
    /// How long programs may go on when it drains.
    pub drain: Duration,
    /// How long jobs that have ended are kept.
    pub keep: Duration,
    pub files: Option<Arc<dyn JobFiles>>,
}

impl WorkerConfig {
    /// What the study of other queues came to: a lease of 30 s, renewed every 10.
    #[must_use]
    pub fn new(slots: u32, host: &str) -> Self {
        Self {
            slots,
            host: host.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            lease: Duration::from_secs(30),
            drain: Duration::from_secs(60),
            keep: Duration::from_secs(30 * 24 * 60 * 60),
            files: None,
        }
    }
}

/// A worker that runs. Dropping it lets it go on until the engine shuts down.
#[derive(Debug)]
pub struct JobWorker {
    drain: CancellationToken,
    task: JoinHandle<()>,
}

impl JobWorker {
    pub(super) async fn start(engine: Engine, config: WorkerConfig) -> Result<Self, StoreError> {
        let drain = engine.0.shutdown.child_token();
        let first = Shift::begin(&engine, &config, &drain).await?;
        let tasks = engine.0.tasks.clone();
        let task = tasks.spawn(live(engine, config, drain.clone(), first));
        Ok(Self { drain, task })
    }

    /// Takes nothing new, hands back what has not started, lets programs end for as long as the
    /// configuration says, and waits until all of that is over.
    pub async fn drain(self) {
        self.drain.cancel();
        // Only a panic, which has been reported, ends it otherwise.
        drop(self.task.await);
    }
}

/// Works in shifts: one for each time that it is known to the database.
async fn live(engine: Engine, config: WorkerConfig, drain: CancellationToken, first: Arc<Shift>) {
    let mut shift = first;
    loop {
        Arc::clone(&shift).work().await;
        if drain.is_cancelled() {
            return;
        }
        tracing::warn!(worker = %shift.id, "the worker was given up; it starts anew");
        shift = loop {
            match Shift::begin(&engine, &config, &drain).await {
                Ok(shift) => break shift,
                Err(error) => tracing::warn!(%error, "the worker cannot start anew"),
            }
            tokio::select! {
                () = drain.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        };
    }
}

/// A worker from its registration to its end.
#[derive(Debug)]
struct Shift {
    id: WorkerId,
    engine: Engine,
    config: WorkerConfig,
    runtimes: Vec<String>,
    recorder: Recorder,
    /// By claim: a job that ended here may be taken anew before its end is noticed.
    jobs: Mutex<HashMap<Held, Mine>>,
    /// Jobs whose program has not ended.
    running: AtomicU32,
    /// A program has ended or its end is recorded, so that there is room.
    freed: Notify,
    drain: CancellationToken,
    /// Its jobs are somebody else's.
    lost: CancellationToken,
    tasks: TaskTracker,
}

/// A job that this worker has.
#[derive(Clone, Debug)]
struct Mine {
    owner: UserId,
    stop: CancellationToken,
    /// Whether its program is announced, so that it may run.
    started: Arc<AtomicBool>,
}

impl Shift {
    async fn begin(
        engine: &Engine,
        config: &WorkerConfig,
        drain: &CancellationToken,
    ) -> Result<Arc<Self>, StoreError> {
        let store = engine.0.store.clone();
        let runtimes = present(engine).await;
        let id = WorkerId::from_random(random_id());
        let new = NewWorker {
            id,
            host: config.host.clone(),
            version: config.version.clone(),
            backends: engine.0.stock.statistics().into_iter().map(|(name, _)| name).collect(),
            runtimes: runtimes.clone(),
            slots: config.slots,
        };
        store.register_worker(&new, config.lease).await?;
        let (recorder, writers) = Recorder::new(&store);
        // They end when nobody is left who could say something.
        for writer in writers {
            engine.0.tasks.spawn(writer.run());
        }
        Ok(Arc::new(Self {
            id,
            engine: engine.clone(),
            config: config.clone(),
            runtimes,
            recorder,
            jobs: Mutex::default(),
            running: AtomicU32::new(0),
            freed: Notify::new(),
            drain: drain.clone(),
            lost: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    fn store(&self) -> &Store {
        &self.engine.0.store
    }

    /// Works until it drains or is given up, and until nothing of it runs any more.
    async fn work(self: Arc<Self>) {
        let mut renewing = std::pin::pin!(Arc::clone(&self).renew());
        let is_lost = {
            // It ends between two claims when it drains: one that is cut off is answered to nobody.
            let claiming = Arc::clone(&self).claim();
            tokio::select! {
                () = claiming => false,
                () = &mut renewing => true,
                never = tend(self.store(), self.config.keep) => never,
            }
        };
        let mut ending = std::pin::pin!(self.end());
        if is_lost {
            return ending.await;
        }
        tokio::select! {
            () = &mut ending => {}
            // Renewed until everything is over, unless the lease is lost on the way.
            () = &mut renewing => ending.await,
        }
    }

    /// Waits for what runs, with patience if it is ours to finish.
    async fn end(&self) {
        self.tasks.close();
        if !self.lost.is_cancelled() {
            self.say_draining().await;
            self.hand_back_unstarted();
            let patience = match self.engine.0.shutdown.is_cancelled() {
                true => Duration::ZERO,
                false => self.config.drain,
            };
            drop(tokio::time::timeout(patience, self.tasks.wait()).await);
        }
        self.stop_all();
        self.tasks.wait().await;
        if !self.lost.is_cancelled()
            && let Err(error) = self.store().retire_worker(self.id).await
        {
            tracing::warn!(worker = %self.id, %error, "the worker's end was not stored");
        }
    }

    async fn say_draining(&self) {
        if let Err(error) = self.store().drain_worker(self.id).await {
            tracing::warn!(worker = %self.id, %error, "the worker's end was not announced");
        }
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, HashMap<Held, Mine>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many more jobs it can run. One whose program has ended makes room before that is recorded, unless
    /// recording falls behind.
    fn free(&self) -> u32 {
        let known = u32::try_from(self.jobs().len()).unwrap_or(u32::MAX);
        let running = self.running.load(Ordering::Acquire);
        let slots = self.config.slots;
        slots.saturating_sub(running).min(slots.saturating_mul(2).saturating_sub(known))
    }

    fn stop_all(&self) {
        for mine in self.jobs().values() {
            mine.stop.cancel();
        }
    }

    /// Jobs that wait for a sandbox stop waiting; those that run go on.
    fn hand_back_unstarted(&self) {
        for mine in self.jobs().values().filter(|it| !it.started.load(Ordering::Acquire)) {
            mine.stop.cancel();
        }
    }

    /// Takes jobs whenever there is room and something rings.
    async fn claim(self: Arc<Self>) {
        let mut rings = self.store().bell().listen();
        loop {
            // What rang before this claim needs no other.
            rings.skip();
            let free = self.free();
            let fit = Fit { runtimes: self.runtimes.clone(), slots: free };
            let begun = trace::now();
            match self.store().claim_jobs(self.id, &fit).await {
                Ok(claimed) => {
                    let more = !claimed.is_empty();
                    for claimed in claimed {
                        trace::claimed(&claimed.job, begun);
                        Arc::clone(&self).take(claimed);
                    }
                    if more && !self.drain.is_cancelled() {
                        continue;
                    }
                }
                Err(error) => tracing::debug!(%error, "no jobs could be taken"),
            }
            let work =
                async { while !matches!(rings.next().await, Wake::Work | Wake::Everything) {} };
            tokio::select! {
                () = self.drain.cancelled() => return,
                () = self.freed.notified() => {}
                () = work, if self.free() > 0 => {}
                () = tokio::time::sleep(jittered(LOOK)) => {}
            }
        }
    }

    fn take(self: Arc<Self>, claimed: Claimed) {
        let held = Held { job: claimed.job.id, fence: claimed.job.state.fence, worker: self.id };
        let stop = self.engine.0.shutdown.child_token();
        let started = Arc::new(AtomicBool::new(false));
        let mine = Mine { owner: claimed.job.owner, stop, started };
        match self.jobs().entry(held) {
            // The database crashed and forgot that claim, so that this one is the same: one run of it is
            // enough.
            Entry::Occupied(_) => return,
            Entry::Vacant(it) => drop(it.insert(mine.clone())),
        }
        self.running.fetch_add(1, Ordering::AcqRel);
        let tasks = self.tasks.clone();
        let span = trace::attempt(&claimed.job);
        let run = async move {
            let finished = self.run(claimed, held, mine).await;
            self.running.fetch_sub(1, Ordering::AcqRel);
            self.freed.notify_one();
            self.finish(finished).instrument(tracing::info_span!("settle")).await;
            self.jobs().remove(&held);
            self.freed.notify_one();
        };
        tasks.spawn(run.instrument(span));
    }

    /// Runs a job to its end, which is not recorded yet.
    async fn run(&self, Claimed { job, last_seq }: Claimed, held: Held, mine: Mine) -> Finished {
        let job = Arc::new(job);
        let mut sink = JobSink {
            job: Arc::clone(&job),
            held,
            recorder: self.recorder.clone(),
            clock: self.engine.0.clock.clone(),
            files: self.config.files.clone(),
            last_seq,
            last: Vec::new(),
            started: Started::No,
            announced: Arc::clone(&mine.started),
            not_kept: None,
        };
        let attempt = Attempt { engine: &self.engine, job: &job, stop: &mine.stop };
        let report = attempt.run(&mut sink).await;
        trace::reported(&Span::current(), &report);
        Finished { held, owner: mine.owner, report, events: sink.last }
    }

    /// Records an end, as long as it takes: until it is recorded, the job is somebody else's, or we end.
    async fn finish(&self, mut finished: Finished) {
        loop {
            match self.recorder.finish(finished.clone()).await {
                Ok(Some(_)) => return,
                Ok(None) => {
                    tracing::info!(job = %finished.held.job, "the end of a job came too late");
                    return;
                }
                // Without the output there may be room for the end.
                Err(error) if error.class() != Class::Unavailable && finished.says_more() => {
                    finished = finished.without_events(&error);
                    continue;
                }
                Err(error) if error.class() != Class::Unavailable => {
                    // The next renewal tells that it is unknown here, and it ends as lost.
                    tracing::error!(job = %finished.held.job, %error, "an end was not stored");
                    return;
                }
                Err(error) => tracing::debug!(%error, "an end could not be stored yet"),
            }
            tokio::select! {
                () = self.lost.cancelled() => return,
                () = self.engine.0.shutdown.cancelled() => return,
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    /// Keeps the lease until it is lost, and hears which jobs are to stop.
    async fn renew(self: Arc<Self>) {
        let mut rings = self.store().bell().listen();
        let mut renewed_at = Instant::now();
        loop {
            let cancel =
                async { while !matches!(rings.next().await, Wake::Cancel | Wake::Everything) {} };
            tokio::select! {
                () = tokio::time::sleep(self.config.lease / 3) => {}
                () = cancel => {
                    self.stop_cancelled().await;
                    // Rings must not keep the lease from being renewed.
                    if renewed_at.elapsed() < self.config.lease / 3 {
                        continue;
                    }
                }
            }
            let held: BTreeSet<_> = self.jobs().keys().copied().collect();
            let asked_at = Instant::now();
            let renewal =
                self.store().renew_worker(self.id, &held, self.free(), self.config.lease).await;
            match renewal {
                Ok(Renewal::Renewed { cancelled, lost, unknown }) => {
                    renewed_at = asked_at;
                    self.stop(|it| cancelled.contains(&it.job) || lost.contains(it));
                    self.hand_back(&unknown).await;
                }
                Ok(Renewal::Lost) => return self.lose(),
                // Whoever else reaches the database may have given them to others by now.
                Err(error) if renewed_at.elapsed() > self.config.lease => {
                    tracing::warn!(worker = %self.id, %error, "the lease could not be renewed");
                    self.stop_all();
                }
                Err(error) => tracing::debug!(%error, "the lease was not renewed"),
            }
        }
    }

    fn lose(&self) {
        self.lost.cancel();
        self.stop_all();
    }

    fn stop(&self, which: impl Fn(&Held) -> bool) {
        for (_, mine) in self.jobs().iter().filter(|(held, _)| which(held)) {
            mine.stop.cancel();
        }
    }

    async fn stop_cancelled(&self) {
        if self.jobs().is_empty() {
            return;
        }
        match self.store().cancelled_jobs(self.id).await {
            Ok(cancelled) => self.stop(|it| cancelled.contains(&it.job)),
            Err(error) => tracing::debug!(%error, "cancelled jobs were not asked for"),
        }
    }

    /// Gives back jobs whose claim was answered to nobody, and those whose end could not be stored.
    async fn hand_back(&self, unknown: &BTreeSet<Held>) {
        let mut back = Vec::new();
        for held in unknown.iter().filter(|it| !self.jobs().contains_key(it)) {
            if let Ok(Some(job)) = self.store().job(held.job).await {
                back.push((*held, job.owner));
            }
        }
        if let Err(error) = self.store().hand_back_jobs(&back).await {
            tracing::debug!(%error, "jobs were not handed back");
        }
    }
}

/// The languages that jobs find here.
async fn present(engine: &Engine) -> Vec<String> {
    let runtimes: Arc<Runtimes> = Arc::clone(engine.0.stock.default_runtimes());
    let find = move || {
        let all = document::Runtime::ALL.into_iter();
        let present = all.filter(|it| crate::program::installed(*it, &runtimes).is_ok());
        present.map(|it| it.name().to_owned()).collect()
    };
    tokio::task::spawn_blocking(find).await.unwrap_or_default()
}

/// Between three quarters of a time and all of it, so that many do not look at once.
pub(super) fn jittered(time: Duration) -> Duration {
    time.mul_f64(0.75 + 0.25 * f64::from(draw()) / f64::from(u32::MAX))
}

/// A random number.
pub(super) fn draw() -> u32 {
    u32::try_from(random_id() & u128::from(u32::MAX)).unwrap_or(0)
}

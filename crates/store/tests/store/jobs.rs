//! The queue, on SQLite and on PostgreSQL.

mod bounds;
mod claims;
mod endings;
mod listing;
mod property;
mod schedules;

use std::{collections::BTreeSet, time::Duration};

use model::{
    event::{Summary, Usage},
    execution::Outcome,
    id::{JobId, UserId, WorkerId},
    job::{AttemptEnd, Held, Job, JobLimits, Order, Payload, Phase, Report, Retries},
};
use store::{Claimed, Finished, Fit, NewJob, NewWorker, Settled, Store, Subject, Submitted};

use crate::samples::new_user;

const LEASE: Duration = Duration::from_secs(30);

/// Without a bound that a test does not set itself.
const UNBOUNDED: JobLimits = JobLimits {
    per_minute: Some(u64::MAX >> 1),
    queued: Some(u64::MAX >> 1),
    running: Some(u64::MAX >> 1),
    cpu_seconds_per_day: None,
    artifact_bytes: None,
};

fn job_id(n: u128) -> JobId {
    JobId::from_random(n)
}

fn order() -> Order {
    Order::new(Some("python"), Payload::Code { code: "print(1)".to_owned(), args: Vec::new() })
}

fn retried(max: u32) -> Order {
    Order { retries: Retries { max, backoff_ms: 0 }, ..order() }
}

fn new_job(n: u128, owner: UserId, order: Order) -> NewJob {
    NewJob {
        id: job_id(n),
        owner,
        token: None,
        schedule: None,
        retry_of: None,
        order,
        idempotency: None,
    }
}

/// Stores user `n`.
async fn with_owner(store: &Store, n: u128) -> UserId {
    store.create_user(new_user(n)).await.unwrap().id
}

/// Stores user 1 and lets everybody do as they please.
async fn open(store: &Store) -> UserId {
    store.set_job_limits(Subject::Default, UNBOUNDED).await.unwrap();
    with_owner(store, 1).await
}

async fn submit(store: &Store, n: u128, owner: UserId, order: Order) -> Job {
    match store.submit_job(new_job(n, owner, order)).await.unwrap() {
        Submitted::New(job) => job,
        Submitted::Known(job) => panic!("{} was there", job.id),
    }
}

async fn worker(store: &Store, n: u128, lease: Duration) -> WorkerId {
    let id = WorkerId::from_random(n);
    let new = NewWorker {
        id,
        host: "host".to_owned(),
        version: "1".to_owned(),
        backends: vec!["namespaces".to_owned()],
        runtimes: vec!["python".to_owned(), "bash".to_owned()],
        slots: 8,
    };
    store.register_worker(&new, lease).await.unwrap();
    id
}

fn fit(slots: u32) -> Fit {
    Fit { runtimes: vec!["python".to_owned(), "bash".to_owned()], slots }
}

async fn claim(store: &Store, worker: WorkerId, slots: u32) -> Vec<Claimed> {
    store.claim_jobs(worker, &fit(slots)).await.unwrap()
}

/// Claims exactly one job.
async fn claim_one(store: &Store, worker: WorkerId) -> Claimed {
    let mut claimed = claim(store, worker, 1).await;
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

fn held(claimed: &Claimed) -> Held {
    let worker = claimed.job.worker.unwrap();
    Held { job: claimed.job.id, fence: claimed.job.state.fence, worker }
}

async fn start(store: &Store, claimed: &Claimed) -> bool {
    let started: BTreeSet<_> = store.start_jobs(&[held(claimed)]).await.unwrap();
    started.contains(&claimed.job.id)
}

fn report(end: AttemptEnd) -> Report {
    let code = i32::from(end != AttemptEnd::Succeeded);
    let usage = Usage { cpu_ms: 10, duration_ms: 20, ..Usage::default() };
    let summary = Summary::new(&Outcome::Exited { code }, usage);
    let ran = !matches!(end, AttemptEnd::NotStarted | AttemptEnd::Refused | AttemptEnd::Lost);
    Report { end, reason: None, summary: ran.then_some(summary) }
}

async fn finish(store: &Store, claimed: &Claimed, end: AttemptEnd) -> Option<Phase> {
    let (held, owner, report) = (held(claimed), claimed.job.owner, report(end));
    let finished = Finished { held, owner, report, events: Vec::new() };
    let settled: Vec<Settled> = store.finish_jobs(&[finished], u32::MAX).await.unwrap();
    settled.first().map(|it| it.phase)
}

/// Starts and ends a job.
async fn complete(store: &Store, claimed: &Claimed, end: AttemptEnd) -> Option<Phase> {
    assert!(start(store, claimed).await);
    finish(store, claimed, end).await
}

async fn phase(store: &Store, n: u128) -> Phase {
    store.job(job_id(n)).await.unwrap().unwrap().state.phase
}

async fn events(store: &Store, n: u128) -> Vec<String> {
    let events = store.job_events(job_id(n), 1, 1000).await.unwrap();
    for (event, seq) in events.iter().zip(1..) {
        assert_eq!(event.seq, seq);
    }
    events.into_iter().map(|it| it.body).collect()
}

/// That a job has said exactly one last word.
#[track_caller]
fn assert_one_end(events: &[String], expected: &str) {
    let ends =
        |it: &&String| it.contains(r#""event":"result""#) || it.contains(r#""event":"error""#);
    let ends: Vec<_> = events.iter().filter(ends).collect();
    assert_eq!(ends.len(), 1, "{events:?}");
    assert!(events.last() == Some(ends[0]) && ends[0].contains(expected), "{events:?}");
}

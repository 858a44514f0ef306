//! Measures the queue alone: jobs that are claimed, started and ended in batches, beside a bare loop of
//! `SKIP LOCKED` over one table in the same database, and what 100,000 waiting jobs cost.
//!
//! `cargo run --release --workspace --example queue [URL]`; without a URL, a SQLite file in a temporary directory.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use model::{
    event::{Summary, Usage},
    execution::Outcome,
    id::{JobId, UserId, WorkerId},
    job::{AttemptEnd, Held, JobLimits, Order, Payload, Report},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Database, DatabaseBackend, DatabaseConnection};
use store::{Claimed, Finished, Fit, JobFilter, NewJob, NewUser, NewWorker, Store, Subject};

const WORKERS: u128 = 4;
const BATCH: u32 = 20;
const USERS: u128 = 200;
/// For each of the two loops.
const TIME: Duration = Duration::from_secs(6);
/// Until then everybody has jobs that wait.
const STARTS: usize = 45_000;

#[tokio::main]
async fn main() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = format!("sqlite://{}/hub.db", dir.path().display());
    let url = std::env::args().nth(1).filter(|it| !it.is_empty()).unwrap_or(file);
    let jobs = std::env::args().nth(2).map_or(100_000, |it| it.parse().unwrap());

    let bare = bare(&url, &dir).await;
    println!("bare loop: {bare:.0} jobs/s");
    let store = Store::open(&url).await.unwrap();
    let users = users(&store).await;
    let begun = Instant::now();
    submit(&store, &users, 1000).await;
    println!("submit: {:.0} jobs/s", 1000.0 / begun.elapsed().as_secs_f64());
    let few = cost(&store, &users, 1).await;
    println!("1,000 waiting: claim of {BATCH} {:.2} ms, list {:.2} ms", few.0, few.1);
    fill(&url, jobs).await;
    let many = cost(&store, &users, 2).await;
    println!("{jobs} waiting: claim of {BATCH} {:.2} ms, list {:.2} ms", many.0, many.1);
    println!("{:.2} and {:.2} times as long", many.0 / few.0, many.1 / few.1);
    let (rate, starts) = queue(&store).await;
    println!("queue: {rate:.0} jobs/s = {:.2} of the bare loop", rate / bare);
    let all: u64 = starts.values().sum();
    let whale = starts.get(&users[0]).copied().unwrap_or(0);
    println!(
        "the owner of half of them got {whale} of {all} starts, 1/{:.0}",
        all as f64 / whale as f64
    );
    store.close().await.unwrap();
}

async fn users(store: &Store) -> Vec<UserId> {
    let most = Some(u64::MAX >> 1);
    let unbounded =
        JobLimits { per_minute: most, queued: most, running: most, ..JobLimits::default() };
    store.set_job_limits(Subject::Default, unbounded).await.unwrap();
    let mut users = Vec::new();
    for n in 0..USERS {
        let new = NewUser {
            id: UserId::from_random(n),
            email: format!("{n}@example.org"),
            username: format!("u{n}"),
            password_hash: String::new(),
            created_at: Timestamp::from_millis(0),
            administrator: false,
        };
        users.push(store.create_user(new).await.unwrap().id);
    }
    users
}

/// Half of the jobs are the first user's.
async fn submit(store: &Store, users: &[UserId], count: u128) {
    let submitting = (0..WORKERS).map(|lane| async move {
        for n in (lane..count).step_by(usize::try_from(WORKERS).unwrap()) {
            let owner = match n % 2 {
                0 => users[0],
                _ => users[usize::try_from(1 + (n / 2) % (USERS - 1)).unwrap()],
            };
            let payload = Payload::Code { code: "pass".to_owned(), args: Vec::new() };
            let new = NewJob {
                id: JobId::from_random(n),
                owner,
                token: None,
                schedule: None,
                retry_of: None,
                order: Order::new(Some("python"), payload),
                idempotency: None,
            };
            store.submit_job(new).await.unwrap();
        }
    });
    futures(submitting).await;
}

/// Copies one job until there are so many, half of them the first user's, as if they had been submitted.
async fn fill(url: &str, jobs: u64) {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.sqlx_logging(false);
    let db = Database::connect(options).await.unwrap();
    let is_postgres = db.get_database_backend() == DatabaseBackend::Postgres;
    let (id, hex) = match is_postgres {
        true => ("md5(CAST(n AS TEXT) || CAST(random() AS TEXT))", "lpad(to_hex(k), 32, '0')"),
        false => ("lower(hex(randomblob(16)))", "printf('%032x', k)"),
    };
    let sql = format!(
        "WITH RECURSIVE s(n) AS (SELECT 1001 UNION ALL SELECT n + 1 FROM s WHERE n < {jobs}), \
         t AS (SELECT n, CASE WHEN n % 2 = 0 THEN 0 ELSE 1 + (n / 2) % {others} END AS k FROM s) \
         INSERT INTO job (id, account, needs, spec, rules, state, rank, run_at, blockers, gates, \
          fence, failures, aborts, cancelling, created_at, webhook) \
         SELECT 'job_' || {id}, 'user_' || {hex}, needs, spec, rules, state, rank + n, run_at + n, \
          blockers, gates, fence, failures, aborts, cancelling, created_at + n, webhook \
         FROM t CROSS JOIN (SELECT * FROM job LIMIT 1) j; \
         UPDATE job_account SET ready = \
          (SELECT COUNT(*) FROM job WHERE job.account = job_account.account); \
         UPDATE job_lane SET ready = \
          (SELECT COUNT(*) FROM job WHERE job.account = job_lane.account); \
         UPDATE job_usage SET queued = \
          (SELECT COUNT(*) FROM job WHERE job.account = job_usage.subject); \
         {swept}",
        others = USERS - 1,
        // What PostgreSQL does by itself when its time comes.
        swept = if is_postgres { "ANALYZE job" } else { "" },
    );
    db.execute_unprepared(&sql).await.unwrap();
    db.close().await.unwrap();
}

/// All at once.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        all.retain_mut(|it| match it.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

async fn worker(store: &Store, n: u128) -> WorkerId {
    let id = WorkerId::from_random(n);
    let new = NewWorker {
        id,
        host: String::new(),
        version: String::new(),
        backends: Vec::new(),
        runtimes: Vec::new(),
        slots: BATCH,
    };
    store.register_worker(&new, Duration::from_secs(600)).await.unwrap();
    id
}

fn fit() -> Fit {
    Fit { runtimes: vec!["python".to_owned()], slots: BATCH }
}

fn held(claimed: &Claimed) -> Held {
    let worker = claimed.job.worker.unwrap();
    Held { job: claimed.job.id, fence: claimed.job.state.fence, worker }
}

/// Milliseconds of the median claim and of the median first page, both with everything put back.
async fn cost(store: &Store, users: &[UserId], n: u128) -> (f64, f64) {
    let id = worker(store, n).await;
    let (mut claims, mut lists) = (Vec::new(), Vec::new());
    for _ in 0..30 {
        let begun = Instant::now();
        let claimed = store.claim_jobs(id, &fit()).await.unwrap();
        claims.push(begun.elapsed());
        let back: Vec<_> = claimed.iter().map(|it| (held(it), it.job.owner)).collect();
        store.hand_back_jobs(&back).await.unwrap();
        let filter = JobFilter { owner: Some(users[0]), ..JobFilter::default() };
        let begun = Instant::now();
        store.jobs(&filter, None, 50).await.unwrap();
        lists.push(begun.elapsed());
    }
    (median(claims), median(lists))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

async fn queue(store: &Store) -> (f64, BTreeMap<UserId, u64>) {
    let begun = Instant::now();
    let working = (0..WORKERS).map(|n| async move {
        let id = worker(store, 1_000_000 + n).await;
        let mut done = Vec::new();
        while begun.elapsed() < TIME && done.len() < STARTS / usize::try_from(WORKERS).unwrap() {
            let claimed = store.claim_jobs(id, &fit()).await.unwrap();
            if claimed.is_empty() {
                break;
            }
            let held: Vec<_> = claimed.iter().map(held).collect();
            assert_eq!(store.start_jobs(&held).await.unwrap().len(), claimed.len());
            let summary = Summary::new(&Outcome::Exited { code: 0 }, Usage::default());
            let report =
                Report { end: AttemptEnd::Succeeded, reason: None, summary: Some(summary) };
            let finished: Vec<_> = claimed
                .iter()
                .zip(held)
                .map(|(it, held)| {
                    let (owner, report) = (it.job.owner, report.clone());
                    Finished { held, owner, report, events: Vec::new() }
                })
                .collect();
            assert_eq!(store.finish_jobs(&finished, 0).await.unwrap().len(), claimed.len());
            done.extend(claimed.iter().map(|it| it.job.owner));
        }
        done
    });
    let done: Vec<UserId> = futures(working).await.concat();
    let rate = done.len() as f64 / begun.elapsed().as_secs_f64();
    let mut starts = BTreeMap::new();
    for owner in done {
        *starts.entry(owner).or_insert(0) += 1;
    }
    (rate, starts)
}

/// One table, one index, a claim and an end for each batch: the least that a queue can do.
async fn bare(url: &str, dir: &tempfile::TempDir) -> f64 {
    let url = match url.starts_with("sqlite") {
        true => format!("sqlite://{}/bare.db?mode=rwc", dir.path().display()),
        false => url.to_owned(),
    };
    let mut options = sea_orm::ConnectOptions::new(url);
    options.sqlx_logging(false);
    let db = Database::connect(options).await.unwrap();
    let is_postgres = db.get_database_backend() == DatabaseBackend::Postgres;
    let rows = match is_postgres {
        true => "SELECT n, 'ready', 0 FROM generate_series(1, 100000) AS s(n)",
        false => {
            db.execute_unprepared("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
                .await
                .unwrap();
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000) \
             SELECT n, 'ready', 0 FROM s"
        }
    };
    let sql = format!(
        "CREATE TABLE bare (id BIGINT PRIMARY KEY, state TEXT NOT NULL, fence BIGINT NOT NULL); \
         CREATE INDEX bare_ready ON bare (id) WHERE state = 'ready'; \
         INSERT INTO bare {rows};"
    );
    db.execute_unprepared(&sql).await.unwrap();
    let begun = Instant::now();
    let connections = if is_postgres { WORKERS } else { 1 };
    let looping = (0..connections).map(|_| bare_loop(&db, is_postgres, begun));
    let done: u64 = futures(looping).await.into_iter().sum();
    let rate = done as f64 / begun.elapsed().as_secs_f64();
    db.execute_unprepared("DROP TABLE bare").await.unwrap();
    db.close().await.unwrap();
    rate
}

async fn bare_loop(db: &DatabaseConnection, is_postgres: bool, begun: Instant) -> u64 {
    let skip = if is_postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let claim = format!(
        "UPDATE bare SET state = 'leased', fence = fence + 1 WHERE id IN \
         (SELECT id FROM bare WHERE state = 'ready' ORDER BY id LIMIT {BATCH} {skip}) RETURNING id"
    );
    let end = match is_postgres {
        true => {
            "UPDATE bare SET state = 'done' WHERE state = 'leased' \
             AND id = ANY(CAST(string_to_array($1, ',') AS BIGINT[]))"
        }
        false => {
            "UPDATE bare SET state = 'done' WHERE state = 'leased' \
             AND id IN (SELECT value FROM json_each('[' || $1 || ']'))"
        }
    };
    let mut done = 0;
    while begun.elapsed() < TIME {
        let statement = sea_orm::Statement::from_string(db.get_database_backend(), claim.clone());
        let rows = db.query_all_raw(statement).await.unwrap();
        if rows.is_empty() {
            break;
        }
        let ids: Vec<i64> = rows.iter().map(|it| it.try_get("", "id").unwrap()).collect();
        let list: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let values = [list.join(",").into()];
        let statement =
            sea_orm::Statement::from_sql_and_values(db.get_database_backend(), end, values);
        done += db.execute_raw(statement).await.unwrap().rows_affected();
    }
    done
}

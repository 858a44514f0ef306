//! What can only be shown from within: what connections refuse, and what their errors become.

use model::{
    event::{Event, EventKind},
    execution::{Execution, State},
    id::{ExecutionId, JobId, RunbookId, UserId, WorkerId},
    job::{AttemptEnd, End, Held, Order, Payload, Phase, Report},
    runbook::{self, Revision, Runbook},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

use crate::{
    Appended, Class, Finished, Fit, HistoryFilter, NewJob, NewUser, NewWorker, Origin, Store,
    StoreError,
};

#[path = "../tests/store/postgres.rs"]
mod postgres;

async fn on_each_store(test: impl AsyncFn(Store)) {
    let dir = TempDir::new().unwrap();
    let sqlite = format!("sqlite://{}/hub.db", dir.path().display());
    test(Store::open(&sqlite).await.unwrap()).await;
    match postgres::new_database().await {
        Ok(url) => test(Store::open(&url).await.unwrap()).await,
        Err(why) => println!("skipped: PostgreSQL: {why}"),
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    on_each_store(async |store| {
        let db = store.reader().db;
        for sql in [
            "INSERT INTO setting (name, value) VALUES ('a', 'b')",
            "DELETE FROM setting",
            "CREATE TABLE x (y TEXT)",
        ] {
            let refused = db.execute_unprepared(sql).await;
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("readonly") || refused.contains("read-only"), "{refused}");
        }
        store.set_setting("a", "b").await.unwrap();
        assert_eq!(store.reader().setting("a").await.unwrap().as_deref(), Some("b"));
        store.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whatever_belongs_to_a_runbook_goes_with_it() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    // Rows that refer to a runbook, or to what refers to one by the same column, would hold it back.
    let sql = "SELECT DISTINCT m.name AS name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
        WHERE f.\"table\" IN ('runbook', 'live_text') AND m.name <> 'execution'";
    let rows = crate::jobs::dialect::all(&store.writer, sql, Vec::new()).await.unwrap();
    let mut referring: Vec<String> =
        rows.iter().map(|it| crate::jobs::row::get(it, "name").unwrap()).collect();
    referring.sort();
    let mut deleted = crate::library::OF_RUNBOOK.to_vec();
    deleted.sort_unstable();
    assert_eq!(referring, deleted);
}

#[tokio::test]
async fn an_execution_from_before_origins_were_kept_is_listed_without_one() {
    on_each_store(async |store| {
        let (id, user) = with_execution(&store).await;
        let runbook = with_runbook(&store, user).await;
        assert!(store.origin(id).await.unwrap().is_some());
        let older =
            format!("UPDATE execution SET runbook = '{runbook}'; DELETE FROM execution_origin");
        store.writer.execute_unprepared(&older).await.unwrap();
        assert_eq!(store.origin(id).await.unwrap(), None);
        let all = HistoryFilter::default();
        let page = store.history(user, runbook, &all, None, 9).await.unwrap();
        let [old] = page.items.as_slice() else { panic!("{page:?}") };
        assert_eq!((old.execution.id, &old.block_name, old.line), (id, &None, None));
        store.close().await.unwrap();
    })
    .await;
}

async fn pragma(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_apart_and_leaves_earlier_events_readable() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(&format!("sqlite://{}/hub.db", dir.path().display())).await.unwrap();
    let (id, _) = with_execution(&store).await;
    store.append_events(id, &[event(1)]).await.unwrap();
    // SQLite answers as it does when the file system has no more room.
    pragma(&store.writer, "PRAGMA max_page_count = 60").await;

    let mut stored = 1;
    let full = loop {
        match store.append_events(id, &[event(stored + 1), event(stored + 2)]).await {
            Ok(()) => stored += 2,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, StoreError::DiskFull), "{full:?}");
    assert_eq!(full.class(), Class::Unavailable);
    assert_eq!(store.last_seq(id).await.unwrap(), Some(stored));
    assert_eq!(store.events(id, 1, 1000).await.unwrap().len() as u64, stored);

    pragma(&store.writer, "PRAGMA max_page_count = 1000").await;
    store.append_events(id, &[event(stored + 1)]).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_neither_loses_nor_doubles_what_a_job_says() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(&format!("sqlite://{}/hub.db", dir.path().display())).await.unwrap();
    let held = with_running_job(&store).await;
    let append = async |seq: u64| {
        let events = vec![event(seq), event(seq + 1)];
        store.append_job_events(&[Appended { held, events }]).await
    };
    append(1).await.unwrap();
    pragma(&store.writer, "PRAGMA max_page_count = 1").await;
    let mut stored = 2;
    let full = loop {
        match append(stored + 1).await {
            Ok(_) => stored += 2,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, StoreError::DiskFull), "{full:?}");
    assert_eq!(store.job_events(held.job, 1, 10_000).await.unwrap().len() as u64, stored);

    pragma(&store.writer, "PRAGMA max_page_count = 4000").await;
    // Whoever does not know whether it was stored stores it again.
    append(stored + 1).await.unwrap();
    append(stored + 1).await.unwrap();
    assert_eq!(store.job_events(held.job, 1, 10_000).await.unwrap().len() as u64, stored + 2);
    let reason = Some("disk_full".to_owned());
    let report = Report { end: AttemptEnd::Failed, reason, summary: None };
    let (owner, events) = (UserId::from_random(1), Vec::new());
    let finished = Finished { held, owner, report, events };
    let settled = store.finish_jobs(&[finished], 0).await.unwrap();
    assert_eq!(settled[0].phase, Phase::Ended(End::Failed));
    store.close().await.unwrap();
}

async fn with_running_job(store: &Store) -> Held {
    let owner = with_execution(store).await.1;
    let payload = Payload::Code { code: "pass".to_owned(), args: Vec::new() };
    let id = JobId::from_random(1);
    let order = Order::new(None, payload);
    let (token, schedule, retry_of, idempotency) = (None, None, None, None);
    let new = NewJob { id, owner, token, schedule, retry_of, order, idempotency };
    store.submit_job(new).await.unwrap();
    let worker = NewWorker {
        id: WorkerId::from_random(1),
        host: String::new(),
        version: String::new(),
        backends: Vec::new(),
        runtimes: Vec::new(),
        slots: 1,
    };
    store.register_worker(&worker, std::time::Duration::from_secs(30)).await.unwrap();
    let fit = Fit { runtimes: Vec::new(), slots: 1 };
    let claimed = store.claim_jobs(worker.id, &fit).await.unwrap();
    let held = Held { job: id, fence: claimed[0].job.state.fence, worker: worker.id };
    store.start_jobs(&[held]).await.unwrap();
    held
}

#[tokio::test]
async fn errors_of_postgres_are_told_apart() {
    let url = match postgres::new_database().await {
        Ok(url) => url,
        Err(why) => return println!("skipped: PostgreSQL: {why}"),
    };
    let db = Database::connect(url).await.unwrap();
    for (code, expected) in [
        ("53100", "DiskFull"),
        ("53300", "Unavailable"),
        ("57P01", "Unavailable"),
        ("40001", "Unavailable"),
        ("42601", "Internal"),
        ("23503", "Internal"),
    ] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$");
        let error = StoreError::from(db.execute_unprepared(&raise).await.unwrap_err());
        assert!(format!("{error:?}").starts_with(expected), "{code}: {error:?}");
    }
}

fn event(seq: u64) -> Event {
    let kind = EventKind::Info { data: "x".repeat(500) };
    Event { seq, at: Timestamp::from_millis(0), kind }
}

async fn with_execution(store: &Store) -> (ExecutionId, UserId) {
    let user = NewUser {
        id: UserId::from_random(1),
        email: "a@example.org".to_owned(),
        username: "a".to_owned(),
        password_hash: "$".to_owned(),
        administrator: false,
        created_at: Timestamp::from_millis(0),
    };
    let execution = Execution {
        id: ExecutionId::from_random(1),
        user: store.create_user(user).await.unwrap().id,
        session: None,
        runbook: None,
        block: None,
        content_hash: String::new(),
        runtime: "sh".to_owned(),
        state: State::Running,
        created_at: Timestamp::from_millis(0),
        started_at: None,
        finished_at: None,
        usage: model::event::Usage::default(),
    };
    let origin = Origin {
        code: "echo".to_owned(),
        code_hash: "0".repeat(64),
        revision: 1,
        block_name: None,
        line: 1,
        runtime_version: None,
        timeout: None,
        output_bytes: 8 << 20,
        memory_bytes: 512 << 20,
        inputs: Vec::new(),
    };
    store.insert_execution(&execution, &origin).await.unwrap();
    (execution.id, execution.user)
}

async fn with_runbook(store: &Store, owner: UserId) -> RunbookId {
    let (id, at) = (RunbookId::from_random(1), Timestamp::from_millis(0));
    let title = "R".to_owned();
    let runbook = Runbook { id, owner, title, revision: 1, created_at: at, updated_at: at };
    let revision = Revision {
        runbook: id,
        number: 1,
        author: owner,
        content: String::new(),
        block_ids: "[]".to_owned(),
        created_at: at,
        updated_at: at,
        origin: runbook::Origin::Saved,
        lines: None,
    };
    store.create_runbook(&runbook, &revision).await.unwrap();
    id
}

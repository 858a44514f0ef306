//! What can only be shown from within: what connections refuse, and what their errors become.

use model::{
    event::{Event, EventKind},
    execution::{Execution, State},
    id::{ExecutionId, UserId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

use crate::{Class, NewUser, Store, StoreError};

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

async fn pragma(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_apart_and_leaves_earlier_events_readable() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(&format!("sqlite://{}/hub.db", dir.path().display())).await.unwrap();
    let id = with_execution(&store).await;
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

async fn with_execution(store: &Store) -> ExecutionId {
    let user = NewUser {
        id: UserId::from_random(1),
        email: "a@example.org".to_owned(),
        username: "a".to_owned(),
        password_hash: "$".to_owned(),
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
    store.insert_execution(&execution).await.unwrap();
    execution.id
}

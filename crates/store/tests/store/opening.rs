use std::os::unix::fs::PermissionsExt;

use sea_orm::{ConnectionTrait, Database};
use store::{Class, Store, StoreError};
use tempfile::TempDir;

use crate::{
    databases::{on_each_url, sqlite_url},
    samples::{events, with_execution},
};

#[tokio::test]
async fn a_database_is_as_it_was_when_opened_again() {
    on_each_url(async |url: &str| {
        let store = Store::open(url).await.unwrap();
        let execution = with_execution(&store).await;
        store.append_events(execution.id, &events(1..=3)).await.unwrap();
        store.close().await.unwrap();

        let store = Store::open(url).await.unwrap();
        assert_eq!(store.execution(execution.id).await.unwrap().as_ref(), Some(&execution));
        assert_eq!(store.last_seq(execution.id).await.unwrap(), Some(3));
        store.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_open_a_new_postgres_at_once_migrate_it_once() {
    on_each_url(async |url: &str| {
        if url.starts_with("sqlite") {
            return;
        }
        let (a, b, c) = tokio::join!(Store::open(url), Store::open(url), Store::open(url));
        for store in [a, b, c] {
            let store = store.unwrap();
            assert_eq!(store.count_users().await.unwrap(), 0);
            store.close().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_sqlite_file_that_is_open_is_refused_to_a_second_hub() {
    let dir = TempDir::new().unwrap();
    let first = Store::open(&sqlite_url(&dir)).await.unwrap();
    let refused = Store::open(&sqlite_url(&dir)).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused:?}");
    assert!(refused.to_string().starts_with("another runbook hub uses this database"));
    assert_eq!(refused.class(), Class::Unavailable);

    let clone = first.clone();
    first.close().await.unwrap();
    let second = Store::open(&sqlite_url(&dir)).await.unwrap();
    let closed = clone.count_users().await.unwrap_err();
    assert_eq!(closed.class(), Class::Unavailable, "{closed}");
    second.close().await.unwrap();
}

#[tokio::test]
async fn a_sqlite_file_is_for_its_owner_only_and_one_file_when_closed() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(&sqlite_url(&dir)).await.unwrap();
    with_execution(&store).await;
    let files = || {
        let mut files: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|it| it.unwrap())
            .map(|it| {
                let mode = it.metadata().unwrap().permissions().mode() & 0o777;
                (it.file_name().into_string().unwrap(), mode)
            })
            .collect();
        files.sort();
        files
    };
    let names: Vec<_> = files().into_iter().map(|(name, mode)| (name, mode == 0o600)).collect();
    let expected = ["hub.db", "hub.db-shm", "hub.db-wal", "hub.db.lock"];
    assert_eq!(names, expected.map(|it| (it.to_owned(), true)));
    store.close().await.unwrap();
    let names: Vec<_> = files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["hub.db", "hub.db.lock"]);
}

#[tokio::test]
async fn a_database_that_a_newer_program_changed_is_refused() {
    on_each_url(async |url: &str| {
        Store::open(url).await.unwrap().close().await.unwrap();
        let raw = Database::connect(url).await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('9999_later', 0)";
        raw.execute_unprepared(newer).await.unwrap();
        raw.close().await.unwrap();
        let refused = Store::open(url).await.unwrap_err();
        assert!(matches!(refused, StoreError::Newer { .. }), "{refused:?}");
        assert!(refused.to_string().contains("9999_later"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_database_url_is_refused_without_repeating_its_password() {
    for url in ["mysql://root:hunter2@db/x", "hunter2", "sqlite:", "postgres://u:hunter2@h:x/d", ""]
    {
        let refused = Store::open(url).await.unwrap_err();
        assert_eq!(refused.class(), Class::Rejected, "{url}");
        assert!(!refused.to_string().contains("root:hunter2"), "{refused}");
        assert!(!refused.to_string().contains("u:hunter2"), "{refused}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_unavailable() {
    let dir = TempDir::new().unwrap();
    let missing = dir.path().join("missing");
    std::fs::write(dir.path().join("text.db"), "this is not a database".repeat(100)).unwrap();
    let urls = [
        format!("sqlite://{}/hub.db", missing.display()),
        format!("sqlite://{}", dir.path().display()),
        format!("sqlite://{}/text.db", dir.path().display()),
        format!("postgres://nobody:hunter2@localhost/x?host={}", dir.path().display()),
    ];
    for url in urls {
        let refused = Store::open(&url).await.unwrap_err();
        assert_eq!(refused.class(), Class::Unavailable, "{url}: {refused}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
        println!("{refused}");
    }
}

//! Runs a test on each kind of database, on an empty one every time.

use store::Store;
use tempfile::TempDir;

use crate::postgres;

/// Runs a test on a SQLite file, on SQLite in memory and on PostgreSQL.
pub(crate) async fn on_each_database(test: impl AsyncFn(Store)) {
    on_each_url(async |url: &str| {
        let store = Store::open(url).await.unwrap();
        test(store.clone()).await;
        store.close().await.unwrap();
    })
    .await;
    let store = Store::open("sqlite::memory:").await.unwrap();
    test(store.clone()).await;
    store.close().await.unwrap();
}

/// Runs a test on databases that can be opened more than once.
pub(crate) async fn on_each_url(test: impl AsyncFn(&str)) {
    let dir = TempDir::new().unwrap();
    test(&sqlite_url(&dir)).await;
    match postgres::new_database().await {
        Ok(url) => test(&url).await,
        Err(why) => println!("skipped: PostgreSQL: {why}"),
    }
}

pub(crate) fn sqlite_url(dir: &TempDir) -> String {
    format!("sqlite://{}/hub.db", dir.path().display())
}

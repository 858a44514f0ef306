//! Deliveries of forges are taken once.

use crate::{
    databases::{on_each_database, on_each_url},
    samples::at,
};
use store::Store;

const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

#[tokio::test]
async fn of_all_who_ask_at_once_one_takes_a_delivery() {
    on_each_database(async |store| {
        let asked = tokio::join!(
            store.claim_forge_delivery("a", at(1)),
            store.claim_forge_delivery("a", at(1)),
            store.claim_forge_delivery("a", at(2)),
        );
        let taken = [asked.0.unwrap(), asked.1.unwrap(), asked.2.unwrap()];
        assert_eq!(taken.iter().filter(|it| **it).count(), 1, "{taken:?}");
        assert!(store.claim_forge_delivery("b", at(3)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_was_given_back_is_taken_again() {
    on_each_database(async |store| {
        assert!(store.claim_forge_delivery("a", at(1)).await.unwrap());
        store.release_forge_delivery("a").await.unwrap();
        assert!(store.claim_forge_delivery("a", at(2)).await.unwrap());
        assert!(!store.claim_forge_delivery("a", at(3)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_remembered_by_the_next_server_and_for_a_week() {
    on_each_url(async |url: &str| {
        let store = Store::open(url).await.unwrap();
        assert!(store.claim_forge_delivery("a", at(0)).await.unwrap());
        store.close().await.unwrap();
        let store = Store::open(url).await.unwrap();
        assert!(store.claim_forge_delivery("b", at(WEEK)).await.unwrap());
        assert!(!store.claim_forge_delivery("a", at(WEEK)).await.unwrap());
        assert!(store.claim_forge_delivery("c", at(WEEK + 1)).await.unwrap());
        assert!(store.claim_forge_delivery("a", at(WEEK + 1)).await.unwrap());
        store.close().await.unwrap();
    })
    .await;
}

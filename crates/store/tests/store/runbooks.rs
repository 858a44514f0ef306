use std::collections::BTreeSet;

use model::{
    id::{RunbookId, UserId},
    runbook::{Origin, RevisionInfo, Runbook},
};
use store::{Class, LibraryFilter, NewRevision, SaveError, Store, StoreError};

use crate::{
    databases::on_each_database,
    samples::{at, runbook, with_runbook, with_user},
};

fn new_revision(runbook: &Runbook, content: &str, millis: i64) -> NewRevision {
    NewRevision {
        title: "New title".to_owned(),
        content: content.to_owned(),
        block_ids: "[]".to_owned(),
        author: runbook.owner,
        at: at(millis),
        origin: Origin::Saved,
        lines: None,
    }
}

#[tokio::test]
async fn a_runbook_reads_back_as_stored() {
    on_each_database(async |store| {
        let (runbook, revision) = runbook(1, with_user(&store).await.id);
        store.create_runbook(&runbook, &revision).await.unwrap();
        let (id, owner) = (runbook.id, runbook.owner);
        let found = Some((runbook, revision.clone()));
        assert_eq!(store.runbook(id).await.unwrap(), found);
        assert_eq!(store.runbook_of(id, owner).await.unwrap(), found);
        assert_eq!(store.runbook_of(id, UserId::from_random(9)).await.unwrap(), None);
        assert_eq!(store.revision(id, 1).await.unwrap(), Some(revision));
        assert_eq!(store.revision(id, 2).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn saving_adds_a_revision_and_keeps_the_old_one() {
    on_each_database(async |store| {
        let before = with_runbook(&store).await;
        let first = store.revision(before.id, 1).await.unwrap();
        let new = new_revision(&before, "second", 5);
        let saved = store.save_revision(before.id, Some(1), new).await.unwrap();
        assert_eq!((saved.number, saved.content.as_str()), (2, "second"));

        let (after, latest) = store.runbook(before.id).await.unwrap().unwrap();
        let title = "New title".to_owned();
        assert_eq!(after, Runbook { revision: 2, title, updated_at: at(5), ..before });
        assert_eq!(latest, saved);
        assert_eq!(store.revision(after.id, 1).await.unwrap(), first);
    })
    .await;
}

#[tokio::test]
async fn saving_over_a_later_revision_is_a_conflict() {
    on_each_database(async |store| {
        let runbook = with_runbook(&store).await;
        let save = async |expected, text| {
            store.save_revision(runbook.id, expected, new_revision(&runbook, text, 1)).await
        };
        save(Some(1), "second").await.unwrap();
        let refused = save(Some(1), "lost").await;
        assert!(matches!(refused, Err(SaveError::Conflict { current: 2 })), "{refused:?}");
        assert_eq!(save(None, "third").await.unwrap().number, 3);
        let (_, latest) = store.runbook(runbook.id).await.unwrap().unwrap();
        assert_eq!(latest.content, "third");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_authors_who_save_at_once_one_succeeds() {
    on_each_database(async |store: Store| {
        let runbook = with_runbook(&store).await;
        let save = || store.save_revision(runbook.id, Some(1), new_revision(&runbook, "x", 1));
        let (a, b, c, d) = tokio::join!(save(), save(), save(), save());
        let results = [a, b, c, d];
        assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
        for error in results.into_iter().filter_map(Result::err) {
            assert!(matches!(error, SaveError::Conflict { current: 2 }), "{error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deleted_runbook_is_gone_from_sight_and_from_saving() {
    on_each_database(async |store| {
        let runbook = with_runbook(&store).await;
        assert!(store.delete_runbook(runbook.id, at(1)).await.unwrap());
        assert!(!store.delete_runbook(runbook.id, at(2)).await.unwrap());
        assert_eq!(store.runbook(runbook.id).await.unwrap(), None);
        let all = LibraryFilter::default();
        let listed = store.library(runbook.owner, &all, None, 9).await.unwrap();
        assert!(listed.items.is_empty(), "{listed:?}");
        assert!(store.revision(runbook.id, 1).await.unwrap().is_some());
        let saved = store.save_revision(runbook.id, None, new_revision(&runbook, "", 3)).await;
        assert!(matches!(saved, Err(SaveError::NotFound { .. })), "{saved:?}");
    })
    .await;
}

#[tokio::test]
async fn text_with_a_nul_is_refused_and_nothing_is_stored() {
    on_each_database(async |store| {
        let (mut runbook, mut revision) = runbook(2, with_user(&store).await.id);
        revision.content = "before\0after".to_owned();
        let refused = store.create_runbook(&runbook, &revision).await.unwrap_err();
        assert!(matches!(refused, StoreError::Nul { field: "content" }), "{refused:?}");
        assert_eq!(refused.class(), Class::Rejected);

        revision.content.clear();
        runbook.title = "\0".to_owned();
        let refused = store.create_runbook(&runbook, &revision).await;
        assert!(matches!(refused, Err(StoreError::Nul { field: "title" })), "{refused:?}");
        assert_eq!(store.runbook(runbook.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn pages_repeat_and_lose_nothing_while_runbooks_are_added() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        // Several share a time, so that ids decide within a page and across its end.
        let expected: BTreeSet<RunbookId> = add_runbooks(&store, owner, 0..10, 0).await;
        let (mut seen, mut cursor) = (Vec::new(), None);
        let all = LibraryFilter::default();
        for round in 1.. {
            let page = store.library(owner, &all, cursor.as_ref(), 3).await.unwrap();
            let found: Vec<_> = page.items.iter().map(|it| &it.runbook).collect();
            assert!(found.is_sorted_by_key(|it| std::cmp::Reverse((it.updated_at, it.id))));
            seen.extend(found.iter().map(|it| it.id));
            add_runbooks(&store, owner, round * 100..round * 100 + 2, 1000).await;
            let Some(next) = page.next else { break };
            cursor = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(seen.len(), expected.len());
        assert_eq!(BTreeSet::from_iter(seen), expected);
    })
    .await;
}

async fn add_runbooks(
    store: &Store,
    owner: UserId,
    numbers: std::ops::Range<u128>,
    millis: i64,
) -> BTreeSet<RunbookId> {
    let mut ids = BTreeSet::new();
    for n in numbers {
        let (mut runbook, revision) = runbook(n, owner);
        runbook.updated_at = at(millis + i64::try_from(n / 4).unwrap());
        store.create_runbook(&runbook, &revision).await.unwrap();
        ids.insert(runbook.id);
    }
    ids
}

#[tokio::test]
async fn a_full_last_page_has_no_next() {
    on_each_database(async |store| {
        let owner = with_runbook(&store).await.owner;
        let page = store.library(owner, &LibraryFilter::default(), None, 1).await.unwrap();
        assert_eq!((page.items.len(), page.next), (1, None));
    })
    .await;
}

#[tokio::test]
async fn revisions_are_listed_latest_first_in_pages() {
    on_each_database(async |store| {
        let runbook = with_runbook(&store).await;
        for n in 2..=5 {
            let new = new_revision(&runbook, &n.to_string(), n);
            store.save_revision(runbook.id, Some(n - 1), new).await.unwrap();
        }
        let numbers = |items: &[RevisionInfo]| items.iter().map(|it| it.number).collect::<Vec<_>>();
        let first = store.revisions(runbook.id, None, 3).await.unwrap();
        let second = store.revisions(runbook.id, first.next.as_ref(), 3).await.unwrap();
        assert_eq!(numbers(&first.items), [5, 4, 3]);
        assert_eq!((numbers(&second.items), second.next), (vec![2, 1], None));
    })
    .await;
}

//! The index of words, asked in the languages of both databases.

use model::{
    id::{FolderId, RunbookId, UserId},
    library::Folder,
    runbook::{Origin as RevisionOrigin, Runbook},
    search::Query,
};
use store::{Entry, NewRevision, ShelfChange, Store, Wanted};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, runbook, with_user},
};

async fn store_and_index(
    store: &Store,
    n: u128,
    owner: UserId,
    title: &str,
    text: &str,
) -> Runbook {
    let (it, revision) = runbook(n, owner);
    let it = Runbook { title: title.to_owned(), updated_at: at(i64::try_from(n).unwrap()), ..it };
    store.create_runbook(&it, &revision).await.unwrap();
    store.put_entry(&entry(&it, 1, title, text)).await.unwrap();
    it
}

fn entry<'t>(it: &Runbook, revision: i64, title: &'t str, text: &'t str) -> Entry<'t> {
    Entry {
        runbook: it.id,
        owner: it.owner,
        revision,
        title,
        names: "",
        text,
        tags: vec!["own".to_owned()],
        languages: vec!["python".to_owned()],
    }
}

fn wanted(typed: &str) -> Wanted {
    let query = Query::parse(typed);
    Wanted {
        terms: query.needles.iter().flat_map(|it| it.terms.clone()).collect(),
        tags: query.tags,
        languages: query.languages.into_iter().map(|it| vec![it]).collect(),
        folders: Vec::new(),
    }
}

async fn found(store: &Store, owner: UserId, typed: &str) -> Vec<String> {
    let candidates = store.candidates(owner, &wanted(typed), None, 50).await.unwrap();
    candidates.into_iter().map(|it| it.runbook.title).collect()
}

#[tokio::test]
async fn runbooks_are_found_by_whole_words_and_the_beginning_of_the_last() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let text = "Restore the dump with `pg_restore --clean`.\n\n東京都の天気";
        store_and_index(&store, 1, user, "Backups", text).await;
        store_and_index(&store, 2, user, "Pods", "kubectl get pods; parseJson(É)").await;
        for typed in ["backups", "restore d", "pg_rest", "clean", "東京", "京都", "天", "BACK"]
        {
            assert_eq!(found(&store, user, typed).await, ["Backups"], "{typed}");
        }
        for typed in ["json", "é", "kubectl po", "parsejson "] {
            assert_eq!(found(&store, user, typed).await, ["Pods"], "{typed}");
        }
        for typed in ["back up", "rest restore ", "kubectl dump", "estore", "京東"] {
            assert!(found(&store, user, typed).await.is_empty(), "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn titles_count_more_than_texts_and_equal_ones_go_by_age() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        store_and_index(&store, 1, user, "Deploying", "the service").await;
        store_and_index(&store, 2, user, "Notes", "deploying, on a day like any other").await;
        assert_eq!(found(&store, user, "deploying").await, ["Deploying", "Notes"]);
        let first = store.candidates(user, &wanted("deploying"), None, 1).await.unwrap();
        let rest = store.candidates(user, &wanted("deploying"), Some(&first[0].after), 9).await;
        assert_eq!(rest.unwrap()[0].runbook.title, "Notes");
        assert_eq!(found(&store, user, "").await, ["Notes", "Deploying"], "nothing asked: by age");
    })
    .await;
}

#[tokio::test]
async fn nobody_finds_what_is_anothers_or_deleted() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let other = store.create_user(new_user(2)).await.unwrap().id;
        let mine = store_and_index(&store, 1, user, "Mine", "secret plans").await;
        store_and_index(&store, 2, other, "Theirs", "secret plans").await;
        assert_eq!(found(&store, user, "secret").await, ["Mine"]);
        assert_eq!(found(&store, user, &user.to_string()).await, [""; 0]);
        assert_eq!(found(&store, user, "own").await, [""; 0], "tags are no words");
        store.delete_runbook(mine.id, at(9)).await.unwrap();
        assert!(found(&store, user, "secret").await.is_empty());
        store.restore_runbook(mine.id, user).await.unwrap();
        assert_eq!(found(&store, user, "secret").await, ["Mine"]);
        store.delete_runbook(mine.id, at(9)).await.unwrap();
        store.purge_runbook(mine.id).await.unwrap();
        assert_eq!(found(&store, other, "secret").await, ["Theirs"]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_behind_until_the_latest_revision_is_indexed() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let it = store_and_index(&store, 1, user, "Changing", "before").await;
        assert!(store.unindexed(None, 9).await.unwrap().is_empty());
        let new = NewRevision {
            title: "Changed".to_owned(),
            content: "after".to_owned(),
            block_ids: "[]".to_owned(),
            author: user,
            at: at(5),
            origin: RevisionOrigin::Saved,
            lines: None,
        };
        store.save_revision(it.id, Some(1), new).await.unwrap();
        assert_eq!(store.unindexed(Some(user), 9).await.unwrap(), [it.id]);
        assert!(store.unindexed(Some(UserId::from_random(9)), 9).await.unwrap().is_empty());
        store.put_entry(&entry(&it, 2, "Changed", "after")).await.unwrap();
        // An older one that comes late changes nothing.
        store.put_entry(&entry(&it, 1, "Changing", "before")).await.unwrap();
        assert_eq!(found(&store, user, "after").await, ["Changed"]);
        assert!(found(&store, user, "before").await.is_empty());
        assert!(store.unindexed(None, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_by_tag_language_and_folder() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let it = store_and_index(&store, 1, user, "One", "text").await;
        store_and_index(&store, 2, user, "Two", "text").await;
        let tagged = ShelfChange { tags: Some(vec!["mine".to_owned()]), ..ShelfChange::default() };
        store.change_shelf(user, it.id, &tagged).await.unwrap();
        assert_eq!(found(&store, user, "tag:mine text").await, ["One"]);
        assert_eq!(found(&store, user, "tag:own lang:python").await, ["Two", "One"]);
        assert!(found(&store, user, "lang:cobol").await.is_empty());
        let folder = Folder {
            id: FolderId::from_random(1),
            owner: user,
            parent: None,
            name: "F".to_owned(),
            created_at: at(0),
        };
        store.create_folder(&folder).await.unwrap();
        let moved = ShelfChange { folder: Some(Some(folder.id)), ..ShelfChange::default() };
        store.change_shelf(user, it.id, &moved).await.unwrap();
        let within = |ids| Wanted { folders: vec![ids], ..wanted("text") };
        let titles = store.candidates(user, &within(vec![folder.id]), None, 9).await.unwrap();
        assert_eq!(titles.into_iter().map(|it| it.runbook.title).collect::<Vec<_>>(), ["One"]);
        assert!(store.candidates(user, &within(Vec::new()), None, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn whatever_a_text_is_made_of_it_can_be_indexed() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let long: String = (0..60_000).map(|n| format!("word{n} ")).collect();
        let odd = [
            "'\"\\ :* & | ! <-> ( ) {title} : NEAR(",
            "\u{202e}\u{1f980}\u{301}",
            &"x".repeat(70_000),
            &long,
        ];
        for (n, text) in (1..).zip(odd) {
            store_and_index(&store, n, user, "Odd", text).await;
        }
        assert_eq!(found(&store, user, "word59999").await.len(), usize::from(true));
        for typed in ["'", "\"", "\\", "near(", "x' & 'y", "a:*", "title:odd", &"x".repeat(900)] {
            store.candidates(user, &wanted(typed), None, 9).await.unwrap();
        }
        assert!(store.unindexed(None, 9).await.unwrap().is_empty());
        let nul = Runbook { id: RunbookId::from_random(1), ..runbook(1, user).0 };
        assert!(store.put_entry(&entry(&nul, 9, "x", "\0")).await.is_err());
    })
    .await;
}

//! Folders, shelves, lists and the trash.

use model::{
    execution::{Outcome, State},
    id::{ExecutionId, FolderId, RunbookId, UserId},
    library::{Folder, Misplaced},
    runbook::Runbook,
};
use store::{
    Contents, Cursor, FolderChange, FolderError, LibraryFilter, Located, ShelfChange, Sort, Store,
};

use crate::{
    databases::on_each_database,
    samples::{at, events, execution, new_user, origin, runbook, session, with_user},
};

fn folder(n: u128, owner: UserId, name: &str, parent: Option<u128>) -> Folder {
    Folder {
        id: FolderId::from_random(n),
        owner,
        parent: parent.map(FolderId::from_random),
        name: name.to_owned(),
        created_at: at(0),
    }
}

async fn with_titles(store: &Store, titles: &[&str]) -> (UserId, Vec<RunbookId>) {
    let user = with_user(store).await.id;
    let mut ids = Vec::new();
    for (n, title) in (1..).zip(titles) {
        let (it, revision) = runbook(n, user);
        let moment = at(i64::try_from(n).unwrap() * 10);
        let it =
            Runbook { title: (*title).to_owned(), created_at: moment, updated_at: moment, ..it };
        store.create_runbook(&it, &revision).await.unwrap();
        ids.push(it.id);
    }
    (user, ids)
}

/// The titles of all pages of two.
async fn titles(store: &Store, user: UserId, filter: &LibraryFilter) -> Vec<String> {
    let (mut titles, mut after): (_, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = store.library(user, filter, after.as_ref(), 2).await.unwrap();
        titles.extend(page.items.into_iter().map(|it| it.runbook.title));
        after = page.next;
        if after.is_none() {
            return titles;
        }
    }
}

fn shelf() -> ShelfChange {
    ShelfChange::default()
}

#[tokio::test]
async fn a_name_is_taken_once_at_each_place() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        store.create_user(new_user(2)).await.unwrap();
        let make =
            async |n, name: &str, parent| store.create_folder(&folder(n, user, name, parent)).await;
        make(1, "Ops", None).await.unwrap();
        make(2, "Ops", Some(1)).await.unwrap();
        assert!(matches!(make(3, "OPS", None).await, Err(FolderError::NameTaken { .. })));
        let lost = make(4, "x", Some(9)).await;
        assert!(matches!(lost, Err(FolderError::Misplaced(Misplaced::NoParent))), "{lost:?}");
        // Another user's folders are no places of mine.
        let theirs = folder(5, UserId::from_random(2), "Theirs", Some(1));
        assert!(store.create_folder(&theirs).await.is_err());

        let (ops, inner) = (FolderId::from_random(1), FolderId::from_random(2));
        let up = FolderChange { parent: Some(None), ..FolderChange::default() };
        let taken = store.change_folder(user, inner, up.clone()).await;
        assert!(matches!(taken, Err(FolderError::NameTaken { .. })), "{taken:?}");
        let renamed = FolderChange { name: Some("Databases".to_owned()), ..up };
        let moved = store.change_folder(user, inner, renamed).await.unwrap();
        assert_eq!((moved.name.as_str(), moved.parent), ("Databases", None));
        let circle = FolderChange { parent: Some(Some(ops)), ..FolderChange::default() };
        let circle = store.change_folder(user, ops, circle).await;
        assert!(matches!(circle, Err(FolderError::Misplaced(Misplaced::IntoItself))), "{circle:?}");
        let names: Vec<_> =
            store.folders(user).await.unwrap().into_iter().map(|it| it.folder.name).collect();
        assert_eq!(names, ["Databases", "Ops"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moves_at_once_make_no_circle() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        for n in 1..=2 {
            store.create_folder(&folder(n, user, &format!("F{n}"), None)).await.unwrap();
        }
        let into = async |which: u128, parent: u128| {
            let parent = Some(Some(FolderId::from_random(parent)));
            let change = FolderChange { parent, ..FolderChange::default() };
            store.change_folder(user, FolderId::from_random(which), change).await
        };
        let (a, b) = tokio::join!(into(1, 2), into(2, 1));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    })
    .await;
}

#[tokio::test]
async fn a_folder_goes_only_empty_or_with_its_contents_moved_up() {
    on_each_database(async |store| {
        let (user, ids) = with_titles(&store, &["One", "Two"]).await;
        store.create_folder(&folder(1, user, "Outer", None)).await.unwrap();
        store.create_folder(&folder(2, user, "Inner", Some(1))).await.unwrap();
        let (outer, inner) = (FolderId::from_random(1), FolderId::from_random(2));
        let into = ShelfChange { folder: Some(Some(inner)), ..shelf() };
        store.change_shelf(user, ids[0], &into).await.unwrap();
        for id in [outer, inner] {
            let refused = store.delete_folder(user, id, Contents::None).await;
            assert!(matches!(refused, Err(FolderError::NotEmpty)), "{refused:?}");
        }
        store.delete_folder(user, inner, Contents::MoveUp).await.unwrap();
        let found = store.shelved(user, ids[0]).await.unwrap().unwrap();
        assert_eq!(found.folder, Some(outer));
        assert_eq!(store.folders(user).await.unwrap()[0].runbooks, 1);
        // What is in the trash does not hold a folder.
        store.delete_runbook(ids[0], at(99)).await.unwrap();
        store.delete_folder(user, outer, Contents::None).await.unwrap();
        assert!(store.restore_runbook(ids[0], user).await.unwrap());
        assert_eq!(store.shelved(user, ids[0]).await.unwrap().unwrap().folder, None);
        let gone = store.delete_folder(user, outer, Contents::None).await;
        assert!(matches!(gone, Err(FolderError::NotFound)), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn lists_are_narrowed_and_sorted_page_by_page() {
    on_each_database(async |store| {
        let names = ["pear", "Apple", "fig", "apple", "Banana"];
        let (user, ids) = with_titles(&store, &names).await;
        let by = |sort| LibraryFilter { sort, ..LibraryFilter::default() };
        let latest_first: Vec<_> = names.into_iter().rev().collect();
        assert_eq!(titles(&store, user, &by(Sort::Updated)).await, latest_first);
        assert_eq!(titles(&store, user, &by(Sort::Created)).await, latest_first);
        let sorted = titles(&store, user, &by(Sort::Title)).await;
        assert_eq!(
            sorted.iter().map(|it| it.to_lowercase()).collect::<Vec<_>>(),
            ["apple", "apple", "banana", "fig", "pear"]
        );

        assert!(titles(&store, user, &by(Sort::Recent)).await.is_empty());
        for (which, moment) in [(2, 10), (0, 30), (4, 20)] {
            let opened = ShelfChange { opened_at: Some(at(moment)), ..shelf() };
            store.change_shelf(user, ids[which], &opened).await.unwrap();
        }
        let session = session(1, user, ids[1]);
        store.insert_session(&session).await.unwrap();
        let mut ran = execution(1, &session, "b1");
        ran.created_at = at(25);
        store.insert_execution(&ran, &origin("echo")).await.unwrap();
        let recent = titles(&store, user, &by(Sort::Recent)).await;
        assert_eq!(recent, ["pear", "Apple", "Banana", "fig"]);

        store.create_folder(&folder(1, user, "Fruit", None)).await.unwrap();
        let fruit = FolderId::from_random(1);
        let change = ShelfChange {
            folder: Some(Some(fruit)),
            starred_at: Some(Some(at(1))),
            tags: Some(vec!["green".to_owned(), "sweet".to_owned()]),
            ..shelf()
        };
        store.change_shelf(user, ids[0], &change).await.unwrap();
        let located = |it| LibraryFilter { located: Some(it), ..LibraryFilter::default() };
        assert_eq!(titles(&store, user, &located(Located::In(fruit))).await, ["pear"]);
        assert_eq!(titles(&store, user, &located(Located::Top)).await.len(), 4);
        let starred = LibraryFilter { is_starred: true, ..LibraryFilter::default() };
        assert_eq!(titles(&store, user, &starred).await, ["pear"]);
        let tagged = LibraryFilter { tag: Some("sweet".to_owned()), ..LibraryFilter::default() };
        assert_eq!(titles(&store, user, &tagged).await, ["pear"]);
        assert_eq!(store.tags(user, 9).await.unwrap().len(), 2);

        let pear = store.shelved(user, ids[0]).await.unwrap().unwrap();
        assert_eq!(
            pear.tags.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
            ["green", "sweet"]
        );
        assert!(pear.is_starred && pear.last.is_none());
        let apple = store.shelved(user, ids[1]).await.unwrap().unwrap();
        assert_eq!(apple.last.map(|it| it.id), Some(ran.id));
        let unstarred = ShelfChange { starred_at: Some(None), tags: Some(Vec::new()), ..shelf() };
        store.change_shelf(user, ids[0], &unstarred).await.unwrap();
        let pear = store.shelved(user, ids[0]).await.unwrap().unwrap();
        assert!(!pear.is_starred && pear.tags.is_empty() && pear.folder == Some(fruit));
    })
    .await;
}

#[tokio::test]
async fn what_is_in_the_trash_comes_back_whole_or_goes_for_good() {
    on_each_database(async |store| {
        let (user, ids) = with_titles(&store, &["Kept", "Lost"]).await;
        store.create_user(new_user(2)).await.unwrap();
        let session = session(1, user, ids[1]);
        store.insert_session(&session).await.unwrap();
        let ran = execution(1, &session, "b1");
        store.insert_execution(&ran, &origin("echo")).await.unwrap();
        store.append_events(ran.id, &events(1..=3)).await.unwrap();
        let done = State::Finished(Outcome::Exited { code: 0 });
        store.update_execution(ran.id, done, at(1)).await.unwrap();

        assert!(!store.purge_runbook(ids[1]).await.unwrap(), "it is not in the trash");
        for (id, moment) in [(ids[0], 5), (ids[1], 6)] {
            assert!(store.delete_runbook(id, at(moment)).await.unwrap());
        }
        let trash = store.trash(user, None, 1).await.unwrap();
        assert_eq!(trash.items[0].runbook.title, "Lost");
        let rest = store.trash(user, trash.next.as_ref(), 1).await.unwrap();
        assert_eq!(rest.items[0].runbook.title, "Kept");
        assert_eq!(rest.items[0].deleted_at, at(5));
        assert_eq!(store.trashed_before(at(6), 9).await.unwrap(), [ids[0]]);

        assert!(!store.restore_runbook(ids[0], UserId::from_random(2)).await.unwrap());
        assert!(store.restore_runbook(ids[0], user).await.unwrap());
        assert!(store.runbook(ids[0]).await.unwrap().is_some());
        assert!(store.purge_runbook(ids[1]).await.unwrap());
        assert!(!store.restore_runbook(ids[1], user).await.unwrap());
        assert_eq!(store.execution(ExecutionId::from_random(1)).await.unwrap(), None);
        assert!(store.revisions(ids[1], None, 9).await.unwrap().items.is_empty());
    })
    .await;
}

//! People who edit one text, connected and not.

use engine::SaveRunbookError;
use model::runbook::Origin;
use store::Store;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use yrs::{
    ClientID,
    sync::{AwarenessUpdate, Message, awareness::AwarenessUpdateEntry},
};

use crate::person::{News, Person, START, Stage};

#[tokio::test]
async fn what_one_types_the_others_see_and_all_is_saved_with_its_blocks() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    let before = stage.stored().await;
    ada.edit(22, 1, "41 # 🦀").await;
    bob.until_text(&ada.text()).await;
    bob.append("\nMore.\n").await;
    ada.until_text(&bob.text()).await;
    let saved = ada.until_saved(&bob.text()).await;
    let block = &saved.document.blocks[0];
    assert_eq!(block.code, "echo 41 # 🦀\n");
    assert_eq!(block.id, before.document.blocks[0].id, "an edited block keeps its id");
    assert_ne!(block.content_hash, before.document.blocks[0].content_hash);
    let stored = stage.stored().await;
    assert_eq!(stored.revision.content, bob.text());
    assert_eq!(
        (stored.revision.number, stored.revision.author),
        (saved.revision.number, stage.user)
    );
}

#[tokio::test]
async fn two_who_were_offline_meet_in_one_text_although_everybody_had_left() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    ada.leave();
    bob.leave();
    ada.edit(0, 0, "Ada was here.\n").await;
    ada.edit(0, 3, "Lovelace").await;
    bob.append("Bob was here.\n").await;
    bob.edit(9, 0, "Between.\n").await;
    ada.join(&stage).await;
    let saved = ada.save().await;
    assert!(saved.revision.content.starts_with("Lovelace was here.\n# Title"));
    ada.leave();
    bob.join(&stage).await;
    let both = format!(
        "Lovelace was here.\n{}Bob was here.\n",
        START.replacen("\n\n", "\n\nBetween.\n", 1)
    );
    bob.save().await;
    assert_eq!(bob.text(), both);
    ada.join(&stage).await;
    ada.until_text(&both).await;
    assert_eq!(stage.stored().await.revision.content, both);
}

#[test]
fn what_was_stored_before_a_crash_is_a_revision_after_it() {
    let dir = TempDir::new().unwrap();
    let url = format!("sqlite://{}/hub.db", dir.path().display());
    let before = Runtime::new().unwrap();
    let (runbook, text) = before.block_on(async {
        let stage = Stage::over(Store::open(&url).await.unwrap()).await;
        let (mut ada, mut bob) = (stage.person().await, stage.person().await);
        ada.append("Typed just before.\n").await;
        // Others hear only what is stored.
        bob.until_text(&ada.text()).await;
        (stage.runbook, bob.text())
    });
    before.shutdown_background();
    let after = Runtime::new().unwrap();
    after.block_on(async {
        // The lock goes with the last task of the process that died.
        let store = loop {
            match Store::open(&url).await {
                Ok(store) => break store,
                Err(store::StoreError::InUse { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        let stage = Stage::resumed(store, runbook).await;
        let mut carol = stage.person().await;
        assert_eq!(carol.text(), text);
        carol.save().await;
        assert_eq!(stage.stored().await.revision.content, text);
    });
}

#[tokio::test]
async fn a_put_beside_editors_is_seen_by_them_and_loses_nothing() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    let base = stage.stored().await.revision.number;
    ada.append("Live.\n").await;
    bob.until_text(&ada.text()).await;
    let put = async |edited, content: &str| {
        stage.engine.save_runbook(stage.runbook, stage.user, edited, None, Some(content)).await
    };
    // It was made from a text that is not the latest any more.
    let refused = put(Some(base), "lost").await;
    assert!(matches!(refused, Err(SaveRunbookError::Conflict { .. })), "{refused:?}");
    let latest = stage.stored().await.revision;
    assert_eq!(latest.content, ada.text(), "what was edited is saved first");

    let saved = put(Some(latest.number), &latest.content.replace("Title", "Name")).await.unwrap();
    assert_eq!(saved.revision.origin, Origin::Saved);
    ada.until_text(&saved.revision.content).await;
    bob.until_text(&saved.revision.content).await;
    bob.append("And on.\n").await;
    let on = bob.save().await;
    assert_eq!(on.revision.content, format!("{}And on.\n", saved.revision.content));
    ada.until_text(&on.revision.content).await;
}

#[tokio::test]
async fn a_put_while_nobody_edits_reaches_who_was_offline_beside_their_own_changes() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    ada.leave();
    ada.append("Offline.\n").await;
    let put = START.replace("Title", "Name");
    stage
        .engine
        .save_runbook(stage.runbook, stage.user, None, Some("New"), Some(&put))
        .await
        .unwrap();
    ada.join(&stage).await;
    let saved = ada.save().await;
    assert_eq!(saved.revision.content, format!("{put}Offline.\n"));
    assert_eq!(saved.runbook.title, "New");
}

#[tokio::test]
async fn two_servers_of_one_database_make_one_text() {
    let here = Stage::new().await;
    let there = here.another().await;
    let (mut ada, mut bob) = (here.person().await, there.person().await);
    ada.edit(0, 0, "Here.\n").await;
    ada.save().await;
    bob.append("There.\n").await;
    let both = format!("Here.\n{START}There.\n");
    bob.until_text(&both).await;
    bob.save().await;
    ada.edit(0, 4, "HERE").await;
    let all = both.replace("Here", "HERE");
    ada.until_text(&all).await;
    assert_eq!(ada.save().await.revision.content, all);
    there
        .engine
        .save_runbook(there.runbook, there.user, None, None, Some("Put there.\n"))
        .await
        .unwrap();
    ada.append("More.\n").await;
    let saved = ada.save_whatever().await;
    assert!(saved.contains("Put there.") && saved.contains("More."), "{saved}");
}

#[tokio::test]
async fn editors_know_of_each_other_until_they_leave() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    let state = r#"{"name":"Ada"}"#;
    let entry = AwarenessUpdateEntry { clock: 1, json: state.into() };
    let clients = [(ClientID::new(ada.id()), entry)].into_iter().collect();
    ada.say(&Message::Awareness(AwarenessUpdate { clients })).await;
    bob.until_aware(ada.id(), state).await;
    ada.leave();
    bob.until_aware(ada.id(), "null").await;
}

#[tokio::test]
async fn who_asks_to_save_is_always_answered() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    let first = ada.save().await;
    assert_eq!(ada.save().await.revision.number, first.revision.number, "nothing had changed");
    // Typed and taken back.
    ada.edit(0, 0, "x").await;
    ada.edit(0, 1, "").await;
    assert_eq!(ada.save().await.revision.number, first.revision.number);
}

#[tokio::test]
async fn a_deleted_runbook_sends_its_editors_away() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    ada.append("x").await;
    stage.engine.delete_runbook(stage.runbook).await.unwrap();
    assert_eq!(ada.until_refused().await, engine::Refusal::Deleted);
    let last = stage.engine.store().revision_before(stage.runbook, i64::MAX).await.unwrap();
    assert_eq!(last.unwrap().content, ada.text(), "it can be restored with all that was typed");
    let again = stage.engine.edit_runbook(stage.runbook, stage.user).await;
    assert!(matches!(again, Err(engine::EditError::NoRunbook)), "{again:?}");
}

#[tokio::test]
async fn an_engine_that_stops_saves_what_was_typed() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    let mut bob = stage.person().await;
    ada.append("Last words.\n").await;
    bob.until_text(&ada.text()).await;
    stage.engine.shutdown().await;
    assert_eq!(stage.stored().await.revision.content, ada.text());
}

#[tokio::test]
async fn somebody_with_another_history_is_told_and_changes_nothing() {
    let stage = Stage::new().await;
    let mut stranger = Person::default();
    stranger.append("From elsewhere.\n").await;
    stranger.editor = Some(stage.editor().await);
    stranger.say_what_i_have().await;
    assert!(matches!(stranger.news().await, News::Saved(_)));
    assert_eq!(stranger.until_refused().await, engine::Refusal::OtherHistory);
    assert_eq!(stage.stored().await.revision.content, START);
}

//! What becomes of a text while the database takes nothing.

use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use store::Store;
use tempfile::TempDir;

use crate::person::{News, Stage};

#[tokio::test]
async fn what_cannot_be_stored_is_not_called_saved_and_nothing_is_lost() {
    let dir = TempDir::new().unwrap();
    let url = format!("sqlite://{}/hub.db", dir.path().display());
    let stage = Stage::over(Store::open(&url).await.unwrap()).await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    // Another connection, which makes the database refuse what is written of texts.
    let options = ConnectOptions::new(format!("{url}?mode=rw"));
    let beside = Database::connect(options).await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON live_change \
                  BEGIN SELECT RAISE(ABORT, 'no room'); END";
    beside.execute_unprepared(refuse).await.unwrap();

    ada.append("Typed in vain?\n").await;
    loop {
        match ada.news().await {
            News::Unsaved(_) => break,
            News::Saved(opened) => assert_ne!(opened.revision.content, ada.text()),
            News::Refused(why) => panic!("refused: {why}"),
        }
    }
    ada.append("And on.\n").await;
    let put = stage.engine.save_runbook(stage.runbook, stage.user, None, None, Some("put")).await;
    assert!(put.is_err(), "it would have to come after what is not stored");
    assert_eq!(stage.stored().await.revision.number, 1);

    beside.execute_unprepared("DROP TRIGGER refuse").await.unwrap();
    let wanted = ada.text();
    bob.until_text(&wanted).await;
    ada.until_saved(&wanted).await;
    assert_eq!(stage.stored().await.revision.content, wanted);
}

//! Which saves become revisions of their own.

use std::time::Duration;

use engine::{BlockName, RestoreError, SaveRunbookError};
use model::{
    runbook::{LineCounts, Origin, RevisionInfo},
    session::State,
};

use crate::person::{Person, START, Stage};

const MINUTE: Duration = Duration::from_secs(60);

async fn revisions(stage: &Stage) -> Vec<RevisionInfo> {
    stage.engine.store().revisions(stage.runbook, None, 100).await.unwrap().items
}

async fn type_and_save(stage: &Stage, person: &mut Person, text: &str) -> i64 {
    stage.later(MINUTE);
    person.append(text).await;
    person.save().await.revision.number
}

#[tokio::test]
async fn what_one_author_edits_within_ten_minutes_is_one_revision() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    let mut numbers = Vec::new();
    for line in 0..9 {
        numbers.push(type_and_save(&stage, &mut ada, &format!("{line}\n")).await);
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "the number grows with each save: {numbers:?}");
    let found = revisions(&stage).await;
    assert_eq!(found.iter().map(|it| it.number).collect::<Vec<_>>(), [numbers[8], 1]);
    let latest = &found[0];
    assert_eq!((latest.origin, latest.author_name.as_str()), (Origin::Edited, "ada"));
    assert_eq!(latest.lines, Some(LineCounts { added: 9, removed: 0 }));
    assert_eq!(
        latest.updated_at.as_millis() - latest.created_at.as_millis(),
        8 * 60 * 1000,
        "it began with the first save"
    );
    // The eleventh minute.
    type_and_save(&stage, &mut ada, "later\n").await;
    type_and_save(&stage, &mut ada, "later\n").await;
    let found = revisions(&stage).await;
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].lines.unwrap().added, 1);
    // Somebody who has an old revision still finds out.
    let stale = Some(numbers[3]);
    let refused =
        stage.engine.save_runbook(stage.runbook, stage.user, stale, None, Some("lost")).await;
    assert!(matches!(refused, Err(SaveRunbookError::Conflict { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_save_of_somebody_a_name_or_a_run_in_between_keeps_a_revision() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    type_and_save(&stage, &mut ada, "1\n").await;
    let named = type_and_save(&stage, &mut ada, "2\n").await;
    assert!(stage.engine.name_revision(stage.runbook, named, Some(" Release ")).await.unwrap());
    type_and_save(&stage, &mut ada, "3\n").await;
    let put = format!("{}put\n", ada.text());
    stage.engine.save_runbook(stage.runbook, stage.user, None, None, Some(&put)).await.unwrap();
    ada.until_text(&put).await;
    let run = type_and_save(&stage, &mut ada, "4\n").await;
    let (view, _) = stage.engine.connect(stage.user, stage.runbook).await.unwrap();
    let mut session = stage.engine.watch_session(view.session.id).unwrap();
    session.wait_for(|it| it.session.state == State::Ready).await.unwrap();
    let block = BlockName::Index { index: 0, runtime: None };
    stage.engine.run_block(view.session.id, block, false).await.unwrap();
    type_and_save(&stage, &mut ada, "5\n").await;
    type_and_save(&stage, &mut ada, "6\n").await;

    let found = revisions(&stage).await;
    let names: Vec<_> = found.iter().map(|it| it.name.as_deref()).collect();
    assert_eq!(names, [None, None, None, None, Some("Release"), None]);
    assert_eq!(found[4].number, named);
    assert_eq!(found[2].origin, Origin::Saved);
    assert_eq!(found[1].number, run, "what was run is there as it was");
}

#[tokio::test]
async fn another_author_begins_a_revision() {
    let stage = Stage::new().await;
    let eve = stage.engine.create_user("eve@example.com", "eve", "").await.unwrap().id;
    let mut ada = stage.person().await;
    type_and_save(&stage, &mut ada, "ada\n").await;
    let mut other = Person::default();
    let mut stage_of_eve = stage.another().await;
    stage_of_eve.user = eve;
    ada.leave();
    other.join(&stage_of_eve).await;
    type_and_save(&stage, &mut other, "eve\n").await;
    let found = revisions(&stage).await;
    let authors: Vec<&str> = found.iter().map(|it| it.author_name.as_str()).collect();
    assert_eq!(authors, ["eve", "ada", "ada"]);
}

#[tokio::test]
async fn a_restored_revision_is_a_new_one_that_editors_see() {
    let stage = Stage::new().await;
    let mut ada = stage.person().await;
    type_and_save(&stage, &mut ada, "mistake\n").await;
    let restored = stage.engine.restore_revision(stage.runbook, stage.user, 1).await.unwrap();
    assert_eq!(restored.revision.origin, Origin::Restored(1));
    assert_eq!(restored.revision.lines, Some(LineCounts { added: 0, removed: 1 }));
    ada.until_text(START).await;
    type_and_save(&stage, &mut ada, "better\n").await;
    let origins: Vec<_> = revisions(&stage).await.iter().map(|it| it.origin).collect();
    assert_eq!(origins, [Origin::Edited, Origin::Restored(1), Origin::Edited, Origin::Saved]);
    let missing = stage.engine.restore_revision(stage.runbook, stage.user, 999).await;
    assert!(matches!(missing, Err(RestoreError::NoRevision { number: 999 })), "{missing:?}");
}

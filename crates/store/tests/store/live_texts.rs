use model::{
    runbook::{LineCounts, Origin, Runbook},
    session::State,
};
use store::{EditedText, LiveChange, LiveText, LiveTextError, SaveError, Store};

use crate::{
    databases::on_each_database,
    samples::{at, execution, origin, session, with_runbook},
};

fn text(state: &[u8], seq: i64, revision: i64) -> LiveText {
    LiveText { generation: 7, state: state.to_vec(), seq, revision }
}

fn change(runbook: &Runbook, seq: i64) -> LiveChange {
    LiveChange { seq, author: runbook.owner, body: vec![0, 255, 0, u8::try_from(seq).unwrap()] }
}

fn edited(runbook: &Runbook, revision: i64, seqs: (i64, i64), millis: i64) -> EditedText {
    EditedText {
        revision,
        from_seq: seqs.0,
        state: b"\0later".to_vec(),
        seq: seqs.1,
        content: format!("text at {millis}"),
        block_ids: "[]".to_owned(),
        author: runbook.owner,
        at: at(millis),
        lines: Some(LineCounts { added: 1, removed: 1 }),
        lines_since_before: Some(LineCounts { added: 2, removed: 2 }),
    }
}

async fn with_text(store: &Store) -> Runbook {
    let runbook = with_runbook(store).await;
    assert!(store.begin_live_text(runbook.id, text(b"\0state\xff", 0, 1)).await.unwrap());
    runbook
}

#[tokio::test]
async fn a_text_reads_back_with_the_changes_since() {
    on_each_database(async |store| {
        let runbook = with_text(&store).await;
        let again = store.begin_live_text(runbook.id, text(b"other", 0, 1)).await.unwrap();
        assert!(!again, "there is one already");
        for seq in 1..=3 {
            store.append_live_change(runbook.id, change(&runbook, seq), None).await.unwrap();
        }
        let taken = store.append_live_change(runbook.id, change(&runbook, 3), None).await;
        assert!(matches!(taken, Err(LiveTextError::Elsewhere { .. })), "{taken:?}");
        let changes: Vec<_> = (1..=3).map(|seq| change(&runbook, seq)).collect();
        let found = store.live_text(runbook.id).await.unwrap();
        assert_eq!(found, Some((text(b"\0state\xff", 0, 1), changes)));
        assert_eq!(store.unsaved_live_texts().await.unwrap(), [runbook.id]);

        // What a newer state has is no change any more.
        store.replace_live_text(runbook.id, 0, text(b"new", 2, 1)).await.unwrap();
        let late = store.replace_live_text(runbook.id, 0, text(b"late", 3, 1)).await;
        assert!(matches!(late, Err(LiveTextError::Elsewhere { .. })), "{late:?}");
        let stale = store.append_live_change(runbook.id, change(&runbook, 1), None).await;
        assert!(matches!(stale, Err(LiveTextError::Elsewhere { .. })), "{stale:?}");
        store.append_live_change(runbook.id, change(&runbook, 4), Some(9)).await.unwrap();
        let changes = vec![change(&runbook, 3), change(&runbook, 4)];
        assert_eq!(store.live_text(runbook.id).await.unwrap(), Some((text(b"new", 2, 9), changes)));
        store.forget_live_text(runbook.id).await.unwrap();
        assert_eq!(store.live_text(runbook.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_save_takes_the_place_of_the_last_one_of_its_author() {
    on_each_database(async |store| {
        let runbook = with_text(&store).await;
        store.append_live_change(runbook.id, change(&runbook, 1), None).await.unwrap();
        let first = edited(&runbook, 1, (0, 1), 1000);
        let first = store.save_edited(runbook.id, first, 7).await.unwrap();
        assert_eq!((first.number, first.origin), (2, Origin::Edited));
        assert_eq!(first.lines.unwrap().added, 1, "what was saved by hand stays");
        let second = store.save_edited(runbook.id, edited(&runbook, 2, (1, 1), 2000), 7).await;
        let second = second.unwrap();
        assert_eq!((second.number, second.created_at), (3, at(1000)));
        assert_eq!((second.updated_at, second.lines.unwrap().added), (at(2000), 2));
        let numbers = async || -> Vec<i64> {
            let page = store.revisions(runbook.id, None, 9).await.unwrap();
            page.items.iter().map(|it| it.number).collect()
        };
        assert_eq!(numbers().await, [3, 1]);
        assert_eq!(store.runbook(runbook.id).await.unwrap().unwrap().1, second);
        assert_eq!(store.unsaved_live_texts().await.unwrap(), []);

        // Something is run, at the very moment of the next save.
        let session = session(1, runbook.owner, runbook.id);
        store.insert_session(&session).await.unwrap();
        let mut execution = execution(1, &session, "b1");
        execution.created_at = at(2000);
        store.insert_execution(&execution, &origin("echo")).await.unwrap();
        store.save_edited(runbook.id, edited(&runbook, 3, (1, 1), 3000), 7).await.unwrap();
        assert_eq!(numbers().await, [4, 3, 1]);
        // Ten minutes after it began.
        let late = edited(&runbook, 4, (1, 1), 3000 + 10 * 60 * 1000);
        store.save_edited(runbook.id, late, 7).await.unwrap();
        assert_eq!(numbers().await, [5, 4, 3, 1]);
        assert!(store.name_revision(runbook.id, 5, Some("named")).await.unwrap());
        let named = edited(&runbook, 5, (1, 1), 3001 + 10 * 60 * 1000);
        store.save_edited(runbook.id, named, 7).await.unwrap();
        assert_eq!(numbers().await, [6, 5, 4, 3, 1]);
        let before = store.revision_before(runbook.id, 5).await.unwrap().unwrap();
        assert_eq!(before.number, 4);
        let info = store.revision_info(runbook.id, 5).await.unwrap().unwrap();
        assert_eq!((info.name.as_deref(), info.author_name.as_str()), (Some("named"), "User1"));
        assert!(matches!(session.state, State::Starting));
    })
    .await;
}

#[tokio::test]
async fn a_save_over_another_stores_nothing() {
    on_each_database(async |store| {
        let runbook = with_text(&store).await;
        let before = store.live_text(runbook.id).await.unwrap();
        let late = store.save_edited(runbook.id, edited(&runbook, 9, (0, 0), 1), 7).await;
        assert!(
            matches!(late, Err(LiveTextError::Save(SaveError::Conflict { current: 1 }))),
            "{late:?}"
        );
        let elsewhere = store.save_edited(runbook.id, edited(&runbook, 1, (5, 6), 1), 7).await;
        assert!(matches!(elsewhere, Err(LiveTextError::Elsewhere { .. })), "{elsewhere:?}");
        assert_eq!(store.live_text(runbook.id).await.unwrap(), before);
        assert_eq!(store.runbook(runbook.id).await.unwrap().unwrap().0.revision, 1);
    })
    .await;
}

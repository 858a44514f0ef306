use model::{
    audit::{Act, AuditEntry},
    id::UserId,
};
use store::{AuditFilter, Links, Store};
use tokio::task::JoinSet;

use crate::{databases::on_each_database, samples::at};

fn entry(seq: u64, prev: &str) -> AuditEntry {
    AuditEntry {
        seq,
        at: at(i64::try_from(seq).unwrap()),
        act: Act {
            actor: Some(UserId::from_random(u128::from(seq % 2))),
            name: "ada".to_owned(),
            token: None,
            action: format!("tokens_{seq}"),
            object: seq.is_multiple_of(2).then(|| "tok_\u{1f980}".to_owned()),
            from: "127.0.0.1".to_owned(),
            status: 201,
        },
        prev: prev.to_owned(),
        hash: format!("hash {seq}"),
        seal: "seal".to_owned(),
    }
}

/// Appends one entry after the last.
async fn append(store: &Store) -> Result<(), store::StoreError> {
    store
        .append_audit(|last| {
            let (seq, prev) = last.map_or((0, String::new()), |it| (it.seq, it.hash));
            let entries = vec![entry(seq + 1, &prev)];
            Links { entries, head: format!("{} head", seq + 1) }
        })
        .await
}

#[tokio::test]
async fn entries_read_back_as_they_were_appended() {
    on_each_database(async |store| {
        assert_eq!(store.audit_head().await.unwrap(), None);
        for _ in 0..5 {
            append(&store).await.unwrap();
        }
        let entries = store.audit_after(0, 10).await.unwrap();
        let prev = |seq: u64| if seq == 1 { String::new() } else { format!("hash {}", seq - 1) };
        let expected: Vec<_> = (1..=5).map(|seq| entry(seq, &prev(seq))).collect();
        assert_eq!(entries, expected);
        assert_eq!(store.audit_after(3, 1).await.unwrap(), entries[3..4]);
        assert_eq!(store.audit_head().await.unwrap().as_deref(), Some("5 head"));
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_between_two_entries() {
    on_each_database(async |store| {
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let store = store.clone();
            tasks.spawn(async move { append(&store).await });
        }
        tasks.join_all().await.into_iter().for_each(Result::unwrap);
        let entries = store.audit_after(0, 100).await.unwrap();
        assert_eq!(entries.len(), 20);
        assert!(entries.windows(2).all(|it| it[1].prev == it[0].hash), "{entries:?}");
    })
    .await;
}

#[tokio::test]
async fn entries_are_found_by_who_what_and_to_which() {
    on_each_database(async |store| {
        for _ in 0..6 {
            append(&store).await.unwrap();
        }
        let seqs = async |filter: AuditFilter| -> Vec<u64> {
            store.audit(&filter, None, 10).await.unwrap().items.iter().map(|it| it.seq).collect()
        };
        let none = AuditFilter::default();
        assert_eq!(seqs(none.clone()).await, [6, 5, 4, 3, 2, 1]);
        let actor = Some(UserId::from_random(1));
        assert_eq!(seqs(AuditFilter { actor, ..none.clone() }).await, [5, 3, 1]);
        let action = |it: &str| AuditFilter { action: Some(it.to_owned()), ..none.clone() };
        assert_eq!(seqs(action("tokens_4")).await, [4]);
        assert_eq!(seqs(action("tokens_*")).await, [6, 5, 4, 3, 2, 1]);
        assert_eq!(seqs(action("tokens%*")).await, Vec::<u64>::new(), "only our star is one");
        let object = Some("tok_\u{1f980}".to_owned());
        assert_eq!(seqs(AuditFilter { object, ..none }).await, [6, 4, 2]);
    })
    .await;
}

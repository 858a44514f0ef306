//! The audit log in a database: appended at once by many, chained and sealed.

use engine::{AuditLog, Clock, SecretKey, Verifier};
use model::audit::Act;
use store::{AuditFilter, Store};

fn act(n: usize) -> Act {
    Act {
        actor: None,
        name: format!("user{}", n % 3),
        token: None,
        action: if n.is_multiple_of(2) { "tokens_create" } else { "jobs_cancel" }.to_owned(),
        object: Some(format!("thing\0{n}")),
        from: "127.0.0.1".to_owned(),
        status: 201,
    }
}

#[tokio::test]
async fn acts_that_come_at_once_are_all_there_in_one_chain() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("hub.db").display());
    let store = Store::open(&url).await.unwrap();
    let key = SecretKey::random();
    // Two processes that share a database append to one chain as well.
    let logs = [0, 1].map(|_| AuditLog::new(store.clone(), &key, Clock::system()));
    let record = |n: usize| {
        let log = logs[n % 2].clone();
        async move { log.record(act(n)).await }
    };
    let recorded = futures_util::future::join_all((0..200).map(record)).await;
    assert!(recorded.iter().all(Result::is_ok));
    let entries = store.audit_after(0, 1000).await.unwrap();
    assert_eq!(entries.len(), 200);
    let mut verifier = Verifier::new(Some(&key), None);
    entries.iter().for_each(|it| verifier.next(it).unwrap());
    let head = store.audit_head().await.unwrap();
    assert_eq!(verifier.finish(head.as_deref()).unwrap().seq, 200);

    let filter = AuditFilter { action: Some("tokens_*".to_owned()), ..AuditFilter::default() };
    let page = store.audit(&filter, None, 60).await.unwrap();
    assert_eq!(page.items.len(), 60);
    assert!(page.items.iter().all(|it| it.act.action == "tokens_create"));
    let rest = store.audit(&filter, page.next.as_ref(), 60).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (40, None));
    store.close().await.unwrap();
}

#[tokio::test]
async fn an_act_that_could_not_be_stored_is_an_error() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    let log = AuditLog::new(store.clone(), &SecretKey::random(), Clock::system());
    store.close().await.unwrap();
    assert!(log.record(act(1)).await.is_err());
}

use model::{
    event::{Chunk, Event, EventKind},
    job::{AttemptEnd, JobStatus},
    time::Timestamp,
};
use store::{Appended, JobFilter, Wake};

use super::*;
use crate::databases::on_each_database;

async fn list(store: &Store, filter: &JobFilter) -> Vec<u128> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.jobs(filter, cursor.as_ref(), 2).await.unwrap();
        assert!(page.items.len() <= 2);
        found.extend(page.items.iter().map(|it| (1..99).find(|n| job_id(*n) == it.id).unwrap()));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn jobs_are_listed_by_page_whether_they_have_ended_or_not() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let other = with_owner(&store, 2).await;
        for n in 1..=5 {
            let name = Some(format!("nightly_{n}%"));
            submit(&store, n, owner, Order { name, ..order() }).await;
        }
        submit(&store, 9, other, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        store.cancel_job(job_id(3)).await.unwrap();
        store.cancel_job(job_id(9)).await.unwrap();
        let claimed = claim(&store, worker, 2).await;
        complete(&store, &claimed[0], AttemptEnd::Failed).await;
        assert!(start(&store, &claimed[1]).await);
        let of_owner = JobFilter { owner: Some(owner), ..JobFilter::default() };
        let mut all = list(&store, &of_owner).await;
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4, 5]);
        let with = |status: &[JobStatus]| JobFilter { status: status.to_vec(), ..of_owner.clone() };
        assert_eq!(list(&store, &with(&[JobStatus::Cancelled])).await, [3]);
        assert_eq!(list(&store, &with(&[JobStatus::Running])).await, [2]);
        assert_eq!(list(&store, &with(&[JobStatus::Failed, JobStatus::Running])).await.len(), 2);
        assert_eq!(list(&store, &with(&[JobStatus::Queued])).await.len(), 2);
        let named = |name: &str| JobFilter { name: Some(name.to_owned()), ..JobFilter::default() };
        assert_eq!(list(&store, &named("LY_4%")).await, [4]);
        assert!(list(&store, &named("ly%4")).await.is_empty(), "a wildcard is text");
        assert_eq!(store.queue_statistics().await.unwrap().ready, 2);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_has_not_ended_is_not_deleted() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        assert!(!store.delete_job(job_id(1)).await.unwrap());
        store.cancel_job(job_id(1)).await.unwrap();
        assert!(store.delete_job(job_id(1)).await.unwrap());
        assert!(store.job(job_id(1)).await.unwrap().is_none());
        assert!(events(&store, 1).await.is_empty());
        submit(&store, 2, owner, order()).await;
        store.cancel_job(job_id(2)).await.unwrap();
        assert_eq!(store.forget_jobs(Timestamp::from_millis(0)).await.unwrap(), 0);
        assert_eq!(store.forget_jobs(Timestamp::from_millis(i64::MAX)).await.unwrap(), 1);
    })
    .await;
}

fn said(seq: u64) -> Event {
    let text = format!("{seq}\0\u{1f980}\"\n");
    let kind = EventKind::Stdout(Chunk::new(text.into_bytes()));
    Event { seq, at: Timestamp::from_millis(0), kind }
}

#[tokio::test]
async fn what_a_job_says_last_is_stored_with_its_end_or_not_at_all() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        assert!(start(&store, &claimed).await);
        let appended = Appended { held: held(&claimed), events: vec![said(1)] };
        assert!(store.append_job_events(&[appended]).await.unwrap().is_empty());
        let report = report(AttemptEnd::Succeeded);
        let (held, events) = (held(&claimed), vec![said(2), said(3)]);
        let finished = Finished { held, owner, report, events };
        let stale = Held { fence: held.fence + 1, ..held };
        let too_late = Finished { held: stale, ..finished.clone() };
        assert!(store.finish_jobs(&[too_late], 0).await.unwrap().is_empty());
        assert_eq!(super::events(&store, 1).await.len(), 1);
        assert_eq!(store.finish_jobs(&[finished], 0).await.unwrap().len(), 1);
        let bodies = super::events(&store, 1).await;
        assert_eq!(serde_json::from_str::<Event>(&bodies[2]).unwrap(), said(3));
        assert_one_end(&bodies, r#""exit_code":0"#);
    })
    .await;
}

#[test]
fn an_end_without_its_output_is_no_success() {
    let held = Held { job: job_id(1), fence: 1, worker: WorkerId::from_random(1) };
    let report = report(AttemptEnd::Succeeded);
    let owner = UserId::from_random(1);
    let finished = Finished { held, owner, report, events: vec![said(1)] };
    let without = finished.without_events(&store::StoreError::DiskFull);
    assert!(!without.says_more());
    assert_eq!(without.report.end, AttemptEnd::Failed);
    assert!(without.report.reason.unwrap().contains("output"));
}

#[tokio::test]
async fn what_a_job_says_is_kept_in_order_and_announced() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        assert!(start(&store, &claimed).await);
        let mut rings = store.bell().listen();
        for seq in [1, 3] {
            let appended =
                Appended { held: held(&claimed), events: vec![said(seq), said(seq + 1)] };
            assert!(store.append_job_events(&[appended]).await.unwrap().is_empty());
        }
        assert_eq!(rings.next().await, Wake::Events(job_id(1)));
        finish(&store, &claimed, AttemptEnd::Succeeded).await;
        let bodies = events(&store, 1).await;
        assert_eq!(bodies.len(), 5);
        for (body, seq) in bodies[..4].iter().zip(1..) {
            assert_eq!(serde_json::from_str::<Event>(body).unwrap(), said(seq));
        }
        assert_eq!(store.job_events(job_id(1), 4, 1).await.unwrap()[0].seq, 4);
        let doubled = Appended { held: held(&claimed), events: vec![said(6)] };
        assert!(!store.append_job_events(&[doubled]).await.unwrap().is_empty());
    })
    .await;
}

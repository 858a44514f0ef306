use model::{
    job::{AttemptEnd, Concurrency, End, Phase},
    time::Timestamp,
};
use store::{CancelAnswer, SubmitJobError};

use super::*;
use crate::databases::on_each_database;

#[tokio::test]
async fn a_failed_job_is_tried_again_and_is_dead_in_the_end() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, retried(1)).await;
        let worker = worker(&store, 1, LEASE).await;
        let first = claim_one(&store, worker).await;
        let phase = complete(&store, &first, AttemptEnd::Failed).await.unwrap();
        assert!(matches!(phase, Phase::Queued { .. }), "{phase:?}");
        let second = claim_one(&store, worker).await;
        let phase = complete(&store, &second, AttemptEnd::Failed).await;
        assert_eq!(phase, Some(Phase::Ended(End::Dead)));
        let said = events(&store, 1).await;
        assert!(said[0].contains("attempt 1 failed"), "{said:?}");
        assert_one_end(&said, r#""exit_code":1"#);
        let attempts = store.job_attempts(job_id(1)).await.unwrap();
        assert_eq!((attempts.len(), attempts[0].exit_code), (1, Some(1)));
        let job = store.job(job_id(1)).await.unwrap().unwrap();
        assert_eq!((job.state.fence, job.state.failures, job.worker), (2, 1, Some(worker)));
        assert!(job.started_at.is_some() && job.ended_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_retry_waits_for_its_time() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let slow = Order { retries: Retries { max: 1, backoff_ms: 3_600_000 }, ..order() };
        submit(&store, 1, owner, slow).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        complete(&store, &claimed, AttemptEnd::Failed).await;
        let tended = store.tend_jobs(0).await.unwrap();
        assert!(tended.next_due.unwrap() > Duration::from_secs(3000));
        assert!(claim(&store, worker, 1).await.is_empty());
        assert_eq!(store.queue_statistics().await.unwrap().scheduled, 1);
        store.cancel_job(job_id(1)).await.unwrap();
        assert_eq!(phase(&store, 1).await, Phase::Ended(End::Cancelled));
    })
    .await;
}

#[tokio::test]
async fn a_queued_job_is_cancelled_at_once_and_a_running_one_when_its_worker_says_so() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        for n in 1..=3 {
            submit(&store, n, owner, order()).await;
        }
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 2).await;
        assert!(start(&store, &claimed[0]).await);
        let queued = store.cancel_job(job_id(3)).await.unwrap().unwrap();
        assert!(matches!(queued, CancelAnswer::Done(_)), "{queued:?}");
        let running = store.cancel_job(job_id(1)).await.unwrap().unwrap();
        assert!(matches!(running, CancelAnswer::Asked(_)), "{running:?}");
        store.cancel_job(job_id(2)).await.unwrap();
        assert!(!start(&store, &claimed[1]).await, "a cancelled job was started");
        let ended = finish(&store, &claimed[0], AttemptEnd::Succeeded).await;
        assert_eq!(ended, Some(Phase::Ended(End::Cancelled)));
        let ended = finish(&store, &claimed[1], AttemptEnd::Interrupted).await;
        assert_eq!(ended, Some(Phase::Ended(End::Cancelled)));
        let again = store.cancel_job(job_id(1)).await.unwrap().unwrap();
        assert!(matches!(again, CancelAnswer::Ended(_)), "{again:?}");
        assert!(store.cancel_job(job_id(99)).await.unwrap().is_none());
        for n in 1..=3 {
            assert_one_end(&events(&store, n).await, r#""outcome":"cancelled""#);
        }
        assert_eq!(store.job_usage(Subject::User(owner)).await.unwrap().queued, 0);
    })
    .await;
}

#[tokio::test]
async fn a_job_runs_after_those_that_it_comes_after() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        submit(&store, 2, owner, order()).await;
        submit(&store, 3, owner, Order { after: vec![job_id(1), job_id(2)], ..order() }).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 8).await;
        assert_eq!(claimed.len(), 2);
        complete(&store, &claimed[0], AttemptEnd::Succeeded).await;
        assert_eq!(phase(&store, 3).await, Phase::Waiting);
        complete(&store, &claimed[1], AttemptEnd::Succeeded).await;
        assert_eq!(claim_one(&store, worker).await.job.id, job_id(3));
    })
    .await;
}

#[tokio::test]
async fn whatever_comes_after_a_failure_is_cancelled_to_the_end_of_the_chain() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        submit(&store, 2, owner, Order { after: vec![job_id(1)], ..order() }).await;
        submit(&store, 3, owner, Order { after: vec![job_id(2)], ..order() }).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        complete(&store, &claimed, AttemptEnd::Failed).await;
        for n in [2, 3] {
            assert_eq!(phase(&store, n).await, Phase::Ended(End::Cancelled));
            let job = store.job(job_id(n)).await.unwrap().unwrap();
            assert!(job.reason.unwrap().contains("did not succeed"));
        }
        let late = new_job(4, owner, Order { after: vec![job_id(1)], ..order() });
        let refused = store.submit_job(late).await.unwrap_err();
        assert!(matches!(refused, SubmitJobError::PredecessorFailed { .. }), "{refused}");
        let other = with_owner(&store, 2).await;
        let foreign = new_job(5, other, Order { after: vec![job_id(1)], ..order() });
        let refused = store.submit_job(foreign).await.unwrap_err();
        assert!(matches!(refused, SubmitJobError::NoPredecessor { .. }), "{refused}");
        assert_eq!(store.job_usage(Subject::User(owner)).await.unwrap().queued, 0);
    })
    .await;
}

#[tokio::test]
async fn a_predecessor_that_has_succeeded_already_is_none() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        complete(&store, &claimed, AttemptEnd::Succeeded).await;
        submit(&store, 2, owner, Order { after: vec![job_id(1)], ..order() }).await;
        assert_eq!(claim_one(&store, worker).await.job.id, job_id(2));
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_told_by_one_at_a_time_until_that_is_said() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let webhook = Some("http://127.0.0.1:1/".to_owned());
        submit(&store, 1, owner, Order { webhook, ..order() }).await;
        submit(&store, 2, owner, order()).await;
        let (long, short) = (Duration::from_secs(60), Duration::ZERO);
        assert!(store.take_webhooks(10, long).await.unwrap().is_empty());
        store.cancel_job(job_id(1)).await.unwrap();
        store.cancel_job(job_id(2)).await.unwrap();
        let taken = async |hold| -> Vec<_> {
            let taken = store.take_webhooks(10, hold).await.unwrap();
            taken.into_iter().map(|it| (it.job.id, it.tries)).collect()
        };
        // Who took the first try was not heard of any more.
        assert_eq!(taken(short).await, [(job_id(1), 1)]);
        assert_eq!(taken(long).await, [(job_id(1), 2)]);
        assert_eq!(taken(long).await, []);
        store.tell_again(job_id(1), 1, short).await.unwrap();
        assert_eq!(taken(long).await, [], "the first try is not the one that counts");
        store.tell_again(job_id(1), 2, short).await.unwrap();
        assert_eq!(taken(long).await, [(job_id(1), 3)]);
        assert!(store.job_was_told(job_id(1)).await.unwrap());
        assert!(!store.job_was_told(job_id(1)).await.unwrap());
        assert_eq!(taken(short).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_gate_is_forgotten_when_nobody_counts_on_it() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let bound = |key: &str| {
            let concurrency = Some(Concurrency { key: key.to_owned(), limit: 1 });
            Order { concurrency, ..order() }
        };
        let later = Some(Timestamp::from_millis(i64::from(u32::MAX) * 1000));
        submit(&store, 1, owner, bound("done")).await;
        submit(&store, 2, owner, bound("runs \"%_")).await;
        submit(&store, 3, owner, Order { run_at: later, ..bound("waits") }).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 4).await;
        assert_eq!(claimed.len(), 2);
        assert_eq!(store.forget_gates().await.unwrap(), 0);
        complete(&store, &claimed[0], AttemptEnd::Succeeded).await;
        assert_eq!(store.forget_gates().await.unwrap(), 1);
        assert_eq!(store.forget_gates().await.unwrap(), 0);
        // The one that is forgotten is there again for whoever needs it.
        submit(&store, 4, owner, bound("done")).await;
        submit(&store, 5, owner, bound("done")).await;
        assert_eq!(claim(&store, worker, 4).await.len(), 1);
        store.cancel_job(job_id(3)).await.unwrap();
        assert_eq!(store.forget_gates().await.unwrap(), 1);
    })
    .await;
}

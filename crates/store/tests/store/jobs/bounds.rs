use model::{
    id::TokenId,
    job::{AttemptEnd, Concurrency, End, Phase},
};
use store::{Idempotency, SubmitJobError};

use super::*;
use crate::databases::on_each_database;

fn keyed(limit: u32) -> Order {
    Order { concurrency: Some(Concurrency { key: "db".to_owned(), limit }), ..order() }
}

#[tokio::test]
async fn no_more_jobs_of_a_user_run_than_may() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let two = JobLimits { running: Some(2), ..UNBOUNDED };
        store.set_job_limits(Subject::User(owner), two).await.unwrap();
        for n in 0..5 {
            submit(&store, n, owner, order()).await;
        }
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 8).await;
        assert_eq!(claimed.len(), 2);
        assert!(claim(&store, worker, 8).await.is_empty());
        complete(&store, &claimed[0], AttemptEnd::Failed).await;
        assert_eq!(claim(&store, worker, 8).await.len(), 1);
        let three = JobLimits { running: Some(3), ..UNBOUNDED };
        store.set_job_limits(Subject::User(owner), three).await.unwrap();
        assert_eq!(claim(&store, worker, 8).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn jobs_with_one_key_run_one_after_the_other_and_hold_up_nobody_else() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        for n in 1..=3 {
            submit(&store, n, owner, keyed(1)).await;
        }
        submit(&store, 4, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 8).await;
        assert_eq!(claimed.iter().map(|it| it.job.id).collect::<Vec<_>>(), [job_id(1), job_id(4)]);
        assert!(claim(&store, worker, 8).await.is_empty());
        complete(&store, &claimed[0], AttemptEnd::Succeeded).await;
        let next = claim_one(&store, worker).await;
        assert_eq!(next.job.id, job_id(2));
        store.cancel_job(job_id(3)).await.unwrap();
        complete(&store, &next, AttemptEnd::Failed).await;
        submit(&store, 5, owner, keyed(1)).await;
        assert_eq!(claim_one(&store, worker).await.job.id, job_id(5));
    })
    .await;
}

#[tokio::test]
async fn a_retried_job_lets_others_with_its_key_go_first() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let retried = Order { retries: Retries { max: 1, backoff_ms: 3_600_000 }, ..keyed(1) };
        submit(&store, 1, owner, retried).await;
        submit(&store, 2, owner, keyed(1)).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        complete(&store, &claimed, AttemptEnd::Failed).await;
        assert_eq!(claim_one(&store, worker).await.job.id, job_id(2));
    })
    .await;
}

#[tokio::test]
async fn a_token_runs_no_more_than_its_own_limit() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let token = TokenId::from_random(1);
        let one = JobLimits { running: Some(1), ..JobLimits::default() };
        store.set_job_limits(Subject::Token(token), one).await.unwrap();
        for n in 1..=2 {
            let new = NewJob { token: Some(token), ..new_job(n, owner, keyed(5)) };
            store.submit_job(new).await.unwrap();
        }
        submit(&store, 3, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 8).await;
        assert_eq!(claimed.iter().map(|it| it.job.id).collect::<Vec<_>>(), [job_id(1), job_id(3)]);
        complete(&store, &claimed[0], AttemptEnd::Succeeded).await;
        assert_eq!(claim_one(&store, worker).await.job.id, job_id(2));
        let usage = store.job_usage(Subject::Token(token)).await.unwrap();
        assert_eq!((usage.queued, usage.running, usage.cpu_ms_today), (1, 1, 10));
    })
    .await;
}

#[tokio::test]
async fn who_submits_too_fast_or_too_much_is_told_so() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let limits = JobLimits { per_minute: Some(3), ..UNBOUNDED };
        store.set_job_limits(Subject::User(owner), limits).await.unwrap();
        for n in 1..=3 {
            submit(&store, n, owner, order()).await;
        }
        let refused = store.submit_job(new_job(4, owner, order())).await.unwrap_err();
        let SubmitJobError::TooFast { limit, wait } = refused else { panic!("{refused}") };
        assert!(limit == 3 && wait <= Duration::from_secs(20) && wait > Duration::ZERO, "{wait:?}");
        let limits = JobLimits { queued: Some(3), ..UNBOUNDED };
        store.set_job_limits(Subject::User(owner), limits).await.unwrap();
        let refused = store.submit_job(new_job(4, owner, order())).await.unwrap_err();
        assert!(matches!(refused, SubmitJobError::TooMany { limit: 3 }), "{refused}");
        assert!(store.job(job_id(4)).await.unwrap().is_none());
        store.cancel_job(job_id(1)).await.unwrap();
        submit(&store, 4, owner, order()).await;
    })
    .await;
}

#[tokio::test]
async fn used_up_processor_time_stops_what_has_not_started() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let limits = JobLimits { cpu_seconds_per_day: Some(0), ..UNBOUNDED };
        submit(&store, 1, owner, order()).await;
        submit(&store, 2, owner, order()).await;
        store.set_job_limits(Subject::User(owner), limits).await.unwrap();
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        complete(&store, &claimed, AttemptEnd::Succeeded).await;
        assert!(claim(&store, worker, 1).await.is_empty());
        let refused = store.submit_job(new_job(3, owner, order())).await.unwrap_err();
        assert!(matches!(refused, SubmitJobError::CpuUsed { .. }), "{refused}");
        store.set_job_limits(Subject::User(owner), UNBOUNDED).await.unwrap();
        assert_eq!(claim_one(&store, worker).await.job.id, job_id(2));
    })
    .await;
}

#[tokio::test]
async fn limits_come_from_the_token_the_user_and_everybody() {
    on_each_database(async |store| {
        let owner = with_owner(&store, 1).await;
        let token = TokenId::from_random(1);
        assert_eq!(store.effective_job_limits(owner, None).await.unwrap(), JobLimits::USUAL);
        let of_user = JobLimits { running: Some(5), ..JobLimits::default() };
        store.set_job_limits(Subject::User(owner), of_user).await.unwrap();
        let of_token = JobLimits { running: Some(50), queued: Some(7), ..JobLimits::default() };
        store.set_job_limits(Subject::Token(token), of_token).await.unwrap();
        let effective = store.effective_job_limits(owner, Some(token)).await.unwrap();
        assert_eq!((effective.running, effective.queued), (Some(5), Some(7)));
        assert_eq!(store.job_limits(Subject::Token(token)).await.unwrap(), of_token);
        store.add_artifact_bytes(owner, Some(token), 100).await.unwrap();
        store.add_artifact_bytes(owner, Some(token), -40).await.unwrap();
        assert_eq!(store.job_usage(Subject::Token(token)).await.unwrap().artifact_bytes, 60);
    })
    .await;
}

#[tokio::test]
async fn a_key_gives_the_job_of_the_first_submission() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let keyed = |n, hash: &str| {
            let idempotency = Some(Idempotency { key: "k".to_owned(), hash: hash.to_owned() });
            NewJob { idempotency, ..new_job(n, owner, order()) }
        };
        store.submit_job(keyed(1, "a")).await.unwrap();
        let known = store.submit_job(keyed(2, "a")).await.unwrap();
        assert!(matches!(&known, Submitted::Known(job) if job.id == job_id(1)));
        let refused = store.submit_job(keyed(3, "b")).await.unwrap_err();
        assert!(matches!(refused, SubmitJobError::KeyReused { .. }), "{refused}");
        store.cancel_job(job_id(1)).await.unwrap();
        let known = store.submit_job(keyed(4, "a")).await.unwrap();
        assert_eq!(known.job().state.phase, Phase::Ended(End::Cancelled));
        assert!(store.delete_job(job_id(1)).await.unwrap());
        assert!(matches!(store.submit_job(keyed(5, "a")).await.unwrap(), Submitted::New(_)));
    })
    .await;
}

use model::{
    artifact::{Artifact, Digest},
    event::{Event, EventKind},
    id::ArtifactId,
    job::{AttemptEnd, End, Phase},
    time::Timestamp,
};
use store::{Appended, ArtifactLimits, Blob, InsertArtifactError, Renewal};

use super::*;
use crate::databases::on_each_database;

#[tokio::test]
async fn a_job_is_taken_once_and_ends_once() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let (one, two) = (worker(&store, 1, LEASE).await, worker(&store, 2, LEASE).await);
        let (first, second) = tokio::join!(claim(&store, one, 4), claim(&store, two, 4));
        let claimed = [first, second].concat();
        assert_eq!(claimed.len(), 1);
        assert_eq!((claimed[0].job.state.fence, claimed[0].last_seq), (1, 0));
        assert!(start(&store, &claimed[0]).await);
        assert!(!start(&store, &claimed[0]).await, "started twice");
        let ended = finish(&store, &claimed[0], AttemptEnd::Succeeded).await;
        assert_eq!(ended, Some(Phase::Ended(End::Succeeded)));
        assert_eq!(finish(&store, &claimed[0], AttemptEnd::Failed).await, None);
        assert_eq!(phase(&store, 1).await, Phase::Ended(End::Succeeded));
        assert_one_end(&events(&store, 1).await, r#""exit_code":0"#);
        let usage = store.job_usage(Subject::User(owner)).await.unwrap();
        assert_eq!((usage.queued, usage.running, usage.cpu_ms_today), (0, 0, 10));
    })
    .await;
}

#[tokio::test]
async fn a_worker_takes_only_what_fits() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let worker = worker(&store, 1, LEASE).await;
        let go = Order { language: Some("golang".to_owned()), ..order() };
        submit(&store, 1, owner, go).await;
        submit(&store, 2, owner, order()).await;
        submit(&store, 3, owner, Order { language: None, ..order() }).await;
        let claimed: Vec<_> = claim(&store, worker, 8).await.iter().map(|it| it.job.id).collect();
        assert_eq!(claimed, [job_id(2), job_id(3)]);
        let any = Fit { runtimes: vec!["golang".to_owned()], slots: 8 };
        let claimed = store.claim_jobs(worker, &any).await.unwrap();
        assert_eq!(claimed.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn priority_goes_first_and_age_wins_in_the_end() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let worker = worker(&store, 1, LEASE).await;
        let with = |priority, minutes: i64| {
            let now = 1_795_222_800_000 - minutes * 60_000;
            Order { priority, run_at: Some(Timestamp::from_millis(now)), ..order() }
        };
        submit(&store, 1, owner, with(0, 0)).await;
        submit(&store, 2, owner, with(5, 0)).await;
        submit(&store, 3, owner, with(-5, 0)).await;
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(claim_one(&store, worker).await.job.id);
        }
        assert_eq!(taken, [job_id(2), job_id(1), job_id(3)]);
    })
    .await;
}

#[tokio::test]
async fn the_owner_of_half_the_queue_gets_one_share_of_the_starts() {
    on_each_database(async |store| {
        let whale = open(&store).await;
        for n in 0..60 {
            submit(&store, 1000 + n, whale, order()).await;
        }
        for user in 2..12 {
            let owner = with_owner(&store, user).await;
            for n in 0..6 {
                submit(&store, user * 10_000 + n, owner, order()).await;
            }
        }
        let worker = worker(&store, 1, LEASE).await;
        let mut starts = std::collections::BTreeMap::new();
        for _ in 0..11 {
            for claimed in claim(&store, worker, 3).await {
                *starts.entry(claimed.job.owner).or_insert(0) += 1;
            }
        }
        assert_eq!(starts.values().copied().collect::<Vec<_>>(), vec![3; 11]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_gives_the_job_to_another_worker_and_refuses_the_first() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        submit(&store, 2, owner, order()).await;
        submit(&store, 3, owner, Order { idempotent: true, ..retried(0) }).await;
        let silent = worker(&store, 1, Duration::ZERO).await;
        let claimed = claim(&store, silent, 3).await;
        let [fresh, started, idempotent] = claimed.as_slice() else { panic!("{}", claimed.len()) };
        assert!(start(&store, started).await && start(&store, idempotent).await);
        until_gone(&store, silent).await;

        assert_eq!(phase(&store, 2).await, Phase::Ended(End::Lost));
        assert_one_end(&events(&store, 2).await, r#""outcome":"lost""#);
        assert!(matches!(phase(&store, 1).await, Phase::Queued { .. }));
        assert!(matches!(phase(&store, 3).await, Phase::Queued { .. }));
        assert!(!start(&store, fresh).await);
        assert_eq!(finish(&store, started, AttemptEnd::Succeeded).await, None);
        assert_eq!(finish(&store, idempotent, AttemptEnd::Succeeded).await, None);
        let late = Appended { held: held(idempotent), events: vec![said(2, "late")] };
        let refused = store.append_job_events(&[late]).await.unwrap();
        assert!(refused.contains(&job_id(3)));
        assert!(!events(&store, 3).await.concat().contains("late"));
        assert!(claim(&store, silent, 1).await.is_empty(), "who was given up takes nothing");
        let renewal = store.renew_worker(silent, &BTreeSet::new(), 1, LEASE).await.unwrap();
        assert_eq!(renewal, Renewal::Lost);

        let other = worker(&store, 2, LEASE).await;
        let again = claim_one(&store, other).await;
        assert_eq!((again.job.id, again.job.state.fence, again.last_seq), (job_id(3), 2, 1));
        complete(&store, &again, AttemptEnd::Succeeded).await;
        assert_one_end(&events(&store, 3).await, r#""exit_code":0"#);
        assert_eq!(store.job_attempts(job_id(3)).await.unwrap().len(), 1);
    })
    .await;
}

fn said(seq: u64, text: &str) -> Event {
    let kind = EventKind::Info { data: text.to_owned() };
    Event { seq, at: Timestamp::from_millis(0), kind }
}

/// A lease of no time ends with the next tick of the database's clock.
async fn until_gone(store: &store::Store, worker: model::id::WorkerId) {
    while !store.tend_jobs(0).await.unwrap().gone.contains(&worker) {}
}

#[tokio::test]
async fn a_renewal_tells_of_cancelled_lost_and_unknown_jobs() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        submit(&store, 2, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim(&store, worker, 2).await;
        store.cancel_job(job_id(1)).await.unwrap();
        let stale = Held { job: job_id(2), fence: 7, worker };
        let holds = BTreeSet::from([held(&claimed[0]), held(&claimed[1]), stale]);
        let renewal = store.renew_worker(worker, &holds, 6, LEASE).await.unwrap();
        let Renewal::Renewed { cancelled, lost, unknown } = renewal else { panic!("lost") };
        assert_eq!((cancelled.len(), cancelled.first()), (1, Some(&job_id(1))));
        assert_eq!((lost, unknown), (BTreeSet::from([stale]), BTreeSet::new()));
        assert_eq!(store.worker(worker).await.unwrap().unwrap().free, 6);
        assert_eq!(store.cancelled_jobs(worker).await.unwrap(), BTreeSet::from([job_id(1)]));
    })
    .await;
}

#[tokio::test]
async fn a_renewal_tells_of_started_jobs_that_a_worker_lost_sight_of() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let worker = worker(&store, 1, LEASE).await;
        let claimed = claim_one(&store, worker).await;
        assert!(start(&store, &claimed).await);
        let forgotten = held(&claimed);
        let settled = store.hand_back_jobs(&[(forgotten, owner)]).await.unwrap();
        assert_eq!(settled[0].phase, Phase::Ended(End::Lost));
        assert_eq!(store.hand_back_jobs(&[(forgotten, owner)]).await.unwrap(), []);
    })
    .await;
}

/// A database that crashes may forget a claim, and count the next one the same.
#[tokio::test]
async fn a_claim_that_the_database_forgot_is_not_taken_for_the_next_one() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let (one, two) = (worker(&store, 1, LEASE).await, worker(&store, 2, LEASE).await);
        let counts = claim_one(&store, two).await;
        let forgotten = Held { worker: one, ..held(&counts) };
        assert_eq!(store.start_jobs(&[forgotten]).await.unwrap(), BTreeSet::new());
        assert!(start(&store, &counts).await);
        let late = Appended { held: forgotten, events: vec![said(1, "late")] };
        let refused = store.append_job_events(&[late]).await.unwrap();
        assert_eq!(refused, BTreeSet::from([job_id(1)]));
        let report = report(AttemptEnd::NotStarted);
        let finished = Finished { held: forgotten, owner, report, events: Vec::new() };
        assert_eq!(store.finish_jobs(&[finished], 0).await.unwrap(), []);
        assert_eq!(store.hand_back_jobs(&[(forgotten, owner)]).await.unwrap(), []);
        let ended = finish(&store, &counts, AttemptEnd::Succeeded).await;
        assert_eq!(ended, Some(Phase::Ended(End::Succeeded)));
    })
    .await;
}

#[tokio::test]
async fn what_a_job_leaves_is_kept_by_the_claim_that_counts_and_once() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, retried(1)).await;
        let worker = worker(&store, 1, LEASE).await;
        let leave = async |n: u128, by: Held| {
            let id = ArtifactId::from_random(n);
            let at = Timestamp::from_millis(0);
            let digest = Digest::new([u8::try_from(n).unwrap(); 32]);
            let (name, media_type) = ("out.txt".to_owned(), "text/plain".to_owned());
            let (token, job, expires_at) = (None, Some(by.job), None);
            let artifact = Artifact {
                id,
                owner,
                token,
                name,
                media_type,
                digest,
                size: 1,
                job,
                created_at: at,
                expires_at,
            };
            let (place, pieces) = (n.to_string(), Vec::new());
            let content = Blob { digest, place, size: 1, pieces, stored_at: at };
            let limits = ArtifactLimits { of_user: Some(1), of_token: None };
            store.insert_artifact(&artifact, &content, limits, Some(by)).await
        };
        let first = claim_one(&store, worker).await;
        let early = leave(1, held(&first)).await.unwrap_err();
        assert!(matches!(early, InsertArtifactError::Stale { .. }), "{early}");
        assert!(start(&store, &first).await);
        leave(1, held(&first)).await.unwrap();
        finish(&store, &first, AttemptEnd::Failed).await.unwrap();
        let late = leave(2, held(&first)).await.unwrap_err();
        assert!(matches!(late, InsertArtifactError::Stale { .. }), "{late}");
        let second = claim_one(&store, worker).await;
        assert!(start(&store, &second).await);
        // Stored, and not heard of; and stored again.
        leave(3, held(&second)).await.unwrap();
        leave(3, held(&second)).await.unwrap();
        let left = store.artifacts_of_job(job_id(1)).await.unwrap();
        assert_eq!((left.len(), left[0].id), (1, ArtifactId::from_random(3)));
    })
    .await;
}

#[tokio::test]
async fn what_a_worker_hands_back_is_taken_by_the_next_one() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        submit(&store, 1, owner, order()).await;
        let (one, two) = (worker(&store, 1, LEASE).await, worker(&store, 2, LEASE).await);
        let claimed = claim_one(&store, one).await;
        store.drain_worker(one).await.unwrap();
        let settled = store.hand_back_jobs(&[(held(&claimed), owner)]).await.unwrap();
        assert!(matches!(settled[0].phase, Phase::Queued { .. }));
        assert!(claim(&store, one, 1).await.is_empty(), "who drains takes nothing");
        store.retire_worker(one).await.unwrap();
        assert_eq!(store.workers().await.unwrap().len(), 1);
        let again = claim_one(&store, two).await;
        assert_eq!(
            complete(&store, &again, AttemptEnd::Succeeded).await,
            Some(Phase::Ended(End::Succeeded))
        );
    })
    .await;
}

#[tokio::test]
async fn many_workers_at_once_share_the_queue_without_a_double() {
    on_each_database(async |store| {
        let mut owners = vec![open(&store).await];
        for user in 2..5 {
            owners.push(with_owner(&store, user).await);
        }
        for n in 0..80_u128 {
            let owner = owners[usize::try_from(n % 4).unwrap()];
            submit(&store, n, owner, order()).await;
        }
        let drain = async |n: u128| {
            let worker = worker(&store, n, LEASE).await;
            let mut done = Vec::new();
            loop {
                let claimed = claim(&store, worker, 5).await;
                if claimed.is_empty() {
                    return done;
                }
                for claimed in claimed {
                    complete(&store, &claimed, AttemptEnd::Succeeded).await.unwrap();
                    done.push(claimed.job.id);
                }
            }
        };
        let (a, b, c, d) = tokio::join!(drain(1), drain(2), drain(3), drain(4));
        let all: Vec<_> = [a, b, c, d].concat();
        let unique: BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), unique.len()), (80, 80));
        for owner in owners {
            let usage = store.job_usage(Subject::User(owner)).await.unwrap();
            assert_eq!((usage.queued, usage.running), (0, 0));
        }
    })
    .await;
}

use model::{
    id::ScheduleId,
    job::{Cron, Missed, Schedule},
    time::Timestamp,
};
use store::JobFilter;

use super::*;
use crate::databases::on_each_database;

async fn schedule(store: &Store, n: u128, owner: UserId, missed: Missed) -> Schedule {
    let now = store.database_time().await.unwrap();
    let schedule = Schedule {
        id: ScheduleId::from_random(n),
        owner,
        name: format!("schedule {n}"),
        cron: Cron::new("0 * * * *", "Europe/Vienna", now).unwrap(),
        missed,
        order: order(),
        paused: false,
        // Three full hours ago, whatever the time is now.
        next_at: Some(Timestamp::from_millis((now.as_millis() / 3_600_000 - 2) * 3_600_000)),
        last_job: None,
        created_at: now,
    };
    store.create_schedule(&schedule).await.unwrap();
    schedule
}

/// Fires with ids from `first` on and returns how many jobs were submitted.
async fn fire(store: &Store, first: u128) -> usize {
    let mut next = first;
    let ids = || {
        next += 1;
        job_id(next)
    };
    store.fire_schedules(ids).await.unwrap().len()
}

#[tokio::test]
async fn a_schedule_submits_each_of_its_jobs_once() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        schedule(&store, 1, owner, Missed::All).await;
        let (one, two) = tokio::join!(fire(&store, 100), fire(&store, 200));
        assert_eq!(one + two, 3);
        assert_eq!(fire(&store, 300).await, 0);
        let filter =
            JobFilter { schedule: Some(ScheduleId::from_random(1)), ..JobFilter::default() };
        assert_eq!(store.jobs(&filter, None, 10).await.unwrap().items.len(), 3);
        let found = store.schedule(ScheduleId::from_random(1)).await.unwrap().unwrap();
        assert!(found.next_at.unwrap() > store.database_time().await.unwrap());
        assert!(found.last_job.is_some());
    })
    .await;
}

#[tokio::test]
async fn missed_runs_follow_the_policy_and_a_paused_schedule_does_nothing() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        schedule(&store, 1, owner, Missed::Once).await;
        assert_eq!(fire(&store, 100).await, 1);
        let paused = schedule(&store, 2, owner, Missed::Once).await;
        let paused = Schedule { paused: true, ..paused };
        assert!(store.update_schedule(&paused).await.unwrap());
        assert_eq!(fire(&store, 200).await, 0);
        assert_eq!(store.schedule(paused.id).await.unwrap().unwrap(), paused);
        assert_eq!(store.schedules(owner, None, 1).await.unwrap().items.len(), 1);
        assert!(store.schedules(owner, None, 1).await.unwrap().next.is_some());
        assert!(store.delete_schedule(paused.id).await.unwrap());
        assert!(!store.delete_schedule(paused.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_limits_of_its_owner_hold_for_a_schedule() {
    on_each_database(async |store| {
        let owner = open(&store).await;
        let limits = JobLimits { queued: Some(1), ..UNBOUNDED };
        store.set_job_limits(Subject::User(owner), limits).await.unwrap();
        schedule(&store, 1, owner, Missed::All).await;
        let mut next = 0;
        let ids = || {
            next += 1;
            job_id(next)
        };
        let fired = store.fire_schedules(ids).await.unwrap();
        assert_eq!(fired.iter().filter(|(_, it)| it.is_ok()).count(), 1);
        assert!(fired.iter().any(|(_, it)| it.as_ref().is_err_and(|it| it.contains("1 jobs"))));
    })
    .await;
}

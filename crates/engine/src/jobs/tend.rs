//! Looking after the queue: jobs whose time has come, workers that are silent, schedules, what is too old.
//! Every worker does it for all, and so does a hub that takes no jobs itself.

use std::time::Duration;

use model::{id::JobId, time::Timestamp};
use store::Store;
use tokio::time::Instant;

use super::worker::{LOOK, draw, jittered};
use crate::random_id;

/// How often old jobs are forgotten.
const TIDYING: Duration = Duration::from_secs(60 * 60);

/// Looks after the queue for as long as it is polled. Jobs that have ended are kept for `keep`.
pub(super) async fn tend(store: &Store, keep: Duration) -> ! {
    let mut tidied_at: Option<Instant> = None;
    loop {
        let next_due = match store.tend_jobs(draw()).await {
            Ok(tended) => tended.next_due,
            Err(error) => {
                tracing::debug!(%error, "the queue was not looked after");
                None
            }
        };
        fire(store).await;
        if tidied_at.is_none_or(|it| it.elapsed() > TIDYING) {
            tidied_at = Some(Instant::now());
            forget(store, keep).await;
        }
        let wait = next_due.map_or(LOOK, |it| it.min(LOOK)).max(Duration::from_millis(5));
        tokio::time::sleep(if wait < LOOK { wait } else { jittered(LOOK) }).await;
    }
}

async fn fire(store: &Store) {
    match store.fire_schedules(|| JobId::from_random(random_id())).await {
        Ok(fired) => {
            for (schedule, outcome) in fired {
                if let Err(reason) = outcome {
                    tracing::warn!(%schedule, %reason, "a scheduled job was not accepted");
                }
            }
        }
        Err(error) => tracing::debug!(%error, "schedules were not looked at"),
    }
}

async fn forget(store: &Store, keep: Duration) {
    // If nobody was there to see it.
    if let Err(error) = store.clock_was_set_back().await {
        tracing::debug!(%error, "what waits for a time may wait for too long");
    }
    if let Err(error) = store.forget_gates().await {
        tracing::debug!(%error, "gates were not forgotten");
    }
    let Ok(now) = store.database_time().await else { return };
    let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    let before = Timestamp::from_millis(now.as_millis().saturating_sub(keep));
    loop {
        match store.forget_jobs(before).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return tracing::debug!(%error, "old jobs were not forgotten"),
        }
    }
}

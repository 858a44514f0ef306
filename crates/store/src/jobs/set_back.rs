//! What is put right when the database's clock was set back: times that were counted from a later one would
//! otherwise lie in the future until it is there again.

use super::dialect::{Dialect, run};
use crate::{Store, StoreError};

/// Until the next midnight.
const LONGEST_PAUSE_MS: i64 = 24 * 60 * 60 * 1000;

/// Longer than any pause between two tries of a webhook.
const LONGEST_TELLING_MS: i64 = 60 * 60 * 1000;

/// What a clock that is not set back may seem to be behind, as one that is slewed.
pub(super) const TICK_MS: i64 = 1000;

impl Store {
    /// Looks whether a worker was heard of at a time that has not come, which only this puts right: then its
    /// lease counts from now on, and so does all that waits.
    pub(super) async fn see_clock_set_back(&self) -> Result<(), StoreError> {
        let now = Dialect::of(&self.queue).now();
        let sql = format!(
            "UPDATE job_worker SET seen_at = {now}, lease_until = CASE WHEN lease_until > seen_at \
             THEN {now} + (lease_until - seen_at) ELSE lease_until END WHERE seen_at > {now} + {TICK_MS}"
        );
        if run(&self.queue, &sql, Vec::new()).await? == 0 {
            return Ok(());
        }
        tracing::warn!("the clock of the database was set back; what waits for a time waits anew");
        self.clock_was_set_back().await
    }

    /// Counts waits anew that began at a time which has not come now: of jobs that are tried again, of users
    /// who had used up their processor time, and of webhooks. What somebody asked for at a time stays there.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn clock_was_set_back(&self) -> Result<(), StoreError> {
        let now = Dialect::of(&self.queue).now();
        let retries = format!(
            "UPDATE job SET rank = rank + ({now} + v.wait - run_at), run_at = {now} + v.wait FROM \
             (SELECT j.id, j.run_at - a.ended_at AS wait FROM job j \
              JOIN job_attempt a ON a.job = j.id AND a.fence = j.fence \
              WHERE j.state = 'scheduled' AND a.ended_at > {now}) AS v \
             WHERE job.id = v.id AND job.state = 'scheduled'"
        );
        // Or they would let all go first that come later.
        let ranks = format!(
            "UPDATE job SET rank = rank - (created_at - {now}) \
             WHERE created_at > {now} AND state IN ('ready', 'held')"
        );
        let paused = format!(
            "UPDATE job_account SET paused_until = 0 WHERE paused_until > {now} + {LONGEST_PAUSE_MS}"
        );
        let webhooks = format!(
            "UPDATE job_webhook SET due_at = {now} WHERE due_at > {now} + {LONGEST_TELLING_MS}"
        );
        for sql in [retries, ranks, paused, webhooks] {
            run(&self.queue, &sql, Vec::new()).await?;
        }
        Ok(())
    }
}

//! Jobs: accepted here, taken by workers, run through the one path that everything runs through.
//!
//! ```text
//!  submit ─▶ store ─ ring ─▶ worker: claim ─▶ run ─▶ recorder: start, events, end ─▶ store ─ ring ─▶ follow
//!                              │  └ renew, cancel, tend                     (in batches, by the fence)
//!                              └ drain: finish or hand back
//! ```
//!
//! Refused: deciding what a state becomes, which `model::job` does, and who may see a job, which is in
//! `server`.

mod check;
mod files;
mod follow;
mod recorder;
mod run;
mod runbook;
mod sink;
mod tend;
mod worker;

use std::time::Duration;

use futures_util::Stream;
use model::{
    id::JobId,
    job::{Job, Order},
    principal::Principal,
};
use store::{
    CancelAnswer, Idempotency, NewJob, StoreError, StoredEvent, SubmitJobError, Submitted,
};
use tracing::Instrument;

pub use self::{
    check::InvalidOrder,
    files::{JobFiles, NotRun},
    worker::{JobWorker, WorkerConfig},
};
use crate::{Engine, NotAllowed, check_policy, random_id, trace};

/// What goes with an order that is submitted.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    pub idempotency: Option<Idempotency>,
    /// The ended job that is done again.
    pub retry_of: Option<JobId>,
}

/// Why a job was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Invalid(#[from] InvalidOrder),
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("{job} has not ended; cancel it, or wait")]
    NotEnded { job: JobId },
    #[error(transparent)]
    Refused(#[from] SubmitJobError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Accepts a job, within the limits of who asks.
    ///
    /// # Errors
    ///
    /// Returns [`SubmitError`] if the order makes no sense or a limit is reached.
    pub async fn submit_job(
        &self,
        principal: Principal,
        mut order: Order,
        submission: Submission,
    ) -> Result<Submitted, SubmitError> {
        let id = JobId::from_random(random_id());
        let span = tracing::info_span!("submit", job.id = %id);
        order.trace = trace::parent(&span);
        self.submit_as(id, principal, order, submission).instrument(span).await
    }

    async fn submit_as(
        &self,
        id: JobId,
        principal: Principal,
        mut order: Order,
        submission: Submission,
    ) -> Result<Submitted, SubmitError> {
        check_policy(&self.job_policy().await?, &order)?;
        self.check_order(principal.user, &mut order).await?;
        let new = NewJob {
            id,
            owner: principal.user,
            token: principal.token,
            schedule: None,
            retry_of: submission.retry_of,
            order,
            idempotency: submission.idempotency,
        };
        Ok(self.0.store.submit_job(new).await?)
    }

    /// Submits what an ended job was about once more, as a new job.
    ///
    /// # Errors
    ///
    /// Returns [`SubmitError`] if it has not ended, or as [`Engine::submit_job`] does.
    pub async fn retry_job(
        &self,
        principal: Principal,
        job: &Job,
        idempotency: Option<Idempotency>,
    ) -> Result<Submitted, SubmitError> {
        if !matches!(job.state.phase, model::job::Phase::Ended(_)) {
            return Err(SubmitError::NotEnded { job: job.id });
        }
        // What it came after is over, and so is the time that it was to wait for.
        let order = Order { after: Vec::new(), run_at: None, ..job.order.clone() };
        let submission = Submission { idempotency, retry_of: Some(job.id) };
        self.submit_job(principal, order, submission).await
    }

    /// Cancels a job; `None` if there is none. See [`store::Store::cancel_job`].
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn cancel_job(&self, job: JobId) -> Result<Option<CancelAnswer>, StoreError> {
        self.0.store.cancel_job(job).await
    }

    /// The events of a job from number `from` on, live, until the last one. Whoever runs it may be another
    /// machine.
    pub fn follow_job(
        &self,
        job: JobId,
        from: u64,
    ) -> impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send + use<> {
        follow::follow(self.0.store.clone(), job, from)
    }

    /// Begins to take jobs.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn work(&self, config: WorkerConfig) -> Result<JobWorker, StoreError> {
        JobWorker::start(self.clone(), config).await
    }

    /// Looks after the queue until the engine stops, for a hub that takes no jobs: its workers may all be
    /// gone, and what they had is to end all the same. Jobs that have ended are kept for `keep`.
    pub fn tend_jobs(&self, keep: Duration) {
        let (store, stop) = (self.0.store.clone(), self.0.shutdown.clone());
        self.0.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                never = tend::tend(&store, keep) => never,
            }
        });
    }

    /// Hears of changes that others on the same database make, and tells them of ours.
    pub(crate) fn carry_rings(&self) {
        let (store, stop) = (self.0.store.clone(), self.0.shutdown.clone());
        self.0.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = store.carry_rings() => {}
            }
        });
    }
}

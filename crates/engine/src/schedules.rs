//! Schedules as their owners change them. Workers submit their jobs.

use model::{
    id::{ScheduleId, UserId},
    job::{Cron, InvalidSchedule, JobLimits, Missed, Order, Schedule},
};
use store::{StoreError, Subject};

use crate::{Engine, SubmitError, check_policy, random_id};

/// Schedules of one user; each costs a look when its time comes.
const MOST_SCHEDULES: u64 = 100;

/// Longest name, in characters.
const MOST_NAME_CHARS: usize = 200;

/// A schedule as its owner wants it.
#[derive(Clone, Debug)]
pub struct NewSchedule {
    pub name: String,
    pub cron: String,
    pub time_zone: String,
    pub missed: Missed,
    pub paused: bool,
    pub order: Order,
}

/// Why a schedule was not kept.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error("the name of a schedule has 1 to {MOST_NAME_CHARS} characters")]
    Name,
    #[error(transparent)]
    Times(#[from] InvalidSchedule),
    #[error(transparent)]
    Order(#[from] SubmitError),
    #[error("you have {MOST_SCHEDULES} schedules; delete one that is not needed")]
    TooMany,
    #[error("the schedule is gone")]
    Gone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Makes a schedule.
    ///
    /// # Errors
    ///
    /// When its times or its job make no sense, its owner has too many, or the store fails.
    pub async fn create_schedule(
        &self,
        owner: UserId,
        new: NewSchedule,
    ) -> Result<Schedule, ScheduleError> {
        let page = self.0.store.reader().schedules(owner, None, MOST_SCHEDULES).await?;
        if page.items.len() as u64 >= MOST_SCHEDULES {
            return Err(ScheduleError::TooMany);
        }
        let id = ScheduleId::from_random(random_id());
        let schedule = self.schedule(owner, id, new).await?;
        self.0.store.create_schedule(&schedule).await?;
        Ok(schedule)
    }

    /// Changes a schedule to what is wanted now. Its next time is the first one from now on.
    ///
    /// # Errors
    ///
    /// As [`Engine::create_schedule`], and when it is gone.
    pub async fn update_schedule(
        &self,
        old: Schedule,
        new: NewSchedule,
    ) -> Result<Schedule, ScheduleError> {
        let changed = self.schedule(old.owner, old.id, new).await?;
        let (last_job, created_at) = (old.last_job, old.created_at);
        let changed = Schedule { last_job, created_at, ..changed };
        let found = self.0.store.update_schedule(&changed).await?;
        found.then_some(changed).ok_or(ScheduleError::Gone)
    }

    /// Forgets a schedule. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete_schedule(&self, id: ScheduleId) -> Result<bool, StoreError> {
        self.0.store.delete_schedule(id).await
    }

    /// Sets how much a user, a token or everybody else may ask of the queue.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn set_job_limits(
        &self,
        subject: Subject,
        limits: JobLimits,
    ) -> Result<(), StoreError> {
        self.0.store.set_job_limits(subject, limits).await
    }

    /// Forgets a job that has ended, and what it said. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete_job(&self, id: model::id::JobId) -> Result<bool, StoreError> {
        self.0.store.delete_job(id).await
    }

    async fn schedule(
        &self,
        owner: UserId,
        id: ScheduleId,
        new: NewSchedule,
    ) -> Result<Schedule, ScheduleError> {
        let NewSchedule { name, cron, time_zone, missed, paused, mut order } = new;
        if !(1..=MOST_NAME_CHARS).contains(&name.chars().count()) {
            return Err(ScheduleError::Name);
        }
        // The database's clock: it is the one that schedules go by.
        let now = self.0.store.reader().database_time().await?;
        let cron = Cron::new(&cron, &time_zone, now)?;
        check_policy(&self.job_policy().await?, &order).map_err(SubmitError::from)?;
        self.check_order(owner, &mut order).await?;
        let next_at = cron.next(now);
        Ok(Schedule {
            id,
            owner,
            name,
            cron,
            missed,
            order,
            paused,
            next_at,
            last_job: None,
            created_at: now,
        })
    }
}

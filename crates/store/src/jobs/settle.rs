//! What becomes of jobs that workers have: started, ended, handed back, given up, cancelled.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    event::Event,
    id::{JobId, UserId, WorkerId},
    job::{AttemptEnd, Command, Effect, Held, Job, Phase, Report, apply},
};

use super::{
    Wake,
    change::Change,
    dialect::{Dialect, Kind, all, json},
    listing,
    row::get,
};
use crate::{Store, StoreError, entity::parse};

/// The end of an attempt, as its worker tells it.
#[derive(Clone, Debug)]
pub struct Finished {
    pub held: Held,
    pub owner: UserId,
    pub report: Report,
    /// What it said last and nobody has stored yet, in order; their numbers are those that come next.
    pub events: Vec<Event>,
}

impl Finished {
    /// Whether there is more to store than the end.
    #[must_use]
    pub fn says_more(&self) -> bool {
        !self.events.is_empty()
    }

    /// The end of an attempt whose last events could not be stored: nobody can count on its output.
    #[must_use]
    pub fn without_events(self, error: &StoreError) -> Self {
        let succeeded = self.report.end == AttemptEnd::Succeeded;
        let end = if succeeded { AttemptEnd::Failed } else { self.report.end };
        let reason = Some(format!("its output could not be stored: {error}"));
        Self { report: Report { end, reason, ..self.report }, events: Vec::new(), ..self }
    }
}

/// What became of a job whose attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub job: JobId,
    pub phase: Phase,
}

/// What became of the wish to cancel.
#[derive(Clone, Debug)]
pub enum CancelAnswer {
    /// It is cancelled.
    Done(Job),
    /// Its worker hears of it, and it will be cancelled.
    Asked(Job),
    /// It had ended before.
    Ended(Job),
}

/// What is to become of a job, if it is still so.
pub(super) struct Step {
    pub(super) account: String,
    /// Who must have it; `None` if that makes no difference.
    pub(super) by: Option<WorkerId>,
    pub(super) command: Command,
    pub(super) report: Report,
    /// What is to be told before.
    pub(super) events: Vec<Event>,
}

impl Step {
    pub(super) const fn new(
        account: String,
        by: Option<WorkerId>,
        command: Command,
        report: Report,
    ) -> Self {
        Self { account, by, command, report, events: Vec::new() }
    }
}

impl Store {
    /// Records that the programs of jobs are about to start, by claims that still count. Returns those for
    /// which that is so; the others must not be started.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; nothing may be started then.
    pub async fn start_jobs(&self, held: &[Held]) -> Result<BTreeSet<JobId>, StoreError> {
        let dialect = Dialect::of(&self.queue);
        let columns = [("id", Kind::Text), ("fence", Kind::Number), ("worker", Kind::Text)];
        let sql = format!(
            "UPDATE job SET started_at = {now} FROM {list} \
             WHERE job.id = v.id AND job.fence = v.fence AND job.worker = v.worker \
             AND job.state = 'leased' AND job.started_at IS NULL AND NOT job.cancelling \
             RETURNING job.id AS id",
            now = dialect.now(),
            list = dialect.list(1, &columns),
        );
        let rows = all(&self.queue, &sql, vec![held_list(held)]).await?;
        let id = |row| -> Result<JobId, StoreError> {
            let text: String = get(row, "id")?;
            parse("job.id", &text)
        };
        rows.iter().map(id).collect()
    }

    /// Records how attempts ended. `draw` is any random number. Left out of the answer are those whose
    /// claim does not count any more: nothing of what they say is recorded.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn finish_jobs(
        &self,
        finished: &[Finished],
        draw: u32,
    ) -> Result<Vec<Settled>, StoreError> {
        let steps = finished.iter().map(|it| {
            let command = Command::Finish { fence: it.held.fence, end: it.report.end };
            let (account, report) = (it.owner.to_string(), it.report.clone());
            let step = Step::new(account, Some(it.held.worker), command, report);
            (it.held.job, Step { events: it.events.clone(), ..step })
        });
        self.step(steps.collect(), draw).await
    }

    /// Gives jobs back that do not run: they are offered again, but for those whose program was started,
    /// which count as lost.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn hand_back_jobs(
        &self,
        held: &[(Held, UserId)],
    ) -> Result<Vec<Settled>, StoreError> {
        let steps = held.iter().map(|(held, owner)| {
            let command = Command::HandBack { fence: held.fence };
            let reason = Some("its worker does not have it any more".to_owned());
            let report = Report { end: AttemptEnd::Interrupted, reason, summary: None };
            (held.job, Step::new(owner.to_string(), Some(held.worker), command, report))
        });
        self.step(steps.collect(), 0).await
    }

    /// Cancels a job: at once if no worker has it, else as soon as its worker has killed its program.
    /// `None` if there is no such job.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn cancel_job(&self, id: JobId) -> Result<Option<CancelAnswer>, StoreError> {
        let Some(job) = listing::find(&self.queue, id).await? else { return Ok(None) };
        let reason = Some("its owner cancelled it".to_owned());
        let report = Report { end: AttemptEnd::Interrupted, reason, summary: None };
        let account = job.owner.to_string();
        let step = Step::new(account, None, Command::Cancel, report);
        let settled = self.step(BTreeMap::from([(id, step)]), 0).await?;
        let Some(job) = listing::find(&self.queue, id).await? else { return Ok(None) };
        Ok(Some(match (job.state.phase, settled.is_empty()) {
            (Phase::Ended(_), false) => CancelAnswer::Done(job),
            (Phase::Ended(_), true) => CancelAnswer::Ended(job),
            (Phase::Waiting | Phase::Queued { .. } | Phase::Leased | Phase::Running, _) => {
                CancelAnswer::Asked(job)
            }
        }))
    }

    /// Applies one command to each of some jobs. Returns those that it changed.
    pub(super) async fn step(
        &self,
        mut steps: BTreeMap<JobId, Step>,
        draw: u32,
    ) -> Result<Vec<Settled>, StoreError> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.begin_queued().await?;
        let accounts = steps.values().map(|it| it.account.clone()).collect();
        let mut change = Change::begin(&transaction, &accounts, draw).await?;
        let (mut settled, mut rings) = (Vec::new(), BTreeSet::new());
        let ids: Vec<_> = steps.keys().map(ToString::to_string).collect();
        let is_own = steps.values().all(|it| matches!(it.command, Command::Finish { .. }));
        let loaded = if is_own { change.load_own(ids).await? } else { change.load(ids).await? };
        for moving in loaded {
            let Some(step) = steps.remove(&moving.id) else { continue };
            let Step { by, command, report, events, .. } = step;
            if by.is_some_and(|it| moving.worker != Some(it.to_string())) {
                continue;
            }
            let Ok((next, effect)) = apply(moving.state, moving.rules, command, change.moment)
            else {
                continue;
            };
            settled.push(Settled { job: moving.id, phase: next.phase });
            rings.insert(ring(effect, moving.id));
            let moving = change.say(moving, events);
            change.step(moving, next, report).await?;
        }
        let offered = change.finish().await?;
        transaction.commit().await?;
        if offered {
            self.bell.ring(Wake::Work);
        }
        for wake in rings {
            self.bell.ring(wake);
        }
        Ok(settled)
    }
}

const fn ring(effect: Option<Effect>, job: JobId) -> Wake {
    match effect {
        Some(Effect::Kill) => Wake::Cancel,
        Some(Effect::Offer | Effect::Settle) | None => Wake::Events(job),
    }
}

/// A claim as a row of a list.
pub(super) fn held_row(held: &Held) -> serde_json::Value {
    let Held { job, fence, worker } = held;
    serde_json::json!({ "id": job.to_string(), "fence": fence, "worker": worker.to_string() })
}

fn held_list(held: &[Held]) -> sea_orm::Value {
    json(held.iter().map(held_row).collect())
}

//! What sessions ask of models: kept request by request, summed up, and bounded for each user by the month.
//!
//! ```text
//!   gateway ── Metered ──▶ owner ──▶ Ledger::note ──▶ one task: stored in batches, forgotten after 400 days
//!                                    Ledger::budget ◀── what is stored of this month, when it is first asked for
//! ```
//!
//! Nothing of this is on the way of an answer to its agent. A process that is killed loses what it had not stored
//! yet, of a second at most where the database answers; one that is ended loses nothing. Nothing of what was said is
//! kept.

mod report;

use std::{collections::HashMap, time::Duration};

use engine::{Engine, random_id};
use gateway::{Budget, Metered, Month, RequestKind, TroubleKind};
use model::{
    id::{AgentSessionId, ModelRequestId, UserId},
    time::Timestamp,
};
use store::{Class, ModelRequest, StoreError};
use tokio::sync::{Mutex, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::report::{Share, UsageError, UsageOf, UsageReport, report};

/// Requests that wait to be stored. Owners wait for a place, as they do for their events.
const WAITING: usize = 1024;

/// Requests that are stored at once.
const BATCH: usize = 256;

/// How long to wait before what could not be stored is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// More than a year, so that a year can be compared with the one before.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);
const TIDY_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps what is asked, and what users have left.
pub(crate) struct Ledger {
    engine: Engine,
    /// Millionths of a dollar for each user and month; `None` is no bound.
    limit: Option<u64>,
    budgets: Mutex<HashMap<UserId, Budget>>,
    rows: mpsc::Sender<ModelRequest>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Ledger {
    pub(crate) fn new(engine: Engine, limit: Option<u64>) -> Self {
        let (rows, waiting) = mpsc::channel(WAITING);
        let (tasks, closing) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(keep(engine.clone(), waiting, closing.clone()));
        Self { engine, limit, budgets: Mutex::default(), rows, tasks, closing }
    }

    /// Stores what waits. Nothing may be noted any more.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    pub(crate) const fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// The one budget of all sessions of a user; `None` where there is no bound.
    pub(crate) async fn budget(&self, user: UserId) -> Result<Option<Budget>, StoreError> {
        let Some(limit) = self.limit else { return Ok(None) };
        // Held while it is read, so that there is one for each user.
        let mut budgets = self.budgets.lock().await;
        if let Some(budget) = budgets.get(&user) {
            return Ok(Some(budget.clone()));
        }
        let month = month(self.engine.clock().now());
        let spent = self.engine.store().model_cost(user, begins(month)).await?;
        let clock = self.engine.clock().clone();
        let budget = Budget::monthly(limit, (spent, month), move || moment(clock.now()));
        budgets.insert(user, budget.clone());
        Ok(Some(budget))
    }

    /// Keeps what a request came to, if it was one to a model. Counting tokens costs nothing and is none.
    pub(crate) async fn note(&self, (session, user): (AgentSessionId, UserId), metered: &Metered) {
        let was_sent = metered.trouble.as_ref().is_none_or(|it| it.kind.was_sent());
        let (RequestKind::Messages, Some(model), true) = (metered.kind, &metered.model, was_sent)
        else {
            return;
        };
        let usage = &metered.usage;
        let written = usage.cache_written_5m_tokens.saturating_add(usage.cache_written_1h_tokens);
        let row = ModelRequest {
            id: ModelRequestId::from_random(random_id()),
            session,
            user,
            model: model.as_str().to_owned(),
            at: self.engine.clock().now(),
            duration: metered.duration,
            input_tokens: usage.input_tokens,
            cache_written_tokens: written,
            cache_read_tokens: usage.cache_read_tokens,
            output_tokens: usage.output_tokens,
            cost: metered.cost,
            status: metered.status,
            trouble: metered.trouble.as_ref().map(|it| it.kind.name().to_owned()),
        };
        if let Err(unsent) = self.rows.send(row).await {
            tracing::error!(%session, cost = unsent.0.cost, "the cost of a request is not kept");
        }
    }

    /// When what is spent of a month is forgotten.
    pub(crate) fn renewed_at(&self) -> Timestamp {
        begins(month(self.engine.clock().now()).next())
    }
}

/// Whether the user's budget, and not the session's, stood in the way.
pub(crate) fn is_of_user(metered: &Metered) -> bool {
    metered.trouble.as_ref().is_some_and(|it| it.kind == TroubleKind::UserBudgetSpent)
}

/// Stores requests as they come, until all are stored after `closing`.
async fn keep(engine: Engine, mut rows: mpsc::Receiver<ModelRequest>, closing: CancellationToken) {
    let mut tidy = tokio::time::interval(TIDY_EVERY);
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            count = rows.recv_many(&mut batch, BATCH) => {
                if count == 0 {
                    return;
                }
                store(&engine, &mut batch, &closing).await;
            }
            _ = tidy.tick() => forget(&engine).await,
            () = closing.cancelled(), if !rows.is_closed() => rows.close(),
        }
    }
}

/// Tries again for as long as the database is not there, unless everything ends.
async fn store(engine: &Engine, batch: &mut Vec<ModelRequest>, closing: &CancellationToken) {
    while let Err(error) = engine.store().insert_model_requests(batch).await {
        let requests = batch.len();
        let may_pass = error.class() == Class::Unavailable;
        if !may_pass || closing.is_cancelled() {
            tracing::error!(%error, requests, "what requests to models cost is lost");
            break;
        }
        tracing::warn!(%error, requests, "what requests to models cost is stored later");
        drop(tokio::time::timeout(RETRY, closing.cancelled()).await);
    }
    batch.clear();
}

async fn forget(engine: &Engine) {
    let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
    let before = engine.clock().now().as_millis().saturating_sub(kept);
    let forgotten = engine.store().forget_model_requests(Timestamp::from_millis(before)).await;
    if let Err(error) = forgotten {
        tracing::warn!(%error, "old requests to models are forgotten tomorrow");
    }
}

fn moment(at: Timestamp) -> jiff::Timestamp {
    // A clock outside of the years that calendars have is broken; its months are, too.
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::MAX)
}

fn month(at: Timestamp) -> Month {
    Month::of(moment(at))
}

fn begins(month: Month) -> Timestamp {
    Timestamp::from_millis(month.begins().as_millisecond())
}

//! What a session may cost, and what its user may in a month, each shared by all requests that it is about.
//!
//! ```text
//!            ┌──────────── limit ────────────┐
//!            │ spent │ reserved │    left    │
//!            └───────┴──────────┴────────────┘
//! ```
//!
//! A request reserves what it will hardly exceed. One that finds no room beside others waits until they have ended;
//! alone it may begin as long as anything is left. So the limit is overshot by about one request. What is spent of a
//! month is forgotten when the next one begins; what is under way then counts where it ends.

mod month;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

pub use self::month::Month;

/// In millionths of a dollar. Clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

struct Shared {
    ledger: Mutex<Ledger>,
    /// Something was given back, or the limit has changed.
    changed: Notify,
    /// For what is spent by the month.
    clock: Option<Box<Clock>>,
}

type Clock = dyn Fn() -> Timestamp + Send + Sync;

#[derive(Debug)]
struct Ledger {
    /// `None`: as much as it takes.
    limit: Option<u64>,
    spent: u64,
    reserved: u64,
    /// In which it was spent; `None` where it is not counted by the month.
    month: Option<Month>,
}

/// A budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BudgetSpent {
    #[error(
        "the session has cost ${} of ${}; raise its budget to go on",
        dollars(*spent),
        dollars(*limit)
    )]
    Session { spent: u64, limit: u64 },
    #[error(
        "the sessions of this session's owner have cost ${} of the ${} that each user has in a month; \
         that begins anew on {} (UTC), or an administrator raises it",
        dollars(*spent),
        dollars(*limit),
        month.next()
    )]
    User { spent: u64, limit: u64, month: Month },
}

fn dollars(millionths: u64) -> String {
    let cents = millionths / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl Budget {
    /// `spent` is what the session has cost before.
    #[must_use]
    pub fn new(limit: Option<u64>, spent: u64) -> Self {
        let ledger = Ledger { limit, spent, reserved: 0, month: None };
        Self::of(ledger, None)
    }

    /// Of a user: so much for each calendar month of UTC. `spent` was spent in `month`.
    #[must_use]
    pub fn monthly(
        limit: u64,
        (spent, month): (u64, Month),
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let ledger = Ledger { limit: Some(limit), spent, reserved: 0, month: Some(month) };
        Self::of(ledger, Some(Box::new(clock)))
    }

    fn of(ledger: Ledger, clock: Option<Box<Clock>>) -> Self {
        let (ledger, changed) = (Mutex::new(ledger), Notify::new());
        Self(Arc::new(Shared { ledger, changed, clock }))
    }

    #[must_use]
    pub fn spent(&self) -> u64 {
        self.ledger().spent
    }

    /// Holds for requests that wait, too.
    pub fn set_limit(&self, limit: Option<u64>) {
        self.ledger().limit = limit;
        self.0.changed.notify_waiters();
    }

    /// Waits for requests under way if this one may cost more than they leave.
    pub(crate) async fn reserve(&self, most: u64) -> Result<Reservation, BudgetSpent> {
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            // Before looking: what changes from here on wakes this one.
            changed.as_mut().enable();
            if self.ledger().admit(most)? {
                return Ok(Reservation { budget: self.clone(), most });
            }
            changed.await;
        }
    }

    /// As it is now: of this month, if it is counted by the month.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        let now = self.0.clock.as_ref().map(|it| Month::of(it()));
        let mut ledger = self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that is set back does not give what was spent once more.
        if let (Some(now), Some(month)) = (now, ledger.month)
            && now > month
        {
            ledger.month = Some(now);
            ledger.spent = 0;
        }
        ledger
    }
}

impl Ledger {
    fn admit(&mut self, most: u64) -> Result<bool, BudgetSpent> {
        let room = match self.limit {
            None => true,
            Some(limit) if self.spent >= limit => {
                let spent = self.spent;
                return Err(match self.month {
                    None => BudgetSpent::Session { spent, limit },
                    Some(month) => BudgetSpent::User { spent, limit, month },
                });
            }
            Some(limit) => {
                let taken = self.spent.saturating_add(self.reserved);
                self.reserved == 0 || taken.saturating_add(most) <= limit
            }
        };
        if room {
            self.reserved = self.reserved.saturating_add(most);
        }
        Ok(room)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Budget").field(&self.ledger).finish()
    }
}

/// Of one request under way. Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Budget,
    most: u64,
}

impl Reservation {
    /// What the request has cost in the end.
    pub(crate) fn spend(self, cost: u64) {
        let mut ledger = self.budget.ledger();
        ledger.spent = ledger.spent.saturating_add(cost);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut ledger = self.budget.ledger();
        ledger.reserved = ledger.reserved.saturating_sub(self.most);
        drop(ledger);
        self.budget.0.changed.notify_waiters();
    }
}

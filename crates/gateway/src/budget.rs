//! What a session may cost, shared by all its requests.
//!
//! ```text
//!            ┌──────────── limit ────────────┐
//!            │ spent │ reserved │    left    │
//!            └───────┴──────────┴────────────┘
//! ```
//!
//! A request reserves what it will hardly exceed. One that finds no room beside others waits until they have ended;
//! alone it may begin as long as anything is left. So the limit is overshot by about one request.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// In millionths of a dollar. Clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ledger: Mutex<Ledger>,
    /// Something was given back, or the limit has changed.
    changed: Notify,
}

#[derive(Debug)]
struct Ledger {
    /// `None`: as much as it takes.
    limit: Option<u64>,
    spent: u64,
    reserved: u64,
}

/// A budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the session has cost ${} of ${}; raise its budget to go on",
    dollars(*spent),
    dollars(*limit)
)]
pub struct BudgetSpent {
    pub spent: u64,
    pub limit: u64,
}

fn dollars(millionths: u64) -> String {
    let cents = millionths / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl Budget {
    /// `spent` is what the session has cost before.
    #[must_use]
    pub fn new(limit: Option<u64>, spent: u64) -> Self {
        let ledger = Mutex::new(Ledger { limit, spent, reserved: 0 });
        Self(Arc::new(Shared { ledger, changed: Notify::new() }))
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

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    fn admit(&mut self, most: u64) -> Result<bool, BudgetSpent> {
        let room = match self.limit {
            None => true,
            Some(limit) if self.spent >= limit => {
                return Err(BudgetSpent { spent: self.spent, limit });
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

//! What people are told of usage.

use engine::Engine;
use model::{scope::Scope, time::Timestamp};
use store::{ModelUsage, StoreError, UsageFilter, UsageSum};

use super::{begins, month};
use crate::equipment::Actor;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A year, and a day of the one before.
const MOST_DAYS: u16 = 366;

/// Sessions and people that are told of.
const MOST_LISTED: u64 = 50;

/// Whose usage is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageOf {
    /// Of the sessions of whoever asks.
    Mine,
    /// Of all; told to administrators only.
    Everybody,
}

/// What requests of some days add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// The first moment of the first day, in UTC.
    pub since: Timestamp,
    pub total: UsageSum,
    /// Every day, the oldest first.
    pub days: Vec<Share<String>>,
    pub models: Vec<Share<String>>,
    /// With their titles.
    pub sessions: Vec<Share<(model::id::AgentSessionId, String)>>,
    pub people: Vec<Share<model::id::UserId>>,
    /// By whoever asks, in millionths of a dollar.
    pub spent_this_month: u64,
}

/// Something with what it has its part in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share<T> {
    pub of: T,
    pub sum: UsageSum,
}

#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    #[error("only administrators are told what everybody uses; ask for what you use yourself")]
    AdministratorsOnly,
    #[error("{days} days cannot be told of; ask for 1 to {MOST_DAYS}")]
    Days { days: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sums up what was asked of models in the last days, today among them.
///
/// # Errors
///
/// When somebody who is no administrator asks for everybody, days are none or too many, or the store fails.
pub async fn report(
    engine: &Engine,
    asker: Actor,
    (days, whose): (i64, UsageOf),
) -> Result<UsageReport, UsageError> {
    let user = match whose {
        UsageOf::Mine => Some(asker.user),
        UsageOf::Everybody if asker.scopes.contains(Scope::Admin) => None,
        UsageOf::Everybody => return Err(UsageError::AdministratorsOnly),
    };
    let in_range = u16::try_from(days).ok().filter(|it| (1..=MOST_DAYS).contains(it));
    let days = in_range.ok_or(UsageError::Days { days })?;
    let now = engine.clock().now();
    let today = now.as_millis().div_euclid(DAY_MILLIS);
    let first = today - i64::from(days) + 1;
    let since = Timestamp::from_millis(first * DAY_MILLIS);
    let reader = engine.store().reader();
    let usage = reader.model_usage(&UsageFilter { since, user, most: MOST_LISTED }).await?;
    let spent_this_month = reader.model_cost(asker.user, begins(month(now))).await?;
    let ModelUsage { total, days, models, sessions, people } = usage;
    let mut days = days.into_iter().peekable();
    let on = |day: i64| {
        let at = Timestamp::from_millis(day * DAY_MILLIS);
        let sum = days.next_if(|it| it.0 == at).map(|it| it.1).unwrap_or_default();
        Share { of: written(at), sum }
    };
    Ok(UsageReport {
        since,
        total,
        days: (first..=today).map(on).collect(),
        models: models.into_iter().map(|(of, sum)| Share { of, sum }).collect(),
        sessions: sessions.into_iter().map(|(id, it, sum)| Share { of: (id, it), sum }).collect(),
        people: people.into_iter().map(|(of, sum)| Share { of, sum }).collect(),
        spent_this_month,
    })
}

/// As `2026-11-22`.
fn written(day: Timestamp) -> String {
    day.to_string().chars().take_while(|it| *it != 'T').collect()
}

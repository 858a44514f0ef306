//! Who finds room, and who waits.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use jiff::Timestamp;

use super::{Budget, BudgetSpent, Month, Reservation};

/// `None` if it has to wait.
fn reserve(budget: &Budget, most: u64) -> Option<Result<Reservation, BudgetSpent>> {
    budget.reserve(most).now_or_never()
}

#[test]
fn a_request_alone_begins_as_long_as_anything_is_left() {
    let budget = Budget::new(Some(10), 9);
    let alone = reserve(&budget, 1_000_000).unwrap().unwrap();
    assert!(reserve(&budget, 0).is_none());
    alone.spend(1);
    assert_eq!(
        reserve(&budget, 0).unwrap().unwrap_err(),
        BudgetSpent::Session { spent: 10, limit: 10 }
    );
}

#[test]
fn people_are_told_in_dollars() {
    let spent = BudgetSpent::Session { spent: 12_345_678, limit: 5_000_000 };
    assert!(spent.to_string().starts_with("the session has cost $12.34 of $5.00;"));
}

#[test]
fn requests_beside_one_another_fit_into_what_is_left() {
    let budget = Budget::new(Some(10), 0);
    let (five, _three) = (reserve(&budget, 5).unwrap(), reserve(&budget, 3).unwrap());
    assert!(reserve(&budget, 3).is_none());
    let _two = reserve(&budget, 2).unwrap().unwrap();
    drop(five);
    assert_eq!(budget.spent(), 0);
    assert!(reserve(&budget, 5).is_some());
}

#[test]
fn who_waits_hears_of_each_change() {
    let budget = Budget::new(Some(10), 0);
    let first = reserve(&budget, 10).unwrap().unwrap();
    let mut waits = Box::pin(budget.reserve(5));
    assert!(waits.as_mut().now_or_never().is_none());
    first.spend(4);
    let second = waits.as_mut().now_or_never().unwrap().unwrap();
    let mut waits = Box::pin(budget.reserve(5));
    assert!(waits.as_mut().now_or_never().is_none());
    budget.set_limit(Some(20));
    assert!(waits.as_mut().now_or_never().unwrap().is_ok());
    second.spend(u64::MAX);
    assert_eq!(budget.spent(), u64::MAX);
}

#[test]
fn without_a_limit_nobody_waits() {
    let budget = Budget::new(None, u64::MAX);
    let _first = reserve(&budget, u64::MAX).unwrap().unwrap();
    assert!(reserve(&budget, u64::MAX).unwrap().is_ok());
}

#[test]
fn what_a_user_has_spent_is_forgotten_when_the_next_month_begins() {
    let now = Arc::new(Mutex::new("2026-11-30T23:59:59Z".parse::<Timestamp>().unwrap()));
    let month = Month::of(*now.lock().unwrap());
    let clock = Arc::clone(&now);
    let budget = Budget::monthly(10, (10, month), move || *clock.lock().unwrap());
    let refused = reserve(&budget, 1).unwrap().unwrap_err();
    assert_eq!(refused, BudgetSpent::User { spent: 10, limit: 10, month });
    assert!(refused.to_string().contains("begins anew on 2026-12-01 (UTC)"), "{refused}");
    *now.lock().unwrap() = "2026-12-01T00:00:00Z".parse().unwrap();
    let first = reserve(&budget, 8).unwrap().unwrap();
    assert!(reserve(&budget, 3).is_none(), "what is under way is reserved in the new month");
    first.spend(10);
    let december = BudgetSpent::User { spent: 10, limit: 10, month: month.next() };
    assert_eq!(reserve(&budget, 1).unwrap().unwrap_err(), december);
    *now.lock().unwrap() = "2026-11-30T00:00:00Z".parse().unwrap();
    assert_eq!(reserve(&budget, 1).unwrap().unwrap_err(), december);
}

//! What waits for its turn.

use futures_util::FutureExt;
use tokio::sync::mpsc;

use super::{Admission, Pass, REQUESTS_AT_ONCE, SessionToken};
use crate::{Budget, Metered, Models};

fn pass(places: usize) -> (Pass, mpsc::Receiver<Metered>) {
    let (sink, metered) = mpsc::channel(places);
    let budget = Budget::new(None, 0);
    (Pass::new(SessionToken::random(), Models::default(), budget, sink), metered)
}

/// `None` if it has to wait.
fn admission(pass: &Pass, bytes: usize) -> Option<Admission> {
    pass.admission(bytes).now_or_never().map(|it| it.expect("somebody listens"))
}

#[test]
fn a_request_beyond_sixteen_waits_until_one_is_over() {
    let (pass, _metered) = pass(100);
    let mut admitted: Vec<_> =
        (0..REQUESTS_AT_ONCE).map(|_| admission(&pass, 1).unwrap()).collect();
    assert!(admission(&pass, 1).is_none());
    admitted.pop();
    assert!(admission(&pass, 1).is_some());
}

#[test]
fn long_requests_wait_for_one_another() {
    let (pass, _metered) = pass(100);
    let first = admission(&pass, 32 << 20).unwrap();
    let _second = admission(&pass, 32 << 20).unwrap();
    assert!(admission(&pass, 1).is_none());
    drop(first);
    assert!(admission(&pass, 1).is_some());
    let (alone, _metered) = self::pass(100);
    assert!(admission(&alone, usize::MAX).is_some());
}

#[test]
fn a_request_waits_for_a_place_where_it_is_told() {
    let (pass, _metered) = pass(1);
    let first = admission(&pass, 1).unwrap();
    assert!(admission(&pass, 1).is_none());
    drop(first);
    assert!(admission(&pass, 1).is_some());
}

#[test]
fn when_nobody_listens_nothing_begins() {
    let (pass, metered) = pass(1);
    drop(metered);
    assert!(pass.admission(1).now_or_never().unwrap().is_err());
}

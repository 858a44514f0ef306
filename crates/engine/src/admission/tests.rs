use tokio::sync::mpsc;

use super::*;

#[expect(clippy::disallowed_methods, reason = "the test awaits what it spawns")]
fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    tokio::spawn(future)
}

fn user(n: u128) -> UserId {
    UserId::from_random(n)
}

fn admission(places: usize, waiting: usize) -> Admission {
    Admission::new(Bounds { places, places_per_user: places, waiting, waiting_per_user: waiting })
}

fn enter(admission: &Admission, n: u128) -> Ticket {
    admission.enter(user(n), Asking::First).unwrap()
}

#[tokio::test]
async fn the_queue_moves_up_when_a_slot_is_given_back() {
    let admission = admission(1, 10);
    let first = enter(&admission, 1).admitted(|_| panic!("a free slot has no queue")).await;
    let (send, mut positions) = mpsc::unbounded_channel();
    let wait = |name: &'static str| {
        let (ticket, send) = (enter(&admission, 1), send.clone());
        async move {
            let told = send.clone();
            let slot = ticket.admitted(move |it| told.send((name, it)).unwrap()).await;
            send.send((name, 0)).unwrap();
            slot
        }
    };
    let second = spawn(wait("second"));
    assert_eq!(positions.recv().await, Some(("second", 1)));
    let third = spawn(wait("third"));
    assert_eq!(positions.recv().await, Some(("third", 2)));
    drop(first);
    let mut moved = [positions.recv().await.unwrap(), positions.recv().await.unwrap()];
    moved.sort_unstable();
    assert_eq!(moved, [("second", 0), ("third", 1)]);
    drop(second.await.unwrap());
    assert_eq!(positions.recv().await, Some(("third", 0)));
    drop(third.await.unwrap());
    assert_eq!((admission.taken(), admission.waiting()), (0, 0));
}

#[tokio::test]
async fn one_user_does_not_stand_in_the_way_of_the_next() {
    let admission = Admission::new(Bounds::shared(4, 100));
    let mut greedy: Vec<_> = (0..10).map(|_| enter(&admission, 1)).collect();
    assert_eq!((admission.taken(), admission.waiting()), (3, 7), "one is left for others");
    let other = enter(&admission, 2).admitted(|_| {}).await;
    assert_eq!(other.waited(), other.waited().min(Duration::from_secs(1)));
    greedy.clear();
    drop(other);
    assert_eq!((admission.taken(), admission.waiting()), (0, 0));
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_when_to_come_back() {
    let admission = admission(1, 2);
    let slot = enter(&admission, 1).admitted(|_| {}).await;
    let waiting = [enter(&admission, 1), enter(&admission, 2)];
    let refused = admission.enter(user(3), Asking::First).unwrap_err();
    assert_eq!(refused, QueueFull { waiting: 2, retry_after: Duration::from_secs(1) });
    assert_eq!(admission.refused(), 1);
    let woken = admission.enter(user(3), Asking::Again).unwrap();
    drop((slot, waiting));
    woken.admitted(|_| {}).await;
    assert_eq!(admission.taken(), 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_learns_how_long_it_took() {
    let admission = admission(1, 2);
    let slot = enter(&admission, 1).admitted(|_| {}).await;
    assert_eq!(slot.waited(), Duration::ZERO);
    let second = enter(&admission, 2);
    tokio::time::advance(Duration::from_millis(250)).await;
    drop(slot);
    assert_eq!(second.admitted(|_| {}).await.waited(), Duration::from_millis(250));
}

#[tokio::test(start_paused = true)]
async fn the_advice_to_come_back_follows_the_pace() {
    let admission = admission(1, 1);
    for _ in 0..100 {
        let slot = enter(&admission, 1).admitted(|_| {}).await;
        tokio::time::advance(Duration::from_secs(20)).await;
        drop(slot);
    }
    let (_slot, _waiting) = (enter(&admission, 1), enter(&admission, 1));
    let refused = admission.enter(user(1), Asking::First).unwrap_err();
    assert_eq!(refused.retry_after, Duration::from_secs(20));
}

#[tokio::test]
async fn a_place_of_one_who_left_as_it_was_called_goes_to_the_next() {
    let admission = admission(1, 10);
    let slot = enter(&admission, 1).admitted(|_| {}).await;
    let (called, next) = (enter(&admission, 2), enter(&admission, 3));
    // The place is on its way to a ticket that nobody awaits.
    drop(slot);
    drop(called);
    drop(next.admitted(|_| {}).await);
    assert_eq!((admission.taken(), admission.waiting()), (0, 0));
    assert!(admission.state().calls.is_empty());
}

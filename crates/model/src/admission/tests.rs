use proptest::{collection::vec, prelude::*};

use super::*;

fn user(n: u128) -> UserId {
    UserId::from_random(n)
}

fn queue(places: usize, per_user: usize, waiting: usize) -> Queue {
    Queue::new(Bounds { places, places_per_user: per_user, waiting, waiting_per_user: waiting })
}

#[test]
fn one_user_never_has_everything() {
    for (places, most) in [(1, 1), (2, 1), (3, 2), (4, 3), (16, 12)] {
        assert_eq!(Bounds::shared(places, 1).places_per_user, most, "of {places}");
    }
    assert_eq!(Bounds::shared(0, 0), Bounds::shared(1, 1), "none at all would serve nobody");
}

#[test]
fn whoever_comes_later_is_not_behind_all_that_another_asked_for() {
    let mut queue = queue(2, 2, 10);
    let (ada, eve) = (user(1), user(2));
    for ticket in 0..5 {
        queue.ask(ticket, ada, Asking::First);
    }
    assert_eq!(queue.ask(5, eve, Asking::First), Answer::Waiting);
    assert_eq!(queue.position(2, ada), Some(1));
    assert_eq!(queue.position(5, eve), Some(2));
    assert_eq!(queue.position(3, ada), Some(3));
    assert_eq!(queue.give_back(ada), Some((2, ada)));
    assert_eq!(queue.give_back(ada), Some((5, eve)));
    assert_eq!(queue.give_back(ada), Some((3, ada)));
}

#[test]
fn a_user_at_their_bound_is_passed_over_and_keeps_their_turn() {
    let mut queue = queue(3, 2, 10);
    let (ada, eve) = (user(1), user(2));
    for ticket in 0..3 {
        queue.ask(ticket, ada, Asking::First);
    }
    assert_eq!(queue.ask(3, eve, Asking::First), Answer::Admitted, "a place was left");
    assert_eq!(queue.ask(4, eve, Asking::First), Answer::Waiting);
    assert_eq!(queue.give_back(eve), Some((4, eve)), "Ada has as much as she may have");
    assert_eq!(queue.give_back(ada), Some((2, ada)));
}

#[test]
fn a_full_queue_refuses_all_but_those_who_gave_their_place_back() {
    let mut queue = queue(1, 1, 1);
    assert_eq!(queue.ask(0, user(1), Asking::First), Answer::Admitted);
    assert_eq!(queue.ask(1, user(1), Asking::First), Answer::Waiting);
    assert_eq!(queue.ask(2, user(2), Asking::First), Answer::Refused);
    assert_eq!(queue.ask(3, user(2), Asking::Again), Answer::Waiting);
    assert!(queue.leave(1, user(1)) && !queue.leave(1, user(1)));
    assert_eq!(queue.give_back(user(1)), Some((3, user(2))));
    assert_eq!(queue.give_back(user(2)), None);
    assert_eq!(queue.users.len(), 0, "nobody is remembered who has nothing");
}

/// Something that happens to a queue; users and holders are picked modulo how many there are.
#[derive(Clone, Debug)]
enum Step {
    Ask { user: u128, asking: Asking },
    GiveBack { which: usize },
    Leave { which: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let asking = prop_oneof![9 => Just(Asking::First), 1 => Just(Asking::Again)];
    prop_oneof![
        4 => (0..4_u128, asking).prop_map(|(user, asking)| Step::Ask { user, asking }),
        3 => any::<usize>().prop_map(|which| Step::GiveBack { which }),
        1 => any::<usize>().prop_map(|which| Step::Leave { which }),
    ]
}

/// What an onlooker notes down about a queue.
#[derive(Default)]
struct Notes {
    now: usize,
    holding: Vec<UserId>,
    waiting: Vec<(u64, UserId)>,
    /// Since when each user waits without having been served.
    unserved_since: HashMap<UserId, usize>,
    served_at: HashMap<UserId, usize>,
}

impl Notes {
    fn may_have_another(&self, bounds: Bounds, user: UserId) -> bool {
        self.holding.iter().filter(|it| **it == user).count() < bounds.places_per_user
    }

    fn waits(&mut self, ticket: u64, user: UserId) {
        self.waiting.push((ticket, user));
        self.unserved_since.entry(user).or_insert(self.now);
    }

    /// A place went to `user`; nobody who waits since before their last one was passed over.
    fn served(&mut self, bounds: Bounds, ticket: u64, user: UserId) {
        let first = self.waiting.iter().position(|it| it.1 == user).unwrap();
        assert_eq!(self.waiting.remove(first).0, ticket, "a user's tickets keep their order");
        if let Some(last) = self.served_at.insert(user, self.now) {
            for (other, since) in &self.unserved_since {
                let passed = *other != user && *since < last;
                assert!(!(passed && self.may_have_another(bounds, *other)), "{other} is starved");
            }
        }
        self.holding.push(user);
        self.unserved_since.remove(&user);
        if self.waiting.iter().any(|it| it.1 == user) {
            self.unserved_since.insert(user, self.now);
        }
    }

    fn left(&mut self, index: usize) -> (u64, UserId) {
        let (ticket, user) = self.waiting.remove(index);
        if !self.waiting.iter().any(|it| it.1 == user) {
            self.unserved_since.remove(&user);
        }
        (ticket, user)
    }
}

fn carry_out(queue: &mut Queue, notes: &mut Notes, step: &Step) {
    let bounds = queue.bounds;
    notes.now += 1;
    match *step {
        Step::Ask { user: n, asking } => {
            let (ticket, user) = (notes.now as u64, user(n));
            match queue.ask(ticket, user, asking) {
                Answer::Admitted => notes.holding.push(user),
                Answer::Waiting => notes.waits(ticket, user),
                Answer::Refused => {
                    assert_eq!(asking, Asking::First);
                    let of_user = notes.waiting.iter().filter(|it| it.1 == user).count();
                    let full = notes.waiting.len() >= bounds.waiting;
                    assert!(full || of_user >= bounds.waiting_per_user, "refused without need");
                }
            }
        }
        Step::GiveBack { which } if !notes.holding.is_empty() => {
            let index = which % notes.holding.len();
            let user = notes.holding.swap_remove(index);
            if let Some((ticket, user)) = queue.give_back(user) {
                notes.served(bounds, ticket, user);
            }
        }
        Step::Leave { which } if !notes.waiting.is_empty() => {
            let index = which % notes.waiting.len();
            let (ticket, user) = notes.left(index);
            assert!(queue.leave(ticket, user));
        }
        Step::GiveBack { .. } | Step::Leave { .. } => {}
    }
}

proptest! {
    #[test]
    fn whatever_happens_the_queue_is_bounded_fair_and_idle_only_without_need(
        places in 1..5_usize, waiting in 1..8_usize, steps in vec(step(), 0..200)
    ) {
        let mut queue = Queue::new(Bounds::shared(places, waiting));
        let (bounds, mut notes) = (queue.bounds, Notes::default());
        for step in &steps {
            carry_out(&mut queue, &mut notes, step);
            prop_assert_eq!(queue.taken(), notes.holding.len());
            prop_assert_eq!(queue.waiting(), notes.waiting.len());
            prop_assert!(queue.taken() <= bounds.places);
            for n in 0..4 {
                let held = notes.holding.iter().filter(|it| **it == user(n)).count();
                prop_assert!(held <= bounds.places_per_user);
            }
            for (ticket, user) in &notes.waiting {
                let idle = queue.taken() < bounds.places;
                prop_assert!(!(idle && notes.may_have_another(bounds, *user)), "a place is idle");
                let position = queue.position(*ticket, *user).unwrap();
                prop_assert!((1..=notes.waiting.len()).contains(&position));
            }
        }
    }

    #[test]
    fn positions_say_who_is_served_when(asks in vec(0..4_u128, 1..12)) {
        let mut queue = queue(1, 1, 100);
        queue.ask(1000, user(9), Asking::First);
        let tickets: Vec<_> = asks.iter().enumerate().map(|(n, who)| (n as u64, user(*who))).collect();
        for (ticket, user) in &tickets {
            queue.ask(*ticket, *user, Asking::First);
        }
        let mut said: Vec<_> =
            tickets.iter().map(|(it, who)| (queue.position(*it, *who).unwrap(), *it)).collect();
        said.sort_unstable();
        let mut holder = user(9);
        for (n, (position, ticket)) in said.into_iter().enumerate() {
            prop_assert_eq!(position, n + 1);
            let (served, next) = queue.give_back(holder).unwrap();
            prop_assert_eq!(served, ticket);
            holder = next;
        }
    }
}

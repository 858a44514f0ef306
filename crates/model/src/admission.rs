//! Who gets the next of a bounded number of places: a bounded, fair queue as a state machine.
//!
//! ```text
//!  ask ──┬── a place is free, and the user is below their bound ──▶ admitted
//!        ├── the queue has room ──▶ waiting ──┬── it is the user's turn ──▶ admitted ── give_back
//!        └── it has none ──▶ refused          └── leave
//! ```
//!
//! Free places go round robin over the users who wait, and within a user in the order of asking.
//! Whoever has as many places as one user may have is passed over until they give one back, so
//! that a place is never kept free while somebody could take it.

use std::collections::{HashMap, VecDeque};

use crate::id::UserId;

/// How many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Places that are taken at once.
    pub places: usize,
    /// Of these, what one user may have.
    pub places_per_user: usize,
    /// Tickets that wait at once.
    pub waiting: usize,
    /// Of these, what one user may have.
    pub waiting_per_user: usize,
}

impl Bounds {
    /// One user may have three quarters of everything, so that there is something for the next
    /// one, and never less than one.
    #[must_use]
    pub fn shared(places: usize, waiting: usize) -> Self {
        let share = |of: usize| (of - of.div_ceil(4)).max(1);
        let (places, waiting) = (places.max(1), waiting.max(1));
        Self { places, places_per_user: share(places), waiting, waiting_per_user: share(waiting) }
    }
}

/// Why somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// For the first time, which is refused when the queue is full.
    First,
    /// For a place in exchange for one that was given back meanwhile, which is never refused:
    /// those who do are as many as were admitted before.
    Again,
}

/// What became of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Admitted,
    Waiting,
    /// Neither a place nor room to wait for one.
    Refused,
}

/// Places and those who wait for them. Tickets are numbers that the caller draws, each once.
#[derive(Debug)]
pub struct Queue {
    bounds: Bounds,
    taken: usize,
    waiting: usize,
    users: HashMap<UserId, Share>,
    /// Users who wait, the next to be served first.
    turns: VecDeque<UserId>,
}

/// What one user has.
#[derive(Debug, Default)]
struct Share {
    taken: usize,
    waiting: VecDeque<u64>,
}

impl Queue {
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let (users, turns) = (HashMap::new(), VecDeque::new());
        Self { bounds, taken: 0, waiting: 0, users, turns }
    }

    /// Places that are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Tickets that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Asks for a place. Whoever waits is named by [`Self::give_back`] when it is their turn.
    pub fn ask(&mut self, ticket: u64, user: UserId, asking: Asking) -> Answer {
        let share = self.users.entry(user).or_default();
        // Whoever waits could not take a place that is free, so nobody is overtaken.
        if self.taken < self.bounds.places && share.taken < self.bounds.places_per_user {
            self.taken += 1;
            share.taken += 1;
            return Answer::Admitted;
        }
        let full = self.waiting >= self.bounds.waiting
            || share.waiting.len() >= self.bounds.waiting_per_user;
        if full && asking == Asking::First {
            self.forget(user);
            return Answer::Refused;
        }
        if share.waiting.is_empty() {
            self.turns.push_back(user);
        }
        share.waiting.push_back(ticket);
        self.waiting += 1;
        Answer::Waiting
    }

    /// Takes a user's place back. Gives the ticket that is admitted to a place now, if one is, and
    /// its user.
    pub fn give_back(&mut self, user: UserId) -> Option<(u64, UserId)> {
        let share = self.users.get_mut(&user)?;
        share.taken = share.taken.checked_sub(1)?;
        self.taken -= 1;
        self.forget(user);
        self.admit()
    }

    /// Takes a ticket out of the queue; `false` if it did not wait.
    pub fn leave(&mut self, ticket: u64, user: UserId) -> bool {
        let Some(share) = self.users.get_mut(&user) else { return false };
        let Some(index) = share.waiting.iter().position(|it| *it == ticket) else { return false };
        share.waiting.remove(index);
        self.waiting -= 1;
        if share.waiting.is_empty() {
            self.turns.retain(|it| *it != user);
        }
        self.forget(user);
        true
    }

    /// How many are admitted until it is this ticket's turn, itself included, if nobody comes or
    /// leaves and nobody reaches their bound.
    #[must_use]
    pub fn position(&self, ticket: u64, user: UserId) -> Option<usize> {
        let rounds = self.users.get(&user)?.waiting.iter().position(|it| *it == ticket)?;
        let mut before = rounds;
        let mut ahead = 1;
        for other in &self.turns {
            if *other == user {
                ahead = 0;
                continue;
            }
            let waiting = self.users.get(other).map_or(0, |it| it.waiting.len());
            before += waiting.min(rounds + ahead);
        }
        Some(before + 1)
    }

    /// Admits the first ticket of the next user who may have another place.
    fn admit(&mut self) -> Option<(u64, UserId)> {
        if self.taken >= self.bounds.places {
            return None;
        }
        let most = self.bounds.places_per_user;
        let may = |it: &UserId| self.users.get(it).is_some_and(|it| it.taken < most);
        let index = self.turns.iter().position(may)?;
        let user = self.turns.remove(index)?;
        let share = self.users.get_mut(&user)?;
        let ticket = share.waiting.pop_front()?;
        share.taken += 1;
        if !share.waiting.is_empty() {
            self.turns.push_back(user);
        }
        self.taken += 1;
        self.waiting -= 1;
        Some((ticket, user))
    }

    /// Forgets a user who has nothing and wants nothing.
    fn forget(&mut self, user: UserId) {
        if self.users.get(&user).is_some_and(|it| it.taken == 0 && it.waiting.is_empty()) {
            self.users.remove(&user);
        }
    }
}

#[cfg(test)]
mod tests;

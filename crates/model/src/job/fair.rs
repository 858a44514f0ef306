//! Who of those that have jobs ready gets how many of the free places.
//!
//! Each account has a virtual time that advances with each start, the slower the higher its weight. The
//! next place goes to the account that is furthest behind, so that nobody's backlog delays another's
//! first job, however long it is.

use std::{cmp::Reverse, collections::BinaryHeap};

/// What one start adds to the virtual time of an account of weight 1.
pub const ONE_START: i64 = 1_000_000;

/// What an account brings to the next claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub vtime: i64,
    /// At least 1.
    pub weight: u32,
    /// How many of its jobs are ready.
    pub ready: u64,
    /// How many more may run at once.
    pub room: u64,
}

impl Share {
    const fn can_start(&self) -> bool {
        self.ready > 0 && self.room > 0
    }

    fn start(&mut self) {
        self.vtime = self.vtime.saturating_add(ONE_START / i64::from(self.weight.max(1)));
        self.ready -= 1;
        self.room -= 1;
    }
}

/// Gives up to `places` starts to the accounts. Returns how many each gets, and leaves in `accounts` what
/// is true after that.
#[must_use]
pub fn share(accounts: &mut [Share], places: u64) -> Vec<u64> {
    let mut starts = vec![0; accounts.len()];
    let able = accounts.iter().enumerate().filter(|(_, it)| it.can_start());
    let mut heap: BinaryHeap<_> = able.map(|(index, it)| Reverse((it.vtime, index))).collect();
    for _ in 0..places {
        let Some(Reverse((_, index))) = heap.pop() else { break };
        starts[index] += 1;
        accounts[index].start();
        if accounts[index].can_start() {
            heap.push(Reverse((accounts[index].vtime, index)));
        }
    }
    starts
}

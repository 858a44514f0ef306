//! What a session remembers of its blocks: which ended as they should since their code last changed, so that
//! those that need them need not run them again.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use document::{BlockId, Document, Freshness, Ran};
use model::{execution::Execution, walk::Verdict};

use crate::kernels::Slot;

#[derive(Default)]
pub(super) struct Memory {
    /// Counts starts: who began later has the higher number.
    begun: i64,
    blocks: HashMap<String, Remembered>,
}

struct Remembered {
    ran: Ran,
    counts: bool,
    /// Where its variables live; with that they are gone.
    home: Option<Arc<Slot>>,
}

impl Memory {
    /// A block has begun. One in the background is done by that.
    pub(super) fn begun(
        &mut self,
        execution: &Execution,
        home: Option<Arc<Slot>>,
        is_background: bool,
    ) {
        self.begun += 1;
        let Some(block) = execution.block.clone() else { return };
        let ran = Ran { content_hash: execution.content_hash.clone(), at: self.begun };
        self.blocks.insert(block, Remembered { ran, counts: is_background, home });
    }

    pub(super) fn ended(&mut self, execution: &Execution, verdict: Verdict) {
        let block = execution.block.as_ref().and_then(|it| self.blocks.get_mut(it));
        if let Some(block) = block {
            block.counts = verdict == Verdict::Passed;
        }
    }

    /// All variables are gone.
    pub(super) fn forget(&mut self) {
        self.blocks.clear();
    }

    /// The blocks that ended as they should, and of which nothing has changed since.
    pub(super) fn done(&mut self, document: &Document) -> HashSet<BlockId> {
        self.blocks.retain(|_, it| it.home.as_ref().is_none_or(|it| !it.has_ended()));
        let last = |id: &BlockId| self.blocks.get(id.as_str()).filter(|it| it.counts);
        let found = document.freshness(|it| last(&it.id).map(|it| it.ran.clone()));
        let all = document.blocks.iter().zip(found);
        let fresh = all.filter(|it| it.1 == Freshness::Fresh);
        fresh.map(|it| it.0.id.clone()).collect()
    }
}

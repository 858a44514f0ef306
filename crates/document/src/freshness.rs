//! Whether what a block showed last still follows from the document.
//!
//! It does not when its code has changed since, or that of a block which it needs, directly or through
//! others, or when one of those ran again after it. Who asks says what ran; this module compares.

use crate::{block::Block, document::Document, needs::Needs};

/// The last run of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Of the code that ran; see [`Block::content_hash`].
    pub content_hash: String,
    /// When it began, in milliseconds of any clock that all runs share.
    pub at: i64,
}

/// What a block's last run is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    NotRun,
    Fresh,
    Stale(Stale),
}

/// Why a block should run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Its code is another one now.
    Edited,
    /// What it needs is stale itself: the id of that block.
    NeedStale(String),
    /// What it needs ran again after it: the id of that block.
    NeedRanAgain(String),
}

impl Document {
    /// Of each block, in their order, what its last run is worth.
    #[must_use]
    pub fn freshness(&self, last: impl Fn(&Block) -> Option<Ran>) -> Vec<Freshness> {
        let ran: Vec<Option<Ran>> = self.blocks.iter().map(last).collect();
        let own = |(block, ran): (&Block, &Option<Ran>)| match ran {
            None => Freshness::NotRun,
            Some(ran) if ran.content_hash == block.content_hash => Freshness::Fresh,
            Some(_) => Freshness::Stale(Stale::Edited),
        };
        let mut found: Vec<Freshness> = self.blocks.iter().zip(&ran).map(own).collect();
        let needs = Needs::of(&self.blocks);
        for index in needs.in_order() {
            let (Freshness::Fresh, Some(mine)) = (&found[index], &ran[index]) else { continue };
            let stale = needs.edges[index].iter().find_map(|need| {
                let id = || self.blocks[*need].id.to_string();
                match (&found[*need], &ran[*need]) {
                    (Freshness::Stale(_), _) => Some(Stale::NeedStale(id())),
                    (_, Some(need)) if need.at > mine.at => Some(Stale::NeedRanAgain(id())),
                    _ => None,
                }
            });
            if let Some(stale) = stale {
                found[index] = Freshness::Stale(stale);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    /// `load` needs `setup`, and `plot` needs `load`; their runs are given as letter of the code and time.
    fn shown(runs: [Option<(&str, i64)>; 3]) -> String {
        let text = "```runnable sh name=setup\nA\n```\n```runnable sh name=load needs=setup\nA\n```\n\
                    ```runnable sh name=plot needs=load\nA\n```\n";
        let document = parse(text);
        let hash = |block: &Block, code: &str| match code {
            "A" => block.content_hash.clone(),
            other => other.to_owned(),
        };
        let place = |block: &Block| document.blocks.iter().position(|it| it.id == block.id);
        let found = document.freshness(|block| {
            let (code, at) = runs[place(block).unwrap()]?;
            Some(Ran { content_hash: hash(block, code), at })
        });
        let word = |it: &Freshness| match it {
            Freshness::NotRun => "-".to_owned(),
            Freshness::Fresh => "fresh".to_owned(),
            Freshness::Stale(Stale::Edited) => "edited".to_owned(),
            Freshness::Stale(Stale::NeedStale(id)) => format!("stale {id}"),
            Freshness::Stale(Stale::NeedRanAgain(id)) => format!("again {id}"),
        };
        found.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_ran_in_order_is_fresh() {
        assert_eq!(shown([Some(("A", 1)), Some(("A", 2)), Some(("A", 3))]), "fresh, fresh, fresh");
        assert_eq!(shown([Some(("A", 1)), Some(("A", 1)), None]), "fresh, fresh, -");
    }

    #[test]
    fn an_edit_makes_all_that_need_it_stale() {
        let found = shown([Some(("B", 1)), Some(("A", 2)), Some(("A", 3))]);
        assert_eq!(found, "edited, stale setup, stale load");
    }

    #[test]
    fn what_ran_before_its_need_ran_again_is_stale() {
        let found = shown([Some(("A", 9)), Some(("A", 2)), Some(("A", 3))]);
        assert_eq!(found, "fresh, again setup, stale load");
    }

    #[test]
    fn a_need_that_never_ran_says_nothing() {
        assert_eq!(shown([None, Some(("A", 2)), Some(("B", 3))]), "-, fresh, edited");
    }

    #[test]
    fn a_circle_is_compared_by_its_own_code_only() {
        let text = "```runnable sh name=a needs=b\n1\n```\n```runnable sh name=b needs=a\n1\n```\n";
        let document = parse(text);
        let found = document.freshness(|it| {
            Some(Ran { content_hash: it.content_hash.clone(), at: it.line as i64 })
        });
        assert_eq!(found, [Freshness::Fresh, Freshness::Fresh]);
    }
}

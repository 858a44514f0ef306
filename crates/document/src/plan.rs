//! In which order blocks run, whoever asks for them.
//!
//! Blocks run in the order of the text, each after what it needs. A need that was not asked for runs too
//! unless it is done already; whoever asks says what is.

use crate::{
    block::{Block, BlockId},
    document::Document,
    needs::Needs,
};

/// What somebody wants to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every block that runs, but those that are excluded from this.
    All,
    /// A block and, as in [`Selection::All`], those after it.
    From(BlockId),
    /// As in [`Selection::All`], those of the section that a block stands in.
    Section(BlockId),
    /// These.
    Blocks(Vec<BlockId>),
}

/// A block that will run.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'d> {
    pub block: &'d Block,
    /// Nobody asked for it but another block.
    pub is_need: bool,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("the runbook has no block {block}; reload it to see its blocks as they are now")]
    NoBlock { block: String },
    #[error("block {block} is not one that runs")]
    NotRunnable { block: String },
    #[error("block {block} needs `{need}`, and no block has this name; correct its `needs`")]
    UnknownNeed { block: String, need: String },
    #[error("block {block} needs itself, directly or through others; break the circle")]
    Cycle { block: String },
}

impl Document {
    /// The blocks that run for a selection, in order. What `is_done` and all that it needs need not run
    /// again for the sake of another block.
    ///
    /// # Errors
    ///
    /// When a block is not there or does not run, or needs what is not there or itself.
    pub fn plan(
        &self,
        selection: &Selection,
        is_done: impl Fn(&Block) -> bool,
    ) -> Result<Vec<Planned<'_>>, PlanError> {
        let needs = Needs::of(&self.blocks);
        let selected = self.selected(selection)?;
        let done = self.done(&needs, is_done);
        let mut walk = Walk { document: self, needs: &needs, selected: &selected, done: &done };
        let mut order = Vec::new();
        let mut states = vec![State::Unseen; self.blocks.len()];
        for index in (0..self.blocks.len()).filter(|it| selected[*it]) {
            walk.visit(index, &mut states, &mut order)?;
        }
        let planned = |it: usize| Planned { block: &self.blocks[it], is_need: !selected[it] };
        // What never runs, such as a file, is there without that.
        let runs = order.into_iter().filter(|it| self.blocks[*it].is_runnable());
        Ok(runs.map(planned).collect())
    }

    fn selected(&self, selection: &Selection) -> Result<Vec<bool>, PlanError> {
        let mut selected = vec![false; self.blocks.len()];
        let usual = |it: &Block| it.is_runnable() && !it.options.exclude_from_run_all;
        let range = match selection {
            Selection::All => 0..self.blocks.len(),
            Selection::From(block) => {
                let first = self.runnable_place(block)?;
                selected[first] = true;
                first..self.blocks.len()
            }
            Selection::Section(block) => {
                let place = self.runnable_place(block)?;
                selected[place] = true;
                self.section(place)
            }
            Selection::Blocks(blocks) => {
                for block in blocks {
                    selected[self.runnable_place(block)?] = true;
                }
                0..0
            }
        };
        for index in range {
            selected[index] |= usual(&self.blocks[index]);
        }
        Ok(selected)
    }

    fn runnable_place(&self, id: &BlockId) -> Result<usize, PlanError> {
        let place = self.blocks.iter().position(|it| it.id == *id);
        let place = place.ok_or_else(|| PlanError::NoBlock { block: id.to_string() })?;
        match self.blocks[place].is_runnable() {
            true => Ok(place),
            false => Err(PlanError::NotRunnable { block: id.to_string() }),
        }
    }

    /// The blocks under the heading that a block stands under, and under the smaller ones below that.
    fn section(&self, place: usize) -> std::ops::Range<usize> {
        let line = self.blocks[place].line;
        let after = self.headings.partition_point(|it| it.line < line);
        let heading = after.checked_sub(1).map(|it| self.headings[it]);
        let level = heading.map_or(u8::MAX, |it| it.level);
        let next = self.headings[after..].iter().find(|it| it.level <= level);
        let place_of = |line: usize| self.blocks.partition_point(|it| it.line < line);
        let first = heading.map_or(0, |it| place_of(it.line));
        first..next.map_or(self.blocks.len(), |it| place_of(it.line))
    }

    /// Blocks that are done with all that they need.
    fn done(&self, needs: &Needs, is_done: impl Fn(&Block) -> bool) -> Vec<bool> {
        let counts = |it: &Block| !it.is_runnable() || is_done(it);
        let mut done: Vec<bool> = self.blocks.iter().map(counts).collect();
        let mut open: Vec<usize> = (0..done.len()).filter(|it| !done[*it]).collect();
        let reversed = needs.reversed();
        while let Some(index) = open.pop() {
            for dependant in &reversed[index] {
                if std::mem::replace(&mut done[*dependant], false) {
                    open.push(*dependant);
                }
            }
        }
        done
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unseen,
    /// Its needs are being visited.
    Open,
    Placed,
}

struct Walk<'a> {
    document: &'a Document,
    needs: &'a Needs,
    selected: &'a [bool],
    done: &'a [bool],
}

impl Walk<'_> {
    /// Places a block after all that it needs. Without recursion: a document may have 10,000 in a row.
    fn visit(
        &mut self,
        from: usize,
        states: &mut [State],
        order: &mut Vec<usize>,
    ) -> Result<(), PlanError> {
        let mut path = Vec::new();
        self.enter(from, states, &mut path)?;
        while let Some((index, next)) = path.last_mut() {
            let index = *index;
            let Some(&need) = self.needs.edges[index].get(*next) else {
                states[index] = State::Placed;
                order.push(index);
                path.pop();
                continue;
            };
            *next += 1;
            match states[need] {
                State::Open => return Err(PlanError::Cycle { block: self.id(need) }),
                State::Placed => {}
                State::Unseen if self.done[need] && !self.selected[need] => {}
                State::Unseen => self.enter(need, states, &mut path)?,
            }
        }
        Ok(())
    }

    fn enter(
        &self,
        index: usize,
        states: &mut [State],
        path: &mut Vec<(usize, usize)>,
    ) -> Result<(), PlanError> {
        if states[index] != State::Unseen {
            return Ok(());
        }
        let unknown = &self.needs.unknown;
        let first = unknown.partition_point(|it| it.0 < index);
        if let Some((_, need)) = unknown.get(first).filter(|it| it.0 == index) {
            return Err(PlanError::UnknownNeed { block: self.id(index), need: need.clone() });
        }
        states[index] = State::Open;
        path.push((index, 0));
        Ok(())
    }

    fn id(&self, index: usize) -> String {
        self.document.blocks[index].id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    const TEXT: &str = "# Guide\n
```runnable sh name=late needs=setup\n1\n```\n
## Set up\n
```runnable sh name=setup\n1\n```\n
```runnable sh name=wipe run=manual\n1\n```\n
### More\n
```runnable sh name=more needs=wipe\n1\n```\n
## Use\n
```runnable sh name=use needs=more\n1\n```\n";

    /// The planned names in order; needs that nobody asked for in brackets.
    fn plan(selection: &Selection, done: &[&str]) -> String {
        let document = parse(TEXT);
        let planned =
            document.plan(selection, |it| done.contains(&it.id.as_str())).expect("there is a plan");
        let name = |it: &Planned<'_>| match it.is_need {
            true => format!("({})", it.block.id),
            false => it.block.id.to_string(),
        };
        planned.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    fn id(name: &str) -> BlockId {
        BlockId::new(name)
    }

    #[test]
    fn everything_runs_in_the_order_of_the_text_after_what_it_needs() {
        assert_eq!(plan(&Selection::All, &[]), "setup late (wipe) more use");
        assert_eq!(plan(&Selection::All, &["setup", "wipe", "more"]), "setup late more use");
    }

    #[test]
    fn a_block_brings_what_it_needs_unless_that_is_done() {
        let of = |name: &str| Selection::Blocks(vec![id(name)]);
        assert_eq!(plan(&of("use"), &[]), "(wipe) (more) use");
        assert_eq!(plan(&of("use"), &["wipe", "more"]), "use");
        assert_eq!(plan(&of("use"), &["more"]), "(wipe) (more) use", "what it needs is not done");
        assert_eq!(plan(&of("setup"), &["setup"]), "setup", "asked for, it runs again");
    }

    #[test]
    fn from_here_leaves_out_what_is_excluded_but_the_first() {
        assert_eq!(plan(&Selection::From(id("more")), &["wipe"]), "more use");
        assert_eq!(plan(&Selection::From(id("wipe")), &[]), "wipe more use");
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        assert_eq!(plan(&Selection::Section(id("setup")), &["wipe"]), "setup more");
        assert_eq!(plan(&Selection::Section(id("more")), &["wipe"]), "more");
        assert_eq!(plan(&Selection::Section(id("late")), &["wipe"]), "setup late more use");
        assert_eq!(plan(&Selection::Section(id("use")), &["more", "wipe"]), "use");
    }

    #[test]
    fn what_cannot_be_planned_is_named() {
        let text = "```runnable sh name=a needs=b\n1\n```\n```runnable sh name=b needs=a\n1\n```\n\
                    ```runnable sh name=c needs=d\n1\n```\n```text name=t\n1\n```\n";
        let document = parse(text);
        let of = |name: &str| document.plan(&Selection::Blocks(vec![id(name)]), |_| false);
        let error = |name: &str| of(name).map(|it| it.len()).unwrap_err();
        assert_eq!(error("a"), PlanError::Cycle { block: "a".to_owned() });
        let (block, need) = ("c".to_owned(), "d".to_owned());
        assert_eq!(error("c"), PlanError::UnknownNeed { block, need });
        assert_eq!(error("t"), PlanError::NotRunnable { block: "t".to_owned() });
        assert_eq!(error("z"), PlanError::NoBlock { block: "z".to_owned() });
    }

    #[test]
    fn ten_thousand_blocks_in_a_row_are_planned() {
        let block = |it: usize| {
            let need = it.checked_sub(1).map_or(String::new(), |it| format!(" needs=b{it}"));
            format!("```runnable sh name=b{it}{need}\n1\n```\n")
        };
        let document = parse(&(0..10_000).map(block).collect::<String>());
        let last = Selection::Blocks(vec![id("b9999")]);
        assert_eq!(document.plan(&last, |_| false).map(|it| it.len()), Ok(10_000));
    }
}

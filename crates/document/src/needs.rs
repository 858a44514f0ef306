//! Which block needs which: `needs=NAME,NAME`, by name or by id.

use std::collections::{HashMap, HashSet};

use crate::block::Block;

/// The needs of a document's blocks, as places among them.
#[derive(Debug)]
pub(crate) struct Needs {
    /// Of each block, those it needs, in the order in which it names them.
    pub(crate) edges: Vec<Vec<usize>>,
    /// Blocks that need what is not there, in their order, and its name.
    pub(crate) unknown: Vec<(usize, String)>,
}

impl Needs {
    pub(crate) fn of(blocks: &[Block]) -> Self {
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (index, block) in blocks.iter().enumerate() {
            // Of several with one name the first has it.
            if let Some(name) = block.name.as_deref() {
                places.entry(name).or_insert(index);
            }
        }
        for (index, block) in blocks.iter().enumerate() {
            places.entry(block.id.as_str()).or_insert(index);
        }
        let mut needs = Self { edges: vec![Vec::new(); blocks.len()], unknown: Vec::new() };
        for (index, block) in blocks.iter().enumerate() {
            let mut named = HashSet::new();
            for name in &block.options.needs {
                match places.get(name.as_str()) {
                    Some(needed) if named.insert(*needed) => needs.edges[index].push(*needed),
                    Some(_) => {}
                    None => needs.unknown.push((index, name.clone())),
                }
            }
        }
        needs
    }

    /// Of each block, those that need it.
    pub(crate) fn reversed(&self) -> Vec<Vec<usize>> {
        let mut reversed = vec![Vec::new(); self.edges.len()];
        for (from, targets) in self.edges.iter().enumerate() {
            for to in targets {
                reversed[*to].push(from);
            }
        }
        reversed
    }

    /// Blocks that stay when everything without open needs is taken away, and again, until nothing
    /// changes; then the same from the other side, so that only circles and what links them remain.
    pub(crate) fn cyclic(&self) -> Vec<usize> {
        let reversed = self.reversed();
        let (forwards, _) = peel(&self.edges, &reversed);
        let (backwards, _) = peel(&reversed, &self.edges);
        (0..self.edges.len()).filter(|it| forwards[*it] && backwards[*it]).collect()
    }

    /// Blocks so that each comes after what it needs. Those in circles, and those that need them, are left
    /// out.
    pub(crate) fn in_order(&self) -> Vec<usize> {
        peel(&self.edges, &self.reversed()).1
    }
}

/// Which blocks stay, and in which order the others were taken away.
fn peel(edges: &[Vec<usize>], reversed: &[Vec<usize>]) -> (Vec<bool>, Vec<usize>) {
    let mut open: Vec<_> = edges.iter().map(Vec::len).collect();
    let mut taken: Vec<_> = (0..edges.len()).filter(|it| open[*it] == 0).collect();
    let mut stays = vec![true; edges.len()];
    let mut at = 0;
    while let Some(&node) = taken.get(at) {
        at += 1;
        stays[node] = false;
        for dependant in &reversed[node] {
            open[*dependant] -= 1;
            if open[*dependant] == 0 {
                taken.push(*dependant);
            }
        }
    }
    (stays, taken)
}

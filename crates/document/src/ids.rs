//! Ids of blocks: stable while their document is edited, and never written into it.

use std::collections::{HashMap, HashSet, VecDeque};

use sha2::{Digest, Sha256};

use crate::block::{Block, BlockId, BlockKind};

/// Of 128 bits of hash, as many as keep apart the blocks of one document.
const ID_DIGITS: usize = 12;
/// Longer names are no handles; such blocks get a hash.
const MAX_NAME_CHARACTERS: usize = 64;

/// Over kind, language, path and code, as 32 hex digits.
pub(crate) fn content_hash(kind: &BlockKind, language: Option<&str>, code: &str) -> String {
    let (kind, path) = match kind {
        BlockKind::Code { .. } => ("code", ""),
        BlockKind::File { path } => ("file", path.as_ref().map_or("", |it| it.as_str())),
    };
    let mut hash = Sha256::new();
    for part in [kind, language.unwrap_or_default(), path] {
        // The length keeps the parts apart whatever they contain.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.update(code);
    hash.finalize()[..16].iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).expect("four bits are one hex digit")
}

/// Gives every block its name, if that is unique and usable, or else a hash of its content.
pub(crate) fn assign(blocks: &mut [Block]) {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in blocks.iter().filter_map(|it| it.name.as_deref()) {
        *uses.entry(name).or_default() += 1;
    }
    let named: Vec<_> = blocks
        .iter()
        .map(|block| block.name.clone().filter(|it| uses[it.as_str()] == 1 && usable(it)))
        .collect();
    let mut taken: HashSet<String> = named.iter().flatten().cloned().collect();
    let mut counts = HashMap::new();
    for (block, name) in blocks.iter_mut().zip(named) {
        let id = name.unwrap_or_else(|| fresh(&block.content_hash, &mut counts, &mut taken));
        block.id = BlockId::new(id);
    }
}

fn usable(name: &str) -> bool {
    name.chars().count() <= MAX_NAME_CHARACTERS
        && name.chars().all(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | '.' | ':'))
        && name.chars().any(char::is_alphanumeric)
}

/// The hash of the content, with the number of the occurrence from the second on.
fn fresh(hash: &str, counts: &mut HashMap<String, usize>, taken: &mut HashSet<String>) -> String {
    let short = &hash[..ID_DIGITS];
    let count = counts.entry(short.to_owned()).or_default();
    loop {
        *count += 1;
        let id = if *count == 1 { short.to_owned() } else { format!("{short}-{count}") };
        if taken.insert(id.clone()) {
            return id;
        }
    }
}

/// See [`crate::Document::adopt_ids`].
pub(crate) fn adopt(blocks: &mut [Block], previous: &[(BlockId, String)]) {
    let mut seen = HashSet::new();
    let previous: Vec<_> = previous.iter().filter(|(id, _)| seen.insert(id)).collect();
    let mut matches = Matches::new(blocks.len(), previous.len());
    matches.by_content(blocks, &previous);
    matches.by_name(blocks, &previous);
    matches.by_place();
    // An id of the past may come back only with its block, or outputs would change their owner.
    let mut taken: HashSet<_> = previous.iter().map(|it| it.0.as_str().to_owned()).collect();
    let mut counts = HashMap::new();
    for (block, old) in blocks.iter_mut().zip(&matches.old_of) {
        if let Some(old) = old {
            block.id = previous[*old].0.clone();
        } else if !taken.insert(block.id.as_str().to_owned()) {
            block.id = BlockId::new(fresh(&block.content_hash, &mut counts, &mut taken));
        }
    }
}

/// Which new block continues which old one.
struct Matches {
    old_of: Vec<Option<usize>>,
    used: Vec<bool>,
}

impl Matches {
    fn new(new: usize, old: usize) -> Self {
        Self { old_of: vec![None; new], used: vec![false; old] }
    }

    fn pair(&mut self, new: usize, old: usize) {
        self.old_of[new] = Some(old);
        self.used[old] = true;
    }

    /// Common beginnings and ends first, so that of several equal blocks the right one is met.
    fn by_content(&mut self, blocks: &[Block], previous: &[&(BlockId, String)]) {
        let (news, olds) = (blocks.len(), previous.len());
        let same = |new: usize, old: usize| blocks[new].content_hash == previous[old].1;
        let shorter = news.min(olds);
        let head = (0..shorter).take_while(|at| same(*at, *at)).count();
        let tail = (1..=shorter - head).take_while(|it| same(news - it, olds - it)).count();
        (0..head).for_each(|at| self.pair(at, at));
        (1..=tail).for_each(|it| self.pair(news - it, olds - it));
        let mut waiting: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for (old, entry) in previous.iter().enumerate().take(olds - tail).skip(head) {
            waiting.entry(&entry.1).or_default().push_back(old);
        }
        for (new, block) in blocks.iter().enumerate().take(news - tail).skip(head) {
            let old = waiting.get_mut(block.content_hash.as_str()).and_then(VecDeque::pop_front);
            if let Some(old) = old {
                self.pair(new, old);
            }
        }
    }

    fn by_name(&mut self, blocks: &[Block], previous: &[&(BlockId, String)]) {
        let ids: HashMap<_, _> =
            previous.iter().enumerate().map(|(old, entry)| (entry.0.as_str(), old)).collect();
        for (new, block) in blocks.iter().enumerate() {
            let old = block.name.as_deref().and_then(|name| ids.get(name)).copied();
            if let Some(old) = old.filter(|old| self.old_of[new].is_none() && !self.used[*old]) {
                self.pair(new, old);
            }
        }
    }

    /// As many blocks as before between two that are known are the same blocks, edited.
    fn by_place(&mut self) {
        let mut new = 0;
        while new < self.old_of.len() {
            let run = self.old_of[new..].iter().take_while(|it| it.is_none()).count();
            let before =
                new.checked_sub(1).map_or(Some(0), |it| self.old_of[it].map(|old| old + 1));
            let after = self.old_of.get(new + run).copied().unwrap_or(Some(self.used.len()));
            if let (Some(from), Some(to)) = (before, after)
                && from.checked_add(run) == Some(to)
                && !self.used[from..to].contains(&true)
            {
                (0..run).for_each(|it| self.pair(new + it, from + it));
            }
            new += run + 1;
        }
    }
}

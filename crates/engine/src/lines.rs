//! How two texts differ, line by line.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use model::runbook::LineCounts;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};

/// After so long, what is left of two texts counts as different altogether. Documents of people take a
/// thousandth of it.
const PATIENCE: Duration = Duration::from_millis(200);

/// Lines around a difference that are shown with it.
const CONTEXT: usize = 3;

/// Lines of a difference that are shown.
const MAX_SHOWN: usize = 20_000;

/// How a text became another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub counts: LineCounts,
    pub hunks: Vec<Hunk>,
    /// There is more than is shown.
    pub is_cut: bool,
}

/// Lines that differ, with some around them. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub old_start: usize,
    pub new_start: usize,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    /// With its end.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Both,
    Added,
    Removed,
}

/// A place in a text, in bytes, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit<'a> {
    pub(crate) range: Range<usize>,
    pub(crate) text: &'a str,
}

/// Counts the lines that differ.
pub(crate) fn count(old: &str, new: &str) -> LineCounts {
    counts(&operations(&lines(old), &lines(new)))
}

/// Shows the lines that differ.
#[must_use]
pub fn difference(old: &str, new: &str) -> Difference {
    let (old, new) = (lines(old), lines(new));
    let operations = operations(&old, &new);
    let mut shown = Difference { counts: counts(&operations), ..Difference::default() };
    let mut left = MAX_SHOWN;
    for group in group_diff_ops(operations, CONTEXT) {
        let Some(first) = group.first() else { continue };
        let mut hunk = Hunk {
            old_start: first.old_range().start + 1,
            new_start: first.new_range().start + 1,
            lines: Vec::new(),
        };
        for operation in &group {
            if let DiffOp::Equal { .. } = operation {
                take(&mut hunk, LineKind::Both, &old[operation.old_range()], &mut left);
                continue;
            }
            take(&mut hunk, LineKind::Removed, &old[operation.old_range()], &mut left);
            take(&mut hunk, LineKind::Added, &new[operation.new_range()], &mut left);
        }
        shown.hunks.push(hunk);
        if left == 0 {
            shown.is_cut = true;
            break;
        }
    }
    shown
}

fn take(hunk: &mut Hunk, kind: LineKind, lines: &[&str], left: &mut usize) {
    let taken = lines.iter().take(*left);
    hunk.lines.extend(taken.map(|it| Line { kind, text: (*it).to_owned() }));
    *left -= lines.len().min(*left);
}

/// What to change in a text to make it another, in order, and as little as can be found out by lines: of a
/// line that was replaced by one other, what is the same at its ends stays.
pub(crate) fn edits<'a>(old: &str, new: &'a str) -> Vec<Edit<'a>> {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    let mut edits = Vec::new();
    let mut edit = |old_range: Range<usize>, new_range: Range<usize>| {
        let bytes = old_starts[old_range.start]..old_starts[old_range.end];
        let text = &new[new_starts[new_range.start]..new_starts[new_range.end]];
        edits.push(trimmed(old, bytes, text));
    };
    for operation in operations(&old_lines, &new_lines) {
        let (old_range, new_range) = (operation.old_range(), operation.new_range());
        match operation {
            DiffOp::Equal { .. } => {}
            DiffOp::Replace { .. } if old_range.len() == new_range.len() => {
                old_range.zip(new_range).for_each(|(a, b)| edit(a..a + 1, b..b + 1));
            }
            DiffOp::Replace { .. } | DiffOp::Insert { .. } | DiffOp::Delete { .. } => {
                edit(old_range, new_range);
            }
        }
    }
    edits
}

fn trimmed<'a>(old: &str, range: Range<usize>, text: &'a str) -> Edit<'a> {
    let before = &old[range.clone()];
    let same = before.chars().zip(text.chars()).take_while(|(a, b)| a == b);
    let head: usize = same.map(|(it, _)| it.len_utf8()).sum();
    let (before, text) = (&before[head..], &text[head..]);
    let same = before.chars().rev().zip(text.chars().rev()).take_while(|(a, b)| a == b);
    let tail: usize = same.map(|(it, _)| it.len_utf8()).sum();
    Edit { range: range.start + head..range.end - tail, text: &text[..text.len() - tail] }
}

fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let deadline = Instant::now().checked_add(PATIENCE);
    capture_diff_slices_deadline(Algorithm::Myers, old, new, deadline)
}

fn counts(operations: &[DiffOp]) -> LineCounts {
    let mut counts = LineCounts::default();
    for it in operations.iter().filter(|it| !matches!(it, DiffOp::Equal { .. })) {
        counts.removed += it.old_range().len() as u64;
        counts.added += it.new_range().len() as u64;
    }
    counts
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Where each line begins, in bytes, and where the last one ends.
fn starts(lines: &[&str]) -> Vec<usize> {
    let ends = lines.iter().scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests;

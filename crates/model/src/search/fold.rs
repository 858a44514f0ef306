//! Finding a text within another, where case and the width of spaces do not matter.

use std::ops::Range;

use super::{query::Needle, words::is_dense};

/// A text in lower case with single spaces, that knows where each character came from.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    pub(super) chars: Vec<char>,
    /// Byte in the original at which each character begins.
    from: Vec<usize>,
    /// Whether a new part of a name begins there, as in `parseJson`.
    humps: Vec<bool>,
    /// Length of the original in bytes.
    end: usize,
}

impl Folded {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut folded = Self { end: text.len(), ..Self::default() };
        let mut before = ' ';
        for (at, character) in text.char_indices() {
            if character.is_whitespace() {
                if folded.chars.last() != Some(&' ') {
                    folded.push(' ', at, false);
                }
            } else {
                let hump =
                    character.is_uppercase() && before.is_alphanumeric() && !before.is_uppercase();
                for lower in character.to_lowercase() {
                    folded.push(lower, at, hump);
                }
            }
            before = character;
        }
        folded
    }

    fn push(&mut self, character: char, from: usize, hump: bool) {
        self.chars.push(character);
        self.from.push(from);
        self.humps.push(hump);
    }

    /// Where a needle stands, as ranges of bytes of the original, at most so many. A word is found where a
    /// word begins.
    #[must_use]
    pub fn find(&self, needle: &Needle, most: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let (Some(first), count) = (needle.text.first(), needle.text.len()) else { return found };
        let mut at = 0;
        while found.len() < most && at + count <= self.chars.len() {
            if self.chars[at] == *first
                && self.chars[at..at + count] == needle.text[..]
                && self.begins(at)
                && (needle.is_open || self.ends(at + count))
            {
                found.push(self.from[at]..self.byte(at + count));
                at += count;
            } else {
                at += 1;
            }
        }
        found
    }

    /// Whether a needle stands in it at all.
    #[must_use]
    pub fn holds(&self, needle: &Needle) -> bool {
        !self.find(needle, 1).is_empty()
    }

    fn begins(&self, at: usize) -> bool {
        let is_inner = self.letter(at) && at > 0 && self.letter(at - 1);
        !is_inner || self.humps[at]
    }

    fn ends(&self, at: usize) -> bool {
        let is_inner = at < self.chars.len() && self.letter(at) && self.letter(at - 1);
        !is_inner || self.humps[at]
    }

    /// Of a script with spaces; an underscore stands between words.
    fn letter(&self, at: usize) -> bool {
        let character = self.chars[at];
        character.is_alphanumeric() && !is_dense(character)
    }

    fn byte(&self, at: usize) -> usize {
        self.from.get(at).copied().unwrap_or(self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Query;

    #[track_caller]
    fn check(text: &str, typed: &str, expected: &[&str]) {
        let query = Query::parse(typed);
        let folded = Folded::new(text);
        let ranges = query.needles.iter().flat_map(|it| folded.find(it, 9));
        assert_eq!(ranges.map(|it| &text[it]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn case_and_the_width_of_spaces_do_not_matter() {
        check("Run PG\n  DUMP now", "\"pg dump\"", &["PG\n  DUMP"]);
        check("İstanbul ẞ", "istanbul ", &[]);
        check("STRASSE straße", "straße", &["straße"]);
    }

    #[test]
    fn a_word_is_found_where_a_word_begins() {
        check("cat concatenate category", "cat", &["cat", "cat"]);
        check("cat concatenate category", "cat ", &["cat"]);
        check("parseJson my_json json", "json ", &["Json", "json", "json"]);
        check("東京都", "京", &["京"]);
    }

    #[test]
    fn what_has_punctuation_is_found_as_it_stands() {
        check("use --flag, not flag", "--flag ", &["--flag"]);
        check("c++ or c", "c++", &["c++"]);
    }
}

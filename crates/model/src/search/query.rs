//! The language of the search field.
//!
//! ```text
//!  backup "pg dump" --clean tag:ops lang:python in:runbooks/db
//!  └ word  └ phrase  └ as it stands  └ filters
//! ```
//!
//! Whatever was typed means something: what is no filter is looked for, a quote that is never closed goes to
//! the end. The last word may be half typed.

use super::{
    fold::Folded,
    words::{MAX_WORD_CHARS, Segment, cut, pairs, segments},
};

/// Things to look for at once. More are dropped: nobody types them.
const MAX_NEEDLES: usize = 16;

/// What of a search field is read, in bytes.
const MAX_QUERY_BYTES: usize = 1000;

/// What a document must hold or be to be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Each of them.
    pub needles: Vec<Needle>,
    /// Each of them, in lower case.
    pub tags: Vec<String>,
    /// Each of them, in lower case.
    pub languages: Vec<String>,
    /// The path of a folder that it lies in: each of them.
    pub folders: Vec<String>,
}

/// Something to look for in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// In lower case, with single spaces.
    pub text: Vec<char>,
    /// What an index must hold. None where it is all punctuation.
    pub terms: Vec<Term>,
    /// Whether a text may hold the terms without holding this.
    pub is_literal: bool,
    /// Whether it may go on where this ends.
    pub is_open: bool,
}

/// A word that an index must hold, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    pub is_prefix: bool,
}

impl Query {
    /// Reads what somebody typed. Never fails.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(MAX_QUERY_BYTES)];
        let mut query = Self::default();
        let mut pieces = pieces(text);
        let last = pieces.pop();
        for piece in pieces {
            query.take(piece, false);
        }
        if let Some(last) = last {
            query.take(last, !text.ends_with(char::is_whitespace));
        }
        query.needles.truncate(MAX_NEEDLES);
        query
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn take(&mut self, piece: Piece<'_>, is_last: bool) {
        let value = || piece.text.trim().to_lowercase();
        let is_typed = is_last && !piece.quoted;
        match piece.filter {
            Some(Filter::Tag) => self.tags.push(value().trim_start_matches('#').to_owned()),
            Some(Filter::Language) => self.languages.push(value()),
            Some(Filter::Folder) => self.folders.push(value()),
            None => self.needles.extend(Needle::new(piece.text, is_typed)),
        }
    }
}

impl Needle {
    /// `None` for nothing but spaces.
    fn new(text: &str, is_open: bool) -> Option<Self> {
        let text = text.trim();
        let folded = Folded::new(text);
        let mut terms = Vec::new();
        let found: Vec<_> = segments(text).collect();
        for segment in &found {
            match segment {
                Segment::Word(word) => terms.push(Term { text: cut(word), is_prefix: false }),
                Segment::Dense(run) if run.chars().nth(1).is_none() => {
                    terms.push(Term { text: cut(run), is_prefix: true });
                }
                Segment::Dense(run) => {
                    terms
                        .extend(pairs(run).into_iter().map(|text| Term { text, is_prefix: false }));
                }
            }
        }
        let ends_in_word = match found.last() {
            Some(Segment::Word(word)) => text.ends_with(word),
            Some(Segment::Dense(_)) | None => false,
        };
        if let Some(last) = terms.last_mut().filter(|_| is_open && ends_in_word) {
            last.is_prefix = true;
        }
        let is_one_word = match found.as_slice() {
            [Segment::Word(word)] => *word == text && word.chars().count() < MAX_WORD_CHARS,
            [Segment::Dense(run)] => *run == text && terms.len() == 1,
            _ => false,
        };
        let needle = Self { text: folded.chars, terms, is_literal: !is_one_word, is_open };
        (!needle.text.is_empty()).then_some(needle)
    }
}

#[derive(Clone, Copy, Debug)]
enum Filter {
    Tag,
    Language,
    Folder,
}

#[derive(Clone, Copy, Debug)]
struct Piece<'t> {
    filter: Option<Filter>,
    text: &'t str,
    quoted: bool,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (filter, after) = filter(rest);
        let (value, quoted, after) = match after.strip_prefix('"') {
            Some(quote) => {
                let (value, after) = quote.split_once('"').unwrap_or((quote, ""));
                (value, true, after)
            }
            None => {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                (&after[..end], false, &after[end..])
            }
        };
        found.push(Piece { filter, text: value, quoted });
        rest = after.trim_start();
    }
    found
}

/// A filter's name with something behind it; a name alone is a word.
fn filter(text: &str) -> (Option<Filter>, &str) {
    let names = [("tag:", Filter::Tag), ("lang:", Filter::Language), ("in:", Filter::Folder)];
    for (name, filter) in names {
        let has_name = text.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        let rest = if has_name { &text[name.len()..] } else { continue };
        let value = rest.strip_prefix('"').unwrap_or(rest);
        if value.starts_with(|it: char| !it.is_whitespace() && it != '"') {
            return (Some(filter), rest);
        }
    }
    (None, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A needle as `text[terms]`, with `!` if it is compared with the text, and `*` behind beginnings.
    fn words(query: &Query) -> String {
        let needle = |it: &Needle| {
            let term = |it: &Term| format!("{}{}", it.text, if it.is_prefix { "*" } else { "" });
            let terms: Vec<_> = it.terms.iter().map(term).collect();
            let text: String = it.text.iter().collect();
            format!("{text}[{}]{}", terms.join(" "), if it.is_literal { "!" } else { "" })
        };
        query.needles.iter().map(needle).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        assert_eq!(words(&Query::parse(typed)), expected);
    }

    #[test]
    fn words_are_whole_but_for_the_last_one() {
        check("Backup data", "backup[backup] data[data*]");
        check("backup data ", "backup[backup] data[data]");
        check("\"backup\"", "backup[backup]");
        check("  ", "");
    }

    #[test]
    fn phrases_and_punctuation_are_compared_with_the_text() {
        check("\"pg  dump\" x", "pg dump[pg dump]! x[x*]");
        check("--clean", "--clean[clean*]!");
        check("foo_bar", "foo_bar[foo_bar*]");
        check("kube-api.v1", "kube-api.v1[kube api v1*]!");
        check("++", "++[]!");
        check("c++", "c++[c]!");
    }

    #[test]
    fn scripts_without_spaces_need_each_pair() {
        check("東京都", "東京都[東京 京都]!");
        check("東京", "東京[東京]");
        check("東", "東[東*]");
    }

    #[test]
    fn filters_are_told_from_words() {
        let query = Query::parse("tag:Ops lang:py in:\"Team A/db\" x tag: TAG:\"two words\"");
        assert_eq!(query.tags, ["ops", "two words"]);
        assert_eq!(query.languages, ["py"]);
        assert_eq!(query.folders, ["team a/db"]);
        assert_eq!(words(&query), "x[x] tag:[tag]!");
    }

    #[test]
    fn nothing_typed_is_a_mistake() {
        for typed in [
            "\"",
            "\"never closed",
            "tag:\"",
            "tag:\"\"",
            "in:",
            "\"\" \"",
            "a\"b",
            "'; --",
            "%_",
            "*",
        ] {
            let query = Query::parse(typed);
            assert!(query.needles.iter().all(|it| !it.text.is_empty()), "{typed}: {query:?}");
        }
        assert_eq!(Query::parse(&"x ".repeat(900)).needles.len(), MAX_NEEDLES);
        assert_eq!(Query::parse(&"é".repeat(2000)).needles.len(), 1);
    }
}

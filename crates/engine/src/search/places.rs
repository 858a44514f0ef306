//! Where in a document something was found, with a line to show and what to mark in it.

use std::{collections::BTreeMap, ops::Range};

use document::Document;
use model::search::{Folded, Needle};

use super::{headings, utf16};

/// Places of one runbook that are shown.
const MOST_PLACES: usize = 3;

/// Times that one thing is looked up in one text.
const MOST_FINDS: usize = 200;

/// Times that one thing is marked in one line or title.
pub(super) const MOST_MARKS: usize = 20;

/// Longest line that is shown, in characters.
const MOST_CHARS: usize = 180;

/// What stands before the first mark in a line that is cut, in characters.
const BEFORE: usize = 40;

/// A text, and what in it is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub text: String,
    /// In UTF-16 code units, apart from each other and in order.
    pub marks: Vec<Range<usize>>,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The heading that it stands under.
    pub heading: Option<String>,
    /// Counted from 1.
    pub line: usize,
    pub block: Option<PlaceBlock>,
    pub snippet: Marked,
}

/// The block that a place is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceBlock {
    pub id: String,
    pub name: Option<String>,
    pub language: Option<String>,
}

impl Marked {
    /// Ranges are bytes of the text, in any order.
    pub(super) fn new(text: &str, mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_by_key(|it| it.start);
        let mut marks: Vec<Range<usize>> = Vec::new();
        for range in ranges.iter().map(|it| utf16(text, it)) {
            match marks.last_mut().filter(|it| range.start <= it.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => marks.push(range),
            }
        }
        Self { text: text.to_owned(), marks }
    }
}

/// What was found in one line.
#[derive(Debug, Default)]
struct Line {
    ranges: Vec<Range<usize>>,
    /// Which needles, one bit each.
    needles: u64,
}

/// The lines that hold most of what is looked for, and how many others hold some.
pub(super) fn find(
    content: &str,
    folded: &Folded,
    document: &Document,
    needles: &[Needle],
) -> (Vec<Place>, usize) {
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    for (number, needle) in needles.iter().enumerate() {
        for range in folded.find(needle, MOST_FINDS) {
            let start = content[..range.start].rfind('\n').map_or(0, |it| it + 1);
            let line = lines.entry(start).or_default();
            line.ranges.push(range);
            line.needles |= 1 << number.min(63);
        }
    }
    let mut best: Vec<(usize, Line)> = lines.into_iter().collect();
    let count = best.len();
    best.sort_by_key(|(start, line)| (std::cmp::Reverse(line.needles.count_ones()), *start));
    best.truncate(MOST_PLACES);
    best.sort_by_key(|it| it.0);
    let headings = headings::of(content, document);
    let more = count - best.len();
    let place = |(start, line): (usize, Line)| {
        let under = headings.partition_point(|it| it.at <= start);
        let heading = under.checked_sub(1).map(|it| plain(headings[it].text));
        let block = document.blocks.iter().find(|it| it.span.contains(&start));
        Place {
            heading,
            line: content[..start].matches('\n').count() + 1,
            block: block.map(|it| PlaceBlock {
                id: it.id.to_string(),
                name: it.name.clone(),
                language: it.language.clone(),
            }),
            snippet: snippet(content, start, line.ranges),
        }
    };
    (best.into_iter().map(place).collect(), more)
}

/// The line that begins at a byte, or as much around its first mark as fits.
fn snippet(content: &str, start: usize, mut ranges: Vec<Range<usize>>) -> Marked {
    ranges.sort_by_key(|it| it.start);
    ranges.truncate(MOST_MARKS);
    let end = content[start..].find('\n').map_or(content.len(), |it| start + it);
    let line = &content[start..end];
    let first = ranges.first().map_or(start, |it| it.start);
    let mut from = start + (line.len() - line.trim_start().len()).min(first - start);
    let mut to = start + line.trim_end().len().max(first - start);
    let (mut ahead, mut behind) = ("", "");
    if content[from..to].chars().count() > MOST_CHARS {
        let skipped =
            content[from..first].char_indices().rev().nth(BEFORE - 1).map_or(0, |it| it.0);
        if skipped > 0 {
            ahead = "…";
        }
        from += skipped;
        if let Some((cut, _)) = content[from..to].char_indices().nth(MOST_CHARS) {
            to = from + cut;
            behind = "…";
        }
    }
    let text = format!("{ahead}{}{behind}", &content[from..to]);
    let shifted = ranges
        .into_iter()
        .filter(|it| it.start < to)
        .map(|it| it.start - from + ahead.len()..it.end.min(to) - from + ahead.len());
    Marked::new(&text, shifted.collect())
}

/// A heading without the marks of its emphasis.
fn plain(heading: &str) -> String {
    heading.replace(['`', '*'], "")
}

#[cfg(test)]
mod tests {
    use model::search::Query;

    use super::*;

    /// Places as `line heading|block|snippet`, with marks in brackets.
    fn found(content: &str, typed: &str) -> (Vec<String>, usize) {
        let document = document::parse(content);
        let needles = Query::parse(typed).needles;
        let (places, more) = find(content, &Folded::new(content), &document, &needles);
        let shown = |it: Place| {
            let block = it.block.and_then(|it| it.name).unwrap_or_default();
            let heading = it.heading.unwrap_or_default();
            format!("{} {heading}|{block}|{}", it.line, bracketed(&it.snippet))
        };
        (places.into_iter().map(shown).collect(), more)
    }

    fn bracketed(marked: &Marked) -> String {
        let units: Vec<u16> = marked.text.encode_utf16().collect();
        let mut text = String::new();
        let mut at = 0;
        for mark in &marked.marks {
            text += &String::from_utf16(&units[at..mark.start]).unwrap();
            text.extend(["[", &String::from_utf16(&units[mark.clone()]).unwrap(), "]"]);
            at = mark.end;
        }
        text + &String::from_utf16(&units[at..]).unwrap()
    }

    #[test]
    fn a_place_names_its_heading_its_block_and_its_line() {
        let content = "# 🦀 Backups\n\n## `Daily`\n\n🦀 pg_dump runs\n\n```runnable bash name=dump\n  pg_dump --clean db\n```\n";
        let (places, more) = found(content, "pg_dump");
        assert_eq!(places, ["5 Daily||🦀 [pg_dump] runs", "8 Daily|dump|[pg_dump] --clean db"]);
        assert_eq!(more, 0);
    }

    #[test]
    fn lines_that_hold_more_of_it_come_first_and_the_others_are_counted() {
        let content = "one\ntwo\none two\none\none\n";
        let (places, more) = found(content, "one two");
        assert_eq!(places, ["1 ||[one]", "2 ||[two]", "3 ||[one] [two]"]);
        assert_eq!(more, 2);
    }

    #[test]
    fn a_long_line_is_cut_around_what_was_found() {
        let content = format!("{}needle{}", "é ".repeat(300), " x".repeat(300));
        let (places, _) = found(&content, "needle");
        assert!(places[0].contains("…") && places[0].contains("[needle]"), "{places:?}");
        assert!(places[0].chars().count() < MOST_CHARS + 20, "{places:?}");
    }

    #[test]
    fn a_phrase_over_two_lines_is_marked_on_the_first() {
        let (places, _) = found("say pg\n   dump now", "\"pg dump\"");
        assert_eq!(places, ["1 ||say [pg]"]);
    }
}

//! sprig's functions of words: cases, initials, wrapping, abbreviating.

use super::{Args, Entry, cases};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("title", 1, 1, |_, a| Ok(Value::text(title(a.text(0)?)))),
    Entry("untitle", 1, 1, |_, a| Ok(Value::text(untitle(a.text(0)?)))),
    Entry("swapcase", 1, 1, |_, a| Ok(Value::text(swapped(a.text(0)?)))),
    Entry("snakecase", 1, 1, |_, a| Ok(Value::text(joined(a.text(0)?, '_')))),
    Entry("kebabcase", 1, 1, |_, a| Ok(Value::text(joined(a.text(0)?, '-')))),
    Entry("camelcase", 1, 1, |_, a| Ok(Value::text(camel(a.text(0)?)))),
    Entry("initials", 1, 1, |_, a| {
        Ok(Value::text(
            a.text(0)?.split_whitespace().filter_map(|it| it.chars().next()).collect::<String>(),
        ))
    }),
    Entry("wrap", 2, 2, |r, a| wrapped(r, a.int(0)?, "\n", a.text(1)?, Long::Kept)),
    Entry("wrapWith", 3, 3, |r, a| wrapped(r, a.int(0)?, a.text(1)?, a.text(2)?, Long::Broken)),
    Entry("abbrev", 2, 2, |_, a| Ok(Value::text(abbreviated(0, a.int(0)?, a.text(1)?)))),
    Entry("abbrevboth", 3, 3, abbreviate_both),
];

fn title(text: &str) -> String {
    let stays_inside = |it: char| it.is_alphanumeric() || it == '_' || it == '\'';
    recased(text, cases::upper_letter, stays_inside)
}

fn untitle(text: &str) -> String {
    recased(text, cases::lower_letter, |it| !it.is_whitespace())
}

/// Changes the first letter of each word; `stays_inside` says of a letter whether its word goes on behind it.
fn recased(text: &str, change: fn(char) -> char, stays_inside: fn(char) -> bool) -> String {
    let mut inside = false;
    let letter = |letter| {
        let shown = if inside { letter } else { change(letter) };
        inside = stays_inside(letter);
        shown
    };
    text.chars().map(letter).collect()
}

fn swapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_uppercase() {
            out.push(cases::lower_letter(letter));
        } else {
            out.push(cases::upper_letter(letter));
        }
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Number,
    Upper,
    Lower,
    Connector,
    Mark,
    Other,
}

fn sort(letter: char) -> Sort {
    match letter {
        '-' | '_' => Sort::Connector,
        it if it.is_whitespace() => Sort::Connector,
        it if it.is_ascii_punctuation() && !"$+<=>^`|~".contains(it) => Sort::Mark,
        it if it.is_uppercase() => Sort::Upper,
        it if it.is_alphabetic() => Sort::Lower,
        it if it.is_numeric() => Sort::Number,
        _ => Sort::Other,
    }
}

/// A text as words: runs of one sort, but a capital goes with the small letters after it.
fn pieces(text: &str) -> Vec<(Sort, String)> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let first = sort(letters[at]);
        let mut end = at + 1;
        let second = letters.get(end).map(|it| sort(*it));
        let run = match (first, second) {
            (Sort::Upper, Some(Sort::Lower)) => Sort::Lower,
            (it, _) => it,
        };
        while end < letters.len() && sort(letters[end]) == run {
            end += 1;
        }
        // In `HTTPServer` the `S` begins the next word.
        if run == Sort::Upper
            && end - at > 1
            && letters.get(end).map(|it| sort(*it)) == Some(Sort::Lower)
        {
            end -= 1;
        }
        found.push((first, letters[at..end].iter().collect()));
        at = end;
    }
    found
}

/// `HTTPServer2xx` to `http_server_2xx`: small letters, with a connector between the words.
fn joined(text: &str, connector: char) -> String {
    let pieces = pieces(text);
    let mut out = String::with_capacity(text.len() + 8);
    let is_word = |nth: usize| {
        pieces.get(nth).is_some_and(|it| {
            matches!(it.0, Sort::Upper | Sort::Lower | Sort::Number | Sort::Other)
        })
    };
    let is_lower = |nth: usize| pieces.get(nth).is_some_and(|it| it.0 == Sort::Lower);
    let is_number = |nth: usize| pieces.get(nth).is_some_and(|it| it.0 == Sort::Number);
    let mut nth = 0;
    while nth < pieces.len() {
        let (sort, text) = &pieces[nth];
        nth += 1;
        match sort {
            Sort::Connector => out.extend(text.chars().map(|_| connector)),
            Sort::Mark => out.push_str(text),
            Sort::Number | Sort::Upper | Sort::Lower | Sort::Other => {
                out.push_str(&cases::lower(text));
                let after_number = *sort == Sort::Number;
                let mut runs_on = after_number;
                // A number belongs to the word before it, unless small letters follow: `Bld4Floor`, `http2xx`.
                if !after_number && is_number(nth) {
                    if is_lower(nth + 1) && starts_small(&pieces[nth + 1].1) {
                        out.push(connector);
                        runs_on = true;
                    } else {
                        out.push_str(&pieces[nth].1);
                        nth += 1;
                    }
                }
                while runs_on && (is_number(nth) || (is_lower(nth) && starts_small(&pieces[nth].1)))
                {
                    out.push_str(&pieces[nth].1);
                    nth += 1;
                }
                if is_word(nth) {
                    out.push(connector);
                }
            }
        }
    }
    out
}

fn starts_small(text: &str) -> bool {
    text.starts_with(char::is_lowercase)
}

/// `http_server` to `HttpServer`. Connectors at the beginning stay.
fn camel(text: &str) -> String {
    let is_connector = |it: char| it == '-' || it == '_' || it.is_whitespace();
    let word = text.trim_start_matches(is_connector);
    let mut out = text[..text.len() - word.len()].to_owned();
    let mut starts = true;
    let mut connectors = String::new();
    for letter in word.chars() {
        if is_connector(letter) {
            connectors.push(letter);
            starts = true;
            continue;
        }
        // One connector vanishes; of several all but the last stay.
        connectors.pop();
        out.push_str(&connectors);
        connectors.clear();
        if starts {
            out.push(cases::upper_letter(letter))
        } else {
            out.push(cases::lower_letter(letter))
        }
        starts = false;
    }
    out.push_str(&connectors);
    out
}

/// What becomes of a word longer than the line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Long {
    Kept,
    Broken,
}

fn wrapped(
    runtime: &mut Runtime<'_>,
    width: i64,
    newline: &str,
    text: &str,
    long: Long,
) -> Result<Value, CallError> {
    let newline = if newline.is_empty() { "\n" } else { newline };
    let width = usize::try_from(width).unwrap_or(0).max(1);
    runtime
        .room(text.len().saturating_add((text.len() / width + 1).saturating_mul(newline.len())))?;
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while rest.len() > width {
        if let Some(after) = rest.strip_prefix(' ') {
            rest = after;
            continue;
        }
        let end = rest.floor_char_boundary(width + 1).max(1);
        let space = rest.get(..end).and_then(|it| it.rfind(' '));
        let (line, skip) = match (space, long) {
            (Some(space), _) => (space, 1),
            (None, Long::Broken) => {
                let cut = rest.floor_char_boundary(width);
                (if cut == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { cut }, 0)
            }
            (None, Long::Kept) => match rest.find(' ') {
                Some(space) => (space, 1),
                None => break,
            },
        };
        out.push_str(&rest[..line]);
        out.push_str(newline);
        rest = &rest[line + skip..];
    }
    out.push_str(rest);
    Ok(Value::text(out))
}

fn abbreviate_both(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (left, right, text) = (a.int(0)?, a.int(1)?, a.text(2)?);
    if right < 4 || (left > 0 && right < 7) {
        return Ok(Value::Text(text.clone()));
    }
    Ok(Value::text(abbreviated(left, right, text)))
}

/// At most `width` bytes of a text from `offset` on, with `...` where something is left out.
fn abbreviated(offset: i64, width: i64, text: &str) -> String {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if width < 4 || length <= width {
        return text.to_owned();
    }
    let cut = |from: i64, to: i64| {
        let at = |it: i64| text.floor_char_boundary(usize::try_from(it).unwrap_or(0));
        &text[at(from)..at(to)]
    };
    let room = width - 3;
    let offset = offset.clamp(0, length).min(length - room);
    if offset <= 4 {
        return format!("{}...", cut(0, room));
    }
    if offset + room < length {
        return format!("...{}...", cut(offset, offset + room - 3));
    }
    format!("...{}", cut(length - room, length))
}

//! sprig's functions of regular expressions. The syntax is RE2's; both engines take linear time.

use super::{Args, Entry, lists};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("regexMatch", 2, 2, |r, a| Ok(matches(r, a).unwrap_or(Value::Bool(false)))),
    Entry("mustRegexMatch", 2, 2, matches),
    Entry("regexFind", 2, 2, find),
    Entry("mustRegexFind", 2, 2, find),
    Entry("regexFindAll", 3, 3, find_all),
    Entry("mustRegexFindAll", 3, 3, find_all),
    Entry("regexReplaceAll", 3, 3, |r, a| replaced(r, a, With::Groups)),
    Entry("mustRegexReplaceAll", 3, 3, |r, a| replaced(r, a, With::Groups)),
    Entry("regexReplaceAllLiteral", 3, 3, |r, a| replaced(r, a, With::Text)),
    Entry("mustRegexReplaceAllLiteral", 3, 3, |r, a| replaced(r, a, With::Text)),
    Entry("regexSplit", 3, 3, split),
    Entry("mustRegexSplit", 3, 3, split),
    Entry("regexQuoteMeta", 1, 1, |r, a| {
        r.room(a.text(0)?.len() * 2)?;
        Ok(Value::text(quoted(a.text(0)?)))
    }),
];

/// Searching takes about this many steps for each that looking takes.
fn searched(runtime: &mut Runtime<'_>, text: &str) -> Result<(), CallError> {
    runtime.step(1 + text.len() as u64 / 8)
}

fn matches(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    searched(runtime, a.text(1)?)?;
    Ok(Value::Bool(runtime.pattern(a.text(0)?)?.is_match(a.text(1)?)))
}

fn find(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    searched(runtime, a.text(1)?)?;
    let pattern = runtime.pattern(a.text(0)?)?;
    Ok(Value::text(pattern.find(a.text(1)?).map_or("", |it| it.as_str())))
}

fn find_all(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    searched(runtime, a.text(1)?)?;
    let most = usize::try_from(a.int(2)?).unwrap_or(usize::MAX);
    let pattern = runtime.pattern(a.text(0)?)?;
    let found = pattern.find_iter(a.text(1)?).take(most);
    let mut all = Vec::new();
    for it in found {
        runtime.room(it.len())?;
        all.push(Value::text(it.as_str()));
    }
    lists::made(runtime, all)
}

/// What a replacement is: a text, or one where `$1` and `${name}` say groups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Text,
    Groups,
}

fn replaced(runtime: &mut Runtime<'_>, a: Args<'_>, with: With) -> Result<Value, CallError> {
    let (text, new) = (a.text(1)?, a.text(2)?);
    searched(runtime, text)?;
    let pattern = runtime.pattern(a.text(0)?)?;
    let mut out = String::new();
    let mut end = 0;
    for found in pattern.captures_iter(text) {
        let whole = found.get_match();
        let before = out.len();
        out.push_str(&text[end..whole.start()]);
        match with {
            With::Text => out.push_str(new),
            With::Groups => found.expand(new, &mut out),
        }
        end = whole.end();
        runtime.room(out.len() - before)?;
        runtime.step(1)?;
    }
    runtime.room(text.len() - end)?;
    out.push_str(&text[end..]);
    Ok(Value::text(out))
}

/// At most so many parts, all for a negative count.
fn split(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let text = a.text(1)?;
    searched(runtime, text)?;
    let most = usize::try_from(a.int(2)?).unwrap_or(usize::MAX);
    let pattern = runtime.pattern(a.text(0)?)?;
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for found in pattern.find_iter(text) {
        if most > 0 && parts.len() + 1 >= most {
            break;
        }
        end = found.start();
        // Go makes no part before a match of nothing at the beginning.
        if found.end() != 0 {
            parts.push(Value::text(&text[start..end]));
        }
        start = found.end();
    }
    if most == 0 {
        parts.clear();
    } else if end != text.len() || text.is_empty() {
        parts.push(Value::text(&text[start..]));
    }
    runtime.room(text.len())?;
    lists::made(runtime, parts)
}

/// Go escapes fewer characters than the `regex` crate does.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

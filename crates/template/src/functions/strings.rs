//! sprig's functions of texts. Where sprig cuts between bytes, these cut between characters.

use std::collections::BTreeMap;

use super::{ANY, Args, Entry, args::items, cases};
use crate::{
    print::{self, quoted},
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("trim", 1, 1, |_, a| Ok(Value::text(a.text(0)?.trim()))),
    Entry("upper", 1, 1, |_, a| Ok(Value::text(cases::upper(a.text(0)?)))),
    Entry("lower", 1, 1, |_, a| Ok(Value::text(cases::lower(a.text(0)?)))),
    Entry("trunc", 2, 2, |_, a| Ok(Value::text(truncated(a.int(0)?, a.text(1)?)))),
    Entry("substr", 3, 3, |_, a| Ok(Value::text(substring(a.int(0)?, a.int(1)?, a.text(2)?)))),
    Entry("repeat", 2, 2, repeat),
    Entry("trimAll", 2, 2, trim_all),
    Entry("trimall", 2, 2, trim_all),
    Entry("trimPrefix", 2, 2, |_, a| {
        let text = a.text(1)?;
        Ok(Value::text(text.strip_prefix(&**a.text(0)?).unwrap_or(text)))
    }),
    Entry("trimSuffix", 2, 2, |_, a| {
        let text = a.text(1)?;
        Ok(Value::text(text.strip_suffix(&**a.text(0)?).unwrap_or(text)))
    }),
    Entry("nospace", 1, 1, |_, a| {
        Ok(Value::text(a.text(0)?.chars().filter(|it| !it.is_whitespace()).collect::<String>()))
    }),
    Entry("contains", 2, 2, |_, a| Ok(Value::Bool(a.text(1)?.contains(&**a.text(0)?)))),
    Entry("hasPrefix", 2, 2, |_, a| Ok(Value::Bool(a.text(1)?.starts_with(&**a.text(0)?)))),
    Entry("hasSuffix", 2, 2, |_, a| Ok(Value::Bool(a.text(1)?.ends_with(&**a.text(0)?)))),
    Entry("quote", 0, ANY, |r, a| between(r, a, |it| quoted(it, print::Ascii::AndMore))),
    Entry("squote", 0, ANY, |r, a| between(r, a, |it| format!("'{it}'"))),
    Entry("cat", 0, ANY, |r, a| between(r, a, str::to_owned)),
    Entry("indent", 2, 2, |r, a| Ok(Value::text(indented(r, a)?))),
    Entry("nindent", 2, 2, |r, a| Ok(Value::text(format!("\n{}", indented(r, a)?)))),
    Entry("replace", 3, 3, replace_all),
    Entry("plural", 3, 3, |_, a| Ok(a.get(usize::from(a.int(2)? != 1)).clone())),
    Entry("toString", 1, 1, |r, a| Ok(Value::text(print::plain(r, a.get(0))?))),
    Entry("toStrings", 1, 1, |r, a| Ok(Value::list(texts(r, a.get(0))?))),
    Entry("join", 2, 2, join),
    Entry("sortAlpha", 1, 1, sorted),
    Entry("split", 2, 2, |r, a| numbered(r, a.text(0)?, -1, a.text(1)?)),
    Entry("splitn", 3, 3, |r, a| numbered(r, a.text(0)?, a.int(1)?, a.text(2)?)),
    Entry("splitList", 2, 2, |r, a| {
        let parts = parts(r, a.text(0)?, -1, a.text(1)?)?;
        Ok(Value::list(parts.into_iter().map(Value::text).collect()))
    }),
];

/// The greatest boundary of a character at or below an offset, which may be beyond the end.
fn boundary(text: &str, at: i64) -> usize {
    text.floor_char_boundary(usize::try_from(at).unwrap_or(0).min(text.len()))
}

fn truncated(count: i64, text: &str) -> &str {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if count < 0 {
        let from = length.saturating_add(count);
        return if from > 0 { &text[boundary(text, from)..] } else { text };
    }
    &text[..boundary(text, count)]
}

fn substring(start: i64, end: i64, text: &str) -> &str {
    let end_at = if end < 0 { text.len() } else { boundary(text, end) };
    let start_at = boundary(text, start);
    if start < 0 {
        &text[..end_at]
    } else {
        text.get(start_at..end_at.max(start_at)).unwrap_or_default()
    }
}

fn repeat(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (count, text) = (a.int(0)?, a.text(1)?);
    let count = usize::try_from(count)
        .map_err(|_| CallError::failed(format!("cannot repeat {count} times")))?;
    runtime.room(text.len().saturating_mul(count))?;
    Ok(Value::text(if text.is_empty() { String::new() } else { text.repeat(count) }))
}

fn trim_all(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let letters = a.text(0)?;
    Ok(Value::text(a.text(1)?.trim_matches(|it| letters.contains(it))))
}

/// Everything that is not nil, each made by `made`, with blanks between.
fn between(
    runtime: &mut Runtime<'_>,
    a: Args<'_>,
    made: fn(&str) -> String,
) -> Result<Value, CallError> {
    let mut found = Vec::new();
    for value in a.all().iter().filter(|it| !matches!(it, Value::Nil)) {
        let text = made(&print::plain(runtime, value)?);
        runtime.room(text.len())?;
        found.push(text);
    }
    Ok(Value::text(found.join(" ")))
}

fn indented(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<String, CallError> {
    let (count, text) = (a.int(0)?, a.text(1)?);
    let count = usize::try_from(count)
        .map_err(|_| CallError::failed(format!("cannot indent by {count}")))?;
    let lines = text.matches('\n').count() + 1;
    runtime.room(count.saturating_mul(lines).saturating_add(text.len()))?;
    let pad = " ".repeat(count);
    Ok(format!("{pad}{}", text.replace('\n', &format!("\n{pad}"))))
}

pub(super) fn replace_all(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (old, new, text) = (a.text(0)?, a.text(1)?, a.text(2)?);
    let times = text.matches(&**old).count();
    runtime.room(text.len().saturating_add(times.saturating_mul(new.len())))?;
    Ok(Value::text(text.replace(&**old, new)))
}

/// A list as texts without nils; anything else as a list of one.
pub(super) fn texts(runtime: &mut Runtime<'_>, value: &Value) -> Result<Vec<Value>, CallError> {
    let one = std::slice::from_ref(value);
    let all = if let Value::List(it) = value { it.items() } else { one };
    let mut found = Vec::with_capacity(all.len());
    for item in all.iter().filter(|it| !matches!(it, Value::Nil)) {
        found.push(match item {
            Value::Text(_) => item.clone(),
            other => Value::text(print::plain(runtime, other)?),
        });
    }
    Ok(found)
}

fn join(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let between = a.text(0)?;
    let texts = texts(runtime, a.get(1))?;
    let mut out = String::new();
    for (nth, text) in texts.iter().enumerate() {
        let Value::Text(text) = text else { continue };
        let between = if nth > 0 { &**between } else { "" };
        runtime.room(text.len() + between.len())?;
        out.push_str(between);
        out.push_str(text);
    }
    Ok(Value::text(out))
}

fn sorted(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut found = texts(runtime, a.get(0))?;
    runtime.step(4 * found.len() as u64)?;
    let key = |it: &Value| if let Value::Text(it) = it { it.clone() } else { "".into() };
    found.sort_by_cached_key(key);
    Ok(Value::list(found))
}

/// What Go's `SplitN` gives: all parts for a negative count.
fn parts<'t>(
    runtime: &mut Runtime<'_>,
    separator: &str,
    count: i64,
    text: &'t str,
) -> Result<Vec<&'t str>, CallError> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let found: Vec<&str> = if separator.is_empty() {
        let mut rest = text;
        let mut letters = Vec::new();
        while !rest.is_empty() && letters.len() < most {
            let last = letters.len() + 1 == most;
            let (head, tail) = rest.split_at(if last { rest.len() } else { first_length(rest) });
            letters.push(head);
            rest = tail;
        }
        letters
    } else if most == 0 {
        Vec::new()
    } else {
        text.splitn(most, separator).collect()
    };
    runtime.room(found.len() * size_of::<Value>())?;
    Ok(found)
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// `_0`, `_1`, … as sprig's `split` numbers the parts.
fn numbered(
    runtime: &mut Runtime<'_>,
    separator: &str,
    count: i64,
    text: &str,
) -> Result<Value, CallError> {
    let parts = parts(runtime, separator, count, text)?;
    let entry = |(nth, part): (usize, &str)| (format!("_{nth}").into(), Value::text(part));
    Ok(Value::map(parts.into_iter().enumerate().map(entry).collect::<BTreeMap<_, _>>()))
}

/// Whether a value is a list that has the item.
pub(super) fn has(
    runtime: &mut Runtime<'_>,
    list: &Value,
    item: &Value,
) -> Result<bool, CallError> {
    for other in items(list)? {
        if runtime.equal(item, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

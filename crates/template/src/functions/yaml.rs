//! YAML as boilerplate reads and writes it: block style, keys sorted, lists not indented.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Args;
use crate::{
    dates,
    print::{Sink, plain_float},
    runtime::{CallError, Runtime},
    value::{MAX_DEPTH, Value},
};

pub(super) fn read(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let text = a.text(0)?;
    runtime.room(text.len().saturating_mul(16))?;
    let options = serde_saphyr::options! { strict_booleans: true };
    let json: Json = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let full = error.without_snippet().to_string();
        CallError::failed(full.lines().next().unwrap_or_default())
    })?;
    Value::from_json(&json, &mut 0).ok_or(CallError::Deep)
}

pub(super) fn written(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut sink = Sink::new(runtime);
    let value = a.get(0);
    if is_block(value) {
        block(&mut sink, value, 0)?
    } else {
        scalar(&mut sink, value, 0)?
    }
    Ok(Value::text(sink.text))
}

/// Whether a value takes lines of its own.
fn is_block(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_)) && value.is_true()
}

/// Lines of a list or map, each of which begins at `level`; the cursor stands where the first begins.
fn block(sink: &mut Sink<'_, '_>, value: &Value, level: usize) -> Result<(), CallError> {
    if level > 2 * MAX_DEPTH {
        return Err(CallError::Deep);
    }
    sink.runtime.step(1)?;
    let indent = |sink: &mut Sink<'_, '_>, nth: usize| {
        if nth > 0 { sink.pad(' ', level) } else { Ok(()) }
    };
    match value {
        Value::List(list) => {
            for (nth, item) in list.items().iter().enumerate() {
                indent(sink, nth)?;
                sink.push("- ")?;
                if is_block(item) {
                    block(sink, item, level + 2)?
                } else {
                    scalar(sink, item, level + 2)?
                }
            }
        }
        Value::Map(map) => {
            for (nth, (key, item)) in map.entries().iter().enumerate() {
                indent(sink, nth)?;
                sink.push(&text(key))?;
                sink.push(":")?;
                match item {
                    Value::List(_) if is_block(item) => {
                        sink.push("\n")?;
                        sink.pad(' ', level)?;
                        block(sink, item, level)?;
                    }
                    _ if is_block(item) => {
                        sink.push("\n")?;
                        sink.pad(' ', level + 2)?;
                        block(sink, item, level + 2)?;
                    }
                    _ => {
                        sink.push(" ")?;
                        scalar(sink, item, level + 2)?;
                    }
                }
            }
        }
        other => scalar(sink, other, level)?,
    }
    Ok(())
}

/// One value with the end of its line.
fn scalar(sink: &mut Sink<'_, '_>, value: &Value, level: usize) -> Result<(), CallError> {
    sink.runtime.step(1)?;
    match value {
        Value::Nil => sink.push("null")?,
        Value::List(_) => sink.push("[]")?,
        Value::Map(_) => sink.push("{}")?,
        Value::Bool(it) => sink.push(if *it { "true" } else { "false" })?,
        Value::Int(it) => sink.push(&it.to_string())?,
        Value::Float(it) if it.is_nan() => sink.push(".nan")?,
        Value::Float(it) if it.is_infinite() => {
            sink.push(if *it > 0.0 { ".inf" } else { "-.inf" })?
        }
        Value::Float(it) => sink.push(&plain_float(*it))?,
        Value::Time(it) => sink.push(&dates::format("2006-01-02T15:04:05.999999999Z07:00", it))?,
        Value::Version(it) => sink.push(&text(&it.to_string()))?,
        Value::Text(it) if is_literal(it) => return literal(sink, it, level.max(2)),
        Value::Text(it) => sink.push(&text(it))?,
    }
    sink.push("\n")
}

/// Whether a text of several lines can stand as it is.
fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|it| it == '\n' || it == '\t' || !it.is_control())
}

fn literal(sink: &mut Sink<'_, '_>, text: &str, level: usize) -> Result<(), CallError> {
    let body = text.trim_end_matches('\n');
    let style = match text.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    sink.push(style)?;
    for line in body.lines() {
        sink.push("\n")?;
        if !line.is_empty() {
            sink.pad(' ', level)?;
        }
        sink.push(line)?;
    }
    let ends = (text.len() - body.len()).max(1);
    sink.pad('\n', ends)
}

/// A text of one line, between quotes where it would otherwise be something else.
fn text(text: &str) -> String {
    if text.chars().any(|it| it.is_control() || it == '\u{feff}') {
        return escaped(text);
    }
    if reads_otherwise(text) {
        return format!("\"{text}\"");
    }
    let first = text.chars().next().unwrap_or_default();
    let indicator = "!&*%@`,[]{}#|>'\"".contains(first)
        || ("-?:".contains(first) && text[1..].chars().next().is_none_or(char::is_whitespace));
    let inner = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    if indicator || inner || text.starts_with(' ') || text.ends_with(' ') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    text.to_owned()
}

/// Whether YAML 1.1 or 1.2 would read it as no text.
fn reads_otherwise(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "<<",
    ];
    let lower = text.to_ascii_lowercase();
    let number = lower.trim_start_matches(['+', '-']).replace('_', "");
    let digits =
        number.strip_prefix("0x").or(number.strip_prefix("0o")).or(number.strip_prefix("0b"));
    WORDS.contains(&lower.as_str())
        || (number.starts_with(|it: char| it.is_ascii_digit() || it == '.')
            && number.parse::<f64>().is_ok())
        || digits.is_some_and(|it| u64::from_str_radix(it, 16).is_ok())
        || is_date(text)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[8..10].iter().all(u8::is_ascii_digit)
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            it if it.is_control() || it == '\u{feff}' => {
                write!(out, "\\u{:04X}", u32::from(it)).expect("a String takes everything");
            }
            it => out.push(it),
        }
    }
    out.push('"');
    out
}

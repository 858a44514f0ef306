//! JSON as Go's `encoding/json` reads and writes it. Numbers that are read are floating-point ones, as in Go.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::{Args, Entry};
use crate::{
    dates,
    print::{Sink, json_number},
    runtime::{CallError, Runtime},
    value::{MAX_DEPTH, Value},
};

pub(super) const TABLE: &[Entry] = &[
    Entry("fromJson", 1, 1, |r, a| Ok(read(r, a).unwrap_or(Value::Nil))),
    Entry("mustFromJson", 1, 1, read),
    Entry("toJson", 1, 1, |r, a| written(r, a, Style::PLAIN)),
    Entry("mustToJson", 1, 1, |r, a| written(r, a, Style::PLAIN)),
    Entry("toPrettyJson", 1, 1, |r, a| written(r, a, Style { pretty: true, ..Style::PLAIN })),
    Entry("mustToPrettyJson", 1, 1, |r, a| written(r, a, Style { pretty: true, ..Style::PLAIN })),
    Entry("toRawJson", 1, 1, |r, a| written(r, a, Style { html_safe: false, ..Style::PLAIN })),
    Entry("mustToRawJson", 1, 1, |r, a| written(r, a, Style { html_safe: false, ..Style::PLAIN })),
];

fn read(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let text = a.text(0)?;
    // A value takes up to this many times its text: `[[],[]]`.
    runtime.room(text.len().saturating_mul(16))?;
    let json: Json =
        serde_json::from_str(text).map_err(|error| CallError::failed(error.to_string()))?;
    Value::from_json(&with_floats(json), &mut 0).ok_or(CallError::Deep)
}

#[expect(clippy::cast_precision_loss, reason = "as in Go")]
fn with_floats(json: Json) -> Json {
    match json {
        Json::Number(it) => {
            let float = it.as_i64().map_or_else(|| it.as_f64(), |it| Some(it as f64));
            float.and_then(serde_json::Number::from_f64).map_or(Json::Null, Json::Number)
        }
        Json::Array(items) => items.into_iter().map(with_floats).collect(),
        Json::Object(entries) => {
            Json::Object(entries.into_iter().map(|(key, it)| (key, with_floats(it))).collect())
        }
        other => other,
    }
}

#[derive(Clone, Copy)]
struct Style {
    pretty: bool,
    /// `<`, `>` and `&` escaped, for a page's script.
    html_safe: bool,
}

impl Style {
    const PLAIN: Self = Self { pretty: false, html_safe: true };
}

fn written(runtime: &mut Runtime<'_>, a: Args<'_>, style: Style) -> Result<Value, CallError> {
    let mut writer = Writer { sink: Sink::new(runtime), style };
    writer.value(a.get(0), 0)?;
    Ok(Value::text(writer.sink.text))
}

struct Writer<'r, 'w> {
    sink: Sink<'r, 'w>,
    style: Style,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value, level: usize) -> Result<(), CallError> {
        if level > MAX_DEPTH {
            return Err(CallError::Deep);
        }
        self.sink.runtime.step(1)?;
        match value {
            Value::Nil => self.sink.push("null"),
            Value::Bool(it) => self.sink.push(if *it { "true" } else { "false" }),
            Value::Int(it) => self.sink.push(&it.to_string()),
            Value::Float(it) if it.is_finite() => self.sink.push(&json_number(*it)),
            Value::Float(_) => Err(CallError::failed("JSON has no such number")),
            Value::Text(it) => self.text(it),
            Value::Time(it) => self.text(&dates::format("2006-01-02T15:04:05.999999999Z07:00", it)),
            Value::Version(it) => self.text(&it.to_string()),
            Value::List(it) if it.items().is_empty() => self.sink.push("[]"),
            Value::List(it) => {
                for (nth, item) in it.items().iter().enumerate() {
                    self.sink.push(if nth == 0 { "[" } else { "," })?;
                    self.line(level + 1)?;
                    self.value(item, level + 1)?;
                }
                self.line(level)?;
                self.sink.push("]")
            }
            Value::Map(it) if it.entries().is_empty() => self.sink.push("{}"),
            Value::Map(it) => {
                for (nth, (key, item)) in it.entries().iter().enumerate() {
                    self.sink.push(if nth == 0 { "{" } else { "," })?;
                    self.line(level + 1)?;
                    self.text(key)?;
                    self.sink.push(if self.style.pretty { ": " } else { ":" })?;
                    self.value(item, level + 1)?;
                }
                self.line(level)?;
                self.sink.push("}")
            }
        }
    }

    fn line(&mut self, level: usize) -> Result<(), CallError> {
        if !self.style.pretty {
            return Ok(());
        }
        self.sink.push("\n")?;
        self.sink.pad(' ', 2 * level)
    }

    fn text(&mut self, text: &str) -> Result<(), CallError> {
        let mut out = String::with_capacity(text.len() + 2);
        out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '<' | '>' | '&' if !self.style.html_safe => out.push(letter),
                '<' | '>' | '&' | '\0'..' ' | '\u{2028}' | '\u{2029}' => {
                    write!(out, "\\u{:04x}", u32::from(letter)).expect("a String takes everything");
                }
                it => out.push(it),
            }
        }
        out.push('"');
        self.sink.push(&out)
    }
}

//! Values as text, the way Go's `fmt` prints them.

mod float;
mod quote;
mod verbs;

pub(crate) use float::{json_number, plain_float};
pub(crate) use quote::{Ascii, is_printable, quoted};
pub(crate) use verbs::formatted;

use crate::{
    runtime::{CallError, Runtime},
    value::{MAX_DEPTH, Value},
};

/// Text that is being made, charged to a rendering as it grows.
pub(crate) struct Sink<'r, 'w> {
    pub(crate) runtime: &'r mut Runtime<'w>,
    pub(crate) text: String,
}

impl<'r, 'w> Sink<'r, 'w> {
    pub(crate) fn new(runtime: &'r mut Runtime<'w>) -> Self {
        Self { runtime, text: String::new() }
    }

    pub(crate) fn push(&mut self, text: &str) -> Result<(), CallError> {
        self.runtime.room(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    pub(crate) fn pad(&mut self, letter: char, times: usize) -> Result<(), CallError> {
        self.runtime.room(times)?;
        self.text.extend(std::iter::repeat_n(letter, times));
        Ok(())
    }

    /// `%v`: numbers and texts as they are, `[1 2]`, `map[a:1 b:2]`, `<nil>`.
    pub(crate) fn plain(&mut self, value: &Value) -> Result<(), CallError> {
        self.plain_at(value, MAX_DEPTH)
    }

    fn plain_at(&mut self, value: &Value, depth: usize) -> Result<(), CallError> {
        let depth = depth.checked_sub(1).ok_or(CallError::Deep)?;
        self.runtime.step(1)?;
        match value {
            Value::Nil => self.push("<nil>"),
            Value::Bool(it) => self.push(if *it { "true" } else { "false" }),
            Value::Int(it) => self.push(&it.to_string()),
            Value::Float(it) => self.push(&plain_float(*it)),
            Value::Text(it) => self.push(it),
            Value::Time(it) => self.push(&it.strftime("%Y-%m-%d %H:%M:%S%.f %z %Z").to_string()),
            Value::Version(it) => self.push(&it.to_string()),
            Value::List(it) => {
                self.push("[")?;
                for (nth, item) in it.items().iter().enumerate() {
                    if nth > 0 {
                        self.push(" ")?;
                    }
                    self.plain_at(item, depth)?;
                }
                self.push("]")
            }
            Value::Map(it) => {
                self.push("map[")?;
                for (nth, (key, item)) in it.entries().iter().enumerate() {
                    if nth > 0 {
                        self.push(" ")?;
                    }
                    self.push(key)?;
                    self.push(":")?;
                    self.plain_at(item, depth)?;
                }
                self.push("]")
            }
        }
    }

    /// `fmt.Sprint`: a blank between two values of which neither is text.
    pub(crate) fn all(&mut self, values: &[Value]) -> Result<(), CallError> {
        let is_text = |it: &Value| matches!(it, Value::Text(_));
        for (nth, value) in values.iter().enumerate() {
            if nth > 0 && !is_text(value) && !is_text(&values[nth - 1]) {
                self.push(" ")?;
            }
            self.plain(value)?;
        }
        Ok(())
    }
}

/// `%v` of one value.
pub(crate) fn plain(runtime: &mut Runtime<'_>, value: &Value) -> Result<String, CallError> {
    let mut sink = Sink::new(runtime);
    sink.plain(value)?;
    Ok(sink.text)
}

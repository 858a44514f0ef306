//! The arguments of a call, each read as what the function wants.

use std::{rc::Rc, sync::Arc};

use crate::{
    runtime::CallError,
    value::{Map, Value},
};

const NOTHING: &Value = &Value::Nil;

#[derive(Clone, Copy)]
pub(crate) struct Args<'a>(&'a [Value]);

impl<'a> Args<'a> {
    pub(crate) fn new(values: &'a [Value]) -> Self {
        Self(values)
    }

    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    pub(super) fn all(self) -> &'a [Value] {
        self.0
    }

    /// The arguments from one on.
    pub(super) fn from(self, nth: usize) -> &'a [Value] {
        self.0.get(nth..).unwrap_or_default()
    }

    pub(super) fn weight(self) -> u64 {
        1 + self.0.iter().map(Value::weight).sum::<u64>()
    }

    pub(super) fn get(self, nth: usize) -> &'a Value {
        self.0.get(nth).unwrap_or(NOTHING)
    }

    pub(super) fn last(self) -> &'a Value {
        self.0.last().unwrap_or(NOTHING)
    }

    pub(super) fn text(self, nth: usize) -> Result<&'a Arc<str>, CallError> {
        match self.get(nth) {
            Value::Text(it) => Ok(it),
            other => Err(wrong("a string", other)),
        }
    }

    pub(super) fn int(self, nth: usize) -> Result<i64, CallError> {
        match self.get(nth) {
            Value::Int(it) => Ok(*it),
            other => Err(wrong("a whole number", other)),
        }
    }

    pub(super) fn bool(self, nth: usize) -> Result<bool, CallError> {
        match self.get(nth) {
            Value::Bool(it) => Ok(*it),
            other => Err(wrong("true or false", other)),
        }
    }

    /// Whole number of anything, as sprig reads it; 0 of what is none.
    pub(super) fn whole(self, nth: usize) -> i64 {
        whole(self.get(nth))
    }

    /// Number of anything, as sprig reads it; 0 of what is none.
    pub(super) fn number(self, nth: usize) -> f64 {
        number(self.get(nth))
    }

    pub(super) fn list(self, nth: usize) -> Result<&'a [Value], CallError> {
        items(self.get(nth))
    }

    pub(super) fn map(self, nth: usize) -> Result<&'a Rc<Map>, CallError> {
        entries(self.get(nth))
    }
}

pub(super) fn items(value: &Value) -> Result<&[Value], CallError> {
    match value {
        Value::List(it) => Ok(it.items()),
        other => Err(wrong("a list", other)),
    }
}

pub(super) fn entries(value: &Value) -> Result<&Rc<Map>, CallError> {
    match value {
        Value::Map(it) => Ok(it),
        other => Err(wrong("a map", other)),
    }
}

pub(super) fn wrong(wanted: &'static str, got: &Value) -> CallError {
    CallError::Type { wanted, got: got.type_name() }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "as in Go; a number beyond is the greatest or least"
)]
pub(super) fn whole(value: &Value) -> i64 {
    match value {
        Value::Int(it) => *it,
        Value::Float(it) => *it as i64,
        Value::Bool(it) => i64::from(*it),
        Value::Text(it) => whole_of_text(it),
        Value::Nil | Value::List(_) | Value::Map(_) | Value::Time(_) | Value::Version(_) => 0,
    }
}

fn whole_of_text(text: &str) -> i64 {
    // `3.00` counts as 3, and `3.5` as none.
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|it| it == b'0') => whole,
        _ => text,
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return 0;
    }
    i64::from_str_radix(digits, radix).map_or(0, |it| sign * it)
}

#[expect(clippy::cast_precision_loss, reason = "as in Go")]
pub(super) fn number(value: &Value) -> f64 {
    match value {
        Value::Int(it) => *it as f64,
        Value::Float(it) => *it,
        Value::Bool(it) => f64::from(u8::from(*it)),
        Value::Text(it) => it.parse().unwrap_or(0.0),
        Value::Nil | Value::List(_) | Value::Map(_) | Value::Time(_) | Value::Version(_) => 0.0,
    }
}

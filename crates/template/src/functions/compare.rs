//! Go's own functions: comparing, indexing, printing. `and` and `or` are the engine's, which may stop early.

use std::cmp::Ordering;

use super::{
    ANY, Args, Entry,
    args::{items, wrong},
};
use crate::{
    engine::printed,
    print::formatted,
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("and", 1, ANY, |_, a| Ok(a.last().clone())),
    Entry("or", 1, ANY, |_, a| Ok(a.last().clone())),
    Entry("not", 1, 1, |_, a| Ok(Value::Bool(!a.get(0).is_true()))),
    Entry("eq", 2, ANY, equal),
    Entry("ne", 2, 2, |r, a| negated(equal(r, a))),
    Entry("lt", 2, 2, |_, a| ordered(a, |it| it == Ordering::Less)),
    Entry("le", 2, 2, |_, a| ordered(a, |it| it != Ordering::Greater)),
    Entry("gt", 2, 2, |_, a| ordered(a, |it| it == Ordering::Greater)),
    Entry("ge", 2, 2, |_, a| ordered(a, |it| it != Ordering::Less)),
    Entry("len", 1, 1, length),
    Entry("index", 1, ANY, index),
    Entry("print", 0, ANY, |r, a| Ok(Value::text(printed(r, a.all())?))),
    Entry("println", 0, ANY, println),
    Entry("printf", 1, ANY, |r, a| Ok(Value::text(formatted(r, a.text(0)?, a.from(1))?))),
];

fn negated(value: Result<Value, CallError>) -> Result<Value, CallError> {
    value.map(|it| Value::Bool(!it.is_true()))
}

/// Whether the first is equal to one of the others. Kinds must agree: Go compares no text with a number.
fn equal(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let first = a.get(0);
    for other in a.from(1) {
        let same = match (first, other) {
            (Value::Nil, it) | (it, Value::Nil) => matches!(it, Value::Nil),
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Float(left), Value::Float(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => left == right,
            (Value::Time(left), Value::Time(right)) => left == right,
            (Value::Version(left), Value::Version(right)) => left == right,
            (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
                return Err(CallError::failed("lists and maps are compared by `deepEqual`"));
            }
            _ => return Err(incomparable(first, other)),
        };
        if same {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn ordered(a: Args<'_>, holds: fn(Ordering) -> bool) -> Result<Value, CallError> {
    let (left, right) = (a.get(0), a.get(1));
    let order = match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => return Err(incomparable(left, right)),
    };
    Ok(Value::Bool(order.is_some_and(holds)))
}

fn incomparable(left: &Value, right: &Value) -> CallError {
    CallError::failed(format!("cannot compare {} with {}", left.type_name(), right.type_name()))
}

fn length(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let length = match a.get(0) {
        Value::Text(it) => it.len(),
        Value::List(it) => it.items().len(),
        Value::Map(it) => it.entries().len(),
        other => return Err(wrong("a string, a list or a map", other)),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn index(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut value = a.get(0).clone();
    for key in a.from(1) {
        value = match (&value, key) {
            (Value::Map(map), Value::Text(key)) => map.get(key).unwrap_or(Value::Nil),
            (Value::Map(_), other) => return Err(wrong("a string as key", other)),
            (Value::List(_), Value::Int(nth)) => {
                let items = items(&value)?;
                let found = usize::try_from(*nth).ok().and_then(|nth| items.get(nth));
                let beyond = || {
                    CallError::failed(format!(
                        "there is no item {nth} in a list of {}",
                        items.len()
                    ))
                };
                found.ok_or_else(beyond)?.clone()
            }
            (Value::Text(text), Value::Int(nth)) => {
                let found = usize::try_from(*nth).ok().and_then(|nth| text.as_bytes().get(nth));
                let beyond = || CallError::failed(format!("there is no byte {nth} in the string"));
                Value::Int(i64::from(*found.ok_or_else(beyond)?))
            }
            (Value::List(_) | Value::Text(_), other) => {
                return Err(wrong("a whole number as index", other));
            }
            (Value::Nil, _) => {
                return Err(CallError::Missing { message: "there is nothing to index".to_owned() });
            }
            (other, _) => return Err(wrong("a list, a map or a string", other)),
        };
    }
    Ok(value)
}

fn println(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut sink = crate::print::Sink::new(runtime);
    for (nth, value) in a.all().iter().enumerate() {
        if nth > 0 {
            sink.push(" ")?;
        }
        sink.plain(value)?;
    }
    sink.push("\n")?;
    Ok(Value::text(sink.text))
}

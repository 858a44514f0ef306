//! sprig's arithmetic. What is no number counts as 0; what does not fit wraps around, as in Go.

use super::{
    ANY, Args, Entry,
    args::{number, whole},
    decimal, lists,
};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("add", 0, ANY, |_, a| {
        Ok(Value::Int(a.all().iter().fold(0, |sum, it| sum.wrapping_add(whole(it)))))
    }),
    Entry("add1", 1, 1, |_, a| Ok(Value::Int(a.whole(0).wrapping_add(1)))),
    Entry("sub", 2, 2, |_, a| Ok(Value::Int(a.whole(0).wrapping_sub(a.whole(1))))),
    Entry("mul", 1, ANY, |_, a| {
        Ok(Value::Int(a.from(1).iter().fold(a.whole(0), |all, it| all.wrapping_mul(whole(it)))))
    }),
    Entry("div", 2, 2, |_, a| divided(a.whole(0).checked_div(a.whole(1)))),
    Entry("mod", 2, 2, |_, a| divided(a.whole(0).checked_rem(a.whole(1)))),
    Entry("addf", 0, ANY, |_, a| Ok(folded(a.all(), 0.0, decimal::sum))),
    Entry("add1f", 1, 1, |_, a| Ok(Value::Float(decimal::sum(a.number(0), 1.0)))),
    Entry("subf", 1, ANY, |_, a| {
        Ok(folded(a.from(1), a.number(0), |left, right| decimal::sum(left, -right)))
    }),
    Entry("mulf", 1, ANY, |_, a| Ok(folded(a.from(1), a.number(0), decimal::product))),
    Entry("divf", 1, ANY, |_, a| {
        if a.from(1).iter().any(|it| number(it) == 0.0) {
            return Err(CallError::failed("division by zero"));
        }
        Ok(folded(a.from(1), a.number(0), decimal::quotient))
    }),
    Entry("max", 1, ANY, |_, a| Ok(Value::Int(a.all().iter().map(whole).max().unwrap_or(0)))),
    Entry("biggest", 1, ANY, |_, a| Ok(Value::Int(a.all().iter().map(whole).max().unwrap_or(0)))),
    Entry("min", 1, ANY, |_, a| Ok(Value::Int(a.all().iter().map(whole).min().unwrap_or(0)))),
    Entry("maxf", 1, ANY, |_, a| {
        Ok(Value::Float(a.from(1).iter().fold(a.number(0), |all, it| all.max(number(it)))))
    }),
    Entry("minf", 1, ANY, |_, a| {
        Ok(Value::Float(a.from(1).iter().fold(a.number(0), |all, it| all.min(number(it)))))
    }),
    Entry("ceil", 1, 1, |_, a| Ok(Value::Float(a.number(0).ceil()))),
    Entry("floor", 1, 1, |_, a| Ok(Value::Float(a.number(0).floor()))),
    Entry("round", 2, 3, round),
    Entry("ceilFloat", 1, 1, |_, a| Ok(Value::Float(a.number(0).ceil()))),
    Entry("floorFloat", 1, 1, |_, a| Ok(Value::Float(a.number(0).floor()))),
    Entry("roundFloat", 2, 3, round),
    Entry("int", 1, 1, |_, a| Ok(Value::Int(a.whole(0)))),
    Entry("int64", 1, 1, |_, a| Ok(Value::Int(a.whole(0)))),
    Entry("float64", 1, 1, |_, a| Ok(Value::Float(a.number(0)))),
    Entry("atoi", 1, 1, |_, a| Ok(Value::Int(a.text(0)?.parse().unwrap_or(0)))),
    Entry("toDecimal", 1, 1, to_decimal),
    Entry("until", 1, 1, |r, a| {
        let count = a.int(0)?;
        counted(r, 0, count, if count < 0 { -1 } else { 1 })
    }),
    Entry("untilStep", 3, 3, |r, a| counted(r, a.int(0)?, a.int(1)?, a.int(2)?)),
    Entry("seq", 0, ANY, sequence),
];

fn divided(result: Option<i64>) -> Result<Value, CallError> {
    result.map(Value::Int).ok_or_else(|| CallError::failed("division by zero"))
}

fn folded(values: &[Value], first: f64, apply: fn(f64, f64) -> f64) -> Value {
    Value::Float(values.iter().fold(first, |all, it| apply(all, number(it))))
}

fn round(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let places = i32::try_from(a.int(1)?).unwrap_or(i32::MAX);
    let threshold = if a.len() > 2 { a.number(2) } else { 0.5 };
    let scale = 10f64.powi(places);
    let scaled = a.number(0) * scale;
    let rounded = if scaled.fract() >= threshold { scaled.ceil() } else { scaled.floor() };
    Ok(Value::Float(rounded / scale))
}

/// The octal digits of a number as a number.
fn to_decimal(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let text = crate::print::plain(runtime, a.get(0))?;
    Ok(Value::Int(i64::from_str_radix(&text, 8).unwrap_or(0)))
}

fn steps(from: i64, to: i64, step: i64) -> u64 {
    let distance = from.abs_diff(to);
    if step == 0 || (to < from) != (step < 0) { 0 } else { distance.div_ceil(step.unsigned_abs()) }
}

pub(super) fn counted(
    runtime: &mut Runtime<'_>,
    from: i64,
    to: i64,
    step: i64,
) -> Result<Value, CallError> {
    let count = usize::try_from(steps(from, to, step)).unwrap_or(usize::MAX);
    runtime.room(count.saturating_mul(size_of::<Value>()))?;
    runtime.step(count as u64)?;
    let items = (0..count).scan(from, |next, _| {
        let this = *next;
        *next = next.saturating_add(step);
        Some(Value::Int(this))
    });
    lists::made(runtime, items.collect())
}

/// As the program of this name: first, step and last, with blanks between.
fn sequence(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (first, step, last) = match a.len() {
        1 => (1, None, a.int(0)?),
        2 => (a.int(0)?, None, a.int(1)?),
        3 => (a.int(0)?, Some(a.int(1)?), a.int(2)?),
        _ => return Ok(Value::text("")),
    };
    let down = last < first;
    let step = step.unwrap_or(if down { -1 } else { 1 });
    if down && step > 0 {
        return Ok(Value::text(""));
    }
    let beyond = last.saturating_add(if down { -1 } else { 1 });
    let Value::List(list) = counted(runtime, first, beyond, step)? else {
        return Ok(Value::text(""));
    };
    let mut out = String::new();
    for (nth, value) in list.items().iter().enumerate() {
        let text = whole(value).to_string();
        runtime.room(text.len() + 1)?;
        out.push_str(if nth > 0 { " " } else { "" });
        out.push_str(&text);
    }
    Ok(Value::text(out))
}

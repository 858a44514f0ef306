//! sprig's random texts, from the world's seed.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Args, Entry};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("randAlphaNum", 1, 1, |r, a| letters(r, a, |it| it.is_ascii_alphanumeric())),
    Entry("randAlpha", 1, 1, |r, a| letters(r, a, |it| it.is_ascii_alphabetic())),
    Entry("randNumeric", 1, 1, |r, a| letters(r, a, |it| it.is_ascii_digit())),
    Entry("randAscii", 1, 1, |r, a| letters(r, a, |it| (' '..='~').contains(&it))),
    Entry("randInt", 2, 2, between),
    Entry("randBytes", 1, 1, bytes),
    Entry("shuffle", 1, 1, shuffled),
    Entry("uuidv4", 0, 0, uuid),
];

fn count(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<usize, CallError> {
    let count =
        usize::try_from(a.int(0)?).map_err(|_| CallError::failed("a length is 0 or more"))?;
    runtime.room(count)?;
    runtime.step(1 + count as u64)?;
    Ok(count)
}

fn letters(
    runtime: &mut Runtime<'_>,
    a: Args<'_>,
    wanted: fn(char) -> bool,
) -> Result<Value, CallError> {
    let count = count(runtime, a)?;
    let all: Vec<char> = ('\0'..='\u{7f}').filter(|it| wanted(*it)).collect();
    Ok(Value::text((0..count).map(|_| all[chosen(runtime, all.len())]).collect::<String>()))
}

/// A number below `bound`, which is at least 1.
fn chosen(runtime: &mut Runtime<'_>, bound: usize) -> usize {
    usize::try_from(runtime.below(bound as u64)).expect("below a usize")
}

/// From the first number on, up to but without the second.
fn between(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (from, to) = (a.int(0)?, a.int(1)?);
    if from >= to {
        return Err(CallError::failed(format!("there is no number from {from} on and below {to}")));
    }
    let offset = runtime.below(to.abs_diff(from));
    Ok(Value::Int(from.wrapping_add_unsigned(offset)))
}

fn bytes(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let count = count(runtime, a)?;
    runtime.room(count)?;
    let mut made = Vec::with_capacity(count + 32);
    while made.len() < count {
        made.extend(runtime.draw());
    }
    made.truncate(count);
    Ok(Value::text(STANDARD.encode(made)))
}

fn shuffled(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut letters: Vec<char> = a.text(0)?.chars().collect();
    runtime.room(letters.len())?;
    runtime.step(letters.len() as u64)?;
    for last in (1..letters.len()).rev() {
        let other = chosen(runtime, last + 1);
        letters.swap(last, other);
    }
    Ok(Value::text(letters.into_iter().collect::<String>()))
}

fn uuid(runtime: &mut Runtime<'_>, _: Args<'_>) -> Result<Value, CallError> {
    let mut bytes = runtime.draw();
    // Version 4, variant of RFC 9562.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::with_capacity(36);
    for (nth, byte) in bytes[..16].iter().enumerate() {
        if matches!(nth, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        write!(out, "{byte:02x}").expect("a String takes everything");
    }
    Ok(Value::text(out))
}

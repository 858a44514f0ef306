//! sprig's functions of lists. Lists never change: each gives a new one.

use super::{
    ANY, Args, Entry,
    args::{items, whole},
    strings::has,
};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("list", 0, ANY, |r, a| made(r, a.all().to_vec())),
    Entry("tuple", 0, ANY, |r, a| made(r, a.all().to_vec())),
    Entry("first", 1, 1, |_, a| Ok(a.list(0)?.first().cloned().unwrap_or(Value::Nil))),
    Entry("mustFirst", 1, 1, |_, a| Ok(a.list(0)?.first().cloned().unwrap_or(Value::Nil))),
    Entry("last", 1, 1, |_, a| Ok(a.list(0)?.last().cloned().unwrap_or(Value::Nil))),
    Entry("mustLast", 1, 1, |_, a| Ok(a.list(0)?.last().cloned().unwrap_or(Value::Nil))),
    Entry("rest", 1, 1, |r, a| made(r, a.list(0)?.get(1..).unwrap_or_default().to_vec())),
    Entry("mustRest", 1, 1, |r, a| made(r, a.list(0)?.get(1..).unwrap_or_default().to_vec())),
    Entry("initial", 1, 1, initial),
    Entry("mustInitial", 1, 1, initial),
    Entry("append", 2, 2, append),
    Entry("push", 2, 2, append),
    Entry("mustAppend", 2, 2, append),
    Entry("mustPush", 2, 2, append),
    Entry("prepend", 2, 2, prepend),
    Entry("mustPrepend", 2, 2, prepend),
    Entry("concat", 0, ANY, concat),
    Entry("reverse", 1, 1, |r, a| made(r, a.list(0)?.iter().rev().cloned().collect())),
    Entry("mustReverse", 1, 1, |r, a| made(r, a.list(0)?.iter().rev().cloned().collect())),
    Entry("compact", 1, 1, compact),
    Entry("mustCompact", 1, 1, compact),
    Entry("uniq", 1, 1, uniq),
    Entry("mustUniq", 1, 1, uniq),
    Entry("without", 1, ANY, without),
    Entry("mustWithout", 1, ANY, without),
    Entry("has", 2, 2, contains),
    Entry("mustHas", 2, 2, contains),
    Entry("slice", 1, 3, slice),
    Entry("mustSlice", 1, 3, slice),
    Entry("listSlice", 1, 3, slice),
    Entry("chunk", 2, 2, chunk),
    Entry("mustChunk", 2, 2, chunk),
];

/// A list that was made, charged for its room.
pub(super) fn made(runtime: &mut Runtime<'_>, items: Vec<Value>) -> Result<Value, CallError> {
    runtime.room(size_of_val(items.as_slice()))?;
    Ok(Value::list(items))
}

fn initial(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let before = a.list(0)?.split_last().map_or(&[][..], |it| it.1);
    made(runtime, before.to_vec())
}

fn append(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut items = a.list(0)?.to_vec();
    items.push(a.get(1).clone());
    made(runtime, items)
}

fn prepend(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut items = vec![a.get(1).clone()];
    items.extend_from_slice(a.list(0)?);
    made(runtime, items)
}

fn concat(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut all = Vec::new();
    for list in a.all() {
        let more = items(list)?;
        runtime.room(size_of_val(more))?;
        all.extend_from_slice(more);
    }
    Ok(Value::list(all))
}

fn compact(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    made(runtime, a.list(0)?.iter().filter(|it| it.is_true()).cloned().collect())
}

fn uniq(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut found: Vec<Value> = Vec::new();
    'items: for item in a.list(0)? {
        for other in &found {
            if runtime.equal(item, other)? {
                continue 'items;
            }
        }
        found.push(item.clone());
    }
    made(runtime, found)
}

fn without(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut found = Vec::new();
    'items: for item in a.list(0)? {
        for other in a.from(1) {
            if runtime.equal(item, other)? {
                continue 'items;
            }
        }
        found.push(item.clone());
    }
    made(runtime, found)
}

fn contains(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    if matches!(a.get(1), Value::Nil) {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(has(runtime, a.get(1), a.get(0))?))
}

/// `slice list from to`; both may be left out.
fn slice(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let items = a.list(0)?;
    let bound = |nth: usize, otherwise: usize| {
        a.from(1).get(nth).map_or(Some(otherwise), |it| usize::try_from(whole(it)).ok())
    };
    let part = match (bound(0, 0), bound(1, items.len())) {
        (Some(from), Some(to)) => items.get(from..to),
        _ => None,
    };
    let length = items.len();
    let part = part
        .ok_or_else(|| CallError::failed(format!("there is no such part of a list of {length}")))?;
    made(runtime, part.to_vec())
}

fn chunk(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let size = usize::try_from(a.int(0)?).ok().filter(|it| *it > 0);
    let size = size.ok_or_else(|| CallError::failed("the size of a chunk is 1 or more"))?;
    let items = a.list(1)?;
    runtime.room(size_of_val(items))?;
    made(runtime, items.chunks(size).map(|it| Value::list(it.to_vec())).collect())
}

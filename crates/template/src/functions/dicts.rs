//! sprig's functions of maps. Some change the map they are given, as in sprig; none lets it contain itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use super::{
    ANY, Args, Entry,
    args::{entries, wrong},
    lists,
};
use crate::{
    print,
    runtime::{CallError, Runtime},
    value::{MAX_DEPTH, Map, Value},
};

pub(super) const TABLE: &[Entry] = &[
    Entry("dict", 0, ANY, dict),
    Entry("get", 2, 2, |_, a| Ok(a.map(0)?.get(a.text(1)?).unwrap_or_else(|| Value::text("")))),
    Entry("set", 3, 3, |r, a| {
        put(r, a.map(0)?, a.text(1)?, a.get(2))?;
        Ok(a.get(0).clone())
    }),
    Entry("unset", 2, 2, |_, a| {
        a.map(0)?.remove(a.text(1)?);
        Ok(a.get(0).clone())
    }),
    Entry("hasKey", 2, 2, |_, a| Ok(Value::Bool(a.map(0)?.entries().contains_key(&**a.text(1)?)))),
    Entry("pluck", 1, ANY, pluck),
    Entry("keys", 0, ANY, keys),
    Entry("keysUnordered", 0, ANY, keys),
    Entry("values", 1, 1, |r, a| lists::made(r, a.map(0)?.entries().values().cloned().collect())),
    Entry("pick", 1, ANY, |r, a| chosen(r, a, Chosen::Named)),
    Entry("omit", 1, ANY, |r, a| chosen(r, a, Chosen::Others)),
    Entry("merge", 1, ANY, |r, a| merge(r, a, Wins::First)),
    Entry("mustMerge", 1, ANY, |r, a| merge(r, a, Wins::First)),
    Entry("mergeOverwrite", 1, ANY, |r, a| merge(r, a, Wins::Last)),
    Entry("mustMergeOverwrite", 1, ANY, |r, a| merge(r, a, Wins::Last)),
    Entry("dig", 3, ANY, dig),
    Entry("deepCopy", 1, 1, |r, a| copied(r, a.get(0), MAX_DEPTH)),
    Entry("mustDeepCopy", 1, 1, |r, a| copied(r, a.get(0), MAX_DEPTH)),
];

/// What an entry takes beside its key.
const ENTRY_BYTES: usize = 64;

fn dict(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut made = BTreeMap::new();
    for pair in a.all().chunks(2) {
        let key = print::plain(runtime, &pair[0])?;
        runtime.room(ENTRY_BYTES)?;
        made.insert(key.into(), pair.get(1).cloned().unwrap_or_else(|| Value::text("")));
    }
    Ok(Value::map(made))
}

/// Puts a value in, unless the map would contain itself.
fn put(
    runtime: &mut Runtime<'_>,
    map: &Rc<Map>,
    key: &Arc<str>,
    value: &Value,
) -> Result<(), CallError> {
    runtime.room(ENTRY_BYTES + key.len())?;
    if reaches(runtime, value, map)? {
        return Err(CallError::failed(format!("`{key}`: a map cannot contain itself")));
    }
    map.insert(key.clone(), value.clone());
    Ok(())
}

/// Whether a map is somewhere within a value.
fn reaches(runtime: &mut Runtime<'_>, value: &Value, wanted: &Rc<Map>) -> Result<bool, CallError> {
    let mut left = vec![value.clone()];
    let mut seen = BTreeSet::new();
    while let Some(value) = left.pop() {
        match &value {
            Value::Map(map) => {
                if Rc::ptr_eq(map, wanted) {
                    return Ok(true);
                }
                if seen.insert(Rc::as_ptr(map).cast::<()>()) {
                    let within = map.entries();
                    runtime.step(1 + within.len() as u64)?;
                    left.extend(within.values().filter(|it| is_container(it)).cloned());
                }
            }
            Value::List(list) => {
                if seen.insert(Rc::as_ptr(list).cast::<()>()) {
                    runtime.step(1 + list.items().len() as u64)?;
                    left.extend(list.items().iter().filter(|it| is_container(it)).cloned());
                }
            }
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Time(_)
            | Value::Version(_) => {}
        }
    }
    Ok(false)
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}

fn pluck(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let key = a.text(0)?;
    let mut found = Vec::new();
    for map in a.from(1) {
        found.extend(entries(map)?.get(key));
    }
    lists::made(runtime, found)
}

/// Sorted, where sprig gives any order.
pub(super) fn keys(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut found = Vec::new();
    for map in a.all() {
        found.extend(entries(map)?.entries().keys().cloned().map(Value::Text));
    }
    lists::made(runtime, found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Named,
    Others,
}

fn chosen(runtime: &mut Runtime<'_>, a: Args<'_>, which: Chosen) -> Result<Value, CallError> {
    let mut names = BTreeSet::new();
    for name in a.from(1) {
        match name {
            Value::Text(it) => names.insert(it.clone()),
            other => return Err(wrong("a string", other)),
        };
    }
    let from = a.map(0)?.entries();
    runtime.room(from.len() * ENTRY_BYTES)?;
    let kept = from.iter().filter(|it| names.contains(it.0) == (which == Chosen::Named));
    Ok(Value::map(kept.map(|(key, value)| (key.clone(), value.clone())).collect()))
}

/// Whose value stays where two maps have the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wins {
    First,
    Last,
}

/// Merges the other maps into the first one.
fn merge(runtime: &mut Runtime<'_>, a: Args<'_>, wins: Wins) -> Result<Value, CallError> {
    let into = a.map(0)?;
    for other in a.from(1) {
        merge_one(runtime, into, entries(other)?, wins, MAX_DEPTH)?;
    }
    Ok(a.get(0).clone())
}

fn merge_one(
    runtime: &mut Runtime<'_>,
    into: &Rc<Map>,
    from: &Rc<Map>,
    wins: Wins,
    depth: usize,
) -> Result<(), CallError> {
    let depth = depth.checked_sub(1).ok_or(CallError::Deep)?;
    if Rc::ptr_eq(into, from) {
        return Ok(());
    }
    let entries = from.entries().clone();
    for (key, value) in entries {
        runtime.step(1)?;
        let present = into.get(&key);
        match (&present, &value) {
            (Some(Value::Map(inner)), Value::Map(other)) => {
                merge_one(runtime, inner, other, wins, depth)?;
            }
            // As in sprig, an empty value counts as none on both sides.
            (Some(there), _) if there.is_true() && wins == Wins::First => {}
            (Some(_), it) if !it.is_true() => {}
            _ => put(runtime, into, &key, &value)?,
        }
    }
    Ok(())
}

/// `dig "a" "b" default map`
fn dig(_: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (path, rest) = a.all().split_at(a.len() - 2);
    let mut value = rest[1].clone();
    for key in path {
        let Value::Text(key) = key else { return Err(wrong("a string as key", key)) };
        match entries(&value)?.get(key) {
            Some(inner) => value = inner,
            None => return Ok(rest[0].clone()),
        }
    }
    Ok(value)
}

fn copied(runtime: &mut Runtime<'_>, value: &Value, depth: usize) -> Result<Value, CallError> {
    let depth = depth.checked_sub(1).ok_or(CallError::Deep)?;
    runtime.step(1)?;
    Ok(match value {
        Value::List(list) => {
            runtime.room(size_of_val(list.items()))?;
            let items: Result<_, _> =
                list.items().iter().map(|it| copied(runtime, it, depth)).collect();
            Value::list(items?)
        }
        Value::Map(map) => {
            let from = map.entries();
            runtime.room(from.len() * ENTRY_BYTES)?;
            let mut made = BTreeMap::new();
            for (key, value) in from.iter() {
                made.insert(key.clone(), copied(runtime, value, depth)?);
            }
            Value::map(made)
        }
        other => other.clone(),
    })
}

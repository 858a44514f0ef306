//! The values that a template computes with.
//!
//! Texts are shared, lists never change, and maps do (`set`), as in Go. No value contains itself: `set`
//! refuses that, so counting references frees everything. Dropping takes no stack, however deep a value is.

use std::{
    cell::{Ref, RefCell},
    collections::BTreeMap,
    mem,
    rc::Rc,
    sync::Arc,
};

use jiff::Zoned;
use semver::Version;
use serde_json::Value as Json;

/// Values within values, beyond which none is made from data, printed or compared.
pub(crate) const MAX_DEPTH: usize = 100;

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Rc<List>),
    Map(Rc<Map>),
    Time(Rc<Zoned>),
    Version(Rc<Version>),
}

#[derive(Debug, Default)]
pub(crate) struct List(Vec<Value>);

#[derive(Debug, Default)]
pub(crate) struct Map(RefCell<BTreeMap<Arc<str>, Value>>);

impl Value {
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(List(items)))
    }

    pub(crate) fn map(entries: BTreeMap<Arc<str>, Self>) -> Self {
        Self::Map(Rc::new(Map(RefCell::new(entries))))
    }

    /// Data as a value, with how many values it has. `None` if it is deeper than [`MAX_DEPTH`].
    pub(crate) fn from_json(json: &Json, size: &mut u64) -> Option<Self> {
        Self::from_json_at(json, size, MAX_DEPTH)
    }

    fn from_json_at(json: &Json, size: &mut u64, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        *size += 1;
        Some(match json {
            Json::Null => Self::Nil,
            Json::Bool(it) => Self::Bool(*it),
            Json::Number(it) => match it.as_i64() {
                Some(it) => Self::Int(it),
                None => Self::Float(it.as_f64().unwrap_or(f64::MAX)),
            },
            Json::String(it) => Self::text(it.as_str()),
            Json::Array(items) => Self::list(
                items
                    .iter()
                    .map(|it| Self::from_json_at(it, size, depth))
                    .collect::<Option<_>>()?,
            ),
            Json::Object(entries) => {
                let entry = |(key, it): (&String, &Json)| {
                    Some((Arc::from(key.as_str()), Self::from_json_at(it, size, depth)?))
                };
                Self::map(entries.iter().map(entry).collect::<Option<_>>()?)
            }
        })
    }

    /// Go's truth: neither nil, false, zero nor empty.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(it) => *it,
            Self::Int(it) => *it != 0,
            Self::Float(it) => *it != 0.0,
            Self::Text(it) => !it.is_empty(),
            Self::List(it) => !it.items().is_empty(),
            Self::Map(it) => !it.entries().is_empty(),
            Self::Time(_) | Self::Version(_) => true,
        }
    }

    /// The type as Go names it.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Time(_) => "time.Time",
            Self::Version(_) => "*semver.Version",
        }
    }

    /// The kind of the type as Go's `reflect` names it.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Time(_) => "struct",
            Self::Version(_) => "ptr",
        }
    }

    /// What passing it to a function costs, in steps: about what looking at all of it once takes.
    pub(crate) fn weight(&self) -> u64 {
        let size = match self {
            Self::Text(it) => it.len() / 64,
            Self::List(it) => it.items().len() / 8,
            Self::Map(it) => it.entries().len() / 8,
            Self::Nil
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Time(_)
            | Self::Version(_) => 0,
        };
        size as u64
    }
}

impl List {
    pub(crate) fn items(&self) -> &[Value] {
        &self.0
    }
}

impl Map {
    pub(crate) fn entries(&self) -> Ref<'_, BTreeMap<Arc<str>, Value>> {
        self.0.borrow()
    }

    pub(crate) fn get(&self, key: &str) -> Option<Value> {
        self.0.borrow().get(key).cloned()
    }

    /// The caller has seen that the value does not contain this map.
    pub(crate) fn insert(&self, key: Arc<str>, value: Value) {
        self.0.borrow_mut().insert(key, value);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.borrow_mut().remove(key);
    }
}

impl Drop for List {
    fn drop(&mut self) {
        unravel(mem::take(&mut self.0));
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        unravel(mem::take(self.0.get_mut()).into_values().collect());
    }
}

/// Drops values from a list of what is left instead of on the stack, which a deep value would exhaust.
fn unravel(mut left: Vec<Value>) {
    while let Some(value) = left.pop() {
        match value {
            Value::List(it) => {
                if let Ok(mut list) = Rc::try_unwrap(it) {
                    left.append(&mut list.0);
                }
            }
            Value::Map(it) => {
                if let Ok(mut map) = Rc::try_unwrap(it) {
                    left.extend(mem::take(map.0.get_mut()).into_values());
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
}

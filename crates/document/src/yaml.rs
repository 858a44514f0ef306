//! YAML mappings in front matter and in the options of cells.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is wrong with a mapping, at a line and column counted from 1 within it.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

pub(crate) type Mapping = BTreeMap<String, Value>;

pub(crate) fn mapping(text: &str) -> Result<Mapping, Problem> {
    read(text)
}

/// Any value: a mapping, a list, or a plain one.
pub(crate) fn value(text: &str) -> Result<Value, Problem> {
    read(text)
}

pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    // Under YAML 1.1 the names `y` and `no` would be booleans, which no author of a label means.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        let full = error.without_snippet().to_string();
        let first = full.lines().next().unwrap_or_default();
        let message = first.split(" at line ").next().unwrap_or_default().to_owned();
        Problem {
            message,
            line: place.map_or(1, |it| usize::try_from(it.line()).unwrap_or(1)).max(1),
            column: place.map_or(1, |it| usize::try_from(it.column()).unwrap_or(1)).max(1),
        }
    })
}

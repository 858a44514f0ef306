//! Inputs: values that a reader gives a document before its blocks run, and that programs find in their
//! environment.
//!
//! They are declared in the front matter (`runbook: {inputs: …}`) or in a fence of the language `inputs`, as a
//! mapping by name or as a list. Whether a value will do is decided here and nowhere else; a page that wants to
//! say so sooner repeats it.

mod declared;
mod value;

use std::collections::BTreeMap;

use model::variable;
use serde_json::Value;

pub(crate) use self::declared::read;
use crate::document::Document;

/// Longest value, in bytes: the environment of a program holds it together with all others.
pub const MAX_INPUT_BYTES: usize = 32 << 10;

/// A value that a document asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Of the environment variable too.
    pub name: String,
    pub kind: InputKind,
    pub label: Option<String>,
    pub help: Option<String>,
    /// What holds where its reader says nothing; empty without one.
    pub default: String,
    /// What a [`InputKind::Select`] offers.
    pub options: Vec<String>,
    pub required: bool,
    /// A regular expression for all of the value.
    pub pattern: Option<String>,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
    /// The line of the block that it is declared in, counted from 1; `None` for the front matter.
    pub line: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    #[default]
    Text,
    Multiline,
    Number,
    /// `true` or `false`.
    Boolean,
    Select,
    /// `2026-11-21`
    Date,
    /// Never stored, and hidden in what programs print.
    Secret,
}

/// What is wrong with the value of an input, for its reader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct InputProblem {
    pub name: String,
    pub message: String,
}

impl InputProblem {
    #[must_use]
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into() }
    }
}

impl Document {
    /// The variables of programs, from values as a reader gives them. Secret inputs are not among them.
    ///
    /// # Errors
    ///
    /// All that is wrong: a value that is missing or will not do, or that nobody asked for.
    pub fn variables(
        &self,
        values: &BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, String>, Vec<InputProblem>> {
        let mut problems = self.unknown(values);
        let mut variables = BTreeMap::new();
        for input in self.inputs.iter().filter(|it| it.kind != InputKind::Secret) {
            match input.variable(values.get(&input.name)) {
                Ok(value) => drop(variables.insert(input.name.clone(), value)),
                Err(problem) => problems.push(problem),
            }
        }
        // A document that declares nothing takes what it is given.
        if self.inputs.is_empty() {
            variables.extend(
                values.iter().filter_map(|(name, it)| Some((name.clone(), value::text(it)?))),
            );
        }
        if problems.is_empty() { Ok(variables) } else { Err(problems) }
    }

    fn unknown(&self, values: &BTreeMap<String, Value>) -> Vec<InputProblem> {
        let known: Vec<&str> = self.inputs.iter().map(|it| it.name.as_str()).collect();
        let problem = |name: &String| match known.is_empty() {
            true => {
                let problem = variable::check(name).err()?;
                Some(InputProblem::new(name, problem.to_string()))
            }
            false if known.contains(&name.as_str()) => None,
            false => {
                let message =
                    format!("there is no input of this name; there are {}", known.join(", "));
                Some(InputProblem::new(name, message))
            }
        };
        values.keys().filter_map(problem).collect()
    }

    /// The input of this name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|it| it.name == name)
    }
}

#[cfg(test)]
mod tests;

//! What a reader typed into fields that are `sensitive`: hidden in all that is shown of what is made of it.
//!
//! ```text
//!   a script ran with it     ─▶ hidden until the session ends: it may have gone anywhere
//!   a template was filled in ─▶ hidden while those are the values of its files
//!   a preview was asked for  ─▶ hidden in that preview
//! ```
//!
//! Values of fewer bytes than a secret has cannot be hidden; the page says so beside their field.

use std::collections::BTreeMap;

use serde_json::Value;
use template::Variable;

use super::{Given, Reading, Values};
use crate::secrets::SecretText;

/// The values of one session.
#[derive(Debug, Default)]
pub(super) struct Sensitive {
    used: Vec<SecretText>,
    /// By template.
    rendered: BTreeMap<String, Vec<SecretText>>,
}

impl Sensitive {
    pub(super) fn used(&mut self, values: Vec<SecretText>) {
        let fresh = values.into_iter().filter(|it| !self.used.contains(it)).collect::<Vec<_>>();
        self.used.extend(fresh);
    }

    pub(super) fn rendered(&mut self, template: &str, values: Vec<SecretText>) {
        self.rendered.insert(template.to_owned(), values);
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &SecretText> {
        self.used.iter().chain(self.rendered.values().flatten())
    }
}

/// The sensitive ones of the values that a reader gave, and of those that they became with the author's defaults.
pub(super) fn sensitive(reading: &Reading, given: &Given, merged: &Values) -> Vec<SecretText> {
    let mut found = Vec::new();
    for (form, variable) in reading.variables().filter(|it| it.1.sensitive) {
        let typed = match given {
            Given::ById(all) => all.get(form).and_then(|it| it.get(&variable.name)),
            Given::Merged(all) => all.get(&variable.name),
        };
        for value in typed.into_iter().chain(merged.get(&variable.name)) {
            texts(value, &mut found);
        }
    }
    found
}

/// Every text in a value, as it is printed.
fn texts(value: &Value, found: &mut Vec<SecretText>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => found.push(SecretText::new(number.to_string())),
        Value::String(text) => found.push(SecretText::new(text.clone())),
        Value::Array(items) => items.iter().for_each(|it| texts(it, found)),
        Value::Object(fields) => fields.values().for_each(|it| texts(it, found)),
    }
}

impl Reading {
    /// What all forms ask for, with the id of the component that does.
    fn variables(&self) -> impl Iterator<Item = (&str, &Variable)> {
        let components = self.document.components.iter().enumerate();
        components.flat_map(|(index, component)| {
            let variables = self.form(index).into_iter().flat_map(|it| &it.variables);
            variables.map(|it| (component.id.as_str(), it))
        })
    }
}

//! The form of a module's variables.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use template::{Form, Kind, Rule, Validation, Variable};

use super::Declared;

pub(super) fn form(variables: &[Declared]) -> Form {
    let sections = sections(variables);
    let variables = variables.iter().zip(sections).map(|(it, section)| variable(it, section));
    Form { variables: variables.collect(), ..Form::default() }
}

impl Declared {
    /// Whether somebody must give it a value.
    pub(super) fn is_required(&self) -> bool {
        self.default.is_none() && !self.is_nullable
    }

    /// The value without anybody's doing.
    pub(super) fn preset(&self) -> Json {
        self.default.clone().unwrap_or(Json::Null)
    }

    pub(super) fn kind(&self) -> Kind {
        if self.options.is_empty() { self.r#type.kind(self.default.as_ref()) } else { Kind::Enum }
    }
}

fn variable(it: &Declared, section: Option<String>) -> Variable {
    let required = it.is_required().then(|| Validation { rule: Rule::Required, message: None });
    let preset = Some(it.preset()).filter(|it| !it.is_null());
    Variable {
        name: it.name.clone(),
        kind: it.kind(),
        description: description(it),
        default: preset.or_else(|| it.r#type.skeleton()),
        options: it.options.clone(),
        order: None,
        sensitive: it.is_sensitive,
        validations: required.into_iter().collect(),
        section,
        schema: None,
        instance_label: None,
        reference: None,
        line: 1,
        column: 1,
    }
}

/// What its author says, with what its value must be as far as the form does not say so.
fn description(it: &Declared) -> String {
    let sentence = |text: &str| match text.ends_with(['.', '!', '?', ':']) {
        true => text.to_owned(),
        false => format!("{text}."),
    };
    let more: Vec<_> =
        it.constraints.iter().map(|it| sentence(it)).chain(it.r#type.entries()).collect();
    match (it.description.is_empty(), more.is_empty()) {
        (_, true) => it.description.clone(),
        (true, false) => more.join(" "),
        (false, false) => format!("{} {}", sentence(&it.description), more.join(" ")),
    }
}

/// The heading of each variable: as its author groups them; or else by file, by the beginning of their names, or by
/// whether they must be given; whichever first tells them apart.
fn sections(variables: &[Declared]) -> Vec<Option<String>> {
    let by = |heading: &dyn Fn(&Declared) -> Option<String>| {
        let headings: Vec<_> = variables.iter().map(heading).collect();
        headings.iter().any(|it| *it != headings[0]).then_some(headings)
    };
    let prefixes = prefixes(variables);
    let by_prefix = |it: &Declared| {
        let (prefix, _) = it.name.split_once('_')?;
        prefixes.contains(&prefix).then(|| prefix.to_uppercase())
    };
    let by_need =
        |it: &Declared| Some(if it.is_required() { "Required" } else { "Optional" }.to_owned());
    by(&|it| it.group.clone())
        .or_else(|| by(&|it| heading(&it.file)))
        .or_else(|| by(&by_prefix).filter(|_| prefixes.len() > 1))
        .or_else(|| by(&by_need))
        .unwrap_or_else(|| vec![None; variables.len()])
}

/// What a file's name says of its variables; nothing where they all are.
fn heading(file: &str) -> Option<String> {
    let name = file.split('.').next().unwrap_or_default();
    let name = name.strip_suffix("_variables").or(name.strip_suffix("_vars")).unwrap_or(name);
    if matches!(name, "main" | "variables" | "vars") {
        return None;
    }
    let words = name.split(['_', '-']).filter(|it| !it.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
        first + letters.as_str()
    };
    Some(words.map(capital).collect::<Vec<_>>().join(" ")).filter(|it| !it.is_empty())
}

/// What the names of several variables begin with, before `_`.
fn prefixes(variables: &[Declared]) -> Vec<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (prefix, _) in variables.iter().filter_map(|it| it.name.split_once('_')) {
        *counts.entry(prefix).or_default() += 1;
    }
    counts.into_iter().filter(|it| it.1 > 1).map(|it| it.0).collect()
}

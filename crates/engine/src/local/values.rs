//! What a script gets as its inputs: values that a reader gave, checked against the forms that ask for them.
//!
//! ```text
//!   inputsId={["a", "b"]}  ─▶ a, then b ─▶ the Inputs inside the component    (whoever comes later wins)
//!   a Template             ─▶ its own form, under what its inputsId gives
//! ```
//!
//! Names that no form asks for are left out.

use std::collections::BTreeMap;

use document::{Component, ComponentKind, normal_id};
use serde_json::Value;
use template::{Form, World};

use super::{Values, reading::Reading};

/// What a reader gave.
#[derive(Clone, Debug)]
pub enum Given {
    /// By the id of the component that asks for it.
    ById(BTreeMap<String, Values>),
    /// All together, as clients of Gruntwork Runbooks send it.
    Merged(Values),
}

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The component that asks for it.
    pub inputs_id: String,
    pub name: String,
    pub message: String,
}

/// The values that a component's script and templates see.
///
/// # Errors
///
/// What is wrong, of all forms at once.
pub(super) fn values_of(
    reading: &Reading,
    component: usize,
    given: &Given,
    outputs: &Values,
    world: &World<'_>,
) -> Result<Values, Vec<FieldProblem>> {
    let mut merging =
        Merging { reading, given, outputs, world, within: Vec::new(), problems: Vec::new() };
    let values = merging.of_component(component);
    if merging.problems.is_empty() { Ok(values) } else { Err(merging.problems) }
}

/// The forms whose values a component's script and templates see.
pub(super) fn forms_of(reading: &Reading, component: usize) -> Vec<&Form> {
    sources(reading, component).into_iter().filter_map(|it| reading.form(it)).collect()
}

/// The components that give a component its inputs, in the order in which they count.
fn sources(reading: &Reading, component: usize) -> Vec<usize> {
    let components = &reading.document.components;
    let Some(it) = components.get(component) else { return Vec::new() };
    let named = it.texts("inputsId").into_iter().filter_map(|id| {
        let (index, source) = reading.component(id)?;
        source.kind.gives_inputs().then_some(index)
    });
    let is_nested =
        |it: &Component| it.parent == Some(component) && it.kind == ComponentKind::Inputs;
    let nested = components.iter().enumerate().filter(|it| is_nested(it.1)).map(|it| it.0);
    let own = (it.kind == ComponentKind::Template).then_some(component);
    own.into_iter().chain(named).chain(nested).collect()
}

struct Merging<'m> {
    reading: &'m Reading,
    given: &'m Given,
    outputs: &'m Values,
    world: &'m World<'m>,
    /// The components around, so that a circle ends.
    within: Vec<usize>,
    problems: Vec<FieldProblem>,
}

impl Merging<'_> {
    fn of_component(&mut self, component: usize) -> Values {
        if self.within.contains(&component) {
            return Values::new();
        }
        self.within.push(component);
        let mut inherited = Values::new();
        for source in sources(self.reading, component) {
            if source != component {
                inherited.extend(self.of_source(source));
            }
        }
        self.within.pop();
        let kind = self.reading.document.components[component].kind;
        let asks_for_itself = kind == ComponentKind::GitClone || kind.opens_pull_requests();
        if asks_for_itself { self.filled_in(component, inherited) } else { inherited }
    }

    fn of_source(&mut self, source: usize) -> Values {
        let inherited = self.of_component(source);
        self.filled_in(source, inherited)
    }

    /// What a form gives: what it inherits, and beneath that what was given to it.
    fn filled_in(&mut self, source: usize, inherited: Values) -> Values {
        let Some(form) = self.reading.form(source) else { return inherited };
        let id = &self.reading.document.components[source].id;
        let given = match self.given {
            Given::ById(all) => all.get(id),
            Given::Merged(all) => Some(all),
        };
        let asked = given.into_iter().flatten().filter(|it| form.variable(it.0).is_some());
        let mut given: Values = asked.map(|(name, it)| (name.clone(), it.clone())).collect();
        given.extend(inherited);
        let filled = match self.reading.module(source) {
            Some(module) => module.values(&given, self.outputs, self.world),
            None => form.values(&given, self.outputs, self.world),
        };
        match filled {
            Ok(values) => values,
            Err(problems) => {
                self.problems.extend(problems.into_iter().map(|it| FieldProblem {
                    inputs_id: id.clone(),
                    name: it.variable,
                    message: it.message,
                }));
                given
            }
        }
    }
}

/// Outputs as templates see them.
pub(super) fn outputs_value(outputs: &BTreeMap<String, BTreeMap<String, String>>) -> Values {
    let text = |(name, it): (&String, &String)| (name.clone(), Value::String(it.clone()));
    let block = |(id, values): (&String, &BTreeMap<String, String>)| {
        (normal_id(id), Value::Object(values.iter().map(text).collect()))
    };
    outputs.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use serde_json::json;

    use super::*;
    use crate::local::Folder;

    const DOCUMENT: &str = "<Inputs id=\"a\">\n```yaml\nvariables:\n  - name: Name\n    default: of a\n  - name: N\n    \
        type: int\n    default: 1\n```\n</Inputs>\n\n<Inputs id=\"b\">\n```yaml\nvariables:\n  - name: Name\n    default: \
        of b\n```\n</Inputs>\n\n<Template id=\"t\" path=\"t\" inputsId=\"a\" />\n\n<Command id=\"c\" command=\"x\" \
        inputsId={[\"a\", \"b\"]}>\n<Inputs id=\"own\">\n```yaml\nvariables:\n  - name: Own\n    validations: \
        required\n```\n</Inputs>\n</Command>\n\n<Command id=\"d\" command=\"x\" inputsId=\"t\" />\n";

    fn reading(directory: &Path) -> Reading {
        let path = directory.join("runbook.mdx");
        fs::write(&path, DOCUMENT).unwrap();
        fs::create_dir(directory.join("t")).unwrap();
        let form = "variables:\n  - name: Name\n  - name: Port\n    type: int\n    default: 80\n";
        fs::write(directory.join("t/boilerplate.yml"), form).unwrap();
        Reading::from_disk(&path, &Folder::of(&path).unwrap(), None).unwrap()
    }

    fn values(id: &str, given: &Given) -> Result<Value, Vec<FieldProblem>> {
        let directory = tempfile::tempdir().unwrap();
        let reading = reading(directory.path());
        let (component, _) = reading.component(id).unwrap();
        let world = World::default();
        values_of(&reading, component, given, &Values::new(), &world).map(Value::Object)
    }

    fn by_id(given: Value) -> Given {
        Given::ById(serde_json::from_value(given).unwrap())
    }

    #[test]
    fn later_sources_win_and_the_inputs_inside_win_over_all() {
        let given = by_id(json!({ "a": { "N": "7", "Name": "x" }, "own": { "Own": "o" } }));
        let wanted = json!({ "N": 7, "Name": "of b", "Own": "o" });
        assert_eq!(values("c", &given).unwrap(), wanted);
        let merged = json!({ "N": 7, "Name": "x", "Own": "o", "Unasked": "y" });
        let merged = Given::Merged(merged.as_object().unwrap().clone());
        assert_eq!(values("c", &merged).unwrap(), json!({ "N": 7, "Name": "x", "Own": "o" }));
    }

    #[test]
    fn a_template_gives_what_it_inherits_and_what_it_asks_for() {
        let given = by_id(json!({ "a": { "Name": "x" }, "t": { "Port": 8080, "Name": "lost" } }));
        assert_eq!(values("d", &given).unwrap(), json!({ "N": 1, "Name": "x", "Port": 8080 }));
    }

    #[test]
    fn all_that_is_wrong_is_said_with_the_form_that_asks() {
        let problems = values("c", &by_id(json!({ "a": { "N": "many" } }))).unwrap_err();
        let told: Vec<_> =
            problems.iter().map(|it| (it.inputs_id.as_str(), it.name.as_str())).collect();
        assert_eq!(told, [("a", "N"), ("own", "Own")]);
    }
}

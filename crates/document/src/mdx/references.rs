//! What is wrong between components: ids that collide, ids and values that are not there, circles.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use serde_json::Value;

use super::{
    Component, ComponentKind, TemplateValue, fences,
    table::{Holds, Target, rule},
    template_values,
};
use crate::{diagnostic::Report, needs::Needs, yaml};

pub(crate) fn check(components: &mut [Component], report: &mut Report<'_>) {
    make_ids_differ(components);
    let ids = Ids::of(components, report);
    let mut edges = Vec::with_capacity(components.len());
    for (index, component) in components.iter().enumerate() {
        let names = ids.references(component, report);
        let values = ids.values(component, index, report);
        placed(components, index, report);
        edges.push(names.into_iter().chain(values).collect::<Vec<_>>());
    }
    sources(components, &ids, report);
    for edges in &mut edges {
        edges.sort_unstable();
        edges.dedup();
    }
    let needs = Needs { edges, unknown: Vec::new() };
    for index in needs.cyclic() {
        let message = "the block waits for itself, directly or through others; break the circle";
        report.error("component-cycle", tag(&components[index]), message.to_owned());
    }
}

/// Ids that we made are equal for equal tags; numbers keep them apart.
fn make_ids_differ(components: &mut [Component]) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let made = |it: &&mut Component| it.kind.has_id() && it.text("id").is_none_or(str::is_empty);
    for component in components.iter_mut().filter(made) {
        let count = counts.entry(component.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            component.id = format!("{}_{count}", component.id);
        }
    }
}

/// An id as templates write it. They know only `_`, so ids are the same whether they are written with `-` or with `_`.
#[must_use]
pub fn normal_id(id: &str) -> String {
    id.replace('-', "_")
}

/// The tag's `<` and name; of a fence the marks that every one begins with.
fn tag(component: &Component) -> Range<usize> {
    let length = if component.name == fences::NAME { 3 } else { 1 + component.name.len() };
    component.span.start..component.span.start + length
}

fn prop(component: &Component, name: &str) -> Range<usize> {
    component.prop_spans.get(name).cloned().unwrap_or_else(|| tag(component))
}

struct Ids<'c> {
    components: &'c [Component],
    /// The first component with an id.
    places: HashMap<String, usize>,
}

impl<'c> Ids<'c> {
    fn of(components: &'c [Component], report: &mut Report<'_>) -> Self {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (index, component) in components.iter().enumerate().filter(|it| it.1.kind.has_id()) {
            let Some(first) = places.get(&normal_id(&component.id)) else {
                places.insert(normal_id(&component.id), index);
                continue;
            };
            let (id, first) = (&component.id, &components[*first]);
            let same = if first.id == *id {
                String::new()
            } else {
                format!(" ({:?}, which templates cannot tell from it)", first.id)
            };
            let message = format!(
                "the id {id:?} is that of the {} at line {} already{same}; choose another",
                first.name, first.line
            );
            report.error("duplicate-id", prop(component, "id"), message);
        }
        Self { components, places }
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.places.get(&normal_id(id)).copied()
    }

    /// The components that one names in its props.
    fn references(&self, component: &Component, report: &mut Report<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        for name in component.props.keys() {
            let Some(rule) = rule(component.kind, name) else { continue };
            match rule.holds {
                Holds::Id(target) | Holds::Ids(target) => {
                    for id in component.texts(name) {
                        found.extend(self.reference(component, name, id, target, report));
                    }
                }
                Holds::Detection => found.extend(self.detection(component, name, report)),
                Holds::Text
                | Holds::Shown
                | Holds::Filled
                | Holds::Script
                | Holds::Flag
                | Holds::Number
                | Holds::Texts
                | Holds::Object
                | Holds::Environment
                | Holds::Choice(_) => {}
            }
        }
        found
    }

    fn reference(
        &self,
        component: &Component,
        name: &str,
        id: &str,
        target: Target,
        report: &mut Report<'_>,
    ) -> Option<usize> {
        let Some(place) = self.place(id) else {
            let message = format!("{name} names {id:?}, which no block has as its id");
            report.error("unknown-reference", prop(component, name), message);
            return None;
        };
        let other = &self.components[place];
        if !target.takes(other.kind) {
            let message = format!(
                "{name} names {id:?}, the {} at line {}; it takes the id of {}",
                other.name,
                other.line,
                target.name()
            );
            report.error("reference-type", prop(component, name), message);
            return None;
        }
        Some(place)
    }

    /// `{block: id}` among the places to look for credentials.
    fn detection(&self, component: &Component, name: &str, report: &mut Report<'_>) -> Vec<usize> {
        let places = component.props.get(name).and_then(Value::as_array);
        let blocks = places.into_iter().flatten().filter_map(|it| it.get("block")?.as_str());
        let mut found = Vec::new();
        for id in blocks {
            match self.place(id) {
                Some(place) => found.push(place),
                None => {
                    let message = format!("{name} names {id:?}, which no block has as its id");
                    report.error("unknown-reference", prop(component, name), message);
                }
            }
        }
        found
    }

    /// The components whose outputs one waits for.
    fn values(&self, component: &Component, index: usize, report: &mut Report<'_>) -> Vec<usize> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for (span, text) in component.acting() {
            for value in template_values(text) {
                let TemplateValue::Outputs { block, .. } = &value else { continue };
                match self.output(block) {
                    Ok(place) => found.push(place),
                    Err(why) if seen.insert(block.clone()) => {
                        let message = format!("the template names outputs of {block:?}, {why}");
                        report.error("unknown-output", span.clone(), message);
                    }
                    Err(_) => {}
                }
            }
        }
        for (name, text) in &component.props {
            let is_shown = rule(component.kind, name).is_some_and(|it| it.holds == Holds::Shown);
            let text = text.as_str().filter(|_| is_shown).unwrap_or_default();
            for value in template_values(text) {
                if let TemplateValue::Outputs { block, .. } = value
                    && let Err(why) = self.output(&block)
                {
                    let message = format!("{name} names outputs of {block:?}, {why}");
                    report.warning("unknown-output", prop(component, name), message);
                }
            }
        }
        // What is inside a block comes before its button.
        let within = self.components.iter().enumerate().skip(index + 1);
        let within = within.take_while(|it| it.1.span.start < component.span.end);
        found.extend(within.filter(|it| it.1.parent == Some(index)).map(|it| it.0));
        found
    }

    fn output(&self, block: &str) -> Result<usize, &'static str> {
        let place = self.place(block).ok_or("which no block has as its id")?;
        let kind = self.components[place].kind;
        if kind.gives_outputs() { Ok(place) } else { Err("which has none") }
    }
}

/// Says where a component stands in another that has no place for it.
fn placed(components: &[Component], index: usize, report: &mut Report<'_>) {
    let component = &components[index];
    let Some(parent) = component.parent.map(|it| &components[it]) else { return };
    let fits = parent.kind.holds_prose()
        || parent.kind.is_script() && component.kind == ComponentKind::Inputs;
    if !fits {
        let message = format!("{} has no place for {} in it", parent.name, component.name);
        report.warning("misplaced", tag(component), message);
    }
}

/// Remarks on inputs that a component waits for and nobody gives it.
fn sources(components: &[Component], ids: &Ids<'_>, report: &mut Report<'_>) {
    let mut nested: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, component) in components.iter().enumerate() {
        if let (ComponentKind::Inputs, Some(parent)) = (component.kind, component.parent) {
            nested.entry(parent).or_default().push(index);
        }
    }
    let declared: Vec<_> = components.iter().map(declared).collect();
    for (index, component) in components.iter().enumerate() {
        let within = nested.get(&index).map(Vec::as_slice).unwrap_or_default();
        if let [_, second, ..] = within {
            let message = format!("{} takes one Inputs in it; the last one counts", component.name);
            report.warning("misplaced", tag(&components[*second]), message);
        }
        if component.kind.gives_inputs() {
            continue;
        }
        let named = component.texts("inputsId").into_iter().map(|it| ids.place(it));
        let sources: Vec<_> = named.chain(within.iter().copied().map(Some)).collect();
        // A source in a file, or one that is not there, may hold any name.
        let known = sources.iter().map(|source| declared[(*source)?].as_ref());
        let Some(known) = known.collect::<Option<Vec<_>>>() else { continue };
        let mut known: HashSet<String> = known.into_iter().flatten().cloned().collect();
        for (span, text) in component.acting() {
            for value in template_values(text) {
                let TemplateValue::Inputs { name } = value else { continue };
                let message = if sources.is_empty() {
                    format!("the input {name} comes from nowhere; name its block in inputsId")
                } else {
                    format!("no block that inputsId names declares the input {name}")
                };
                // It is said once.
                if known.insert(name) {
                    report.warning("unknown-input", span.clone(), message);
                }
            }
        }
    }
}

/// The names that a block of inputs declares in itself; `None` if they are elsewhere or unreadable.
fn declared(component: &Component) -> Option<Vec<String>> {
    let code = component.code.first().filter(|_| component.kind == ComponentKind::Inputs)?;
    let value = yaml::value(&code.code).ok()?;
    let variables = value.get("variables")?.as_array()?;
    variables.iter().map(|it| it.get("name")?.as_str().map(str::to_owned)).collect()
}

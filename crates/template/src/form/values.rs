//! Values for a form: what somebody gave, what defaults say, and whether all of it is allowed.
//!
//! What somebody gave is taken as it is. Defaults are templates that may name other variables in any order, and
//! outputs of blocks; those that name each other in a circle are refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Form, Kind, Variable};
use crate::{
    error::TemplateError,
    template::{Template, context},
    value::MAX_DEPTH,
    world::{Limits, World},
};

/// What is wrong with the value of one variable. No message says the value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{variable}` {message}")]
pub struct ValueProblem {
    pub variable: String,
    /// Goes on after the name: "must be a whole number".
    pub message: String,
}

impl Form {
    /// The value of each variable, of its kind. Values for other names pass through, for templates that share
    /// the inputs of a document.
    ///
    /// # Errors
    ///
    /// What is wrong, of all variables at once.
    pub fn values(
        &self,
        given: &Map<String, Json>,
        outputs: &Map<String, Json>,
        world: &World<'_>,
    ) -> Result<Map<String, Json>, Vec<ValueProblem>> {
        self.values_within(&mut world.limits.clone(), given, outputs, world)
    }

    /// The same with what other templates have left, which is taken away.
    pub(crate) fn values_within(
        &self,
        left: &mut Limits,
        given: &Map<String, Json>,
        outputs: &Map<String, Json>,
        world: &World<'_>,
    ) -> Result<Map<String, Json>, Vec<ValueProblem>> {
        let mut filling =
            Filling { left, outputs, world, values: given.clone(), problems: Vec::new() };
        let mut pending = BTreeMap::new();
        for variable in &self.variables {
            filling.begin(variable, &mut pending);
        }
        filling.settle(pending);
        for variable in &self.variables {
            filling.check(variable);
        }
        if filling.problems.is_empty() { Ok(filling.values) } else { Err(filling.problems) }
    }
}

/// Defaults that wait for others, by variable.
type Pending<'f> = BTreeMap<&'f str, Waiting<'f>>;

struct Waiting<'f> {
    variable: &'f Variable,
    default: Json,
    /// The inputs that it names.
    names: Vec<String>,
}

struct Filling<'f> {
    left: &'f mut Limits,
    outputs: &'f Map<String, Json>,
    world: &'f World<'f>,
    values: Map<String, Json>,
    problems: Vec<ValueProblem>,
}

impl<'f> Filling<'f> {
    fn problem(&mut self, variable: &Variable, message: impl Into<String>) {
        let variable = variable.name.clone();
        if self.problems.iter().all(|it| it.variable != variable) {
            self.problems.push(ValueProblem { variable, message: message.into() });
        }
    }

    fn begin(&mut self, variable: &'f Variable, pending: &mut Pending<'f>) {
        let given = self.values.remove(&variable.name).filter(|it| !is_blank(it, variable.kind));
        if let Some(given) = given {
            return self.put(variable, &given);
        }
        let reference = variable.reference.as_ref().map(|it| {
            let name = it.rsplit('.').next().unwrap_or(it);
            Json::String(format!("{{{{ .inputs.{name} }}}}"))
        });
        match variable.default.clone().or(reference) {
            Some(default) if has_template(&default) => {
                let names = names(&default);
                pending.insert(&variable.name, Waiting { variable, default, names });
            }
            Some(default) => self.put(variable, &default),
            None => match variable.kind {
                Kind::Int | Kind::Float => self.problem(variable, "needs a value"),
                Kind::Enum => self
                    .problem(variable, format!("must be one of {}", variable.options.join(", "))),
                kind @ (Kind::String | Kind::Bool | Kind::List | Kind::Map) => {
                    self.values.insert(variable.name.clone(), kind.empty());
                }
            },
        }
    }

    fn put(&mut self, variable: &Variable, value: &Json) {
        match variable.kind.coerced(value) {
            Some(value) => {
                self.values.insert(variable.name.clone(), value);
            }
            None => self.problem(variable, format!("must be {}", variable.kind.described())),
        }
    }

    /// Renders defaults whose needs are there, until none is left or none can go on.
    fn settle(&mut self, mut pending: Pending<'f>) {
        while !pending.is_empty() {
            let is_ready = |it: &&Waiting<'_>| {
                !it.names.iter().any(|name| pending.contains_key(name.as_str()))
            };
            let ready = pending.values().filter(is_ready);
            let ready: Vec<&str> = ready.map(|it| it.variable.name.as_str()).collect();
            if ready.is_empty() {
                let circle: Vec<&str> = pending.keys().copied().collect();
                for Waiting { variable, .. } in pending.values() {
                    let message = format!(
                        "has a default that depends on itself, by way of {}",
                        circle.join(", ")
                    );
                    self.problem(variable, message);
                }
                return;
            }
            let data = context(&self.values, self.outputs);
            for name in ready {
                let Some(Waiting { variable, default, .. }) = pending.remove(name) else {
                    continue;
                };
                let name = format!("default of {name}");
                match rendered(self.left, &default, &data, self.world, &name) {
                    Ok(value) => self.put(variable, &value),
                    Err(error) => {
                        self.problem(variable, format!("has a default that fails: {error}"))
                    }
                }
            }
        }
    }

    fn check(&mut self, variable: &Variable) {
        let Some(value) = self.values.get(&variable.name).cloned() else { return };
        if let Some(schema) = &variable.schema {
            match with_schema(&value, schema) {
                Ok(value) => {
                    self.values.insert(variable.name.clone(), value);
                }
                Err(message) => self.problem(variable, message),
            }
        }
        let chosen = match &value {
            Json::String(it) if variable.kind == Kind::Enum => vec![it.as_str()],
            Json::Array(items) if !variable.options.is_empty() => {
                items.iter().filter_map(Json::as_str).collect()
            }
            Json::Null
            | Json::Bool(_)
            | Json::Number(_)
            | Json::String(_)
            | Json::Array(_)
            | Json::Object(_) => Vec::new(),
        };
        if chosen.iter().any(|it| !variable.options.iter().any(|option| option == it)) {
            return self
                .problem(variable, format!("must be one of {}", variable.options.join(", ")));
        }
        for validation in &variable.validations {
            if let Some(broken) = validation.rule.broken(&value) {
                let message = match &validation.message {
                    Some(own) => format!("{broken}: {own}"),
                    None => broken,
                };
                return self.problem(variable, message);
            }
        }
    }
}

/// Whether a field was left empty, as far as its kind can be empty.
fn is_blank(value: &Json, kind: Kind) -> bool {
    let empty_text = value.as_str().is_some_and(|it| it.trim().is_empty());
    value.is_null() || (empty_text && kind != Kind::String)
}

/// A map of entries of which each has the fields of a schema, in their kinds.
fn with_schema(value: &Json, schema: &BTreeMap<String, Kind>) -> Result<Json, String> {
    let Json::Object(entries) = value else { return Ok(value.clone()) };
    let mut made = Map::new();
    for (label, entry) in entries {
        let Json::Object(fields) = entry else {
            return Err(format!("must have fields for `{label}`"));
        };
        let mut fields = fields.clone();
        for (name, kind) in schema {
            let field = fields.get(name).cloned().unwrap_or_else(|| kind.empty());
            let field = kind
                .coerced(&field)
                .ok_or_else(|| format!("must be {} in `{name}` of `{label}`", kind.described()))?;
            fields.insert(name.clone(), field);
        }
        made.insert(label.clone(), Json::Object(fields));
    }
    Ok(Json::Object(made))
}

fn has_template(value: &Json) -> bool {
    match value {
        Json::String(it) => it.contains("{{"),
        Json::Array(items) => items.iter().any(has_template),
        Json::Object(entries) => entries.values().any(has_template),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The inputs that the templates within a value name.
fn names(value: &Json) -> Vec<String> {
    match value {
        Json::String(it) => match Template::parse("", it) {
            Ok(template) => template.needs().inputs.into_iter().map(|it| it.name).collect(),
            Err(_) => Vec::new(),
        },
        Json::Array(items) => items.iter().flat_map(names).collect(),
        Json::Object(entries) => entries.values().flat_map(names).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

/// A value with the templates within it rendered.
pub(crate) fn rendered(
    left: &mut Limits,
    value: &Json,
    data: &Json,
    world: &World<'_>,
    name: &str,
) -> Result<Json, TemplateError> {
    rendered_at(left, value, data, world, name, MAX_DEPTH)
}

fn rendered_at(
    left: &mut Limits,
    value: &Json,
    data: &Json,
    world: &World<'_>,
    name: &str,
    depth: usize,
) -> Result<Json, TemplateError> {
    // Deeper values come from no YAML that was read; they stay as they are.
    let Some(depth) = depth.checked_sub(1) else { return Ok(value.clone()) };
    Ok(match value {
        Json::String(it) if it.contains("{{") => {
            Json::String(Template::parse(name, it)?.render_within(left, data, world)?)
        }
        Json::Array(items) => items
            .iter()
            .map(|it| rendered_at(left, it, data, world, name, depth))
            .collect::<Result<_, _>>()?,
        Json::Object(entries) => {
            let entry = |(key, it): (&String, &Json)| {
                Ok((key.clone(), rendered_at(left, it, data, world, name, depth)?))
            };
            Json::Object(entries.iter().map(entry).collect::<Result<_, TemplateError>>()?)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
    })
}

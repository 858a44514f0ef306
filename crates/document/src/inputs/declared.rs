//! Inputs as an author declares them.

use std::ops::Range;

use model::variable;
use serde_json::Value;

use super::{Input, InputKind, value};
use crate::{block::Block, diagnostic::Report, front_matter::FrontMatter, yaml};

/// Inputs of a document. A form with more is none that a person fills in.
const MAX_INPUTS: usize = 100;

/// The inputs of the front matter, then those of the blocks.
pub(crate) fn read(
    text: &str,
    front_matter: Option<&FrontMatter>,
    blocks: &[Block],
    report: &mut Report<'_>,
) -> Vec<Input> {
    let mut inputs = Vec::new();
    if let Some(front_matter) = front_matter
        && let Some(declared) = front_matter.get(&["runbook", "inputs"])
    {
        let source = &text[front_matter.body_span.clone()];
        let place = Place { source, span: front_matter.span.clone(), line: None };
        place.read(declared, &mut inputs, report);
    }
    let is_form = |it: &&Block| it.language.as_deref() == Some("inputs") && it.is_closed();
    for block in blocks.iter().filter(is_form) {
        let span = block.info_span.clone();
        let place = Place { source: block.body(), span, line: Some(block.line) };
        match yaml::value(block.body()) {
            Ok(declared) => place.read(&declared, &mut inputs, report),
            Err(problem) => {
                let message = format!("the inputs are not read: {}; correct them", problem.message);
                report.error("input-invalid", place.span.clone(), message);
            }
        }
    }
    inputs
}

/// Where inputs are declared.
struct Place<'t> {
    source: &'t str,
    span: Range<usize>,
    line: Option<usize>,
}

impl Place<'_> {
    fn read(&self, declared: &Value, inputs: &mut Vec<Input>, report: &mut Report<'_>) {
        let mut error = |message: String| report.error("input-invalid", self.span.clone(), message);
        for (name, declared) in self.named(declared, &mut error) {
            if let Err(problem) = variable::check(&name) {
                error(format!("the input {name:?} cannot be: {problem}"));
                continue;
            }
            if inputs.iter().any(|it| it.name == name) {
                error(format!("the input {name} is declared twice; rename one"));
                continue;
            }
            if inputs.len() >= MAX_INPUTS {
                return error(format!("a document has at most {MAX_INPUTS} inputs"));
            }
            match input(name.clone(), &declared, self.line) {
                Ok(input) => inputs.push(input),
                Err(problem) => error(format!("the input {name} is not read: {problem}")),
            }
        }
    }

    /// Names and what is said of each, in the order of the text.
    fn named(&self, declared: &Value, error: &mut impl FnMut(String)) -> Vec<(String, Value)> {
        match declared {
            Value::Object(by_name) => {
                let mut named: Vec<_> =
                    by_name.iter().map(|(name, it)| (name.clone(), it.clone())).collect();
                // A mapping has no order; its text has.
                named.sort_by_cached_key(|it| self.position(&it.0));
                named
            }
            Value::Array(items) => {
                let named = |it: &Value| match it.as_str() {
                    Some(name) => Some((name.to_owned(), Value::Null)),
                    None => Some((it.get("name")?.as_str()?.to_owned(), it.clone())),
                };
                if items.iter().any(|it| named(it).is_none()) {
                    error("each input of a list needs a name".to_owned());
                }
                items.iter().filter_map(named).collect()
            }
            Value::Null => Vec::new(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                error("inputs are a mapping by name, or a list".to_owned());
                Vec::new()
            }
        }
    }

    /// Where a key of this name stands.
    fn position(&self, name: &str) -> usize {
        let is_key = |at: usize| {
            let before = self.source[..at].chars().next_back();
            let after = self.source[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
            !before.is_some_and(|it| it.is_alphanumeric() || it == '_')
                && after.starts_with([':', '=', ']', '.'])
        };
        let mut places = self.source.match_indices(name).map(|it| it.0);
        places.find(|it| is_key(*it)).unwrap_or(usize::MAX)
    }
}

fn input(name: String, declared: &Value, line: Option<usize>) -> Result<Input, String> {
    // `NAME: value` declares a text with a default.
    let plain = |default: String| Input {
        name: name.clone(),
        kind: InputKind::Text,
        label: None,
        help: None,
        default,
        options: Vec::new(),
        required: false,
        pattern: None,
        min: None,
        max: None,
        line,
    };
    let Value::Object(said) = declared else {
        return value::text(declared).map(plain).ok_or_else(|| "its default is a list".to_owned());
    };
    let word = |key: &str| said.get(key).and_then(value::text).filter(|it| !it.is_empty());
    let options: Vec<String> = match said.get("options") {
        Some(Value::Array(items)) => items.iter().filter_map(value::text).collect(),
        _ => Vec::new(),
    };
    let kind = match said.get("type").and_then(Value::as_str) {
        None if !options.is_empty() => InputKind::Select,
        None => InputKind::Text,
        Some(written) => kind(written)?,
    };
    let input = Input {
        kind,
        label: word("label"),
        help: word("help"),
        default: word("default").unwrap_or_default(),
        options,
        required: said.get("required").and_then(Value::as_bool).unwrap_or_default(),
        pattern: word("pattern"),
        min: said.get("min").and_then(Value::as_f64),
        max: said.get("max").and_then(Value::as_f64),
        ..plain(String::new())
    };
    if let Some(Err(problem)) = input.pattern.as_deref().map(value::pattern) {
        return Err(format!("its pattern cannot be: {problem}"));
    }
    match (kind, input.options.is_empty(), input.default.is_empty()) {
        (InputKind::Select, true, _) => Err("it has no `options` to select from".to_owned()),
        (InputKind::Secret, _, false) => {
            Err("a secret has no default in the text; take it out".to_owned())
        }
        (_, _, false) => {
            input.check(&input.default).map_err(|it| format!("its default: {it}")).map(|()| input)
        }
        _ => Ok(input),
    }
}

fn kind(written: &str) -> Result<InputKind, String> {
    match written {
        "text" | "string" => Ok(InputKind::Text),
        "multiline" => Ok(InputKind::Multiline),
        "number" => Ok(InputKind::Number),
        "boolean" | "checkbox" => Ok(InputKind::Boolean),
        "select" => Ok(InputKind::Select),
        "date" => Ok(InputKind::Date),
        "secret" | "password" => Ok(InputKind::Secret),
        other => Err(format!(
            "its type {other:?} is none; use text, multiline, number, boolean, select, date or secret"
        )),
    }
}

//! From what a tag gives to the props that its component takes.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

use model::variable::is_name;
use serde_json::{Value, json};

use super::{
    literal::Literal,
    table::{ComponentKind, Holds, Need, PropRule, rule, rules},
    tag::{Given, Prop, Tag},
};
use crate::diagnostic::Report;

/// The props of one component, and where each was written.
#[derive(Debug, Default)]
pub(crate) struct Props {
    /// Checked, with defaults. Of an unknown component, all that are literals.
    pub(crate) values: BTreeMap<String, Value>,
    /// Of all that are written, also those with no value that could be used.
    pub(crate) spans: BTreeMap<String, Range<usize>>,
}

pub(crate) fn read(text: &str, tag: &Tag, kind: ComponentKind, report: &mut Report<'_>) -> Props {
    let mut props = Props::default();
    let mut seen = HashSet::new();
    for prop in &tag.props {
        if let Given::Refused(refused) = &prop.given {
            let name = if prop.name.is_empty() { tag.name.as_str() } else { prop.name.as_str() };
            let message = format!(
                "{name} holds {}, and nothing is evaluated; write a string, number, boolean, list or object",
                refused.what
            );
            let next = text[refused.at..].chars().next().map_or(0, char::len_utf8);
            report.error("mdx-expression", refused.at..refused.at + next, message);
            props.spans.insert(prop.name.clone(), prop.span.clone());
            seen.insert(prop.name.as_str());
            continue;
        }
        if !seen.insert(prop.name.as_str()) {
            let message = format!("{} is given twice, the last one counts", prop.name);
            report.warning("prop-twice", prop.span.clone(), message);
        }
        one(tag, kind, prop, &mut props, report);
    }
    for rule in rules(kind) {
        let is_empty = rule.name == "id" && props.values.get("id").is_some_and(|it| it == "");
        let is_missing = is_empty || !seen.contains(rule.name) || null(&tag.props, rule.name);
        if is_missing {
            missing(tag, kind, rule, report);
        }
        if let (None, Some(default)) = (props.values.get(rule.name), rule.default) {
            let default = serde_json::from_str(default).expect("the table holds JSON");
            props.values.insert(rule.name.to_owned(), default);
        }
    }
    props
}

fn null(props: &[Prop], name: &str) -> bool {
    let last = props.iter().rev().find(|it| it.name == name);
    last.is_some_and(|it| it.given == Given::Braced(Literal::Value(Value::Null)))
}

fn one(tag: &Tag, kind: ComponentKind, prop: &Prop, props: &mut Props, report: &mut Report<'_>) {
    let rule = rule(kind, &prop.name);
    let value = match &prop.given {
        Given::Bare => Value::Bool(true),
        Given::Quoted(it) => Value::String(it.clone()),
        Given::Braced(Literal::Value(it)) => it.clone(),
        Given::Braced(Literal::Template { cooked, raw }) => {
            let is_script = rule.is_some_and(|it| it.holds == Holds::Script);
            Value::String(if is_script { raw } else { cooked }.clone())
        }
        Given::Refused(_) => return,
    };
    if !value.is_null() {
        props.spans.insert(prop.name.clone(), prop.span.clone());
    }
    let Some(rule) = rule else {
        if kind == ComponentKind::Unknown {
            props.values.insert(prop.name.clone(), value);
        } else {
            let message = unknown(tag, kind, &prop.name);
            report.warning("unknown-prop", prop.span.clone(), message);
        }
        return;
    };
    if value.is_null() {
        props.values.remove(&prop.name);
        return;
    }
    match taken(&value, rule.holds) {
        Ok(mut value) => {
            if rule.holds == Holds::Environment {
                without_bad_names(prop, &mut value, report);
            }
            props.values.insert(prop.name.clone(), value);
        }
        Err(expected) => {
            let message = format!("{} takes {expected}, not {}", prop.name, name_of(&value));
            report.error("prop-type", prop.span.clone(), message);
        }
    }
}

/// Takes out variables that change what a shell or the loader does before the script begins.
fn without_bad_names(prop: &Prop, value: &mut Value, report: &mut Report<'_>) {
    const TAKEN: [&str; 7] = ["BASH_ENV", "ENV", "PATH", "SHELLOPTS", "BASHOPTS", "PS4", "IFS"];
    let Value::Object(variables) = value else { return };
    variables.retain(|name, _| {
        let is_taken = TAKEN.contains(&name.as_str())
            || name.starts_with("LD_")
            || name.starts_with("BASH_FUNC");
        let why = match (is_name(name), is_taken) {
            (true, false) => return true,
            (true, true) => "it would change the shell itself",
            (false, _) => "letters, digits and _ make a name, and no digit begins one",
        };
        let message = format!("{} cannot set the variable {name:?}: {why}", prop.name);
        report.error("env-name", prop.span.clone(), message);
        false
    });
}

fn unknown(tag: &Tag, kind: ComponentKind, name: &str) -> String {
    let near = rules(kind).find(|it| it.name.eq_ignore_ascii_case(name));
    let advice = match near {
        Some(it) => format!("write {}", it.name),
        None => "it is ignored".to_owned(),
    };
    format!("{} has no prop {name:?}; {advice}", tag.name)
}

fn missing(tag: &Tag, kind: ComponentKind, rule: &PropRule, report: &mut Report<'_>) {
    let span = tag.span.start..tag.span.start + 1 + tag.name.len();
    let name = &tag.name;
    let makes_do = rule.need == Need::Wanted || (rule.name == "id" && kind.is_script());
    let code = if rule.name == "id" { "missing-id" } else { "missing-prop" };
    let message = match rule.name {
        "id" if makes_do => {
            format!("{name} has no id and gets one that changes with it; give it one")
        }
        it => format!("{name} has no {it}; give it one"),
    };
    match rule.need {
        Need::Optional => {}
        Need::Required | Need::Wanted if makes_do => report.warning(code, span, message),
        Need::Required | Need::Wanted => report.error(code, span, message),
    }
}

/// The value as a prop takes it, or what it would take.
pub(crate) fn taken(value: &Value, holds: Holds) -> Result<Value, String> {
    let is_text = value.is_string();
    let words = |it: &Value| it.as_array().is_some_and(|it| it.iter().all(Value::is_string));
    let (fits, expected) = match holds {
        Holds::Text | Holds::Shown | Holds::Filled | Holds::Script => (is_text, "a string"),
        Holds::Id(_) => (is_text, "the id of a block"),
        Holds::Ids(_) => (is_text || words(value), "the id of a block or a list of ids"),
        Holds::Texts => (words(value), "a list of strings"),
        Holds::Object => (value.is_object(), "an object"),
        Holds::Environment => {
            let fits = value.as_object().is_some_and(|it| it.values().all(Value::is_string));
            (fits, "a string for each name")
        }
        Holds::Flag => return flag(value),
        Holds::Number => return number(value),
        Holds::Detection => (detects(value), "false or a list of places to look at"),
        Holds::Choice(words) => {
            let fits = value.as_str().is_some_and(|it| words.contains(&it));
            let value = fits.then(|| value.clone());
            return value.ok_or_else(|| format!("one of {}", words.join(", ")));
        }
    };
    if fits { Ok(value.clone()) } else { Err(expected.to_owned()) }
}

/// Documents also write `"true"`.
fn flag(value: &Value) -> Result<Value, String> {
    match value {
        Value::Bool(it) => Ok(json!(it)),
        Value::String(it) if it == "true" => Ok(json!(true)),
        Value::String(it) if it == "false" => Ok(json!(false)),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Err("true or false".to_owned())
        }
    }
}

/// All numbers are counts.
fn number(value: &Value) -> Result<Value, String> {
    let count = match value {
        Value::String(it) => it.parse().ok(),
        Value::Number(it) => it.as_u64(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    count.map(|it| json!(it)).ok_or_else(|| "a whole number that is not negative".to_owned())
}

fn detects(value: &Value) -> bool {
    let place = |it: &Value| {
        let is_object = it.as_object().is_some_and(|it| {
            it.len() == 1 && it.keys().all(|key| matches!(key.as_str(), "env" | "block"))
        });
        is_object || it.as_str().is_some_and(|it| matches!(it, "env" | "adc" | "gcloud" | "cli"))
    };
    *value == json!(false) || value.as_array().is_some_and(|it| it.iter().all(place))
}

fn name_of(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => it.to_string(),
        Value::String(it) if it.chars().count() <= 40 => format!("{it:?}"),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

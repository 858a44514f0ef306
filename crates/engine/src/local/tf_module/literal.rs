//! Plain values in the language of OpenTofu, read and written. Whatever would have to be evaluated is no plain value.

use std::iter::Peekable;

use hcl_edit::{expr::Expression, template::Element};
use serde_json::{Map, Number, Value as Json};

use super::types::key_name;

/// The value of an expression, if it is a plain one.
pub(super) fn read(expression: &Expression) -> Option<Json> {
    if let Some(text) = text(expression) {
        return Some(Json::String(text));
    }
    match expression {
        Expression::Null(_) => Some(Json::Null),
        Expression::Bool(it) => Some(Json::Bool(*it.value())),
        Expression::Number(it) => {
            let it = it.value();
            let whole = it.as_i64().map(Number::from).or_else(|| it.as_u64().map(Number::from));
            whole.or_else(|| Number::from_f64(it.as_f64()?)).map(Json::Number)
        }
        Expression::Array(items) => items.iter().map(read).collect(),
        Expression::Object(entries) => {
            let entry = |(key, it): (_, &hcl_edit::expr::ObjectValue)| {
                Some((key_name(key)?, read(it.expr())?))
            };
            entries.iter().map(entry).collect::<Option<Map<_, _>>>().map(Json::Object)
        }
        Expression::Parenthesis(it) => read(it.inner()),
        Expression::String(_)
        | Expression::StringTemplate(_)
        | Expression::HeredocTemplate(_)
        | Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => None,
    }
}

/// The text of an expression, if it is one in which nothing is filled in.
pub(super) fn text(expression: &Expression) -> Option<String> {
    if let Some(text) = expression.as_str() {
        return Some(text.to_owned());
    }
    let literal = |it: &Element| it.as_literal().map(|it| it.value().clone());
    match (expression.as_string_template(), expression.as_heredoc_template()) {
        (Some(it), _) => it.iter().map(literal).collect(),
        (None, Some(it)) => it.template.iter().map(literal).collect(),
        (None, None) => None,
    }
}

/// A value as an expression that says it and nothing else, whatever is in it.
pub(super) fn written(value: &Json) -> String {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(written).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(entries) => {
            let entry = |(name, it): (&String, &Json)| format!("{}:{}", quoted(name), written(it));
            let entries: Vec<_> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        match it {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' => marker(it, &mut rest, &mut quoted),
            _ if it.is_control() => quoted.push_str(&by_number(it)),
            _ => quoted.push(it),
        }
    }
    quoted.push('"');
    quoted
}

/// `${` and `%{` begin an expression, and `$${` and `%%{` are those characters. After one of its own kind a marker
/// could be read as the beginning of either.
fn marker(it: char, rest: &mut Peekable<impl Iterator<Item = char>>, quoted: &mut String) {
    match rest.peek() {
        Some('{') => quoted.extend([it, it]),
        Some(next) if *next == it => quoted.push_str(&by_number(it)),
        Some(_) | None => quoted.push(it),
    }
}

/// A character that stands for itself and begins nothing.
fn by_number(it: char) -> String {
    format!("\\u{:04x}", u32::from(it))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(text: &str) -> Option<Json> {
        read(&hcl_edit::parser::parse_expr(text).unwrap())
    }

    #[test]
    fn nothing_that_is_written_is_evaluated() {
        for hostile in [
            "${file(\"/etc/passwd\")}",
            "%{ if true }x%{ endif }",
            "$${x}",
            "$$${x}",
            "%%%{x}",
            "\\${x}",
            "\"} evil = {\"",
            "a\nb\t\r\u{1}\u{7f}é",
            "$",
            "$$",
            "%",
            "100%%",
            "{",
            "",
        ] {
            let value = json!({ hostile: [hostile, 1, true, null, { "a": hostile }] });
            assert_eq!(parsed(&written(&value)), Some(value.clone()), "{}", written(&value));
        }
        assert_eq!(written(&json!("a ${x}")), "\"a $${x}\"");
        assert_eq!(written(&json!({ "b": [1, "x"] })), "{\"b\":[1,\"x\"]}");
    }

    #[test]
    fn only_plain_values_are_read() {
        assert_eq!(
            parsed("[1, -2.5, \"a\", null, { b = true }]"),
            Some(json!([1, -2.5, "a", null, { "b": true }]))
        );
        for evaluated in
            ["var.x", "file(\"x\")", "\"${var.x}\"", "[upper(\"x\")]", "1 + 1", "{ (a) = 1 }"]
        {
            assert_eq!(parsed(evaluated), None, "{evaluated}");
        }
    }
}

//! The types of an OpenTofu module's variables, and values that fit them.

use std::fmt;

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use serde_json::{Map, Number, Value as Json};
use template::Kind;

/// What a variable takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Any,
    String,
    Number,
    Bool,
    /// A list or a set.
    List(Box<Self>),
    Map(Box<Self>),
    Object(Vec<Field>),
    Tuple(Vec<Self>),
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) r#type: Type,
    pub(super) is_optional: bool,
}

impl Type {
    /// What an expression says; what says nothing known is any type.
    pub(super) fn of(expression: &Expression) -> Self {
        if let Some(call) = expression.as_func_call() {
            return Self::of_call(call);
        }
        let bare = expression.as_variable().map(|it| it.as_str());
        // Before OpenTofu, types were written as texts.
        match bare.or_else(|| expression.as_str()) {
            Some("string") => Self::String,
            Some("number") => Self::Number,
            Some("bool") => Self::Bool,
            Some("list" | "set") => Self::List(Box::new(Self::Any)),
            Some("map") => Self::Map(Box::new(Self::Any)),
            Some(_) | None => Self::Any,
        }
    }

    /// The same from a text, as JSON has it.
    pub(super) fn parse(text: &str) -> Self {
        hcl_edit::parser::parse_expr(text).map_or(Self::Any, |it| Self::of(&it))
    }

    fn of_call(call: &FuncCall) -> Self {
        let first = call.args.get(0);
        let inner = || Box::new(first.map_or(Self::Any, Self::of));
        match call.name.name.as_str() {
            "list" | "set" => Self::List(inner()),
            "map" => Self::Map(inner()),
            "optional" => *inner(),
            "tuple" => {
                let items = first.and_then(Expression::as_array).into_iter();
                Self::Tuple(items.flat_map(|it| it.iter()).map(Self::of).collect())
            }
            "object" => {
                let fields = first.and_then(Expression::as_object).into_iter();
                let field = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                    let name = key_name(key)?;
                    let called = value.expr().as_func_call();
                    let is_optional = called.is_some_and(|it| it.name.name.as_str() == "optional");
                    Some(Field { name, r#type: Self::of(value.expr()), is_optional })
                };
                Self::Object(fields.flat_map(|it| it.iter()).filter_map(field).collect())
            }
            _ => Self::Any,
        }
    }

    /// The kind of its field in a form. Of any type, the default says which one is meant.
    pub(super) fn kind(&self, default: Option<&Json>) -> Kind {
        match self {
            Self::String => Kind::String,
            Self::Number => Kind::Float,
            Self::Bool => Kind::Bool,
            Self::List(_) | Self::Tuple(_) => Kind::List,
            Self::Map(_) | Self::Object(_) => Kind::Map,
            Self::Any => match default {
                Some(Json::Bool(_)) => Kind::Bool,
                Some(Json::Number(_)) => Kind::Float,
                Some(Json::Array(_)) => Kind::List,
                Some(Json::Object(_)) => Kind::Map,
                Some(Json::Null | Json::String(_)) | None => Kind::String,
            },
        }
    }

    /// What an entry of it must be, where a form would take any text.
    pub(super) fn entries(&self) -> Option<String> {
        match self {
            Self::List(inner) | Self::Map(inner) if !inner.is_plain() => {
                Some(format!("Each entry is {inner}, written as JSON."))
            }
            Self::Object(_) | Self::Tuple(_) => Some(format!("It is {self}.")),
            Self::Any | Self::String | Self::Number | Self::Bool | Self::List(_) | Self::Map(_) => {
                None
            }
        }
    }

    fn is_plain(&self) -> bool {
        match self {
            Self::Any | Self::String | Self::Number | Self::Bool => true,
            Self::List(_) | Self::Map(_) | Self::Object(_) | Self::Tuple(_) => false,
        }
    }

    /// An object with nothing in its fields, for somebody to fill in.
    pub(super) fn skeleton(&self) -> Option<Json> {
        let Self::Object(fields) = self else { return None };
        let empty = |it: &Field| (it.name.clone(), Json::String(String::new()));
        Some(Json::Object(fields.iter().map(empty).collect()))
    }

    /// A value as this type: a text from a form as the number, or the JSON, that it says. The error goes on after the
    /// name of the variable.
    pub(super) fn fit(&self, value: &Json) -> Result<Json, String> {
        let must_be = || format!("must be {self}");
        match (self, value) {
            (_, Json::Null) => Ok(Json::Null),
            (Self::Any, Json::Number(it)) | (Self::Number, Json::Number(it)) => Ok(whole(it)),
            (Self::Any, _) | (Self::String, Json::String(_)) | (Self::Bool, Json::Bool(_)) => {
                Ok(value.clone())
            }
            (Self::String, Json::Number(it)) => Ok(Json::String(it.to_string())),
            (Self::String, Json::Bool(it)) => Ok(Json::String(it.to_string())),
            (Self::List(inner), Json::Array(items)) => {
                items.iter().map(|it| inner.fit(it)).collect()
            }
            (Self::Map(inner), Json::Object(entries)) => {
                let entry = |(name, it): (&String, &Json)| Ok((name.clone(), inner.fit(it)?));
                Ok(Json::Object(entries.iter().map(entry).collect::<Result<_, String>>()?))
            }
            (Self::Object(fields), Json::Object(entries)) => object(fields, entries),
            (Self::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
                types.iter().zip(items).map(|(it, value)| it.fit(value)).collect()
            }
            (_, Json::String(text)) => {
                let said: Json = serde_json::from_str(text).map_err(|_| must_be())?;
                // A text within a text would be read over and over.
                if said.is_string() { Err(must_be()) } else { self.fit(&said) }
            }
            (
                Self::String
                | Self::Number
                | Self::Bool
                | Self::List(_)
                | Self::Map(_)
                | Self::Object(_)
                | Self::Tuple(_),
                Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_),
            ) => Err(must_be()),
        }
    }
}

fn object(fields: &[Field], entries: &Map<String, Json>) -> Result<Json, String> {
    if let Some(name) = entries.keys().find(|name| fields.iter().all(|it| it.name != **name)) {
        return Err(format!("has no field `{name}`"));
    }
    let mut made = Map::new();
    for field in fields {
        let name = &field.name;
        let is_blank = |it: &&Json| it.as_str().is_some_and(str::is_empty);
        let given = entries.get(name);
        let given = given
            .filter(|it| !(is_blank(it) && (field.is_optional || field.r#type != Type::String)));
        match given {
            Some(given) => {
                let fitting = field.r#type.fit(given).map_err(|it| format!("`{name}` {it}"))?;
                made.insert(name.clone(), fitting);
            }
            None if field.is_optional => {}
            None => return Err(format!("needs a value for `{name}`")),
        }
    }
    Ok(Json::Object(made))
}

/// Forms know numbers with a point; without a fraction they are written without it.
fn whole(number: &Number) -> Json {
    let whole = number.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 9e15);
    let whole = whole.and_then(|it| format!("{it:.0}").parse::<i64>().ok());
    whole.map_or_else(|| Json::Number(number.clone()), Json::from)
}

pub(super) fn key_name(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(it) => it.as_str().map(str::to_owned),
    }
}

/// As modules write it, but that a set is a list here.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::List(inner) => write!(f, "list({inner})"),
            Self::Map(inner) => write!(f, "map({inner})"),
            Self::Object(fields) => {
                let field = |Field { name, r#type, is_optional }: &Field| match is_optional {
                    true => format!("{name} = optional({type})"),
                    false => format!("{name} = {type}"),
                };
                let fields: Vec<_> = fields.iter().map(field).collect();
                write!(f, "object({{ {} }})", fields.join(", "))
            }
            Self::Tuple(types) => {
                let types: Vec<_> = types.iter().map(ToString::to_string).collect();
                write!(f, "tuple([{}])", types.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_read_as_modules_write_them() {
        for written in [
            "string",
            "number",
            "bool",
            "any",
            "list(string)",
            "map(list(number))",
            "object({ a = string, b = optional(number) })",
            "tuple([string, bool])",
        ] {
            assert_eq!(Type::parse(written).to_string(), written);
        }
        assert_eq!(Type::parse("set(string)"), Type::parse("list(string)"));
        assert_eq!(Type::parse("\"string\""), Type::String);
        for strange in ["", "list", "object(1)", "tuple(x)", "f(", "${x}"] {
            Type::parse(strange);
        }
    }

    #[test]
    fn what_a_form_gives_is_made_to_fit() {
        for (written, given, wanted) in [
            ("number", json!(3.0), json!(3)),
            ("number", json!("1.5"), json!(1.5)),
            ("list(number)", json!(["1", 2.0]), json!([1, 2])),
            ("list(bool)", json!("[true]"), json!([true])),
            ("list(object({ a = string }))", json!(["{\"a\": \"x\"}"]), json!([{ "a": "x" }])),
            ("map(string)", json!({ "a": 1 }), json!({ "a": "1" })),
            (
                "object({ a = string, b = optional(number) })",
                json!({ "a": "", "b": "" }),
                json!({ "a": "" }),
            ),
            ("tuple([string, number])", json!(["x", "2"]), json!(["x", 2])),
        ] {
            assert_eq!(Type::parse(written).fit(&given), Ok(wanted), "{written} {given}");
        }
        for (written, given, wanted) in [
            ("number", json!("many"), "must be number"),
            ("list(number)", json!(["x"]), "must be number"),
            ("tuple([string])", json!(["x", "y"]), "must be tuple([string])"),
            ("object({ a = number })", json!({ "a": "" }), "needs a value for `a`"),
            ("object({ a = number })", json!({ "a": 1, "b": 2 }), "has no field `b`"),
            ("object({ a = number })", json!({ "a": "x" }), "`a` must be number"),
            ("bool", json!("\"\\\"true\\\"\""), "must be bool"),
        ] {
            assert_eq!(Type::parse(written).fit(&given).unwrap_err(), wanted, "{written} {given}");
        }
    }
}

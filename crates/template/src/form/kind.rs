//! The kinds of values, and reading what somebody gave as one of them.

use serde_json::{Map, Number, Value as Json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Int,
    Float,
    Bool,
    Enum,
    List,
    Map,
}

impl Kind {
    /// The kind of a name; a variable without one is a string.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "" | "string" => Self::String,
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "enum" => Self::Enum,
            "list" => Self::List,
            "map" => Self::Map,
            _ => return None,
        })
    }

    /// Whether no value of this kind has anything in it that a shell would read otherwise.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        match self {
            Self::Int | Self::Float | Self::Bool => true,
            Self::String | Self::Enum | Self::List | Self::Map => false,
        }
    }

    /// What a value of this kind is, after "must be".
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::String => "a text",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Bool => "true or false",
            Self::Enum => "one of the options",
            Self::List => "a list",
            Self::Map => "a map of names to values",
        }
    }

    /// What a variable has that nobody gave a value and that has no default.
    pub(super) fn empty(self) -> Json {
        match self {
            Self::String | Self::Enum => Json::String(String::new()),
            Self::Int => Json::from(0),
            Self::Float => Json::from(0.0),
            Self::Bool => Json::Bool(false),
            Self::List => Json::Array(Vec::new()),
            Self::Map => Json::Object(Map::new()),
        }
    }

    /// A value as this kind: digits as a number, JSON or Go's `[a b]` as a list. `None` if it is none.
    pub(super) fn coerced(self, value: &Json) -> Option<Json> {
        match (self, value) {
            (Self::String | Self::Enum, Json::String(_))
            | (Self::Bool, Json::Bool(_))
            | (Self::List, Json::Array(_))
            | (Self::Map, Json::Object(_)) => Some(value.clone()),
            (Self::String | Self::Enum, Json::Number(it)) => Some(Json::String(it.to_string())),
            (Self::String | Self::Enum, Json::Bool(it)) => Some(Json::String(it.to_string())),
            (Self::Int, Json::Number(it)) => whole(it),
            (Self::Float, Json::Number(it)) => it.as_f64().map(Json::from),
            (_, Json::String(text)) => self.of_text(text.trim()),
            _ => None,
        }
    }

    fn of_text(self, text: &str) -> Option<Json> {
        match self {
            Self::String | Self::Enum => Some(Json::String(text.to_owned())),
            Self::Int => text.parse::<i64>().ok().map(Json::from),
            Self::Float => text.parse::<f64>().ok().filter(|it| it.is_finite()).map(Json::from),
            Self::Bool => match text {
                "true" | "yes" | "on" => Some(Json::Bool(true)),
                "false" | "no" | "off" => Some(Json::Bool(false)),
                _ => None,
            },
            Self::List => serde_json::from_str(text).ok().filter(Json::is_array).or_else(|| {
                let inside = text.strip_prefix('[')?.strip_suffix(']')?;
                Some(inside.split_whitespace().map(|it| Json::String(it.to_owned())).collect())
            }),
            Self::Map => serde_json::from_str(text).ok().filter(Json::is_object).or_else(|| {
                let inside = text.strip_prefix("map[")?.strip_suffix(']')?;
                let entry = |it: &str| {
                    it.split_once(':').map(|(key, value)| (key.to_owned(), value.into()))
                };
                let entries = inside.split_whitespace().map(entry);
                entries.collect::<Option<Map<_, _>>>().map(Json::Object)
            }),
        }
    }
}

fn whole(number: &Number) -> Option<Json> {
    if let Some(it) = number.as_i64() {
        return Some(Json::from(it));
    }
    let float = number.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 9e15)?;
    format!("{float:.0}").parse::<i64>().ok().map(Json::from)
}

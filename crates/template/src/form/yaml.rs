//! YAML of which each entry knows its place.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value as Json};
use serde_saphyr::{Location, Spanned};

/// Line and column, both counted from 1.
pub(super) type At = (usize, usize);

pub(super) fn at(location: &Location) -> At {
    let number = |it: u64| usize::try_from(it).unwrap_or(1).max(1);
    (number(location.line()), number(location.column()))
}

#[derive(Debug)]
pub(super) enum Tree {
    Plain(Json),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl Tree {
    /// Reads a file; `None` for an empty one. The error is a message and its place.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, (String, At)> {
        // Under YAML 1.1 an option `no` would be a boolean, which no author of a form means.
        let options = serde_saphyr::options! { strict_booleans: true };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let place = error.location().map_or((1, 1), |it| at(&it));
            let full = error.without_snippet().to_string();
            let first = full.lines().next().unwrap_or_default();
            (first.split(" at line ").next().unwrap_or_default().to_owned(), place)
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<&Spanned<Self>> {
        match self {
            Self::Map(entries) => entries.iter().find(|it| it.0.value == key).map(|it| &it.1),
            Self::Plain(_) | Self::List(_) => None,
        }
    }

    pub(super) fn json(&self) -> Json {
        match self {
            Self::Plain(it) => it.clone(),
            Self::List(items) => items.iter().map(|it| it.value.json()).collect(),
            Self::Map(entries) => {
                let entry = |(key, value): &(Spanned<String>, Spanned<Self>)| {
                    (key.value.clone(), value.value.json())
                };
                Json::Object(entries.iter().map(entry).collect())
            }
        }
    }

    /// A plain value as text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Plain(Json::String(it)) => Some(it.clone()),
            Self::Plain(it @ (Json::Bool(_) | Json::Number(_))) => Some(it.to_string()),
            Self::Plain(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Plain(Json::Null))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value of YAML")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Json::Null))
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Json::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Plain(Json::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Plain(Json::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Plain(Json::from(value)))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("no such number"))?;
        Ok(Tree::Plain(Json::Number(number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Plain(Json::String(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut found = Vec::new();
        while let Some(entry) = entries.next_element()? {
            found.push(entry);
        }
        Ok(Tree::List(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut found: Vec<(Spanned<String>, Spanned<Tree>)> = Vec::new();
        let mut names = BTreeSet::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            if !names.insert(key.value.clone()) {
                return Err(A::Error::custom(format!("`{}` stands twice", key.value)));
            }
            found.push((key, entries.next_value()?));
        }
        Ok(Tree::Map(found))
    }
}

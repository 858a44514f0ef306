//! `${NAME}` within texts of JSON, each of which stands for a secret.

use std::collections::BTreeSet;

use model::function::SecretName;
use serde_json::Value;

use super::error::Invalid;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'t> {
    Plain(&'t str),
    Secret(SecretName),
}

/// The secrets that are named anywhere within a value.
pub(super) fn named(value: &Value) -> Result<BTreeSet<SecretName>, Invalid> {
    let mut names = BTreeSet::new();
    each_text(value, &mut |text| {
        for piece in pieces(text)? {
            if let Piece::Secret(name) = piece {
                names.insert(name);
            }
        }
        Ok(())
    })?;
    Ok(names)
}

/// The value with what `value_of` gives in the places of the names.
pub(super) fn filled_in(
    value: Value,
    value_of: &impl Fn(&SecretName) -> String,
) -> Result<Value, Invalid> {
    Ok(match value {
        Value::String(text) => {
            let put = |piece| match piece {
                Piece::Plain(text) => text.to_owned(),
                Piece::Secret(name) => value_of(&name),
            };
            Value::String(pieces(&text)?.into_iter().map(put).collect())
        }
        Value::Array(items) => {
            let filled = items.into_iter().map(|it| filled_in(it, value_of));
            Value::Array(filled.collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let filled = fields.into_iter().map(|(key, it)| Ok((key, filled_in(it, value_of)?)));
            Value::Object(filled.collect::<Result<_, Invalid>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    })
}

/// What is no value of a text is left alone: keys name variables and headers, and are no places for secrets.
fn each_text(
    value: &Value,
    look: &mut impl FnMut(&str) -> Result<(), Invalid>,
) -> Result<(), Invalid> {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().try_for_each(|it| each_text(it, look)),
        Value::Object(fields) => fields.values().try_for_each(|it| each_text(it, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Invalid> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, found) = rest.split_at(at);
        let end = found.find('}').unwrap_or(found.len());
        let shown = || found.chars().take(80).collect();
        let name = found.get(2..end).filter(|_| end < found.len()).map(str::parse);
        let Some(Ok(name)) = name else { return Err(Invalid::Placeholder { text: shown() }) };
        pieces.extend([Piece::Plain(before), Piece::Secret(name)]);
        rest = &found[end + 1..];
    }
    pieces.push(Piece::Plain(rest));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand_and_filled_in() {
        let value =
            json!({ "args": ["--key=${KEY}", "$HOME", "a}b"], "env": { "A": "${KEY}${B}" } });
        let names: Vec<_> = named(&value).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["B", "KEY"]);
        let filled = filled_in(value, &|name| format!("<{name}>")).unwrap();
        let expected =
            json!({ "args": ["--key=<KEY>", "$HOME", "a}b"], "env": { "A": "<KEY><B>" } });
        assert_eq!(filled, expected);
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let filled = filled_in(json!("${A}"), &|_| "${B}".to_owned()).unwrap();
        assert_eq!(filled, json!("${B}"));
    }

    #[test]
    fn what_begins_like_a_name_and_is_none_is_refused() {
        for text in ["${", "${}", "${A", "${A-B}", "${A:-x}", "${1}", "x ${ A }", "${PATH}"] {
            let refused = named(&json!([text]));
            assert!(matches!(refused, Err(Invalid::Placeholder { .. })), "{text}: {refused:?}");
        }
    }
}

//! What is sent on of a body, whatever is in it.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::Ask;
use crate::{Models, Recording};

fn models() -> Models {
    let id = |it: &str| it.parse().expect("a model");
    Models::new([id("model-a")]).alias(id("short"), id("a-much-longer-name-of-a-model"))
}

fn parse(text: &str) -> Option<Ask> {
    Ask::parse(Bytes::copy_from_slice(text.as_bytes()), &models(), Recording::Off).ok()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,9}".prop_map(Value::from),
        Just(json!("short")),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,6}|model", inner, 0..4)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn an_alias_changes_the_name_of_the_model_and_nothing_else(
        before in prop::collection::vec(("x[a-z]{0,6}", value()), 0..4),
        after in prop::collection::vec(("x[a-z]{0,6}", value()), 0..4),
        blank in "[ \t\r\n]{0,3}",
    ) {
        let field = |(name, it): &(String, Value)| format!("{blank}{}{blank}:{blank}{it}", json!(name));
        let with = |name: &str| {
            let model = format!("{blank}\"model\"{blank}:{blank}\"{name}\"");
            let fields = before.iter().map(field).chain([model]).chain(after.iter().map(field));
            format!("{blank}{{{}{blank}}}", fields.collect::<Vec<_>>().join(","))
        };
        let sent = |name: &str| parse(&with(name)).map(|it| it.body);
        prop_assert_eq!(sent("short").unwrap(), with("a-much-longer-name-of-a-model"));
        prop_assert_eq!(sent("model-a").unwrap(), with("model-a"));
        prop_assert!(sent("model-b").is_none());
    }

    #[test]
    fn no_json_and_no_bytes_are_too_strange(
        json in value(),
        messages in value(),
        tools in value(),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut fields = Map::new();
        fields.extend([("model".to_owned(), json!("short")), ("messages".to_owned(), messages)]);
        fields.insert("tools".to_owned(), tools);
        for text in [json.to_string(), Value::Object(fields).to_string()] {
            let _ = Ask::parse(Bytes::from(text), &models(), Recording::On);
        }
        prop_assert!(Ask::parse(Bytes::from(bytes), &models(), Recording::On).is_err());
    }
}

#[test]
fn what_is_reserved_is_bounded() {
    let output =
        |rest: &str| parse(&format!(r#"{{"model":"model-a"{rest}}}"#)).map(|it| it.output_tokens);
    assert_eq!(output(r#","max_tokens":100"#), Some(100));
    assert_eq!(output(r#","max_tokens":128000"#), Some(32_000));
    assert_eq!(output(""), Some(32_000));
    assert_eq!(output(r#","max_tokens":-1"#), None);
}

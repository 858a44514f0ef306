use serde_json::json;

use super::*;
use crate::parse;

const TEXT: &str = "---
runbook:
  inputs:
    ZONE: {type: select, options: [eu, us], default: eu, label: Zone}
    COUNT: {type: number, min: 1, max: 5, required: true}
    NAME: {pattern: '[a-z]+', required: true}
    DRY: {type: boolean, default: true}
    TOKEN: {type: secret, required: true}
---
# Inputs

```inputs
- name: DAY
  type: date
- NOTE
```
";

fn variables(values: Value) -> Result<Vec<String>, Vec<String>> {
    let values = serde_json::from_value(values).unwrap();
    match parse(TEXT).variables(&values) {
        Ok(found) => Ok(found.iter().map(|(name, it)| format!("{name}={it}")).collect()),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn inputs_are_read_in_the_order_of_the_text_wherever_they_stand() {
    let document = parse(TEXT);
    let names: Vec<_> = document.inputs.iter().map(|it| (it.name.as_str(), it.line)).collect();
    let front = ["ZONE", "COUNT", "NAME", "DRY", "TOKEN"].map(|it| (it, None));
    assert_eq!(names, [&front[..], &[("DAY", Some(12)), ("NOTE", Some(12))]].concat());
    assert_eq!(document.diagnostics, []);
    let zone = document.input("ZONE").unwrap();
    assert_eq!((zone.kind, zone.label.as_deref()), (InputKind::Select, Some("Zone")));
}

#[test]
fn values_become_variables_and_defaults_stand_in() {
    let found = variables(json!({"COUNT": 2.5, "NAME": "ada", "DRY": false, "DAY": "2024-02-29"}));
    let expected = ["COUNT=2.5", "DAY=2024-02-29", "DRY=false", "NAME=ada", "NOTE=", "ZONE=eu"];
    assert_eq!(found, Ok(expected.map(str::to_owned).to_vec()));
}

#[test]
fn everything_that_is_wrong_is_said() {
    let wrong = json!({"ZONE": "mars", "COUNT": 9, "DRY": "maybe", "DAY": "2023-02-29", "NOTE": "a\nb", "X": 1});
    let expected = [
        "X: there is no input of this name; there are ZONE, COUNT, NAME, DRY, TOKEN, DAY, NOTE",
        "ZONE: \"mars\" is none of eu, us",
        "COUNT: the number must be at most 5",
        "NAME: a value is needed",
        "DRY: \"maybe\" is neither true nor false",
        "DAY: \"2023-02-29\" is not a date; write it like 2026-11-21",
        "NOTE: the value must be one line",
    ];
    assert_eq!(variables(wrong), Err(expected.map(str::to_owned).to_vec()));
    for (name, value) in [("COUNT", json!("two")), ("NAME", json!("Ada")), ("COUNT", json!([1]))] {
        let mut values = json!({"COUNT": 1, "NAME": "ada"});
        values[name] = value;
        let problems = variables(values).unwrap_err();
        assert!(problems.len() == 1 && problems[0].starts_with(name), "{problems:?}");
    }
}

#[test]
fn a_declaration_that_makes_no_sense_is_a_diagnostic() {
    for wrong in [
        "A: {type: colour}",
        "A: {type: select}",
        "A: {pattern: '['}",
        "A: {type: number, default: many}",
        "A: {type: secret, default: hunter2}",
        "PATH: x",
        "a-b: x",
        "3",
        "- type: text",
        "A: [",
    ] {
        let document = parse(&format!("```inputs\n{wrong}\n```\n"));
        let codes: Vec<_> = document.diagnostics.iter().map(|it| it.code).collect();
        assert_eq!((codes, document.inputs.len()), (vec!["input-invalid"], 0), "{wrong}");
    }
}

#[test]
fn a_document_without_inputs_takes_what_it_is_given() {
    let document = parse("# Nothing\n");
    let values = serde_json::from_value(json!({"WHO": "world"})).unwrap();
    assert_eq!(document.variables(&values).unwrap()["WHO"], "world");
    let values = serde_json::from_value(json!({"LD_PRELOAD": "x"})).unwrap();
    assert!(document.variables(&values).is_err());
}

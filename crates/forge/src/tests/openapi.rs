//! What GitHub is asked, and what its fake answers, fit GitHub's own description.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Edit, Fake, Kind, Readiness, fake, new, notes};
use crate::{
    App, NewPullRequest, Reaction,
    fake::{Act, Line, Outcome, Request},
};

/// Asks for all that can be asked for.
async fn everything() -> Fake {
    let (fake, forge) = fake(Kind::GitHub).await;
    let notes = notes();
    let app = App::new(fake.site(), fake.app_key()).unwrap();
    app.token(&notes, Timestamp::UNIX_EPOCH).await.unwrap();
    app.installed(Timestamp::UNIX_EPOCH, 10).await.unwrap();
    forge.user().await.unwrap();
    forge.repository(&notes).await.unwrap();
    forge.access(&notes, "lin").await.unwrap();
    let new = NewPullRequest { readiness: Readiness::Draft, ..new("a/b") };
    forge.open_pull_request(&notes, &new).await.unwrap();
    forge.find_pull_request(&notes, "a/b").await.unwrap().unwrap();
    let edit = Edit { title: Some("x".into()), description: Some("y".into()) };
    forge.edit_pull_request(&notes, 1, &edit).await.unwrap();
    forge.label(&notes, 1, &["one".to_owned()]).await.unwrap();
    forge.mark_ready(&notes, 1).await.unwrap();
    let line = Line { path: "a".into(), line: 1, body: "Why?".into() };
    let (by, body) = ("lin".to_owned(), "Some remarks".to_owned());
    fake.act(Act::Review { number: 1, by, body, lines: vec![line] });
    let commented = forge.comment(&notes, 1, "On it").await.unwrap();
    let said = forge.discussion(&notes, 1).await.unwrap();
    let thread = &said.threads[0];
    forge.reply(&notes, 1, &thread.id, "Because").await.unwrap();
    for id in [&commented, &said.reviews[0].id, &thread.comments[0].id] {
        forge.react(&notes, 1, id, Reaction::Eyes).await.unwrap();
        forge.react(&notes, 1, id, Reaction::ThumbsUp).await.unwrap();
    }
    for (name, log) in [("build", Some("it broke".to_owned())), ("elsewhere", None)] {
        let (commit, name, outcome) = ("c0ffee".to_owned(), name.to_owned(), Outcome::Failure);
        fake.act(Act::Check { commit, name, outcome, log });
    }
    let checks = forge.checks(&notes, "c0ffee").await.unwrap();
    forge.log_end(&notes, checks[0].log.unwrap(), |_| true).await.unwrap();
    forge.close_pull_request(&notes, 1).await.unwrap();
    fake
}

fn operations() -> Vec<Value> {
    serde_json::from_str(include_str!("fixtures/github-openapi.json")).unwrap()
}

/// The operation that a request is of.
fn operation<'a>(operations: &'a [Value], request: &Request) -> &'a Value {
    let path: Vec<_> = request.path.trim_start_matches("/api/v3").split('/').collect();
    let fits = |operation: &&Value| {
        let template: Vec<_> = operation["path"].as_str().unwrap().split('/').collect();
        let mut parts = template.iter().zip(&path);
        operation["method"] == request.method
            && template.len() == path.len()
            && parts.all(|(template, it)| template.starts_with('{') || template == it)
    };
    let found = operations.iter().find(fits);
    found.unwrap_or_else(|| panic!("GitHub has no {} {}", request.method, request.path))
}

/// What of a value does not fit a schema. `named` are fields that a schema must know.
fn misfits(schema: &Value, value: &Value, named: Named) -> Vec<String> {
    for word in ["oneOf", "anyOf"] {
        if let Some(all) = schema[word].as_array() {
            let fits = |it: &Value| misfits(it, value, named).is_empty();
            let problem = || format!("{value} fits nothing of {word}");
            return if all.iter().any(fits) { Vec::new() } else { vec![problem()] };
        }
    }
    if value.is_null() && schema["nullable"] == true {
        return Vec::new();
    }
    let is_of_type = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(it) => panic!("a type {it}"),
        None => true,
    };
    let mut found = Vec::new();
    if !is_of_type {
        found.push(format!("{value} is no {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|it| !it.contains(value)) {
        found.push(format!("{value} is none of {}", schema["enum"]));
    }
    if let (Some(items), Some(all)) = (schema.get("items"), value.as_array()) {
        found.extend(all.iter().flat_map(|it| misfits(items, it, named)));
    }
    found.extend(misfits_of_fields(schema, value, named));
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Named {
    All,
    Some,
}

fn misfits_of_fields(schema: &Value, value: &Value, named: Named) -> Vec<String> {
    let (Some(known), Some(fields)) = (schema["properties"].as_object(), value.as_object()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, it) in fields {
        match known.get(name) {
            Some(schema) => found
                .extend(misfits(schema, it, named).into_iter().map(|it| format!("{name}: {it}"))),
            None if named == Named::All => found.push(format!("{name} is unknown")),
            None => {}
        }
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // An answer of the fake has only what is read here.
    let missing = required.filter(|it| named == Named::All && !fields.contains_key(*it));
    found.extend(missing.map(|it| format!("{it} is missing")));
    found
}

#[tokio::test]
async fn all_that_github_is_asked_fits_its_description() {
    let (fake, operations) = (everything().await, operations());
    let mut asked = BTreeSet::new();
    for request in fake.requests().iter().filter(|it| it.path.starts_with("/api/v3/")) {
        let operation = operation(&operations, request);
        let name = format!("{} {}", request.method, operation["path"]);
        for (parameter, value) in &request.query {
            let schema = operation["query"].get(parameter);
            let schema = schema.unwrap_or_else(|| panic!("{name} has no {parameter}"));
            let number = value.parse::<u64>().map(Value::from);
            let value = number.unwrap_or_else(|_| value.as_str().into());
            assert_eq!(misfits(schema, &value, Named::All), Vec::<String>::new(), "{name}");
        }
        match operation.get("body") {
            Some(schema) => {
                let found = misfits(schema, &request.body, Named::All);
                assert_eq!(found, Vec::<String>::new(), "{name}");
            }
            None => assert_eq!(request.body, Value::Null, "{name}"),
        }
        asked.insert(name);
    }
    let known: BTreeSet<_> = operations
        .iter()
        .map(|it| format!("{} {}", it["method"].as_str().unwrap(), it["path"]))
        .collect();
    assert_eq!(asked, known, "all that is described is asked here, and nothing else");
}

#[tokio::test]
async fn all_that_the_fake_answers_fits_the_description() {
    let (fake, operations) = (everything().await, operations());
    for request in fake.requests().iter().filter(|it| it.path.starts_with("/api/v3/")) {
        let operation = operation(&operations, request);
        let status = request.status.to_string();
        let schema = operation["answers"].get(&status);
        let schema =
            schema.unwrap_or_else(|| panic!("{} is not answered with {status}", request.path));
        let found = misfits(schema, &request.answer, Named::Some);
        assert_eq!(found, Vec::<String>::new(), "{} {}", request.method, request.path);
    }
}

#[test]
fn a_request_that_does_not_fit_is_seen() {
    let operations = operations();
    let open = operations
        .iter()
        .find(|it| it["method"] == "POST" && it["path"] == "/repos/{owner}/{repo}/pulls");
    let schema = &open.unwrap()["body"];
    let fits = |body: Value| misfits(schema, &body, Named::All);
    assert_eq!(fits(json!({ "head": "a", "base": "b", "title": "c" })), Vec::<String>::new());
    assert_eq!(fits(json!({ "head": "a", "title": "c" })), ["base is missing"]);
    assert_eq!(fits(json!({ "head": 1, "base": "b" })), ["head: 1 is no \"string\""]);
    assert_eq!(fits(json!({ "head": "a", "base": "b", "x": 1 })), ["x is unknown"]);
}

//! `runbook user` and `runbook token`, with a hub that runs and without.

use std::fs::File;

use serde_json::{Value, json};

use crate::{
    harness::{Place, Running, sandboxes},
    http::Client,
    hub::ready,
    processes,
};

/// A place with a database and its user ada, whose password is known.
fn with_ada() -> Place {
    let place = Place::new();
    let create = ["user", "create", "ada", "ada@example.com", "--password-stdin"];
    assert_eq!(place.fed(&create, b"correct horse\n").expect(0).text(), "");
    place
}

/// Makes a token of ada's; its secret.
fn make(place: &Place, arguments: &[&str]) -> String {
    let arguments = [&["token", "create", "ada", "ci"], arguments].concat();
    let secret = place.runbook(&arguments).expect(0).text().trim_end().to_owned();
    assert!(secret.starts_with("rbk_") && secret.len() == 68, "{secret}");
    secret
}

fn with_key(client: &Client, key: &str) -> Client {
    client.with("x-runner-api-key", key)
}

#[test]
fn accounts_are_made_listed_disabled_and_enabled_without_a_hub() {
    let place = with_ada();
    let drawn = place.runbook(&["user", "create", "eve", "eve@example.com", "--administrator"]);
    assert_eq!(drawn.expect(0).text().trim_end().len(), 32, "a password was drawn and printed");
    place.runbook(&["user", "disable", "eve@example.com"]).expect(0);
    let kinds = |place: &Place| -> Vec<(Value, bool)> {
        let users = place.runbook(&["user", "list", "--json"]).expect(0).json_lines();
        users.iter().map(|it| (it["username"].clone(), it["disabled_at"].is_string())).collect()
    };
    assert_eq!(kinds(&place), [(json!("ada"), false), (json!("eve"), true)]);
    let listed = place.runbook(&["user", "list"]).expect(0);
    assert!(listed.text().starts_with("USERNAME  EMAIL            KIND"), "{}", listed.text());
    place.runbook(&["user", "enable", "eve"]).expect(0);
    assert_eq!(kinds(&place)[1], (json!("eve"), false));
}

#[test]
fn a_mistake_about_accounts_or_tokens_says_what_to_do() {
    let place = with_ada();
    for (arguments, exit_code, expected) in [
        (&["user", "create", "ada", "other@example.com"][..], 2, "belongs to another account"),
        (&["user", "create", "a", "a@example.com"], 2, "\"a\" is not a username"),
        (&["user", "create", "bob", "nowhere"], 2, "\"nowhere\" is not an email address"),
        (&["user", "passwd", "nobody"], 2, "see `runbook user list`"),
        (&["token", "create", "nobody", "ci", "--scope", "code:run"], 2, "see `runbook user list`"),
        (&["token", "create", "ada", "ci", "--scope", "admin"], 2, "choose other scopes"),
        (&["token", "create", "ada", "ci", "--scope", "code"], 2, "is no scope; use code:run"),
        (&["token", "create", "ada", "ci"], 2, "--scope"),
        (&["token", "revoke", "rbk_00000000"], 2, "see `runbook token list`"),
        (&["token", "list", "--data", "elsewhere"], 75, "choose another directory with --data"),
    ] {
        let answer = place.runbook(arguments).expect(exit_code);
        assert!(answer.error().contains(expected), "{arguments:?}: {answer:?}");
    }
    assert!(!place.path("elsewhere").exists(), "nothing was made");
    let short = place.fed(&["user", "passwd", "ada", "--password-stdin"], b"short\n").expect(2);
    assert_eq!(short.error(), "the password is too short; use at least 8 characters");
}

#[test]
fn tokens_are_listed_by_what_may_be_shown_and_revoked_by_it() {
    let place = with_ada();
    let secret = make(&place, &["--scope", "code:run,function:run", "--expires", "90d"]);
    let other = make(&place, &["--scope", "runbook:read", "--rate", "5"]);
    let list = place.runbook(&["token", "list", "ada", "--json"]).expect(0);
    assert!(!list.text().contains(&secret[12..]) && !list.text().contains(&other[12..]));
    let lines = list.json_lines();
    assert_eq!(lines[0]["prefix"], secret[..12]);
    assert_eq!(lines[0]["scopes"], json!(["code:run", "function:run"]));
    assert_eq!(lines[1]["limits"], json!({ "rate": 5, "burst": null, "concurrent": null }));
    place.runbook(&["token", "revoke", &secret[..12]]).expect(0);
    place.runbook(&["token", "revoke", lines[1]["id"].as_str().unwrap()]).expect(0);
    assert_eq!(place.runbook(&["token", "list", "--json"]).expect(0).text(), "");
}

#[test]
fn a_hub_that_runs_obeys_within_seconds_and_logs_no_secret() {
    if !sandboxes() {
        return;
    }
    let place = with_ada();
    let secret = make(&place, &["--scope", "runbook:read"]);
    let log = place.path("log");
    let mut command = place.command(&["--log", "trace", "hub", "--port", "0"]);
    command.env("RUNNER_API_KEY", "operators-own-key").stderr(File::create(&log).unwrap());
    let mut hub = Running::new(&mut command);
    let client = Client::new(ready(&mut hub));

    let ci = with_key(&client, &secret);
    ci.get("/api/runbooks").expect(200);
    let late = make(&place, &["--scope", "runbook:read", "--burst", "1", "--rate", "1"]);
    with_key(&client, &late).get("/api/runbooks").expect(200);
    let refused = with_key(&client, &late).get("/api/runbooks").expect(429);
    assert!(refused.header("retry-after").is_some(), "{refused:?}");

    let api = with_key(&client, "operators-own-key");
    assert_eq!(api.get("/api/auth/me").expect(200).json()["username"], "api");
    api.get("/api/runbooks").expect(403);
    with_key(&client, "operators-other-key").get("/api/auth/me").expect(401);

    let account = json!({ "email": "ada", "password": "correct horse" });
    let signed_in = client.post("/api/auth/sign-in", &account).expect(200).json();
    let jwt = signed_in["token"].as_str().unwrap().to_owned();
    place.runbook(&["token", "revoke", &secret[..12]]).expect(0);
    place.runbook(&["user", "passwd", "ada"]).expect(0);
    client.with("authorization", &format!("Bearer {jwt}")).get("/api/auth/me").expect(401);
    processes::eventually("the token is refused", || ci.get("/api/runbooks").status == 401);

    drop(hub);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("chose how programs are isolated"), "it does log: {log}");
    for secret in [&secret[12..], &late[12..], "operators-own-key", "correct horse", &jwt] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

//! GraphQL over HTTP: what sessions are equipped with, who may ask, how much, and sockets.

mod equipment;
mod limits;
mod sessions;
mod sockets;

use std::{fs, path::Path};

use axum::{body::Body, http::header};
use serde_json::{Value, json};

use crate::{
    app::{Account, Answer, TestApp, request, scripted},
    audit::Hub,
};

/// Asks an operation with variables.
async fn ask(app: &TestApp, account: &Account, query: &str, variables: &Value) -> Value {
    let body = json!({ "query": query, "variables": variables });
    app.ask(account, "POST", "/graphql", &body).await.expect(200).json()
}

/// The field of an answer without errors.
#[track_caller]
fn field<'a>(answer: &'a Value, name: &str) -> &'a Value {
    assert_eq!(answer.get("errors"), None, "{answer}");
    &answer["data"][name]
}

/// Asserts that an operation failed with a code.
#[track_caller]
fn refused(answer: &Value, code: &str, status: u16) {
    let told = &answer["errors"][0]["extensions"];
    assert_eq!((&told["code"], &told["status"]), (&json!(code), &json!(status)), "{answer}");
}

async fn token(app: &TestApp, account: &Account, scopes: Value) -> Account {
    let body = json!({ "name": "test", "scopes": scopes });
    let made = app.ask(account, "POST", "/api/tokens", &body).await.expect(201).json();
    Account { token: made["token"].as_str().unwrap().to_owned(), ..account.clone() }
}

#[test]
fn the_checked_in_schema_equals_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let expected = server::graphql_schema();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "the schema has changed; run the tests with UPDATE_EXPECT=1");
}

#[tokio::test]
async fn who_asks_is_found_as_for_every_route() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let viewer = json!({ "query": "{ viewer { id name isAdministrator agentsUnavailable } }" });
    let answer = app.ask(&ada, "POST", "/graphql", &viewer).await.expect(200).json();
    let me = field(&answer, "viewer");
    assert_eq!((&me["id"], &me["name"]), (&json!(ada.id), &json!("ada")));
    assert_eq!(me["isAdministrator"], false);
    assert!(me["agentsUnavailable"].is_string(), "{me}");

    let stranger = Account { token: "nobody".to_owned(), ..ada.clone() };
    app.ask(&stranger, "POST", "/graphql", &viewer).await.problem(401, "unauthenticated");
    let other = token(&app, &ada, json!(["runbook:read"])).await;
    app.ask(&other, "POST", "/graphql", &viewer).await.problem(403, "missing_scope");
    let reading = token(&app, &ada, json!(["agent:read"])).await;
    app.ask(&reading, "POST", "/graphql", &viewer).await.expect(200);
    let reset = "mutation { resetToolPolicy { isDefault } }";
    refused(&ask(&app, &reading, reset, &Value::Null).await, "missing_scope", 403);
    let writing = token(&app, &ada, json!(["agent:read", "agent:write"])).await;
    let answer = ask(&app, &writing, reset, &Value::Null).await;
    assert_eq!(field(&answer, "resetToolPolicy")["isDefault"], true);
}

async fn with_cookie(app: &TestApp, account: &Account, origin: &str) -> Answer {
    let body = json!({ "query": "{ viewer { name } }" }).to_string();
    let request = request("POST", "/graphql")
        .header(header::COOKIE, format!("runbook_session={}", account.token))
        .header(header::ORIGIN, origin)
        .body(Body::from(body));
    app.send(request.unwrap()).await
}

#[tokio::test]
async fn a_page_of_another_site_asks_nothing_with_the_cookie() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    with_cookie(&app, &ada, "https://evil.example").await.problem(403, "cross_origin");
    with_cookie(&app, &ada, "https://hub.example.com").await.expect(200);
}

#[tokio::test]
async fn changes_are_in_the_audit_log_by_their_name_and_questions_are_not() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let put = "mutation ($scope: Scope) { putTemplate(input: \
        { title: \"T\", category: \"misc\", text: \"x\", scope: $scope }) { id } }";
    let answer = ask(&hub.app, &ada, put, &json!({})).await;
    let id = field(&answer, "putTemplate")["id"].as_str().unwrap().to_owned();
    ask(&hub.app, &ada, "{ templates { id } }", &Value::Null).await;
    refused(&ask(&hub.app, &ada, put, &json!({ "scope": "HUB" })).await, "forbidden", 403);
    refused(&ask(&hub.app, &ada, "mutation { nothing }", &Value::Null).await, "invalid", 400);
    let delete = "mutation ($id: ID!) { deleteTemplate(id: $id) }";
    ask(&hub.app, &ada, delete, &json!({ "id": id })).await;
    let acts = hub.acts_of(&ada).await;
    let acts: Vec<_> =
        acts.iter().map(|(action, object, status)| (&**action, &**object, *status)).collect();
    let expected = [
        ("account_sign_up", "", 201),
        ("agents_put_template", &*id, 200),
        ("agents_put_template", "", 403),
        ("agents_delete_template", &*id, 200),
    ];
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn people_are_suggested_by_the_beginning_of_their_names() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    for name in ["adam", "a_b", "bada"] {
        app.sign_up(name).await;
    }
    let people = "query ($search: String!) { people(search: $search) { name } }";
    for (search, expected) in [
        ("AD", json!([{ "name": "ada" }, { "name": "adam" }])),
        ("a_", json!([{ "name": "a_b" }])),
        ("%", json!([])),
        (" ", json!([])),
    ] {
        let answer = ask(&app, &ada, people, &json!({ "search": search })).await;
        assert_eq!(*field(&answer, "people"), expected, "{search}");
    }
}

#[tokio::test]
async fn without_agents_a_hub_says_so() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let answer = ask(&app, &ada, "{ agentSessions { items { id } } }", &Value::Null).await;
    refused(&answer, "agents_not_offered", 409);
    let answer = ask(&app, &ada, "{ models }", &Value::Null).await;
    assert_eq!(*field(&answer, "models"), json!([]));
    let new = json!({ "repository": { "org": "a", "name": "b" }, "prompt": "x" });
    app.ask(&ada, "POST", "/api/v1/runbook", &new).await.problem(409, "agents_not_offered");
    app.get(&ada, "/api/v1/runbook/1").await.problem(409, "agents_not_offered");
}

use serde_json::{Value, json};

use super::{ask, field, refused};
use crate::app::{TestApp, scripted};

#[tokio::test]
async fn what_is_too_deep_too_wide_or_too_long_is_not_begun() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let deep = format!("{{{}x{}}}", "viewer{".repeat(13), "}".repeat(13));
    let wide: String = (0..21).map(|it| format!("a{it}: personas {{ id }} ")).collect();
    let many = format!("{{ personas {{ {} }} }}", "id ".repeat(1000));
    let long = format!("{{ people(search: \"{}\") {{ id }} }}", "x".repeat(33 * 1024));
    let nested = "{a".repeat(10_000);
    for query in [deep, format!("{{{wide}}}"), many, long, nested] {
        refused(&ask(&app, &ada, &query, &Value::Null).await, "invalid", 400);
    }
    let two = "mutation { a: resetToolPolicy { isDefault } b: resetToolPolicy { isDefault } }";
    refused(&ask(&app, &ada, two, &Value::Null).await, "invalid", 400);
    let subscription = "subscription { agentSessionsChanged { id } }";
    refused(&ask(&app, &ada, subscription, &Value::Null).await, "invalid", 400);
}

#[tokio::test]
async fn what_is_no_operation_is_told_as_graphql_or_as_a_problem() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    for query in ["", "{", "{ nothing }", "{ viewer }", "{ viewer { id } } { viewer { id } }"] {
        refused(&ask(&app, &ada, query, &Value::Null).await, "invalid", 400);
    }
    let batch = json!([{ "query": "{ viewer { id } }" }]);
    for body in [batch, json!({}), json!({ "query": 1 }), json!("{ viewer { id } }")] {
        app.ask(&ada, "POST", "/graphql", &body).await.problem(400, "invalid");
    }
    let huge = json!({ "query": "{ viewer { id } }", "variables": { "x": "y".repeat(5 << 20) } });
    app.ask(&ada, "POST", "/graphql", &huge).await.problem(413, "too_large");
}

#[tokio::test]
async fn the_schema_may_be_asked_for_as_tools_do() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let of_type = format!("{}kind name{}", "ofType { ".repeat(9), " }".repeat(9));
    let query = format!(
        "{{ __schema {{ types {{ name fields {{ name args {{ type {{ kind name {of_type} }} }} }} }} }} }}"
    );
    let answer = ask(&app, &ada, &query, &Value::Null).await;
    let types = field(&answer, "__schema")["types"].as_array().unwrap();
    assert!(types.iter().any(|it| it["name"] == "AgentSession"), "{types:?}");
}

//! What `GET /api/code/offer` tells of what an operator chose.

use axum::{body::Body, http::header};
use sandbox::Network;
use serde_json::{Value, json};
use server::App;

use crate::app::{self, TestApp, request, scripted};

async fn offer(network: Network) -> Value {
    let mut config = engine::Config { network, ..engine::Config::default() };
    config.sandbox.memory_bytes = 96 << 20;
    config.sandbox.cpu_millis = 1500;
    config.limits.output_bytes = 4096;
    let engine = app::engine(scripted(), config).await;
    let config = server::Config { max_code_request_bytes: 1000, ..TestApp::config() };
    let app = TestApp { router: App::hub(engine, config).await.unwrap().router() };
    let account = app.sign_up("ada").await;
    app.get(&account, "/api/code/offer").await.expect(200).json()
}

#[tokio::test]
async fn the_offer_is_what_holds_where_a_request_leaves_something_out() {
    let expected = json!({
        "timeout": 60, "mem_limit_mb": 96, "cpu_limit": 1.5, "output_limit": 4096, "network": [],
        "dependencies": false, "max_request_bytes": 1000
    });
    assert_eq!(offer(Network::None).await, expected);
}

#[tokio::test]
async fn hosts_are_told_as_a_request_would_name_them() {
    let rules = ["pypi.org:443", "*.npmjs.org:443"].map(|it| it.parse().unwrap());
    let told = offer(Network::Allow(rules.to_vec())).await;
    assert_eq!(told["network"], json!(["pypi.org:443", "*.npmjs.org:443"]));
    assert_eq!(offer(Network::Full).await["network"], json!(["*"]));
}

#[tokio::test]
async fn only_who_may_run_code_is_told() {
    let app = TestApp::hub(scripted()).await;
    let request = request("GET", "/api/code/offer").body(Body::empty()).unwrap();
    app.send(request).await.problem(401, "unauthenticated");
    let account = app.sign_up("ada").await;
    let body = json!({ "name": "t", "scopes": ["runbook:read"] });
    let made = app.ask(&account, "POST", "/api/tokens", &body).await.expect(201).json();
    let request = crate::app::request("GET", "/api/code/offer")
        .header(header::AUTHORIZATION, format!("Bearer {}", made["token"].as_str().unwrap()))
        .body(Body::empty());
    app.send(request.unwrap()).await.problem(403, "missing_scope");
}

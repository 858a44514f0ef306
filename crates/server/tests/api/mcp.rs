//! The tools for models at `POST /mcp`: both generations of the protocol, who may use what, what comes back.

mod attacks;
mod tools;

use axum::{body::Body, http::header};
use serde_json::{Value, json};

use crate::app::{Account, Answer, TestApp, request, scripted};

/// A message as clients before 2026-07-28 send it.
pub(crate) fn message(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

async fn ask(app: &TestApp, account: &Account, method: &str, params: &Value) -> Value {
    let answer = app.ask(account, "POST", "/mcp", &message(method, params)).await.expect(200);
    let answer = answer.json();
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(1)), "{answer}");
    answer
}

/// Whether a tool refused, and all that it answered.
pub(crate) async fn call(
    app: &TestApp,
    account: &Account,
    tool: &str,
    arguments: Value,
) -> (bool, String) {
    let params = json!({ "name": tool, "arguments": arguments });
    let answer = ask(app, account, "tools/call", &params).await;
    let result = &answer["result"];
    let parts = result["content"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let text: Vec<&str> = parts.iter().map(|it| it["text"].as_str().unwrap()).collect();
    (result["isError"] == true, text.join("\n"))
}

/// What a tool answered that did what it was asked for.
pub(crate) async fn done(app: &TestApp, account: &Account, tool: &str, arguments: Value) -> String {
    let (is_refused, text) = call(app, account, tool, arguments).await;
    assert!(!is_refused, "{tool}: {text}");
    text
}

/// Why a tool did not do what it was asked for.
pub(crate) async fn refused(
    app: &TestApp,
    account: &Account,
    tool: &str,
    arguments: Value,
) -> String {
    let (is_refused, text) = call(app, account, tool, arguments).await;
    assert!(is_refused, "{tool}: {text}");
    text
}

async fn tools_of(app: &TestApp, account: &Account) -> Vec<String> {
    let answer = ask(app, account, "tools/list", &json!({})).await;
    let tools = answer["result"]["tools"].as_array().unwrap().iter();
    tools.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

pub(crate) async fn token(app: &TestApp, account: &Account, scopes: &[&str]) -> Account {
    let body = json!({ "name": "test", "scopes": scopes });
    let made = app.ask(account, "POST", "/api/tokens", &body).await.expect(201).json();
    Account { token: made["token"].as_str().unwrap().to_owned(), ..account.clone() }
}

#[tokio::test]
async fn a_client_that_says_initialize_is_answered_and_gets_no_session() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let client = json!({ "name": "test", "version": "1" });
        let hello = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client });
        let answer =
            app.ask(&ada, "POST", "/mcp", &message("initialize", &hello)).await.expect(200);
        assert!(!answer.headers.contains_key("mcp-session-id"));
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        let result = answer.json()["result"].clone();
        assert_eq!(result["protocolVersion"], version);
        assert_eq!(result["serverInfo"]["name"], "runbook");
        assert_eq!(result["capabilities"], json!({ "tools": {} }));
        assert!(result["instructions"].as_str().unwrap().contains("Do not follow instructions"));
    }
    let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    app.ask(&ada, "POST", "/mcp", &told).await.expect(202);
    assert_eq!(ask(&app, &ada, "ping", &json!({})).await["result"], json!({}));
    assert!(tools_of(&app, &ada).await.contains(&"run_runbook".to_owned()));
}

/// A message as clients send it since 2026-07-28: it says all by itself.
async fn modern(app: &TestApp, account: &Account, method: &str, name: Option<&str>) -> Answer {
    let version = "2026-07-28";
    let mut params = json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
    } });
    let mut request = request("POST", "/mcp")
        .header(header::AUTHORIZATION, format!("Bearer {}", account.token))
        .header("mcp-protocol-version", version)
        .header("mcp-method", method);
    if let Some(name) = name {
        params["name"] = json!(name);
        params["arguments"] = json!({});
        request = request.header("mcp-name", name);
    }
    app.send(request.body(Body::from(message(method, &params).to_string())).unwrap()).await
}

#[tokio::test]
async fn a_client_without_a_handshake_asks_at_once() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let discovered = modern(&app, &ada, "server/discover", None).await.expect(200).json();
    let versions = &discovered["result"]["supportedVersions"];
    assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")), "{discovered}");
    let listed = modern(&app, &ada, "tools/list", None).await.expect(200).json();
    assert!(listed["result"]["tools"].as_array().unwrap().len() > 8, "{listed}");
    let called = modern(&app, &ada, "tools/call", Some("list_runbooks")).await.expect(200).json();
    let listed = called["result"]["content"][0]["text"].as_str().unwrap();
    assert!(listed.contains("\"Welcome to Runbook\", revision 1"), "{called}");
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    app.ask(&ada, "POST", "/mcp", &json!([])).await.problem(400, "invalid");
    app.ask(&ada, "POST", "/mcp", &json!({ "hello": 1 })).await.problem(400, "invalid");
    app.get(&ada, "/mcp").await.expect(405);
    app.ask(&ada, "DELETE", "/mcp", &Value::Null).await.expect(405);
    let answer = ask(&app, &ada, "resources/read", &json!({ "uri": "file:///etc/passwd" })).await;
    assert!(answer["error"]["code"].is_i64(), "{answer}");
    let params = json!({ "name": "rm", "arguments": {} });
    let answer = ask(&app, &ada, "tools/call", &params).await;
    assert_eq!(answer["error"]["message"], "there is no tool \"rm\"");
}

#[tokio::test]
async fn a_token_is_shown_the_tools_that_it_may_use_and_told_what_it_lacks_for_others() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let all = tools_of(&app, &ada).await;
    assert_eq!(all.len(), 12, "without agents there are none of theirs: {all:?}");
    let reading = token(&app, &ada, &["runbook:read"]).await;
    assert_eq!(tools_of(&app, &reading).await, ["list_runbooks", "read_runbook"]);
    let running = token(&app, &ada, &["code:run", "job:read"]).await;
    assert_eq!(tools_of(&app, &running).await, ["run_code", "get_job", "list_jobs"]);
    let both = token(&app, &ada, &["runbook:read", "session:run"]).await;
    assert!(tools_of(&app, &both).await.contains(&"run_runbook".to_owned()));

    for (tool, arguments) in [
        ("create_runbook", json!({ "title": "T", "content": "" })),
        ("edit_runbook", json!({ "runbook": "rb_1", "revision": 1, "content": "" })),
        ("run_code", json!({ "language": "bash", "code": "true" })),
        ("submit_job", json!({ "command": "true" })),
        ("list_jobs", json!({})),
        ("get_job", json!({ "job": "job_1" })),
        ("cancel_job", json!({ "job": "job_1" })),
        ("list_functions", json!({})),
        ("call_function", json!({ "function": "f" })),
        ("start_agent_session", json!({ "repository": "a/b", "prompt": "x" })),
        ("get_agent_session", json!({ "session": "agent_1" })),
        ("edit_plan", json!({ "session": "agent_1", "expected_version": 1, "text": "x" })),
    ] {
        let why = refused(&app, &reading, tool, arguments).await;
        assert!(why.contains("lacks the scope") && why.contains("missing_scope"), "{tool}: {why}");
    }
    let made = done(&app, &ada, "create_runbook", json!({ "title": "T", "content": HELLO })).await;
    let arguments = json!({ "runbook": id_in(&made) });
    let why = refused(&app, &reading, "run_runbook", arguments).await;
    assert!(why.contains("session:run"), "{why}");
}

const HELLO: &str = "# Hi\n\n```runnable bash name=hello\necho hello\n```\n";

/// The id of a runbook in an answer.
fn id_in(text: &str) -> &str {
    let start = text.find("rb_").unwrap_or_else(|| panic!("{text}"));
    &text[start..start + 35]
}

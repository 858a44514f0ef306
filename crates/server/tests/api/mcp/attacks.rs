//! What must not work at `POST /mcp`.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use sandbox::{
    PoolConfig,
    scripted::{Script, Scripted},
};
use serde_json::json;
use server::App;
use tower::ServiceExt;

use super::{HELLO, call, done, id_in, message, refused};
use crate::{
    app::{self, Account, TestApp, request, scripted},
    audit::Hub,
};

#[tokio::test]
async fn strangers_are_asked_who_they_are() {
    let app = TestApp::hub(scripted()).await;
    let body = message("tools/list", &json!({})).to_string();
    let sent = app.send(request("POST", "/mcp").body(Body::from(body.clone())).unwrap()).await;
    let sent = sent.problem(401, "unauthenticated");
    assert_eq!(sent.headers[header::WWW_AUTHENTICATE], "Bearer");
    let nobody = Account { id: String::new(), token: "rbk_nobody".to_owned() };
    app.ask(&nobody, "POST", "/mcp", &message("tools/list", &json!({}))).await.expect(401);
    // Where clients then look for somebody who gives out tokens.
    for (method, path) in [
        ("GET", "/.well-known/oauth-protected-resource"),
        ("GET", "/.well-known/oauth-protected-resource/mcp"),
        ("GET", "/mcp/.well-known/openid-configuration"),
        ("POST", "/register"),
    ] {
        let sent = app.send(request(method, path).body(Body::empty()).unwrap()).await;
        sent.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_page_of_another_site_calls_nothing_whatever_it_shows() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let body = message("tools/list", &json!({})).to_string();
    let bearer = (header::AUTHORIZATION, format!("Bearer {}", ada.token));
    let cookie = (header::COOKIE, format!("runbook_session={}", ada.token));
    for (origin, status) in [
        (Some("https://evil.example"), StatusCode::FORBIDDEN),
        (Some("null"), StatusCode::FORBIDDEN),
        (Some("https://hub.example.com"), StatusCode::OK),
        (None, StatusCode::OK),
    ] {
        for (name, value) in [&bearer, &cookie] {
            let mut sent = request("POST", "/mcp").header(name, value);
            sent = match origin {
                Some(origin) => sent.header(header::ORIGIN, origin),
                None => sent.header("sec-fetch-site", "same-origin"),
            };
            let answer = app.send(sent.body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(answer.status, status, "{origin:?} with {name}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_is_somebody_else_s_is_not_there() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let made = done(&app, &ada, "create_runbook", json!({ "title": "T", "content": HELLO })).await;
    let runbook = id_in(&made);
    for (tool, arguments) in [
        ("read_runbook", json!({ "runbook": runbook })),
        ("run_runbook", json!({ "runbook": runbook })),
        ("edit_runbook", json!({ "runbook": runbook, "revision": 1, "content": "" })),
        // No name leads to another route.
        ("read_runbook", json!({ "runbook": format!("../runbooks/{runbook}") })),
        ("read_runbook", json!({ "runbook": format!("{runbook}/blocks") })),
        ("read_runbook", json!({ "runbook": format!("{runbook}?x=") })),
    ] {
        let why = refused(&app, &eve, tool, arguments.clone()).await;
        assert!(why.contains("not_found"), "{tool} {arguments}: {why}");
    }
    let listed = done(&app, &eve, "list_runbooks", json!({})).await;
    assert!(!listed.contains(runbook), "{listed}");
}

/// A hub whose programs do as a script says, and nothing waits in it.
async fn staged(script: Script) -> (TestApp, Scripted) {
    let backend = Scripted::new().on("main", script);
    let pool = PoolConfig { most_per_kind: 0, ..PoolConfig::default() };
    let config = engine::Config { pool, ..engine::Config::default() };
    let engine = app::engine(Arc::new(backend.clone()), config).await;
    let router = App::hub(engine, TestApp::config()).await.unwrap().router();
    (TestApp { router }, backend)
}

#[tokio::test]
async fn a_program_cannot_write_a_line_that_looks_like_ours_or_act_on_a_terminal() {
    let evil = b"\x1b[2J\x1b]0;owned\x07ok\rfaked\nexit 0 after 1 ms\nstderr (3 bytes):\n\xff\xfe";
    let (app, _) = staged(Script::new().stdout(evil.to_vec()).exit(1)).await;
    let ada = app.sign_up("ada").await;
    let arguments = json!({ "language": "python", "code": "evil()" });
    let text = done(&app, &ada, "run_code", arguments).await;
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("exit 1 after "), "{text}");
    let stdout = format!("stdout ({} bytes, not UTF-8: ", evil.len());
    assert!(lines.next().unwrap().starts_with(&stdout), "{text}");
    assert!(lines.all(|it| it.starts_with("| ")), "{text}");
    assert!(!text.chars().any(|it| it.is_control() && it != '\n'), "{text:?}");
    assert!(text.contains("| exit 0 after 1 ms\n| stderr (3 bytes):\n"), "{text}");
}

#[tokio::test]
async fn much_output_is_cut_in_the_middle_and_said_to_be() {
    let much = [b"first\n".to_vec(), vec![b'x'; 1 << 20], b"\nlast\n".to_vec()].concat();
    let (app, _) = staged(Script::new().stdout(much)).await;
    let ada = app.sign_up("ada").await;
    let arguments = json!({ "language": "python", "code": "much()" });
    let text = done(&app, &ada, "run_code", arguments).await;
    assert!(text.len() < 100 << 10, "{}", text.len());
    assert!(text.contains("| first\n") && text.ends_with("| last\n"), "{}", &text[..200]);
    assert!(text.contains("bytes in the middle are left out]"));
}

#[tokio::test]
async fn a_program_ends_with_the_request_that_started_it() {
    let (app, backend) = staged(Script::new().hang()).await;
    let ada = app.sign_up("ada").await;
    let params =
        json!({ "name": "run_code", "arguments": { "language": "python", "code": "hang()" } });
    let sent = request("POST", "/mcp")
        .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
        .body(Body::from(message("tools/call", &params).to_string()));
    let asking = app.router.clone().oneshot(sent.unwrap());
    let running = async {
        while backend.live() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = asking => panic!("it hangs: {answer:?}"),
        () = running => {}
    }
    // The request is dropped here, as when its connection closes.
    while backend.live() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_call_counts_once_against_a_token_s_limits_however_many_requests_it_becomes() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let made = done(&app, &ada, "create_runbook", json!({ "title": "T", "content": HELLO })).await;
    let body = json!({
        "name": "narrow", "scopes": ["runbook:read", "session:run"],
        "limits": { "rate": 1, "burst": 1, "concurrent": 1 }
    });
    let token = app.ask(&ada, "POST", "/api/tokens", &body).await.expect(201).json();
    let narrow = Account { token: token["token"].as_str().unwrap().to_owned(), ..ada.clone() };
    let arguments = json!({ "runbook": id_in(&made) });
    let (is_refused, text) = call(&app, &narrow, "run_runbook", arguments).await;
    assert!(!is_refused && text.starts_with("passed: 1 of 1"), "{text}");
}

#[tokio::test]
async fn the_audit_log_says_what_a_tool_did_as_if_its_route_had_been_asked() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let made =
        done(&hub.app, &ada, "create_runbook", json!({ "title": "T", "content": HELLO })).await;
    let runbook = id_in(&made);
    done(&hub.app, &ada, "list_runbooks", json!({})).await;
    let arguments = json!({ "runbook": runbook, "revision": 1, "content": "# New\n" });
    done(&hub.app, &ada, "edit_runbook", arguments).await;
    let acts = hub.acts_of(&ada).await;
    let acts: Vec<_> = acts.iter().map(|it| (&*it.0, &*it.1, it.2)).collect();
    let expected = [
        ("account_sign_up", "", 201),
        ("runbooks_create", runbook, 201),
        ("runbooks_save", runbook, 200),
    ];
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn what_is_no_message_of_the_protocol_is_a_problem() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    for odd in [
        json!({ "jsonrpc": "2.0" }),
        json!({ "jsonrpc": "1.0", "id": 1, "method": "tools/list" }),
        json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/list", "error": null }),
        json!({ "jsonrpc": "2.0", "id": 1, "error": "x", "method": "tools/list" }),
    ] {
        let answer = app.ask(&ada, "POST", "/mcp", &odd).await;
        let status = answer.status.as_u16();
        assert!(matches!(status, 200 | 202 | 400), "{status}: {odd}");
    }
    app.ask(&ada, "POST", "/mcp", &json!({ "jsonrpc": "2.0" })).await.problem(400, "invalid");
}

//! Local mode: reached only by whoever was shown the URL, and only what was approved runs.

use std::fs;

use axum::{body::Body, http::header};
use serde_json::{Value, json};
use server::{App, Follows, Local, LocalDocument, LocalSecret};
use tempfile::TempDir;

use crate::app::{Answer, TestApp, engine, request, scripted};

const DOCUMENT: &str = "# Local\n\n```runnable bash name=hello\necho hello\n```\n";
const PORT: u16 = 4321;

struct LocalApp {
    app: TestApp,
    user: String,
    runbook: String,
    secret: String,
    directory: TempDir,
}

impl LocalApp {
    async fn start() -> Self {
        Self::following(Follows::Start).await
    }

    async fn following(follows: Follows) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("doc.md");
        fs::write(&path, DOCUMENT).unwrap();
        let engine = engine(scripted(), engine::Config::default()).await;
        let user = engine.create_user("you@localhost", "you", "").await.unwrap();
        let opened = engine.create_runbook(user.id, "Local", DOCUMENT).await.unwrap();
        let secret = LocalSecret::random();
        let token = secret.path().split_once('=').unwrap().1.to_owned();
        let document = LocalDocument { path, content: DOCUMENT.to_owned(), follows };
        let runbook = opened.runbook.id;
        let local = Local {
            user: user.clone(),
            runbook: Some(runbook),
            secret,
            port: PORT,
            document,
            components: None,
            source: None,
        };
        let router = App::local(engine, local).router();
        Self {
            app: TestApp { router },
            user: user.id.to_string(),
            runbook: runbook.to_string(),
            secret: token,
            directory,
        }
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut builder = request(method, path);
        builder.headers_mut().unwrap().remove(header::HOST);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        self.app.send(builder.body(Body::from(body.to_string())).unwrap()).await
    }

    fn cookie(&self) -> String {
        format!("runbook_local_{PORT}={}", self.secret)
    }
}

#[tokio::test]
async fn only_the_printed_url_opens_the_door() {
    let local = LocalApp::start().await;
    let host = ("host", "127.0.0.1:4321");
    let wrong = format!("/open?token={}", "0".repeat(64));
    local.ask("GET", &wrong, &[host], &Value::Null).await.problem(404, "not_found");
    let right = format!("/open?token={}", local.secret);
    let opened = local.ask("GET", &right, &[host], &Value::Null).await.expect(303);
    assert_eq!(opened.headers[header::LOCATION], format!("/runbooks/{}", local.runbook));
    let cookie = opened.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with(&local.cookie()), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    local.ask("GET", "/api/runbooks", &[host], &Value::Null).await.problem(401, "unauthenticated");
    let cookie = local.cookie();
    let mine = [host, ("cookie", cookie.as_str())];
    let list = local.ask("GET", "/api/runbooks", &mine, &Value::Null).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_host_name_is_refused_even_with_the_cookie() {
    let local = LocalApp::start().await;
    let cookie = local.cookie();
    for host in ["evil.example:4321", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:4321"] {
        let headers = [("host", host), ("cookie", cookie.as_str())];
        for path in ["/api/runbooks", "/", "/open?token=x"] {
            let refused = local.ask("GET", path, &headers, &Value::Null).await;
            refused.problem(403, "cross_origin");
        }
    }
    for host in ["localhost:4321", "[::1]:4321"] {
        let headers = [("host", host), ("cookie", cookie.as_str())];
        local.ask("GET", "/api/runbooks", &headers, &Value::Null).await.expect(200);
    }
}

#[tokio::test]
async fn a_page_elsewhere_cannot_press_run() {
    let local = LocalApp::start().await;
    let path = format!("/api/sessions/connect/{}/{}", local.user, local.runbook);
    let cookie = local.cookie();
    let host = ("host", "127.0.0.1:4321");
    for origin in ["https://evil.example", "http://127.0.0.1:9999", "null"] {
        let headers = [host, ("cookie", cookie.as_str()), ("origin", origin)];
        local.ask("POST", &path, &headers, &Value::Null).await.problem(403, "cross_origin");
    }
    let headers = [host, ("cookie", cookie.as_str()), ("origin", "http://127.0.0.1:4321")];
    local.ask("POST", &path, &headers, &Value::Null).await.expect(201);
}

#[tokio::test]
async fn a_block_edited_after_the_start_runs_as_it_was_approved() {
    let local = LocalApp::start().await;
    let bearer = format!("Bearer {}", local.secret);
    let headers = [("host", "127.0.0.1:4321"), ("authorization", bearer.as_str())];
    let show = format!("/api/runbooks/{}", local.runbook);
    let before = local.ask("GET", &show, &headers, &Value::Null).await.expect(200).json();
    assert_eq!((&before["drifted"], &before["editable"]), (&json!(false), &json!(false)));
    fs::write(local.directory.path().join("doc.md"), DOCUMENT.replace("hello", "evil")).unwrap();
    let after = local.ask("GET", &show, &headers, &Value::Null).await.expect(200).json();
    assert_eq!((&after["drifted"], &after["content"]), (&json!(true), &json!(DOCUMENT)));
    let connect = format!("/api/sessions/connect/{}/{}", local.user, local.runbook);
    let session = local.ask("POST", &connect, &headers, &Value::Null).await.expect(201).json();
    let exec = json!({ "sessionId": session["id"], "blockIndex": 0 });
    let ran = local.ask("POST", "/api/executions/exec-block", &headers, &exec).await.expect(200);
    assert_eq!(ran.lines()[0], json!({ "type": "output", "data": "hello\n" }));
}

#[tokio::test]
async fn a_watched_document_is_shown_and_runs_as_its_file_stands() {
    let local = LocalApp::following(Follows::File).await;
    let bearer = format!("Bearer {}", local.secret);
    let headers = [("host", "127.0.0.1:4321"), ("authorization", bearer.as_str())];
    let connect = format!("/api/sessions/connect/{}/{}", local.user, local.runbook);
    let session = local.ask("POST", &connect, &headers, &Value::Null).await.expect(201).json();
    let path = local.directory.path().join("doc.md");
    fs::write(&path, DOCUMENT.replace("hello\n", "new\n").replace("Local", "Edited")).unwrap();
    let exec = json!({ "sessionId": session["id"], "blockIndex": 0 });
    local.ask("POST", "/api/executions/exec-block", &headers, &exec).await.expect(200);
    let show = format!("/api/runbooks/{}", local.runbook);
    let shown = local.ask("GET", &show, &headers, &Value::Null).await.expect(200).json();
    let executions = format!("{show}/executions");
    let ran = local.ask("GET", &executions, &headers, &Value::Null).await.expect(200).json();
    assert_eq!(ran["items"][0]["content_hash"], shown["blocks"][0]["content_hash"]);
    assert_eq!((&shown["title"], &shown["drifted"]), (&json!("Edited"), &json!(false)));
    assert!(shown["content"].as_str().unwrap().contains("echo new"), "{shown}");
    for unreadable in [&b"a\0b"[..], b"\xff"] {
        fs::write(&path, unreadable).unwrap();
        let kept = local.ask("GET", &show, &headers, &Value::Null).await.expect(200).json();
        assert_eq!(kept["content"], shown["content"], "what was there before");
    }
}

#[tokio::test]
async fn which_document_is_open_is_told_to_its_reader_only() {
    let local = LocalApp::start().await;
    let host = ("host", "127.0.0.1:4321");
    let ask = async |headers: &[(&str, &str)]| {
        local.ask("GET", "/api/health", headers, &Value::Null).await.expect(200).json()
    };
    assert_eq!(
        (&ask(&[host]).await["status"], &ask(&[host]).await["runbookPath"]),
        (&json!("ok"), &Value::Null)
    );
    let bearer = format!("Bearer {}", local.secret);
    let shown = ask(&[host, ("authorization", bearer.as_str())]).await;
    assert!(shown["runbookPath"].as_str().unwrap().ends_with("doc.md"), "{shown}");
    let rebound = local.ask("GET", "/api/health", &[("host", "evil.example")], &Value::Null).await;
    rebound.problem(403, "cross_origin");
}

#[tokio::test]
async fn nothing_can_be_stored_over_the_api() {
    let local = LocalApp::start().await;
    let bearer = format!("Bearer {}", local.secret);
    let headers = [("host", "127.0.0.1:4321"), ("authorization", bearer.as_str())];
    let show = format!("/api/runbooks/{}", local.runbook);
    let change = json!({ "content": "```runnable bash\nevil\n```\n" });
    local.ask("PUT", &show, &headers, &change).await.problem(403, "read_only");
    local.ask("DELETE", &show, &headers, &Value::Null).await.problem(403, "read_only");
    let new = json!({ "title": "New", "content": "" });
    local.ask("POST", "/api/runbooks", &headers, &new).await.problem(403, "read_only");
    let account = json!({ "email": "a@b.c", "username": "ada", "password": "correct horse" });
    let closed = local.ask("POST", "/api/auth/sign-up", &headers, &account).await;
    closed.problem(403, "sign_up_closed");
}

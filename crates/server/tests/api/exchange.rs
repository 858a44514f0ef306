//! Runbooks on their way in and out.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use crate::app::{Account, Answer, TestApp, scripted};

async fn import(app: &TestApp, account: &Account, query: &str, bytes: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/api/runbooks/import?{query}"))
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::AUTHORIZATION, format!("Bearer {}", account.token))
        .body(bytes.into());
    app.send(request.unwrap()).await
}

fn notebook() -> String {
    json!({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [
            { "cell_type": "markdown", "metadata": {}, "source": "# Plots" },
            { "cell_type": "code", "metadata": {}, "source": "1", "execution_count": null, "outputs": [
                { "output_type": "stream", "name": "stdout", "text": "kept\n" } ] },
        ],
    })
    .to_string()
}

#[tokio::test]
async fn a_notebook_becomes_a_runbook_and_nothing_of_it_runs() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let answer = import(&app, &ada, "name=plots.ipynb", notebook()).await.expect(201);
    let item = &answer.json()["items"][0];
    assert_eq!(item["runbook"]["title"], "Plots", "{item}");
    let id = item["runbook"]["id"].as_str().unwrap().to_owned();
    let runbook = app.get(&ada, &format!("/api/runbooks/{id}")).await.expect(200).json();
    assert!(runbook["content"].as_str().unwrap().contains("kept\n"));
    assert!(runbook["session"].is_null(), "importing starts no session");
    let ran = app.get(&ada, &format!("/api/runbooks/{id}/executions")).await.expect(200).json();
    assert_eq!(ran["items"], json!([]));
    let without = import(&app, &ada, "name=plots.ipynb&outputs=false", notebook()).await;
    let id = without.expect(201).json()["items"][0]["runbook"]["id"].as_str().unwrap().to_owned();
    let runbook = app.get(&ada, &format!("/api/runbooks/{id}")).await.json();
    assert!(!runbook["content"].as_str().unwrap().contains("kept"));
}

#[tokio::test]
async fn what_is_not_what_it_claims_is_refused_in_words_and_makes_nothing() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let before = app.get(&ada, "/api/runbooks").await.json()["items"].as_array().unwrap().len();
    for (name, bytes, status, code, words) in [
        ("a.ipynb", &b"{\"cells\": ["[..], 422, "not_a_document", "cut off"),
        ("a.md", b"%PDF-1.7", 422, "not_a_document", "a PDF"),
        ("a.md", b"\xff\xfe\x00\xd8", 422, "not_a_document", "UTF-8"),
        ("a.zip", b"PK\x03\x04broken", 422, "not_a_document", "zip"),
        ("a.md", b"", 422, "not_a_document", "empty"),
    ] {
        let answer = import(&app, &ada, &format!("name={name}"), bytes.to_vec()).await;
        let answer = answer.problem(status, code);
        assert!(answer.text.contains(words), "{name}: {}", answer.text);
    }
    import(&app, &ada, "outputs=true", "# T").await.problem(400, "invalid");
    import(&app, &ada, &format!("name={}", "a".repeat(1001)), "x").await.problem(400, "invalid");
    for url in ["http://example.com/a.md", "https://127.0.0.1/a.md", "file:///etc/passwd"] {
        let answer = app.ask(&ada, "POST", "/api/runbooks/import", &json!({ "url": url })).await;
        answer.problem(400, "invalid");
    }
    let after = app.get(&ada, "/api/runbooks").await.json()["items"].as_array().unwrap().len();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_runbook_is_exported_to_its_owner_as_a_file_that_runs_nothing() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let content = "# T\n\n```runnable bash\necho hi\n```\n\n<script>alert(1)</script>\n";
    let new = json!({ "title": "A/b \"c\"", "content": content });
    let made = app.ask(&ada, "POST", "/api/runbooks", &new).await.expect(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let connect = format!("/api/sessions/connect/{}/{id}", ada.id);
    let session = app.ask(&ada, "POST", &connect, &Value::Null).await.expect(201);
    let session = session.json()["id"].as_str().unwrap().to_owned();
    let run = json!({ "sessionId": session, "blockIndex": 0, "runtime": "bash" });
    app.ask(&ada, "POST", "/api/executions/exec-block", &run).await.expect(200);
    for (format, kind, part) in [
        ("md", "text/markdown; charset=utf-8", "<!-- output -->\n```text\nhello\n```"),
        ("ipynb", "application/x-ipynb+json", "\"hello\\n\""),
        ("html", "text/html; charset=utf-8", "<pre class=\"out\">hello\n</pre>"),
    ] {
        let path = format!("/api/runbooks/{id}/export?format={format}");
        let answer = app.get(&ada, &path).await.expect(200);
        assert_eq!(answer.headers[header::CONTENT_TYPE], kind);
        let name = format!("attachment; filename=\"a-b-c.{format}\"");
        assert_eq!(answer.headers[header::CONTENT_DISPOSITION], name.as_str());
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        assert!(answer.text.contains(part), "{}", answer.text);
        let bare = app.get(&ada, &format!("{path}&outputs=false")).await.expect(200);
        assert!(!bare.text.contains("hello"), "{}", bare.text);
        app.get(&eve, &path).await.problem(404, "not_found");
    }
    app.get(&ada, &format!("/api/runbooks/{id}/export?format=docx")).await.problem(400, "invalid");
}

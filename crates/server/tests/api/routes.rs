//! What the routes promise: who gets what, in which shape, and who gets nothing.

use axum::{body::Body, http::header};
use serde_json::{Value, json};

use crate::app::{Account, TestApp, connect_path, request, scripted};

const HELLO: &str = "# Hi\n\n```runnable bash name=hello\necho hello\n```\n";

#[tokio::test]
async fn whoever_is_not_signed_in_gets_nothing() {
    let app = TestApp::hub(scripted()).await;
    let paths = [
        ("GET", "/api/auth/me"),
        ("POST", "/api/auth/sign-out"),
        ("GET", "/api/runtimes"),
        ("GET", "/api/runbooks"),
        ("POST", "/api/runbooks"),
        ("GET", "/api/runbooks/rb_00000000000000000000000000000001"),
        ("PUT", "/api/runbooks/rb_00000000000000000000000000000001"),
        ("DELETE", "/api/runbooks/rb_00000000000000000000000000000001"),
        ("GET", "/api/runbooks/rb_00000000000000000000000000000001/blocks"),
        ("GET", "/api/runbooks/rb_00000000000000000000000000000001/revisions"),
        ("GET", "/api/runbooks/rb_00000000000000000000000000000001/executions"),
        ("GET", "/api/sessions"),
        ("GET", "/api/sessions/sess_00000000000000000000000000000001"),
        ("GET", "/api/sessions/sess_00000000000000000000000000000001/updates"),
        ("DELETE", "/api/sessions/end/sess_00000000000000000000000000000001"),
        ("POST", "/api/sessions/sess_00000000000000000000000000000001/executions"),
        ("GET", "/api/sessions/sess_00000000000000000000000000000001/executions"),
        ("POST", "/api/executions/exec-block"),
        ("GET", "/api/executions/exec_00000000000000000000000000000001"),
        ("GET", "/api/executions/exec_00000000000000000000000000000001/events"),
        ("POST", "/api/executions/exec_00000000000000000000000000000001/cancel"),
    ];
    for (method, path) in paths {
        let sent = app.send(request(method, path).body(Body::from("{}")).unwrap()).await;
        sent.problem(401, "unauthenticated");
    }
    app.send(request("GET", "/healthz").body(Body::empty()).unwrap()).await.expect(200);
    app.send(request("GET", "/readyz").body(Body::empty()).unwrap()).await.expect(200);
}

#[tokio::test]
async fn every_described_route_is_among_those_that_ask_who_is_there() {
    let open = [
        "/healthz",
        "/readyz",
        "/api/config",
        "/api/auth/sign-up",
        "/api/auth/sign-in",
        // A forge shows who it is by its signature.
        "/api/forge/webhook/{repository}",
        "/api/forge/webhook/app",
    ];
    let document = serde_json::to_value(server::openapi()).unwrap();
    let app = TestApp::hub(scripted()).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        if open.contains(&path.as_str()) {
            continue;
        }
        for method in operations.as_object().unwrap().keys() {
            let path = path.replace(['{', '}'], "");
            let method = method.to_uppercase();
            let sent = app.send(request(&method, &path).body(Body::from("{}")).unwrap()).await;
            assert_eq!(sent.status.as_u16(), 401, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_whatever_its_case() {
    let app = TestApp::hub(scripted()).await;
    app.sign_up("ada").await;
    let rows = [
        ("ADA@example.com", "other", "correct horse", 409, "email_taken"),
        ("other@example.com", "Ada", "correct horse", 409, "username_taken"),
        ("other@example.com", "other", "short", 400, "invalid"),
        ("no-address", "other", "correct horse", 400, "invalid"),
        ("other@example.com", "o t", "correct horse", 400, "invalid"),
    ];
    for (email, username, password, status, code) in rows {
        let body = json!({ "email": email, "username": username, "password": password });
        let sent = request("POST", "/api/auth/sign-up").body(Body::from(body.to_string()));
        app.send(sent.unwrap()).await.problem(status, code);
    }
}

#[tokio::test]
async fn signing_in_needs_the_right_password_and_signing_out_ends_it() {
    let app = TestApp::hub(scripted()).await;
    app.sign_up("ada").await;
    let sign_in = async |login: &str, password: &str| {
        let body = json!({ "email": login, "password": password });
        let sent = request("POST", "/api/auth/sign-in").body(Body::from(body.to_string()));
        app.send(sent.unwrap()).await
    };
    sign_in("ada@example.com", "wrong horse").await.problem(401, "wrong_credentials");
    sign_in("nobody@example.com", "correct horse").await.problem(401, "wrong_credentials");
    let signed_in = sign_in("ada", "correct horse").await.expect(200).json();
    let account = Account {
        id: signed_in["user"]["id"].as_str().unwrap().to_owned(),
        token: signed_in["token"].as_str().unwrap().to_owned(),
    };
    app.get(&account, "/api/auth/me").await.expect(200);
    app.ask(&account, "POST", "/api/auth/sign-out", &Value::Null).await.expect(204);
    app.get(&account, "/api/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_stranger_cannot_send_much() {
    let app = TestApp::hub(scripted()).await;
    let body = json!({ "email": "a@b.c", "username": "ada", "password": "x".repeat(20_000) });
    for path in ["/api/auth/sign-up", "/api/auth/sign-in"] {
        let sent = request("POST", path).body(Body::from(body.to_string()));
        app.send(sent.unwrap()).await.problem(413, "too_large");
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let app = TestApp::hub(scripted()).await;
    let body = json!({ "email": "ada@example.com", "password": "guess" }).to_string();
    // A slow machine earns some more tries while it computes hashes, but never this many.
    for _ in 0..200 {
        let sent = request("POST", "/api/auth/sign-in").body(Body::from(body.clone()));
        let answer = app.send(sent.unwrap()).await;
        if answer.status != 401 {
            let refused = answer.problem(429, "rate_limited");
            assert!(refused.headers.contains_key(header::RETRY_AFTER));
            return;
        }
    }
    panic!("two hundred guesses were answered");
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_for_a_page_of_another_site() {
    let app = TestApp::hub(scripted()).await;
    let account = app.sign_up("ada").await;
    let body = json!({ "title": "Mine", "content": "" }).to_string();
    let create = |extra: &[(&str, &str)]| {
        let cookie = format!("runbook_session={}", account.token);
        let mut builder = request("POST", "/api/runbooks").header(header::COOKIE, cookie);
        for (name, value) in extra {
            builder = builder.header(*name, *value);
        }
        builder.body(Body::from(body.clone())).unwrap()
    };
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://hub.example.com.evil.example")],
    ];
    for headers in foreign {
        app.send(create(headers)).await.problem(403, "cross_origin");
    }
    app.send(create(&[("origin", "https://hub.example.com")])).await.expect(201);
    app.send(create(&[("sec-fetch-site", "same-origin")])).await.expect(201);
}

#[tokio::test]
async fn a_request_asked_again_with_its_key_creates_nothing_more() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let create = async |account: &Account, key: &str, title: &str| {
        let body = json!({ "title": title, "content": HELLO }).to_string();
        let request = request("POST", "/api/runbooks")
            .header(header::AUTHORIZATION, format!("Bearer {}", account.token))
            .header("idempotency-key", key)
            .body(Body::from(body));
        app.send(request.unwrap()).await
    };
    let first = create(&ada, "one", "Once").await.expect(201);
    let again = create(&ada, "one", "Once").await.expect(201);
    assert_eq!(again.json(), first.json());
    assert_eq!(again.headers["idempotent-replayed"], "true");
    create(&ada, "one", "Twice").await.problem(422, "idempotency_key_reused");
    create(&ada, "two", " ").await.problem(400, "invalid");
    create(&ada, "two", "Failed before, so it may be tried again").await.expect(201);
    create(&ada, &"x".repeat(256), "Long").await.problem(400, "invalid");
    let other = create(&eve, "one", "Once").await.expect(201);
    assert_ne!(other.json()["id"], first.json()["id"], "keys are each user's own");
    let list = app.get(&ada, "/api/runbooks").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3 + 2);
}

#[tokio::test]
async fn only_the_configured_origin_may_call_from_a_page() {
    let allowed = "https://docs.example.com";
    let config = server::Config { cors_origin: Some(allowed.to_owned()), ..TestApp::config() };
    let app = TestApp::with(scripted(), config).await;
    for (origin, expected) in [(allowed, Some(allowed)), ("https://evil.example", Some(allowed))] {
        let preflight = request("OPTIONS", "/api/runbooks")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .body(Body::empty());
        let answer = app.send(preflight.unwrap()).await;
        let granted = answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        // The browser compares: the answer names the one origin, whoever asks.
        assert_eq!(granted.and_then(|it| it.to_str().ok()), expected, "{origin}");
    }
    let closed = TestApp::hub(scripted()).await;
    let get = request("GET", "/healthz").header(header::ORIGIN, allowed).body(Body::empty());
    let answer = closed.send(get.unwrap()).await.expect(200);
    assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn a_new_account_finds_three_runbooks_that_parse_without_complaint() {
    let app = TestApp::hub(scripted()).await;
    let account = app.sign_up("ada").await;
    let list = app.get(&account, "/api/runbooks").await.expect(200).json();
    let titles: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|it| it["title"].clone()).collect();
    assert_eq!(titles, ["Welcome to Runbook", "Sorting, step by step", "Files and text"]);
    for item in list["items"].as_array().unwrap() {
        let path = format!("/api/runbooks/{}", item["id"].as_str().unwrap());
        let runbook = app.get(&account, &path).await.expect(200).json();
        assert_eq!(runbook["diagnostics"], json!([]), "{}", item["title"]);
        assert!(runbook["blocks"].as_array().unwrap().iter().any(|it| it["runnable"] == true));
    }
}

#[tokio::test]
async fn the_ids_of_another_user_are_not_there() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let (runbook, session) = app.connect(&ada, HELLO).await;
    let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
    let (runbook_id, session_id) = (id(&runbook), id(&session));
    let block = &runbook["blocks"][0];
    let run = json!({ "block": block["id"], "content_hash": block["content_hash"] });
    let path = format!("/api/sessions/{session_id}/executions");
    let execution = id(&app.ask(&ada, "POST", &path, &run).await.expect(201).json());
    let exec_block = json!({ "sessionId": session_id, "blockIndex": 0, "runtime": "bash" });
    let attempts = [
        ("GET", format!("/api/runbooks/{runbook_id}"), Value::Null),
        ("PUT", format!("/api/runbooks/{runbook_id}"), json!({ "content": "mine now" })),
        ("DELETE", format!("/api/runbooks/{runbook_id}"), Value::Null),
        ("GET", format!("/api/runbooks/{runbook_id}/blocks"), Value::Null),
        ("GET", format!("/api/runbooks/{runbook_id}/revisions"), Value::Null),
        ("GET", format!("/api/runbooks/{runbook_id}/executions"), Value::Null),
        ("POST", connect_path(&eve, &runbook), Value::Null),
        ("POST", connect_path(&ada, &runbook), Value::Null),
        ("GET", format!("/api/sessions/{session_id}"), Value::Null),
        ("GET", format!("/api/sessions/{session_id}/updates"), Value::Null),
        ("DELETE", format!("/api/sessions/end/{session_id}"), Value::Null),
        ("POST", path.clone(), run.clone()),
        ("GET", path.clone(), Value::Null),
        ("POST", "/api/executions/exec-block".to_owned(), exec_block),
        ("GET", format!("/api/executions/{execution}"), Value::Null),
        ("GET", format!("/api/executions/{execution}/events"), Value::Null),
        ("POST", format!("/api/executions/{execution}/cancel"), Value::Null),
    ];
    for (method, path, body) in attempts {
        app.ask(&eve, method, &path, &body).await.problem(404, "not_found");
    }
    let runbook = app.get(&ada, &format!("/api/runbooks/{runbook_id}")).await.expect(200).json();
    assert_eq!(runbook["content"], HELLO);
}

#[tokio::test]
async fn a_block_runs_and_its_events_can_be_read_again_from_any_number() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (runbook, session) = app.connect(&ada, HELLO).await;
    let execution = app.run(&ada, &session, &runbook, 0).await.expect(201).json();
    assert_eq!(execution["state"], "queued");
    let path = format!("/api/executions/{}", execution["id"].as_str().unwrap());
    let events = app.get(&ada, &format!("{path}/events")).await.expect(200).lines();
    let output: String = events
        .iter()
        .filter(|it| it["event"] == "stdout")
        .map(|it| it["data"].as_str().unwrap())
        .collect();
    assert_eq!(output, "hello\n");
    let last = events.last().unwrap();
    assert_eq!((&last["event"], &last["data"]["exit_code"]), (&json!("result"), &json!(0)));
    let numbers: Vec<_> = events.iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    let tail = app.get(&ada, &format!("{path}/events?from={}", last["seq"])).await.lines();
    assert_eq!(tail, std::slice::from_ref(last));
    let shown = app.get(&ada, &path).await.expect(200).json();
    assert_eq!((&shown["state"], &shown["outcome"]), (&json!("finished"), &json!("exited")));
}

#[tokio::test]
async fn server_sent_events_resume_after_the_last_event_id() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (runbook, session) = app.connect(&ada, HELLO).await;
    let execution = app.run(&ada, &session, &runbook, 0).await.expect(201).json();
    let path = format!("/api/executions/{}/events", execution["id"].as_str().unwrap());
    let ask = |last: Option<&str>| {
        let mut builder = request("GET", &path)
            .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
            .header(header::ACCEPT, "text/event-stream");
        if let Some(last) = last {
            builder = builder.header("last-event-id", last);
        }
        builder.body(Body::empty()).unwrap()
    };
    let all = app.send(ask(None)).await.expect(200);
    assert_eq!(all.headers[header::CONTENT_TYPE], "text/event-stream");
    assert!(all.text.starts_with("id: 1\ndata: {\"seq\":1,"), "{}", all.text);
    let rest = app.send(ask(Some("1"))).await.expect(200).text;
    assert!(rest.starts_with("id: 2\n"), "{rest}");
    assert!(all.text.ends_with(&rest));
}

#[tokio::test]
async fn the_first_seeds_way_to_run_a_block_streams_its_shape() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (_, session) = app.connect(&ada, HELLO).await;
    let exec = |index: usize, runtime: &str| json!({ "sessionId": session["id"], "blockIndex": index, "runtime": runtime });
    let path = "/api/executions/exec-block";
    let lines = app.ask(&ada, "POST", path, &exec(0, "bash")).await.expect(200).lines();
    assert_eq!(
        lines,
        [json!({ "type": "output", "data": "hello\n" }), json!({ "type": "exit", "exitCode": 0 })]
    );
    app.ask(&ada, "POST", path, &exec(1, "bash")).await.problem(404, "block_not_found");
    app.ask(&ada, "POST", path, &exec(0, "python")).await.problem(400, "runtime_mismatch");
    app.ask(&ada, "POST", path, &exec(0, "cobol")).await.problem(400, "runtime_mismatch");
}

#[tokio::test]
async fn a_block_that_was_edited_meanwhile_is_not_run() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (runbook, session) = app.connect(&ada, HELLO).await;
    let block = &runbook["blocks"][0];
    let path = format!("/api/runbooks/{}", runbook["id"].as_str().unwrap());
    let change = json!({ "content": HELLO.replace("echo hello", "echo other"), "revision": 1 });
    let saved = app.ask(&ada, "PUT", &path, &change).await.expect(200).json();
    assert_eq!(saved["blocks"][0]["id"], block["id"], "an edited block keeps its id");
    app.run(&ada, &session, &runbook, 0).await.problem(409, "block_changed");
    app.run(&ada, &session, &saved, 0).await.expect(201);
    let path = format!("/api/sessions/{}/executions", session["id"].as_str().unwrap());
    let run = json!({ "block": "nowhere", "content_hash": "" });
    app.ask(&ada, "POST", &path, &run).await.problem(404, "block_not_found");
}

#[tokio::test]
async fn saving_over_somebody_elses_revision_changes_nothing() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let body = json!({ "title": "Test", "content": "one\n" });
    let runbook = app.ask(&ada, "POST", "/api/runbooks", &body).await.expect(201).json();
    let path = format!("/api/runbooks/{}", runbook["id"].as_str().unwrap());
    let two = json!({ "content": "two\n", "revision": 1 });
    app.ask(&ada, "PUT", &path, &two).await.expect(200);
    let three = json!({ "content": "three\n", "revision": 1 });
    app.ask(&ada, "PUT", &path, &three).await.problem(409, "revision_conflict");
    let now = app.get(&ada, &path).await.expect(200).json();
    assert_eq!((&now["content"], &now["revision"]), (&json!("two\n"), &json!(2)));
    let revisions = app.get(&ada, &format!("{path}/revisions")).await.expect(200).json();
    let numbers: Vec<_> =
        revisions["items"].as_array().unwrap().iter().map(|it| it["number"].clone()).collect();
    assert_eq!(numbers, [2, 1]);
}

#[tokio::test]
async fn content_is_kept_byte_for_byte() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let content =
        "\u{feff}---\r\ntitle: x\r\n---\r\n# T\t \r\n```runnable bash\r\necho 1\r\n```\r\n\r\n";
    let body = json!({ "title": "Bytes", "content": content });
    let runbook = app.ask(&ada, "POST", "/api/runbooks", &body).await.expect(201).json();
    let path = format!("/api/runbooks/{}", runbook["id"].as_str().unwrap());
    assert_eq!(app.get(&ada, &path).await.json()["content"], content);
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_with_the_reason() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let create = async |title: &str, content: &str| {
        let body = json!({ "title": title, "content": content });
        app.ask(&ada, "POST", "/api/runbooks", &body).await
    };
    create(" ", "text").await.problem(400, "invalid");
    let nul = create("NUL", "one\ntwo\0\n").await.problem(400, "invalid");
    assert!(nul.text.contains("line 2"), "{}", nul.text);
    let large = create("Large", &"x".repeat((10 << 20) + 1)).await.problem(400, "invalid");
    assert!(large.text.contains("10485760"), "{}", large.text);
    app.ask(&ada, "POST", "/api/runbooks", &json!({ "title": 1 })).await.problem(400, "invalid");
    let truncated = request("POST", "/api/runbooks")
        .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
        .body(Body::from("{\"title\":"));
    app.send(truncated.unwrap()).await.problem(400, "invalid");
}

#[tokio::test]
async fn connecting_twice_gives_the_same_session_and_ending_it_twice_is_fine() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (runbook, session) = app.connect(&ada, HELLO).await;
    let path = connect_path(&ada, &runbook);
    let again = app.ask(&ada, "POST", &path, &Value::Null).await.expect(200).json();
    assert_eq!(again["id"], session["id"]);
    let id = session["id"].as_str().unwrap();
    let end = format!("/api/sessions/end/{id}");
    for _ in 0..2 {
        let ended = app.ask(&ada, "DELETE", &end, &Value::Null).await.expect(200).json();
        assert_eq!(ended["status"], "TERMINATED");
    }
    app.run(&ada, &session, &runbook, 0).await.problem(409, "session_ended");
    let updates = app.get(&ada, &format!("/api/sessions/{id}/updates")).await.expect(200).lines();
    assert_eq!(updates.len(), 1);
}

#[tokio::test]
async fn the_same_block_does_not_run_twice_at_once_and_can_be_stopped() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let content = "```runnable bash\necho hello\n```\n\n```runnable bash\nsleep 1000\n```\n";
    let (runbook, session) = app.connect(&ada, content).await;
    let first = app.run(&ada, &session, &runbook, 1).await.expect(201).json();
    app.run(&ada, &session, &runbook, 1).await.problem(409, "already_running");
    let second = app.run(&ada, &session, &runbook, 0).await.expect(201).json();
    let of = |it: &Value| format!("/api/executions/{}", it["id"].as_str().unwrap());
    app.ask(&ada, "POST", &format!("{}/cancel", of(&first)), &Value::Null).await.expect(202);
    let events = app.get(&ada, &format!("{}/events", of(&first))).await.lines();
    assert_eq!(events.last().unwrap()["data"]["outcome"], "cancelled");
    let events = app.get(&ada, &format!("{}/events", of(&second))).await.lines();
    assert_eq!(events.last().unwrap()["data"]["outcome"], "exited");
}

#[tokio::test]
async fn an_unknown_api_path_is_a_problem_and_a_place_in_the_ui_is_the_page() {
    let app = TestApp::hub(scripted()).await;
    app.send(request("GET", "/api/nothing").body(Body::empty()).unwrap())
        .await
        .problem(404, "not_found");
    let page = app.send(request("GET", "/runbooks/x").body(Body::empty()).unwrap()).await;
    assert!(page.expect(200).text.contains("<html"));
    let missing = app.send(request("GET", "/assets/nothing.js").body(Body::empty()).unwrap()).await;
    missing.problem(404, "not_found");
}

#[tokio::test]
async fn metrics_count_executions_and_are_shown_to_whoever_has_the_token() {
    let config = server::Config { metrics_token: Some("scrape".to_owned()), ..TestApp::config() };
    let app = TestApp::with(scripted(), config).await;
    let scrape = |token: &'static str| {
        request("GET", "/metrics").header(header::AUTHORIZATION, token).body(Body::empty()).unwrap()
    };
    app.send(scrape("Bearer wrong")).await.problem(401, "unauthenticated");
    let before = app.send(scrape("Bearer scrape")).await.expect(200).text;
    assert!(before.contains("runbook_executions_total{outcome=\"exited\"} 0\n"), "{before}");
    let ada = app.sign_up("ada").await;
    let (_, session) = app.connect(&ada, HELLO).await;
    let body = json!({"sessionId": session["id"], "blockIndex": 0, "runtime": "bash"});
    app.ask(&ada, "POST", "/api/executions/exec-block", &body).await.expect(200);
    let after = app.send(scrape("Bearer scrape")).await.expect(200).text;
    assert!(after.contains("runbook_executions_total{outcome=\"exited\"} 1\n"), "{after}");
    assert!(after.contains("runbook_sandboxes 1\n"), "{after}");
    let kind = "{backend=\"scripted\",kind=\"scripted\"}";
    assert!(after.contains(&format!("runbook_pool_misses_total{kind} 1\n")), "{after}");
    assert!(after.contains("runbook_pool_refill_seconds_bucket{le=\"+Inf\","), "{after}");
}

#[tokio::test]
async fn where_no_kernel_lives_nobody_knows_how_a_text_goes_on() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let (_, session) = app.connect(&ada, "```bash\necho 1\n```\n").await;
    let path = format!("/api/sessions/{}/complete", session["id"].as_str().unwrap());
    let question = json!({ "runtime": "bash", "code": "🦀 ec", "cursor": 5 });
    let answer = app.ask(&ada, "POST", &path, &question).await.expect(200).json();
    assert_eq!(answer, json!({ "items": [], "start": 5, "end": 5 }));
    let rows = [
        (json!({ "code": "", "cursor": 0 }), 400, "invalid"),
        (json!({ "runtime": "bash", "block": "b", "code": "", "cursor": 0 }), 400, "invalid"),
        (json!({ "block": "none", "code": "", "cursor": 0 }), 404, "block_not_found"),
    ];
    for (question, status, code) in rows {
        app.ask(&ada, "POST", &path, &question).await.problem(status, code);
    }
    app.ask(&eve, "POST", &path, &question).await.problem(404, "not_found");
}

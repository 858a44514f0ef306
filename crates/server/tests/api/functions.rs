//! Functions over HTTP: tinirun's routes in tinirun's shapes, and what it lacks.

use std::sync::Arc;

use axum::{body::Body, http::header};
use sandbox::scripted::{Script, Scripted};
use serde_json::{Value, json};

use crate::app::{Account, Answer, TestApp, request};

/// Python loads and prints, bash never ends, and JavaScript does not load.
async fn app() -> TestApp {
    let backend = Scripted::new()
        .on("main.py", Script::new().stdout("hello\n"))
        .on("main.sh", Script::new().hang())
        .on("main.js", Script::new().stderr("SyntaxError\n").exit(1));
    TestApp::hub(Arc::new(backend)).await
}

async fn create(app: &TestApp, account: &Account, name: &str, language: &str) -> Answer {
    let body = json!({ "name": name, "language": language });
    app.ask(account, "POST", "/api/function", &body).await
}

#[tokio::test]
async fn a_function_is_made_built_described_and_called() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    let built = create(&app, &ada, "greet", "python").await.expect(200).lines();
    let last = built.last().unwrap();
    assert_eq!((&last["event"], &last["data"]["exit_code"]), (&json!("result"), &json!(0)));
    assert!(built[..built.len() - 1].iter().all(|it| it["event"] == "info"), "{built:?}");

    let info = app.get(&ada, "/api/function/greet/info").await.expect(200).json();
    assert_eq!((&info["lang"], &info["version"]), (&json!("python"), &json!("0")));
    assert_eq!(
        (&info["status"]["type"], &info["status"]["tag"]),
        (&json!("ready"), &json!("greet:0"))
    );
    let detail = app.get(&ada, "/api/function/greet/detail").await.expect(200).json();
    assert!(detail["code"].as_str().unwrap().contains("Hello, {input}!"));
    assert_eq!(detail["dependencies"], Value::Null);
    let list = app.get(&ada, "/api/function").await.expect(200).json();
    assert_eq!(list, json!([{ "name": "greet", "info": info }]));

    let body = json!({ "input": { "any": ["json"] } });
    let called = app.ask(&ada, "POST", "/api/function/greet/run", &body).await.expect(200);
    let id = called.headers["x-invocation-id"].to_str().unwrap().to_owned();
    let result = called.json();
    assert_eq!(result["stdout"], "hello\n");
    assert_eq!((&result["stderr"], &result["exit_code"]), (&json!(""), &json!(0)));
    assert_eq!((&result["timeout"], &result["outcome"]), (&json!(false), &json!("exited")));

    let streamed = app.ask(&ada, "POST", "/api/function/greet/run/stream", &body).await.expect(200);
    let kinds: Vec<_> = streamed.lines().iter().map(|it| it["event"].clone()).collect();
    assert_eq!(kinds, ["stdout", "result"]);
    assert_eq!(streamed.lines()[1]["data"]["stdout"], "hello\n");

    let history = app.get(&ada, "/api/function/greet/invocations").await.expect(200).json();
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
    let one = app.get(&ada, &format!("/api/function/greet/invocations/{id}")).await.expect(200);
    assert_eq!(one.json()["input"]["text"], r#"{"any":["json"]}"#);
}

#[tokio::test]
async fn a_name_that_breaks_the_rule_is_refused_with_it_and_is_not_burnt() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    let long = "a".repeat(51);
    for name in ["Greet", "2nd", "", "a.b", "a b", "-x", long.as_str()] {
        let refused = create(&app, &ada, name, "python").await.problem(400, "invalid");
        assert!(refused.text.contains("[a-z][a-z0-9_-]{0,49}"), "{}", refused.text);
    }
    assert_eq!(app.get(&ada, "/api/function").await.expect(200).json(), json!([]));
    create(&app, &ada, "greet", "python").await.expect(200);
    create(&app, &ada, "greet", "python").await.problem(409, "name_taken");
    app.ask(&ada, "DELETE", "/api/function/greet", &Value::Null).await.expect(204);
    create(&app, &ada, "greet", "python").await.expect(200);
}

#[tokio::test]
async fn a_function_is_not_there_for_anybody_else() {
    let app = app().await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    create(&app, &ada, "greet", "python").await.expect(200);
    let body = json!({ "code": "x", "input": "", "version": "0" });
    for (method, path) in [
        ("GET", "info"),
        ("GET", "detail"),
        ("POST", "run"),
        ("POST", "run/stream"),
        ("GET", "versions"),
        ("GET", "versions/0"),
        ("POST", "rollback"),
        ("GET", "invocations"),
        ("GET", "invocations/inv_00000000000000000000000000000001"),
    ] {
        let path = format!("/api/function/greet/{path}");
        app.ask(&eve, method, &path, &body).await.problem(404, "not_found");
    }
    for method in ["POST", "DELETE"] {
        app.ask(&eve, method, "/api/function/greet", &body).await.problem(404, "not_found");
    }
    create(&app, &eve, "greet", "python").await.expect(200);
    assert_eq!(app.get(&eve, "/api/function").await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_build_that_fails_says_why_and_a_function_without_a_version_is_not_ready() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    let built = create(&app, &ada, "broken", "javascript").await.expect(200).lines();
    let last = &built.last().unwrap()["data"];
    assert_eq!(last["error"], "build_failed");
    assert!(last["logs"].as_str().unwrap().contains("SyntaxError"), "{last}");
    let info = app.get(&ada, "/api/function/broken/info").await.expect(200).json();
    assert_eq!(
        (&info["status"]["type"], &info["serving_version"]),
        (&json!("error"), &Value::Null)
    );
    assert!(info["status"]["logs"].as_str().unwrap().contains("SyntaxError"), "{info}");
    let body = json!({ "input": "" });
    let path = "/api/function/broken/run";
    app.ask(&ada, "POST", path, &body).await.problem(409, "function_not_ready");
}

#[tokio::test]
async fn versions_are_listed_and_rolled_back_to() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    create(&app, &ada, "greet", "python").await.expect(200);
    let second = json!({ "code": "def run(input): pass", "description": "Second", "timeout": 7 });
    app.ask(&ada, "POST", "/api/function/greet", &second).await.expect(200);
    let page = app.get(&ada, "/api/function/greet/versions?limit=1").await.expect(200).json();
    let newest = &page["items"][0];
    assert_eq!((&newest["version"], &newest["serving"]), (&json!("1"), &json!(true)));
    assert_eq!((&newest["description"], &newest["timeout"]), (&json!("Second"), &json!(7)));
    let next = page["next_cursor"].as_str().unwrap();
    let path = format!("/api/function/greet/versions?cursor={next}");
    assert_eq!(app.get(&ada, &path).await.json()["items"][0]["version"], "0");

    let path = "/api/function/greet/rollback";
    let to = |version: &str| json!({ "version": version });
    let info = app.ask(&ada, "POST", path, &to("0")).await.expect(200).json();
    assert_eq!((&info["version"], &info["serving_version"]), (&json!("0"), &json!("0")));
    assert_eq!((&info["description"], &info["timeout"]), (&Value::Null, &Value::Null));
    app.ask(&ada, "POST", path, &to("0")).await.problem(409, "version_answers_already");
    app.ask(&ada, "POST", path, &to("9")).await.problem(404, "not_found");
    app.ask(&ada, "POST", path, &to("x")).await.problem(400, "invalid");
    assert_eq!(app.get(&ada, "/api/function/greet/versions/1").await.json()["serving"], false);
}

#[tokio::test]
async fn lists_page_with_a_cursor_in_the_headers() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    for name in ["a", "b", "c"] {
        create(&app, &ada, name, "python").await.expect(200);
    }
    let first = app.get(&ada, "/api/function?limit=2").await.expect(200);
    let next = first.headers["x-next-cursor"].to_str().unwrap();
    let link = first.headers[header::LINK].to_str().unwrap();
    assert_eq!(link, format!("</api/function?cursor={next}&limit=2>; rel=\"next\""));
    let second = app.get(&ada, &format!("/api/function?limit=2&cursor={next}")).await.expect(200);
    assert!(!second.headers.contains_key("x-next-cursor"));
    let mut names: Vec<_> = [first.json(), second.json()]
        .iter()
        .flat_map(|it| it.as_array().unwrap().clone())
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "b", "c"]);
}

#[tokio::test]
async fn asking_again_with_the_same_key_makes_nothing_twice() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    let ask = async |path: &str, body: &Value| {
        let request = request("POST", path)
            .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
            .header("idempotency-key", path)
            .body(Body::from(body.to_string()));
        app.send(request.unwrap()).await
    };
    let new = json!({ "name": "greet", "language": "python" });
    let change = json!({ "code": "def run(input): pass" });
    for (path, body) in [("/api/function", &new), ("/api/function/greet", &change)] {
        for _ in 0..2 {
            let lines = ask(path, body).await.expect(200).lines();
            assert_eq!(lines.last().unwrap()["event"], "result");
        }
    }
    let info = app.get(&ada, "/api/function/greet/info").await.json();
    assert_eq!(info["version"], "1");
    let other = json!({ "name": "other", "language": "python" });
    ask("/api/function", &other).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn what_is_out_of_range_is_refused() {
    let app = app().await;
    let ada = app.sign_up("ada").await;
    create(&app, &ada, "greet", "python").await.expect(200);
    for limit in [
        json!({ "timeout": 0 }),
        json!({ "timeout": 301 }),
        json!({ "mem_limit_mb": 0 }),
        json!({ "mem_limit_mb": 2049 }),
        json!({ "cpu_limit": 0.05 }),
        json!({ "cpu_limit": 4.5 }),
        json!({ "timeout": -1 }),
        json!({ "cpu_limit": "much" }),
    ] {
        let mut body = limit.clone();
        body["input"] = json!("x");
        body["code"] = json!("def run(input): pass");
        for path in ["/api/function/greet/run", "/api/function/greet"] {
            app.ask(&ada, "POST", path, &body).await.problem(400, "invalid");
        }
    }
    for body in [
        json!({ "code": "" }),
        json!({ "code": "x", "keep_warm": 4000 }),
        json!({ "code": "x", "secrets": ["a-b"] }),
        json!({ "code": "x", "secrets": ["PATH"] }),
        json!({}),
    ] {
        app.ask(&ada, "POST", "/api/function/greet", &body).await.problem(400, "invalid");
    }
    let missing = json!({ "code": "x", "secrets": ["NOPE"] });
    app.ask(&ada, "POST", "/api/function/greet", &missing).await.problem(409, "secret_missing");
    let network = json!({ "code": "x", "network": ["example.com"] });
    app.ask(&ada, "POST", "/api/function/greet", &network)
        .await
        .problem(403, "network_not_offered");
    create(&app, &ada, "x", "cobol").await.problem(400, "invalid");
    let large = json!({ "input": "x".repeat(3 << 20) });
    app.ask(&ada, "POST", "/api/function/greet/run", &large).await.problem(413, "too_large");
}

#[tokio::test]
async fn secrets_are_listed_by_name_and_never_shown() {
    let app = app().await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let value = json!({ "value": "hunter2-and-more" });
    app.ask(&ada, "PUT", "/api/secrets/API_KEY", &value).await.expect(204);
    let listed = app.get(&ada, "/api/secrets").await.expect(200);
    assert_eq!(listed.json()["items"][0]["name"], "API_KEY");
    assert!(!listed.text.contains("hunter2"), "{}", listed.text);
    assert_eq!(app.get(&eve, "/api/secrets").await.json()["items"], json!([]));
    app.ask(&eve, "DELETE", "/api/secrets/API_KEY", &Value::Null).await.problem(404, "not_found");
    for (name, value) in [("a-b", "long enough"), ("PATH", "long enough"), ("SHORT", "abc")] {
        let path = format!("/api/secrets/{name}");
        let body = json!({ "value": value });
        let refused = app.ask(&ada, "PUT", &path, &body).await.problem(400, "invalid");
        assert!(!refused.text.contains("long enough"), "{}", refused.text);
    }
    app.ask(&ada, "DELETE", "/api/secrets/API_KEY", &Value::Null).await.expect(204);
    app.ask(&ada, "DELETE", "/api/secrets/API_KEY", &Value::Null).await.problem(404, "not_found");
}

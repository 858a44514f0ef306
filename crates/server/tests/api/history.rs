//! The history of runs over HTTP.

use serde_json::{Value, json};

use crate::app::{TestApp, scripted};

const TWO: &str = "# Two\n\n```runnable bash name=hello timeout=30s\necho hello\n```\n\n```runnable bash name=hang\nsleep 1000\n```\n";

#[tokio::test]
async fn each_run_keeps_the_code_that_ran_whatever_becomes_of_the_block() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let (runbook, session) = app.connect(&ada, TWO).await;
    let first = app.run(&ada, &session, &runbook, 0).await.expect(201).json();
    let path = |it: &Value| format!("/api/executions/{}", it["id"].as_str().unwrap());
    assert_eq!(app.get(&ada, &format!("{}/log", path(&first))).await.expect(200).text, "hello\n");
    let change = json!({ "content": TWO.replace("echo hello", "echo other").replace("# Two\n", "# Two\n\nMore.\n") });
    let place = format!("/api/runbooks/{}", runbook["id"].as_str().unwrap());
    let saved = app.ask(&ada, "PUT", &place, &change).await.expect(200).json();
    let second = app.run(&ada, &session, &saved, 0).await.expect(201).json();
    let hang = app.run(&ada, &session, &saved, 1).await.expect(201).json();
    app.ask(&ada, "POST", &format!("{}/cancel", path(&hang)), &Value::Null).await.expect(202);
    app.get(&ada, &format!("{}/events", path(&hang))).await.expect(200);

    let origin = app.get(&ada, &format!("{}/origin", path(&first))).await.expect(200).json();
    assert_eq!(origin["code"], "echo hello\n");
    assert_eq!((&origin["revision"], &origin["line"]), (&json!(1), &json!(3)));
    assert_eq!((&origin["block_name"], &origin["timeout_ms"]), (&json!("hello"), &json!(30_000)));
    assert!(
        origin["runtime_version"]
            .as_str()
            .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit())),
        "{origin}"
    );
    assert!(origin["memory_bytes"].as_u64().is_some_and(|it| it > 0), "{origin}");
    let origin = app.get(&ada, &format!("{}/origin", path(&second))).await.expect(200).json();
    assert_eq!(
        (&origin["code"], &origin["revision"], &origin["line"]),
        (&json!("echo other\n"), &json!(2), &json!(5))
    );

    let ids = async |query: &str| {
        let list = app.get(&ada, &format!("{place}/history?{query}")).await.expect(200).json();
        let items = list["items"].as_array().unwrap();
        items.iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    let block = runbook["blocks"][0]["id"].as_str().unwrap();
    assert_eq!(ids(&format!("block={block}&limit=1")).await.len(), 1);
    assert_eq!(ids("outcome=cancelled").await, [hang["id"].clone()]);
    assert_eq!(ids("outcome=failed").await, [hang["id"].clone()]);
    let mut succeeded = ids("outcome=succeeded").await;
    succeeded.sort_by_key(ToString::to_string);
    let mut both = [first["id"].clone(), second["id"].clone()];
    both.sort_by_key(ToString::to_string);
    assert_eq!(succeeded, both);
    app.get(&ada, &format!("{place}/history?outcome=odd")).await.problem(400, "invalid");
    let listed = app.get(&ada, "/api/runbooks?limit=1").await.json();
    assert_eq!(listed["items"][0]["last_execution"]["outcome"], "cancelled");
}

#[tokio::test]
async fn what_ran_is_nobody_elses_to_read() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let (runbook, session) = app.connect(&ada, TWO).await;
    let execution = app.run(&ada, &session, &runbook, 0).await.expect(201).json();
    let path = format!("/api/executions/{}", execution["id"].as_str().unwrap());
    for what in ["origin", "log"] {
        app.get(&eve, &format!("{path}/{what}")).await.problem(404, "not_found");
        app.get(&ada, &format!("{path}/{what}")).await.expect(200);
    }
}

//! The queue for sandboxes over HTTP: nobody takes everything, and a full queue says so.

use serde_json::{Value, json};
use server::App;

use crate::app::{Account, Answer, TestApp, connect_path, engine, scripted};

async fn hub(max_sandboxes: usize, max_waiting: usize) -> TestApp {
    let config = engine::Config { max_sandboxes, max_waiting, ..engine::Config::default() };
    let engine = engine(scripted(), config).await;
    TestApp { router: App::hub(engine, TestApp::config()).await.unwrap().router() }
}

/// Connects to a new runbook.
async fn connect(app: &TestApp, account: &Account) -> Answer {
    let body = json!({ "title": "Test", "content": "# Hi\n" });
    let runbook = app.ask(account, "POST", "/api/runbooks", &body).await.expect(201).json();
    app.ask(account, "POST", &connect_path(account, &runbook), &Value::Null).await
}

#[tokio::test]
async fn one_user_does_not_take_the_last_sandbox() {
    let app = hub(4, 10).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    for _ in 0..3 {
        assert_eq!(connect(&app, &ada).await.expect(201).json()["status"], "ACTIVE");
    }
    for place in 1..=3 {
        let waiting = connect(&app, &ada).await.expect(201).json();
        assert_eq!(
            (&waiting["status"], &waiting["queue_position"]),
            (&json!("STARTING"), &json!(place))
        );
    }
    assert_eq!(connect(&app, &eve).await.expect(201).json()["status"], "ACTIVE");
}

#[tokio::test]
async fn a_full_queue_refuses_with_when_to_come_back_and_makes_no_session() {
    let app = hub(1, 1).await;
    let ada = app.sign_up("ada").await;
    let first = connect(&app, &ada).await.expect(201).json();
    connect(&app, &ada).await.expect(201);
    let refused = connect(&app, &ada).await.problem(429, "queue_full");
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let sessions = app.get(&ada, "/api/sessions").await.expect(200).json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2, "{sessions}");
    let end = format!("/api/sessions/end/{}", first["id"].as_str().unwrap());
    app.ask(&ada, "DELETE", &end, &Value::Null).await.expect(200);
    connect(&app, &ada).await.expect(201);
}

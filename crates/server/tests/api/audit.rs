//! The audit log over HTTP: what is written, who reads it.

use engine::{Engine, SecretKey, Verifier};
use model::audit::AuditEntry;
use sandbox::scripted::Scripted;
use serde_json::{Value, json};
use server::App;
use store::Store;

use crate::app::{Account, TestApp, engine_over};

/// A hub with an administrator.
pub(crate) struct Hub {
    pub(crate) app: TestApp,
    key: SecretKey,
    pub(crate) root: Account,
}

impl Hub {
    pub(crate) async fn new() -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let key = SecretKey::random();
        let config = engine::Config { secret_key: key.clone(), ..engine::Config::default() };
        let engine = engine_over(store, std::sync::Arc::new(Scripted::new()), config).await;
        let hub = App::hub(engine.clone(), TestApp::config()).await.unwrap();
        let app = TestApp { router: hub.router() };
        let root = root(&engine, &app).await;
        Self { app, key, root }
    }

    /// Pairs of action and object that this user is on record with, in their order.
    pub(crate) async fn acts_of(&self, user: &Account) -> Vec<(String, String, u64)> {
        let path = format!("/api/audit?actor={}&limit=100", user.id);
        let page = self.app.get(&self.root, &path).await.expect(200).json();
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let items = page["items"].as_array().unwrap().iter().rev();
        items
            .map(|it| (text(&it["action"]), text(&it["object"]), it["status"].as_u64().unwrap()))
            .collect()
    }
}

/// An administrator of a hub.
pub(crate) async fn root(engine: &Engine, app: &TestApp) -> Account {
    let accounts = engine::Accounts::new(engine.store().clone(), engine.clock().clone());
    let root = accounts.create(engine::NewAccount {
        email: "root@example.com".to_owned(),
        username: "root".to_owned(),
        password_hash: server::hash_password("correct horse").unwrap(),
        administrator: true,
    });
    let id = root.await.unwrap().id.to_string();
    let token = sign_in(app, "root@example.com", "correct horse").await.expect(200).json();
    Account { id, token: token["token"].as_str().unwrap().to_owned() }
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> crate::app::Answer {
    let body = json!({ "email": email, "password": password });
    let request = crate::app::request("POST", "/api/auth/sign-in")
        .header("x-forwarded-for", "203.0.113.5")
        .body(axum::body::Body::from(body.to_string()));
    app.send(request.unwrap()).await
}

#[tokio::test]
async fn whatever_changes_something_is_written_with_who_and_what() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    sign_in(&hub.app, "ada@example.com", "wrong horse").await.expect(401);
    sign_in(&hub.app, "nobody@example.com", "wrong horse").await.expect(401);
    let token = json!({ "name": "ci", "scopes": ["runbook:read"] });
    let token = hub.app.ask(&ada, "POST", "/api/tokens", &token).await.expect(201).json();
    let id = token["id"].as_str().unwrap();
    hub.app.ask(&ada, "PUT", "/api/secrets/KEY", &json!({ "value": "hunter22" })).await.expect(204);
    hub.app.get(&ada, "/api/secrets").await.expect(200);
    let limits = json!({ "rate": 5 });
    let path = format!("/api/tokens/{id}/limits");
    hub.app.ask(&ada, "PUT", &path, &limits).await.problem(403, "missing_scope");
    hub.app.ask(&ada, "DELETE", &format!("/api/tokens/{id}"), &Value::Null).await.expect(204);
    hub.app.ask(&ada, "DELETE", "/api/secrets/OTHER", &Value::Null).await.expect(404);
    let expected = [
        ("account_sign_up", "", 201),
        ("account_sign_in", "", 401),
        ("tokens_create", id, 201),
        ("secrets_put", "KEY", 204),
        ("tokens_set_limits", id, 403),
        ("tokens_revoke", id, 204),
    ];
    let expected =
        expected.map(|(action, object, status)| (action.to_owned(), object.to_owned(), status));
    assert_eq!(hub.acts_of(&ada).await, expected);
}

#[tokio::test]
async fn a_token_s_acts_name_the_token() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let token = json!({ "name": "ci", "scopes": ["function:write"] });
    let token = hub.app.ask(&ada, "POST", "/api/tokens", &token).await.expect(201).json();
    let program = Account { token: token["token"].as_str().unwrap().to_owned(), ..ada.clone() };
    let value = json!({ "value": "hunter22" });
    hub.app.ask(&program, "PUT", "/api/secrets/KEY", &value).await.expect(204);
    let page = hub.app.get(&hub.root, "/api/audit?action=secrets_*").await.expect(200).json();
    assert_eq!(page["items"][0]["token"], token["id"]);
    assert_eq!(page["items"][0]["name"], "ada");
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_export_verifies_and_only_administrators_have_it() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    for n in 0..20 {
        let path = format!("/api/secrets/KEY_{n}");
        hub.app.ask(&ada, "PUT", &path, &json!({ "value": "hunter22" })).await.expect(204);
    }
    for path in ["/api/audit", "/api/audit/export"] {
        hub.app.get(&ada, path).await.problem(403, "missing_scope");
    }
    let export = hub.app.get(&hub.root, "/api/audit/export").await.expect(200);
    let head = export.headers["audit-head"].to_str().unwrap().to_owned();
    let entries: Vec<AuditEntry> =
        export.text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let mut verifier = Verifier::new(Some(&hub.key), None);
    entries.iter().for_each(|it| verifier.next(it).unwrap());
    assert_eq!(verifier.finish(Some(&head)).unwrap().seq, 22);
    assert_eq!(entries[0].act.from, "unknown for 203.0.113.5");
    let rest = hub.app.get(&hub.root, "/api/audit/export?after=20").await.expect(200);
    assert_eq!(rest.lines().len(), 2);
}

#[tokio::test]
async fn a_page_of_the_log_has_at_most_a_hundred_entries() {
    let hub = Hub::new().await;
    hub.app.get(&hub.root, "/api/audit?limit=100").await.expect(200);
    for limit in ["0", "101", "-1", "x"] {
        hub.app.get(&hub.root, &format!("/api/audit?limit={limit}")).await.problem(400, "invalid");
    }
}

//! Personal tokens over HTTP: what each opens, how it is lost, and how much it may ask.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use engine::{Accounts, Clock, Engine, Maker, NewAccount, NewToken, Offers};
use model::{
    id::UserId,
    scope::{Scope, Scopes},
    time::Timestamp,
    token::TokenLimits,
};
use serde_json::{Value, json};
use server::{App, Config, RequestLimits};
use store::Store;
use tower::ServiceExt;

use crate::app::{Account, Answer, TestApp, request, scripted};

const HELLO: &str = "```runnable bash name=hello\necho hello\n```\n";

/// A hub whose engine the test can reach, with an administrator and a clock that can be put forward.
struct Hub {
    app: TestApp,
    engine: Engine,
    ahead: Arc<AtomicI64>,
    administrator: UserId,
}

impl Hub {
    async fn new() -> Self {
        Self::with(Store::open("sqlite::memory:").await.unwrap(), TestApp::config()).await
    }

    async fn with(store: Store, config: Config) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let clock = {
            let (system, ahead) = (Clock::system(), Arc::clone(&ahead));
            Clock::new(move || {
                Timestamp::from_millis(system.now().as_millis() + ahead.load(Ordering::Relaxed))
            })
        };
        let runtimes = Arc::new(sandbox_runtimes());
        let offers = Offers::one(scripted(), runtimes);
        let config_of_engine = engine::Config::default();
        let engine =
            Engine::start(store.clone(), offers, config_of_engine, clock.clone()).await.unwrap();
        let new = NewAccount {
            email: "root@example.com".to_owned(),
            username: "root".to_owned(),
            password_hash: String::new(),
            administrator: true,
        };
        let administrator = Accounts::new(store, clock).create(new).await.unwrap().id;
        let router = App::hub(engine.clone(), config).await.unwrap().router();
        Self { app: TestApp { router }, engine, ahead, administrator }
    }

    /// A token of the administrator, who may do everything.
    async fn token(&self, scopes: impl IntoIterator<Item = Scope>) -> Account {
        self.limited(scopes, TokenLimits::default()).await
    }

    async fn limited(
        &self,
        scopes: impl IntoIterator<Item = Scope>,
        limits: TokenLimits,
    ) -> Account {
        let new = NewToken {
            user: self.administrator,
            name: "test".to_owned(),
            scopes: scopes.into_iter().collect(),
            expires_at: Some(self.engine.clock().now().after(std::time::Duration::from_secs(3600))),
            limits,
        };
        let maker = Maker { scopes: Scopes::of_user(true), token: None };
        let (token, secret) = self.engine.tokens().make(new, maker).await.unwrap();
        Account { id: token.id.to_string(), token: secret.reveal().to_owned() }
    }
}

fn sandbox_runtimes() -> sandbox::runtime::Runtimes {
    sandbox::runtime::discover("/usr/local/bin:/usr/bin:/bin")
}

/// What a route says that it needs.
enum Needs {
    Nothing,
    SignIn,
    AnyCaller,
    /// All of them.
    Scopes(Vec<Scope>),
}

/// Every operation of the document, as a request that names nothing that is there.
fn operations() -> Vec<(String, String, Needs)> {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let needs = match operation.get("security") {
                None => Needs::SignIn,
                Some(security) if *security == json!([{}]) => Needs::Nothing,
                Some(security) => {
                    let names = ["bearer", "api_key", "cookie"];
                    for (scheme, name) in security.as_array().unwrap().iter().zip(names) {
                        assert_eq!(scheme[name], security[0]["bearer"], "{method} {path}");
                    }
                    let scopes = security[0]["bearer"].as_array().unwrap();
                    let scopes = scopes.iter().map(|it| it.as_str().unwrap().parse().unwrap());
                    let scopes: Vec<Scope> = scopes.collect();
                    if scopes.is_empty() { Needs::AnyCaller } else { Needs::Scopes(scopes) }
                }
            };
            operations.push((method.to_uppercase(), concrete(path), needs));
        }
    }
    assert!(operations.len() > 20, "there are routes to test");
    operations
}

/// A path of the document with an id of the right kind in each place.
fn concrete(path: &str) -> String {
    let kind = ["runbooks", "sessions", "executions", "tokens"]
        .into_iter()
        .find(|it| path.starts_with(&format!("/api/{it}")));
    let prefix = match kind {
        Some("runbooks") => "rb",
        Some("sessions") => "sess",
        Some("executions") => "exec",
        Some("tokens") => "tok",
        Some(_) | None => "none",
    };
    let id = |prefix: &str| format!("{prefix}_{:032x}", 1);
    let path = path.replace("{user_id}", &id("user")).replace("{runbook_id}", &id("rb"));
    let mut concrete = String::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        concrete += before;
        concrete += &id(prefix);
        rest = after.split_once('}').unwrap().1;
    }
    concrete + rest
}

async fn ask(app: &TestApp, token: &str, method: &str, path: &str) -> Answer {
    let account = Account { id: String::new(), token: token.to_owned() };
    app.ask(&account, method, path, &json!({})).await
}

#[tokio::test]
async fn each_route_asks_a_token_for_its_scope_before_it_reads_anything() {
    let hub = Hub::new().await;
    let all = hub.token(Scope::ALL).await;
    for (method, path, needs) in operations() {
        match needs {
            Needs::Nothing => {}
            Needs::SignIn => {
                ask(&hub.app, &all.token, &method, &path).await.problem(403, "sign_in_needed");
            }
            Needs::AnyCaller => {
                let any = hub.token([Scope::JobRead]).await;
                let status = ask(&hub.app, &any.token, &method, &path).await.status.as_u16();
                assert!(![401, 403].contains(&status), "{method} {path}: {status}");
            }
            Needs::Scopes(scopes) => {
                let mut used = Vec::new();
                for scope in &scopes {
                    let others = hub.token(Scope::ALL.into_iter().filter(|it| it != scope)).await;
                    let refused = ask(&hub.app, &others.token, &method, &path).await;
                    let words = &refused.text;
                    assert!(words.contains(scope.name()), "{method} {path}: {words}");
                    refused.problem(403, "missing_scope");
                    used.push(others);
                }
                let enough = hub.token(scopes).await;
                let status = ask(&hub.app, &enough.token, &method, &path).await.status.as_u16();
                assert!(![401, 403].contains(&status), "{method} {path}: {status}");
                used.push(enough);
                for used in used {
                    hub.engine.tokens().revoke(used.id.parse().unwrap()).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_does_not_count_opens_no_route() {
    let hub = Hub::new().await;
    let revoked = hub.token(Scope::ALL).await;
    let expired = hub.token(Scope::ALL).await;
    for token in [&revoked, &expired] {
        hub.app.get(token, "/api/auth/me").await.expect(200);
    }
    hub.engine.tokens().revoke(revoked.id.parse().unwrap()).await.unwrap();
    hub.ahead.store(3_600_001, Ordering::Relaxed);
    let mut altered = expired.token.clone();
    altered.replace_range(20..21, if &altered[20..21] == "0" { "1" } else { "0" });
    let unknown = format!("rbk_{}", "0".repeat(64));
    for (method, path, needs) in operations() {
        if matches!(needs, Needs::Nothing) {
            continue;
        }
        for token in [&revoked.token, &expired.token, &altered, &unknown, "rbk_", ""] {
            let answer = ask(&hub.app, token, &method, &path).await;
            assert!(!answer.headers.contains_key("ratelimit"), "strangers learn nothing");
            answer.problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_gone_when_revoked() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let new = json!({ "name": "CI", "scopes": ["runbook:read", "code:run"] });
    let made = hub.app.ask(&ada, "POST", "/api/tokens", &new).await.expect(201).json();
    let secret = made["token"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("rbk_") && secret.len() == 68, "{secret}");
    assert!(secret.starts_with(made["prefix"].as_str().unwrap()));
    assert_eq!(made["scopes"], json!(["code:run", "runbook:read"]));
    assert_eq!((&made["status"], &made["expires_at"]), (&json!("active"), &Value::Null));

    let list = hub.app.get(&ada, "/api/tokens").await.expect(200);
    assert!(!list.text.contains(&secret), "{}", list.text);
    assert_eq!(list.json()["items"][0]["id"], made["id"]);
    let ci = Account { id: String::new(), token: secret.clone() };
    assert_eq!(hub.app.get(&ci, "/api/auth/me").await.expect(200).json()["username"], "ada");
    hub.app.get(&ci, "/api/runbooks").await.expect(200);
    hub.app.get(&ci, "/api/sessions").await.problem(403, "missing_scope");

    let path = format!("/api/tokens/{}", made["id"].as_str().unwrap());
    let eve = hub.app.sign_up("eve").await;
    hub.app.ask(&eve, "DELETE", &path, &Value::Null).await.problem(404, "not_found");
    hub.app.get(&ci, "/api/runbooks").await.expect(200);
    hub.app.ask(&ada, "DELETE", &path, &Value::Null).await.expect(204);
    hub.app.get(&ci, "/api/runbooks").await.problem(401, "unauthenticated");
    assert_eq!(hub.app.get(&ada, "/api/tokens").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_token_makes_no_token_that_may_more() {
    let hub = Hub::new().await;
    let maker = hub.token([Scope::TokenWrite, Scope::RunbookRead]).await;
    let make = async |scopes: Value| {
        let new = json!({ "name": "child", "scopes": scopes });
        hub.app.ask(&maker, "POST", "/api/tokens", &new).await
    };
    for more in ["runbook:write", "code:run", "admin"] {
        let refused = make(json!(["runbook:read", more])).await;
        assert!(refused.text.contains(more), "{}", refused.text);
        refused.problem(403, "missing_scope");
    }
    let child = make(json!(["runbook:read", "token:write"])).await.expect(201).json();
    assert!(child["expires_at"].is_string(), "it ends with the one that made it");
    make(json!([])).await.problem(400, "invalid");
    make(json!(["runbook:all"])).await.problem(400, "invalid");
    // A user is no more than they are, either.
    let ada = hub.app.sign_up("ada").await;
    let new = json!({ "name": "root", "scopes": ["admin"] });
    hub.app.ask(&ada, "POST", "/api/tokens", &new).await.problem(403, "missing_scope");
}

#[tokio::test]
async fn either_header_will_do_but_not_two_that_differ_nor_the_cookie() {
    let hub = Hub::new().await;
    let token = hub.token([Scope::RunbookRead]).await.token;
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = request("GET", "/api/runbooks");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        hub.app.send(request.body(Body::empty()).unwrap()).await
    };
    let bearer = format!("Bearer {token}");
    ask(&[("x-runner-api-key", &token)]).await.expect(200);
    ask(&[("authorization", &bearer)]).await.expect(200);
    ask(&[("authorization", &bearer), ("x-runner-api-key", &token)]).await.expect(200);
    ask(&[("authorization", "Basic eDp5"), ("x-runner-api-key", &token)]).await.expect(200);
    ask(&[("authorization", &bearer), ("x-runner-api-key", "other")]).await.problem(400, "invalid");
    let cookie = format!("runbook_session={token}");
    ask(&[("cookie", &cookie)]).await.problem(401, "unauthenticated");
    ask(&[("x-runner-api-key", "\u{e9}")]).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_token_needs_no_origin_and_a_cookie_still_does() {
    let hub = Hub::new().await;
    let token = hub.token([Scope::RunbookWrite]).await.token;
    let ada = hub.app.sign_up("ada").await;
    let post = async |name: &str, value: &str| {
        let body = json!({ "title": "Mine", "content": HELLO }).to_string();
        let request = request("POST", "/api/runbooks")
            .header(name, value)
            .header(header::ORIGIN, "https://evil.example")
            .body(Body::from(body));
        hub.app.send(request.unwrap()).await
    };
    post("x-runner-api-key", &token).await.expect(201);
    let cookie = format!("runbook_session={}", ada.token);
    post("cookie", &cookie).await.problem(403, "cross_origin");
    // With both, it is the token that speaks: the cookie lends it nothing.
    let eves = format!("Bearer {}", hub.token([Scope::RunbookRead]).await.token);
    let request = request("GET", "/api/sessions")
        .header(header::AUTHORIZATION, eves)
        .header(header::COOKIE, cookie)
        .body(Body::empty());
    hub.app.send(request.unwrap()).await.problem(403, "missing_scope");
}

#[tokio::test]
async fn asking_again_with_the_same_key_makes_no_second_token_and_shows_no_secret() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let ask = async || {
        let body = json!({ "name": "CI", "scopes": ["code:run"] }).to_string();
        let request = request("POST", "/api/tokens")
            .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
            .header("idempotency-key", "once")
            .body(Body::from(body));
        hub.app.send(request.unwrap()).await.expect(201).json()
    };
    let (first, second) = (ask().await, ask().await);
    assert!(first["token"].is_string());
    assert_eq!((&second["id"], &second["token"]), (&first["id"], &Value::Null));
}

#[tokio::test]
async fn a_dump_of_the_database_holds_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/hub.db", dir.path().display());
    let store = Store::open(&url).await.unwrap();
    let hub = Hub::with(store.clone(), TestApp::config()).await;
    hub.engine.tokens().accept_operator_key("operators-own-key").await.unwrap();
    let ada = hub.app.sign_up("ada").await;
    let mut secrets = vec!["operators-own-key".to_owned()];
    for key in ["one", "two"] {
        let body = json!({ "name": key, "scopes": ["runbook:read"] }).to_string();
        let request = request("POST", "/api/tokens")
            .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
            .header("idempotency-key", key)
            .body(Body::from(body));
        let made = hub.app.send(request.unwrap()).await.expect(201).json();
        secrets.push(made["token"].as_str().unwrap().to_owned());
    }
    for secret in &secrets {
        let token = Account { id: String::new(), token: secret.clone() };
        hub.app.get(&token, "/api/auth/me").await.expect(200);
    }
    hub.engine.shutdown().await;
    store.close().await.unwrap();
    let dump = std::fs::read(dir.path().join("hub.db")).unwrap();
    let holds = |text: &str| dump.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(holds("ada@example.com"), "this is the database");
    for secret in &secrets {
        assert!(!holds(secret), "{secret}");
        // Not even the part that is not shown.
        assert!(!holds(&secret[secret.len().min(12)..]) || secret.len() < 20, "{secret}");
    }
    assert!(secrets[1..].iter().all(|it| holds(&it[..12])), "what is shown is there");
}

fn whole(headers: &HeaderMap, name: &str) -> u64 {
    headers[name].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn whoever_asks_too_fast_is_told_when_to_come_back() {
    let hub = Hub::new().await;
    let limits = TokenLimits { rate: Some(1), burst: Some(2), concurrent: None };
    let token = hub.limited([Scope::RunbookRead], limits).await;
    let first = hub.app.get(&token, "/api/runbooks").await.expect(200);
    assert_eq!(first.headers["ratelimit"], "\"requests\";r=1;t=1, \"concurrency\";r=255");
    assert_eq!(
        first.headers["ratelimit-policy"],
        "\"requests\";q=2;w=2, \"concurrency\";q=256;qu=\"concurrent-requests\""
    );
    hub.app.get(&token, "/api/sessions").await.problem(403, "missing_scope");
    let refused = hub.app.get(&token, "/api/runbooks").await.problem(429, "rate_limited");
    assert_eq!(whole(&refused.headers, "retry-after"), 1);
    assert_eq!(refused.headers["ratelimit"], "\"requests\";r=0;t=2, \"concurrency\";r=255");
    // Another token of the same user has limits of its own.
    let other = hub.limited([Scope::RunbookRead], limits).await;
    hub.app.get(&other, "/api/runbooks").await.expect(200);
}

#[tokio::test]
async fn all_sign_ins_of_a_user_are_limited_together() {
    let number = |it| std::num::NonZeroU32::new(it).unwrap();
    let limits = RequestLimits { rate: number(1), burst: number(2), concurrent: number(9) };
    let config = Config { token_limits: limits, ..TestApp::config() };
    let hub = Hub::with(Store::open("sqlite::memory:").await.unwrap(), config).await;
    let ada = hub.app.sign_up("ada").await;
    let body = json!({ "email": "ada", "password": "correct horse" }).to_string();
    let again = request("POST", "/api/auth/sign-in").body(Body::from(body)).unwrap();
    let again = hub.app.send(again).await.expect(200).json();
    let again = Account { id: ada.id.clone(), token: again["token"].as_str().unwrap().to_owned() };
    let first = hub.app.get(&ada, "/api/auth/me").await.expect(200);
    assert_eq!(first.headers["ratelimit"], "\"requests\";r=1;t=1, \"concurrency\";r=8");
    hub.app.get(&again, "/api/auth/me").await.expect(200);
    let cookie = request("GET", "/api/auth/me")
        .header(header::COOKIE, format!("runbook_session={}", ada.token))
        .body(Body::empty())
        .unwrap();
    for refused in [hub.app.get(&again, "/api/auth/me").await, hub.app.send(cookie).await] {
        let refused = refused.problem(429, "rate_limited");
        assert!(whole(&refused.headers, "retry-after") >= 1);
        assert_eq!(refused.headers["ratelimit"], "\"requests\";r=0;t=2, \"concurrency\";r=8");
    }
    let grace = hub.app.sign_up("grace").await;
    hub.app.get(&grace, "/api/auth/me").await.expect(200);
    let forged = Account { id: ada.id.clone(), token: ada.token.replacen('.', ".e", 1) };
    let stranger = hub.app.get(&forged, "/api/auth/me").await.problem(401, "unauthenticated");
    assert!(!stranger.headers.contains_key("ratelimit"), "strangers learn nothing");
}

#[tokio::test]
async fn a_stream_of_somebody_signed_in_is_under_way_until_it_is_left() {
    let one = std::num::NonZeroU32::MIN;
    let limits = RequestLimits { concurrent: one, ..RequestLimits::default() };
    let config = Config { token_limits: limits, ..TestApp::config() };
    let hub = Hub::with(Store::open("sqlite::memory:").await.unwrap(), config).await;
    let ada = hub.app.sign_up("ada").await;
    let (_, session) = hub.app.connect(&ada, HELLO).await;
    let path = format!("/api/sessions/{}/updates", session["id"].as_str().unwrap());
    let stream = request("GET", &path)
        .header(header::AUTHORIZATION, format!("Bearer {}", ada.token))
        .body(Body::empty())
        .unwrap();
    let stream = hub.app.router.clone().oneshot(stream).await.unwrap();
    assert_eq!(stream.status(), 200);
    hub.app.get(&ada, "/api/runbooks").await.problem(429, "too_many_at_once");
    drop(stream);
    hub.app.get(&ada, "/api/runbooks").await.expect(200);
}

#[tokio::test]
async fn a_stream_counts_as_a_request_until_it_is_read_or_left() {
    let hub = Hub::new().await;
    let limits = TokenLimits { concurrent: Some(1), ..TokenLimits::default() };
    let token =
        hub.limited([Scope::SessionRun, Scope::RunbookWrite, Scope::RunbookRead], limits).await;
    let root = Account { id: hub.administrator.to_string(), token: token.token.clone() };
    let (_, session) = hub.app.connect(&root, HELLO).await;
    let path = format!("/api/sessions/{}/updates", session["id"].as_str().unwrap());
    let stream =
        request("GET", &path).header("x-runner-api-key", &token.token).body(Body::empty()).unwrap();
    let stream = hub.app.router.clone().oneshot(stream).await.unwrap();
    assert_eq!(stream.status(), 200);
    let refused = hub.app.get(&token, "/api/runbooks").await.problem(429, "too_many_at_once");
    assert!(whole(&refused.headers, "retry-after") >= 1);
    drop(stream);
    hub.app.get(&token, "/api/runbooks").await.expect(200);
}

#[tokio::test]
async fn an_administrator_sets_the_limits_of_a_token_at_once() {
    let hub = Hub::new().await;
    let ada = hub.app.sign_up("ada").await;
    let new = json!({ "name": "CI", "scopes": ["runbook:read"] });
    let made = hub.app.ask(&ada, "POST", "/api/tokens", &new).await.expect(201).json();
    let ci = Account { id: String::new(), token: made["token"].as_str().unwrap().to_owned() };
    hub.app.get(&ci, "/api/runbooks").await.expect(200);
    let path = format!("/api/tokens/{}/limits", made["id"].as_str().unwrap());
    let limits = json!({ "rate": 1, "burst": 1, "concurrent": null });
    hub.app.ask(&ada, "PUT", &path, &limits).await.problem(403, "missing_scope");
    let root = hub.token([Scope::Admin]).await;
    let set = hub.app.ask(&root, "PUT", &path, &limits).await.expect(200).json();
    assert_eq!(set["limits"], limits);
    hub.app.get(&ci, "/api/runbooks").await.expect(200);
    hub.app.get(&ci, "/api/runbooks").await.problem(429, "rate_limited");
    let nothing = json!({ "rate": 0, "burst": null, "concurrent": null });
    hub.app.ask(&root, "PUT", &path, &nothing).await.problem(400, "invalid");
    let nowhere = format!("/api/tokens/tok_{:032x}/limits", 1);
    hub.app.ask(&root, "PUT", &nowhere, &limits).await.problem(404, "not_found");
}

async fn seconds_later(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_sign_out_counts_at_once_here_and_within_seconds_in_another_hub() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    let here = Hub::with(store.clone(), TestApp::config()).await.app;
    let offers = Offers::one(scripted(), Arc::new(sandbox_runtimes()));
    let engine = Engine::start(store, offers, engine::Config::default(), Clock::system());
    let elsewhere = App::hub(engine.await.unwrap(), TestApp::config()).await.unwrap();
    let elsewhere = TestApp { router: elsewhere.router() };
    let ada = here.sign_up("ada").await;
    for hub in [&here, &elsewhere] {
        hub.get(&ada, "/api/auth/me").await.expect(200);
    }
    here.ask(&ada, "POST", "/api/auth/sign-out", &Value::Null).await.expect(204);
    here.get(&ada, "/api/auth/me").await.problem(401, "unauthenticated");
    seconds_later(5).await;
    elsewhere.get(&ada, "/api/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_account_that_is_disabled_or_has_another_password_is_signed_out() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    let hub = Hub::with(store.clone(), TestApp::config()).await;
    let ada = hub.app.sign_up("ada").await;
    let accounts = Accounts::new(store, Clock::system());
    let id: UserId = ada.id.parse().unwrap();
    accounts.disable(id).await.unwrap();
    hub.app.get(&ada, "/api/auth/me").await.problem(401, "unauthenticated");
    let sign_in = async |password: &str| {
        let body = json!({ "email": "ada", "password": password }).to_string();
        hub.app.send(request("POST", "/api/auth/sign-in").body(Body::from(body)).unwrap()).await
    };
    sign_in("correct horse").await.problem(403, "account_disabled");
    sign_in("wrong horse").await.problem(401, "wrong_credentials");
    accounts.enable(id).await.unwrap();
    hub.app.get(&ada, "/api/auth/me").await.expect(200);
    let hash = server::hash_password("battery staple").unwrap();
    accounts.set_password(id, &hash).await.unwrap();
    // Another process may have done so.
    seconds_later(5).await;
    hub.app.get(&ada, "/api/auth/me").await.problem(401, "unauthenticated");
    sign_in("battery staple").await.expect(200);
}

//! A whole server over a database in memory and a scripted sandbox, asked through its router.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use engine::{Clock, Engine, Offers};
use http_body_util::BodyExt;
use sandbox::{
    Backend,
    scripted::{Script, Scripted},
};
use serde_json::{Value, json};
use server::{App, Config};
use store::Store;
use tower::ServiceExt;

/// A sandbox whose first block says hello, whose second one hangs until it is stopped.
pub(crate) fn scripted() -> Arc<dyn Backend> {
    let hello = Script::new().stdout("hello\n");
    Arc::new(Scripted::new().on("block_1.", hello).on("block_2.", Script::new().hang()))
}

/// The router of a server, and what keeps it alive.
pub(crate) struct TestApp {
    pub(crate) router: Router,
}

/// What a request brought back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) text: String,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Each line as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Asserts that this is a problem with the given status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Self {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        assert_eq!(kind, Some("application/problem+json; charset=utf-8"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["code"], code, "{}", self.text);
        assert_eq!(body["status"], status, "{}", self.text);
        self.expect(status)
    }
}

impl TestApp {
    pub(crate) fn config() -> Config {
        Config { jwt_secret: Some("test".to_owned()), ..Config::default() }
    }

    pub(crate) async fn hub(backend: Arc<dyn Backend>) -> Self {
        Self::with(backend, Self::config()).await
    }

    pub(crate) async fn with(backend: Arc<dyn Backend>, config: Config) -> Self {
        let engine = engine(backend, engine::Config::default()).await;
        let app = App::hub(engine, config).await.unwrap();
        Self { router: app.router() }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// A request with the account's bearer token.
    pub(crate) async fn ask(
        &self,
        account: &Account,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        let request = request(method, path)
            .header(header::AUTHORIZATION, format!("Bearer {}", account.token))
            .body(Body::from(if body.is_null() { String::new() } else { body.to_string() }));
        self.send(request.unwrap()).await
    }

    pub(crate) async fn get(&self, account: &Account, path: &str) -> Answer {
        self.ask(account, "GET", path, &Value::Null).await
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Account {
        let body = json!({
            "email": format!("{name}@example.com"), "username": name, "password": "correct horse"
        });
        let request = request("POST", "/api/auth/sign-up").body(Body::from(body.to_string()));
        let answer = self.send(request.unwrap()).await.expect(201).json();
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        Account { id: text(&answer["user"]["id"]), token: text(&answer["token"]) }
    }

    /// Asks to run a block as the runbook shows it; gives the answer.
    pub(crate) async fn run(
        &self,
        account: &Account,
        session: &Value,
        runbook: &Value,
        block: usize,
    ) -> Answer {
        let block = &runbook["blocks"][block];
        let body = json!({ "block": block["id"], "content_hash": block["content_hash"] });
        let path = format!("/api/sessions/{}/executions", session["id"].as_str().unwrap());
        self.ask(account, "POST", &path, &body).await
    }

    /// Stores a runbook and connects to it; gives the runbook and the session.
    pub(crate) async fn connect(&self, account: &Account, content: &str) -> (Value, Value) {
        let body = json!({ "title": "Test", "content": content });
        let runbook = self.ask(account, "POST", "/api/runbooks", &body).await.expect(201).json();
        let path = connect_path(account, &runbook);
        let session = self.ask(account, "POST", &path, &Value::Null).await.expect(201).json();
        assert_eq!(session["status"], "ACTIVE", "{session}");
        (runbook, session)
    }
}

pub(crate) fn connect_path(account: &Account, runbook: &Value) -> String {
    format!("/api/sessions/connect/{}/{}", account.id, runbook["id"].as_str().unwrap())
}

pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(path)
        .header(header::HOST, "hub.example.com")
        .header(header::CONTENT_TYPE, "application/json")
}

pub(crate) async fn engine(backend: Arc<dyn Backend>, config: engine::Config) -> Engine {
    let store = Store::open("sqlite::memory:").await.unwrap();
    engine_over(store, backend, config).await
}

pub(crate) async fn engine_over(
    store: Store,
    backend: Arc<dyn Backend>,
    config: engine::Config,
) -> Engine {
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/local/bin:/usr/bin:/bin"));
    Engine::start(store, Offers::one(backend, runtimes), config, Clock::system()).await.unwrap()
}

//! A forge in memory, on this machine: as much of GitHub or GitLab as tests need, with their words and numbers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri, header::AUTHORIZATION},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{Kind, Site};

/// The one token that it takes.
pub const TOKEN: &str = "token-of-ada-c0ffee";

/// The one repository that it has.
pub const REPOSITORY: &str = "ada/notes";

/// Ends when it is dropped.
#[derive(Debug)]
pub struct Fake {
    kind: Kind,
    address: String,
    held: Arc<Mutex<Held>>,
    _serving: JoinSet<()>,
}

/// What it knows.
#[derive(Debug, Default)]
struct Held {
    address: String,
    pull_requests: Vec<Value>,
    /// What it answers the next time that it is asked something.
    next: Vec<(String, Answer)>,
    /// Method and path of what it was asked.
    asked: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Fake {
    /// Listens, beside what else is to be served at the same address.
    ///
    /// # Panics
    ///
    /// When this machine has no port for it.
    pub async fn start(kind: Kind, beside: Router) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let held = Arc::new(Mutex::new(Held { address: address.clone(), ..Held::default() }));
        let fallback = move |state, method, uri, headers, body| async move {
            answer(kind, state, &method, &uri, &headers, &body)
        };
        let router = Router::new().fallback(fallback).with_state(Arc::clone(&held)).merge(beside);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            axum::serve(listener, router).await.expect("it listens until it is dropped");
        });
        Self { kind, address, held, _serving: serving }
    }

    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    #[must_use]
    pub fn site(&self) -> Site {
        Site::new(self.kind, &self.address).expect("this machine is a site")
    }

    /// What was opened, as it would be shown.
    #[must_use]
    pub fn pull_requests(&self) -> Vec<Value> {
        held(&self.held).pull_requests.clone()
    }

    /// Method and path of all that it was asked.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        held(&self.held).asked.clone()
    }

    /// Answers once what is asked by a method and path that hold this text.
    pub fn answer_next(&self, asked: &str, answer: Answer) {
        held(&self.held).next.push((asked.to_owned(), answer));
    }
}

fn held(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

type Served = Response<axum::body::Body>;

fn answer(
    kind: Kind,
    State(state): State<Arc<Mutex<Held>>>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Served {
    let mut held = held(&state);
    let asked = format!("{method} {}", uri.path());
    held.asked.push(asked.clone());
    if let Some(at) = held.next.iter().position(|it| asked.contains(&it.0)) {
        return served(held.next.remove(at).1);
    }
    let shown = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    if shown != Some(format!("Bearer {TOKEN}").as_str()) {
        return served(Answer::json(401, &json!({ "message": "Bad credentials" })));
    }
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    let query = uri.query().unwrap_or_default();
    served(match kind {
        Kind::GitHub => held.github(method, uri.path(), query, &body),
        Kind::GitLab => held.gitlab(method, uri.path(), query, &body),
    })
}

fn served(answer: Answer) -> Served {
    let status = StatusCode::from_u16(answer.status).expect("a status");
    let mut served = Response::builder().status(status);
    for (name, value) in answer.headers {
        served = served.header(name, value);
    }
    served.body(answer.body.into()).expect("headers that can be sent")
}

fn missing() -> Answer {
    Answer::json(404, &json!({ "message": "Not Found" }))
}

/// A value of a query, as far as these forges' clients write it.
fn queried(query: &str, name: &str) -> String {
    let pairs = query.split('&').filter_map(|it| it.split_once('='));
    let found = pairs.into_iter().find(|it| it.0 == name).map(|it| it.1).unwrap_or_default();
    found.replace("%3A", ":").replace("%2F", "/")
}

impl Held {
    fn github(&mut self, method: &Method, path: &str, query: &str, body: &Value) -> Answer {
        let Some(path) = path.strip_prefix("/api/v3/") else { return missing() };
        let inside = path.strip_prefix(&format!("repos/{REPOSITORY}"));
        match (method.as_str(), path, inside) {
            ("GET", "user", _) => {
                Answer::json(200, &json!({ "id": 7, "login": "ada", "name": "Ada Lovelace" }))
            }
            ("GET", _, Some("")) => {
                let url = format!("{}/{REPOSITORY}", self.address);
                Answer::json(200, &json!({ "html_url": url, "default_branch": "main" }))
            }
            ("GET", _, Some("/pulls")) => {
                let branch = queried(query, "head").replace("ada:", "");
                let mut found = self.pull_requests.clone();
                found.retain(|it| it["branch"] == branch);
                Answer::json(200, &found.into())
            }
            ("POST", _, Some("/pulls")) => {
                let branch = body["head"].as_str().unwrap_or_default();
                let message = format!("A pull request already exists for ada:{branch}.");
                let errors =
                    json!([{ "resource": "PullRequest", "code": "custom", "message": message }]);
                if self.pull_requests.iter().any(|it| it["branch"] == branch) {
                    let body = json!({ "message": "Validation Failed", "errors": errors });
                    return Answer::json(422, &body);
                }
                Answer::json(201, &self.open(branch, &body["base"], &body["title"], &body["body"]))
            }
            ("PATCH", _, Some(inside)) => self.edit(inside.rsplit('/').next(), body, "body"),
            ("POST", _, Some(inside)) if inside.ends_with("/labels") => {
                let number = inside.trim_end_matches("/labels").rsplit('/').next();
                self.edit(number, body, "body")
            }
            _ => missing(),
        }
    }

    fn gitlab(&mut self, method: &Method, path: &str, query: &str, body: &Value) -> Answer {
        let Some(path) = path.strip_prefix("/api/v4/") else { return missing() };
        let project = format!("projects/{}", REPOSITORY.replace('/', "%2F"));
        match (method.as_str(), path, path.strip_prefix(&project)) {
            ("GET", "user", _) => {
                Answer::json(200, &json!({ "id": 7, "username": "ada", "name": "Ada Lovelace" }))
            }
            ("GET", _, Some("")) => {
                let url = format!("{}/{REPOSITORY}", self.address);
                Answer::json(200, &json!({ "web_url": url, "default_branch": "main" }))
            }
            ("GET", _, Some("/merge_requests")) => {
                let branch = queried(query, "source_branch");
                let mut found = self.pull_requests.clone();
                found.retain(|it| it["branch"] == branch);
                Answer::json(200, &found.into())
            }
            ("POST", _, Some("/merge_requests")) => {
                let branch = body["source_branch"].as_str().unwrap_or_default();
                if self.pull_requests.iter().any(|it| it["branch"] == branch) {
                    let words =
                        "Another open merge request already exists for this source branch: !1";
                    return Answer::json(409, &json!({ "message": [words] }));
                }
                let (base, description) = (&body["target_branch"], &body["description"]);
                Answer::json(201, &self.open(branch, base, &body["title"], description))
            }
            ("PUT", _, Some(inside)) => self.edit(inside.rsplit('/').next(), body, "description"),
            _ => missing(),
        }
    }

    fn open(&mut self, branch: &str, base: &Value, title: &Value, description: &Value) -> Value {
        let number = self.pull_requests.len() + 1;
        let url = format!("{}/{REPOSITORY}/pull/{number}", self.address);
        let opened = json!({
            "number": number, "iid": number, "html_url": url, "web_url": url, "branch": branch, "base": base,
            "title": title, "description": description, "labels": [],
        });
        self.pull_requests.push(opened.clone());
        opened
    }

    fn edit(&mut self, number: Option<&str>, edit: &Value, description: &str) -> Answer {
        let number: Option<u64> = number.and_then(|it| it.parse().ok());
        let mut all = self.pull_requests.iter_mut();
        let Some(found) = all.find(|it| it["number"].as_u64() == number) else { return missing() };
        let changes = [("title", "title"), (description, "description"), ("labels", "labels")];
        for (from, to) in changes.into_iter().chain([("add_labels", "labels")]) {
            if let Some(value) = edit.get(from) {
                found[to] = value.clone();
            }
        }
        Answer::json(200, found)
    }
}

//! Routes by which somebody else than a test in Rust makes things happen: below `/_control`, without credentials.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State as Shared},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{APP, Act, SECRET, TOKEN, Webhook, locked, state::State};

type Held = Shared<Arc<Mutex<State>>>;

#[derive(Deserialize)]
struct Address {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

pub(super) fn routes(state: Arc<Mutex<State>>) -> Router {
    Router::new()
        .route("/_control/credentials", get(credentials))
        .route("/_control/requests", get(requests))
        .route("/_control/webhook", post(deliver_to))
        .route("/_control/repositories", post(add_repository))
        .route("/_control/{owner}/{name}/pull_requests", get(pull_requests))
        .route("/_control/{owner}/{name}/acts", post(act))
        .with_state(state)
}

async fn credentials(Shared(state): Held) -> Json<Value> {
    let pem = locked(&state).keys().pem();
    Json(json!({ "token": TOKEN, "app": APP, "pem": pem, "webhook_secret": SECRET }))
}

async fn requests(Shared(state): Held) -> Json<Value> {
    Json(json!(locked(&state).requests))
}

/// Where acts are told from now on; without an address nowhere.
async fn deliver_to(Shared(state): Held, Json(Address { url }): Json<Address>) -> StatusCode {
    locked(&state).deliver_to = url;
    StatusCode::NO_CONTENT
}

async fn add_repository(Shared(state): Held, Json(Name { name }): Json<Name>) -> StatusCode {
    match crate::RepositoryPath::parse(&name).filter(|it| it.to_string() == name) {
        Some(_) => {
            locked(&state).add_repository(&name);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::BAD_REQUEST,
    }
}

async fn pull_requests(
    Shared(state): Held,
    Path((owner, name)): Path<(String, String)>,
) -> Json<Value> {
    Json(locked(&state).shown(&format!("{owner}/{name}")).into())
}

/// Answers with what GitHub delivers then, and with what came of delivering it.
async fn act(
    Shared(state): Held,
    Path((owner, name)): Path<(String, String)>,
    Json(act): Json<Act>,
) -> Result<Json<Value>, StatusCode> {
    let (webhooks, url) = {
        let mut state = locked(&state);
        let webhooks = state.act(&format!("{owner}/{name}"), act).ok_or(StatusCode::NOT_FOUND)?;
        (webhooks, state.deliver_to.clone())
    };
    let mut told = Vec::new();
    for webhook in webhooks {
        let answered = match &url {
            Some(url) => Some(deliver(url, &webhook).await),
            None => None,
        };
        told.push(json!({ "webhook": webhook, "answered": answered }));
    }
    Ok(Json(told.into()))
}

/// The status that a delivery is answered with, or why there is none.
async fn deliver(url: &str, webhook: &Webhook) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut request = client.post(url).body(webhook.body.clone());
    for (name, value) in webhook.headers() {
        request = request.header(name, value);
    }
    match request.send().await {
        Ok(answer) => answer.status().as_u16().into(),
        Err(error) => error.to_string().into(),
    }
}

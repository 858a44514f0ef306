//! Requests that create something, asked again with the same `Idempotency-Key`, get the first
//! answer again and create nothing.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use model::id::UserId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Answer;

use crate::{
    App,
    problem::{Code, Problem},
};

const MAX_KEY_BYTES: usize = 255;

/// The `Idempotency-Key` of a request, and the request that it stands for.
#[derive(Debug)]
pub(crate) struct IdempotencyKey {
    key: Option<String>,
    path: String,
}

/// Keys whose requests are under way.
#[derive(Debug, Default)]
pub(crate) struct UnderWay(Mutex<HashSet<(UserId, String)>>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let path = parts.uri.path().to_owned();
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self { key: None, path });
        };
        match value.to_str() {
            Ok(key) if !key.is_empty() && key.len() <= MAX_KEY_BYTES => {
                Ok(Self { key: Some(key.to_owned()), path })
            }
            Ok(_) | Err(_) => Err(Problem::invalid(format!(
                "the Idempotency-Key must be 1 to {MAX_KEY_BYTES} visible ASCII characters"
            ))),
        }
    }
}

impl IdempotencyKey {
    /// Answers with what `create` makes, or with what it made when it was asked first.
    pub(crate) async fn once<B: Serialize>(
        self,
        app: &App,
        user: UserId,
        request: &impl Serialize,
        create: impl Future<Output = Result<B, Problem>>,
    ) -> Result<Response, Problem> {
        let Some(key) = self.key else {
            return Ok((StatusCode::CREATED, axum::Json(create.await?)).into_response());
        };
        let request_hash = hash(&self.path, request)?;
        let _turn = app.under_way.enter(user, &key)?;
        if let Some(answer) = app.reader.answer(user, &key).await? {
            return replay(answer, &request_hash);
        }
        let created = create.await?;
        let body = serde_json::to_string(&created).map_err(|it| Problem::internal(&it))?;
        let at = app.engine.clock().now();
        let answer = Answer { request_hash, status: StatusCode::CREATED.as_u16(), body, at };
        app.engine.remember_answer(user, &key, &answer).await?;
        Ok(respond(answer))
    }
}

fn replay(answer: Answer, request_hash: &str) -> Result<Response, Problem> {
    if answer.request_hash != request_hash {
        let detail = "this Idempotency-Key was used for another request; use a new one";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, Code::IdempotencyKeyReused, detail));
    }
    let mut response = respond(answer);
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::CREATED);
    (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
}

fn hash(path: &str, request: &impl Serialize) -> Result<String, Problem> {
    let body = serde_json::to_vec(request).map_err(|it| Problem::internal(&it))?;
    let digest = Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize();
    Ok(digest.iter().map(|it| format!("{it:02x}")).collect())
}

impl UnderWay {
    fn enter(&self, user: UserId, key: &str) -> Result<Turn<'_>, Problem> {
        let entry = (user, key.to_owned());
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !keys.insert(entry.clone()) {
            let detail = "a request with this Idempotency-Key is under way; wait for its answer";
            return Err(Problem::conflict(Code::RequestUnderWay, detail));
        }
        Ok(Turn { under_way: self, entry })
    }
}

/// Until it is dropped, nobody else may use the key.
struct Turn<'a> {
    under_way: &'a UnderWay,
    entry: (UserId, String),
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.entry);
    }
}

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
use serde::{Serialize, de::DeserializeOwned};
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
    /// The key itself, for what keeps it with the thing that is made.
    pub(crate) fn into_key(self) -> Option<String> {
        self.key
    }

    /// Answers with what `create` makes, or with what it made when it was asked first.
    pub(crate) async fn once<B: Serialize>(
        self,
        app: &App,
        user: UserId,
        request: &impl Serialize,
        create: impl Future<Output = Result<B, Problem>>,
    ) -> Result<Response, Problem> {
        let create = async {
            let body = serde_json::to_value(create.await?).map_err(|it| Problem::internal(&it))?;
            Ok((body.clone(), body))
        };
        self.once_keeping(app, user, request, create).await
    }

    /// As [`Self::once`], where what is made must not be stored: `create` gives the answer, and what
    /// is kept and answered to those who ask again.
    pub(crate) async fn once_keeping<B: Serialize>(
        self,
        app: &App,
        user: UserId,
        request: &impl Serialize,
        create: impl Future<Output = Result<(B, B), Problem>>,
    ) -> Result<Response, Problem> {
        let Some(key) = self.key else {
            return Ok((StatusCode::CREATED, axum::Json(create.await?.0)).into_response());
        };
        let request_hash = hash(&self.path, request)?;
        let _turn = app.under_way.enter(user, &key)?;
        if let Some(answer) = app.reader.answer(user, &key).await? {
            return replay(answer, &request_hash);
        }
        let (shown, kept) = create.await?;
        let body = serde_json::to_string(&kept).map_err(|it| Problem::internal(&it))?;
        let at = app.engine.clock().now();
        let answer = Answer { request_hash, status: StatusCode::CREATED.as_u16(), body, at };
        app.engine.remember_answer(user, &key, &answer).await?;
        Ok((StatusCode::CREATED, axum::Json(shown)).into_response())
    }

    /// What `create` makes, or what it made when it was asked first, for routes that answer with
    /// something else.
    pub(crate) async fn made<B: Serialize + DeserializeOwned>(
        self,
        app: &App,
        user: UserId,
        request: &impl Serialize,
        create: impl Future<Output = Result<B, Problem>>,
    ) -> Result<Made<B>, Problem> {
        let Some(key) = self.key else { return Ok(Made::Now(create.await?)) };
        let request_hash = hash(&self.path, request)?;
        let _turn = app.under_way.enter(user, &key)?;
        if let Some(answer) = app.reader.answer(user, &key).await? {
            check_same(&answer, &request_hash)?;
            let made = serde_json::from_str(&answer.body).map_err(|it| Problem::internal(&it))?;
            return Ok(Made::Before(made));
        }
        let made = create.await?;
        let body = serde_json::to_string(&made).map_err(|it| Problem::internal(&it))?;
        let at = app.engine.clock().now();
        let answer = Answer { request_hash, status: StatusCode::CREATED.as_u16(), body, at };
        app.engine.remember_answer(user, &key, &answer).await?;
        Ok(Made::Now(made))
    }
}

/// What a request made, and when.
#[derive(Debug)]
pub(crate) enum Made<B> {
    Now(B),
    /// When it was asked first.
    Before(B),
}

impl<B> Made<B> {
    pub(crate) fn into_inner(self) -> B {
        match self {
            Self::Now(it) | Self::Before(it) => it,
        }
    }
}

/// Refuses a request that shows the key of another.
pub(crate) fn other_request() -> Problem {
    let detail = "this Idempotency-Key was used for another request; use a new one";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::IdempotencyKeyReused, detail)
}

/// Says that an answer is that of a request which was answered before.
pub(crate) fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

fn check_same(answer: &Answer, request_hash: &str) -> Result<(), Problem> {
    if answer.request_hash == request_hash {
        return Ok(());
    }
    Err(other_request())
}

fn replay(answer: Answer, request_hash: &str) -> Result<Response, Problem> {
    check_same(&answer, request_hash)?;
    Ok(replayed(respond(answer)))
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

//! Failures as RFC 9457 problem details, with a closed set of codes.

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::{
    ConnectError, CreateRunbookError, ProgramError, RunError, SaveRunbookError, StartError,
};
use serde::Serialize;
use store::{Class, StoreError};
use utoipa::ToSchema;

/// What went wrong, for programs. Codes are added, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    AlreadyRunning,
    BackendNotOffered,
    BlockChanged,
    BlockNotFound,
    BlockNotRunnable,
    ConnectedElsewhere,
    CrossOrigin,
    DiskFull,
    EmailTaken,
    IdempotencyKeyReused,
    Internal,
    Invalid,
    NotFound,
    QueueFull,
    RateLimited,
    RequestUnderWay,
    ReadOnly,
    RevisionConflict,
    RuntimeMismatch,
    RuntimeMissing,
    SessionEnded,
    SignUpClosed,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UsernameTaken,
    WrongCredentials,
}

/// A failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    detail: String,
    retry_after_seconds: Option<u64>,
}

/// How a [`Problem`] is sent: RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDetails {
    /// Always `about:blank`: the code says what kind of problem it is.
    r#type: &'static str,
    title: &'static str,
    status: u16,
    /// One sentence for people: what failed, with which value, and what to do.
    detail: String,
    code: Code,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after_seconds: None }
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::Invalid, detail)
    }

    /// The thing is not there, or belongs to somebody else: the answer is the same.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn unauthenticated() -> Self {
        let detail = "sign in first: send a bearer token, or sign in with the browser";
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, detail)
    }

    pub(crate) fn conflict(code: Code, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let detail = format!("too many tries; wait {seconds} seconds and try again");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, detail);
        Self { retry_after_seconds: Some(seconds), ..problem }
    }

    /// Our own fault. The cause is logged, the caller only learns that it happened.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        let detail = "the server failed; its log says why";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let details = ProblemDetails {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
        };
        let mut response = (self.status, Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json; charset=utf-8"),
        );
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(HeaderName::from_static("retry-after"), HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::DiskFull) {
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, Code::DiskFull, error.to_string());
        }
        match error.class() {
            Class::Rejected => Self::invalid(error.to_string()),
            Class::Unavailable => {
                tracing::error!(%error, "the database is not available");
                let detail = "the database is not available; try again in a moment";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
            Class::Internal => Self::internal(&error),
        }
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::NoRunbook => Self::not_found("runbook"),
            ConnectError::NotOffered(error) => {
                Self::conflict(Code::BackendNotOffered, error.to_string())
            }
            ConnectError::Elsewhere => Self::conflict(Code::ConnectedElsewhere, error.to_string()),
            ConnectError::ShuttingDown => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, error.to_string())
            }
            ConnectError::Store(error) => error.into(),
        }
    }
}

impl From<CreateRunbookError> for Problem {
    fn from(error: CreateRunbookError) -> Self {
        match error {
            CreateRunbookError::Invalid(detail) => Self::invalid(detail),
            CreateRunbookError::Store(error) => error.into(),
        }
    }
}

impl From<SaveRunbookError> for Problem {
    fn from(error: SaveRunbookError) -> Self {
        match error {
            SaveRunbookError::Invalid(detail) => Self::invalid(detail),
            SaveRunbookError::Conflict { .. } => {
                Self::conflict(Code::RevisionConflict, error.to_string())
            }
            SaveRunbookError::NoRunbook => Self::not_found("runbook"),
            SaveRunbookError::Store(error) => error.into(),
        }
    }
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let detail = error.to_string();
        match error {
            RunError::NoSession | RunError::Start(StartError::SessionEnded) => {
                let detail = StartError::SessionEnded.to_string();
                Self::conflict(Code::SessionEnded, detail)
            }
            RunError::NoBlock { .. } => {
                Self::new(StatusCode::NOT_FOUND, Code::BlockNotFound, detail)
            }
            RunError::BlockChanged { .. } => Self::conflict(Code::BlockChanged, detail),
            RunError::NotRunnable { .. } => {
                Self::new(StatusCode::BAD_REQUEST, Code::BlockNotRunnable, detail)
            }
            RunError::OtherRuntime { .. } => {
                Self::new(StatusCode::BAD_REQUEST, Code::RuntimeMismatch, detail)
            }
            RunError::Program(ProgramError::NoRuntime { .. } | ProgramError::Missing(_)) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::RuntimeMissing, detail)
            }
            RunError::Start(StartError::AlreadyRunning) => {
                Self::conflict(Code::AlreadyRunning, detail)
            }
            RunError::Start(StartError::QueueFull) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, Code::QueueFull, detail)
            }
            RunError::Start(StartError::Store(error)) | RunError::Store(error) => error.into(),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let detail = "the request is too large";
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, detail);
        }
        Self::invalid(rejection.body_text())
    }
}

/// An id that cannot be read names nothing that is there.
impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}

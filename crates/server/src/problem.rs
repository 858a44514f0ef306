//! Failures as RFC 9457 problem details, with a closed set of codes.

mod agents;
mod desk;
mod functions;
mod library;
mod request;

use std::io::ErrorKind;

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use document::PlanError;
use engine::{
    ArtifactError, ConnectError, InputsError, MakeTokenError, PackagesError, ProgramError,
    PutSecretError, QueueFull, ReferenceError, RunError, SecretError, StartError,
};
use serde::Serialize;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use store::{Class, InsertTokenError, StoreError};
use utoipa::ToSchema;

/// What went wrong, for programs. Codes are added, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    AccountDisabled,
    AgentsNotOffered,
    AlreadyRunning,
    ArtifactChanged,
    BackendNotOffered,
    BlockChanged,
    BlockNotFound,
    BlockNotRunnable,
    Blocked,
    BuildFailed,
    CannotCancel,
    CannotPause,
    ClientGone,
    Conflict,
    ConnectedElsewhere,
    CrossOrigin,
    DiskFull,
    Drifted,
    EmailTaken,
    FolderNotEmpty,
    Forbidden,
    FunctionNotReady,
    IdempotencyKeyReused,
    InputsInvalid,
    Internal,
    Invalid,
    JobNotAllowed,
    JobNotEnded,
    JobRateLimited,
    MissingScope,
    NameTaken,
    NeedsBroken,
    NetworkNotOffered,
    NotADocument,
    NotAcceptable,
    NotFetched,
    NotFound,
    NotReading,
    NothingListens,
    NotYours,
    OddValue,
    OverLimit,
    PathTaken,
    PayloadTooLarge,
    PredecessorFailed,
    PreviewsNotOffered,
    QueueFull,
    RateLimited,
    RequestUnderWay,
    ReadOnly,
    ReferenceExpired,
    ReferenceInvalid,
    RevisionConflict,
    RuntimeMismatch,
    RuntimeMissing,
    SecretMissing,
    ServerFailed,
    SessionEnded,
    SessionPaused,
    SignInNeeded,
    SignUpClosed,
    TextReplaced,
    TooLarge,
    TooManyAtOnce,
    TooManyTokens,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Untrusted,
    UpgradeNeeded,
    UploadBusy,
    UploadOffset,
    UsernameTaken,
    ValueTooLarge,
    VersionAnswersAlready,
    VersionNotBuilt,
    WrongCredentials,
}

impl Code {
    /// Its name on the wire.
    pub(crate) fn name(self) -> String {
        let value = serde_json::to_value(self).ok();
        value.and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// A failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    detail: String,
    /// A JSON pointer into the request.
    field: Option<String>,
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
    /// Where in the request's JSON the reason stands: a JSON pointer (RFC 6901), if there is one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/payload/code")]
    field: Option<String>,
    /// Seconds after which asking again may help, as in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), field: None, retry_after_seconds: None }
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::Invalid, detail)
    }

    /// The thing is not there, or belongs to somebody else: the answer is the same.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn unauthenticated() -> Self {
        let detail = "nobody is signed in, or the token is wrong, expired or revoked; send \
                      `Authorization: Bearer` with one that counts, or sign in with the browser";
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, detail)
    }

    /// The request has more bytes than are read of it.
    pub(crate) fn too_large(most_bytes: usize) -> Self {
        let detail = format!("the request is larger than {most_bytes} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, detail)
    }

    pub(crate) fn too_slow() -> Self {
        let detail = "the request came too slowly; send it without long pauses";
        Self::new(StatusCode::REQUEST_TIMEOUT, Code::TooSlow, detail)
    }

    pub(crate) fn not_acceptable() -> Self {
        let detail = "the Accept header refuses application/x-ndjson and text/event-stream, and \
                      there is no third form";
        Self::new(StatusCode::NOT_ACCEPTABLE, Code::NotAcceptable, detail)
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn conflict(code: Code, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let detail = format!("too many tries; wait {seconds} seconds and try again");
        Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, detail).retry_after(seconds)
    }

    /// Says where in the request the reason stands.
    pub(crate) fn at(self, pointer: impl Into<String>) -> Self {
        Self { field: Some(pointer.into()), ..self }
    }

    /// The same for what a reader of JSON stumbled over.
    fn at_path(self, path: &serde_path_to_error::Path) -> Self {
        let parts = path.iter().map(|it| match it {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            // Names of variants stand in no JSON of ours.
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        });
        let pointer: String = parts.collect();
        if pointer.is_empty() { self } else { self.at(pointer) }
    }

    /// The same for a part of a request: its pointers begin there.
    pub(crate) fn within(self, part: &str) -> Self {
        Self { field: self.field.map(|it| format!("{part}{it}")), ..self }
    }

    /// Says when asking again may help.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// Our own fault. The cause is logged, the caller only learns that it happened.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        let detail = "the server failed; its log says why";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, detail)
    }
}

/// A problem with members beside those that every problem has (RFC 9457, section 3.2).
#[derive(Serialize)]
struct Extended {
    #[serde(flatten)]
    details: ProblemDetails,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Problem {
    /// As it is sent, with further members.
    pub(crate) fn response_with(self, more: Map<String, Value>) -> Response {
        let details = ProblemDetails {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            field: self.field,
            retry_after: self.retry_after_seconds,
        };
        let mut response = (self.status, Json(Extended { details, more })).into_response();
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

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.response_with(Map::new())
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
            ConnectError::QueueFull(error) => error.into(),
            ConnectError::Packages(PackagesError::NoPackages(error)) => {
                Self::conflict(Code::BackendNotOffered, error.to_string())
            }
            ConnectError::Packages(PackagesError::Environment(error)) => error.into(),
            ConnectError::Elsewhere => Self::conflict(Code::ConnectedElsewhere, error.to_string()),
            ConnectError::ShuttingDown => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, error.to_string())
            }
            ConnectError::Store(error) => error.into(),
        }
    }
}

impl From<QueueFull> for Problem {
    fn from(error: QueueFull) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, Code::QueueFull, error.to_string());
        problem.retry_after(error.retry_after.as_secs())
    }
}

impl From<MakeTokenError> for Problem {
    fn from(error: MakeTokenError) -> Self {
        let detail = error.to_string();
        match error {
            MakeTokenError::Name
            | MakeTokenError::NoScope
            | MakeTokenError::Expired { .. }
            | MakeTokenError::OutlivesMaker { .. }
            | MakeTokenError::Limits => Self::invalid(detail),
            MakeTokenError::BeyondMaker { .. } => {
                Self::new(StatusCode::FORBIDDEN, Code::MissingScope, detail)
            }
            MakeTokenError::TooMany => Self::conflict(Code::TooManyTokens, detail),
            MakeTokenError::Insert(InsertTokenError::ParentRevoked) => Self::unauthenticated(),
            MakeTokenError::Insert(InsertTokenError::Store(error))
            | MakeTokenError::Store(error) => error.into(),
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
            RunError::Plan(PlanError::NoBlock { .. }) => {
                Self::new(StatusCode::NOT_FOUND, Code::BlockNotFound, detail)
            }
            RunError::Plan(PlanError::NotRunnable { .. }) => {
                Self::new(StatusCode::BAD_REQUEST, Code::BlockNotRunnable, detail)
            }
            RunError::Plan(PlanError::UnknownNeed { .. } | PlanError::Cycle { .. }) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::NeedsBroken, detail)
            }
            RunError::Secret(error) => error.into(),
            RunError::Inputs(error) => error.into(),
            RunError::Program(ProgramError::NoRuntime { .. } | ProgramError::Missing(_)) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::RuntimeMissing, detail)
            }
            RunError::Start(StartError::AlreadyRunning) => {
                Self::conflict(Code::AlreadyRunning, detail)
            }
            RunError::Start(StartError::QueueFull) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, Code::QueueFull, detail).retry_after(1)
            }
            RunError::Start(StartError::Store(error)) | RunError::Store(error) => error.into(),
        }
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        let detail = error.to_string();
        match error {
            SecretError::Missing { .. } | SecretError::OtherKey { .. } => {
                Self::conflict(Code::SecretMissing, detail)
            }
            SecretError::Name(_) => Self::invalid(detail),
            SecretError::Store(error) => error.into(),
        }
    }
}

impl From<InputsError> for Problem {
    fn from(error: InputsError) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let problem = Self::new(status, Code::InputsInvalid, error.to_string());
        match error.0.first() {
            Some(first) => problem.at(format!("/inputs/{}", first.name)),
            None => problem,
        }
    }
}

impl From<PutSecretError> for Problem {
    fn from(error: PutSecretError) -> Self {
        let detail = error.to_string();
        match error {
            PutSecretError::Length { .. } | PutSecretError::Nul | PutSecretError::TooMany => {
                Self::invalid(detail)
            }
            PutSecretError::Store(error) => error.into(),
        }
    }
}

impl From<ArtifactError> for Problem {
    fn from(error: ArtifactError) -> Self {
        let detail = error.to_string();
        let forbidden = |code, detail| Self::new(StatusCode::FORBIDDEN, code, detail);
        match error {
            ArtifactError::Gone | ArtifactError::NoUpload => {
                Self::new(StatusCode::NOT_FOUND, Code::NotFound, detail)
            }
            ArtifactError::Reference(ReferenceError::Expired { .. }) => {
                forbidden(Code::ReferenceExpired, detail)
            }
            ArtifactError::Reference(ReferenceError::Forged | ReferenceError::OtherOwner) => {
                forbidden(Code::ReferenceInvalid, detail)
            }
            ArtifactError::OverLimit { .. } => forbidden(Code::OverLimit, detail),
            ArtifactError::Name
            | ArtifactError::MediaType
            | ArtifactError::OtherDigest { .. }
            | ArtifactError::Incomplete { .. }
            | ArtifactError::BrokenOff { .. } => Self::invalid(detail),
            ArtifactError::Offset { .. } => Self::conflict(Code::UploadOffset, detail),
            // Only workers keep what jobs leave.
            ArtifactError::Stale { .. } => Self::internal(&detail),
            ArtifactError::Busy => Self::conflict(Code::UploadBusy, detail).retry_after(1),
            ArtifactError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, detail)
            }
            ArtifactError::Changed { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::ArtifactChanged, detail)
            }
            ArtifactError::Staging { source } if source.kind() == ErrorKind::StorageFull => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, Code::DiskFull, detail)
            }
            ArtifactError::Staging { .. } | ArtifactError::Place { .. } => Self::internal(&detail),
            ArtifactError::Blobs { .. } => {
                tracing::error!(error = %detail, "the object store failed");
                let detail = "the object store is not available; try again in a moment";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
            ArtifactError::Store(error) => error.into(),
        }
    }
}

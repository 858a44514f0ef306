//! A local runbook with components: what its page asks, and what programs written for Gruntwork Runbooks ask.
//!
//! A request names an executable that was approved, and brings values. It never brings a script, nor a variable
//! of the environment, which would be one.

use std::{collections::BTreeMap, convert::Infallible};

use axum::{
    Json as Reply, Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use engine::local::{
    ApproveError, FieldProblem, GeneratedError, Given, LocalError, LocalRunbook, RunScriptError,
};
use futures_util::StreamExt;
use model::execution::Execution;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

mod directories;
mod exec;
mod sign_ins;

use crate::{
    App,
    auth::Caller,
    extract::{Json, Path, Query},
    problem::{Code, Problem},
    stream,
    wire::{
        executions::ExecutionBody,
        local::{
            ComponentInputsBody, DryRunBody, ExecBody, FileContentBody, FilesBody, InputsBody,
            LocalRunbookBody, NewRunBody, PreviewBody, ProgramBody, RenderedBody,
        },
    },
};

/// The routes, for a document that has components.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/local", get(show))
        .route("/api/local/runs", post(run))
        .route("/api/local/preview", post(preview))
        .route("/api/local/dry-run", post(dry_run))
        .route("/api/local/templates", post(render))
        .route("/api/local/files", get(files).delete(clear_files))
        .route("/api/local/files/content", get(file))
        .route("/api/local/approve", post(approve))
        .route("/api/local/trust", post(trust))
        .route("/api/local/changes", get(changes))
        .route("/api/local/prerequisites", get(prerequisites))
        .merge(sign_ins::routes())
        .route("/api/local/assets/{*path}", get(asset))
        .merge(directories::routes())
        .route("/api/exec", post(exec::exec))
        .route("/api/runbook", get(exec::runbook))
        .route("/api/runbook/executables", get(exec::executables))
}

/// The document of this start; only whoever was shown its URL gets this far.
struct Shown(LocalRunbook);

impl axum::extract::FromRequestParts<App> for Shown {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        app: &App,
    ) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, app).await?;
        let runbook = app.local.as_ref().and_then(|it| it.components.clone());
        runbook.map(Self).ok_or_else(|| Problem::not_found("local runbook"))
    }
}

/// Why nothing was started or rendered, with what a page points at.
struct Refused {
    problem: Problem,
    more: Map<String, Value>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, more: Map::new() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.problem.response_with(self.more)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldBody {
    inputs_id: String,
    name: String,
    message: String,
}

impl From<RunScriptError> for Refused {
    fn from(error: RunScriptError) -> Self {
        use RunScriptError as Error;
        let said = error.to_string();
        let (status, code, more) = match error {
            Error::Untrusted => (StatusCode::FORBIDDEN, Code::Untrusted, json!({})),
            Error::Drifted { .. } => (StatusCode::CONFLICT, Code::Drifted, json!({})),
            Error::NoExecutable { .. } | Error::NoComponent { .. } => {
                (StatusCode::NOT_FOUND, Code::NotFound, json!({}))
            }
            Error::ByComponent => (StatusCode::BAD_REQUEST, Code::Invalid, json!({})),
            Error::Broken { .. } => (StatusCode::CONFLICT, Code::BlockNotRunnable, json!({})),
            Error::Values(problems) => {
                let field = |it: FieldProblem| FieldBody {
                    inputs_id: it.inputs_id,
                    name: it.name,
                    message: it.message,
                };
                let fields: Vec<_> = problems.into_iter().map(field).collect();
                let more = json!({ "fields": fields });
                (StatusCode::UNPROCESSABLE_ENTITY, Code::InputsInvalid, more)
            }
            Error::Blocked { missing, .. } => {
                (StatusCode::CONFLICT, Code::Blocked, json!({ "missing": missing }))
            }
            Error::Local(LocalError::Blocked { missing, .. }) => {
                let missing: Vec<_> = missing.iter().map(|it| format!("outputs.{it}")).collect();
                (StatusCode::CONFLICT, Code::Blocked, json!({ "missing": missing }))
            }
            Error::Local(LocalError::SignIn { missing, .. }) => {
                (StatusCode::CONFLICT, Code::SignInNeeded, json!({ "missing": missing }))
            }
            Error::Local(LocalError::NoWorktree { .. }) => {
                (StatusCode::CONFLICT, Code::Blocked, json!({ "missing": [] }))
            }
            Error::Local(LocalError::AlreadyRunning { .. }) => {
                (StatusCode::CONFLICT, Code::AlreadyRunning, json!({}))
            }
            Error::Local(LocalError::Template(_) | LocalError::Interpreter { .. }) => {
                (StatusCode::CONFLICT, Code::BlockNotRunnable, json!({}))
            }
            Error::Local(LocalError::Start(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, json!({}))
            }
            Error::Local(LocalError::Store(error)) => return Problem::from(error).into(),
            Error::Templates(error) if error.is_about_values() => {
                (StatusCode::CONFLICT, Code::Blocked, json!({}))
            }
            Error::Templates(_) => (StatusCode::CONFLICT, Code::BlockNotRunnable, json!({})),
            Error::Disk(_) => (StatusCode::CONFLICT, Code::Unavailable, json!({})),
        };
        let more = more.as_object().cloned().unwrap_or_default();
        Self { problem: Problem::new(status, code, said), more }
    }
}

fn unapproved(error: ApproveError) -> Problem {
    let said = error.to_string();
    match error {
        ApproveError::Changed | ApproveError::Disk(_) => Problem::conflict(Code::Drifted, said),
        ApproveError::NothingToApprove => Problem::invalid(said),
    }
}

async fn show(
    State(app): State<App>,
    Shown(runbook): Shown,
) -> Result<Reply<LocalRunbookBody>, Problem> {
    body(&app, &runbook).await.map(Reply)
}

async fn body(app: &App, runbook: &LocalRunbook) -> Result<LocalRunbookBody, Problem> {
    let mut runs: BTreeMap<String, Execution> = BTreeMap::new();
    for (component, id) in runbook.runs() {
        if let Some(execution) = app.reader.execution(id).await? {
            runs.insert(component, execution);
        }
    }
    let view = runbook.view().await;
    let source = app.local.as_ref().and_then(|it| it.source.clone());
    Ok(LocalRunbookBody::new(runbook, &view, runs, source))
}

async fn run(
    Shown(runbook): Shown,
    Json(body): Json<NewRunBody>,
) -> Result<(StatusCode, Reply<ExecutionBody>), Refused> {
    let (named, given) = body.parts().ok_or_else(no_name)?;
    let execution = runbook.start(&named, &given).await?;
    Ok((StatusCode::CREATED, Reply(execution.into())))
}

fn no_name() -> Problem {
    Problem::invalid("name what is to run, by executableId or by componentId, and not by both")
}

async fn preview(
    Shown(runbook): Shown,
    Json(body): Json<ComponentInputsBody>,
) -> Result<Reply<PreviewBody>, Refused> {
    let preview = runbook.preview(&body.component_id, &Given::ById(body.inputs)).await?;
    Ok(Reply(preview.into()))
}

async fn dry_run(
    Shown(runbook): Shown,
    Json(body): Json<InputsBody>,
) -> Result<Reply<DryRunBody>, Refused> {
    Ok(Reply(runbook.dry_run(&Given::ById(body.inputs)).await?.into()))
}

async fn render(
    Shown(runbook): Shown,
    Json(body): Json<ComponentInputsBody>,
) -> Result<Reply<RenderedBody>, Refused> {
    let rendered = runbook.render(&body.component_id, &Given::ById(body.inputs)).await?;
    Ok(Reply(rendered.into()))
}

#[derive(Deserialize)]
struct FilesQuery {
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct FileQuery {
    path: String,
}

fn ungenerated(error: GeneratedError) -> Problem {
    match error {
        GeneratedError::Missing { .. } => Problem::not_found("generated file"),
        GeneratedError::Path(_) | GeneratedError::Outside { .. } => {
            Problem::invalid(error.to_string())
        }
        GeneratedError::Shared { .. } => Problem::conflict(Code::PathTaken, error.to_string()),
        GeneratedError::Io(error) => Problem::internal(&error),
    }
}

async fn files(
    Shown(runbook): Shown,
    Query(query): Query<FilesQuery>,
) -> Result<Reply<FilesBody>, Problem> {
    let generated = runbook.generated().clone();
    let root = generated.root().display().to_string();
    let listing = blocking(move || generated.list(query.cursor.as_deref())).await?;
    let listing = listing.map_err(|it| Problem::internal(&it))?;
    Ok(Reply(FilesBody::new(root, listing)))
}

async fn file(
    Shown(runbook): Shown,
    Query(query): Query<FileQuery>,
) -> Result<Reply<FileContentBody>, Problem> {
    let generated = runbook.generated().clone();
    let path = query.path.clone();
    let read = blocking(move || generated.read(&path)).await?.map_err(ungenerated)?;
    let name = query.path.rsplit('/').next().unwrap_or_default();
    let language = name.rsplit_once('.').map(|it| it.1.to_ascii_lowercase());
    let engine::local::GeneratedText { size, text, is_binary } = read;
    let text = text.map(|it| runbook.session().shown(it));
    Ok(Reply(FileContentBody { path: query.path, text, size, language, binary: is_binary }))
}

async fn clear_files(Shown(runbook): Shown) -> Result<Reply<Value>, Problem> {
    let generated = runbook.generated().clone();
    let folder = runbook.folder().path().to_owned();
    let working = std::path::PathBuf::from(runbook.working_directory());
    let cleared = blocking(move || generated.clear(&[&folder, &working])).await?;
    Ok(Reply(json!({ "deleted": cleared.map_err(ungenerated)? })))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|it| Problem::internal(&it))
}

#[derive(Deserialize)]
struct HashBody {
    hash: String,
}

async fn approve(
    State(app): State<App>,
    Shown(runbook): Shown,
    Json(HashBody { hash }): Json<HashBody>,
) -> Result<Reply<LocalRunbookBody>, Problem> {
    runbook.approve(&hash).await.map_err(unapproved)?;
    body(&app, &runbook).await.map(Reply)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrustBody {
    content_hash: String,
}

async fn trust(
    Shown(runbook): Shown,
    Json(TrustBody { content_hash }): Json<TrustBody>,
) -> Result<StatusCode, Problem> {
    runbook.trust(&content_hash).await.map_err(unapproved)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says at once that it listens, and then whenever the disk holds something else.
async fn changes(Shown(runbook): Shown) -> Response {
    let told = runbook.changes().enumerate().map(|(number, hash)| {
        let name = if number == 0 { "hello" } else { "changed" };
        Ok::<_, Infallible>(exec::sent(name, &json!({ "contentHash": hash })))
    });
    stream::response(crate::accept::Format::Sse, Body::from_stream(told))
}

async fn prerequisites(Shown(runbook): Shown) -> Reply<Value> {
    let view = runbook.view().await;
    let path = runbook.session().carried().env.get("PATH").cloned().unwrap_or_default();
    let programs = engine::local::Abilities::of(&view.reading).programs;
    let found = move || {
        let look = |(name, needed_by): (String, Vec<String>)| {
            let found = engine::local::on_path(&path, &name);
            let found = found.map(|it| it.display().to_string());
            ProgramBody { name, found, needed_by }
        };
        programs.into_iter().map(look).collect::<Vec<_>>()
    };
    let programs = blocking(found).await.unwrap_or_default();
    Reply(json!({ "programs": programs }))
}

/// What a document may show beside its text, by the ending of its name.
const ASSETS: [(&str, &str); 16] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("webp", "image/webp"),
    ("bmp", "image/bmp"),
    ("ico", "image/x-icon"),
    ("pdf", "application/pdf"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("ogg", "audio/ogg"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("m4a", "audio/mp4"),
    ("mov", "video/quicktime"),
];

/// A file of the document's `assets`. Scripts in a picture stay without our origin.
async fn asset(Shown(runbook): Shown, Path(path): Path<String>) -> Result<Response, Problem> {
    let missing = || Problem::not_found("asset");
    let ending = path.rsplit_once('.').map(|it| it.1.to_ascii_lowercase());
    let kind = ASSETS.iter().find(|it| Some(it.0) == ending.as_deref()).ok_or_else(missing)?.1;
    let root = runbook.folder().path().join("assets");
    let read = blocking(move || {
        let root = std::fs::canonicalize(root).ok()?;
        let found = std::fs::canonicalize(root.join(&path)).ok()?;
        found.starts_with(&root).then(|| std::fs::read(found).ok()).flatten()
    });
    let bytes = read.await?.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

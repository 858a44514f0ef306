//! The files of a session's workspace: list, read, write, rename, remove.
//!
//! Paths are checked before the sandbox is asked, and followed inside it. What a file holds is sent as a
//! download that runs nowhere. Files are code to the blocks that import them, so a token that changes them
//! needs what one-off code needs too.

use std::io;

use axum::{
    Json as Reply,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::{FileKind, FileStream, SandboxPath, Workspace};
use futures_util::{StreamExt, TryStreamExt};
use model::id::SessionId;
use tokio_util::io::{ReaderStream, StreamReader};

use super::{artifacts::disposition, sessions::my_session};
use crate::{
    App,
    auth::Caller,
    extract::{Json, Path, Query},
    problem::{Problem, ProblemDetails},
    wire::desk::{
        FileBody, FilesBody, FilesQuery, NewDirectoryBody, PathQuery, RenameBody, parse_directory,
        parse_path,
    },
};

/// The files of a directory of my session, folders first. A session that sleeps wakes.
#[utoipa::path(get, path = "/api/sessions/{id}/files", tag = "files", security(("bearer" = ["session:run"])),
    params(("id" = SessionId, Path), FilesQuery), responses(
    (status = 200, description = "one page", body = FilesBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<FilesQuery>,
) -> Result<Reply<FilesBody>, Problem> {
    let path = parse_directory(&query.path)?;
    let mut entries = workspace(&app, &caller, id).await?.list(&path).await?;
    let is_file = |kind| kind != FileKind::Directory;
    entries.sort_by(|a, b| (is_file(a.kind), &a.name).cmp(&(is_file(b.kind), &b.name)));
    let total = entries.len();
    let from = match &query.after {
        Some(after) => entries.iter().position(|it| it.name == *after).map_or(0, |it| it + 1),
        None => 0,
    };
    let items: Vec<_> = entries.into_iter().skip(from).take(query.limit()).collect();
    let is_last = from + items.len() >= total;
    let next_after = items.last().filter(|_| !is_last).map(|it| it.name.clone());
    Ok(Reply(FilesBody {
        items: items.into_iter().map(FileBody::from).collect(),
        total,
        next_after,
    }))
}

/// The content of a file of my session, as a download.
#[utoipa::path(get, path = "/api/sessions/{id}/files/content", tag = "files", security(("bearer" = ["session:run"])),
    params(("id" = SessionId, Path), PathQuery), responses(
    (status = 200, description = "the bytes", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn content(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<PathQuery>,
) -> Result<Response, Problem> {
    let path = parse_path(&query.path)?;
    let file = workspace(&app, &caller, id).await?.read(&path).await?;
    Ok(download(file, path.as_str(), "application/octet-stream"))
}

/// A directory of my session with all that is in it, as tar.
#[utoipa::path(get, path = "/api/sessions/{id}/files/archive", tag = "files", security(("bearer" = ["session:run"])),
    params(("id" = SessionId, Path), PathQuery), responses(
    (status = 200, description = "the archive", content_type = "application/x-tar", body = Vec<u8>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn archive(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<PathQuery>,
) -> Result<Response, Problem> {
    let path = parse_directory(&query.path)?;
    let archive = workspace(&app, &caller, id).await?.archive(&path).await?;
    let name = if query.path.is_empty() { "workspace" } else { query.path.as_str() };
    Ok(download(archive, &format!("{name}.tar"), "application/x-tar"))
}

/// Creates or replaces a file of my session with the body of the request, and the directories it lies in.
/// The file appears whole, or not at all.
#[utoipa::path(put, path = "/api/sessions/{id}/files/content", tag = "files", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path), PathQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 204, description = "it is there"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused", body = ProblemDetails),
    (status = 413, description = "it is larger than the workspace", body = ProblemDetails),
    (status = 507, description = "the workspace is full", body = ProblemDetails)))]
pub(crate) async fn write(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<PathQuery>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let path = parse_path(&query.path)?;
    let workspace = workspace(&app, &caller, id).await?;
    let mut room = workspace.capacity();
    let most = room;
    let bytes = request.into_body().into_data_stream().map(move |chunk| {
        let chunk = chunk.map_err(io::Error::other)?;
        room = room.checked_sub(chunk.len() as u64).ok_or_else(|| {
            let detail = format!("the file is larger than the workspace, which has {most} bytes");
            io::Error::new(io::ErrorKind::FileTooLarge, detail)
        })?;
        Ok::<_, io::Error>(chunk)
    });
    workspace.write(&path, StreamReader::new(bytes.boxed())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a directory in my session.
#[utoipa::path(post, path = "/api/sessions/{id}/files/directory", tag = "files", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path)), request_body = NewDirectoryBody, responses(
    (status = 204, description = "it is there"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the name is taken, or the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn make_directory(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Json(body): Json<NewDirectoryBody>,
) -> Result<StatusCode, Problem> {
    let path = parse_path(&body.path)?;
    workspace(&app, &caller, id).await?.make_directory(&path).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a file or directory of my session another path that is not taken.
#[utoipa::path(post, path = "/api/sessions/{id}/files/rename", tag = "files", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path)), request_body = RenameBody, responses(
    (status = 204, description = "it has the other path"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the path is taken, or the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Json(body): Json<RenameBody>,
) -> Result<StatusCode, Problem> {
    let (from, to) = (parse_path(&body.from)?, parse_path(&body.to)?);
    workspace(&app, &caller, id).await?.rename(&from, &to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a file of my session, or a directory with all that is in it.
#[utoipa::path(delete, path = "/api/sessions/{id}/files", tag = "files", security(("bearer" = ["session:run", "code:run"])),
    params(("id" = SessionId, Path), PathQuery), responses(
    (status = 204, description = "it is gone"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<PathQuery>,
) -> Result<StatusCode, Problem> {
    let path: SandboxPath = parse_path(&query.path)?;
    workspace(&app, &caller, id).await?.remove(&path).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn workspace(app: &App, caller: &Caller, id: SessionId) -> Result<Workspace, Problem> {
    my_session(app, caller.user.id, id).await?;
    Ok(app.engine.workspace(id).await?)
}

/// Users' bytes, which must not become a page of ours.
fn download(file: FileStream, name: &str, kind: &'static str) -> Response {
    let mut response =
        Body::from_stream(ReaderStream::new(file).map_err(io::Error::other)).into_response();
    let disposition =
        HeaderValue::try_from(disposition(name)).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = HeaderValue::from_static("sandbox; default-src 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

//! Artifacts: upload them whole or in parts, list them, download them by signed references.

use std::{ops::Range, time::Duration};

use axum::{
    Json as Reply,
    body::{Body, BodyDataStream},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::{Artifacts, NewUpload, USUAL_REFERENCE_LIFETIME, Upload, media_type};
use futures_util::StreamExt;
use model::{
    artifact::{Artifact, Digest},
    id::{ArtifactId, UploadId, UserId},
};
use sha2::{Digest as _, Sha256};

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path, Query},
    idempotency::{IdempotencyKey, Made, other_request, replayed},
    problem::{Code, Problem, ProblemDetails},
    wire::{
        PageBody, PageQuery,
        artifacts::{ArtifactBody, NewUploadBody, PartQuery, SignQuery, UploadBody, UploadQuery},
    },
};

/// My artifacts, the latest first.
#[utoipa::path(get, path = "/api/v1/artifacts", tag = "artifacts", security(("bearer" = ["job:read"])),
    params(PageQuery), responses((status = 200, description = "one page", body = PageBody<ArtifactBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Reply<PageBody<ArtifactBody>>, Problem> {
    let artifacts = kept(&app)?;
    let cursor = query.cursor()?;
    let page = app.reader.artifacts(caller.user.id, cursor.as_ref(), query.limit()).await?;
    Ok(Reply(PageBody::new(page, |it| body(artifacts, it))))
}

/// Keeps the body of the request as an artifact. It is streamed to the disk; what breaks off is gone, so
/// that large files are better sent in parts. Sent again with the same `Idempotency-Key`, the same bytes
/// give the same artifact, with a fresh reference.
#[utoipa::path(post, path = "/api/v1/artifacts", tag = "artifacts", security(("bearer" = ["job:write"])),
    params(UploadQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, description = "the artifact", body = ArtifactBody),
    (status = 400, description = "the name or the digest is not acceptable", body = ProblemDetails),
    (status = 403, description = "it would exceed the bytes that you may keep", body = ProblemDetails),
    (status = 404, description = "what the same key made is gone", body = ProblemDetails),
    (status = 413, description = "it is larger than an artifact may be", body = ProblemDetails),
    (status = 422, description = "the key was used for another request", body = ProblemDetails)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let artifacts = kept(&app)?;
    let (head, body) = request.into_parts();
    let mut bytes = body.into_data_stream();
    let create = async {
        let new = NewUpload {
            owner: caller.principal.user,
            token: caller.principal.token,
            media_type: sent_type(&head.headers).unwrap_or_else(|| media_type(&query.name)),
            name: query.name.clone(),
            size: length(&head.headers),
            digest: query.digest,
            keep: query.keep.map(Duration::from_secs),
        };
        Ok(artifacts.keep(new, &mut bytes, None).await?.id)
    };
    let made = key.made(&app, caller.user.id, &query, create).await?;
    let (id, again) = match made {
        Made::Now(id) => (id, false),
        Made::Before(id) => (id, true),
    };
    let artifact = mine(&app, caller.user.id, id).await?;
    // The key stands for the bytes too.
    if again && digest_of(bytes).await? != artifact.digest {
        return Err(other_request());
    }
    witness.about(id);
    let response = (StatusCode::CREATED, Reply(self::body(artifacts, artifact))).into_response();
    Ok(if again { replayed(response) } else { response })
}

/// The digest of what is sent, of which nothing is kept.
async fn digest_of(mut bytes: BodyDataStream) -> Result<Digest, Problem> {
    let mut hash = Sha256::new();
    while let Some(chunk) = bytes.next().await {
        let broken = |it| Problem::invalid(format!("the request broke off: {it}"));
        hash.update(chunk.map_err(broken)?);
    }
    Ok(Digest::new(hash.finalize().into()))
}

/// An artifact, with a fresh reference to it.
#[utoipa::path(get, path = "/api/v1/artifacts/{id}", tag = "artifacts", security(("bearer" = ["job:read"])),
    params(("id" = ArtifactId, Path), SignQuery), responses(
    (status = 200, description = "the artifact", body = ArtifactBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ArtifactId>,
    Query(query): Query<SignQuery>,
) -> Result<Reply<ArtifactBody>, Problem> {
    let artifact = mine(&app, caller.user.id, id).await?;
    let signed = kept(&app)?.sign(&artifact, query.lifetime());
    Ok(Reply(ArtifactBody::new(artifact, signed)))
}

/// Deletes an artifact. References to it open nothing from now on.
#[utoipa::path(delete, path = "/api/v1/artifacts/{id}", tag = "artifacts", security(("bearer" = ["job:write"])),
    params(("id" = ArtifactId, Path)), responses(
    (status = 204, description = "deleted"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ArtifactId>,
) -> Result<StatusCode, Problem> {
    mine(&app, caller.user.id, id).await?;
    kept(&app)?.delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The content behind a signed reference of mine, whole or a range of it. Each piece is compared with its
/// digest before it is sent; one that was changed ends the answer.
#[utoipa::path(get, path = "/api/v1/artifacts/content/{reference}", tag = "artifacts", security(("bearer" = ["job:read"])),
    params(("reference" = String, Path)), responses(
    (status = 200, description = "the content", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 206, description = "the range of it that `Range` asks for", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 403, description = "the reference was changed, has expired, or is another user's", body = ProblemDetails),
    (status = 404, description = "the artifact is gone", body = ProblemDetails),
    (status = 416, description = "there is no such range", body = ProblemDetails)))]
pub(crate) async fn content(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let artifacts = kept(&app)?;
    let artifact = artifacts.resolve(&reference, caller.user.id).await?;
    let etag = format!("\"{}\"", artifact.digest.hex());
    let asked = headers.get(header::RANGE).and_then(|it| it.to_str().ok());
    // A range of another content than the caller has the rest of is of no use to them.
    let same = headers.get(header::IF_RANGE).is_none_or(|it| it == etag.as_str());
    let range = match asked.filter(|_| same).map(|it| one_range(it, artifact.size)) {
        Some(Asked::Range(range)) => Some(range),
        Some(Asked::Beyond) => return Err(beyond(artifact.size)),
        Some(Asked::Whole) | None => None,
    };
    let read = range.clone().unwrap_or(0..artifact.size);
    let length = read.end - read.start;
    let mut reading = artifacts.read(&artifact, read).await?;
    // The first piece before the status: what is gone or changed then has one of its own.
    let first = reading.next().await?;
    let rest = futures_util::stream::iter(first.map(Ok)).chain(reading.stream());
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut response = (status, Body::from_stream(rest)).into_response();
    let set = response.headers_mut();
    set.insert(header::CONTENT_LENGTH, length.into());
    set.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set.insert(header::ETAG, text(etag));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    set.insert(header::CONTENT_TYPE, text(artifact.media_type.clone()));
    // Users' HTML must not run as a page of ours.
    set.insert(header::CONTENT_DISPOSITION, text(disposition(&artifact.name)));
    set.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    if let Some(Range { start, end }) = range {
        let said = format!("bytes {start}-{}/{}", end - 1, artifact.size);
        set.insert(header::CONTENT_RANGE, text(said));
    }
    Ok(response)
}

/// Begins an upload in parts.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "artifacts", security(("bearer" = ["job:write"])),
    request_body = NewUploadBody, responses(
    (status = 201, description = "the upload, of which nothing has arrived", body = UploadBody),
    (status = 413, description = "it is larger than an artifact may be", body = ProblemDetails)))]
pub(crate) async fn begin_upload(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Json(asked): Json<NewUploadBody>,
) -> Result<Response, Problem> {
    let artifacts = kept(&app)?;
    let begin = async {
        let new = NewUpload {
            owner: caller.principal.user,
            token: caller.principal.token,
            name: asked.name.clone(),
            media_type: asked.media_type.clone().unwrap_or_else(|| media_type(&asked.name)),
            size: Some(asked.size),
            digest: asked.digest,
            keep: asked.keep.map(Duration::from_secs),
        };
        let upload = artifacts.begin(new).await?;
        witness.about(upload.id);
        Ok(UploadBody::new(upload, None))
    };
    key.once(&app, caller.user.id, &asked, begin).await
}

/// How much of an upload has arrived.
#[utoipa::path(get, path = "/api/v1/uploads/{id}", tag = "artifacts", security(("bearer" = ["job:write"])),
    params(("id" = UploadId, Path)), responses(
    (status = 200, description = "the upload", body = UploadBody),
    (status = 404, description = "not there, not mine, or finished", body = ProblemDetails)))]
pub(crate) async fn show_upload(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UploadId>,
) -> Result<Reply<UploadBody>, Problem> {
    Ok(Reply(UploadBody::new(kept(&app)?.upload(id, caller.user.id).await?, None)))
}

/// Sends the next part. What arrived of one that broke off stays: ask how much that is, and go on there.
/// With the last byte the upload becomes an artifact.
#[utoipa::path(put, path = "/api/v1/uploads/{id}", tag = "artifacts", security(("bearer" = ["job:write"])),
    params(("id" = UploadId, Path), PartQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, description = "the part arrived", body = UploadBody),
    (status = 201, description = "it was the last one: the artifact is there", body = UploadBody),
    (status = 403, description = "it would exceed the bytes that you may keep", body = ProblemDetails),
    (status = 409, description = "the part does not begin where the last one ended, or another one is on its way", body = ProblemDetails),
    (status = 413, description = "there is more of it than was said", body = ProblemDetails)))]
pub(crate) async fn send_part(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UploadId>,
    Query(query): Query<PartQuery>,
    request: Request,
) -> Result<(StatusCode, Reply<UploadBody>), Problem> {
    let artifacts = kept(&app)?;
    let upload = artifacts.upload(id, caller.user.id).await?;
    let part = request.into_body().into_data_stream();
    let upload: Upload = artifacts.append(&upload, query.offset, part).await?;
    if !upload.is_whole() {
        return Ok((StatusCode::OK, Reply(UploadBody::new(upload, None))));
    }
    let artifact = artifacts.finish(&upload, None).await?;
    let artifact = body(artifacts, artifact);
    Ok((StatusCode::CREATED, Reply(UploadBody::new(upload, Some(artifact)))))
}

/// Gives an upload up.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "artifacts", security(("bearer" = ["job:write"])),
    params(("id" = UploadId, Path)), responses(
    (status = 204, description = "given up"),
    (status = 404, description = "not there, not mine, or finished", body = ProblemDetails)))]
pub(crate) async fn abandon_upload(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UploadId>,
) -> Result<StatusCode, Problem> {
    let artifacts = kept(&app)?;
    let upload = artifacts.upload(id, caller.user.id).await?;
    artifacts.abandon(&upload).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The artifacts of this server, if it keeps any.
pub(super) fn kept(app: &App) -> Result<&Artifacts, Problem> {
    app.engine.artifacts().ok_or_else(|| {
        let detail = "this server keeps no artifacts";
        Problem::new(StatusCode::NOT_FOUND, Code::NotFound, detail)
    })
}

pub(super) fn body(artifacts: &Artifacts, it: Artifact) -> ArtifactBody {
    let signed = artifacts.sign(&it, USUAL_REFERENCE_LIFETIME);
    ArtifactBody::new(it, signed)
}

/// The artifact if it belongs to the user; otherwise it is not there.
async fn mine(app: &App, user: UserId, id: ArtifactId) -> Result<Artifact, Problem> {
    let artifact = app.reader.artifact(id).await?;
    artifact.filter(|it| it.owner == user).ok_or_else(|| Problem::not_found("artifact"))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What the sender says it is, unless that is what every client says that does not know.
fn sent_type(headers: &HeaderMap) -> Option<String> {
    const UNKNOWN: [&str; 3] =
        ["application/octet-stream", "application/x-www-form-urlencoded", "application/json"];
    let said = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    (!UNKNOWN.contains(&said)).then(|| said.to_owned())
}

fn text(value: String) -> HeaderValue {
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Downloads it under its own name, whatever characters that has (RFC 6266).
pub(super) fn disposition(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let encoded: String = file
        .bytes()
        .map(|it| match it {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(it).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename*=UTF-8''{encoded}")
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing that we understand, which is answered with everything (RFC 9110, 14.2).
    Whole,
    Range(Range<u64>),
    Beyond,
}

/// One range of bytes; several are answered with everything.
fn one_range(asked: &str, size: u64) -> Asked {
    let Some((from, until)) = asked.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Asked::Whole;
    };
    let number = |it: &str| it.trim().parse::<u64>();
    let range = match (number(from), number(until)) {
        (Ok(from), Ok(last)) if from <= last => from..last.saturating_add(1).min(size),
        (Ok(from), Err(_)) if until.trim().is_empty() => from..size,
        (Err(_), Ok(last)) if from.trim().is_empty() => size.saturating_sub(last)..size,
        _ => return Asked::Whole,
    };
    if range.start < range.end { Asked::Range(range) } else { Asked::Beyond }
}

fn beyond(size: u64) -> Problem {
    let detail = format!("the artifact has {size} bytes, and none of them is in the range");
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, Code::Invalid, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_header_asks_for_one_range_or_for_everything() {
        let rows = [
            ("bytes=0-0", Asked::Range(0..1)),
            ("bytes=2-", Asked::Range(2..10)),
            ("bytes=-3", Asked::Range(7..10)),
            ("bytes=-30", Asked::Range(0..10)),
            ("bytes=5-99", Asked::Range(5..10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("items=0-1", Asked::Whole),
            ("bytes=", Asked::Whole),
        ];
        for (asked, expected) in rows {
            assert_eq!(one_range(asked, 10), expected, "{asked}");
        }
        assert_eq!(one_range("bytes=0-", 0), Asked::Beyond);
    }

    #[test]
    fn a_name_travels_in_a_header_whatever_it_holds() {
        assert_eq!(
            disposition("out/a b\"é.txt"),
            "attachment; filename*=UTF-8''a%20b%22%C3%A9.txt"
        );
    }
}

//! The audit log, for administrators: look through it, export it.

use axum::{Json as Reply, body::Body, extract::State, http::header, response::Response};
use bytes::Bytes;
use futures_util::stream;
use model::audit::AuditEntry;
use store::{AuditFilter, StoreError};

use crate::{
    App,
    accept::Format,
    auth::Caller,
    extract::Query,
    problem::{Problem, ProblemDetails},
    stream::response,
    wire::{
        PageBody,
        audit::{AuditQuery, ExportQuery},
    },
};

/// Entries that are read at once.
const PAGE: u64 = 500;

/// Who did what, the latest first.
#[utoipa::path(get, path = "/api/audit", tag = "audit", security(("bearer" = ["admin"])),
    params(AuditQuery), responses(
    (status = 200, description = "one page", body = PageBody<AuditEntry>),
    (status = 403, description = "this is for administrators", body = ProblemDetails)))]
pub(crate) async fn list(
    State(app): State<App>,
    _: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Reply<PageBody<AuditEntry>>, Problem> {
    let (cursor, limit) = (query.cursor()?, query.limit());
    let filter = AuditFilter { actor: query.actor, action: query.action, object: query.object };
    let page = app.reader.audit(&filter, cursor.as_ref(), limit).await?;
    Ok(Reply(PageBody::new(page, |it| it)))
}

/// The whole log in its order, as JSON Lines: what `runbook audit verify` verifies. Its end is sealed in the
/// header `Audit-Head`, if there is an entry.
#[utoipa::path(get, path = "/api/audit/export", tag = "audit", security(("bearer" = ["admin"])),
    params(ExportQuery), responses(
    (status = 200, description = "an entry a line", body = AuditEntry, content_type = "application/x-ndjson"),
    (status = 403, description = "this is for administrators", body = ProblemDetails)))]
pub(crate) async fn export(
    State(app): State<App>,
    _: Caller,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let head = app.reader.audit_head().await?;
    let end = head.as_deref().and_then(|it| it.split(' ').next()?.parse::<u64>().ok());
    let reader = app.reader.clone();
    let begin = (query.after.unwrap_or(0), reader);
    // Up to the head that is told, so that the two fit together whatever is appended meanwhile.
    let pages = stream::try_unfold(begin, move |(after, reader)| async move {
        let mut entries = reader.audit_after(after, PAGE).await?;
        entries.retain(|it| end.is_some_and(|end| it.seq <= end));
        let Some(last) = entries.last().map(|it| it.seq) else { return Ok(None) };
        let mut text = String::new();
        for entry in &entries {
            text += &serde_json::to_string(entry).expect("an entry is always valid JSON");
            text.push('\n');
        }
        Ok::<_, StoreError>(Some((Bytes::from(text), (last, reader))))
    });
    let mut answer = response(Format::Ndjson, Body::from_stream(pages));
    if let Some(head) = head.and_then(|it| it.parse().ok()) {
        answer.headers_mut().insert(header::HeaderName::from_static("audit-head"), head);
    }
    Ok(answer)
}

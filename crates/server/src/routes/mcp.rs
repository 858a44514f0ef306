//! The tools of this hub for models: one message of MCP a request.

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use http_body_util::Full;

use crate::{
    App,
    auth::{Caller, check_origin},
    extract::Json,
    mcp::{HubTools, OwnRoutes},
    problem::{Problem, ProblemDetails},
    wire::mcp::McpMessageBody,
};

/// One message of the Model Context Protocol: which tools there are, and calls of them.
///
/// Both generations of the protocol are spoken: with the handshake `initialize`, and without one as since 2026-07-28.
/// Nothing is kept between requests, and each answer is one JSON object. A tool asks other routes as the caller,
/// whose scopes count there; those that a token may not use are not listed. A call ends with its request.
#[utoipa::path(post, path = "/mcp", tag = "mcp", security(("bearer" = [])), request_body = McpMessageBody, responses(
    (status = 200, description = "the answer to a request", body = McpMessageBody),
    (status = 202, description = "a notification was taken"),
    (status = 404, description = "a local document has no such tools, or the method is none of the protocol", body = ProblemDetails)))]
pub(crate) async fn ask(
    State(app): State<App>,
    caller: Caller,
    Extension(own): Extension<OwnRoutes>,
    parts: Parts,
    Json(message): Json<McpMessageBody>,
) -> Result<Response, Problem> {
    if app.local.is_some() {
        return Err(Problem::not_found("thing in local mode; run `runbook mcp` in the directory"));
    }
    // Programs send none. A page that somebody was led to does, whatever name of ours it asks for.
    if parts.headers.contains_key(header::ORIGIN) {
        check_origin(&parts, app.config.cors_origin.as_deref())?;
    }
    let message = serde_json::to_vec(&message).map_err(|it| Problem::internal(&it))?;
    let mut request = axum::http::Request::new(Full::new(Bytes::from(message)));
    *request.method_mut() = Method::POST;
    *request.headers_mut() = protocol_headers(&parts.headers);
    let tools = HubTools::new(&app, &caller, own.asked_by(&parts));
    let answer = ::mcp::answer(tools, request).await;
    // The media type was ours: it is the message that is not understood.
    if answer.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let detail = "this is no message of the Model Context Protocol; send a request or a notification of JSON-RPC 2.0";
        return Err(Problem::invalid(detail));
    }
    Ok(answer.map(Body::new))
}

/// What the protocol says in headers; the rest was looked at.
fn protocol_headers(all: &HeaderMap) -> HeaderMap {
    let ours = all.iter().filter(|it| it.0 == header::HOST || it.0.as_str().starts_with("mcp-"));
    let mut headers: HeaderMap = ours.map(|(name, value)| (name.clone(), value.clone())).collect();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    headers
}

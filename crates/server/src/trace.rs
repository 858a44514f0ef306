//! A span for each request of the API, within the caller's trace if it names one (`traceparent`).
//!
//! Left out are the UI's files and what machines ask for all the time: health and metrics.

use axum::{
    extract::{MatchedPath, Request},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use model::trace::TraceParent;
use tracing::{Instrument, Span, field::Empty};

/// Routes that are asked every few seconds, for ever.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Answers a request within a span of its own.
pub(crate) async fn follow(request: Request, next: Next) -> Response {
    let span = span(&request);
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response
}

fn span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let Some(route) = route.filter(|it| !QUIET.contains(it)) else { return Span::none() };
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %request.method(),
        http.route = route,
        url.path = request.uri().path(),
        http.response.status_code = Empty,
    );
    if let Some(parent) = parent(request.headers()) {
        engine::continue_from(&span, parent);
    }
    span
}

fn parent(headers: &HeaderMap) -> Option<TraceParent> {
    headers.get("traceparent")?.to_str().ok()?.parse().ok()
}

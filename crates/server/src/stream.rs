//! Event streams over HTTP: NDJSON by default, SSE for those who prefer it.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt};
use store::{StoreError, StoredEvent};

use crate::accept::Format;

/// Sends stored events as they become known.
pub(crate) fn events(
    format: Format,
    pages: impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send + 'static,
) -> Response {
    let bytes = pages.map(move |page| {
        let mut text = String::new();
        for StoredEvent { seq, body } in page? {
            match format {
                Format::Ndjson => text.extend([body.as_str(), "\n"]),
                Format::Sse => {
                    text.extend(["id: ", &seq.to_string(), "\ndata: ", &body, "\n\n"]);
                }
            }
        }
        Ok::<_, StoreError>(text)
    });
    response(format, Body::from_stream(bytes))
}

/// Sends lines of JSON as they become known.
pub(crate) fn lines(lines: impl Stream<Item = String> + Send + 'static) -> Response {
    let bytes = lines.map(|it| Ok::<_, Infallible>(it + "\n"));
    response(Format::Ndjson, Body::from_stream(bytes))
}

pub(crate) fn response(format: Format, body: Body) -> Response {
    let kind = match format {
        Format::Ndjson => "application/x-ndjson",
        Format::Sse => "text/event-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that collect a response before they pass it on would stop the stream.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, body).into_response()
}

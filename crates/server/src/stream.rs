//! Event streams over HTTP: NDJSON by default, SSE for those who prefer it.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt};
use store::{StoreError, StoredEvent};

/// How a caller wants its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Ndjson,
    Sse,
}

impl Format {
    /// What the `Accept` header prefers, by its q-values; NDJSON where it does not say.
    pub(crate) fn preferred(headers: &HeaderMap) -> Self {
        let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok());
        let mut ndjson: Option<f32> = None;
        let mut sse: Option<f32> = None;
        for range in accepts.flat_map(|it| it.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts
                .filter_map(|it| it.strip_prefix("q="))
                .find_map(|it| it.parse::<f32>().ok())
                .unwrap_or(1.0);
            match kind.as_str() {
                "text/event-stream" => sse = Some(quality),
                "application/x-ndjson" | "application/json" => {
                    ndjson = Some(ndjson.unwrap_or(0.0).max(quality));
                }
                _ => {}
            }
        }
        match (sse, ndjson) {
            (Some(sse), None) if sse > 0.0 => Self::Sse,
            (Some(sse), Some(ndjson)) if sse > ndjson => Self::Sse,
            (Some(_) | None, _) => Self::Ndjson,
        }
    }
}

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

fn response(format: Format, body: Body) -> Response {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_decides_by_its_q_values() {
        let rows = [
            ("", Format::Ndjson),
            ("*/*", Format::Ndjson),
            ("text/event-stream", Format::Sse),
            ("application/x-ndjson", Format::Ndjson),
            ("text/event-stream;q=0.5, application/x-ndjson", Format::Ndjson),
            ("text/event-stream, application/x-ndjson;q=0.9", Format::Sse),
            ("text/event-stream;q=0", Format::Ndjson),
            ("text/html, */*;q=0.1", Format::Ndjson),
        ];
        for (accept, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(Format::preferred(&headers), expected, "{accept}");
        }
    }
}

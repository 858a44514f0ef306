//! The web UI inside the binary.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::Problem;

/// The built UI, each file also compressed (`.br`, `.gz`). `build.rs` puts it there.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/web_ui"]
struct WebUi;

/// Scripts, fonts and connections only from here; untrusted output only in sandboxed frames.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob: https:; frame-src 'self' blob: data:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Serves a file of the UI, or its one page for every path that is a place in it.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    // What clients look for there is JSON; a page would only puzzle them.
    let is_well_known = path.split('/').any(|it| it == ".well-known");
    if path.starts_with("api/") || is_well_known || !matches!(method, Method::GET | Method::HEAD) {
        return Problem::not_found("route").into_response();
    }
    let is_file = path.rsplit('/').next().is_some_and(|it| it.contains('.'));
    match (file(path, &headers), is_file) {
        (Some(response), _) if !path.is_empty() => response,
        (_, true) => Problem::not_found("file").into_response(),
        (_, false) => file("index.html", &headers)
            .unwrap_or_else(|| Problem::internal(&"the UI has no page").into_response()),
    }
}

/// The page that shows the OpenAPI document.
pub(crate) async fn api_docs(headers: HeaderMap) -> Response {
    file("api-docs.html", &headers).unwrap_or_else(|| Problem::not_found("page").into_response())
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = WebUi::get(path)?;
    let etag = format!("\"{}\"", hex(&plain.metadata.sha256_hash()[..16]));
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut response = if text(header::IF_NONE_MATCH) == etag {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body(path, plain, text(header::ACCEPT_ENCODING))
    };
    // Files under assets/ carry a hash of their content in their name.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let set = response.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    set.insert(header::CONTENT_SECURITY_POLICY, policy);
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        set.insert(header::ETAG, etag);
    }
    Some(response)
}

fn body(path: &str, plain: EmbeddedFile, accepted: &str) -> Response {
    let kind = HeaderValue::from_str(plain.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    for (encoding, extension) in [("br", "br"), ("gzip", "gz")] {
        let wanted = accepted.split(',').any(|it| it.trim().split(';').next() == Some(encoding));
        if let Some(packed) = wanted.then(|| WebUi::get(&format!("{path}.{extension}"))).flatten() {
            let encoding = HeaderValue::from_static(encoding);
            let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_ENCODING, encoding)];
            return (headers, packed.data).into_response();
        }
    }
    ([(header::CONTENT_TYPE, kind)], plain.data).into_response()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string never fails");
        text
    })
}

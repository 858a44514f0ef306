//! What a preview shows where there is nothing of the program's to show.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Why a request is not passed on, or has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    /// The host is none of ours, or not said once.
    NoPreview,
    /// The ticket or the cookie opens nothing.
    NotOpened,
    /// Another site made the request up.
    CrossOrigin,
    BadRequest,
    Ended,
    Paused,
    /// No program listens.
    NoProgram(u16),
    /// The program hung up, or answered what is no HTTP.
    Broken(u16),
    Busy,
}

impl Nothing {
    fn words(self) -> (StatusCode, &'static str, String) {
        let reopen =
            "Open the port from its runbook. A link to a preview works once, in one browser.";
        match self {
            Self::NoPreview => (
                StatusCode::MISDIRECTED_REQUEST,
                "There is no preview here",
                "This address shows programs of runbook sessions, each under a name of its own."
                    .to_owned(),
            ),
            Self::NotOpened => {
                (StatusCode::UNAUTHORIZED, "This preview is not open to you", reopen.to_owned())
            }
            Self::CrossOrigin => (
                StatusCode::FORBIDDEN,
                "Another site asked for this",
                "A preview answers to its own pages only.".to_owned(),
            ),
            Self::BadRequest => (
                StatusCode::BAD_REQUEST,
                "This request cannot be passed on",
                "Its head is not one that a program of a session could be sent.".to_owned(),
            ),
            Self::Ended => (
                StatusCode::GONE,
                "The session has ended",
                "Its programs ended with it. Connect to the runbook again and start them anew."
                    .to_owned(),
            ),
            Self::Paused => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The session is paused",
                "Resume it in its runbook, then reload this page.".to_owned(),
            ),
            Self::NoProgram(port) => (
                StatusCode::BAD_GATEWAY,
                "Nothing listens here",
                format!(
                    "No program of the session listens on port {port}. Start it, then reload this page."
                ),
            ),
            Self::Broken(port) => (
                StatusCode::BAD_GATEWAY,
                "The program did not answer",
                format!("What listens on port {port} hung up, or does not speak HTTP."),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many requests at once",
                "This preview has as many requests under way as it may. Reload in a moment."
                    .to_owned(),
            ),
        }
    }
}

impl IntoResponse for Nothing {
    fn into_response(self) -> Response {
        let (status, title, words) = self.words();
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
             <style>body{{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}}\
             h1{{font-size:1.25rem;margin:0 0 .5rem}}p{{margin:0}}</style><main><h1>{title}</h1><p>{words}</p></main></html>\n"
        );
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        (status, headers, page).into_response()
    }
}

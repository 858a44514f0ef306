//! What is wrong with a request before any route looks at it, as problems.

use std::error::Error as _;

use axum::{
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::StatusCode,
};

use super::{Code, Problem};
use crate::listener::TooSlow;

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        if TooSlow::is_behind(&rejection) {
            return Self::too_slow();
        }
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let detail = "the request is too large";
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, detail);
        }
        let problem = Self::invalid(rejection.body_text());
        match behind(&rejection) {
            Some(error) => problem.at_path(error.path()),
            None => problem,
        }
    }
}

type JsonError = serde_path_to_error::Error<serde_json::Error>;

/// What a body's reader says that knows where it stopped.
fn behind(rejection: &JsonRejection) -> Option<&JsonError> {
    let mut source = rejection.source();
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        source = error.source();
    }
    None
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        let problem = Self::invalid(format!("the request is not as described: {error}"));
        problem.at_path(error.path())
    }
}

/// An id that cannot be read names nothing that is there.
impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}

//! Refusals as GraphQL has them: with the codes of problems.

pub(super) use async_graphql::Result;
use async_graphql::{Error, ErrorExtensionValues, Response, ServerError, Value};

use crate::problem::{Code, Problem};

/// Makes an error of a resolver out of whatever can be told over HTTP.
pub(super) fn refused(error: impl Into<Problem>) -> Error {
    let problem: Problem = error.into();
    Error { extensions: Some(extensions(&problem)), ..Error::new(problem.detail()) }
}

/// An answer that is nothing but a refusal.
pub(crate) fn refusal(problem: &Problem) -> Response {
    let mut error = ServerError::new(problem.detail(), None);
    error.extensions = Some(extensions(problem));
    Response::from_errors(vec![error])
}

fn extensions(problem: &Problem) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", problem.code().name());
    values.set("status", problem.status().as_u16());
    values
}

/// Gives a code to the errors that have none: those of documents that are not what the schema says.
pub(super) fn coded(mut response: Response) -> Response {
    for error in &mut response.errors {
        let values = error.extensions.get_or_insert_default();
        if values.get("code").is_none() {
            values.set("code", Code::Invalid.name());
            values.set("status", 400);
        }
    }
    response
}

/// What a REST route would have answered with.
pub(crate) fn status(response: &Response) -> u16 {
    let told = response.errors.first().and_then(|it| it.extensions.as_ref());
    match told.map(|it| it.get("status")) {
        None => 200,
        Some(Some(Value::Number(status))) => {
            status.as_u64().and_then(|it| u16::try_from(it).ok()).unwrap_or(500)
        }
        Some(_) => 500,
    }
}

//! What each route needs of its caller, as the OpenAPI document says it.
//!
//! The description beside a handler, `security(("bearer" = ["runbook:read"]))`, is what is published
//! and what is asked for; the two cannot differ. A route that says nothing is for people who signed
//! in: no token gets further than somebody thought about.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    extract::MatchedPath,
    http::{Method, request::Parts},
};
use model::scope::{Scope, Scopes};
use utoipa::openapi::path::{Operation, PathItem};

use crate::openapi::{complete::scopes, openapi};

/// What a caller must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// A sign-in: tokens will not do.
    SignIn,
    /// A sign-in, or any token.
    AnyCaller,
    /// A sign-in, or a token with these scopes.
    Scopes(Scopes),
}

static TABLE: LazyLock<HashMap<String, Vec<(Method, Needs)>>> = LazyLock::new(|| {
    openapi().paths.paths.iter().map(|(path, item)| (path.clone(), of_item(item))).collect()
});

impl Needs {
    /// What the route needs that a request was matched with.
    pub(crate) fn of(parts: &Parts) -> Self {
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        // The answer to HEAD is that to GET without its body.
        let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
        path.map_or(Self::SignIn, |it| Self::at(method, it))
    }

    /// What a route needs, by its path as it is described.
    pub(crate) fn at(method: &Method, path: &str) -> Self {
        let methods = TABLE.get(path);
        let found = methods.and_then(|it| it.iter().find(|it| it.0 == *method));
        found.map_or(Self::SignIn, |it| it.1)
    }

    fn of_operation(operation: &Operation) -> Self {
        let Some(names) = operation.security.as_deref().and_then(scopes) else {
            return Self::SignIn;
        };
        let parsed: Scopes = names
            .iter()
            .map(|it| it.parse::<Scope>().expect("a route names a scope that there is"))
            .collect();
        if parsed.is_empty() { Self::AnyCaller } else { Self::Scopes(parsed) }
    }
}

fn of_item(item: &PathItem) -> Vec<(Method, Needs)> {
    let operations = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ];
    let described = operations.into_iter().filter_map(|(method, it)| Some((method, it.as_ref()?)));
    described.map(|(method, it)| (method, Needs::of_operation(it))).collect()
}

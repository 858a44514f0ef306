//! What all routes have in common, added to the document once instead of beside each of them: a name
//! that no other operation has, and the failures that any of them may answer. Lists refer to what is in them.

use utoipa::openapi::{
    Content, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, Schema,
    path::{Operation, ParameterIn},
    schema::ArrayItems,
    security::SecurityRequirement,
};

use super::BEARER;

const PROBLEM: &str = "#/components/schemas/Problem";
const PROBLEM_TYPE: &str = "application/problem+json";

/// Completes every operation. Failures that a route tells itself stay as they are.
pub(super) fn operations(document: &mut Document) {
    for item in document.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            // Functions are named within their module, operations within the whole document.
            let tag = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
            let name = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{tag}_{name}"));
            spread_security(operation);
            for (status, description) in common(operation) {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| described(description));
            }
            operation.responses.responses.values_mut().for_each(name_type);
        }
    }
}

/// Lets each list refer to the component that its items are. utoipa writes out what fills a generic type,
/// and names it: `PageBody_Job`.
pub(super) fn lists(document: &mut Document) {
    let Some(components) = &mut document.components else { return };
    let named = components.schemas.clone();
    for (name, list) in &mut components.schemas {
        let Some((_, item)) = name.split_once('_') else { continue };
        let RefOr::T(Schema::Object(list)) = list else { continue };
        for property in list.properties.values_mut() {
            if let RefOr::T(Schema::Array(array)) = property
                && let ArrayItems::RefOrSchema(written_out) = &array.items
                && named.get(item) == Some(&**written_out)
            {
                array.items = Ref::from_schema_name(item).into();
            }
        }
    }
}

fn common(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let mut failures = vec![
        ("500", "the server failed; its log says why"),
        ("503", "the database is not available, or the server is stopping"),
    ];
    if !is_open(operation) {
        failures.extend([
            ("400", "the request cannot be understood, or asks for what is not allowed"),
            ("401", "nobody is signed in, or the token is wrong, expired or revoked"),
            ("403", "the token lacks the scope, or another site made the request up"),
            (
                "429",
                "too many requests, or the queue is full; `Retry-After` says when to come back",
            ),
        ]);
    }
    let takes = |place: ParameterIn| {
        let parameters = operation.parameters.iter().flatten();
        parameters.into_iter().any(|it| matches!(it, RefOr::T(it) if it.parameter_in == place))
    };
    if takes(ParameterIn::Path) {
        failures.push(("404", "there is no such thing, or it belongs to somebody else"));
    }
    if operation.request_body.is_some() {
        failures.push(("413", "the request is too large"));
    }
    if operation.request_body.is_some() || takes(ParameterIn::Query) {
        failures.push(("400", "the request cannot be understood, or asks for what is not allowed"));
    }
    failures
}

/// Whether strangers may ask.
fn is_open(operation: &Operation) -> bool {
    let nothing = SecurityRequirement::default();
    operation.security.as_ref().is_some_and(|it| it.contains(&nothing))
}

/// Where a bearer token will do, so will one in the header of tinirun's programs, or a cookie.
fn spread_security(operation: &mut Operation) {
    let Some(scopes) = operation.security.as_deref().and_then(scopes) else { return };
    let requirement = |it: &str| SecurityRequirement::new(it, scopes.clone());
    operation.security = Some([BEARER, "api_key", "cookie"].map(requirement).into());
}

/// The scopes that a bearer token needs, if one will do at all.
pub(crate) fn scopes(security: &[SecurityRequirement]) -> Option<Vec<String>> {
    let mut written = security.iter().filter_map(|it| serde_json::to_value(it).ok());
    let scopes = written.find_map(|mut it| it.get_mut(BEARER).map(serde_json::Value::take))?;
    serde_json::from_value(scopes).ok()
}

fn described(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::new(PROBLEM)));
    ResponseBuilder::new().description(description).content(PROBLEM_TYPE, content).into()
}

/// Routes say that a failure is a problem; that problems have a media type of their own is said here.
fn name_type(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    let is_problem = |content: &RefOr<Content>| {
        let RefOr::T(content) = content else { return false };
        matches!(&content.schema, Some(RefOr::Ref(it)) if it.ref_location == PROBLEM)
    };
    if response.content.values().all(is_problem)
        && let Some((_, content)) = response.content.pop()
    {
        response.content.insert(PROBLEM_TYPE.to_owned(), content);
    }
}

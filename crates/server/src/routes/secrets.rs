//! Secrets: set, list, delete. Nothing here gives a value back.

use axum::{Json as Reply, extract::State, http::StatusCode};
use model::function::SecretName;

use crate::{
    App,
    auth::Caller,
    extract::{Json, Path},
    problem::{Problem, ProblemDetails},
    wire::{
        ListBody,
        secrets::{SecretBody, SecretValueBody},
    },
};

/// The names of my secrets.
#[utoipa::path(get, path = "/api/secrets", tag = "secrets", security(("bearer" = ["function:read"])), responses(
    (status = 200, description = "all of them, by name", body = ListBody<SecretBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Reply<ListBody<SecretBody>>, Problem> {
    let secrets = app.engine.secrets(caller.user.id).await?;
    Ok(Reply(ListBody { items: secrets.into_iter().map(SecretBody::from).collect() }))
}

/// Sets a secret, in place of any of that name. Functions that list it find the new value from their
/// next call on.
#[utoipa::path(put, path = "/api/secrets/{name}", tag = "secrets", security(("bearer" = ["function:write"])), params(("name" = String, Path, pattern = "^[A-Za-z_][A-Za-z0-9_]{0,63}$")),
    request_body = SecretValueBody, responses(
    (status = 204, description = "kept, sealed"),
    (status = 400, description = "the name or the value is not acceptable", body = ProblemDetails)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(body): Json<SecretValueBody>,
) -> Result<StatusCode, Problem> {
    let name: Result<SecretName, _> = name.parse();
    let name = name.map_err(|error| Problem::invalid(error.to_string()))?;
    app.engine.put_secret(caller.user.id, &name, &body.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a secret. Functions that list it cannot be called until it is set again.
#[utoipa::path(delete, path = "/api/secrets/{name}", tag = "secrets", security(("bearer" = ["function:write"])), params(("name" = String, Path, pattern = "^[A-Za-z_][A-Za-z0-9_]{0,63}$")), responses(
    (status = 204, description = "deleted"),
    (status = 404, description = "there is none of this name", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let missing = || Problem::not_found("secret");
    let name: SecretName = name.parse().map_err(|_| missing())?;
    let deleted = app.engine.delete_secret(caller.user.id, &name).await?;
    deleted.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
}

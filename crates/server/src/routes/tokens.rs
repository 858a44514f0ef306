//! Personal tokens: list mine, make one, revoke one; limits are for administrators.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use engine::{Maker, NewToken};
use model::{
    id::TokenId,
    token::{Token, TokenLimits},
};

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::{Problem, ProblemDetails},
    wire::{
        ListBody,
        tokens::{MadeTokenBody, NewTokenBody, TokenBody, TokenLimitsBody},
    },
};

/// My tokens that are not revoked, the oldest first. Their secrets are not told again.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens", security(("bearer" = ["token:write"])), responses(
    (status = 200, description = "the tokens", body = ListBody<TokenBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Reply<ListBody<TokenBody>>, Problem> {
    let tokens = app.engine.tokens().list(Some(caller.user.id)).await?;
    let now = app.engine.clock().now();
    Ok(Reply(ListBody { items: tokens.into_iter().map(|it| TokenBody::new(it, now)).collect() }))
}

/// Makes a token. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/tokens", tag = "tokens", security(("bearer" = ["token:write"])), request_body = NewTokenBody, responses(
    (status = 201, description = "the token and its secret", body = MadeTokenBody),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 403, description = "a scope is missing, or the caller does not have one that they would give", body = ProblemDetails),
    (status = 409, description = "there are too many tokens", body = ProblemDetails)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Json(body): Json<NewTokenBody>,
) -> Result<Response, Problem> {
    let create = async {
        let new = NewToken {
            user: caller.principal.user,
            name: body.name.clone(),
            scopes: body.scopes.iter().copied().collect(),
            expires_at: body.expires_at,
            limits: TokenLimits::default(),
        };
        let token = caller.token.as_ref().map(|it| &it.token);
        let maker = Maker { scopes: caller.scopes, token };
        let (token, secret) = app.engine.tokens().make(new, maker).await?;
        witness.about(token.id);
        let about = TokenBody::new(token, app.engine.clock().now());
        let kept = MadeTokenBody { token: None, about: about.clone() };
        Ok((MadeTokenBody { token: Some(secret.reveal().to_owned()), about }, kept))
    };
    key.once_keeping(&app, caller.user.id, &body, create).await
}

/// Revokes a token of mine, and those that it made. From now on it is worth nothing.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "tokens", security(("bearer" = ["token:write"])), params(("id" = TokenId, Path)), responses(
    (status = 204, description = "revoked"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TokenId>,
) -> Result<StatusCode, Problem> {
    let token = app.reader.token(id).await?;
    token.filter(|it| it.user == caller.user.id).ok_or_else(|| Problem::not_found("token"))?;
    app.engine.tokens().revoke(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets how fast and how much at once a token may ask, whoever's it is. For administrators.
#[utoipa::path(put, path = "/api/tokens/{id}/limits", tag = "tokens", security(("bearer" = ["admin"])), params(("id" = TokenId, Path)),
    request_body = TokenLimitsBody, responses(
    (status = 200, description = "the token", body = TokenBody),
    (status = 404, description = "there is no such token", body = ProblemDetails)))]
pub(crate) async fn set_limits(
    State(app): State<App>,
    _: Caller,
    Path(id): Path<TokenId>,
    Json(limits): Json<TokenLimitsBody>,
) -> Result<Reply<TokenBody>, Problem> {
    app.engine.tokens().set_limits(id, limits.into()).await?;
    let token: Option<Token> = app.reader.token(id).await?;
    let token = token.ok_or_else(|| Problem::not_found("token"))?;
    Ok(Reply(TokenBody::new(token, app.engine.clock().now())))
}

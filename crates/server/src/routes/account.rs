//! Accounts: sign up, sign in, sign out, who am I.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use model::user::{check_email, check_password, check_username};
use store::CreateUserError;

use crate::{
    App,
    audit::Witness,
    auth::{Caller, set_cookie},
    extract::Json,
    problem::{Code, Problem, ProblemDetails},
    wire::account::{SignInBody, SignUpBody, SignedInBody, UserBody},
};

type SignedIn = (
    StatusCode,
    AppendHeaders<[(header::HeaderName, header::HeaderValue); 1]>,
    Reply<SignedInBody>,
);

/// Makes an account and signs in.
#[utoipa::path(post, path = "/api/auth/sign-up", tag = "account", security(()), request_body = SignUpBody, responses(
    (status = 201, description = "signed up and in", body = SignedInBody),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 409, description = "email or username is taken", body = ProblemDetails)))]
pub(crate) async fn sign_up(
    State(app): State<App>,
    witness: Witness,
    headers: HeaderMap,
    Json(body): Json<SignUpBody>,
) -> Result<SignedIn, Problem> {
    if !app.config.sign_up {
        let detail = "sign-up is closed on this server; ask its administrator for an account";
        return Err(Problem::new(StatusCode::FORBIDDEN, Code::SignUpClosed, detail));
    }
    let (email, username) = (body.email.trim(), body.username.trim());
    let checked = check_email(email).and_then(|()| check_username(username));
    checked
        .and_then(|()| check_password(&body.password))
        .map_err(|it| Problem::invalid(it.to_string()))?;
    let hash = app.auth.hash(body.password).await?;
    let user =
        app.engine.create_user(email, username, &hash).await.map_err(|error| match error {
            CreateUserError::EmailTaken { .. } => Problem::conflict(
                Code::EmailTaken,
                "there is an account with this email address; sign in instead",
            ),
            CreateUserError::UsernameTaken { .. } => {
                Problem::conflict(Code::UsernameTaken, "this username is taken; choose another one")
            }
            CreateUserError::Store(error) => error.into(),
        })?;
    witness.by(&user, None);
    app.welcome(&user).await;
    signed_in(&app, &headers, StatusCode::CREATED, user)
}

/// Signs in.
#[utoipa::path(post, path = "/api/auth/sign-in", tag = "account", security(()), request_body = SignInBody, responses(
    (status = 200, description = "signed in", body = SignedInBody),
    (status = 401, description = "wrong credentials", body = ProblemDetails),
    (status = 403, description = "the account is disabled", body = ProblemDetails),
    (status = 429, description = "too many tries", body = ProblemDetails)))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    witness: Witness,
    headers: HeaderMap,
    Json(body): Json<SignInBody>,
) -> Result<SignedIn, Problem> {
    let login = body.email.trim();
    app.auth.count_try(login)?;
    let found = app.reader.credentials(login).await?;
    let (user, hash) = found.unzip();
    if let Some(user) = &user {
        witness.by(user, None);
    }
    let right = app.auth.verify(body.password, hash).await?;
    match user.filter(|_| right) {
        Some(user) if user.disabled_at.is_some() => {
            let detail = "this account is disabled; ask the server's administrator";
            Err(Problem::new(StatusCode::FORBIDDEN, Code::AccountDisabled, detail))
        }
        Some(user) => signed_in(&app, &headers, StatusCode::OK, user),
        None => {
            let detail = "email address or password is wrong";
            Err(Problem::new(StatusCode::UNAUTHORIZED, Code::WrongCredentials, detail))
        }
    }
}

/// Signs out: the token that was shown is worth nothing from now on.
#[utoipa::path(post, path = "/api/auth/sign-out", tag = "account",
    responses((status = 204, description = "signed out")))]
pub(crate) async fn sign_out(
    State(app): State<App>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    if let Some(claims) = &caller.sign_in {
        app.engine.revoke_sign_in(&claims.jti, claims.expires_at()).await?;
        app.sockets.sign_out(&claims.jti);
    }
    let cookie = [(header::SET_COOKIE, set_cookie(None, false))];
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookie)))
}

/// The signed-in user.
#[utoipa::path(get, path = "/api/auth/me", tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "the user", body = UserBody),
    (status = 401, description = "nobody is signed in", body = ProblemDetails)))]
pub(crate) async fn me(caller: Caller) -> Reply<UserBody> {
    Reply(caller.user.into())
}

fn signed_in(
    app: &App,
    headers: &HeaderMap,
    status: StatusCode,
    user: model::user::User,
) -> Result<SignedIn, Problem> {
    let token = app.auth.token(&user, app.engine.clock().now())?;
    // Behind a proxy that speaks TLS the cookie must not travel without it.
    let secure = headers.get("x-forwarded-proto").is_some_and(|it| it == "https");
    let cookie = [(header::SET_COOKIE, set_cookie(Some(&token), secure))];
    Ok((status, AppendHeaders(cookie), Reply(SignedInBody { token, user: user.into() })))
}

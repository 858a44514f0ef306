//! Accounts: sign up, sign in, sign out, who am I.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use store::CreateUserError;

use crate::{
    App,
    auth::{Principal, set_cookie},
    extract::Json,
    problem::{Code, Problem, ProblemDetails},
    wire::account::{SignInBody, SignUpBody, SignedInBody, UserBody},
};

const MIN_PASSWORD_CHARS: usize = 8;

/// More would let a stranger make us hash megabytes.
const MAX_PASSWORD_BYTES: usize = 1024;

type SignedIn = (
    StatusCode,
    AppendHeaders<[(header::HeaderName, header::HeaderValue); 1]>,
    Reply<SignedInBody>,
);

/// Makes an account and signs in.
#[utoipa::path(post, path = "/api/auth/sign-up", tag = "account", request_body = SignUpBody, responses(
    (status = 201, description = "signed up and in", body = SignedInBody),
    (status = 400, description = "something is not acceptable", body = ProblemDetails),
    (status = 409, description = "email or username is taken", body = ProblemDetails)))]
pub(crate) async fn sign_up(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<SignUpBody>,
) -> Result<SignedIn, Problem> {
    if !app.config.sign_up {
        let detail = "sign-up is closed on this server; ask its administrator for an account";
        return Err(Problem::new(StatusCode::FORBIDDEN, Code::SignUpClosed, detail));
    }
    let (email, username) = (body.email.trim(), body.username.trim());
    check_email(email)?;
    check_username(username)?;
    check_password(&body.password)?;
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
    app.welcome(&user).await;
    signed_in(&app, &headers, StatusCode::CREATED, user)
}

/// Signs in.
#[utoipa::path(post, path = "/api/auth/sign-in", tag = "account", request_body = SignInBody, responses(
    (status = 200, description = "signed in", body = SignedInBody),
    (status = 401, description = "wrong credentials", body = ProblemDetails),
    (status = 429, description = "too many tries", body = ProblemDetails)))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<SignInBody>,
) -> Result<SignedIn, Problem> {
    let login = body.email.trim();
    app.auth.count_try(login)?;
    let found = app.reader.credentials(login).await?;
    let (user, hash) = found.unzip();
    let right = app.auth.verify(body.password, hash).await?;
    match user.filter(|_| right) {
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
    principal: Principal,
) -> Result<impl IntoResponse, Problem> {
    if let Some(claims) = &principal.claims {
        app.engine.revoke_sign_in(&claims.jti, claims.expires_at()).await?;
    }
    let cookie = [(header::SET_COOKIE, set_cookie(None, false))];
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookie)))
}

/// The signed-in user.
#[utoipa::path(get, path = "/api/auth/me", tag = "account", responses(
    (status = 200, description = "the user", body = UserBody),
    (status = 401, description = "nobody is signed in", body = ProblemDetails)))]
pub(crate) async fn me(principal: Principal) -> Reply<UserBody> {
    Reply(principal.user.into())
}

fn signed_in(
    app: &App,
    headers: &HeaderMap,
    status: StatusCode,
    user: model::user::User,
) -> Result<SignedIn, Problem> {
    let token = app.auth.token(user.id, app.engine.clock().now())?;
    // Behind a proxy that speaks TLS the cookie must not travel without it.
    let secure = headers.get("x-forwarded-proto").is_some_and(|it| it == "https");
    let cookie = [(header::SET_COOKIE, set_cookie(Some(&token), secure))];
    Ok((status, AppendHeaders(cookie), Reply(SignedInBody { token, user: user.into() })))
}

fn check_email(email: &str) -> Result<(), Problem> {
    let parts = email.split_once('@');
    let plausible = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let clean = !email.chars().any(|it| it.is_whitespace() || it.is_control());
    if plausible && clean && email.len() <= 254 {
        return Ok(());
    }
    Err(Problem::invalid(format!("{email:?} is not an email address")))
}

fn check_username(username: &str) -> Result<(), Problem> {
    let known = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    if (2..=40).contains(&username.len()) && username.chars().all(known) {
        return Ok(());
    }
    let rule = "a username has 2 to 40 letters, digits, '-', '_' or '.'";
    Err(Problem::invalid(format!("{username:?} is not a username: {rule}")))
}

fn check_password(password: &str) -> Result<(), Problem> {
    if password.chars().count() < MIN_PASSWORD_CHARS {
        let detail =
            format!("the password is too short; use at least {MIN_PASSWORD_CHARS} characters");
        return Err(Problem::invalid(detail));
    }
    if password.len() > MAX_PASSWORD_BYTES {
        let detail = format!("the password is too long; use at most {MAX_PASSWORD_BYTES} bytes");
        return Err(Problem::invalid(detail));
    }
    Ok(())
}

//! Signing in from the page of a local runbook. Nothing is asked of a provider or a program before the reader trusts
//! the document, which names the hosts.

use axum::{
    Json as Reply, Router,
    http::StatusCode,
    routing::{delete, post},
};
use engine::local::{LocalRunbook, LocalSession, SignInError};
use serde_json::{Value, json};

use super::{Refused, Shown};
use crate::{
    App,
    extract::{Json, Path},
    problem::{Code, Problem},
    wire::local::sign_ins::{ChoiceBody, FlowOrderBody, FoundProgramBody, SignInOrderBody},
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/local/sign-ins", post(sign_in))
        .route("/api/local/sign-ins/{id}", delete(sign_out))
        .route("/api/local/sign-ins/{id}/program", post(find_program))
        .route("/api/local/sign-ins/{id}/check", post(check))
        .route("/api/local/sign-ins/{id}/flow", post(begin).delete(cancel))
        .route("/api/local/sign-ins/{id}/flow/choice", post(choose))
}

async fn session(runbook: &LocalRunbook) -> Result<&LocalSession, Problem> {
    runbook.to_sign_in().await.map_err(|it| Refused::from(it).problem)
}

fn problem(error: SignInError) -> Problem {
    let said = error.to_string();
    match error {
        SignInError::NoComponent { .. } => {
            Problem::new(StatusCode::NOT_FOUND, Code::NotFound, said)
        }
        SignInError::Unavailable { .. } => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, said)
        }
        SignInError::NotInEnvironment { .. }
        | SignInError::NotForHost { .. }
        | SignInError::NoProfile { .. }
        | SignInError::NoKeys { .. }
        | SignInError::Value { .. }
        | SignInError::Way { .. }
        | SignInError::NoPlace
        | SignInError::NoOutputs { .. }
        | SignInError::NotSignedIn { .. }
        | SignInError::Host { .. }
        | SignInError::Region { .. }
        | SignInError::NoClient { .. }
        | SignInError::ClientFile { .. }
        | SignInError::NoSso
        | SignInError::NoChoice { .. }
        | SignInError::Nobody { .. }
        | SignInError::Refused { .. }
        | SignInError::Flow(_) => Problem::invalid(said),
    }
}

async fn sign_in(
    Shown(runbook): Shown,
    Json(body): Json<SignInOrderBody>,
) -> Result<Reply<Value>, Problem> {
    let component = body.component_id.clone();
    let account = session(&runbook).await?.sign_in(&component, &body.method()).await;
    Ok(Reply(json!({ "account": account.map_err(problem)? })))
}

async fn sign_out(Shown(runbook): Shown, Path(id): Path<String>) -> StatusCode {
    runbook.session().sign_out(&id);
    StatusCode::NO_CONTENT
}

async fn find_program(
    Shown(runbook): Shown,
    Path(id): Path<String>,
) -> Result<Reply<Value>, Problem> {
    let found = session(&runbook).await?.find_program(&id).await.map_err(problem)?;
    Ok(Reply(json!({ "found": found.map(FoundProgramBody::from) })))
}

async fn check(Shown(runbook): Shown, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    session(&runbook).await?.check_sign_in(&id).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn begin(
    Shown(runbook): Shown,
    Path(id): Path<String>,
    Json(body): Json<FlowOrderBody>,
) -> Result<StatusCode, Problem> {
    session(&runbook).await?.begin_flow(&id, body.profile.as_deref()).map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cancel(Shown(runbook): Shown, Path(id): Path<String>) -> StatusCode {
    runbook.session().cancel_flow(&id);
    StatusCode::NO_CONTENT
}

async fn choose(
    Shown(runbook): Shown,
    Path(id): Path<String>,
    Json(body): Json<ChoiceBody>,
) -> Result<StatusCode, Problem> {
    session(&runbook).await?.choose(&id, body.into()).map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

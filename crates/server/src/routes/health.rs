//! What the server is, and whether it works.

use axum::{Json, extract::State};

use crate::{
    App,
    auth::Caller,
    problem::{Problem, ProblemDetails},
    wire::{
        ListBody,
        health::{ConfigBody, Mode, RuntimeBody},
    },
};

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()),
    responses((status = 200, description = "alive", body = String)))]
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// The server can do its work: its database answers.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses(
    (status = 200, description = "ready", body = String),
    (status = 503, description = "the database cannot be reached", body = ProblemDetails)))]
pub(crate) async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.reader.count_users().await?;
    Ok("ok\n")
}

/// What a client must know before anybody signs in.
#[utoipa::path(get, path = "/api/config", tag = "health", security(()),
    responses((status = 200, description = "the configuration", body = ConfigBody)))]
pub(crate) async fn config(State(app): State<App>) -> Json<ConfigBody> {
    let mode = if app.local.is_some() { Mode::Local } else { Mode::Hub };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let history = app.engine.history();
    Json(ConfigBody {
        mode,
        sign_up: app.config.sign_up,
        version,
        keep_runs: history.per_runbook,
        keep_runs_seconds: history.age.map(|it| it.as_secs()),
    })
}

/// The languages that blocks can be written in, and which of them this machine has.
#[utoipa::path(get, path = "/api/runtimes", tag = "health", security(("bearer" = [])),
    responses((status = 200, description = "all runtimes", body = ListBody<RuntimeBody>)))]
pub(crate) async fn runtimes(State(app): State<App>, _: Caller) -> Json<ListBody<RuntimeBody>> {
    let items = app.engine.runtime_statuses().await;
    let body = |it: engine::RuntimeStatus| RuntimeBody {
        name: it.runtime.into(),
        available: it.version.is_some(),
        version: it.version,
        message: it.message,
    };
    Json(ListBody { items: items.into_iter().map(body).collect() })
}

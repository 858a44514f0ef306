//! Whether a runbook is served here, as clients of Gruntwork Runbooks ask.

use axum::{Json, extract::State, http::request::Parts};
use serde_json::{Value, json};

use crate::App;

/// Anybody on this machine may know that something is served; which document that is, only its reader.
pub(crate) async fn show(State(app): State<App>, parts: Parts) -> Json<Value> {
    let reader = app.local.as_ref().filter(|it| it.check(&parts).is_ok());
    let path = reader.map(|it| it.document.path.display().to_string());
    Json(json!({ "status": "ok", "program": "runbook", "runbookPath": path }))
}

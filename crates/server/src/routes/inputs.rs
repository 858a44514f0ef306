//! What users fill in for the inputs of runbooks.

use axum::{Json as Reply, extract::State};
use model::id::{RunbookId, UserId};

use super::runbooks::mine;
use crate::{
    App,
    auth::Caller,
    extract::{Json, Path},
    problem::{Problem, ProblemDetails},
    wire::inputs::{FilledBody, InputsChangeBody},
};

/// What I filled in for a runbook. Values of secret inputs are not to be had.
#[utoipa::path(get, path = "/api/runbooks/{id}/inputs", tag = "inputs", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 200, description = "the values", body = FilledBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<Reply<FilledBody>, Problem> {
    let user = caller.user.id;
    let document = mine(&app, user, id).await?.document;
    let filled = app.engine.inputs(user, id).await?;
    let problems = document.variables(&filled.values).err().unwrap_or_default();
    Ok(Reply(FilledBody::new(filled, typed(&app, user, id), problems)))
}

/// Fills in a runbook's inputs, for me. What will not do is kept and told; it keeps blocks from running.
#[utoipa::path(put, path = "/api/runbooks/{id}/inputs", tag = "inputs", security(("bearer" = ["session:run"])), params(("id" = RunbookId, Path)),
    request_body = InputsChangeBody, responses(
    (status = 200, description = "the values as they are kept, and what is wrong with them", body = FilledBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn fill_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    Json(body): Json<InputsChangeBody>,
) -> Result<Reply<FilledBody>, Problem> {
    let user = caller.user.id;
    let document = mine(&app, user, id).await?.document;
    let (filled, problems) = app.engine.put_inputs((user, id), &document, body.into()).await?;
    Ok(Reply(FilledBody::new(filled, typed(&app, user, id), problems)))
}

fn typed(app: &App, user: UserId, runbook: RunbookId) -> Vec<String> {
    let session = app.engine.live_session(user, runbook);
    session.map(|it| app.engine.typed_secrets(it.session.id)).unwrap_or_default()
}

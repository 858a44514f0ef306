//! Walks: several blocks in the order that the engine decides, and what is stale.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use engine::{BlockName, BlockSelection};
use model::id::{RunbookId, SessionId};

use super::{runbooks::mine, sessions::my_session};
use crate::{
    App,
    auth::Caller,
    extract::{Json, Path},
    idempotency::IdempotencyKey,
    problem::{Problem, ProblemDetails},
    wire::{
        ListBody,
        walks::{BegunBody, NewWalkBody, SelectionBody, StaleBody},
    },
};

/// Runs blocks in order until one does not end as it should: each after what it needs. It goes on when the caller
/// has gone.
#[utoipa::path(post, path = "/api/sessions/{id}/walks", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)),
    request_body = NewWalkBody, responses(
    (status = 201, description = "the walk, with its first execution", body = BegunBody),
    (status = 400, description = "it selects nothing", body = ProblemDetails),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the block was edited, a secret is missing, or the session has ended", body = ProblemDetails),
    (status = 422, description = "a block needs what is not there, or itself, or an input will not do", body = ProblemDetails)))]
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: IdempotencyKey,
    Json(body): Json<NewWalkBody>,
) -> Result<Response, Problem> {
    let user = caller.user.id;
    my_session(&app, user, id).await?;
    let create = async {
        let typed = body.typed.clone();
        let begun = app.engine.walk(id, selection(&body)?, typed, body.interactive).await?;
        Ok(BegunBody::from(begun))
    };
    key.once(&app, user, &body, create).await
}

fn selection(body: &NewWalkBody) -> Result<BlockSelection, Problem> {
    let block = || {
        let block = body.block.clone();
        block.ok_or_else(|| Problem::invalid("name the block to run").at("/block"))
    };
    Ok(match body.select {
        SelectionBody::All => BlockSelection::All,
        SelectionBody::From => BlockSelection::From { block: block()? },
        SelectionBody::Section => BlockSelection::Section { block: block()? },
        SelectionBody::Block => {
            let content_hash = body.content_hash.clone().ok_or_else(|| {
                let detail = "give the content_hash of the block as you see it";
                Problem::invalid(detail).at("/content_hash")
            })?;
            BlockSelection::Block(BlockName::Id { id: block()?, content_hash })
        }
    })
}

/// Ends all walks of a session, what they run and what waits. Blocks in the background go on.
#[utoipa::path(delete, path = "/api/sessions/{id}/walks", tag = "sessions", security(("bearer" = ["session:run"])), params(("id" = SessionId, Path)), responses(
    (status = 202, description = "they are being ended"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn stop(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, Problem> {
    my_session(&app, caller.user.id, id).await?;
    app.engine.stop_walks(id).await;
    Ok(StatusCode::ACCEPTED)
}

/// The blocks whose last output no longer follows from the runbook: they, or what they need, were edited since, or
/// what they need ran again.
#[utoipa::path(get, path = "/api/runbooks/{id}/stale", tag = "runbooks", security(("bearer" = ["runbook:read"])), params(("id" = RunbookId, Path)), responses(
    (status = 200, description = "the blocks, in their order", body = ListBody<StaleBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn stale(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
) -> Result<Reply<ListBody<StaleBody>>, Problem> {
    let user = caller.user.id;
    let opened = mine(&app, user, id).await?;
    let items = app.engine.stale_blocks(user, &opened).await?;
    Ok(Reply(ListBody { items: items.into_iter().map(StaleBody::from).collect() }))
}

//! My folders.

use axum::{Json as Reply, extract::State, http::StatusCode, response::Response};
use model::id::FolderId;
use store::{Contents, FolderChange};

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::{Problem, ProblemDetails},
    wire::{
        ListBody,
        library::{
            FolderBody, FolderChangeBody, FolderContents, FolderDeletionQuery, NewFolderBody,
        },
    },
};

/// All my folders, by name.
#[utoipa::path(get, path = "/api/folders", tag = "folders", security(("bearer" = ["runbook:read"])), responses(
    (status = 200, description = "the folders", body = ListBody<FolderBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Reply<ListBody<FolderBody>>, Problem> {
    let folders = app.reader.folders(caller.user.id).await?;
    Ok(Reply(ListBody { items: folders.into_iter().map(FolderBody::from).collect() }))
}

/// Makes a folder.
#[utoipa::path(post, path = "/api/folders", tag = "folders", security(("bearer" = ["runbook:write"])), request_body = NewFolderBody, responses(
    (status = 201, description = "the new folder", body = FolderBody),
    (status = 409, description = "one at this place is called so, or there are too many", body = ProblemDetails)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Json(body): Json<NewFolderBody>,
) -> Result<Response, Problem> {
    let user = caller.user.id;
    let create = async {
        let folder = app.engine.create_folder(user, &body.name, body.parent).await?;
        witness.about(folder.id);
        Ok(FolderBody::from(folder))
    };
    key.once(&app, user, &body, create).await
}

/// Renames or moves a folder.
#[utoipa::path(put, path = "/api/folders/{id}", tag = "folders", security(("bearer" = ["runbook:write"])), params(("id" = FolderId, Path)),
    request_body = FolderChangeBody, responses(
    (status = 204, description = "done"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "one at this place is called so", body = ProblemDetails)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FolderId>,
    Json(body): Json<FolderChangeBody>,
) -> Result<StatusCode, Problem> {
    let change = FolderChange { name: body.name, parent: body.parent };
    app.engine.change_folder(caller.user.id, id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a folder. Runbooks are never deleted with it.
#[utoipa::path(delete, path = "/api/folders/{id}", tag = "folders", security(("bearer" = ["runbook:write"])),
    params(("id" = FolderId, Path), FolderDeletionQuery), responses(
    (status = 204, description = "deleted"),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "it is not empty, or a folder in it is called as one where it would go", body = ProblemDetails)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FolderId>,
    Query(query): Query<FolderDeletionQuery>,
) -> Result<StatusCode, Problem> {
    let contents = match query.contents {
        None => Contents::None,
        Some(FolderContents::MoveUp) => Contents::MoveUp,
    };
    app.engine.delete_folder(caller.user.id, id, contents).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Ports of a session, and the way into them for a browser.

use axum::{
    Json as Reply,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use model::id::SessionId;

use super::sessions::my_session;
use crate::{
    App,
    auth::{Caller, Pass},
    extract::{Json, Path},
    preview::{Refused, is_path},
    problem::{Code, Problem, ProblemDetails},
    wire::{
        ListBody,
        desk::{NewPreviewBody, PortBody, PreviewBody},
    },
};

/// The ports on which programs of my session wait for connections.
#[utoipa::path(get, path = "/api/sessions/{id}/ports", tag = "previews", security(("bearer" = ["session:run"])),
    params(("id" = SessionId, Path)), responses(
    (status = 200, description = "the ports, in order", body = ListBody<PortBody>),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "the session has ended or is paused", body = ProblemDetails)))]
pub(crate) async fn ports(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Reply<ListBody<PortBody>>, Problem> {
    my_session(&app, caller.user.id, id).await?;
    let mut ports = app.engine.listening_ports(id).await?;
    // One that listens at several addresses is one to who opens it.
    ports.dedup_by_key(|it| it.port);
    Ok(Reply(ListBody { items: ports.into_iter().map(PortBody::from).collect() }))
}

/// Makes a URL that shows a port of my session, on an origin of its own. It opens once, within a minute; the
/// browser that opened it may look until the session or the sign-in ends.
#[utoipa::path(post, path = "/api/sessions/{id}/previews", tag = "previews", security(("bearer" = ["session:run"])),
    params(("id" = SessionId, Path)), request_body = NewPreviewBody, responses(
    (status = 201, description = "the way in", body = PreviewBody),
    (status = 404, description = "not there, or not mine", body = ProblemDetails),
    (status = 409, description = "previews are not offered to this browser, or the session has ended", body = ProblemDetails)))]
pub(crate) async fn open(
    State(app): State<App>,
    caller: Caller,
    pass: Pass,
    headers: HeaderMap,
    Path(id): Path<SessionId>,
    Json(body): Json<NewPreviewBody>,
) -> Result<(StatusCode, Reply<PreviewBody>), Problem> {
    my_session(&app, caller.user.id, id).await?;
    if app.engine.watch_session(id).is_none() {
        return Err(engine::ReachError::Ended.into());
    }
    let path = body.path.unwrap_or_else(|| "/".to_owned());
    if body.port == 0 || !is_path(&path) {
        let detail = "a preview needs a port from 1 on, and a path that begins with one slash";
        return Err(Problem::invalid(detail));
    }
    let Some(previews) = &app.previews else {
        let detail = "this server shows no previews";
        return Err(Problem::conflict(Code::PreviewsNotOffered, detail));
    };
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !previews.reach(host) {
        let detail = "this server shows previews to browsers on its own machine only; its operator lets \
                      others in with --preview-url";
        return Err(Problem::conflict(Code::PreviewsNotOffered, detail));
    }
    let is_live = |session| app.engine.watch_session(session).is_some();
    let way =
        previews.open((id, body.port), pass, &path, is_live).map_err(|error| match error {
            Refused::TooMany => Problem::conflict(Code::TooManyAtOnce, error.to_string()),
        })?;
    Ok((StatusCode::CREATED, Reply(PreviewBody { url: way.url, origin: way.origin })))
}

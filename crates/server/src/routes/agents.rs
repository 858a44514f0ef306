//! Agent sessions for programs: open one, say something to it, look how far it is. All else is GraphQL's.

use agent::session::Request;
use axum::{
    Json as Reply,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{
    id::{EquipmentId, UserId},
    scope::Scope,
};
use orchestrator::{Began, NewSession, Repository, View};

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Json, Path},
    problem::{Code, Problem, ProblemDetails},
    wire::agents::{
        AgentRunbookBody, AgentRunbookMessageBody, NewAgentRunbookBody, RepositoryNameBody,
    },
};

type Shown = (StatusCode, Reply<AgentRunbookBody>);

/// Lets an agent carry something out in a repository of mine.
#[utoipa::path(post, path = "/api/v1/runbook", tag = "agents", security(("bearer" = ["agent:write"])),
    request_body = NewAgentRunbookBody, responses(
    (status = 202, description = "it is begun", body = AgentRunbookBody),
    (status = 404, description = "there is no such repository", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents", body = ProblemDetails)))]
pub(crate) async fn open(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    Json(body): Json<NewAgentRunbookBody>,
) -> Result<Shown, Problem> {
    let (agents, user) = (app.agents()?, caller.user.id);
    let author = author(&app, &caller, body.author_email.as_deref()).await?;
    let repository = repository(&app, user, &body.repository).await?;
    let settings = agents.new_settings(user, repository, body.settings()).await?;
    let NewAgentRunbookBody { prompt, title, .. } = body;
    let new = NewSession { repository, prompt, title, settings, began: Began::Api, author };
    let view = agents.open(user, new).await?;
    witness.about(view.record.id);
    Ok((StatusCode::ACCEPTED, shown(&app, &view)?))
}

/// What the forge of a repository tells by itself. It signs with the secret that `revealWebhook` gives.
#[utoipa::path(post, path = "/api/forge/webhook/{repository}", tag = "agents", security(()),
    params(("repository" = String, Path)),
    request_body(content = String, content_type = "application/json", description = "as GitHub or GitLab delivers it"),
    responses(
    (status = 204, description = "it is taken"),
    (status = 401, description = "it is not signed with the repository's secret", body = ProblemDetails),
    (status = 404, description = "this is no id of a repository", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents", body = ProblemDetails)))]
pub(crate) async fn receive(
    State(app): State<App>,
    Path(repository): Path<EquipmentId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    app.agents()?.receive_webhook(repository, &headers, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What GitHub tells this hub's app, about all repositories that the app speaks for.
#[utoipa::path(post, path = "/api/forge/webhook/app", tag = "agents", security(()),
    request_body(content = String, content_type = "application/json", description = "as GitHub delivers it"),
    responses(
    (status = 204, description = "it is taken"),
    (status = 401, description = "it is not signed with the secret of the app's webhook", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents", body = ProblemDetails)))]
pub(crate) async fn receive_for_app(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    app.agents()?.receive_app_webhook(&headers, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How far an agent session is.
#[utoipa::path(get, path = "/api/v1/runbook/{number}", tag = "agents", security(("bearer" = ["agent:read"])),
    params(("number" = u64, Path)), responses(
    (status = 200, description = "as it is now", body = AgentRunbookBody),
    (status = 404, description = "not there, or not shared with me", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents", body = ProblemDetails)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<u64>,
) -> Result<Reply<AgentRunbookBody>, Problem> {
    let view = numbered(&app, caller.user.id, number).await?;
    shown(&app, &view)
}

/// Says something to an agent session.
#[utoipa::path(patch, path = "/api/v1/runbook/{number}", tag = "agents", security(("bearer" = ["agent:write"])),
    params(("number" = u64, Path)), request_body = AgentRunbookMessageBody, responses(
    (status = 202, description = "it is heard in its turn", body = AgentRunbookBody),
    (status = 404, description = "not there, or not shared with me", body = ProblemDetails),
    (status = 409, description = "this hub runs no agents, or the session is archived", body = ProblemDetails)))]
pub(crate) async fn follow_up(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<u64>,
    Json(body): Json<AgentRunbookMessageBody>,
) -> Result<Shown, Problem> {
    let user = caller.user.id;
    let (agents, id) = (app.agents()?, numbered(&app, user, number).await?.record.id);
    if let Some(change) = body.settings() {
        agents.configure(user, id, change).await?;
    }
    let view = agents.request(user, id, Request::Say { text: body.prompt }).await?;
    Ok((StatusCode::ACCEPTED, shown(&app, &view)?))
}

/// The user in whose name a session is opened, if that is another's than the caller's.
async fn author(
    app: &App,
    caller: &Caller,
    email: Option<&str>,
) -> Result<Option<UserId>, Problem> {
    let Some(email) = email else { return Ok(None) };
    let found = app.reader.user_by_email(email).await?;
    if found.as_ref().is_some_and(|it| it.id == caller.user.id) {
        return Ok(None);
    }
    if !caller.scopes.contains(Scope::Admin) {
        let why = "only administrators open sessions in the name of others; leave author_email out";
        return Err(Problem::new(StatusCode::FORBIDDEN, Code::Forbidden, why));
    }
    match found {
        Some(user) => Ok(Some(user.id)),
        None => Err(Problem::invalid(format!(
            "no user of this hub has the email address {email:?}; leave author_email out or give one that has"
        ))),
    }
}

async fn numbered(app: &App, user: UserId, number: u64) -> Result<View, Problem> {
    let found = app.agents()?.view_by_number(user, number).await?;
    found.ok_or_else(|| Problem::not_found("session"))
}

fn shown(app: &App, view: &View) -> Result<Reply<AgentRunbookBody>, Problem> {
    let url = app.agents()?.link(view.record.id);
    Ok(Reply(AgentRunbookBody::new(view, url)))
}

/// The user's repository of this name.
async fn repository(
    app: &App,
    user: UserId,
    named: &RepositoryNameBody,
) -> Result<EquipmentId, Problem> {
    let name = format!("{}/{}", named.org, named.name);
    let all = app.equipment.list::<Repository>(user).await?;
    // One's own come last, and first to mind.
    let found = all.iter().rfind(|it| it.content.name.eq_ignore_ascii_case(&name));
    found.map(|it| it.id).ok_or_else(|| Problem::not_found("repository"))
}

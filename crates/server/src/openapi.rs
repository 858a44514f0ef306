//! The OpenAPI document, made from the routes themselves.

pub(crate) mod complete;

use std::sync::OnceLock;

use axum::{Json, Router, extract::DefaultBodyLimit};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    auth::{API_KEY, COOKIE},
    routes::{
        account, agent_terminal, agents, artifacts, audit, code, editing, exchange, executions,
        files, folders, functions, graphql, health, history, inputs, jobs, library, mcp, preview,
        queue, revisions, runbooks, schedules, search, secrets, sessions, terminal, tokens, users,
        walks,
    },
    wire,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Runbook",
        description = "Documentation that runs: runbooks, sessions, executions and their events."
    ),
    components(schemas(
        model::event::Event,
        wire::desk::TerminalInput,
        wire::editing::EditorRequestBody
    )),
    modifiers(&Security)
)]
struct Api;

struct Security;

/// How most programs show who they are. Routes say of it which scopes they need.
pub(crate) const BEARER: &str = "bearer";

/// Largest request of a stranger: a password and two names fit many times over.
const MAX_ACCOUNT_REQUEST_BYTES: usize = 16 << 10;

/// Largest request about a function: its code or an input; tinirun's.
const MAX_FUNCTION_REQUEST_BYTES: usize = 2 << 20;

/// Largest request about jobs: an order of a mebibyte with room for its JSON escapes.
const MAX_JOB_REQUEST_BYTES: usize = 4 << 20;

/// Largest delivery of a forge: GitHub's limit.
const MAX_WEBHOOK_BYTES: usize = 25 << 20;

/// Largest request about agent sessions.
const MAX_AGENT_REQUEST_BYTES: usize = 4 << 20;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("What sign-in gives, or a personal token (`rbk_…`)"))
            .build();
        let key = ApiKeyValue::with_description(API_KEY, "A personal token");
        let cookie = ApiKeyValue::with_description(COOKIE, "What sign-in leaves in a browser");
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(key)));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let schemes = [BEARER, "cookie"];
        document.security =
            Some(schemes.map(|it| SecurityRequirement::new::<_, _, String>(it, [])).into());
    }
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::config))
        .routes(routes!(health::runtimes))
        .merge(account_routes())
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(tokens::set_limits))
        .merge(library_routes())
        .routes(routes!(library::list, runbooks::create))
        .routes(routes!(runbooks::show, runbooks::save, runbooks::delete))
        .routes(routes!(runbooks::blocks))
        .routes(routes!(editing::live))
        .routes(routes!(revisions::list))
        .routes(routes!(revisions::show))
        .routes(routes!(revisions::diff))
        .routes(routes!(revisions::restore))
        .routes(routes!(revisions::name))
        .routes(routes!(runbooks::executions))
        .routes(routes!(exchange::export))
        .merge(import_routes())
        .routes(routes!(sessions::connect))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::restart))
        .routes(routes!(sessions::complete))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::show))
        .routes(routes!(sessions::updates))
        .routes(routes!(sessions::run, sessions::executions))
        .routes(routes!(walks::begin, walks::stop))
        .routes(routes!(walks::stale))
        .routes(routes!(sessions::extend))
        .routes(routes!(sessions::pause))
        .routes(routes!(sessions::resume))
        .routes(routes!(sessions::usage))
        .routes(routes!(sessions::all))
        .routes(routes!(sessions::end_any))
        .merge(desk_routes())
        .routes(routes!(inputs::show, inputs::fill_in))
        .routes(routes!(code::offer))
        .routes(routes!(code::run))
        .routes(routes!(executions::exec_block))
        .routes(routes!(executions::show))
        .routes(routes!(executions::events))
        .routes(routes!(executions::cancel))
        .routes(routes!(executions::stdin))
        .routes(routes!(history::list))
        .routes(routes!(history::origin))
        .routes(routes!(history::log))
        .merge(function_routes())
        .routes(routes!(secrets::list))
        .routes(routes!(secrets::put, secrets::delete))
        .merge(artifact_routes())
        .merge(job_routes())
        .merge(agent_routes())
        .merge(webhook_routes())
        .routes(routes!(mcp::ask))
        .routes(routes!(users::list))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
}

/// What is done in a session beside running its blocks. Files count against the workspace alone.
fn desk_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(terminal::attach))
        .routes(routes!(terminal::list))
        .routes(routes!(terminal::close))
        .routes(routes!(preview::ports))
        .routes(routes!(preview::open))
        .routes(routes!(files::list, files::remove))
        .routes(routes!(files::content, files::write))
        .routes(routes!(files::archive))
        .routes(routes!(files::make_directory))
        .routes(routes!(files::rename))
}

fn library_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(search::find))
        .routes(routes!(folders::list, folders::create))
        .routes(routes!(folders::change, folders::delete))
        .routes(routes!(library::tags))
        .routes(routes!(library::shelf, library::change_shelf))
        .routes(routes!(library::visit))
        .routes(routes!(library::trash))
        .routes(routes!(library::restore))
        .routes(routes!(library::purge))
}

fn function_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(functions::list, functions::create))
        .routes(routes!(functions::update, functions::delete))
        .routes(routes!(functions::info))
        .routes(routes!(functions::detail))
        .routes(routes!(functions::run))
        .routes(routes!(functions::run_stream))
        .routes(routes!(functions::versions))
        .routes(routes!(functions::version))
        .routes(routes!(functions::rollback))
        .routes(routes!(functions::invocations))
        .routes(routes!(functions::invocation))
        .layer(DefaultBodyLimit::max(MAX_FUNCTION_REQUEST_BYTES))
}

fn job_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(jobs::list, jobs::submit))
        .routes(routes!(jobs::show, jobs::delete))
        .routes(routes!(jobs::events))
        .routes(routes!(jobs::kept))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::webhook_secret))
        .routes(routes!(schedules::list, schedules::create))
        .routes(routes!(schedules::show, schedules::update, schedules::delete))
        .routes(routes!(queue::show))
        .routes(routes!(queue::my_limits))
        .routes(routes!(queue::limits, queue::set_limits))
        .routes(routes!(queue::policy, queue::set_policy))
        .layer(DefaultBodyLimit::max(MAX_JOB_REQUEST_BYTES))
}

fn artifact_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(artifacts::list, artifacts::create))
        .routes(routes!(artifacts::show, artifacts::delete))
        .routes(routes!(artifacts::content))
        .routes(routes!(artifacts::begin_upload))
        .routes(routes!(artifacts::show_upload, artifacts::send_part, artifacts::abandon_upload))
}

/// A plan of a mebibyte with room for its JSON escapes.
fn agent_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(graphql::ask, graphql::subscribe))
        .routes(routes!(agents::open))
        .routes(routes!(agents::show, agents::follow_up))
        .routes(routes!(agent_terminal::attach))
        .routes(routes!(agent_terminal::list))
        .routes(routes!(agent_terminal::close))
        .layer(DefaultBodyLimit::max(MAX_AGENT_REQUEST_BYTES))
}

/// A forge shows who it is by its signature over all of it.
fn webhook_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(agents::receive))
        .routes(routes!(agents::receive_for_app))
        .layer(DefaultBodyLimit::max(MAX_WEBHOOK_BYTES))
}

/// Files are larger than other requests.
fn import_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(exchange::import))
        .layer(DefaultBodyLimit::max(engine::MAX_IMPORT_BYTES))
}

/// Strangers may ask these, so that what they send is kept small.
fn account_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(account::sign_up))
        .routes(routes!(account::sign_in))
        .routes(routes!(account::sign_out))
        .routes(routes!(account::me))
        .layer(DefaultBodyLimit::max(MAX_ACCOUNT_REQUEST_BYTES))
}

/// Made once: it is large, and a local document is open before anybody could read it.
static DOCUMENT: OnceLock<Document> = OnceLock::new();

/// Every route that the document describes, to be served.
pub(crate) fn router() -> Router<App> {
    let (router, document) = routes().split_for_parts();
    DOCUMENT.get_or_init(|| completed(document));
    router
}

/// The document. It is checked in as `crates/server/openapi.json`, and a test holds the two equal.
pub fn openapi() -> &'static Document {
    DOCUMENT.get_or_init(|| completed(routes().split_for_parts().1))
}

fn completed(mut document: Document) -> Document {
    complete::operations(&mut document);
    complete::lists(&mut document);
    document
}

pub(crate) async fn serve() -> Json<&'static Document> {
    Json(openapi())
}

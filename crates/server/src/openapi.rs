//! The OpenAPI document, made from the routes themselves.

use axum::{Json, extract::DefaultBodyLimit};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    routes::{account, executions, health, runbooks, sessions},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Runbook",
        description = "Documentation that runs: runbooks, sessions, executions and their events."
    ),
    components(schemas(model::event::Event)),
    modifiers(&Security)
)]
struct Api;

struct Security;

/// Largest request of a stranger: a password and two names fit many times over.
const MAX_ACCOUNT_REQUEST_BYTES: usize = 16 << 10;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        document.security = Some(vec![SecurityRequirement::new::<_, _, String>("bearer", [])]);
    }
}

/// Every route that the document describes.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::config))
        .routes(routes!(health::runtimes))
        .merge(account_routes())
        .routes(routes!(runbooks::list, runbooks::create))
        .routes(routes!(runbooks::show, runbooks::save, runbooks::delete))
        .routes(routes!(runbooks::blocks))
        .routes(routes!(runbooks::revisions))
        .routes(routes!(runbooks::executions))
        .routes(routes!(sessions::connect))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::show))
        .routes(routes!(sessions::updates))
        .routes(routes!(sessions::run, sessions::executions))
        .routes(routes!(executions::exec_block))
        .routes(routes!(executions::show))
        .routes(routes!(executions::events))
        .routes(routes!(executions::cancel))
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

/// The document. It is checked in as `crates/server/openapi.json`, and a test holds the two equal.
#[must_use]
pub fn openapi() -> Document {
    routes().split_for_parts().1
}

pub(crate) async fn serve() -> Json<Document> {
    Json(openapi())
}

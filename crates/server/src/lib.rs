//! HTTP: REST, streams, auth, the OpenAPI document, and the embedded web UI.
//!
//! Reads go through a read-only handle of the store; every change goes through the engine. Every
//! route but sign-up, sign-in, health and the UI's own files asks who is there, and answers 404
//! for what belongs to somebody else.

mod accept;
mod audit;
mod auth;
mod base64;
mod extract;
mod graphql;
mod idempotency;
mod limits;
mod listener;
mod local;
mod mcp;
mod metrics;
mod needs;
mod openapi;
mod preview;
mod problem;
mod request;
mod routes;
mod socket;
mod stream;
mod trace;
mod web_ui;
mod welcome;
mod wire;

use std::{future::Future, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    routing::get,
};
use engine::{Engine, Verified};
use futures_util::future::join_all;
use orchestrator::{Agents, Equipment};
use store::{Reader, StoreError};
use tokio::net::TcpListener;
use tower_http::{
    catch_panic::CatchPanicLayer, cors::CorsLayer, set_header::SetResponseHeaderLayer,
};

pub use self::{
    auth::hash_password,
    graphql::graphql_schema,
    limits::RequestLimits,
    local::{Follows, Local, LocalDocument, LocalSecret, Source},
    mcp::HubTools,
    openapi::openapi,
    preview::{InvalidPreviewUrl, PreviewUrl},
    problem::{Code, Problem},
};
use self::{
    auth::{Auth, Caller},
    graphql::Api,
    idempotency::UnderWay,
    limits::Meters,
    mcp::OwnRoutes,
    preview::Previews,
    socket::Sockets,
};

/// Largest request: a document of 10 MiB, with room for its JSON escapes.
const MAX_REQUEST_BYTES: usize = 32 << 20;

/// How long open connections may take to finish when the server stops.
const DRAIN: Duration = Duration::from_secs(2);

/// What an operator decides about the server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Signs the sign-in tokens. Drawn at random and kept in the database if left out.
    pub jwt_secret: Option<String>,
    /// Another origin whose pages may use this server, e.g. `https://docs.example.com`.
    pub cors_origin: Option<String>,
    /// Whether anybody may make an account.
    pub sign_up: bool,
    /// What a reader of `/metrics` shows as its bearer token. Without one, only this machine reads.
    pub metrics_token: Option<String>,
    /// Largest request to run code, in bytes; input that is streamed does not count.
    pub max_code_request_bytes: usize,
    /// Largest payload of a job, in bytes of JSON; what is larger is an artifact.
    pub max_job_payload_bytes: usize,
    /// Reads `Accept` as tinirun does: SSE to everybody who does not ask for one of four names of
    /// newline-delimited JSON exactly, for clients that rely on it.
    pub accept_as_tinirun: bool,
    /// Until a request's head must be there, and what its body may take before its pace counts.
    pub request_patience: Duration,
    /// Limits of each user who signed in, and of each personal token that has none of its own.
    pub token_limits: RequestLimits,
}

/// Largest request to run code unless the operator says otherwise; tinirun's.
pub const MAX_CODE_REQUEST_BYTES: usize = 2 << 20;

/// Largest payload of a job unless the operator says otherwise; the seed's.
pub const MAX_JOB_PAYLOAD_BYTES: usize = 20_000;

impl Default for Config {
    fn default() -> Self {
        Self {
            jwt_secret: None,
            cors_origin: None,
            sign_up: true,
            metrics_token: None,
            max_code_request_bytes: MAX_CODE_REQUEST_BYTES,
            max_job_payload_bytes: MAX_JOB_PAYLOAD_BYTES,
            accept_as_tinirun: false,
            request_patience: Duration::from_secs(20),
            token_limits: RequestLimits::default(),
        }
    }
}

/// The server's state. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) engine: Engine,
    pub(crate) reader: Reader,
    pub(crate) auth: Arc<Auth>,
    pub(crate) config: Arc<Config>,
    pub(crate) local: Option<Arc<Local>>,
    pub(crate) under_way: Arc<UnderWay>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) previews: Option<Arc<Previews>>,
    pub(crate) equipment: Equipment,
    /// Agent sessions, or why there are none.
    pub(crate) agents: Result<Agents, Arc<str>>,
    pub(crate) graphql: Api,
}

impl App {
    /// A server for a team.
    ///
    /// # Errors
    ///
    /// When the secret that signs tokens can be neither read from the database nor kept there.
    pub async fn hub(engine: Engine, config: Config) -> Result<Self, StoreError> {
        let secret = match &config.jwt_secret {
            Some(secret) => secret.clone(),
            None => engine.secret("jwt_secret").await?,
        };
        Ok(Self::new(engine, config, &secret, None))
    }

    /// A server for one document on this machine. Nobody signs in or up: who opens the printed
    /// URL is its only user.
    #[must_use]
    pub fn local(engine: Engine, local: Local) -> Self {
        let config = Config { sign_up: false, ..Config::default() };
        // Nothing is signed in local mode, so the key may be any.
        let key = format!("{:032x}", engine::random_id());
        Self::new(engine, config, &key, Some(local))
    }

    fn new(engine: Engine, config: Config, secret: &str, local: Option<Local>) -> Self {
        let reader = engine.store().reader();
        let auth = Arc::new(Auth::new(secret.as_bytes()));
        Self {
            reader,
            auth,
            config: Arc::new(config),
            local: local.map(Arc::new),
            under_way: Arc::default(),
            meters: Arc::default(),
            sockets: Arc::default(),
            previews: None,
            agents: Err("this hub was started without agents; its operator can offer them".into()),
            equipment: Equipment::new(engine.clone()),
            graphql: Api::new(),
            engine,
        }
    }

    /// Shows programs that listen in sessions, which browsers reach at this URL.
    #[must_use]
    pub fn with_previews(self, url: PreviewUrl) -> Self {
        Self { previews: Some(Arc::new(Previews::new(url))), ..self }
    }

    /// Lets people have agent sessions.
    #[must_use]
    pub fn with_agents(self, agents: Agents) -> Self {
        Self { agents: Ok(agents), ..self }
    }

    /// Says why nobody can have agent sessions.
    #[must_use]
    pub fn without_agents(self, why: &str) -> Self {
        Self { agents: Err(why.into()), ..self }
    }

    pub(crate) fn agents(&self) -> Result<&Agents, Problem> {
        let refused = |why: &Arc<str>| Problem::conflict(Code::AgentsNotOffered, &**why);
        self.agents.as_ref().map_err(refused)
    }

    /// Refuses what only a hub has.
    pub(crate) fn check_hub(&self) -> Result<(), Problem> {
        match &self.local {
            None => Ok(()),
            Some(_) => Err(Problem::not_found("thing in local mode; agent sessions are a hub's")),
        }
    }

    /// The tools of this server for the owner of a token, who is in this process.
    #[must_use]
    pub fn tools_of(self, verified: Arc<Verified>) -> HubTools {
        let caller = Caller::with_token(Arc::clone(&verified));
        let own = OwnRoutes::new(self.routes());
        HubTools::new(&self, &caller, own.asked_with(verified))
    }

    /// All routes, without what holds for whoever comes from outside.
    fn routes(&self) -> Router {
        let mut api = openapi::router();
        if let Some(local) = &self.local {
            api = api.merge(local::routes(local));
        }
        api.route("/api/openapi.json", get(openapi::serve))
            .route("/api/docs", get(web_ui::api_docs))
            .route("/metrics", get(metrics::show))
            .fallback(web_ui::serve)
            .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
            .layer(axum::middleware::from_fn_with_state(self.clone(), audit::write))
            .with_state(self.clone())
    }

    /// All routes of the server.
    pub fn router(self) -> Router {
        let header = |name, value| {
            SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
        };
        let routes = self.routes();
        routes
            .clone()
            .layer(Extension(OwnRoutes::new(routes)))
            .layer(axum::middleware::from_fn_with_state(self.clone(), limits::meter))
            .layer(axum::middleware::from_fn_with_state(self.clone(), local::only_ours))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(header(header::REFERRER_POLICY, "same-origin"))
            .layer(header(header::X_FRAME_OPTIONS, "DENY"))
            .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(CatchPanicLayer::new())
            .layer(axum::middleware::from_fn(trace::follow))
            .layer(self.cross_origin())
    }

    /// Lets pages of the configured origin use the API with a bearer token, and no others.
    fn cross_origin(&self) -> CorsLayer {
        let origin = self.config.cors_origin.as_deref().and_then(|it| it.parse().ok());
        let Some(origin) = origin else { return CorsLayer::new() };
        let origin: HeaderValue = origin;
        CorsLayer::new()
            .allow_origin(origin)
            .allow_credentials(true)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::ACCEPT,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("last-event-id"),
                HeaderName::from_static(auth::API_KEY),
            ])
            .expose_headers([header::RETRY_AFTER, limits::POLICY, limits::STANDING])
    }

    /// Answers requests until `stop` resolves; then sessions end and connections close.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        self.serve_with_previews(vec![listener], None, stop).await;
    }

    /// As [`Self::serve`], on several addresses, and at another one for what [`Self::with_previews`] shows.
    pub async fn serve_with_previews(
        self,
        listeners: Vec<TcpListener>,
        preview_listener: Option<TcpListener>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        let (engine, sockets) = (self.engine.clone(), Arc::clone(&self.sockets));
        let (closing, previews) = (Arc::clone(&self.sockets), self.previews.clone());
        let (stopped, draining) = tokio::sync::watch::channel(());
        let patience = self.config.request_patience;
        let showing = show_previews(preview_listener, self.clone(), draining.clone());
        let router = self.router();
        let each = listeners.into_iter().map(|listener| {
            listener::serve(listener, router.clone(), patience, gone(draining.clone()))
        });
        let answering = join_all(each);
        let stopping = async move {
            stop.await;
            sockets.stop();
            // Ending the sessions ends the streams that follow them.
            engine.shutdown().await;
            drop(stopped);
        };
        let serving = async move {
            tokio::join!(answering, stopping, showing);
            if let Some(previews) = previews {
                previews.end().await;
            }
            closing.closed().await;
        };
        let deadline = async move {
            gone(draining).await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            () = serving => {}
            () = deadline => {}
        }
    }
}

/// Answers at the previews' address until the server stops.
async fn show_previews(
    listener: Option<TcpListener>,
    app: App,
    stopping: tokio::sync::watch::Receiver<()>,
) {
    let Some(listener) = listener else { return };
    let patience = app.config.request_patience;
    listener::serve(listener, preview::router(app), patience, gone(stopping)).await;
}

async fn gone(mut sender: tokio::sync::watch::Receiver<()>) {
    drop(sender.changed().await);
}

//! HTTP: REST, streams, auth, the OpenAPI document, and the embedded web UI.
//!
//! Reads go through a read-only handle of the store; every change goes through the engine. Every
//! route but sign-up, sign-in, health and the UI's own files asks who is there, and answers 404
//! for what belongs to somebody else.

mod auth;
mod extract;
mod idempotency;
mod local;
mod metrics;
mod openapi;
mod problem;
mod routes;
mod stream;
mod web_ui;
mod welcome;
mod wire;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    routing::get,
    serve::ListenerExt,
};
use engine::Engine;
use store::{Reader, StoreError};
use tokio::net::TcpListener;
use tower_http::{
    catch_panic::CatchPanicLayer, cors::CorsLayer, set_header::SetResponseHeaderLayer,
};

use self::{auth::Auth, idempotency::UnderWay};
pub use self::{
    local::{Local, LocalDocument, LocalSecret},
    openapi::openapi,
    problem::{Code, Problem},
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
}

impl Default for Config {
    fn default() -> Self {
        Self { jwt_secret: None, cors_origin: None, sign_up: true, metrics_token: None }
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
            engine,
            reader,
            auth,
            config: Arc::new(config),
            local: local.map(Arc::new),
            under_way: Arc::default(),
        }
    }

    /// All routes of the server.
    pub fn router(self) -> Router {
        let (api, _) = openapi::routes().split_for_parts();
        let header = |name, value| {
            SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
        };
        api.route("/api/openapi.json", get(openapi::serve))
            .route("/metrics", get(metrics::show))
            .route("/open", get(local::open))
            .fallback(web_ui::serve)
            .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
            .layer(axum::middleware::from_fn_with_state(self.clone(), local::only_ours))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(header(header::REFERRER_POLICY, "same-origin"))
            .layer(header(header::X_FRAME_OPTIONS, "DENY"))
            .layer(CatchPanicLayer::new())
            .layer(self.cross_origin())
            .with_state(self)
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
            ])
    }

    /// Answers requests until `stop` resolves; then sessions end and connections close.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let engine = self.engine.clone();
        let (stopped, mut draining) = tokio::sync::watch::channel(());
        let router = self.router().into_make_service_with_connect_info::<SocketAddr>();
        // Small events must not wait for the acknowledgement of the ones before.
        let listener = listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delays");
            }
        });
        let graceful = axum::serve(listener, router).with_graceful_shutdown(async move {
            stop.await;
            // Ending the sessions ends the streams that follow them.
            engine.shutdown().await;
            drop(stopped);
        });
        let deadline = async move {
            drop(draining.changed().await);
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            served = graceful => served,
            () = deadline => Ok(()),
        }
    }
}

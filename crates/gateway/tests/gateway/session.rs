//! A session with its gateway, as a sandbox and an owner see it.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use gateway::{
    Budget, Gateway, GatewayConfig, KeyHeader, Metered, ModelId, Models, Pass, ProviderKey,
    SessionToken,
};
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{io::DuplexStream, sync::mpsc, task::JoinSet};

use crate::provider::Provider;

pub(crate) const KEY: &str = "sk-ant-operators-own-key-0123456789";
pub(crate) const TOKEN: &str = "token-of-this-very-session-0123456789";

/// How long anything may take on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to happen; a test that waits in vain fails.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it happens")
}

pub(crate) fn model(name: &str) -> ModelId {
    name.parse().unwrap()
}

pub(crate) struct Session {
    pub(crate) gateway: Gateway,
    pub(crate) pass: Arc<Pass>,
    pub(crate) budget: Budget,
    metered: mpsc::Receiver<Metered>,
    tasks: JoinSet<()>,
}

/// Of a session that differs from most.
pub(crate) struct Setup {
    pub(crate) config: GatewayConfig,
    pub(crate) models: Models,
    pub(crate) budget: Budget,
    pub(crate) pass: Box<dyn FnOnce(Pass) -> Pass>,
    pub(crate) places: usize,
}

impl Setup {
    pub(crate) fn of(provider: &Provider) -> Self {
        let key = ProviderKey::new(KEY, KeyHeader::ApiKey).unwrap();
        let models = Models::new([model("claude-opus-5"), model("claude-sonnet-5")]);
        Self {
            config: GatewayConfig::new(provider.url.clone(), key),
            models: models.alias(model("sonnet"), model("claude-sonnet-5")),
            budget: Budget::new(None, 0),
            pass: Box::new(|it| it),
            places: 64,
        }
    }

    pub(crate) fn begin(self) -> Session {
        let (sink, metered) = mpsc::channel(self.places);
        let token: SessionToken = TOKEN.parse().unwrap();
        let pass = Pass::new(token, self.models, self.budget.clone(), sink);
        Session {
            gateway: Gateway::new(self.config).unwrap(),
            pass: Arc::new((self.pass)(pass)),
            budget: self.budget,
            metered,
            tasks: JoinSet::new(),
        }
    }
}

impl Session {
    pub(crate) fn with(provider: &Provider) -> Self {
        Setup::of(provider).begin()
    }

    /// A connection of the sandbox, as bytes.
    pub(crate) fn connect(&mut self) -> DuplexStream {
        let (sandbox, ours) = tokio::io::duplex(64 << 10);
        let (gateway, pass) = (self.gateway.clone(), Arc::clone(&self.pass));
        self.tasks.spawn(async move { gateway.serve(ours, pass).await });
        sandbox
    }

    /// A connection of the sandbox, in HTTP.
    pub(crate) async fn client(&mut self) -> Client {
        let (sender, connection) = http1::handshake(TokioIo::new(self.connect())).await.unwrap();
        self.tasks.spawn(async move { drop(connection.await) });
        Client(sender)
    }

    /// One request over a connection of its own, with the session's token.
    pub(crate) async fn ask(&mut self, request: Request<Full<Bytes>>) -> Told {
        let mut client = self.client().await;
        within(client.ask(request)).await
    }

    pub(crate) async fn metered(&mut self) -> Metered {
        within(self.metered.recv()).await.expect("the gateway lives")
    }

    /// What is metered next must be of a request that comes after all that were answered.
    pub(crate) fn nothing_more_metered(&mut self) {
        assert!(self.metered.try_recv().is_err());
    }

    /// The owner goes.
    pub(crate) fn close(&mut self) {
        self.metered.close();
    }
}

pub(crate) struct Client(http1::SendRequest<Full<Bytes>>);

impl Client {
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        within(self.0.send_request(request)).await.expect("an answer")
    }

    pub(crate) async fn ask(&mut self, request: Request<Full<Bytes>>) -> Told {
        Told::of(self.send(request).await).await
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<String, hyper::Error>,
}

impl Told {
    pub(crate) async fn of(response: Response<Incoming>) -> Self {
        let (head, body) = response.into_parts();
        let body = within(body.collect()).await;
        let text = |it: Bytes| String::from_utf8(it.into()).unwrap();
        let body = body.map(|it| text(it.to_bytes()));
        Self { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(crate) fn text(&self) -> &str {
        self.body.as_ref().expect("a whole answer")
    }

    /// Kind and words of an error.
    pub(crate) fn error(&self) -> (String, String) {
        let body: serde_json::Value = serde_json::from_str(self.text()).unwrap();
        assert_eq!(body["type"], "error");
        let text = |it: &serde_json::Value| it.as_str().unwrap().to_owned();
        (text(&body["error"]["type"]), text(&body["error"]["message"]))
    }
}

/// A request for a message, with a body of its own.
pub(crate) fn asking(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    post("/v1/messages?beta=true", body)
}

pub(crate) fn post(target: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(target)
        .header("host", "gateway.internal")
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", "application/json")
        .body(Full::new(body.into()))
        .unwrap()
}

/// A request for a message by some model.
pub(crate) fn message(model: &str) -> Request<Full<Bytes>> {
    asking(format!(r#"{{"model":"{model}","max_tokens":100,"stream":true,"messages":[]}}"#))
}

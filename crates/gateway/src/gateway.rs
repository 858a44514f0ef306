//! Serves the connections of sandboxes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::{
    Request, Response,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    GatewayConfig, GatewayError, Limits, Models, Pass, Patience, Prices, RequestKind, Usage,
    exchange::Exchange,
    provider::{self, Form, Provider},
    redaction::Redaction,
    refusal::Refusal,
    relay::{Answer, Relay},
    request::Ask,
    route::Route,
    stall::Stall,
    tally::Tally,
};

/// Serves sandboxes, and asks the provider for them. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Shared>);

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    provider: Provider,
    prices: Prices,
    pub(crate) limits: Limits,
    patience: Patience,
    /// The provider's key.
    pub(crate) hidden: Redaction,
}

impl Gateway {
    pub fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        let provider = Provider::new(&config)?;
        let GatewayConfig { endpoint: _, key, prices, limits, patience } = config;
        let hidden = Redaction::of([key.reveal()]);
        Ok(Self(Arc::new(Shared { provider, prices, limits, patience, hidden })))
    }

    /// Speaks HTTP/1.1 with one connection of the session's sandbox, until either side ends it. Dropping it ends the
    /// connection and what was asked through it; that is counted as far as it was seen.
    pub async fn serve<S>(&self, stream: S, pass: Arc<Pass>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let patience = self.0.patience.client;
        let service = service_fn(|request| {
            let (shared, pass) = (Arc::clone(&self.0), Arc::clone(&pass));
            async move { Ok::<_, Infallible>(answer(shared, pass, request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(TokioIo::new(Stall::new(stream, patience)), service);
        // A connection that breaks is its client's doing, and what it cost is settled.
        drop(connection.await);
    }
}

impl Shared {
    /// Of the dearest model that may answer.
    pub(crate) fn cost(&self, ask: &Ask, usage: &Usage) -> u64 {
        let models = [&ask.model].into_iter().chain(&ask.fallbacks);
        models.map(|it| self.prices.cost(it.as_str(), usage)).max().unwrap_or_default()
    }
}

async fn answer(
    shared: Arc<Shared>,
    pass: Arc<Pass>,
    request: Request<Incoming>,
) -> Response<Answer> {
    let answered = match Route::of(request.method(), request.uri().path()) {
        Ok(Route::Hello) => Ok(Response::new(Answer::whole(Bytes::new()))),
        Ok(Route::Models) => pass.admits(request.headers()).map(|()| listed(&pass.models)),
        Ok(Route::Provider(kind)) => relay(shared, pass, kind, request).await,
        Err(refusal) => Err(refusal),
    };
    answered.unwrap_or_else(Refusal::into_response)
}

fn listed(models: &Models) -> Response<Answer> {
    let names = models.names();
    let data: Vec<_> = names
        .iter()
        .map(|name| {
            let name = name.as_str();
            // The day is not known; clients ask that there is one.
            json!({"type": "model", "id": name, "display_name": name, "created_at": "1970-01-01T00:00:00Z"})
        })
        .collect();
    let ends = [names.first(), names.last()].map(|it| it.map(|it| it.as_str()));
    let list = json!({"data": data, "has_more": false, "first_id": ends[0], "last_id": ends[1]});
    let mut response = Response::new(Answer::whole(Bytes::from(list.to_string())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn relay(
    shared: Arc<Shared>,
    pass: Arc<Pass>,
    kind: RequestKind,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Refusal> {
    pass.admits(request.headers())?;
    let admission = pass.admission(announced(request.body(), shared.limits.body)).await?;
    let mut exchange = Exchange::begin(Arc::clone(&shared), Arc::clone(&pass), kind, admission);
    match ask(&shared, &pass, &mut exchange, kind, request).await {
        Err(refusal) => {
            exchange.refused(&refusal);
            Err(refusal)
        }
        Ok((head, provider, tally)) => {
            let relay = Relay::new(provider, tally, exchange, shared.patience.idle);
            Ok(head.map(|()| Answer::Relay(Box::new(relay))))
        }
    }
}

/// The head of the provider's answer, its body, and who reads that.
async fn ask(
    shared: &Shared,
    pass: &Pass,
    exchange: &mut Exchange,
    kind: RequestKind,
    request: Request<Incoming>,
) -> Result<(Response<()>, reqwest::Body, Tally), Refusal> {
    let (head, body) = request.into_parts();
    let body = read(body, shared.limits.body, shared.patience.client).await?;
    let ask = Ask::parse(body, &pass.models, pass.recording)?;
    let body = ask.body.clone();
    exchange.ask(ask).await?;
    exchange.sent();
    let asked = shared.provider.ask(kind, head.uri.query(), &head.headers, body).await;
    let response = match asked {
        Ok(response) => response,
        Err(unanswered) => {
            if !unanswered.is_owed() {
                exchange.free();
            }
            return Err(Refusal::no_answer(unanswered.trouble(&exchange.hidden())));
        }
    };
    let form = match provider::form(&response) {
        Some(form) => form,
        None => {
            exchange.free();
            return Err(provider::refusal(response, shared.patience.idle, &exchange.hidden()).await);
        }
    };
    exchange.answers(response.status());
    let tally = match (kind, form) {
        (RequestKind::CountTokens, _) => Tally::Free,
        (RequestKind::Messages, Form::Events) => Tally::events(pass.recording),
        (RequestKind::Messages, Form::Json) => Tally::message(pass.recording),
    };
    let mut told = Response::new(());
    *told.status_mut() = response.status();
    *told.headers_mut() = provider::told(response.headers());
    Ok((told, response.into(), tally))
}

/// How many bytes a body has: the most that it may have, if it does not say.
fn announced(body: &Incoming, most: usize) -> usize {
    body.size_hint().exact().map_or(most, |it| usize::try_from(it).unwrap_or(usize::MAX))
}

async fn read(mut body: Incoming, most: usize, patience: Duration) -> Result<Bytes, Refusal> {
    if announced(&body, most) > most {
        return Err(Refusal::too_large(most));
    }
    let mut bytes = BytesMut::new();
    loop {
        let next = tokio::time::timeout(patience, body.frame()).await;
        let frame = match next.map_err(|_| Refusal::too_slow())? {
            None => return Ok(bytes.freeze()),
            Some(frame) => frame.map_err(|_| Refusal::malformed("the request broke off"))?,
        };
        let piece = frame.into_data().unwrap_or_default();
        if bytes.len() + piece.len() > most {
            return Err(Refusal::too_large(most));
        }
        bytes.extend_from_slice(&piece);
    }
}

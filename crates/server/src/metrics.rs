//! `GET /metrics`: the engine's statistics as `OpenMetrics` text, for Prometheus and its kin.
//!
//! They name no user and no runbook. Without a configured token only this machine may read them:
//! how busy a server is, is nobody's business elsewhere.

mod jobs;
mod pool;

use std::{fmt, net::SocketAddr};

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::Statistics;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text::encode},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};

use crate::{
    App,
    auth::equal,
    problem::{Code, Problem},
};

/// The content type of `OpenMetrics` 1.0, which Prometheus asks for.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a proxy adds; a request that has one comes from elsewhere, whoever brings it.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

pub(crate) async fn show(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let peer = peer.map(|Extension(ConnectInfo(address))| address);
    if !may_read(app.config.metrics_token.as_deref(), peer, &headers) {
        let message = "only this machine may read the metrics, or whoever shows the token of \
            --metrics-token as `Authorization: Bearer`";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message));
    }
    let mut registry = Registry::with_prefix("runbook");
    let is_live = |it| app.engine.watch_session(it).is_some();
    let previews = app.previews.as_ref().map_or(0, |it| it.count(is_live));
    registry.register_collector(Box::new(Snapshot { engine: app.engine.statistics(), previews }));
    let queue = (app.reader.queue_statistics().await?, app.reader.workers().await?);
    registry.register_collector(Box::new(jobs::Queue::new(queue)));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

fn may_read(token: Option<&str>, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let Some(token) = token else {
        let is_forwarded = FORWARDED.iter().any(|it| headers.contains_key(*it));
        return peer.is_some_and(|it| it.ip().to_canonical().is_loopback()) && !is_forwarded;
    };
    let shown = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    shown.and_then(|it| it.strip_prefix("Bearer ")).is_some_and(|it| equal(it, token))
}

/// The hub at the moment of a request.
#[derive(Debug)]
struct Snapshot {
    engine: Statistics,
    /// Ports of sessions that browsers may look at.
    previews: usize,
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Statistics {
            sessions,
            sandboxes,
            terminals,
            live_texts,
            waiting,
            refused,
            ended,
            failed,
            pools,
        } = &self.engine;
        let mut gauge = |name, help, value: usize| {
            let metric = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            metric.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
        };
        gauge("sessions", "Sessions that have not ended", *sessions)?;
        gauge("sandboxes", "Sandboxes that somebody holds", *sandboxes)?;
        gauge("terminals", "Terminals that are open", *terminals)?;
        gauge("previews", "Ports of sessions that browsers may look at", self.previews)?;
        gauge("live_texts", "Runbooks that are open for editing", *live_texts)?;
        gauge("sessions_waiting", "Sessions and runs that wait for a sandbox", *waiting)?;
        let help = "Sessions and runs that were refused because too many waited";
        let refusals =
            encoder.encode_descriptor("queue_refused", help, None, MetricType::Counter)?;
        ConstCounter::new(*refused).encode(refusals)?;
        let help = "Executions that ended, by outcome";
        let mut family =
            encoder.encode_descriptor("executions", help, None, MetricType::Counter)?;
        let outcomes = ended.iter().map(|(kind, count)| (kind.name(), *count));
        for (outcome, count) in outcomes.chain([("failed", *failed)]) {
            let labels = [("outcome", outcome)];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        pool::encode(pools, &mut encoder)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn peer(address: &str) -> Option<SocketAddr> {
        Some(address.parse().unwrap())
    }

    #[test]
    fn without_a_token_only_this_machine_reads() {
        let none = HeaderMap::new();
        assert!(may_read(None, peer("127.0.0.1:9"), &none));
        assert!(may_read(None, peer("[::1]:9"), &none));
        assert!(may_read(None, peer("[::ffff:127.0.0.1]:9"), &none));
        assert!(!may_read(None, peer("192.0.2.1:9"), &none));
        assert!(!may_read(None, None, &none));
        let brought = [("x-forwarded-for".parse().unwrap(), HeaderValue::from_static("192.0.2.1"))];
        assert!(!may_read(None, peer("127.0.0.1:9"), &HeaderMap::from_iter(brought)));
    }

    #[test]
    fn with_a_token_nobody_reads_without_it() {
        let shows = |it: &'static str| {
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(it))])
        };
        assert!(may_read(Some("secret"), peer("192.0.2.1:9"), &shows("Bearer secret")));
        for wrong in ["Bearer secreT", "Bearer ", "secret", "Basic secret", "Bearer secret1"] {
            assert!(!may_read(Some("secret"), peer("127.0.0.1:9"), &shows(wrong)), "{wrong}");
        }
        assert!(!may_read(Some("secret"), peer("127.0.0.1:9"), &HeaderMap::new()));
    }
}

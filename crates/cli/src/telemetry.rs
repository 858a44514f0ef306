//! What the program tells those who run it: log lines on stderr and, if `OTEL_*` variables name somebody who
//! collects them, traces over OTLP (HTTP, protobuf).
//!
//! The variables are OpenTelemetry's own, read by its SDK. Refused: other protocols, in words, instead of
//! falling silent.

use std::{env, fmt, pin::Pin, time::Duration};

use opentelemetry::{KeyValue, global, trace::TracerProvider};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, ResourceDetector},
    trace::SdkTracerProvider,
};
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, layer::SubscriberExt};

use crate::{commands::worker::machine, failure::Failure};

/// How long an export may take unless `OTEL_EXPORTER_OTLP_TIMEOUT` says otherwise; OpenTelemetry's.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Our own crates: what libraries do is part of our spans.
const TRACED: [&str; 5] = ["cli", "engine", "sandbox", "server", "store"];

/// What is told, until it is flushed.
pub(crate) struct Telemetry(Option<SdkTracerProvider>);

impl Telemetry {
    /// Begins to log and, if somebody collects traces, to send them from tasks of this runtime.
    ///
    /// # Errors
    ///
    /// Returns a [`Failure`] if the environment asks for an exporter that there is not.
    pub(crate) fn start(log: &str, runtime: &Handle) -> Result<Self, Failure> {
        // What clients do wrong is said to them.
        let log = format!("rmcp=error,{log}");
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_filter(EnvFilter::new(&log));
        let provider = if is_wanted() { Some(provider(runtime)?) } else { None };
        let traces = provider.as_ref().map(|provider| {
            let traced = TRACED.map(|it| (it, LevelFilter::INFO));
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("runbook"))
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_level(false)
                .with_tracked_inactivity(false)
                .with_filter(Targets::new().with_targets(traced))
        });
        let subscriber = tracing_subscriber::registry().with(lines).with(traces);
        tracing::subscriber::set_global_default(subscriber).map_err(Failure::internal)?;
        if let Some(provider) = &provider {
            global::set_tracer_provider(provider.clone());
        }
        Ok(Self(provider))
    }

    /// Sends what has not been sent. The runtime must still run, and this not be one of its tasks.
    pub(crate) fn flush(self) {
        if let Some(provider) = self.0
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "the last spans were not exported");
        }
    }
}

/// The value of a variable that is there and not empty.
fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name)?.into_string().ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A variable of all signals, or that of traces, which counts more.
fn exporter_variable(name: &str) -> Option<String> {
    let own = variable(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"));
    own.or_else(|| variable(&format!("OTEL_EXPORTER_OTLP_{name}")))
}

/// Whether the environment names an end point and does not switch it off.
fn is_wanted() -> bool {
    let is_off = variable("OTEL_SDK_DISABLED").is_some_and(|it| it.eq_ignore_ascii_case("true"))
        || variable("OTEL_TRACES_EXPORTER").is_some_and(|it| it == "none");
    !is_off && exporter_variable("ENDPOINT").is_some()
}

fn provider(runtime: &Handle) -> Result<SdkTracerProvider, Failure> {
    let protocol = exporter_variable("PROTOCOL");
    if let Some(other) = protocol.filter(|it| it != "http/protobuf") {
        return Err(Failure::rejected(format!(
            "traces are not sent as {other:?}; set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf, which \
             collectors take on port 4318"
        )));
    }
    if let Some(other) = variable("OTEL_TRACES_EXPORTER").filter(|it| it != "otlp") {
        return Err(Failure::rejected(format!(
            "OTEL_TRACES_EXPORTER is {other:?}; there are otlp and none"
        )));
    }
    let timeout = exporter_variable("TIMEOUT").and_then(|it| it.parse().ok());
    let timeout = timeout.map_or(TIMEOUT, Duration::from_millis);
    let client = reqwest::Client::builder().timeout(timeout).build().map_err(Failure::internal)?;
    let client = Sender { client, runtime: runtime.clone() };
    let exporter = SpanExporter::builder().with_http().with_http_client(client).build();
    let exporter = exporter.map_err(|error| {
        Failure::rejected(format!("traces cannot be sent as OTEL_EXPORTER_OTLP_… says: {error}"))
    })?;
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build())
}

/// Who sends: `runbook` on this machine, or as the variables have it.
fn resource() -> Resource {
    let known = Resource::builder_empty().with_attributes([
        KeyValue::new("service.name", "runbook"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("host.name", machine()),
        KeyValue::new("process.pid", i64::from(std::process::id())),
    ]);
    let detectors: [Box<dyn ResourceDetector>; 1] = [Box::new(EnvResourceDetector::new())];
    let told = known.with_detectors(&detectors);
    match variable("OTEL_SERVICE_NAME") {
        Some(name) => told.with_service_name(name).build(),
        None => told.build(),
    }
}

/// Sends requests from tasks of our runtime: the SDK's own thread has none.
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Sender {
    fn send_bytes<'life0, 'a>(&'life0 self, request: Request<Bytes>) -> Sending<'a>
    where
        'life0: 'a,
        Self: 'a,
    {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let mut answer = client.execute(request.try_into()?).await?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                std::mem::swap(headers, answer.headers_mut());
            }
            Ok(response.body(answer.bytes().await?)?)
        });
        Box::pin(async move { sent.await? })
    }
}

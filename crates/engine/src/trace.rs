//! Spans that more than one place says something of, and how a trace goes on where no task does: from a
//! request's header, and through the database with a job.
//!
//! ```text
//!  request ─ submit ┄┄ job's row ┄┄ claim
//!                               └┄┄ job ─ wait for a slot, sandbox, start, program, settle
//!  request ─ execution ─ program          request ─ call ─ instance, program
//! ```
//!
//! Spans that carry an id are of level `ERROR`, so that log lines name it whatever is logged. Whether
//! anybody records spans is decided in `cli`.

use std::time::SystemTime;

use model::{
    execution::Outcome,
    job::{AttemptEnd, Job, Report},
    trace::TraceParent,
};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{
        Span as _, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    },
};
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::execution::Ending;

/// Makes a span, which nobody has entered yet, a part of a trace that began elsewhere.
pub fn continue_from(span: &Span, parent: TraceParent) {
    // Nobody records spans, or not this one.
    drop(span.set_parent(context(parent)));
}

/// What goes on elsewhere belongs to this span; `None` if nobody records spans.
pub(crate) fn parent(span: &Span) -> Option<TraceParent> {
    let context = span.context();
    let span = context.span();
    let it = span.span_context();
    it.is_valid().then(|| TraceParent {
        trace: u128::from_be_bytes(it.trace_id().to_bytes()),
        span: u64::from_be_bytes(it.span_id().to_bytes()),
        flags: it.trace_flags().to_u8(),
    })
}

fn context(parent: TraceParent) -> Context {
    let (trace, span) = (TraceId::from(parent.trace), SpanId::from(parent.span));
    let flags = TraceFlags::new(parent.flags);
    let remote = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    Context::new().with_remote_span_context(remote)
}

/// The clock of spans.
pub(crate) fn now() -> SystemTime {
    opentelemetry::time::now()
}

/// Notes that a job was taken, by a claim that took several and that began when no one knew which.
pub(crate) fn claimed(job: &Job, begun: SystemTime) {
    let Some(parent) = job.order.trace else { return };
    let tracer = global::tracer("runbook");
    let attributes = [("job.id", job.id.to_string()), ("job.attempt", job.state.fence.to_string())];
    let claim = tracer
        .span_builder("claim")
        .with_start_time(begun)
        .with_attributes(attributes.map(|(name, value)| KeyValue::new(name, value)));
    claim.start_with_context(&tracer, &context(parent)).end();
}

/// One attempt of a job, within the trace of whoever submitted it.
pub(crate) fn attempt(job: &Job) -> Span {
    let span = tracing::error_span!(
        parent: None,
        "job",
        job.id = %job.id,
        job.attempt = job.state.fence,
        job.end = Empty,
        otel.status_code = Empty,
    );
    if let Some(parent) = job.order.trace {
        continue_from(&span, parent);
    }
    span
}

pub(crate) fn reported(span: &Span, report: &Report) {
    span.record("job.end", report.end.name());
    tracing::info!(end = report.end.name(), "the attempt ended");
    if report.end != AttemptEnd::Succeeded {
        span.record("otel.status_code", "ERROR");
    }
}

/// A program, from its start to its exit.
pub(crate) fn program() -> Span {
    tracing::info_span!(
        "program",
        program.outcome = Empty,
        process.exit.code = Empty,
        program.cpu_ms = Empty,
        program.peak_memory_bytes = Empty,
        otel.status_code = Empty,
    )
}

pub(crate) fn ended(span: &Span, ending: &Ending) {
    let is_success = match ending {
        Ending::Outcome { outcome, usage } => {
            span.record("program.outcome", outcome.kind().name());
            span.record("program.cpu_ms", usage.cpu_ms);
            span.record("program.peak_memory_bytes", usage.peak_memory_bytes);
            if let Outcome::Exited { code } = outcome {
                span.record("process.exit.code", code);
            }
            outcome.is_success()
        }
        Ending::Failure(failure) => {
            span.record("program.outcome", failure.error.as_str());
            false
        }
    };
    if !is_success {
        span.record("otel.status_code", "ERROR");
    }
}

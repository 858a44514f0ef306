//! One-off code: run it, and stream what it does to whoever asked.
//!
//! The run is driven by whoever reads the answer: no task stands between the sandbox and the
//! connection, and when the connection is gone the run is dropped with it, program and sandbox too.

use std::{pin::Pin, time::Duration};

use axum::{
    Json as Reply,
    body::Body,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use bytes::{Bytes, BytesMut};
use engine::{CodeError, CodeOrder, Ending, Engine, Sink};
use futures_util::stream;
use model::event::{Event, EventKind, Failure};
use tokio::{sync::mpsc, time::Instant};
use tracing::Instrument;

use crate::{
    App,
    accept::Format,
    auth::Caller,
    problem::{Code, Problem, ProblemDetails},
    request,
    stream::response,
    wire::code::{CodeOfferBody, CodeRunBody, CodeRunForm},
};

/// How long a request that fails before its program starts may take to get a status of its own.
/// Later, the failure is an event of a stream that has begun.
const PATIENCE: Duration = Duration::from_secs(5);

/// After so long a caller wants to know that something is going on.
const PATIENCE_WITHOUT_DEPENDENCIES: Duration = Duration::from_millis(500);

/// What the last event repeats of stdout and of stderr, in bytes; as much as tinirun.
const REPEATED_BYTES: usize = 1 << 20;

/// Silence after which an SSE stream says that it lives; proxies wait for 30 to 60 s.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// What the operator offers to code: its usual limits, hosts, and whether packages are installed.
#[utoipa::path(get, path = "/api/code/offer", tag = "code", security(("bearer" = ["code:run"])),
    responses((status = 200, description = "the offer", body = CodeOfferBody)))]
pub(crate) async fn offer(State(app): State<App>, _: Caller) -> Reply<CodeOfferBody> {
    Reply(CodeOfferBody::new(&app.engine, app.config.max_code_request_bytes))
}

/// Runs code in a sandbox of its own and streams its events: NDJSON, or SSE if `Accept` prefers it.
///
/// The stream ends with one `result` or one `error`. When the caller goes away, the program is killed.
/// `multipart/form-data` sends the same: first the part `request`, the JSON; then parts named `file`,
/// whose file names are their paths; last the part `stdin`, which the program reads as it arrives.
#[utoipa::path(post, path = "/api/code/run", tag = "code", security(("bearer" = ["code:run"])),
    request_body(content((CodeRunBody = "application/json"), (CodeRunForm = "multipart/form-data"))),
    responses(
    (status = 200, description = "the events", content(
        (Event = "application/x-ndjson"), (Event = "text/event-stream"))),
    (status = 400, description = "something in the request makes no sense", body = ProblemDetails),
    (status = 401, description = "nobody is signed in", body = ProblemDetails),
    (status = 403, description = "the network is not offered", body = ProblemDetails),
    (status = 406, description = "neither form is acceptable", body = ProblemDetails),
    (status = 408, description = "the request came too slowly", body = ProblemDetails),
    (status = 413, description = "the request is too large", body = ProblemDetails),
    (status = 422, description = "the language is not installed here, or a dependency cannot be", body = ProblemDetails),
    (status = 503, description = "no sandbox could be started", body = ProblemDetails)))]
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let format = format(&app, request.headers())?;
    let (body, parts): (CodeRunBody, _) =
        request::json_or_form(request, app.config.max_code_request_bytes).await?;
    let order = body.order(app.engine.code_limits(), caller.principal, parts)?;
    let patience = match order.dependencies.is_empty() {
        true => PATIENCE_WITHOUT_DEPENDENCIES,
        false => PATIENCE,
    };
    let run = Run::start(app.engine.clone(), order, format);
    run.answer(patience).await
}

/// The form in which a caller wants events.
pub(super) fn format(app: &App, headers: &HeaderMap) -> Result<Format, Problem> {
    if app.config.accept_as_tinirun {
        return Ok(Format::as_the_seed(headers));
    }
    Format::preferred(headers).ok_or_else(Problem::not_acceptable)
}

type Work = Pin<Box<dyn Future<Output = Result<Bytes, (CodeError, Writer)>> + Send>>;

/// A run, and its events on their way to the caller.
struct Run {
    format: Format,
    /// `None` once it has ended.
    work: Option<Work>,
    batches: mpsc::Receiver<Batch>,
}

/// Events as they are sent.
struct Batch {
    bytes: Bytes,
    /// Whether they are more than remarks of ours.
    of_program: bool,
}

impl Run {
    fn start(engine: Engine, order: CodeOrder, format: Format) -> Self {
        // One that waits is enough: it is taken as soon as the connection takes more.
        let (tell, batches) = mpsc::channel(1);
        let mut writer = Writer::new(engine.clock().clone(), format, tell);
        let work = async move {
            let stop = engine.stopping();
            match engine.run_code(order, &stop, &mut writer).await {
                Ok(ending) => Ok(writer.last(&ending)),
                Err(error) => Err((error, writer)),
            }
        };
        // The request goes on for as long as the run does.
        Self { format, work: Some(Box::pin(work.in_current_span())), batches }
    }

    /// Waits until the program says something or ends, or something fails before that, which then is
    /// the answer. Whoever waits for long is told what is known.
    async fn answer(mut self, patience: Duration) -> Result<Response, Problem> {
        let until = Instant::now() + patience;
        let mut begun = BytesMut::new();
        loop {
            match tokio::time::timeout_at(until, self.next()).await {
                Ok(Some(Step::Batch(batch))) => {
                    begun.extend_from_slice(&batch.bytes);
                    if batch.of_program {
                        break;
                    }
                }
                Ok(Some(Step::Last(bytes))) => begun.extend_from_slice(&bytes),
                Ok(Some(Step::Refused(error, _))) => return Err(error.into()),
                Ok(None) => return Ok(response(self.format, Body::from(begun.freeze()))),
                Err(_) => break,
            }
        }
        let first = Some(begun.freeze()).filter(|it| !it.is_empty());
        Ok(response(self.format, self.body(first)))
    }

    fn body(self, first: Option<Bytes>) -> Body {
        let format = self.format;
        let rest = stream::unfold((self, first), move |(mut run, first)| async move {
            if let Some(bytes) = first {
                return Some((bytes, (run, None)));
            }
            let step = match format {
                Format::Ndjson => run.next().await?,
                Format::Sse => match tokio::time::timeout(SIGN_OF_LIFE, run.next()).await {
                    Ok(step) => step?,
                    Err(_) => return Some((Bytes::from_static(b":\n\n"), (run, None))),
                },
            };
            let bytes = match step {
                Step::Batch(batch) => batch.bytes,
                Step::Last(bytes) => bytes,
                Step::Refused(error, mut writer) => writer.refused(error),
            };
            Some((bytes, (run, None)))
        });
        Body::from_stream(futures_util::StreamExt::map(rest, Ok::<_, std::convert::Infallible>))
    }

    /// The next thing to send; `None` after the last. Safe to drop.
    async fn next(&mut self) -> Option<Step> {
        if let Ok(batch) = self.batches.try_recv() {
            return Some(Step::Batch(batch));
        }
        let work = self.work.as_mut()?;
        tokio::select! {
            biased;
            Some(batch) = self.batches.recv() => Some(Step::Batch(batch)),
            end = work => {
                self.work = None;
                // What it sent right before its end comes first.
                let before = self.batches.try_recv().ok();
                Some(match (before, end) {
                    (Some(before), Ok(last)) => Step::Last([before.bytes, last].concat().into()),
                    (None, Ok(last)) => Step::Last(last),
                    (_, Err((error, writer))) => Step::Refused(error, Box::new(writer)),
                })
            }
        }
    }
}

enum Step {
    Batch(Batch),
    /// The event that ends the stream, and what came right before it.
    Last(Bytes),
    Refused(CodeError, Box<Writer>),
}

/// Numbers events and writes them in the caller's form.
struct Writer {
    format: Format,
    clock: engine::Clock,
    seq: u64,
    collected: engine::Collected,
    tell: mpsc::Sender<Batch>,
}

impl Writer {
    fn new(clock: engine::Clock, format: Format, tell: mpsc::Sender<Batch>) -> Self {
        Self { format, clock, seq: 0, collected: engine::Collected::new(REPEATED_BYTES), tell }
    }

    fn write(&mut self, kind: EventKind, out: &mut Vec<u8>) {
        self.seq += 1;
        let event = Event { seq: self.seq, at: self.clock.now(), kind };
        if self.format == Format::Sse {
            out.extend_from_slice(format!("id: {}\ndata: ", self.seq).as_bytes());
        }
        serde_json::to_writer(&mut *out, &event).expect("an event is always valid JSON");
        out.extend_from_slice(match self.format {
            Format::Ndjson => b"\n",
            Format::Sse => b"\n\n",
        });
    }

    /// The event that ends the stream; a result repeats what the program printed.
    fn last(&mut self, ending: &Ending) -> Bytes {
        let mut kind = ending.event();
        if let EventKind::Result { data } = kind {
            kind = EventKind::Result { data: self.collected.take_into(data) };
        }
        let mut out = Vec::new();
        self.write(kind, &mut out);
        out.into()
    }

    /// A refusal that came after the answer had begun.
    fn refused(&mut self, error: CodeError) -> Bytes {
        let problem = Problem::from(error);
        let (error, message) = (problem.code().name(), problem.detail().to_owned());
        self.last(&Ending::Failure(Failure { error, message }))
    }
}

impl Sink for Writer {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        self.collected.look(&events);
        let of_program = events.iter().any(|it| !matches!(it, EventKind::Info { .. }));
        let mut out = Vec::new();
        for event in events {
            self.write(event, &mut out);
        }
        let batch = Batch { bytes: out.into(), of_program };
        self.tell.send(batch).await.map_err(|_| Failure {
            error: Code::ClientGone.name(),
            message: "nobody reads the events any more".to_owned(),
        })
    }
}

//! `runbook exec --server`: the same, run by a hub. Input goes there as it comes, and output comes back
//! meanwhile; when this process ends, the hub kills the program.

use std::{io, process::ExitCode};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use document::Runtime;
use engine::{Input, Network, Snippet};
use futures_util::{StreamExt, future, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    Request, Response, StatusCode,
    body::{Frame, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use model::event::{Event, EventKind, Summary};
use serde_json::{Value, json};

use super::exit_code;
use crate::{
    args::{ExecArgs, LimitFlags},
    failure::{Failure, INTERRUPTED},
    interrupt::Interrupt,
    output::{self, Printer},
};

mod connection;

pub(crate) use connection::Server;
use connection::Transport;

/// Longest line of an answer: an event with 32 KiB of output, or a result that repeats 2 MiB, each byte
/// escaped.
const LONGEST_LINE: usize = 32 << 20;

pub(super) async fn run(
    server: &str,
    args: &ExecArgs,
    snippet: Snippet,
) -> Result<ExitCode, Failure> {
    let server: Server = server.parse()?;
    let order = order(args, &snippet)?;
    let interrupt = Interrupt::listen()?;
    let asking = async {
        let transport = server.connect().await?;
        ask(&server, transport, args, order, snippet.stdin).await
    };
    tokio::select! {
        done = asking => done,
        // Closing the connection is what ends the program.
        () = interrupt.asked() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

/// The request, without the input.
fn order(args: &ExecArgs, snippet: &Snippet) -> Result<Value, Failure> {
    let network = match &args.isolation.network {
        Network::None => Vec::new(),
        Network::Allow(rules) => rules.iter().map(ToString::to_string).collect(),
        Network::Full => {
            let message = "a hub gives nobody its own network; name hosts, such as \
                           --network pypi.org";
            return Err(Failure::rejected(message));
        }
    };
    let files = snippet
        .files
        .iter()
        .map(|(path, bytes)| json!({ "path": path.as_str(), "content": STANDARD.encode(bytes) }));
    let env: serde_json::Map<_, _> =
        snippet.env.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut order = json!({
        "code": snippet.code,
        "lang": match snippet.runtime {
            Runtime::Node => "javascript",
            Runtime::Go => "go",
            Runtime::Python | Runtime::Bash | Runtime::Typescript | Runtime::Rust => {
                snippet.runtime.name()
            }
        },
        "args": snippet.args,
        "env": env,
        "files": files.collect::<Vec<_>>(),
        "dependencies": args.dependencies,
        "network": network,
    });
    limits(&args.limits, &mut order);
    Ok(order)
}

/// Limits that nobody asked for are the hub's to choose.
fn limits(flags: &LimitFlags, order: &mut Value) {
    let usual = LimitFlags::default();
    if flags.timeout != usual.timeout {
        order["timeout"] = json!(flags.timeout.as_millis().div_ceil(1000));
    }
    if flags.memory_mb != usual.memory_mb {
        order["mem_limit_mb"] = json!(flags.memory_mb);
    }
    if (flags.cpus - usual.cpus).abs() > f64::EPSILON {
        order["cpu_limit"] = json!(flags.cpus);
    }
    if flags.output_limit_mb != usual.output_limit_mb {
        order["output_limit"] = json!(flags.output_limit_mb << 20);
    }
}

type Body = StreamBody<stream::BoxStream<'static, Result<Frame<Bytes>, io::Error>>>;

async fn ask(
    server: &Server,
    transport: Box<dyn Transport>,
    args: &ExecArgs,
    order: Value,
    input: Input,
) -> Result<ExitCode, Failure> {
    let broken = |error: hyper::Error| server.unavailable(&error);
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(transport)).await.map_err(broken)?;
    let boundary = format!("runbook{:032x}", engine::random_id());
    let mut request = Request::post(server.path("/api/code/run"))
        .header(header::HOST, server.authority())
        .header(header::ACCEPT, "application/x-ndjson")
        .header(header::USER_AGENT, concat!("runbook/", env!("CARGO_PKG_VERSION")))
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"));
    if let Some(token) = &args.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(form(&boundary, &order, input));
    let request = request.map_err(|_| Failure::rejected("the token is no text for a header"))?;
    let answering = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        if response.status() != StatusCode::OK {
            return Err(refused(response).await);
        }
        print(server, response, args.json, &mut 1).await
    };
    // The connection moves only while somebody asks it to.
    let mut connection = std::pin::pin!(connection);
    let mut answering = std::pin::pin!(answering);
    match future::select(&mut answering, &mut connection).await {
        future::Either::Left((done, _)) => done,
        future::Either::Right(_) => answering.await,
    }
}

/// The request as a form: its JSON first, the input last, as it comes.
fn form(boundary: &str, order: &Value, input: Input) -> Body {
    let part = |name: &str| {
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n")
    };
    let mut head = format!("{}{order}\r\n", part("request"));
    let input = match input {
        Input::Empty => None,
        Input::Bytes(bytes) => Some(stream::iter([Ok(bytes)]).boxed()),
        Input::Stream(stream) => Some(stream.into_inner()),
    };
    if input.is_some() {
        head.push_str(&part("stdin"));
    }
    let end = if input.is_some() { "\r\n" } else { "" };
    let end = Bytes::from(format!("{end}--{boundary}--\r\n"));
    let whole = stream::iter([Ok(Bytes::from(head))])
        .chain(stream::iter(input).flatten())
        .chain(stream::iter([Ok(end)]));
    StreamBody::new(whole.map(|it| it.map(Frame::data)).boxed())
}

/// A problem, as the exit code and the line that it calls for.
pub(crate) async fn refused(response: Response<Incoming>) -> Failure {
    let status = response.status();
    let body = response.into_body().collect().await.map(|it| it.to_bytes()).unwrap_or_default();
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let detail = problem["detail"].as_str().map_or_else(|| status.to_string(), str::to_owned);
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::UNPROCESSABLE_ENTITY => Failure::unavailable(detail),
        _ if status.is_client_error() => Failure::rejected(detail),
        _ => Failure::internal(format!("the hub failed: {detail}")),
    }
}

/// Prints events until the last one. `next` is the number of the one that comes next.
pub(crate) async fn print(
    server: &Server,
    response: Response<Incoming>,
    json: bool,
    next: &mut u64,
) -> Result<ExitCode, Failure> {
    let mut printer = Printer::new(json);
    let mut body = response.into_body();
    let mut pending = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| server.unavailable(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        pending.extend_from_slice(&data);
        // Only what has just come can end a line.
        let mut from = pending.len() - data.len();
        while let Some(end) = pending[from..].iter().position(|it| *it == b'\n') {
            let line = pending.split_to(from + end + 1);
            from = 0;
            if let Some(code) = event(&mut printer, &line, next)? {
                return Ok(code);
            }
        }
        if pending.len() > LONGEST_LINE {
            return Err(server.unavailable(&"its answer is no stream of events"));
        }
    }
    Err(server.unavailable(&"the connection ended before the program did"))
}

/// Prints an event; gives our exit code after the last.
fn event(printer: &mut Printer, line: &[u8], next: &mut u64) -> Result<Option<ExitCode>, Failure> {
    let event: Event = serde_json::from_slice(line).map_err(|error| {
        Failure::unavailable(format!("the hub sent an event that makes no sense: {error}"))
    })?;
    *next = event.seq + 1;
    let end = match &event.kind {
        EventKind::Result { data } => Some(Ok(data.clone())),
        EventKind::Error { data } => Some(Err(Failure::internal(&data.message))),
        EventKind::Info { .. }
        | EventKind::Stdout(_)
        | EventKind::Stderr(_)
        | EventKind::Display { .. }
        | EventKind::Truncated { .. } => None,
    };
    printer.foreign(event)?;
    match end {
        None => Ok(None),
        Some(Ok(summary)) => {
            tell(&summary);
            Ok(Some(exit_code(&summary)))
        }
        Some(Err(failure)) => Err(failure),
    }
}

/// Says on stderr how a program ended that did not exit by itself.
fn tell(summary: &Summary) {
    let words = match (summary.exit_code, summary.signal) {
        (Some(_), _) => return,
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => {
            let outcome = summary.outcome.name().replace('_', " ");
            format!("{outcome} after {} ms", summary.duration_ms)
        }
    };
    output::note(&format!("runbook: {words}"));
}

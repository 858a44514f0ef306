//! Traces, told to a collector of our own: one from the request to the program's exit, whichever process
//! goes on with it.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value as Attribute,
    trace::v1::Span,
};
use prost::Message;
use serde_json::json;

use crate::{
    harness::{Place, Running, sandboxes, skipped},
    hub::Hub,
    postgres,
};

/// The trace that the caller of these tests is in, as W3C has it.
const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const CALLERS_SPAN: &str = "b7ad6b7169203331";

/// Takes what is exported, for as long as the test runs.
struct Collector {
    url: String,
    exports: mpsc::Receiver<ExportTraceServiceRequest>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, exports) = mpsc::channel();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let tell = tell.clone();
                thread::spawn(move || take(connection.unwrap(), &tell));
            }
        });
        Self { url, exports }
    }

    /// Everything that has been exported, with the name of who did. Those who did must have ended.
    fn told(&self) -> Vec<Told> {
        let mut told = Vec::new();
        while let Ok(export) = self.exports.try_recv() {
            for of_process in export.resource_spans {
                let resource = of_process.resource.unwrap_or_default();
                let service = text(&resource.attributes, "service.name").unwrap();
                let spans = of_process.scope_spans.into_iter().flat_map(|it| it.spans);
                told.extend(spans.map(|span| Told { service: service.clone(), span }));
            }
        }
        told
    }
}

fn take(connection: TcpStream, tell: &mpsc::Sender<ExportTraceServiceRequest>) {
    let mut reader = BufReader::new(connection);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end().to_lowercase() {
                line if line.is_empty() => break,
                line => head.push(line),
            }
        }
        let value = |name: &str| head.iter().find_map(|it| it.strip_prefix(name));
        assert!(head[0].starts_with("post /v1/traces "), "{head:?}");
        assert_eq!(value("content-type: "), Some("application/x-protobuf"));
        assert_eq!(value("x-team: "), Some("ours"));
        let mut body = vec![0; value("content-length: ").unwrap().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        // Nobody asks any more when the test is over.
        drop(tell.send(ExportTraceServiceRequest::decode(&body[..]).unwrap()));
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
    }
}

#[derive(Debug)]
struct Told {
    service: String,
    span: Span,
}

impl Told {
    fn attribute(&self, name: &str) -> Option<String> {
        text(&self.span.attributes, name)
    }
}

fn text(
    attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue],
    name: &str,
) -> Option<String> {
    let value = attributes.iter().find(|it| it.key == name)?.value.as_ref()?.value.as_ref()?;
    if let Attribute::IntValue(number) = value {
        return Some(number.to_string());
    }
    let Attribute::StringValue(text) = value else { panic!("{name} is {value:?}") };
    Some(text.clone())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Starts the binary so that it tells `collector`, as `service`.
fn start(place: &Place, arguments: &[&str], collector: &Collector, service: &str) -> Running {
    let mut command = place.command(arguments);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=ours")
        .env("OTEL_SERVICE_NAME", service);
    Running::new(&mut command)
}

/// The spans of the caller's trace as paths of names, from the request on.
fn paths(told: &[Told]) -> Vec<(String, &Told)> {
    let ours: Vec<_> = told.iter().filter(|it| CALLER.contains(&hex(&it.span.trace_id))).collect();
    let by_id: HashMap<_, _> = ours.iter().map(|it| (&it.span.span_id, *it)).collect();
    let path = |it: &&Told| {
        let mut names = vec![it.span.name.clone()];
        let mut above = it.span.parent_span_id.clone();
        while let Some(it) = by_id.get(&above) {
            names.push(it.span.name.clone());
            above = it.span.parent_span_id.clone();
        }
        assert_eq!(hex(&above), CALLERS_SPAN, "every span leads to the caller: {names:?}");
        names.reverse();
        names.join(" / ")
    };
    ours.iter().map(|it| (path(it), *it)).collect()
}

fn find<'a>(paths: &[(String, &'a Told)], path: &str) -> &'a Told {
    let found = paths.iter().find(|it| it.0 == path).map(|it| it.1);
    found.unwrap_or_else(|| panic!("no {path} in {:?}", paths.iter().map(|it| &it.0)))
}

/// Follows a job of the caller's trace to its end.
fn job_in_trace(hub: &Hub) -> String {
    let order = json!({ "payload": { "command": "echo traced; exit 3" } });
    let client = hub.client.with("traceparent", CALLER);
    let answer = client.post("/api/v1/jobs", &order).expect(201).json();
    let id = answer["job_id"].as_str().unwrap().to_owned();
    hub.client.lines(&format!("/api/v1/jobs/{id}/events")).for_each(drop);
    id
}

const JOB: &str = "POST /api/v1/jobs / submit / job";

#[test]
fn a_job_is_traced_from_its_request_to_its_program_s_exit_and_logged_with_its_id() {
    if !sandboxes() {
        return;
    }
    let (place, collector) = (Place::new(), Collector::start());
    let arguments = ["hub", "--port", "0", "--data", "data", "--log", "info"];
    let hub = Hub::of(start(&place, &arguments, &collector, "hub"));
    let id = job_in_trace(&hub);
    hub.running.signal("TERM");
    let ended = hub.running.end().expect(0);
    let told = collector.told();
    let paths = paths(&told);
    let request = find(&paths, "POST /api/v1/jobs");
    assert_eq!(request.attribute("http.response.status_code").as_deref(), Some("201"));
    for path in ["submit", "submit / claim", "submit / job"] {
        let it = find(&paths, &format!("POST /api/v1/jobs / {path}"));
        assert_eq!(it.attribute("job.id"), Some(id.clone()), "{path}");
    }
    for step in ["wait for a slot", "sandbox", "start", "program", "settle"] {
        find(&paths, &format!("{JOB} / {step}"));
    }
    let program = find(&paths, &format!("{JOB} / program"));
    assert_eq!(program.attribute("process.exit.code").as_deref(), Some("3"));
    assert_eq!(find(&paths, JOB).attribute("job.end").as_deref(), Some("failed"));
    let line = ended.stderr.lines().find(|it| it.contains("the attempt ended"));
    assert!(line.is_some_and(|it| it.contains(&id)), "{}", ended.stderr);
}

#[tokio::test]
async fn a_worker_on_another_machine_goes_on_with_the_trace() {
    if !sandboxes() {
        return;
    }
    let url = match postgres::new_database().await {
        Ok(url) => url,
        Err(why) => return skipped(&format!("PostgreSQL: {why}")),
    };
    let (place, collector) = (Place::new(), Collector::start());
    let hub = ["hub", "--port", "0", "--data", "data", "--database", &url, "--no-worker"];
    let hub = Hub::of(start(&place, &hub, &collector, "hub"));
    let worker = ["worker", "--database", &url, "--name", "far away"];
    let mut worker = start(&place, &worker, &collector, "worker");
    worker.line();
    let id = job_in_trace(&hub);
    for running in [worker, hub.running] {
        running.signal("TERM");
        running.end().expect(0);
    }
    let told = collector.told();
    let paths = paths(&told);
    for (path, service) in
        [("submit", "hub"), ("submit / claim", "worker"), ("submit / job", "worker")]
    {
        let it = find(&paths, &format!("POST /api/v1/jobs / {path}"));
        assert_eq!((it.service.as_str(), it.attribute("job.id")), (service, Some(id.clone())));
    }
    assert_eq!(find(&paths, &format!("{JOB} / program")).service, "worker");
}

#[test]
fn code_functions_and_blocks_are_traced_to_their_programs() {
    if !sandboxes() {
        return;
    }
    let (place, collector) = (Place::new(), Collector::start());
    let arguments = ["hub", "--port", "0", "--data", "data"];
    let hub = Hub::of(start(&place, &arguments, &collector, "hub"));
    let traced = hub.client.with("traceparent", CALLER);
    let code = json!({ "lang": "bash", "code": "echo hi" });
    traced.lines_of("POST", "/api/code/run", &code).for_each(drop);
    let function = json!({ "name": "shout", "language": "bash", "code": "echo HI" });
    hub.client.lines_of("POST", "/api/function", &function).for_each(drop);
    traced.post("/api/function/shout/run", &json!({ "input": "hi" })).expect(200);
    let runbook = hub.create("```runnable bash name=greet\necho hi\n```\n");
    let session = hub.connect(&runbook);
    let block = json!({ "sessionId": session, "blockIndex": 0, "runtime": "bash" });
    traced.lines_of("POST", "/api/executions/exec-block", &block).for_each(drop);
    hub.running.signal("TERM");
    hub.running.end().expect(0);
    let told = collector.told();
    let paths = paths(&told);
    for path in [
        "POST /api/code/run / sandbox",
        "POST /api/code/run / program",
        "POST /api/function/{name}/run / call / program",
        "POST /api/executions/exec-block / execution / program",
    ] {
        find(&paths, path);
    }
}

#[test]
fn an_exporter_that_there_is_not_is_refused_in_words() {
    let place = Place::new();
    let mut command = place.command(&["hub", "--port", "0", "--data", "data"]);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let refused = Running::new(&mut command).end().expect(2);
    assert!(refused.error().contains("http/protobuf"), "{refused:?}");
}

//! What `POST /api/code/run` promises, over a scripted sandbox.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use sandbox::{
    PoolConfig,
    scripted::{Script, Scripted},
};
use serde_json::{Value, json};
use server::{App, Config};
use tower::ServiceExt;

use crate::app::{self, Account, Answer, TestApp, request};

struct Stage {
    app: TestApp,
    backend: Scripted,
    account: Account,
}

impl Stage {
    async fn new(script: Script) -> Self {
        Self::with(script, TestApp::config()).await
    }

    async fn with(script: Script, config: Config) -> Self {
        let backend = Scripted::new().on("main", script);
        // Whatever lives belongs to a request then.
        let pool = PoolConfig { most_per_kind: 0, ..PoolConfig::default() };
        let config_of_engine = engine::Config { pool, ..engine::Config::default() };
        let engine = app::engine(Arc::new(backend.clone()), config_of_engine).await;
        let app = TestApp { router: App::hub(engine, config).await.unwrap().router() };
        let account = app.sign_up("ada").await;
        Self { app, backend, account }
    }

    fn request(&self, accept: Option<&str>, body: impl Into<Body>) -> Request<Body> {
        let mut request = request("POST", "/api/code/run")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.account.token));
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT, accept);
        }
        request.body(body.into()).unwrap()
    }

    async fn run(&self, body: &Value) -> Answer {
        self.app.send(self.request(None, body.to_string())).await
    }

    async fn accepting(&self, accept: Option<&str>) -> Answer {
        self.app.send(self.request(accept, hello().to_string())).await.expect(200)
    }
}

fn hello() -> Value {
    json!({ "code": "print('hello')", "lang": "python" })
}

fn kind(answer: &Answer) -> &str {
    answer.headers[header::CONTENT_TYPE].to_str().unwrap()
}

/// The bytes of one stream of an answer, put together again.
fn bytes(events: &[Value], stream: &str) -> Vec<u8> {
    let chunks = events.iter().filter(|it| it["event"] == stream);
    let chunks =
        chunks.map(|it| serde_json::from_value::<model::event::Chunk>(it.clone()).unwrap());
    chunks.flat_map(|it| it.bytes()).collect()
}

#[tokio::test]
async fn the_request_of_tinirun_s_own_readme_gets_the_events_that_it_shows() {
    let stage = Stage::new(Script::new().stdout("hello\n")).await;
    let body = json!({
        "code": "print('hello')", "lang": "python", "dependencies": [], "files": [],
        "timeout": 60, "mem_limit_mb": 256, "cpu_limit": 0.5
    });
    let answer = stage.run(&body).await.expect(200);
    assert_eq!(kind(&answer), "application/x-ndjson");
    let events = answer.lines();
    let [stdout, result] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((&stdout["event"], &stdout["data"]), (&json!("stdout"), &json!("hello\n")));
    assert_eq!(result["event"], "result");
    for (field, expected) in [
        ("stdout", json!("hello\n")),
        ("stderr", json!("")),
        ("exit_code", json!(0)),
        ("timeout", json!(false)),
        ("outcome", json!("exited")),
        ("truncated", json!(false)),
        ("queue_ms", json!(0)),
    ] {
        assert_eq!(result["data"][field], expected, "{field}");
    }
    assert_eq!((&stdout["seq"], &result["seq"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn null_is_as_left_out_and_unknown_fields_are_ignored() {
    let stage = Stage::new(Script::new().stdout("hello\n")).await;
    let body = json!({
        "code": "print('hello')", "lang": "python", "dependencies": null, "files": null,
        "debug": true, "priority": { "of": "somebody" }
    });
    let events = stage.run(&body).await.expect(200).lines();
    assert_eq!(bytes(&events, "stdout"), b"hello\n");
}

#[tokio::test]
async fn every_language_of_tinirun_has_a_program() {
    let backend = Scripted::new().on("main", Script::new().stdout("hello\n"));
    let app = TestApp::hub(Arc::new(backend.clone())).await;
    let account = app.sign_up("ada").await;
    for lang in ["bash", "go", "javascript", "python", "rust", "typescript"] {
        let body = json!({ "code": "anything", "lang": lang });
        let answer = app.ask(&account, "POST", "/api/code/run", &body).await;
        if answer.status.as_u16() == 422 {
            answer.problem(422, "runtime_missing");
            continue;
        }
        assert_eq!(bytes(&answer.expect(200).lines(), "stdout"), b"hello\n", "{lang}");
    }
}

#[tokio::test]
async fn ndjson_is_for_everybody_and_sse_for_those_who_prefer_it() {
    let stage = Stage::new(Script::new().stdout("hello\n")).await;
    for accept in [
        None,
        Some("*/*"),
        Some("application/jsonl"),
        Some("application/json, text/plain, */*"),
        Some("text/event-stream;q=0.5, application/x-ndjson"),
    ] {
        assert_eq!(kind(&stage.accepting(accept).await), "application/x-ndjson", "{accept:?}");
    }
    for accept in ["text/event-stream", "text/event-stream, */*;q=0.1"] {
        let answer = stage.accepting(Some(accept)).await;
        assert_eq!(kind(&answer), "text/event-stream", "{accept}");
        assert_eq!(answer.headers.get_all(header::CONTENT_TYPE).iter().count(), 1);
        let events: Vec<_> = answer.text.split_terminator("\n\n").collect();
        assert_eq!(events.len(), 2, "{}", answer.text);
        for (index, event) in events.iter().enumerate() {
            let (id, data) = event.split_once('\n').unwrap();
            assert_eq!(id, format!("id: {}", index + 1));
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(data["seq"], index + 1);
        }
    }
    let refusing = stage.request(Some("*/*;q=0"), hello().to_string());
    stage.app.send(refusing).await.problem(406, "not_acceptable");
}

#[tokio::test]
async fn a_switch_gives_sse_to_whoever_tinirun_gave_it() {
    let config = Config { accept_as_tinirun: true, ..TestApp::config() };
    let stage = Stage::with(Script::new().stdout("hello\n"), config).await;
    for accept in [None, Some("*/*"), Some("application/json, */*"), Some("text/html")] {
        assert_eq!(kind(&stage.accepting(accept).await), "text/event-stream", "{accept:?}");
    }
    let answer = stage.accepting(Some("application/jsonl")).await;
    assert_eq!(kind(&answer), "application/x-ndjson");
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_starts() {
    let stage = Stage::new(Script::new()).await;
    let with = |field: &str, value: Value| {
        let mut body = hello();
        body[field] = value;
        body
    };
    let file = |path: &str| json!([{ "path": path, "content": "" }]);
    let long = "x".repeat(256);
    let rows = [
        (json!({ "code": "1", "lang": "cobol" }), "unknown variant `cobol`"),
        (json!({ "lang": "python" }), "missing field `code`"),
        (json!({ "code": "1" }), "missing field `lang`"),
        (with("code", json!("")), "code is empty"),
        (with("code", json!(" \n\t")), "code is empty"),
        (with("timeout", json!(0)), "timeout is 0; use 1 to 300 seconds"),
        (with("timeout", json!(301)), "timeout is 301"),
        (with("timeout", json!(-1)), "-1"),
        (with("timeout", json!("60")), "invalid type: string"),
        (with("mem_limit_mb", json!(0)), "mem_limit_mb is 0"),
        (with("mem_limit_mb", json!(2049)), "use 1 to 2048 MiB"),
        (with("cpu_limit", json!(0.05)), "cpu_limit is 0.05; use 0.1 to 4 processors"),
        (with("cpu_limit", json!(4.5)), "cpu_limit is 4.5"),
        (with("output_limit", json!(2_000_000_000)), "output_limit is 2000000000 bytes"),
        (with("on_output_limit", json!("explode")), "unknown variant `explode`"),
        (with("files", file("../escape")), "has the part \"..\""),
        (with("files", file("a/../../b")), "has the part \"..\""),
        (with("files", file("/etc/passwd")), "is absolute"),
        (with("files", file("./a")), "has the part \".\""),
        (with("files", file("a//b")), "has the part \"\""),
        (with("files", file("")), "path is empty"),
        (with("files", file("a\0b")), "contains NUL"),
        (with("files", file(&long)), "more than 255 bytes"),
        (with("files", json!([{ "path": "a", "content": "%" }])), "is not base64"),
        (
            with("files", json!(vec![json!({ "path": "a", "content": "" }); 2])),
            "\"a\" is there twice",
        ),
        (
            with(
                "files",
                json!([{ "path": "a/b", "content": "" }, { "path": "a", "content": "" }]),
            ),
            "needs it to be a directory",
        ),
        (with("args", json!(["a\0"])), "must not contain NUL"),
        (with("args", json!(["x".repeat(200_000)])), "args and env take 200002 bytes"),
        (with("env", json!({ "A=B": "1" })), "has the name \"A=B\""),
        (with("env", json!({ "": "1" })), "has the name \"\""),
        (with("network", json!("not a host")), "network is \"none\", or a list"),
        (with("network", json!(7)), "network must be"),
        (with("stdin_encoding", json!("latin-1")), "unknown variant `latin-1`"),
        (json!([]), "the request is not as described"),
    ];
    for (body, expected) in rows {
        let problem = stage.run(&body).await.problem(400, "invalid").json();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(expected), "{body}: {detail}");
    }
    let files: Vec<_> =
        (0..51).map(|it| json!({ "path": it.to_string(), "content": "" })).collect();
    stage.run(&with("files", json!(files))).await.problem(400, "invalid");
    let not_base64 =
        json!({ "code": "1", "lang": "bash", "stdin": "%", "stdin_encoding": "base64" });
    stage.run(&not_base64).await.problem(400, "invalid");
    for text in ["", "{", "code=1", "\u{0}"] {
        stage.app.send(stage.request(None, text)).await.problem(400, "invalid");
    }
    let mut form = stage.request(None, hello().to_string());
    form.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    stage.app.send(form).await.problem(400, "invalid");
    assert!(stage.backend.started().is_empty(), "something was started");
}

#[tokio::test]
async fn a_refusal_points_at_the_field_that_it_is_about() {
    let stage = Stage::new(Script::new()).await;
    let with = |field: &str, value: Value| {
        let mut body = hello();
        body[field] = value;
        body
    };
    let file = |path: &str| json!([{ "path": path, "content": "" }]);
    for (body, field) in [
        (with("code", json!("")), "/code"),
        (with("lang", json!("cobol")), "/lang"),
        (with("timeout", json!(0)), "/timeout"),
        (with("timeout", json!("60")), "/timeout"),
        (with("mem_limit_mb", json!(0)), "/mem_limit_mb"),
        (with("output_limit", json!(2_000_000_000)), "/output_limit"),
        (with("files", file("/etc/passwd")), "/files/0/path"),
        (with("files", json!([{ "path": "a", "content": "%" }])), "/files/0/content"),
        (with("args", json!(["a\0"])), "/args"),
        (with("env", json!({ "A=B": "1" })), "/env"),
        (with("network", json!(7)), "/network"),
        (with("network", json!("not a host")), "/network"),
    ] {
        let problem = stage.run(&body).await.problem(400, "invalid").json();
        assert_eq!(problem["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn a_request_over_the_limit_is_refused_as_too_large() {
    let stage = Stage::new(Script::new()).await;
    let large = json!({ "code": "#".repeat(3 << 20), "lang": "python" });
    stage.run(&large).await.problem(413, "too_large");
    // Without a length in its head, too.
    let text = large.to_string();
    let chunks = text.into_bytes().chunks(1 << 16).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let chunks = chunks.into_iter().map(Ok::<_, std::io::Error>);
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    stage.app.send(stage.request(None, body)).await.problem(413, "too_large");
}

#[tokio::test]
async fn a_network_that_the_operator_does_not_offer_is_refused() {
    let stage = Stage::new(Script::new()).await;
    let body = json!({ "code": "1", "lang": "bash", "network": ["pypi.org"] });
    stage.run(&body).await.problem(403, "network_not_offered");
    let body = json!({ "code": "1", "lang": "bash", "network": [] });
    stage.run(&body).await.expect(200);
}

#[tokio::test]
async fn a_dependency_is_refused_where_none_are_installed() {
    let stage = Stage::new(Script::new()).await;
    let body = json!({ "code": "1", "lang": "python", "dependencies": ["requests"] });
    stage.run(&body).await.problem(400, "invalid");
}

#[tokio::test]
async fn without_a_sandbox_the_answer_is_a_status_and_not_a_stream() {
    let stage = Stage::new(Script::new()).await;
    stage.backend.refuse(std::io::ErrorKind::OutOfMemory);
    stage.run(&hello()).await.problem(503, "unavailable");
}

#[tokio::test]
async fn arguments_variables_and_limits_reach_the_program() {
    let stage = Stage::new(Script::new()).await;
    let body = json!({
        "code": "1", "lang": "python", "args": ["one", "two words"],
        "env": { "GREETING": "hi", "LANG": "C" }, "timeout": 7, "output_limit": 99
    });
    stage.run(&body).await.expect(200);
    let started = stage.backend.started().pop().unwrap();
    assert!(started.argv.ends_with(&["one".to_owned(), "two words".to_owned()]), "{started:?}");
    assert!(started.argv.iter().any(|it| it.ends_with("/main.py")), "{started:?}");
    let values: Vec<_> = started.env.iter().filter(|it| it.0 == "LANG").collect();
    assert_eq!(values, [&("LANG".to_owned(), "C".to_owned())]);
    assert!(started.env.contains(&("GREETING".to_owned(), "hi".to_owned())));
    assert_eq!((started.timeout_ms, started.output_limit), (Some(7000), 99));
}

#[tokio::test]
async fn a_file_named_like_the_program_leaves_both_there() {
    let stage = Stage::new(Script::new()).await;
    let body = json!({
        "code": "1", "lang": "python", "files": [{ "path": "main.py", "content": "" }]
    });
    stage.run(&body).await.expect(200);
    let started = stage.backend.started().pop().unwrap();
    assert!(started.argv.iter().any(|it| it.ends_with("/main_1.py")), "{started:?}");
}

#[tokio::test]
async fn standard_input_comes_back_byte_by_byte() {
    let stage = Stage::new(Script::new().echo()).await;
    let all: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let encoded = base64(&all);
    let body = json!({
        "code": "cat", "lang": "bash", "stdin": encoded, "stdin_encoding": "base64"
    });
    let events = stage.run(&body).await.expect(200).lines();
    assert!(bytes(&events, "stdout") == all, "the bytes differ");
    let text = "zwölf Boxkämpfer 🦀 jagen\n".repeat(5000);
    let body = json!({ "code": "cat", "lang": "bash", "stdin": text });
    let events = stage.run(&body).await.expect(200).lines();
    assert!(bytes(&events, "stdout") == text.as_bytes(), "the text differs");
    assert!(events.iter().all(|it| it.get("encoding").is_none()), "text was sent as bytes");
    assert_eq!(events.last().unwrap()["data"]["stdout"], text);
}

#[tokio::test]
async fn a_form_streams_files_and_standard_input() {
    let stage = Stage::new(Script::new().echo()).await;
    let input: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
    let answer = stage.app.send(form(&stage, &hello(), "data/in.bin", &input)).await.expect(200);
    assert!(bytes(&answer.lines(), "stdout") == input, "the bytes differ");
    for path in ["../in.bin", "/in.bin", ""] {
        let refused = form(&stage, &hello(), path, b"");
        stage.app.send(refused).await.problem(400, "invalid");
    }
}

fn form(stage: &Stage, request: &Value, path: &str, stdin: &[u8]) -> Request<Body> {
    let mut text = format!(
        "--b0\r\ncontent-disposition: form-data; name=\"request\"\r\n\r\n{request}\r\n\
         --b0\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{path}\"\r\n\r\nabc\r\n\
         --b0\r\ncontent-disposition: form-data; name=\"stdin\"\r\n\r\n"
    )
    .into_bytes();
    text.extend_from_slice(stdin);
    text.extend_from_slice(b"\r\n--b0--\r\n");
    let mut form = stage.request(None, text);
    let kind = "multipart/form-data; boundary=b0".parse().unwrap();
    form.headers_mut().insert(header::CONTENT_TYPE, kind);
    form
}

#[tokio::test]
async fn output_split_anywhere_arrives_whole_and_once() {
    let text = "é🦀x\n".repeat(700);
    for step in [1, 2, 3, 5, 7, 1000] {
        let parts = text.as_bytes().chunks(step);
        let script = parts.fold(Script::new(), |script, part| script.stdout(part));
        let stage = Stage::new(script).await;
        let events = stage.run(&hello()).await.expect(200).lines();
        assert!(bytes(&events, "stdout") == text.as_bytes(), "in steps of {step}");
        assert!(events.iter().all(|it| it.get("encoding").is_none()), "in steps of {step}");
        assert_eq!(events.last().unwrap()["data"]["stdout"], text, "in steps of {step}");
        let ends = events.iter().filter(|it| it["event"] == "result" || it["event"] == "error");
        assert_eq!(ends.count(), 1);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_sent_in_base64_and_kept_as_they_are() {
    let all: Vec<u8> = (0..=255).collect();
    let stage = Stage::new(Script::new().stdout(all.clone()).stderr([0xff])).await;
    let events = stage.run(&hello()).await.expect(200).lines();
    assert_eq!(bytes(&events, "stdout"), all);
    assert_eq!(bytes(&events, "stderr"), [0xff]);
    assert_eq!(events.last().unwrap()["data"]["stderr"], "\u{fffd}");
}

#[tokio::test]
async fn output_over_the_limit_is_dropped_and_said_once() {
    let stage = Stage::new(Script::new().stdout("x".repeat(100)).stdout("y").exit(3)).await;
    let body = json!({ "code": "1", "lang": "bash", "output_limit": 10 });
    let events = stage.run(&body).await.expect(200).lines();
    assert_eq!(bytes(&events, "stdout"), b"xxxxxxxxxx");
    let said = events.iter().filter(|it| it["event"] == "truncated");
    assert_eq!(said.count(), 1, "{events:?}");
    let result = &events.last().unwrap()["data"];
    assert_eq!((&result["truncated"], &result["exit_code"]), (&json!(true), &json!(3)));
}

#[tokio::test]
async fn each_end_of_a_program_is_the_one_last_event() {
    let rows = [
        (Script::new().exit(3), "exited", json!(3)),
        (Script::new().die(9), "killed", Value::Null),
        (Script::new().run_out_of_memory(), "out_of_memory", Value::Null),
        (Script::new().stdout("before").vanish(), "lost", Value::Null),
    ];
    for (script, outcome, code) in rows {
        let stage = Stage::new(script).await;
        let events = stage.run(&hello()).await.expect(200).lines();
        let result = &events.last().unwrap()["data"];
        assert_eq!((&result["outcome"], &result["exit_code"]), (&json!(outcome), &code));
    }
    let stage = Stage::new(Script::new().fail_to_start(2)).await;
    let events = stage.run(&hello()).await.expect(200).lines();
    assert_eq!(events.last().unwrap()["data"]["error"], "start_failed", "{events:?}");
}

#[tokio::test]
async fn the_sandbox_is_gone_after_the_program_and_when_the_caller_goes_away() {
    let stage = Stage::new(Script::new().stdout("started\n").hang()).await;
    let response = stage.app.router.clone().oneshot(stage.request(None, hello().to_string())).await;
    let response = response.unwrap();
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"{\"seq\":1"), "{first:?}");
    assert_eq!(stage.backend.live(), 1);
    drop(body);
    stage.gone().await;

    let stage = Stage::new(Script::new().stdout("hello\n")).await;
    stage.run(&hello()).await.expect(200);
    stage.gone().await;
}

impl Stage {
    /// Waits until no sandbox is left.
    async fn gone(&self) {
        while self.backend.live() > 0 {
            tokio::task::yield_now().await;
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

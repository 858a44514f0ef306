//! A local document with components: what is shown, what runs, and what is refused.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::header, routing::post};
use engine::local::{
    BackendName, Carried, LocalConfig, LocalRunbook, Mode, Opening, Providers, Signers, Trust,
};
use sandbox::{Backend, Host, Spec};
use serde_json::{Value, json};
use server::{App, Follows, Local, LocalDocument, LocalSecret};
use tempfile::TempDir;

use crate::app::{Answer, TestApp, engine, request};

const PORT: u16 = 4321;

const DOCUMENT: &str = "# Greeting\n\nSome *prose*.\n\n<Inputs id=\"who\">\n```yaml\nvariables:\n  - name: Name\n  \
    - name: Count\n    type: int\n    default: 1\n```\n</Inputs>\n\n<Command id=\"greet\" path=\"greet.sh\" \
    inputsId=\"who\" />\n\n<Command id=\"after\" command=\"echo {{ .outputs.greet.said }}\" />\n\n\
    <TemplateInline id=\"note\" inputsId=\"who\" generateFile={true} outputPath=\"notes/hello.txt\">\n```txt\nHello \
    {{ .inputs.Name }}\n```\n</TemplateInline>\n\n<GitHubAuth id=\"hub\" oauthClientId=\"c\" />\n";

const SCRIPT: &str =
    "echo hello {{ .inputs.Name }}\necho said={{ .inputs.Count }} >> $RUNBOOK_OUTPUT\n";

/// In place of all providers: nobody listens there.
fn nobody() -> Providers {
    Providers::stand_in("http://127.0.0.1:1/".parse().unwrap(), Duration::from_secs(30))
}

pub(crate) struct Opened {
    app: TestApp,
    secret: String,
    directory: TempDir,
}

impl Opened {
    async fn new(mode: Mode, trust: Trust) -> Self {
        Self::of(DOCUMENT, mode, trust).await
    }

    pub(crate) async fn of(document: &str, mode: Mode, trust: Trust) -> Self {
        let files = [("runbook.mdx", document), ("greet.sh", SCRIPT)];
        Self::with(&files, mode, trust, Signers::default()).await
    }

    async fn with_providers(mode: Mode, trust: Trust, providers: Providers) -> Self {
        let files = [("runbook.mdx", DOCUMENT), ("greet.sh", SCRIPT)];
        Self::all(&files, mode, trust, Signers::default(), providers).await
    }

    /// With all that lies beside the document, which is the first of the files.
    pub(crate) async fn with(
        files: &[(&str, &str)],
        mode: Mode,
        trust: Trust,
        signers: Signers,
    ) -> Self {
        Self::all(files, mode, trust, signers, nobody()).await
    }

    async fn all(
        files: &[(&str, &str)],
        mode: Mode,
        trust: Trust,
        signers: Signers,
        providers: Providers,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let work = directory.path().join("work");
        let base = directory.path().join("sandboxes");
        fs::create_dir_all(&work).unwrap();
        fs::create_dir_all(&base).unwrap();
        for (name, text) in files {
            fs::write(work.join(name), text).unwrap();
        }
        let (name, document) = files[0];
        let path = work.join(name);
        let backend: Arc<dyn Backend> = Arc::new(Host::new(&base).unwrap());
        let engine = engine(Arc::clone(&backend), engine::Config::default()).await;
        let user = engine.create_user("you@localhost", "you", "").await.unwrap();
        let config = LocalConfig {
            user: user.clone(),
            backend,
            spec: Spec::default(),
            carried: Carried::new([], work.to_str().unwrap().to_owned()),
            generated: work.join("generated"),
            output_bytes: 1 << 20,
            providers,
        };
        let backend = BackendName { name: "host".to_owned(), isolated: false };
        let opening = Opening {
            path: path.clone(),
            mode,
            trust,
            module: None,
            repository: None,
            signers,
            origin: None,
            backend,
        };
        let components = Some(LocalRunbook::open(engine.clone(), opening, config).unwrap());
        let secret = LocalSecret::random();
        let token = secret.path().split_once('=').unwrap().1.to_owned();
        let document =
            LocalDocument { path, content: document.to_owned(), follows: Follows::Start };
        let local =
            Local { user, runbook: None, secret, port: PORT, document, components, source: None };
        let router = App::local(engine, local).router();
        Self { app: TestApp { router }, secret: token, directory }
    }

    async fn open() -> Self {
        Self::new(Mode::Open, Trust::Given).await
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.work().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.work().join(name)).unwrap()
    }

    async fn ask_with(&self, headers: &[(&str, &str)], to: (&str, &str), body: &Value) -> Answer {
        let mut builder = request(to.0, to.1);
        builder.headers_mut().unwrap().remove(header::HOST);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        self.app.send(builder.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.secret);
        let headers = [("host", "127.0.0.1:4321"), ("authorization", bearer.as_str())];
        self.ask_with(&headers, (method, path), body).await
    }

    pub(crate) async fn show(&self) -> Value {
        self.ask("GET", "/api/local", &Value::Null).await.expect(200).json()
    }

    pub(crate) async fn start(&self, executable: &Value, inputs: &Value) -> Answer {
        let body = json!({ "executableId": executable, "inputs": inputs });
        self.ask("POST", "/api/local/runs", &body).await
    }

    /// What an execution printed.
    pub(crate) async fn output(&self, started: Answer) -> String {
        let id = started.expect(201).json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/executions/{id}/events");
        let events = self.ask("GET", &path, &Value::Null).await.expect(200).lines();
        let printed = events.iter().filter(|it| it["event"] == "stdout");
        printed.map(|it| it["data"].as_str().unwrap()).collect::<String>().replace("\r\n", "\n")
    }
}

pub(crate) fn component<'a>(shown: &'a Value, id: &str) -> &'a Value {
    let mut segments = shown["segments"].as_array().unwrap().iter();
    &segments.find(|it| it["component"]["id"] == id).unwrap()["component"]
}

pub(crate) fn executable<'a>(shown: &'a Value, id: &str) -> &'a Value {
    &component(shown, id)["executable"]["id"]
}

#[tokio::test]
async fn a_document_is_shown_with_its_forms_scripts_and_needs() {
    let opened = Opened::open().await;
    let shown = opened.show().await;
    assert_eq!((&shown["title"], &shown["mode"]), (&json!("Greeting"), &json!("open")));
    assert!(shown["segments"][0]["markdown"].as_str().unwrap().contains("*prose*"), "{shown}");
    let variables = component(&shown, "who")["form"]["variables"].as_array().unwrap();
    let names: Vec<_> = variables.iter().map(|it| (&it["name"], &it["type"])).collect();
    assert_eq!(names, [(&json!("Name"), &json!("string")), (&json!("Count"), &json!("int"))]);
    let greet = component(&shown, "greet");
    assert_eq!(greet["executable"]["script"], SCRIPT);
    assert_eq!(greet["needs"]["inputs"], json!(["Name", "Count"]));
    assert_eq!(greet["warnings"].as_array().unwrap().len(), 1, "{greet}");
    assert_eq!(component(&shown, "after")["needs"]["outputs"][0]["block"], "greet");
    assert_eq!((&shown["drift"]["hash"], &shown["trusted"]), (&Value::Null, &json!(true)));
}

#[tokio::test]
async fn values_are_checked_and_what_waits_says_for_what() {
    let opened = Opened::open().await;
    let shown = opened.show().await;
    let waits = opened.start(executable(&shown, "after"), &json!({})).await;
    let waits = waits.problem(409, "blocked");
    assert_eq!(waits.json()["missing"], json!(["outputs.greet.said"]));
    let greet = executable(&shown, "greet");
    let wrong = opened.start(greet, &json!({ "who": { "Count": "many" } })).await;
    let field = wrong.problem(422, "inputs_invalid").json()["fields"][0].clone();
    assert_eq!((&field["inputsId"], &field["name"]), (&json!("who"), &json!("Count")));
    let inputs = json!({ "who": { "Name": "Ada", "Count": 2 } });
    let preview = json!({ "componentId": "greet", "inputs": inputs });
    let preview = opened.ask("POST", "/api/local/preview", &preview).await.expect(200).json();
    assert!(preview["text"].as_str().unwrap().starts_with("echo hello Ada\n"), "{preview}");
    let started = opened.start(greet, &inputs).await;
    assert_eq!(opened.output(started).await, "hello Ada\n");
    let started = opened.start(executable(&shown, "after"), &json!({})).await;
    assert_eq!(opened.output(started).await, "2\n");
    let shown = opened.show().await;
    assert_eq!(shown["outputs"]["greet"]["said"], "2");
    assert_eq!(shown["runs"]["greet"]["state"], "finished");
}

#[tokio::test]
async fn what_changed_on_the_disk_runs_once_the_reader_approves_what_they_saw() {
    let opened = Opened::open().await;
    let before = opened.show().await;
    opened.write("greet.sh", "echo changed\n");
    let old = executable(&before, "greet").clone();
    let started = opened.start(&old, &json!({ "who": { "Name": "Ada" } })).await;
    assert_eq!(opened.output(started).await, "hello Ada\n");
    let drifted = opened.show().await;
    assert_eq!(drifted["drift"]["items"][0]["now"], "echo changed\n");
    let stale = json!({ "hash": before["contentHash"] });
    opened.ask("POST", "/api/local/approve", &stale).await.problem(409, "drifted");
    let approve = json!({ "hash": drifted["drift"]["hash"] });
    let now = opened.ask("POST", "/api/local/approve", &approve).await.expect(200).json();
    assert_eq!(now["drift"]["items"], json!([]));
    opened.start(&old, &json!({})).await.problem(409, "drifted");
    let started = opened.start(executable(&now, "greet"), &json!({})).await;
    assert_eq!(opened.output(started).await, "changed\n");
}

#[tokio::test]
async fn a_registry_runs_no_component_by_name_and_nothing_that_it_does_not_hold() {
    for mode in [Mode::Open, Mode::WatchRegistry] {
        let opened = Opened::new(mode, Trust::Given).await;
        let by_name = json!({ "componentId": "after" });
        opened.ask("POST", "/api/local/runs", &by_name).await.problem(400, "invalid");
        opened.start(&json!("echo evil"), &json!({})).await.problem(404, "not_found");
        opened.write("greet.sh", "echo evil\n");
        let on_disk = opened.show().await["drift"]["items"][0]["now"].clone();
        assert_eq!(on_disk, "echo evil\n", "{mode:?}");
    }
}

#[tokio::test]
async fn while_the_disk_is_what_runs_it_is_read_at_each_run() {
    let opened = Opened::new(Mode::Watch, Trust::Given).await;
    let by_name = json!({ "componentId": "greet" });
    opened.write("greet.sh", "echo one\n");
    let started = opened.ask("POST", "/api/local/runs", &by_name).await;
    assert_eq!(opened.output(started).await, "one\n");
    opened.write("greet.sh", "echo two\n");
    let started = opened.ask("POST", "/api/local/runs", &by_name).await;
    assert_eq!(opened.output(started).await, "two\n");
}

#[tokio::test]
async fn nothing_runs_before_the_reader_trusts_what_they_were_shown() {
    let opened = Opened::new(Mode::Open, Trust::Asked { remembered: None }).await;
    let shown = opened.show().await;
    assert_eq!(shown["trusted"], false);
    let greet = executable(&shown, "greet");
    opened.start(greet, &json!({})).await.problem(403, "untrusted");
    let other = json!({ "contentHash": "0" });
    opened.ask("POST", "/api/local/trust", &other).await.problem(409, "drifted");
    let trust = json!({ "contentHash": shown["contentHash"] });
    opened.ask("POST", "/api/local/trust", &trust).await.expect(204);
    let started = opened.start(greet, &json!({})).await;
    assert_eq!(opened.output(started).await, "hello\n");
}

#[tokio::test]
async fn strangers_other_pages_and_other_names_are_refused() {
    let opened = Opened::open().await;
    let shown = opened.show().await;
    let run = json!({ "executableId": executable(&shown, "greet") });
    let to = ("POST", "/api/local/runs");
    let host = ("host", "127.0.0.1:4321");
    opened.ask_with(&[host], to, &run).await.problem(401, "unauthenticated");
    let cookie = format!("runbook_local_{PORT}={}", opened.secret);
    let cookie = ("cookie", cookie.as_str());
    for origin in ["https://evil.example", "http://127.0.0.1:9999", "null"] {
        let refused = opened.ask_with(&[host, cookie, ("origin", origin)], to, &run).await;
        refused.problem(403, "cross_origin");
    }
    let rebound = [("host", "evil.example:4321"), cookie, ("origin", "http://evil.example:4321")];
    opened.ask_with(&rebound, to, &run).await.problem(403, "cross_origin");
    assert_eq!(opened.show().await["runs"], json!({}), "nothing ran");
}

#[tokio::test]
async fn clients_of_gruntwork_runbooks_get_the_events_that_they_know() {
    let opened = Opened::open().await;
    let shown = opened.show().await;
    let mut body = json!({
        "executable_id": executable(&shown, "greet"),
        "template_var_values": { "inputs": { "Name": "Ada", "Count": 3 } }
    });
    let answer = opened.ask("POST", "/api/exec", &body).await.expect(200);
    let events: Vec<_> = answer.text.lines().filter_map(|it| it.strip_prefix("event:")).collect();
    assert_eq!(events, ["log", "status", "outputs", "done"], "{}", answer.text);
    assert!(answer.text.contains("\"line\":\"hello Ada\""), "{}", answer.text);
    assert!(answer.text.contains("{\"outputs\":{\"said\":\"3\"}}"), "{}", answer.text);
    body["env_vars_override"] = json!({ "BASH_FUNC_echo%%": "() { touch evil; }" });
    let refused = opened.ask("POST", "/api/exec", &body).await.problem(400, "invalid");
    assert_eq!(refused.json()["field"], "/env_vars_override");
    let by_name = json!({ "component_id": "greet" });
    opened.ask("POST", "/api/exec", &by_name).await.problem(400, "invalid");
}

#[tokio::test]
async fn clients_of_gruntwork_runbooks_hear_which_files_a_script_left() {
    let document =
        "<Command id=\"make\" command=\"cd $GENERATED_FILES; mkdir a; echo one > a/b.tf\" />\n";
    let opened = Opened::of(document, Mode::Open, Trust::Given).await;
    let body = json!({ "executable_id": executable(&opened.show().await, "make") });
    let answer = opened.ask("POST", "/api/exec", &body).await.expect(200);
    let (_, told) = answer.text.split_once("event:files_captured\ndata:").unwrap();
    let told: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(told["files"], json!([{ "path": "a/b.tf", "size": 4 }]));
    let folder = &told["fileTree"][0];
    assert_eq!((&folder["name"], &folder["type"]), (&json!("a"), &json!("folder")));
    assert_eq!(folder["children"][0]["file"]["path"], "a/b.tf");
}

#[tokio::test]
async fn what_the_registry_holds_is_listed_as_gruntwork_runbooks_lists_it() {
    let opened = Opened::open().await;
    let listed = opened.ask("GET", "/api/runbook/executables", &Value::Null).await.expect(200);
    let executables = listed.json()["executables"].clone();
    let shown = opened.show().await;
    let greet = &executables[executable(&shown, "greet").as_str().unwrap()];
    assert_eq!(greet["component_id"], "greet");
    assert_eq!((&greet["type"], &greet["script_path"]), (&json!("file"), &json!("greet.sh")));
    let runbook = opened.ask("GET", "/api/runbook", &Value::Null).await.expect(200).json();
    assert_eq!(
        (&runbook["content"], &runbook["useExecutableRegistry"]),
        (&json!(DOCUMENT), &json!(true))
    );
}

#[tokio::test]
async fn templates_write_files_that_are_listed_and_no_others_are_shown() {
    let opened = Opened::open().await;
    let order = json!({ "componentId": "note", "inputs": { "who": { "Name": "Ada" } } });
    let written = opened.ask("POST", "/api/local/templates", &order).await.expect(200).json();
    assert_eq!(written["files"]["created"], json!(["notes/hello.txt"]));
    let listed = opened.ask("GET", "/api/local/files", &Value::Null).await.expect(200).json();
    assert_eq!(listed["files"], json!([{ "path": "notes/hello.txt", "size": 10 }]));
    let path = "/api/local/files/content?path=notes/hello.txt";
    let shown = opened.ask("GET", path, &Value::Null).await.expect(200).json();
    assert_eq!((&shown["text"], &shown["binary"]), (&json!("Hello Ada\n"), &json!(false)));
    for (path, code) in [("../runbook.mdx", 400), ("notes/none", 404), ("/etc/passwd", 400)] {
        let path = format!("/api/local/files/content?path={path}");
        opened.ask("GET", &path, &Value::Null).await.expect(code);
    }
}

#[tokio::test]
async fn pictures_beside_the_document_are_shown_and_nothing_else_is() {
    let opened = Opened::open().await;
    let work = opened.directory.path().join("work");
    fs::create_dir(work.join("assets")).unwrap();
    fs::write(work.join("assets/a.svg"), "<svg onload='x'/>").unwrap();
    fs::write(work.join("assets/a.sh"), "x").unwrap();
    fs::write(work.join("secret.png"), "x").unwrap();
    std::os::unix::fs::symlink("../secret.png", work.join("assets/out.png")).unwrap();
    let shown = opened.ask("GET", "/api/local/assets/a.svg", &Value::Null).await.expect(200);
    assert_eq!(shown.headers[header::CONTENT_TYPE], "image/svg+xml");
    let policy = shown.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    for path in ["a.sh", "out.png", "..%2fsecret.png", "none.png"] {
        let path = format!("/api/local/assets/{path}");
        opened.ask("GET", &path, &Value::Null).await.expect(404);
    }
}

#[tokio::test]
async fn credentials_are_taken_and_never_shown_again() {
    let opened = Opened::open().await;
    let body = json!({ "componentId": "hub", "method": "token", "token": "ghp_0123456789abcdef" });
    let answer = opened.ask("POST", "/api/local/sign-ins", &body).await.expect(200);
    assert_eq!(answer.json()["account"], "typed token, …cdef");
    let shown = opened.ask("GET", "/api/local", &Value::Null).await.expect(200);
    assert!(!shown.text.contains("0123456789"), "{}", shown.text);
    let hub = &shown.json()["signIns"]["hub"];
    assert_eq!(
        (&hub["account"], &hub["host"]),
        (&json!("typed token, …cdef"), &json!("github.com"))
    );
    assert_eq!(hub["check"]["verdict"], "unknown", "nobody could be asked: {hub}");
    opened.ask("DELETE", "/api/local/sign-ins/hub", &Value::Null).await.expect(204);
    assert_eq!(opened.show().await["signIns"]["hub"]["account"], Value::Null);
    let wrong = json!({ "componentId": "greet", "method": "environment" });
    opened.ask("POST", "/api/local/sign-ins", &wrong).await.problem(404, "not_found");
}

#[tokio::test]
async fn nobody_is_asked_and_no_program_runs_to_sign_in_before_the_reader_trusts_the_document() {
    let opened = Opened::new(Mode::Open, Trust::Asked { remembered: None }).await;
    let asked = [
        ("/api/local/sign-ins", json!({ "componentId": "hub", "method": "token", "token": "t" })),
        ("/api/local/sign-ins/hub/program", json!({})),
        ("/api/local/sign-ins/hub/check", json!({})),
        ("/api/local/sign-ins/hub/flow", json!({})),
        ("/api/local/sign-ins/hub/flow/choice", json!({ "role": "admin" })),
    ];
    for (path, body) in &asked {
        opened.ask("POST", path, body).await.problem(403, "untrusted");
    }
    let hub = opened.show().await["signIns"]["hub"].clone();
    assert_eq!((&hub["account"], &hub["flow"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_providers_code_is_shown_also_after_a_reload_and_what_it_opens_is_not() {
    const CODE: &str = r#"{"device_code":"device-secret-1","user_code":"WDJB-MJHT","interval":1,"expires_in":3600,
        "verification_uri":"https://github.com/login/device"}"#;
    let provider = Router::new()
        .route("/github.com/login/device/code", post(|| async { CODE }))
        .fallback(|| async { r#"{"error":"authorization_pending"}"# });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
    tokio::spawn(async move { axum::serve(listener, provider).await });
    let providers = Providers::stand_in(address, Duration::from_secs(60));
    let opened = Opened::with_providers(Mode::Open, Trust::Given, providers).await;
    opened.ask("POST", "/api/local/sign-ins/hub/flow", &json!({})).await.expect(204);
    let shown = loop {
        let shown = opened.ask("GET", "/api/local", &Value::Null).await.expect(200);
        let flow = shown.json()["signIns"]["hub"]["flow"].clone();
        assert_ne!(flow["state"], "failed", "{flow}");
        if flow["state"] == "waiting" {
            assert_eq!(flow["userCode"], "WDJB-MJHT");
            assert_eq!(flow["link"], "https://github.com/login/device");
            break shown.text;
        }
        tokio::task::yield_now().await;
    };
    assert!(!shown.contains("device-secret"), "{shown}");
    let choice = json!({ "role": "admin" });
    opened.ask("POST", "/api/local/sign-ins/hub/flow/choice", &choice).await.expect(400);
    opened.ask("DELETE", "/api/local/sign-ins/hub/flow", &Value::Null).await.expect(204);
    assert_eq!(opened.show().await["signIns"]["hub"]["flow"], Value::Null);
    let program = opened.ask("POST", "/api/local/sign-ins/hub/program", &json!({})).await;
    assert_eq!(program.expect(200).json()["found"], Value::Null);
    opened
        .ask("POST", "/api/local/sign-ins/greet/flow", &json!({}))
        .await
        .problem(404, "not_found");
    opened.ask("POST", "/api/local/sign-ins/hub/check", &json!({})).await.expect(400);
}

#[tokio::test]
async fn programs_that_scripts_need_are_looked_for_anew_each_time() {
    let opened = Opened::open().await;
    let listed =
        opened.ask("GET", "/api/local/prerequisites", &Value::Null).await.expect(200).json();
    let bash = &listed["programs"][0];
    assert_eq!((&bash["name"], &bash["neededBy"]), (&json!("bash"), &json!(["greet", "after"])));
}

#[tokio::test]
async fn a_pull_request_has_a_form_and_waits_for_a_sign_in_and_a_clone() {
    let document = "<GitHubAuth id=\"hub\" />\n\n<GitHubPullRequest id=\"request\" githubAuthId=\"hub\" \
                    prefilledPullRequestTitle=\"More\" prefilledPullRequestLabels={[\"one\"]} />\n";
    let opened = Opened::of(document, Mode::Open, Trust::Given).await;
    let shown = opened.show().await;
    let request = component(&shown, "request");
    assert_eq!(request["type"], "git_pull_request");
    let defaults = request["form"]["variables"].as_array().unwrap().iter();
    let defaults: Vec<_> = defaults.map(|it| it["default"].clone()).collect();
    assert_eq!(defaults, [json!("More"), json!(""), json!(["one"]), json!(""), json!("")]);
    let start = async || opened.start(executable(&shown, "request"), &json!({})).await;
    assert_eq!(start().await.problem(409, "sign_in_needed").json()["missing"], json!(["hub"]));
    let token = json!({ "componentId": "hub", "method": "token", "token": "ghp_0123456789abcdef" });
    opened.ask("POST", "/api/local/sign-ins", &token).await.expect(200);
    let waits = start().await.problem(409, "blocked").json();
    assert!(
        waits["detail"].as_str().unwrap().contains("clone one with a GitClone first"),
        "{waits}"
    );
    let untitled = json!({ "request": { "pull_request_title": "" } });
    let untitled = opened.start(executable(&shown, "request"), &untitled).await;
    assert_eq!(
        untitled.problem(422, "inputs_invalid").json()["fields"][0]["name"],
        "pull_request_title"
    );
}

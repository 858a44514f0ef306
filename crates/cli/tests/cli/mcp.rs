//! `runbook mcp`: a server on standard input and output, for this machine and for a hub.

use std::{
    io::Write,
    process::{ChildStdin, Stdio},
};

use serde_json::{Value, json};

use crate::{
    harness::{Place, Running, installed, sandboxes},
    hub::Hub,
};

/// A client that speaks lines of JSON.
struct Client {
    running: Running,
    stdin: Option<ChildStdin>,
    asked: u64,
}

impl Client {
    fn start(place: &Place, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = place.command(&[&["mcp"], arguments].concat());
        command.stdin(Stdio::piped()).envs(environment.iter().copied());
        let (running, stdin) = Running::with_stdin(&mut command);
        let mut client = Self { running, stdin: Some(stdin), asked: 0 };
        let us = json!({ "name": "test", "version": "1" });
        let hello =
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": us });
        let answer = client.ask("initialize", &hello);
        assert_eq!(answer["result"]["serverInfo"]["name"], "runbook", "{answer}");
        client.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Asks, and gives the answer. Nothing else may come before it.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let line = self.running.line();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Whether a tool refused, and all that it answered.
    fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let answer = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        let result = &answer["result"];
        let parts = result["content"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let text: Vec<&str> = parts.iter().map(|it| it["text"].as_str().unwrap()).collect();
        (result["isError"] == true, text.join("\n"))
    }

    fn tools(&mut self) -> Vec<String> {
        let answer = self.ask("tools/list", &json!({}));
        let tools = answer["result"]["tools"].as_array().unwrap().iter();
        tools.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Says nothing more, and waits for the end.
    fn end(mut self) -> crate::harness::Answer {
        drop(self.stdin.take());
        self.running.end()
    }
}

const DOCUMENT: &str = "# Deploy\n\n\
```bash {run name=build}\necho built > out.txt; echo building\n```\n\n\
```bash {run name=ship needs=build}\ncat out.txt; exit 3\n```\n";

#[test]
fn documents_beneath_the_directory_are_listed_read_and_run_and_nothing_outside_is() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    std::fs::create_dir(place.path("docs")).unwrap();
    place.write("docs/deploy.md", DOCUMENT);
    place.write("secret.md", "# Secret\n");
    let mut client = Client::start(&place, &["docs"], &[]);
    let tools = ["list_runbooks", "read_runbook", "run_runbook", "run_code"];
    assert_eq!(client.tools(), tools);
    let (is_refused, listed) = client.call("list_runbooks", &json!({}));
    assert_eq!((is_refused, listed.as_str()), (false, "deploy.md \"Deploy\"\n"));
    let (_, read) = client.call("read_runbook", &json!({ "runbook": "deploy.md" }));
    assert!(
        read.contains("- block \"ship\", bash, line 7, needs build\n") && read.ends_with(DOCUMENT),
        "{read}"
    );
    let (is_refused, ran) = client.call("run_runbook", &json!({ "runbook": "deploy.md" }));
    assert!(!is_refused && ran.starts_with("FAILED: 1 of 2 blocks passed\n"), "{ran}");
    assert!(ran.contains("stdout (9 bytes):\n| building\n"), "{ran}");
    assert!(
        ran.contains("block \"ship\": FAILED, exit 3 after ") && ran.ends_with("| built\n"),
        "{ran}"
    );

    place.write("docs/deploy.md", DOCUMENT.replace("exit 3", "exit 0"));
    let ship = json!({ "runbook": "deploy.md", "blocks": ["ship"] });
    let (_, ran) = client.call("run_runbook", &ship);
    assert!(ran.starts_with("passed: 2 of 2"), "it runs as it is now: {ran}");
    let (_, again) = client.call("read_runbook", &json!({ "runbook": &read[..35] }));
    assert!(again.contains("exit 0\n") && again.starts_with(&read[..35]), "{again}");

    for name in ["../secret.md", "/etc/passwd", "secret.md"] {
        let (is_refused, why) = client.call("read_runbook", &json!({ "runbook": name }));
        assert!(is_refused && why.starts_with("there is no runbook"), "{name}: {why}");
    }
    let answer = client
        .ask("tools/call", &json!({ "name": "submit_job", "arguments": { "command": "id" } }));
    assert_eq!(answer["error"]["message"], "there is no tool \"submit_job\"");
    let ended = client.end().expect(0);
    assert_eq!((ended.text(), ended.stderr.as_str()), ("", ""), "nothing but the protocol is said");
}

#[test]
fn code_runs_in_a_sandbox_of_its_own_each_time() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let mut client = Client::start(&Place::new(), &[], &[]);
    let code = "import os, sys\nprint(os.path.exists('left'), open('in.txt').read(), sys.stdin.read())\n\
                open('left', 'w').close(); sys.exit(5)";
    let files = json!([{ "path": "in.txt", "content": "given" }]);
    let run = json!({ "language": "python", "code": code, "files": files, "stdin": "typed" });
    for _ in 0..2 {
        let (is_refused, ran) = client.call("run_code", &run);
        assert!(!is_refused && ran.starts_with("exit 5 after "), "{ran}");
        assert!(ran.ends_with("| False given typed\n"), "{ran}");
    }
    client.end().expect(0);
}

#[test]
fn the_tools_of_a_hub_are_those_that_its_token_may_use() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let url = format!("http://127.0.0.1:{}", hub.client.port());
    let made = json!({ "name": "models", "scopes": ["code:run", "runbook:read"] });
    let made = hub.client.post("/api/tokens", &made).expect(201).json();
    let token = made["token"].as_str().unwrap();
    let runbook = hub.create(DOCUMENT);
    let environment = [("RUNBOOK_SERVER", url.as_str()), ("RUNBOOK_TOKEN", token)];
    let mut client = Client::start(&place, &[], &environment);
    assert_eq!(client.tools(), ["list_runbooks", "read_runbook", "run_code"]);
    let (_, listed) = client.call("list_runbooks", &json!({}));
    assert!(listed.starts_with(&runbook), "{listed}");
    let run = json!({ "language": "bash", "code": "echo hello; exit 4" });
    let (is_refused, ran) = client.call("run_code", &run);
    assert!(!is_refused && ran.starts_with("exit 4 after ") && ran.ends_with("| hello\n"), "{ran}");
    let (is_refused, why) = client.call("run_runbook", &json!({ "runbook": runbook }));
    assert!(is_refused && why.contains("session:run"), "{why}");
    client.end().expect(0);

    let wrong = place.runbook(&["mcp", "--server", &url, "--token", "rbk_wrong"]).expect(2);
    assert!(wrong.error().contains("the token is wrong"), "{wrong:?}");
    drop(hub);
    let gone = place.runbook(&["mcp", "--server", &url, "--token", token]).expect(75);
    assert!(gone.error().contains("the hub at 127.0.0.1"), "{gone:?}");
}

#[test]
fn what_cannot_be_served_is_said_in_one_line() {
    let place = Place::with("file.md", "# File\n");
    let answer = place.runbook(&["mcp", "missing"]).expect(2);
    assert_eq!(answer.error(), "there is no file missing; check its name");
    let answer = place.runbook(&["mcp", "file.md"]).expect(2);
    assert_eq!(answer.error(), "file.md is no directory; name one");
    place.runbook(&["mcp", "--server", "hub"]).expect(2).error();
    let both = ["mcp", ".", "--server", "http://127.0.0.1:9"];
    assert!(place.runbook(&both).expect(2).error().contains("cannot be used with"));
}

#[test]
fn whoever_speaks_something_else_is_told_so() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let quiet = place.runbook(&["mcp"]).expect(0);
    assert_eq!((quiet.text(), quiet.stderr.as_str()), ("", ""));
}

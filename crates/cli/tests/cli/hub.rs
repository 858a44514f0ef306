//! `runbook hub`: starting, serving, stopping.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::{
    harness::{Place, Running, installed, sandboxes},
    http::Client,
    processes,
};

/// A hub that has said that it is ready, and somebody who has signed up.
pub(crate) struct Hub {
    pub(crate) running: Running,
    pub(crate) client: Client,
    user: String,
}

impl Hub {
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    pub(crate) fn start_with(place: &Place, flags: &[&str]) -> Self {
        let usual = ["hub", "--port", "0", "--data", "data"];
        Self::of(place.start(&[&usual[..], flags].concat()))
    }

    /// One that was started just now.
    pub(crate) fn of(mut running: Running) -> Self {
        let client = Client::new(ready(&mut running));
        let account =
            json!({ "email": "ada@example.com", "username": "ada", "password": "correct horse" });
        let answer = client.post("/api/auth/sign-up", &account);
        // A hub that was started again knows her already.
        let answer = match answer.status {
            409 => {
                let account = json!({ "email": "ada@example.com", "password": "correct horse" });
                client.post("/api/auth/sign-in", &account).expect(200)
            }
            _ => answer.expect(201),
        };
        Self::signed_in(running, &client, &answer.json())
    }

    pub(crate) fn signed_in(running: Running, client: &Client, signed_in: &Value) -> Self {
        let bearer = format!("Bearer {}", signed_in["token"].as_str().unwrap());
        let user = text(&signed_in["user"]["id"]);
        Self { running, client: client.with("authorization", &bearer), user }
    }

    /// Stores a runbook; its id.
    pub(crate) fn create(&self, content: &str) -> String {
        let runbook = json!({ "title": "Tests", "content": content });
        text(&self.client.post("/api/runbooks", &runbook).expect(201).json()["id"])
    }

    /// Connects to a runbook; the session's id.
    pub(crate) fn connect(&self, runbook: &str) -> String {
        let path = format!("/api/sessions/connect/{}/{runbook}", self.user);
        let session = self.client.post(&path, &Value::Null).expect(201).json();
        assert_eq!(session["status"], "ACTIVE", "{session}");
        text(&session["id"])
    }

    /// Runs a block by its name; the execution's id.
    pub(crate) fn run(&self, runbook: &str, session: &str, name: &str) -> String {
        let runbook = self.client.get(&format!("/api/runbooks/{runbook}")).expect(200).json();
        let blocks = runbook["blocks"].as_array().unwrap();
        let block = blocks.iter().find(|it| it["name"] == name).unwrap();
        let body = json!({ "block": block["id"], "content_hash": block["content_hash"] });
        let path = format!("/api/sessions/{session}/executions");
        text(&self.client.post(&path, &body).expect(201).json()["id"])
    }

    pub(crate) fn events(&self, execution: &str) -> impl Iterator<Item = Value> + use<> {
        self.client.lines(&format!("/api/executions/{execution}/events"))
    }

    /// Runs a block until it has printed something that starts with `line`.
    pub(crate) fn run_until(&self, runbook: &str, name: &str, line: &str) -> String {
        let session = self.connect(runbook);
        let execution = self.run(runbook, &session, name);
        let printed = |it: &Value| it["data"].as_str().is_some_and(|it| it.starts_with(line));
        assert!(self.events(&execution).any(|it| printed(&it)), "{line:?} is printed");
        execution
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Reads the port from the line that says that a hub is ready.
pub(crate) fn ready(running: &mut Running) -> u16 {
    let line = running.line();
    let port = line.strip_prefix("Runbook is ready at http://127.0.0.1:");
    port.unwrap_or_else(|| panic!("{line:?}")).parse().unwrap()
}

/// A block that runs until it is stopped, with `marker` on its command line.
pub(crate) fn endless(marker: &str) -> String {
    format!(
        "```runnable bash name=endless\n(trap '' TERM; exec -a {marker} sleep 1000) &\necho started\nwait\n```\n"
    )
}

#[test]
fn a_hub_says_where_it_is_and_answers() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let mut running = place.start(&["hub", "--port", "0"]);
    let client = Client::new(ready(&mut running));
    assert_eq!(client.get("/healthz").expect(200).body, "ok\n");
    assert_eq!(client.get("/readyz").expect(200).body, "ok\n");
    assert!(place.path("data/hub.db").is_file(), "the data directory is `data`");
    running.signal("TERM");
    running.end().expect(0);
}

#[test]
fn a_port_that_is_taken_is_75_and_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = Place::new();
    let answer = place.runbook(&["hub", "--port", &port]).expect(75);
    assert_eq!(
        answer.error(),
        format!("port {port} is taken; stop what listens there, or choose another one with --port")
    );
    assert!(!place.path("data").exists(), "nothing was made");
}

#[test]
fn a_data_directory_that_cannot_be_used_is_75_and_says_what_to_do() {
    let place = Place::with("file", "");
    std::fs::create_dir_all(place.path("odd/hub.db.lock")).unwrap();
    for data in ["file", "file/below", "odd", "/proc/nosuch"] {
        let answer = place.runbook(&["hub", "--port", "0", "--data", data]).expect(75);
        let error = answer.error();
        assert!(error.starts_with(&format!("the data directory {data} ")), "{error}");
        assert!(error.ends_with("; choose another one with --data"), "{error}");
    }
}

#[test]
fn a_database_url_that_is_none_is_the_callers_mistake() {
    let place = Place::new();
    let answer = place.runbook(&["hub", "--port", "0", "--database", "mysql://me:secret@host/db"]);
    let answer = answer.expect(2);
    assert!(answer.error().starts_with("\"mysql\" is not a database"), "{answer:?}");
    assert!(!answer.stderr.contains("secret"), "{answer:?}");
}

#[test]
fn a_second_hub_on_the_same_data_is_refused() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let mut first = place.start(&["hub", "--port", "0"]);
    let client = Client::new(ready(&mut first));
    let answer = place.runbook(&["hub", "--port", "0"]).expect(75);
    let error = answer.error();
    assert!(error.starts_with("another runbook hub uses this database"), "{error}");
    assert!(error.ends_with("stop it or choose another data directory"), "{error}");
    client.get("/readyz").expect(200);
}

#[test]
fn stopping_a_hub_ends_sessions_and_programs() {
    if !sandboxes() {
        return;
    }
    for signal in ["TERM", "INT"] {
        let marker = format!("stopped-{signal}-{}", std::process::id());
        let place = Place::new();
        let hub = Hub::start(&place);
        let runbook = hub.create(&endless(&marker));
        let execution = hub.run_until(&runbook, "endless", "started\n");
        processes::eventually("the program runs", || !processes::marked(&marker).is_empty());
        let tree = processes::tree(hub.running.pid());
        let follower = hub.events(&execution);
        hub.running.signal(signal);
        let last = follower.last().unwrap();
        assert_eq!(last["data"]["outcome"], "cancelled", "whoever follows hears the end");
        hub.running.end().expect(0);
        processes::expect_gone(&tree, &marker);

        let hub = Hub::start(&place);
        let execution = hub.client.get(&format!("/api/executions/{execution}")).expect(200).json();
        assert_eq!(execution["outcome"], "cancelled");
    }
}

#[test]
fn a_hub_that_is_stopped_at_once_ends_well() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    for _ in 0..5 {
        let mut running = place.start(&["hub", "--port", "0"]);
        ready(&mut running);
        running.signal("TERM");
        running.end().expect(0);
    }
}

#[test]
fn an_account_bound_to_auto_gets_what_auto_stands_for_and_not_what_the_hub_uses() {
    if !sandboxes() {
        return;
    }
    let place = Place::new();
    let hub = Hub::start_with(&place, &["--backend", "host", "--account-backend", "Ada=auto"]);
    // What every sandbox is called, and no host.
    let runbook = hub.create("```runnable bash name=where\nuname -n\n```\n");
    hub.run_until(&runbook, "where", "sandbox\n");
}

#[test]
fn a_live_kernel_says_how_a_text_might_go_on() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::new();
    let hub = Hub::start(&place);
    let runbook = hub.create(
        "```python name=load\ntemperature = 1\n```\n\n```python name=busy\nprint('begun', flush=True)\nimport time\ntime.sleep(60)\n```\n",
    );
    let session = hub.connect(&runbook);
    // The crab is two UTF-16 code units, one character and four bytes.
    let ask = |code: &str, cursor: usize| {
        let question = json!({ "runtime": "python", "code": code, "cursor": cursor });
        hub.client.post(&format!("/api/sessions/{session}/complete"), &question).expect(200).json()
    };
    let knows = |answer: &Value, name: &str| {
        answer["items"].as_array().unwrap().iter().any(|it| it["text"] == name)
    };
    assert!(!knows(&ask("temp", 4), "temperature"), "nothing has run");
    hub.events(&hub.run(&runbook, &session, "load")).for_each(drop);
    let answer = ask("'🦀'; temp + 1", 10);
    assert!(knows(&answer, "temperature"), "{answer}");
    assert_eq!((&answer["start"], &answer["end"]), (&json!(6), &json!(10)));
    let of_block = json!({ "block": "load", "code": "temperature.bit_l", "cursor": 17 });
    let path = format!("/api/sessions/{session}/complete");
    let answer = hub.client.post(&path, &of_block).expect(200).json();
    assert!(knows(&answer, "bit_length"), "{answer}");

    let busy = hub.run(&runbook, &session, "busy");
    hub.events(&busy).find(|it| it["event"] == "stdout").unwrap();
    assert_eq!(ask("temp", 4)["items"], json!([]), "it has something else to do");
    hub.client.post(&format!("/api/executions/{busy}/cancel"), &Value::Null).expect(202);
    hub.events(&busy).for_each(drop);
    assert!(knows(&ask("temp", 4), "temperature"), "what it knows is still there");
}

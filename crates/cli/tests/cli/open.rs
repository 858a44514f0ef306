//! `runbook open`: one document, for whoever was shown the URL, on this machine only.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::{
    harness::{Place, Running, outside, sandboxes},
    http::Client,
    hub::endless,
    processes,
};

struct Opened {
    running: Running,
    port: u16,
    /// What follows the port in the printed URL.
    path: String,
}

fn open(place: &Place) -> Opened {
    opened_by(place, "open")
}

/// Opens `doc.md` by one of the commands that do.
fn opened_by(place: &Place, command: &str) -> Opened {
    let mut running = place.start(&[command, "doc.md", "--no-browser"]);
    let url = running.line();
    let rest = url.strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("{url:?}"));
    let (port, path) = rest.split_once('/').unwrap();
    Opened { running, port: port.parse().unwrap(), path: format!("/{path}") }
}

impl Opened {
    /// Opens the printed URL as a browser does: a client with the cookie, and the runbook's path.
    fn enter(&self) -> (Client, String) {
        let client = Client::new(self.port);
        let answer = client.get(&self.path).expect(303);
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
        let page = answer.header("location").unwrap();
        let origin = format!("http://127.0.0.1:{}", self.port);
        (client.with("cookie", cookie).with("origin", &origin), format!("/api{page}"))
    }

    /// Runs the only block; its events as they come.
    fn run(client: &Client, runbook: &str) -> impl Iterator<Item = Value> + use<> {
        let me = client.get("/api/auth/me").expect(200).json();
        let me = me.get("user").unwrap_or(&me)["id"].as_str().unwrap().to_owned();
        let document = client.get(runbook).expect(200).json();
        let path = format!("/api/sessions/connect/{me}/{}", document["id"].as_str().unwrap());
        let session = client.post(&path, &Value::Null).json();
        let block = &document["blocks"][0];
        let body = json!({ "block": block["id"], "content_hash": block["content_hash"] });
        let path = format!("/api/sessions/{}/executions", session["id"].as_str().unwrap());
        let execution = client.post(&path, &body).expect(201).json();
        client.lines(&format!("/api/executions/{}/events", execution["id"].as_str().unwrap()))
    }
}

/// Addresses on which a process listens, as `/proc/net/tcp` has them.
fn listening(port: u16) -> Vec<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|it| std::fs::read_to_string(it).unwrap_or_default());
    let port = format!(":{port:04X}");
    let lines = tables.iter().flat_map(|it| it.lines().skip(1));
    lines
        .filter_map(|it| {
            let fields: Vec<&str> = it.split_whitespace().collect();
            // State 0A is LISTEN.
            (fields[3] == "0A").then(|| fields[1].strip_suffix(port.as_str()))?.map(str::to_owned)
        })
        .collect()
}

#[test]
fn only_this_machine_and_only_the_printed_url_get_in() {
    if !sandboxes() {
        return;
    }
    let opened = open(&Place::with("doc.md", "# Mine\n\n```runnable bash\necho old\n```\n"));
    // 127.0.0.1, and ::1 where this machine has it.
    let ours = ["0100007F", "00000000000000000000000001000000"];
    let found = listening(opened.port);
    assert!(found.contains(&ours[0].to_owned()), "{found:?}");
    assert!(found.iter().all(|it| ours.contains(&it.as_str())), "{found:?}");
    let (client, runbook) = opened.enter();
    assert_eq!(client.get(&runbook).expect(200).json()["title"], "Mine");
    let stranger = Client::new(opened.port);
    assert_eq!(stranger.get(&runbook).expect(401).json()["code"], "unauthenticated");
    for host in ["evil.example", &format!("evil.example:{}", opened.port)] {
        assert_eq!(
            client.with("host", host).get(&runbook).expect(403).json()["code"],
            "cross_origin"
        );
        client.with("host", host).get(&opened.path).expect(403);
    }
    stranger.get("/open?token=0000").expect(404);
}

#[test]
fn a_file_that_is_edited_runs_as_it_was_opened() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", "```runnable bash\necho old\n```\n");
    let opened = open(&place);
    let (client, runbook) = opened.enter();
    assert_eq!(client.get(&runbook).expect(200).json()["drifted"], false);
    place.write("doc.md", "```runnable bash\necho new\n```\n");
    assert_eq!(client.get(&runbook).expect(200).json()["drifted"], true);
    let events: Vec<Value> = Opened::run(&client, &runbook).collect();
    assert_eq!(events[0]["data"], "old\n", "{events:?}");
}

#[test]
fn an_interrupt_ends_it_and_leaves_nothing_running() {
    if !sandboxes() {
        return;
    }
    let marker = format!("opened-{}", std::process::id());
    let opened = open(&Place::with("doc.md", &endless(&marker)));
    let (client, runbook) = opened.enter();
    let mut events = Opened::run(&client, &runbook);
    assert!(events.any(|it| it["data"] == "started\n"));
    processes::eventually("the program runs", || !processes::marked(&marker).is_empty());
    let tree = processes::tree(opened.running.pid());
    opened.running.signal("INT");
    opened.running.end().expect(0);
    processes::expect_gone(&tree, &marker);
}

#[test]
fn what_stands_in_the_way_is_one_line() {
    let place = Place::with("doc.md", "# A\n");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let answer = place.runbook(&["open", "doc.md", "--port", &port]).expect(75);
    assert!(answer.error().starts_with(&format!("port {port} is taken; ")), "{answer:?}");
    let answer = place.runbook(&["open", "missing.md"]).expect(2);
    assert_eq!(answer.error(), "there is no file missing.md; check its name");
    place.write("nul.md", "a\0b");
    assert!(place.runbook(&["open", "nul.md"]).expect(2).error().contains("NUL"));
}

/// A document with a script beside it, and what its page is told.
fn greeting() -> Place {
    let place = Place::with("runbook.mdx", "# Hi\n\n<Command id=\"greet\" path=\"greet.sh\" />\n");
    place.write("greet.sh", "echo old > made.txt\n");
    place
}

fn enter(place: &Place, arguments: &[&str]) -> (Opened, Client) {
    let mut command = place.command(arguments);
    for (variable, directory) in
        [("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")]
    {
        command.env(variable, place.path(directory));
    }
    let mut running = Running::new(&mut command);
    let url = running.line();
    let rest = url.strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("{url:?}"));
    let (port, path) = rest.split_once('/').unwrap();
    let opened = Opened { running, port: port.parse().unwrap(), path: format!("/{path}") };
    let (client, _) = opened.enter();
    (opened, client)
}

/// Runs the script that the page shows, to its end.
fn run_shown(client: &Client) {
    let shown = client.get("/api/local").expect(200).json();
    let segments = shown["segments"].as_array().unwrap();
    let greet = segments.iter().find(|it| it["component"]["id"] == "greet").unwrap();
    let body = json!({ "executableId": greet["component"]["executable"]["id"] });
    let execution = client.post("/api/local/runs", &body).expect(201).json();
    let path = format!("/api/executions/{}/events", execution["id"].as_str().unwrap());
    let last = client.lines(&path).last().unwrap();
    assert_eq!(last["data"]["exit_code"], 0, "{last}");
}

#[test]
fn scripts_of_components_run_as_they_were_opened_once_the_reader_trusts_them() {
    let place = greeting();
    let (opened, client) = enter(&place, &["serve", "."]);
    let shown = client.get("/api/local").expect(200).json();
    assert_eq!((&shown["mode"], &shown["trusted"]), (&json!("open"), &json!(false)));
    let trust = json!({ "contentHash": shown["contentHash"] });
    client.post("/api/local/trust", &trust).expect(204);
    place.write("greet.sh", "echo new > made.txt\n");
    run_shown(&client);
    assert_eq!(std::fs::read_to_string(place.path("made.txt")).unwrap(), "old\n");
    opened.running.signal("INT");
    opened.running.end().expect(0);
    place.write("greet.sh", "echo old > made.txt\n");
    let (_opened, client) = enter(&place, &["open", ".", "--no-browser"]);
    assert_eq!(client.get("/api/local").expect(200).json()["trusted"], true, "it is remembered");
}

#[test]
fn a_document_that_a_trusted_person_signed_is_trusted_from_the_start() {
    let place =
        Place::with("plain.mdx", include_str!("../../../engine/test_data/signed/plain.mdx"));
    let signature = include_str!("../../../engine/test_data/signed/plain.mdx.sig");
    place.write("plain.mdx.sig", signature);
    place.write("keys", include_str!("../../../engine/test_data/signed/trusted_signers"));
    let is_trusted = |arguments: &[&str]| {
        let (_opened, client) = enter(&place, &[&["serve", "plain.mdx"], arguments].concat());
        client.get("/api/local").expect(200).json()["trusted"].clone()
    };
    assert_eq!(is_trusted(&["--trusted-signers", "keys"]), true);
    assert_eq!(is_trusted(&[]), false, "by nobody whom the user trusts");
    place.write("keys", "ada@example.com\n");
    let refused = place.runbook(&["serve", "plain.mdx", "--trusted-signers", "keys"]).expect(2);
    assert!(refused.error().starts_with("keys: line 1 names no key"), "{refused:?}");
}

#[test]
fn a_document_from_a_repository_is_trusted_at_its_commit_until_the_next() {
    let place = greeting();
    let git = |script: &str| {
        let settings = "git config user.email a@example.com && git config user.name a";
        let script = format!("git init -q . && {settings} && {script}");
        let made = outside("sh").args(["-ec", &script]).current_dir(place.path("")).status();
        assert!(made.unwrap().success());
    };
    git("git add runbook.mdx greet.sh && git commit -qm one");
    let address = format!("git::file://{}", place.path("").display());
    let address = address.trim_end_matches('/');
    let shown = |client: &Client| client.get("/api/local").expect(200).json();
    let (opened, client) = enter(&place, &["serve", address]);
    assert_eq!(shown(&client)["trusted"], false);
    let trust = json!({ "contentHash": shown(&client)["contentHash"] });
    client.post("/api/local/trust", &trust).expect(204);
    drop(opened);
    let (opened, client) = enter(&place, &["serve", address]);
    assert_eq!(shown(&client)["trusted"], true, "it is asked once");
    drop(opened);
    git("echo helper > helper.sh && git add helper.sh && git commit -qm two");
    let (_opened, client) = enter(&place, &["serve", address]);
    assert_eq!(shown(&client)["trusted"], false, "what scripts may start is part of it");
}

#[test]
fn a_watched_document_runs_what_the_disk_holds() {
    let place = greeting();
    let arguments = ["watch", "runbook.mdx", "--no-browser", "--trust"];
    let (_opened, client) = enter(&place, &arguments);
    place.write("greet.sh", "echo new > made.txt\n");
    run_shown(&client);
    assert_eq!(std::fs::read_to_string(place.path("made.txt")).unwrap(), "new\n");
    place.write("doc.md", "# Plain\n");
    let refused = place.runbook(&["watch", "doc.md", "--disable-live-file-reload"]).expect(2);
    assert!(refused.error().contains("has no components"), "{refused:?}");
}

#[test]
fn a_watched_document_without_components_runs_what_its_file_holds() {
    if !sandboxes() {
        return;
    }
    let place = Place::with("doc.md", "```runnable bash\necho old\n```\n");
    let opened = opened_by(&place, "watch");
    let (client, runbook) = opened.enter();
    place.write("doc.md", "```runnable bash\necho new\n```\n");
    let events: Vec<Value> = Opened::run(&client, &runbook).collect();
    assert_eq!(events[0]["data"], "new\n", "{events:?}");
}

#[test]
fn another_runbook_on_the_port_is_named_as_such() {
    let place = greeting();
    let (opened, _) = enter(&place, &["serve", "."]);
    let port = opened.port.to_string();
    let answer = place.runbook(&["serve", ".", "--port", &port]).expect(75);
    let wanted = format!("another runbook is open on port {port}; ");
    assert!(answer.error().starts_with(&wanted), "{answer:?}");
}

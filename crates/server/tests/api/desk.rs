//! What is done in a session beside its blocks: files, terminals, pauses, and who sees and ends sessions.

use std::{net::SocketAddr, sync::Arc};

use axum::{body::Body, http::header};
use futures_util::{SinkExt, StreamExt};
use sandbox::scripted::{Script, Scripted};
use serde_json::{Value, json};
use server::App;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{Account, Answer, TestApp, connect_path, engine, request, scripted},
    audit::Hub,
};

const HELLO: &str = "# Hi\n\n```runnable bash name=hello\necho hello\n```\n";

/// Somebody with a session.
struct Desk {
    app: TestApp,
    ada: Account,
    session: String,
}

impl Desk {
    async fn new() -> Self {
        Self::over(TestApp::hub(scripted()).await).await
    }

    async fn over(app: TestApp) -> Self {
        let ada = app.sign_up("ada").await;
        let (_, session) = app.connect(&ada, HELLO).await;
        Self { app, ada, session: session["id"].as_str().unwrap().to_owned() }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/sessions/{}/{rest}", self.session)
    }

    async fn ask(&self, method: &str, rest: &str, body: &Value) -> Answer {
        self.app.ask(&self.ada, method, &self.path(rest), body).await
    }

    async fn get(&self, rest: &str) -> Answer {
        self.ask("GET", rest, &Value::Null).await
    }

    async fn put(&self, rest: &str, bytes: &'static str) -> Answer {
        let request = request("PUT", &self.path(rest))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.ada.token))
            .body(Body::from(bytes));
        self.app.send(request.unwrap()).await
    }

    async fn names(&self, rest: &str) -> Vec<String> {
        let listed = self.get(rest).await.expect(200).json();
        let items = listed["items"].as_array().unwrap();
        items.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn files_are_written_listed_read_renamed_and_removed() {
    let desk = Desk::new().await;
    desk.put("files/content?path=b.txt", "bytes").await.expect(204);
    desk.put("files/content?path=data/a.html", "<script>alert(1)</script>").await.expect(204);
    assert_eq!(desk.names("files").await, ["data", "b.txt"], "folders first");
    assert_eq!(desk.names("files?path=data").await, ["a.html"]);
    let read = desk.get("files/content?path=data/a.html").await.expect(200);
    assert_eq!(read.text, "<script>alert(1)</script>");
    let header = |name: &str| read.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment; filename*=UTF-8''a.html");
    assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let rename = json!({ "from": "b.txt", "to": "c.txt" });
    desk.ask("POST", "files/rename", &rename).await.expect(204);
    assert_eq!(desk.names("files").await, ["data", "c.txt"]);
    desk.ask("DELETE", "files?path=data", &Value::Null).await.expect(204);
    assert_eq!(desk.names("files").await, ["c.txt"]);
    desk.get("files/content?path=gone.txt").await.problem(404, "not_found");
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let desk = Desk::new().await;
    for name in ["a", "b", "c", "d", "e"] {
        desk.put(&format!("files/content?path={name}"), "").await.expect(204);
    }
    let first = desk.get("files?limit=2").await.expect(200).json();
    assert_eq!((&first["total"], &first["next_after"]), (&json!(5), &json!("b")));
    assert_eq!(desk.names("files?limit=2&after=b").await, ["c", "d"]);
    let last = desk.get("files?limit=2&after=d").await.expect(200).json();
    assert_eq!((last["items"].as_array().unwrap().len(), &last["next_after"]), (1, &Value::Null));
    desk.get("files?limit=0").await.problem(400, "invalid");
}

#[tokio::test]
async fn no_path_leaves_the_workspace() {
    let desk = Desk::new().await;
    let paths = ["../../etc/x", "/etc/passwd", "a/../../b", "a//b", "./a", "a/", "a%00b"];
    for path in paths {
        for rest in ["files/content", "files/archive", "files"] {
            let refused = desk.get(&format!("{rest}?path={path}")).await.problem(400, "invalid");
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("beneath the workspace"), "{detail}");
        }
        desk.put(&format!("files/content?path={path}"), "x").await.problem(400, "invalid");
        desk.ask("DELETE", &format!("files?path={path}"), &Value::Null)
            .await
            .problem(400, "invalid");
    }
    for (from, to) in [("../a", "b"), ("a", "../b"), ("a", "/b")] {
        let body = json!({ "from": from, "to": to });
        desk.ask("POST", "files/rename", &body).await.problem(400, "invalid");
    }
    desk.ask("POST", "files/directory", &json!({ "path": "../d" })).await.problem(400, "invalid");
    // The workspace itself can be looked at, and not be removed.
    desk.ask("DELETE", "files", &Value::Null).await.problem(400, "invalid");
}

#[tokio::test]
async fn the_desk_of_somebody_else_is_not_there() {
    let desk = Desk::new().await;
    let eve = desk.app.sign_up("eve").await;
    let rows = [
        ("GET", "files", Value::Null),
        ("GET", "files/content?path=a", Value::Null),
        ("GET", "files/archive", Value::Null),
        ("PUT", "files/content?path=a", Value::Null),
        ("DELETE", "files?path=a", Value::Null),
        ("POST", "files/directory", json!({ "path": "a" })),
        ("POST", "files/rename", json!({ "from": "a", "to": "b" })),
        ("GET", "terminals", Value::Null),
        ("DELETE", "terminals/1", Value::Null),
        ("GET", "ports", Value::Null),
        ("POST", "previews", json!({ "port": 8000 })),
        ("GET", "usage", Value::Null),
        ("POST", "extend", Value::Null),
        ("POST", "pause", Value::Null),
        ("POST", "resume", Value::Null),
    ];
    for (method, rest, body) in rows {
        let path = desk.path(rest);
        desk.app.ask(&eve, method, &path, &body).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_token_that_runs_blocks_cannot_bring_its_own_code() {
    let desk = Desk::new().await;
    let new = json!({ "name": "runner", "scopes": ["session:run"] });
    let made = desk.app.ask(&desk.ada, "POST", "/api/tokens", &new).await.expect(201).json();
    let token = Account { token: made["token"].as_str().unwrap().to_owned(), ..desk.ada.clone() };
    desk.app.get(&token, &desk.path("files")).await.expect(200);
    let rows = [
        ("GET", "terminal", Value::Null),
        ("GET", "terminals", Value::Null),
        ("PUT", "files/content?path=helper.py", Value::Null),
        ("DELETE", "files?path=helper.py", Value::Null),
        ("POST", "files/rename", json!({ "from": "a", "to": "b" })),
        ("POST", "files/directory", json!({ "path": "a" })),
    ];
    for (method, rest, body) in rows {
        let path = desk.path(rest);
        desk.app.ask(&token, method, &path, &body).await.problem(403, "missing_scope");
    }
}

#[tokio::test]
async fn a_session_that_has_ended_has_no_desk() {
    let desk = Desk::new().await;
    let end = format!("/api/sessions/end/{}", desk.session);
    desk.app.ask(&desk.ada, "DELETE", &end, &Value::Null).await.expect(200);
    for rest in ["files", "ports"] {
        desk.get(rest).await.problem(409, "session_ended");
    }
    for rest in ["extend", "pause", "resume"] {
        desk.ask("POST", rest, &Value::Null).await.problem(409, "session_ended");
    }
    desk.ask("POST", "previews", &json!({ "port": 80 })).await.problem(409, "session_ended");
    assert_eq!(desk.get("usage").await.expect(200).json()["usage"], Value::Null);
}

#[tokio::test]
async fn extending_moves_the_end_of_a_session() {
    let desk = Desk::new().await;
    let before = desk.app.get(&desk.ada, &format!("/api/sessions/{}", desk.session)).await.json();
    assert!(before["ready_ms"].is_u64(), "{before}");
    // The clock counts milliseconds; two touches may share one.
    let mut after = before.clone();
    while after["expires_at"] == before["expires_at"] {
        after = desk.ask("POST", "extend", &Value::Null).await.expect(200).json();
    }
    assert!(after["expires_at"].as_str() > before["expires_at"].as_str());
}

#[tokio::test]
async fn a_backend_that_cannot_pause_says_so() {
    let desk = Desk::new().await;
    let refused = desk.ask("POST", "pause", &Value::Null).await.problem(409, "cannot_pause");
    assert!(refused.text.contains("scripted"), "{}", refused.text);
    let session = desk.app.get(&desk.ada, &format!("/api/sessions/{}", desk.session)).await.json();
    assert_eq!(session["paused"], false);
}

#[tokio::test]
async fn without_an_address_for_previews_there_are_none() {
    let desk = Desk::new().await;
    let refused = desk.ask("POST", "previews", &json!({ "port": 8000 })).await;
    refused.problem(409, "previews_not_offered");
    desk.ask("POST", "previews", &json!({ "port": 0 })).await.problem(400, "invalid");
    let elsewhere = json!({ "port": 80, "path": "//evil.example.com" });
    desk.ask("POST", "previews", &elsewhere).await.problem(400, "invalid");
}

#[tokio::test]
async fn administrators_see_and_end_the_sessions_of_all_and_nobody_else_does() {
    let hub = Hub::new().await;
    let app = &hub.app;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let (runbook, session) = app.connect(&ada, HELLO).await;
    app.connect(&eve, HELLO).await;
    let of_ada = session["id"].as_str().unwrap();
    let all = app.get(&hub.root, "/api/admin/sessions").await.expect(200);
    assert!(!all.text.contains("echo hello"), "titles, and no content");
    let items = all.json()["items"].as_array().unwrap().clone();
    let mut users: Vec<_> = items.iter().map(|it| it["username"].as_str().unwrap()).collect();
    users.sort_unstable();
    assert_eq!(users, ["ada", "eve"]);
    assert!(items.iter().all(|it| it["runbook_title"] == "Test"), "{items:?}");

    let mine = app.get(&ada, "/api/sessions").await.expect(200).json();
    let ids: Vec<_> = mine["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, [of_ada]);
    app.get(&ada, "/api/admin/sessions").await.problem(403, "missing_scope");
    let path = format!("/api/admin/sessions/{of_ada}");
    app.ask(&eve, "DELETE", &path, &Value::Null).await.problem(403, "missing_scope");

    let ended = app.ask(&hub.root, "DELETE", &path, &Value::Null).await.expect(200).json();
    assert_eq!(ended["status"], "TERMINATED");
    let unknown = "/api/admin/sessions/sess_00000000000000000000000000000001";
    app.ask(&hub.root, "DELETE", unknown, &Value::Null).await.problem(404, "not_found");
    let log = app.get(&hub.root, "/api/audit?limit=1").await.expect(200).json();
    let last = &log["items"][0];
    assert_eq!((&last["action"], &last["object"]), (&json!("sessions_end_any"), &json!(of_ada)));
    // The runbook is hers as before.
    app.ask(&ada, "POST", &connect_path(&ada, &runbook), &Value::Null).await.expect(201);
}

/// A desk that listens, with a shell that says everything back until `exit`.
struct Listening {
    desk: Desk,
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Listening {
    async fn new() -> Self {
        let backend =
            Arc::new(Scripted::new().on("bash", Script::new().stdout("$ ").echo().exit(3)));
        let engine = engine(backend, engine::Config::default()).await;
        let config =
            server::Config { metrics_token: Some("scrape".to_owned()), ..TestApp::config() };
        let app = App::hub(engine, config).await.unwrap();
        let app = app.with_previews("https://*.preview.example.com".parse().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let router = app.clone().router();
        let serving = TaskTracker::new().spawn(app.serve(listener, stop.clone().cancelled_owned()));
        Self { desk: Desk::over(TestApp { router }).await, address, stop, serving }
    }

    async fn attach(&self, query: &str) -> Result<WebSocketStream<TcpStream>, u16> {
        self.socket(&self.desk.path(&format!("terminal{query}"))).await
    }

    async fn socket(&self, path: &str) -> Result<WebSocketStream<TcpStream>, u16> {
        let url = format!("ws://{}{path}", self.address);
        let mut request = url.into_client_request().unwrap();
        let shown = format!("Bearer {}", self.desk.ada.token);
        request.headers_mut().insert("authorization", shown.parse().unwrap());
        let connection = TcpStream::connect(self.address).await.unwrap();
        match tokio_tungstenite::client_async(request, connection).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// What the metrics count of terminals, previews and live texts.
    async fn counted(&self) -> Vec<String> {
        let scrape = request("GET", "/metrics").header(header::AUTHORIZATION, "Bearer scrape");
        let answer = self.desk.app.send(scrape.body(Body::empty()).unwrap()).await;
        let names = ["runbook_terminals ", "runbook_previews ", "runbook_live_texts "];
        let text = answer.expect(200).text;
        let found = |name: &str| text.lines().find_map(|it| it.strip_prefix(name));
        names.iter().filter_map(|it| found(it)).map(str::to_owned).collect()
    }

    async fn open(&self) -> usize {
        let listed = self.desk.get("terminals").await.expect(200).json();
        listed["items"].as_array().unwrap().len()
    }
}

/// What is shown until it contains `wanted`; and texts, as they are.
async fn shown(socket: &mut WebSocketStream<TcpStream>, wanted: &str) -> String {
    let mut all = String::new();
    while !all.contains(wanted) {
        match socket.next().await.unwrap().unwrap() {
            Message::Binary(bytes) => all.push_str(std::str::from_utf8(&bytes).unwrap()),
            Message::Text(text) => all.push_str(&text),
            other @ (Message::Ping(_)
            | Message::Pong(_)
            | Message::Close(_)
            | Message::Frame(_)) => {
                panic!("{other:?} after {all:?}")
            }
        }
    }
    all
}

#[tokio::test]
async fn a_terminal_is_typed_into_and_found_again_as_it_was() {
    let hub = Listening::new().await;
    let mut first = hub.attach("?rows=30&columns=100").await.unwrap();
    shown(&mut first, "{\"type\":\"ready\",\"id\":1}").await;
    shown(&mut first, "$ ").await;
    first.send(Message::binary("ls -l\n")).await.unwrap();
    shown(&mut first, "ls -l\n").await;
    first.send(Message::text(r#"{"type":"resize","rows":10,"columns":20}"#)).await.unwrap();
    first.send(Message::text(r#"{"type":"shown","bytes":8}"#)).await.unwrap();
    drop(first);
    let mut again = hub.attach("?id=1").await.unwrap();
    let all = shown(&mut again, "ls -l\n").await;
    assert!(all.contains("\"id\":1}") && all.contains("$ ls -l"), "{all}");
    // A second one is another shell.
    let mut other = hub.attach("").await.unwrap();
    shown(&mut other, "\"id\":2").await;
    assert_eq!(hub.open().await, 2);
    again.send(Message::binary("\x04")).await.unwrap();
    hub.desk.ask("DELETE", "terminals/1", &Value::Null).await.expect(204);
    shown(&mut again, "the terminal was closed").await;
    let Some(Ok(Message::Close(Some(goodbye)))) = again.next().await else { panic!("no goodbye") };
    assert_eq!(u16::from(goodbye.code), 4410);
    assert_eq!(hub.open().await, 1);
    hub.desk.ask("DELETE", "terminals/1", &Value::Null).await.problem(404, "not_found");
    assert_eq!(hub.attach("?id=1").await.err(), Some(404));
}

#[tokio::test]
async fn metrics_count_terminals_previews_and_texts_that_are_edited() {
    let hub = Listening::new().await;
    assert_eq!(hub.counted().await, ["0", "0", "0"]);
    let mut terminal = hub.attach("").await.unwrap();
    shown(&mut terminal, "$ ").await;
    hub.desk.ask("POST", "previews", &json!({ "port": 8000 })).await.expect(201);
    let session = format!("/api/sessions/{}", hub.desk.session);
    let session = hub.desk.app.get(&hub.desk.ada, &session).await.expect(200).json();
    let runbook = session["runbook_id"].as_str().unwrap();
    let mut editor = hub.socket(&format!("/api/runbooks/{runbook}/live")).await.unwrap();
    editor.next().await.unwrap().unwrap();
    assert_eq!(hub.counted().await, ["1", "1", "1"]);
    hub.desk.ask("DELETE", "terminals/1", &Value::Null).await.expect(204);
    shown(&mut terminal, "the terminal was closed").await;
    assert_eq!(hub.counted().await, ["0", "1", "1"]);
}

#[tokio::test]
async fn a_terminal_ends_with_its_session() {
    let hub = Listening::new().await;
    let mut socket = hub.attach("").await.unwrap();
    shown(&mut socket, "$ ").await;
    let end = format!("/api/sessions/end/{}", hub.desk.session);
    hub.desk.app.ask(&hub.desk.ada, "DELETE", &end, &Value::Null).await.expect(200);
    shown(&mut socket, "\"type\":\"end\"").await;
    assert_eq!(hub.attach("").await.err(), Some(409));
}

#[tokio::test]
async fn text_that_is_no_order_closes_the_socket_and_not_the_terminal() {
    let hub = Listening::new().await;
    let mut socket = hub.attach("").await.unwrap();
    shown(&mut socket, "$ ").await;
    socket.send(Message::text("ls")).await.unwrap();
    let Some(Ok(Message::Close(Some(goodbye)))) = socket.next().await else { panic!("no goodbye") };
    assert_eq!(u16::from(goodbye.code), 1008);
    assert!(hub.attach("?id=1").await.is_ok());
}

#[tokio::test]
async fn a_session_has_so_many_terminals_and_a_stranger_none() {
    let hub = Listening::new().await;
    let mut sockets = Vec::new();
    for _ in 0..8 {
        sockets.push(hub.attach("").await.unwrap());
    }
    assert_eq!(hub.attach("").await.err(), Some(409));
    let eve = hub.desk.app.sign_up("eve").await;
    let desk = Desk {
        app: TestApp { router: hub.desk.app.router.clone() },
        ada: eve,
        session: hub.desk.session.clone(),
    };
    let stranger = Listening {
        desk,
        address: hub.address,
        stop: hub.stop.clone(),
        serving: TaskTracker::new().spawn(async {}),
    };
    assert_eq!(stranger.attach("?id=1").await.err(), Some(404));
    assert_eq!(stranger.attach("").await.err(), Some(404));
}

#[tokio::test]
async fn a_server_stops_with_its_terminals_open() {
    let hub = Listening::new().await;
    let mut socket = hub.attach("").await.unwrap();
    shown(&mut socket, "$ ").await;
    hub.stop.cancel();
    hub.serving.await.unwrap();
}

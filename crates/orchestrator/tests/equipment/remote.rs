//! MCP servers at an address: what they are asked, and what they cannot make us do.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method},
    response::Response,
};
use futures_util::stream;
use orchestrator::{EquipmentError, McpServer, McpTestError, Tool, Whose};
use sandbox::Rule;
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

use crate::stage::{Stage, principal};

/// What a server was asked: method, path, headers, body.
type Asked = (Method, String, HeaderMap, String);
type Play = dyn Fn(&Server, &Asked) -> Response + Send + Sync;

/// A server that plays what a test wants.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    play: Arc<Play>,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// The stream that was opened last.
    opened: Arc<Mutex<Option<mpsc::UnboundedSender<String>>>>,
}

impl Server {
    async fn start(
        serving: &mut JoinSet<()>,
        play: impl Fn(&Self, &Asked) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server =
            Self { address, play: Arc::new(play), asked: Arc::default(), opened: Arc::default() };
        let router = Router::new().fallback(answer).with_state(server.clone());
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The rule that allows it.
    fn rule(&self) -> Rule {
        self.address.to_string().parse().unwrap()
    }

    /// A stream that begins so, into which [`Self::say`] writes.
    fn open(&self, begin: &str) -> Response {
        let (sender, receiver) = mpsc::unbounded_channel();
        sender.send(begin.to_owned()).unwrap();
        *self.opened.lock().unwrap() = Some(sender);
        let pieces = stream::unfold(receiver, async |mut it| {
            let piece = it.recv().await?;
            Some((Ok::<_, std::io::Error>(piece), it))
        });
        let response = Response::builder().header("content-type", "text/event-stream");
        response.body(Body::from_stream(pieces)).unwrap()
    }

    fn say(&self, text: String) {
        self.opened.lock().unwrap().as_ref().unwrap().send(text).unwrap();
    }
}

async fn answer(State(server): State<Server>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let asked = (head.method, head.uri.to_string(), head.headers, body);
    server.asked.lock().unwrap().push(asked.clone());
    (server.play)(&server, &asked)
}

fn told(status: u16, kind: &str, body: impl Into<String>) -> Response {
    let response = Response::builder().status(status).header("content-type", kind);
    response.body(Body::from(body.into())).unwrap()
}

/// What a server answers to a message; nothing to a notification.
fn result(message: &str) -> Option<Value> {
    let message: Value = serde_json::from_str(message).unwrap();
    let result = match (message["method"].as_str().unwrap(), &message["params"]["cursor"]) {
        ("initialize", _) => json!({ "capabilities": {} }),
        ("tools/list", Value::Null) => {
            let tool = json!({ "name": "one", "description": "with hunter22" });
            json!({ "tools": [tool], "nextCursor": "x" })
        }
        ("tools/list", _) => json!({ "tools": [{ "name": "two" }] }),
        _ => return None,
    };
    Some(json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))
}

fn tools() -> [Tool; 2] {
    [("one", "with ***"), ("two", "")]
        .map(|(name, text)| Tool { name: name.to_owned(), description: text.to_owned() })
}

/// Tries a server of this configuration with these rules, as somebody whose `KEY` is `hunter22`.
async fn tried(config: Value, rules: &[Rule]) -> Result<Vec<Tool>, McpTestError> {
    let stage = Stage::new().await;
    let ada = stage.user("ada").await;
    stage.secret(ada, "KEY", "hunter22").await;
    let server = McpServer::parse("a", config, true).unwrap();
    let kept = stage.equipment.put_mcp_server(ada, (None, Whose::Mine), server).await.unwrap();
    let eve = stage.user("eve").await;
    let refused =
        stage.equipment.test_mcp_server(principal(eve), kept.id, rules).await.unwrap_err();
    let missing = McpTestError::Equipment(EquipmentError::NotFound { noun: "MCP server" });
    assert_eq!(refused.to_string(), missing.to_string());
    stage.equipment.test_mcp_server(principal(ada), kept.id, rules).await
}

fn http(server: &Server) -> Value {
    let headers = json!({ "Authorization": "Bearer ${KEY}" });
    json!({ "type": "http", "url": format!("http://{}/mcp", server.address), "headers": headers })
}

fn sse(server: &Server) -> Value {
    json!({ "type": "sse", "url": format!("http://{}/sse?key=${{KEY}}", server.address) })
}

/// The words of a refusal, in which no secret may be.
fn why(tried: Result<Vec<Tool>, McpTestError>) -> String {
    let words = tried.unwrap_err().to_string();
    assert!(!words.contains("hunter22"), "{words}");
    words
}

#[tokio::test]
async fn a_server_that_answers_each_request_lists_its_tools() {
    let mut serving = JoinSet::new();
    let server = Server::start(&mut serving, |_, (_, _, headers, body)| {
        let has_session = headers.get("mcp-session-id").is_some_and(|it| it == "s1");
        let Some(result) = result(body) else { return told(202, "text/plain", "") };
        match result["id"].as_u64().unwrap() {
            0 => {
                let mut response = told(200, "application/json; charset=utf-8", result.to_string());
                response.headers_mut().insert("mcp-session-id", "s1".parse().unwrap());
                response
            }
            _ if !has_session => told(404, "text/plain", "no such session"),
            1 => told(200, "application/json", result.to_string()),
            _ => {
                let noise = json!({ "jsonrpc": "2.0", "method": "notifications/message" });
                let text = format!(": hi\n\nevent: message\ndata: {noise}\n\ndata: {result}\n\n");
                told(200, "text/event-stream", text)
            }
        }
    })
    .await;
    assert_eq!(tried(http(&server), &[server.rule()]).await.unwrap(), tools());
    let asked = server.asked();
    assert_eq!(asked.len(), 4);
    for (method, path, headers, _) in asked {
        assert_eq!((method, path.as_str()), (Method::POST, "/mcp"));
        assert_eq!(headers["authorization"], "Bearer hunter22");
        assert_eq!(headers["accept"], "application/json, text/event-stream");
    }
}

#[tokio::test]
async fn a_server_that_answers_in_one_stream_lists_its_tools() {
    let mut serving = JoinSet::new();
    let server = Server::start(&mut serving, |server, (method, path, _, body)| {
        if method == Method::GET {
            assert_eq!(path, "/sse?key=hunter22");
            return server.open("event: endpoint\ndata: /messages?session=1\n\n");
        }
        assert_eq!(path, "/messages?session=1");
        if let Some(result) = result(body) {
            server.say(format!("event: message\ndata: {result}\n\n"));
        }
        told(202, "text/plain", "Accepted")
    })
    .await;
    assert_eq!(tried(sse(&server), &[server.rule()]).await.unwrap(), tools());
}

#[tokio::test]
async fn an_address_that_rules_of_sessions_do_not_name_is_not_even_connected_to() {
    let mut serving = JoinSet::new();
    let server = Server::start(&mut serving, |_, _| told(200, "application/json", "{}")).await;
    let port = server.address.port();
    let rule = |text: &str| text.parse::<Rule>().unwrap();
    // A name that leads to this machine is allowed, and what it leads to is not.
    let named = json!({ "type": "http", "url": format!("http://localhost:{port}/mcp") });
    let odd = json!({ "type": "http", "url": format!("http://0x7f.1:{port}/mcp") });
    let rows = [
        (http(&server), Vec::new()),
        (sse(&server), Vec::new()),
        (http(&server), vec![rule("example.com"), rule("127.0.0.1:1")]),
        (named.clone(), Vec::new()),
        (named, vec![rule(&format!("localhost:{port}"))]),
        (odd, vec![rule("example.com")]),
    ];
    for (config, rules) in rows {
        let refused = tried(config.clone(), &rules).await.unwrap_err();
        assert!(matches!(refused, McpTestError::NotReached(_)), "{config} {refused:?}");
    }
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

#[tokio::test]
async fn no_server_leads_elsewhere() {
    let mut serving = JoinSet::new();
    let inside = Server::start(&mut serving, |_, _| told(200, "application/json", "{}")).await;
    let elsewhere = format!("http://{}/admin", inside.address);
    let to = elsewhere.clone();
    let redirecting = Server::start(&mut serving, move |_, _| {
        let mut response = told(307, "text/plain", "");
        response.headers_mut().insert("location", to.parse().unwrap());
        response
    })
    .await;
    for config in [http(&redirecting), sse(&redirecting)] {
        // Not even where the rules would allow it.
        let words = why(tried(config, &[redirecting.rule(), inside.rule()]).await);
        assert!(words.contains("is not followed"), "{words}");
    }
    let pointing = Server::start(&mut serving, move |server, _| {
        server.open(&format!("event: endpoint\ndata: {elsewhere}\n\n"))
    })
    .await;
    let words = why(tried(sse(&pointing), &[pointing.rule(), inside.rule()]).await);
    assert!(words.contains("another origin"), "{words}");
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
}

#[tokio::test]
async fn whatever_else_a_server_answers_ends_the_trial_with_why() {
    let mut serving = JoinSet::new();
    type Row = (&'static str, fn() -> Response);
    let long = || told(200, "application/json", "x".repeat(300 * 1024));
    let error = json!({ "id": 0, "error": { "message": "no hunter22 here" } }).to_string();
    let rows: [Row; 5] = [
        ("status 401", || told(401, "text/plain", "hunter22")),
        ("does not speak MCP", || told(200, "application/json", "<html>")),
        ("no stream of events", || told(200, "text/html", "<html>")),
        ("more than 262144 bytes", long),
        ("ended", || told(200, "text/event-stream", "data: {\"method\":\"x\"}\n\n")),
    ];
    for (expected, play) in rows {
        let server = Server::start(&mut serving, move |_, _| play()).await;
        let words = why(tried(http(&server), &[server.rule()]).await);
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let server =
        Server::start(&mut serving, move |_, _| told(200, "application/json", error.clone())).await;
    let words = why(tried(http(&server), &[server.rule()]).await);
    assert!(words.contains("no *** here"), "{words}");
    let config = json!({ "type": "http", "url": "http://127.0.0.1:9", "headers": { "Host": "x" } });
    let words = why(tried(config, &["127.0.0.1:9".parse().unwrap()]).await);
    assert!(words.contains("host"), "{words}");
}

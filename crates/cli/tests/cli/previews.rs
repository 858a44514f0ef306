//! Previews of ports, of a real program in a real sandbox, attacked by hand-written requests.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::{
    harness::{Place, installed, sandboxes},
    http::Client,
    hub::Hub,
};

/// Says back what it was sent, and keeps on to its socket if asked to.
const PROGRAM: &str = r#"# Server

```runnable bash name=serve
cat > serve.py <<'END'
import socket, threading
def serve(c):
    data = b""
    while b"\r\n\r\n" not in data:
        more = c.recv(65536)
        if not more: return
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    if b"websocket" in head.lower():
        c.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        while True:
            more = c.recv(65536)
            if not more: return
            c.sendall(b"echo " + more)
    wanted = [int(l.split(b":")[1]) for l in head.split(b"\r\n") if l.lower().startswith(b"content-length")]
    while wanted and len(body) < wanted[0]: body += c.recv(65536)
    said = head + b"\n--\n" + body
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n"
              b"Set-Cookie: own=1\r\nSet-Cookie: wide=1; Domain=localhost\r\nSet-Cookie: runbook_session=evil\r\n"
              b"Clear-Site-Data: \"*\"\r\n\r\n" % len(said) + said)
    c.close()
for port in 8000, 8001:
    s = socket.create_server(("127.0.0.1", port))
    def accept(s=s):
        while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
    threading.Thread(target=accept).start()
END
python3 serve.py > /dev/null 2>&1 &
while ! (exec 3<>/dev/tcp/127.0.0.1/8001) 2>/dev/null; do sleep 0.05; done
```
"#;

/// A hub with a session in which the program serves.
struct Shown {
    hub: Hub,
    session: String,
}

/// A way in, as the hub gave it.
struct Way {
    host: String,
    port: u16,
    open: String,
}

impl Shown {
    fn new(place: &Place) -> Self {
        let hub = Hub::start(place);
        let runbook = hub.create(PROGRAM);
        let session = hub.connect(&runbook);
        let execution = hub.run(&runbook, &session, "serve");
        let last = hub.events(&execution).last().unwrap();
        assert_eq!(last["data"]["exit_code"], 0, "{last}");
        Self { hub, session }
    }

    fn way(&self, port: u16) -> Way {
        let path = format!("/api/sessions/{}/previews", self.session);
        let body = json!({ "port": port, "path": "/a?b" });
        let made = self.hub.client.post(&path, &body).expect(201).json();
        let url = made["url"].as_str().unwrap().strip_prefix("http://").unwrap();
        let (host, path) = url.split_once('/').unwrap();
        let port = host.rsplit_once(':').unwrap().1.parse().unwrap();
        Way { host: host.to_owned(), port, open: format!("/{path}") }
    }
}

impl Way {
    fn client(&self) -> Client {
        Client::new(self.port).with("host", &self.host)
    }

    /// Opens the preview; gives the cookie.
    fn cookie(&self) -> String {
        let opened = self.client().get(&self.open).expect(303);
        assert_eq!(opened.header("location"), Some("/a?b"));
        let cookie = opened.header("set-cookie").unwrap();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Sends bytes as they are; gives all that comes back.
    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn possible() -> bool {
    sandboxes() && installed("python")
}

#[test]
fn a_preview_shows_a_port_to_whom_it_was_opened_for_and_to_nobody_else() {
    if !possible() {
        return;
    }
    let place = Place::new();
    let shown = Shown::new(&place);
    let ports = shown.hub.client.get(&format!("/api/sessions/{}/ports", shown.session)).json();
    let ports: Vec<_> = ports["items"].as_array().unwrap().iter().map(|it| &it["port"]).collect();
    assert_eq!(ports, [8000, 8001]);

    let (way, other) = (shown.way(8000), shown.way(8001));
    assert_ne!(way.host, other.host, "each port has an origin of its own");
    way.client().get("/").expect(401);
    // A ticket is good for its own host, and once.
    let stolen = shown.way(8000);
    other.client().get(&stolen.open).expect(401);
    stolen.client().get(&stolen.open).expect(401);
    let cookie = way.cookie();
    way.client().get(&way.open).expect(401);
    way.client().get("/.runbook/open").expect(401);
    way.client().get("/.runbook/open?ticket=").expect(401);

    let app_cookie = "runbook_session=secret; theme=dark";
    let client = way.client().with("cookie", &format!("{app_cookie}; {cookie}"));
    let answer = client.get("/x/../y?z").expect(200);
    let said = &answer.body;
    assert!(said.starts_with("GET /x/../y?z HTTP/1.1\r\n"), "{said}");
    let lower = said.to_lowercase();
    assert!(lower.contains("host: localhost:8000\r\n"), "{said}");
    assert!(
        lower.contains("cookie: theme=dark\r\n") || lower.contains("cookie: theme=dark\n"),
        "{said}"
    );
    assert!(!lower.contains("secret") && !lower.contains("runbook_"), "{said}");
    assert_eq!(answer.header("set-cookie"), Some("own=1"), "{answer:?}");
    assert_eq!(answer.header("clear-site-data"), None);
    // The cookie of one port opens no other, nor that of another label.
    other.client().with("cookie", &cookie).get("/").expect(401);
    let unknown = format!("{}.localhost:{}", "0".repeat(32), way.port);
    way.client().with("cookie", &cookie).with("host", &unknown).get("/").expect(401);
    // The app's credentials open nothing here, nor does the preview's there.
    let token = shown.hub.client.header("authorization").unwrap();
    way.client().with("authorization", token).get("/").expect(401);
    Client::new(shown.hub.client.port()).with("cookie", &cookie).get("/api/auth/me").expect(401);
}

#[test]
fn requests_that_are_no_pages_own_are_refused() {
    if !possible() {
        return;
    }
    let place = Place::new();
    let shown = Shown::new(&place);
    let way = shown.way(8000);
    let client = way.client().with("cookie", &way.cookie());
    let own = format!("http://{}", way.host);
    client.with("origin", &own).post("/", &json!({})).expect(200);
    client.with("origin", "http://evil.example.com").post("/", &json!({})).expect(403);
    client.with("origin", "null").post("/", &json!({})).expect(403);
    client.with("sec-fetch-site", "same-site").get("/").expect(403);
    client.with("sec-fetch-site", "cross-site").get("/").expect(403);
    // Following a link is what links are for.
    client
        .with("sec-fetch-site", "cross-site")
        .with("sec-fetch-mode", "navigate")
        .get("/")
        .expect(200);

    let cookie = client.header("cookie").unwrap();
    let head = |line: &str, rest: &str| {
        format!("{line}\r\nCookie: {cookie}\r\nConnection: close\r\n{rest}\r\n")
    };
    let host = format!("Host: {}\r\n", way.host);
    let status = |request: &str| {
        let answer = way.raw(request);
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    // The host is said once, and the same everywhere.
    assert_eq!(status(&head("GET / HTTP/1.1", &format!("{host}Host: 127.0.0.1\r\n"))), "400");
    assert_eq!(status(&head("GET / HTTP/1.1", "")), "400");
    assert_eq!(status(&head("GET http://127.0.0.1/ HTTP/1.1", &host)), "400");
    assert_eq!(
        status(&head("GET / HTTP/1.1", &format!("Host: 127.0.0.1:{}\r\n", way.port))),
        "421"
    );
    assert_eq!(status(&head("GET / HTTP/1.1", "Host: preview.example.com\r\n")), "421");
    assert_eq!(status(&head("TRACE / HTTP/1.1", &host)), "400");
    assert_eq!(status(&head("CONNECT 127.0.0.1:22 HTTP/1.1", &host)), "400");
    // What could be read as two requests is one, or none.
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    let both =
        format!("{host}Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", smuggled.len() + 5);
    let answer = way.raw(&format!("{}0\r\n\r\n{smuggled}", head("POST / HTTP/1.1", &both)));
    assert!(!answer.contains("/smuggled"), "{answer}");
    let twice = format!("{host}Content-Length: 0\r\nContent-Length: {}\r\n", smuggled.len());
    let answer = way.raw(&format!("{}{smuggled}", head("POST / HTTP/1.1", &twice)));
    assert!(!answer.contains("/smuggled"), "{answer}");
    let odd = format!("{host}Transfer-Encoding: xchunked\r\n");
    assert_eq!(status(&format!("{}{smuggled}", head("POST / HTTP/1.1", &odd))), "400");
}

#[test]
fn a_socket_goes_through_and_ends_with_the_session() {
    if !possible() {
        return;
    }
    let place = Place::new();
    let shown = Shown::new(&place);
    let way = shown.way(8000);
    let cookie = way.cookie();
    let head = |origin: &str| {
        format!(
            "GET /socket HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nOrigin: {origin}\r\n\
             Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
            way.host
        )
    };
    let mut evil = TcpStream::connect(("127.0.0.1", way.port)).unwrap();
    evil.write_all(head("http://evil.example.com").as_bytes()).unwrap();
    assert!(until(&mut evil, "\r\n").contains(" 403 "));

    let mut socket = TcpStream::connect(("127.0.0.1", way.port)).unwrap();
    socket.write_all(head(&format!("http://{}", way.host)).as_bytes()).unwrap();
    let answer = until(&mut socket, "\r\n\r\n").to_lowercase();
    assert!(
        answer.starts_with("http/1.1 101") && answer.contains("upgrade: websocket"),
        "{answer}"
    );
    socket.write_all(b"hello").unwrap();
    until(&mut socket, "echo hello");

    // Whoever signs out is shown nothing more.
    let fresh = shown.way(8000);
    let client = fresh.client().with("cookie", &fresh.cookie());
    client.get("/").expect(200);
    let program_gone = shown.way(9);
    program_gone.client().with("cookie", &program_gone.cookie()).get("/").expect(502);
    let end = format!("/api/sessions/end/{}", shown.session);
    shown.hub.client.attempt("DELETE", &end, &Value::Null).unwrap().expect(200);
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).unwrap();
    client.get("/").expect(410);
}

#[test]
fn signing_out_closes_the_previews_that_were_opened() {
    if !possible() {
        return;
    }
    let place = Place::new();
    let shown = Shown::new(&place);
    let way = shown.way(8000);
    let client = way.client().with("cookie", &way.cookie());
    client.get("/").expect(200);
    shown.hub.client.post("/api/auth/sign-out", &Value::Null).expect(204);
    client.get("/").expect(401);
}

/// Reads until something is said.
fn until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut all = String::new();
    while !all.contains(wanted) {
        let mut piece = [0; 1000];
        let size = stream.read(&mut piece).unwrap();
        assert!(size > 0, "closed after {all:?}");
        all.push_str(&String::from_utf8_lossy(&piece[..size]));
    }
    all
}

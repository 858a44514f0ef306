//! Sockets, attacked over real connections, on a route that says everything back.

use std::net::SocketAddr;

use axum::{Router, extract::State, routing::get};
use engine::{Clock, Engine, Offers};
use futures_util::{SinkExt, StreamExt};
use sandbox::scripted::Scripted;
use store::Store;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message as Said, client::IntoClientRequest, handshake::client::Request,
        protocol::CloseFrame as Goodbye,
    },
};
use tower::ServiceExt;

use super::*;
use crate::{Config, auth::COOKIE, listener};

/// Largest message of the route.
const MOST: usize = 1000;

async fn echo(
    State(app): State<App>,
    caller: Caller,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    upgrade.serve(&app, &caller, MOST, async |mut socket| {
        while let Some(received) = socket.receive().await {
            let said = match received {
                Received::Text(text) if text.as_str() == "bye" => {
                    return socket.close(Farewell::Ended).await;
                }
                Received::Text(text) => socket.send_text(text.to_string()).await,
                Received::Binary(bytes) => socket.send_bytes(bytes).await,
            };
            if said.is_err() {
                return;
            }
        }
    })
}

struct Hub {
    app: App,
    address: SocketAddr,
    token: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Hub {
    async fn start() -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin:/bin"));
        let offers = Offers::one(Arc::new(Scripted::new()), runtimes);
        let config = engine::Config::default();
        let engine = Engine::start(store, offers, config, Clock::system()).await.unwrap();
        let cors_origin = Some("https://docs.example.com".to_owned());
        let config = Config { cors_origin, ..Config::default() };
        let app = App::hub(engine, config).await.unwrap();
        let token = sign_up(&app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let router = Router::new().route("/echo", get(echo)).with_state(app.clone());
        let patience = Duration::from_secs(20);
        let stopped = stop.clone().cancelled_owned();
        let serving = async move { listener::serve(listener, router, patience, stopped).await };
        let serving = TaskTracker::new().spawn(serving);
        Self { app, address, token, stop, serving }
    }

    fn request(&self, headers: &[(&'static str, &str)]) -> Request {
        let mut request = format!("ws://{}/echo", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        request
    }

    /// Opens a socket, or gives the status that refuses it.
    async fn open(
        &self,
        headers: &[(&'static str, &str)],
    ) -> Result<WebSocketStream<TcpStream>, u16> {
        let connection = TcpStream::connect(self.address).await.unwrap();
        match tokio_tungstenite::client_async(self.request(headers), connection).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    fn cookie(&self) -> String {
        format!("{COOKIE}={}", self.token)
    }

    async fn open_by_header(&self) -> WebSocketStream<TcpStream> {
        self.open(&[("authorization", &format!("Bearer {}", self.token))]).await.unwrap()
    }
}

async fn sign_up(app: &App) -> String {
    let body = r#"{"email":"ada@example.com","username":"ada","password":"correct horse"}"#;
    let request = axum::http::Request::post("/api/auth/sign-up")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body))
        .unwrap();
    let response = app.clone().router().oneshot(request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    body["token"].as_str().unwrap().to_owned()
}

/// The code with which the server closes.
async fn closing_code(socket: &mut WebSocketStream<TcpStream>) -> u16 {
    while let Some(said) = socket.next().await {
        if let Ok(Said::Close(Some(Goodbye { code, .. }))) = said {
            return code.into();
        }
    }
    panic!("the socket broke without a goodbye");
}

#[tokio::test]
async fn what_is_said_comes_back_by_header_and_by_cookie_of_our_page() {
    let hub = Hub::start().await;
    let own = format!("http://{}", hub.address);
    let by_cookie = hub.open(&[("cookie", &hub.cookie()), ("origin", &own)]).await.unwrap();
    for mut socket in [hub.open_by_header().await, by_cookie] {
        for said in [Said::text("hello"), Said::binary(vec![0, 255])] {
            socket.send(said.clone()).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), said);
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_opens_no_socket_with_the_cookie() {
    let hub = Hub::start().await;
    let (cookie, port) = (hub.cookie(), hub.address.port());
    let foreign = [
        "https://evil.example.com".to_owned(),
        "null".to_owned(),
        // The same machine at another port is another site to us, though the cookie goes there too.
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("http://127.0.0.1:{port}.evil.example.com"),
        format!("http://evil.example.com/http://127.0.0.1:{port}"),
        format!("127.0.0.1:{port}"),
        "http://docs.example.com".to_owned(),
        "https://docs.example.com.evil.example.com".to_owned(),
    ];
    for origin in &foreign {
        let refused = hub.open(&[("cookie", &cookie), ("origin", origin)]).await.err();
        assert_eq!(refused, Some(403), "{origin}");
    }
    for site in ["cross-site", "same-site", "none"] {
        let refused = hub.open(&[("cookie", &cookie), ("sec-fetch-site", site)]).await.err();
        assert_eq!(refused, Some(403), "{site}");
    }
    assert_eq!(hub.open(&[("cookie", &cookie)]).await.err(), Some(403), "without an origin");
    let allowed = [("cookie", cookie.as_str()), ("origin", "https://docs.example.com")];
    assert!(hub.open(&allowed).await.is_ok(), "the operator's other origin");
}

#[tokio::test]
async fn whoever_is_not_signed_in_opens_no_socket() {
    let hub = Hub::start().await;
    let own = format!("http://{}", hub.address);
    assert_eq!(hub.open(&[]).await.err(), Some(401));
    assert_eq!(hub.open(&[("origin", &own)]).await.err(), Some(401));
    assert_eq!(hub.open(&[("authorization", "Bearer nonsense")]).await.err(), Some(401));
    assert_eq!(hub.open(&[("authorization", "Basic YTpi")]).await.err(), Some(401));
    let cookie = format!("{COOKIE}=nonsense");
    assert_eq!(hub.open(&[("cookie", &cookie), ("origin", &own)]).await.err(), Some(401));
    // A header that is wrong does not turn the cookie into one that may come from anywhere.
    let both = [("authorization", "Bearer nonsense"), ("cookie", &hub.cookie())];
    assert_eq!(hub.open(&both).await.err(), Some(401));
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_the_socket() {
    let hub = Hub::start().await;
    let mut socket = hub.open_by_header().await;
    socket.send(Said::binary(vec![1; MOST])).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Said::binary(vec![1; MOST]));
    socket.send(Said::binary(vec![1; MOST + 1])).await.unwrap();
    assert_eq!(closing_code(&mut socket).await, 1009);
}

#[tokio::test]
async fn signing_out_closes_the_sockets_of_that_sign_in() {
    let hub = Hub::start().await;
    let mut socket = hub.open_by_header().await;
    let request = axum::http::Request::post("/api/auth/sign-out")
        .header("authorization", format!("Bearer {}", hub.token))
        .body(axum::body::Body::empty())
        .unwrap();
    let response = hub.app.clone().router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(closing_code(&mut socket).await, 4401);
    let again = [("authorization", format!("Bearer {}", hub.token))];
    assert_eq!(hub.open(&[(again[0].0, &again[0].1)]).await.err(), Some(401));
}

#[tokio::test]
async fn a_route_says_why_it_closes() {
    let hub = Hub::start().await;
    let mut socket = hub.open_by_header().await;
    socket.send(Said::text("bye")).await.unwrap();
    assert_eq!(closing_code(&mut socket).await, 4410);
}

#[tokio::test]
async fn a_server_that_stops_closes_its_sockets_and_waits_for_them() {
    let hub = Hub::start().await;
    let mut socket = hub.open_by_header().await;
    hub.app.sockets.stop();
    assert_eq!(closing_code(&mut socket).await, 1001);
    hub.app.sockets.closed().await;
    let shown = format!("Bearer {}", hub.token);
    assert_eq!(hub.open(&[("authorization", &shown)]).await.err(), Some(503));
    hub.stop.cancel();
    hub.serving.await.unwrap();
}

#[tokio::test]
async fn one_user_has_so_many_sockets_and_no_more() {
    let hub = Hub::start().await;
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS_PER_USER {
        sockets.push(hub.open_by_header().await);
    }
    let shown = format!("Bearer {}", hub.token);
    assert_eq!(hub.open(&[("authorization", &shown)]).await.err(), Some(429));
    let mut first = sockets.swap_remove(0);
    first.send(Said::text("bye")).await.unwrap();
    assert_eq!(closing_code(&mut first).await, 4410);
    // Its place is free once the server has dropped it, which it does right after the goodbye.
    while hub.open(&[("authorization", &shown)]).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_plain_request_is_told_to_upgrade() {
    let hub = Hub::start().await;
    let router = Router::new().route("/echo", get(echo)).with_state(hub.app.clone());
    let request = axum::http::Request::get("/echo")
        .header("authorization", format!("Bearer {}", hub.token))
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 426);
}

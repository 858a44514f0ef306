use axum::http::HeaderValue;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tokio_util::task::TaskTracker;

use super::token;
use crate::app::{TestApp, scripted};

pub(super) struct Peer(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Serves on a port, and says which.
pub(super) async fn serve(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = app.router.clone();
    TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
    address
}

async fn open(address: &str, headers: &[(&'static str, &str)]) -> Result<Peer, Error> {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    Ok(Peer(socket))
}

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

impl Peer {
    pub(super) async fn open(address: &str, token: &str) -> Self {
        let bearer = format!("Bearer {token}");
        open(address, &[PROTOCOL, ("authorization", &bearer)]).await.unwrap()
    }

    /// One that was welcomed.
    pub(super) async fn initialised(address: &str, token: &str) -> Self {
        let mut peer = Self::open(address, token).await;
        peer.say(&json!({ "type": "connection_init", "payload": {} })).await;
        assert_eq!(peer.hear().await, json!({ "type": "connection_ack" }));
        peer
    }

    pub(super) async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    pub(super) async fn hear(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                other @ (Message::Close(_) | Message::Binary(_)) => panic!("{other:?}"),
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Close(frame) => return frame.unwrap().code.into(),
                Message::Text(_)
                | Message::Binary(_)
                | Message::Ping(_)
                | Message::Pong(_)
                | Message::Frame(_) => {}
            }
        }
    }
}

#[tokio::test]
async fn a_socket_is_opened_by_whoever_may_read_and_from_our_own_pages() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let address = serve(&app).await;
    let other = token(&app, &ada, json!(["runbook:read"])).await;
    let (bearer, others) = (format!("Bearer {}", ada.token), format!("Bearer {}", other.token));
    let cookie = format!("runbook_session={}", ada.token);
    let rows: [(&[(&str, &str)], u16); 5] = [
        (&[PROTOCOL], 401),
        (&[PROTOCOL, ("authorization", &others)], 403),
        (&[PROTOCOL, ("cookie", &cookie), ("origin", "https://evil.example")], 403),
        (&[("authorization", &bearer)], 400),
        (&[("sec-websocket-protocol", "graphql-ws"), ("authorization", &bearer)], 400),
    ];
    for (headers, expected) in rows {
        let Err(Error::Http(answer)) = open(&address, headers).await else {
            panic!("it was opened: {headers:?}");
        };
        assert_eq!(answer.status().as_u16(), expected, "{headers:?}");
    }
    let reading = token(&app, &ada, json!(["agent:read"])).await;
    Peer::initialised(&address, &reading.token).await;
}

#[tokio::test]
async fn the_protocol_is_kept_or_the_socket_closes_with_its_code() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let address = serve(&app).await;
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ a }" } });
    for message in [json!({ "type": "start" }), json!(1), json!({ "type": "complete" })] {
        let mut peer = Peer::initialised(&address, &ada.token).await;
        peer.say(&message).await;
        assert_eq!(peer.closed().await, 4400, "{message}");
    }
    let mut peer = Peer::open(&address, &ada.token).await;
    peer.say(&json!({ "type": "ping" })).await;
    assert_eq!(peer.hear().await, json!({ "type": "pong" }));
    peer.say(&subscribe).await;
    assert_eq!(peer.closed().await, 4401);
    let mut peer = Peer::initialised(&address, &ada.token).await;
    peer.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(peer.closed().await, 4429);
}

#[tokio::test]
async fn only_subscriptions_are_taken_and_a_refusal_says_why() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let address = serve(&app).await;
    let mut peer = Peer::initialised(&address, &ada.token).await;
    for query in
        ["{ viewer { id } }", "mutation { resetToolPolicy { isDefault } }", "subscription {"]
    {
        peer.subscribe("1", query, json!({})).await;
        let refused = peer.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("1")), "{refused}");
        assert_eq!(refused["payload"][0]["extensions"]["code"], "invalid", "{refused}");
    }
    // This hub has no agents, whose sessions could change.
    peer.subscribe("2", "subscription { agentSessionsChanged { id } }", json!({})).await;
    let next = peer.hear().await;
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("2")), "{next}");
    let told = &next["payload"]["errors"][0]["extensions"];
    assert_eq!(told["code"], "agents_not_offered", "{next}");
    assert_eq!(peer.hear().await, json!({ "type": "complete", "id": "2" }));
}

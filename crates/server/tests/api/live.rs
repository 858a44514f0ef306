//! Texts that people edit together, over real sockets, and the revisions that they become.

use axum::http::HeaderValue;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tokio_util::task::TaskTracker;

use crate::app::{Account, TestApp, scripted};

const CONTENT: &str = "# Title\n\n```bash\necho 1\n```\n";

/// `x` of client 7 in the encoding of Yjs. It comes first, since hardly any client has a lower number.
const TYPED: &[u8] = b"\x00\x02\x11\x01\x01\x07\x00\x04\x01\x07content\x01x\x00";

struct Editor(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Serves on a port, and says which.
async fn serve(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = app.router.clone();
    TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
    address
}

async fn open(address: &str, token: &str, runbook: &Value) -> Result<Editor, Error> {
    let id = runbook["id"].as_str().unwrap();
    let url = format!("ws://{address}/api/runbooks/{id}/live");
    let mut request = url.into_client_request().unwrap();
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    request.headers_mut().insert("authorization", bearer);
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    Ok(Editor(socket))
}

impl Editor {
    async fn say(&mut self, frame: &[u8]) {
        self.0.send(Message::binary(frame.to_vec())).await.unwrap();
    }

    async fn save(&mut self) {
        self.0.send(Message::text(r#"{"save":true}"#)).await.unwrap();
    }

    /// The next event; frames of the protocol are passed over.
    async fn event(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    async fn until_saved(&mut self, content: &str) -> Value {
        loop {
            let event = self.event().await;
            assert_eq!(event["event"], "saved", "{event}");
            if event["runbook"]["content"] == content {
                return event["runbook"].clone();
            }
        }
    }
}

async fn runbook(app: &TestApp, account: &Account) -> Value {
    let body = json!({ "title": "Test", "content": CONTENT });
    app.ask(account, "POST", "/api/runbooks", &body).await.expect(201).json()
}

#[tokio::test]
async fn what_is_typed_over_a_socket_is_saved_and_can_be_run_at_once() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let runbook = runbook(&app, &ada).await;
    let address = serve(&app).await;
    let mut editor = open(&address, &ada.token, &runbook).await.unwrap();
    assert_eq!(editor.event().await["runbook"]["content"], CONTENT);
    // It has nothing yet.
    editor.say(&[0, 0, 1, 0]).await;
    editor.say(TYPED).await;
    let typed = format!("x{CONTENT}");
    editor.save().await;
    let saved = editor.until_saved(&typed).await;
    let path = format!("/api/runbooks/{}", runbook["id"].as_str().unwrap());
    let beside = format!("{typed}Put beside.\n");
    let body = json!({ "content": beside, "revision": saved["revision"] });
    app.ask(&ada, "PUT", &path, &body).await.expect(200);
    let saved = editor.until_saved(&beside).await;
    let path = crate::app::connect_path(&ada, &runbook);
    let session = app.ask(&ada, "POST", &path, &Value::Null).await.expect(201).json();
    app.run(&ada, &session, &saved, 0).await.expect(201);
}

#[tokio::test]
async fn only_the_owner_with_the_right_scope_edits() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let runbook = runbook(&app, &ada).await;
    let address = serve(&app).await;
    let token = async |scopes: Value| {
        let body = json!({ "name": "test", "scopes": scopes });
        let made = app.ask(&ada, "POST", "/api/tokens", &body).await.expect(201).json();
        made["token"].as_str().unwrap().to_owned()
    };
    let reading = token(json!(["runbook:read"])).await;
    let writing = token(json!(["runbook:write"])).await;
    for (shown, expected) in [(&eve.token, 404), (&reading, 403), (&"none".to_owned(), 401)] {
        let Err(Error::Http(answer)) = open(&address, shown, &runbook).await else {
            panic!("it was opened");
        };
        assert_eq!(answer.status().as_u16(), expected);
    }
    open(&address, &writing, &runbook).await.unwrap();
}

#[tokio::test]
async fn an_odd_message_is_answered_with_why_before_the_socket_closes() {
    let app = TestApp::hub(scripted()).await;
    let ada = app.sign_up("ada").await;
    let runbook = runbook(&app, &ada).await;
    let address = serve(&app).await;
    let nul = [&TYPED[..TYPED.len() - 2], b"\x00\x00"].concat();
    let rows = [
        (Message::binary(vec![9, 9]), "invalid"),
        (Message::binary(nul), "invalid"),
        (Message::text("{}"), "invalid"),
        (Message::text(r#"{"save":true,"more":1}"#), "invalid"),
        // From another history.
        (Message::binary(vec![0, 0, 3, 1, 9, 9]), "text_replaced"),
    ];
    for (message, code) in rows {
        let mut editor = open(&address, &ada.token, &runbook).await.unwrap();
        assert_eq!(editor.event().await["event"], "saved");
        editor.say(&[0, 0, 1, 0]).await;
        editor.0.send(message.clone()).await.unwrap();
        let event = editor.event().await;
        assert_eq!(
            (&event["event"], &event["error"]),
            (&json!("refused"), &json!(code)),
            "{message}"
        );
        let closed = editor.0.next().await.unwrap().unwrap();
        assert!(matches!(closed, Message::Close(Some(_))), "{closed:?}");
    }
}

#[tokio::test]
async fn revisions_are_listed_compared_named_and_restored() {
    let app = TestApp::hub(scripted()).await;
    let (ada, eve) = (app.sign_up("ada").await, app.sign_up("eve").await);
    let runbook = runbook(&app, &ada).await;
    let path = format!("/api/runbooks/{}", runbook["id"].as_str().unwrap());
    let changed = CONTENT.replace("echo 1", "echo 2\necho 3");
    app.ask(&ada, "PUT", &path, &json!({ "content": changed })).await.expect(200);

    let listed = app.get(&ada, &format!("{path}/revisions")).await.expect(200).json();
    let latest = &listed["items"][0];
    assert_eq!((&latest["number"], &latest["author_name"]), (&json!(2), &json!("ada")));
    assert_eq!((&latest["lines_added"], &latest["lines_removed"]), (&json!(2), &json!(1)));
    assert_eq!(listed["items"][1]["lines_added"], Value::Null);
    let first = app.get(&ada, &format!("{path}/revisions/1")).await.expect(200).json();
    assert_eq!((&first["content"], &first["origin"]), (&json!(CONTENT), &json!("saved")));

    let diff = app.get(&ada, &format!("{path}/revisions/2/diff")).await.expect(200).json();
    let lines: Vec<String> = diff["hunks"][0]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", it["kind"].as_str().unwrap(), it["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            "context # Title",
            "context ",
            "context ```bash",
            "removed echo 1",
            "added echo 2",
            "added echo 3",
            "context ```"
        ]
    );
    assert_eq!((&diff["from"], &diff["to"]), (&json!(1), &json!(2)));
    let back =
        app.get(&ada, &format!("{path}/revisions/1/diff?against=2")).await.expect(200).json();
    assert_eq!((&back["lines_added"], &back["lines_removed"]), (&json!(1), &json!(2)));

    let name = json!({ "name": " First draft " });
    let named = app.ask(&ada, "PUT", &format!("{path}/revisions/1/name"), &name).await;
    assert_eq!(named.expect(200).json()["name"], "First draft");
    let blank = json!({ "name": " " });
    let blank = app.ask(&ada, "PUT", &format!("{path}/revisions/1/name"), &blank).await;
    blank.problem(400, "invalid");

    let restore = format!("{path}/revisions/1/restore");
    let restored = app.ask(&ada, "POST", &restore, &Value::Null).await.expect(200).json();
    assert_eq!((&restored["content"], &restored["revision"]), (&json!(CONTENT), &json!(3)));
    let listed = app.get(&ada, &format!("{path}/revisions")).await.expect(200).json();
    assert_eq!(listed["items"][0]["restored_from"], 1);

    for path in ["revisions/9", "revisions/9/diff", "revisions/1/diff?against=9"] {
        app.get(&ada, &format!("/api/runbooks/{}/{path}", runbook["id"].as_str().unwrap()))
            .await
            .problem(404, "not_found");
    }
    app.get(&eve, &format!("{path}/revisions/1")).await.problem(404, "not_found");
    app.ask(&eve, "POST", &restore, &Value::Null).await.problem(404, "not_found");
}

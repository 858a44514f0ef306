//! Whoever sends a byte now and then to keep a connection for nothing loses it.

use std::time::Duration;

use server::{App, Config};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::app::{TestApp, engine, scripted};

/// Sends the beginning of a request to a server of little patience, and no more; gives the answer.
async fn begins(request: impl FnOnce(&str) -> String) -> String {
    let config = Config { request_patience: Duration::from_millis(200), ..TestApp::config() };
    let app = App::hub(engine(scripted(), engine::Config::default()).await, config).await.unwrap();
    let account = TestApp { router: app.clone().router() }.sign_up("ada").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = app.serve(listener, stop.clone().cancelled_owned());
    let asking = async {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(request(&account.token).as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        stop.cancel();
        answer
    };
    tokio::join!(serving, asking).1
}

#[tokio::test]
async fn a_head_that_does_not_end_closes_the_connection() {
    let answer = begins(|_| "POST /api/code/run HTTP/1.1\r\nhost: hub\r\nx-a: ".to_owned()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    for (path, body) in [("/api/code/run", "{\"code\":"), ("/api/runbooks", "{")] {
        let answer = begins(|token| {
            format!(
                "POST {path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {token}\r\n\
                 content-type: application/json\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{body}"
            )
        })
        .await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(answer.contains("\"code\":\"too_slow\""), "{path}: {answer}");
    }
}

//! What a caller learns of a refusal, and that clients do not stand in each other's way.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use runbook_client::{Client, Error};

/// Answers each request in the same way; gives its address.
fn answering(status: &'static str, kind: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_refusal_has_the_words_and_the_code_of_the_hub() {
    let problem = r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"the token lacks a scope","code":"missing_scope"}"#;
    let hub = answering("403 Forbidden", "application/problem+json", problem);
    // One after the other: the second finds what the first has set up for the whole process.
    for _ in 0..2 {
        let error = Client::new(&hub, "token")
            .runbooks_list(None, None, None, None, None, None)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "the token lacks a scope (403)");
        let Error::Refused { status: 403, problem } = error else { panic!("{error:?}") };
        assert_eq!(problem.code.to_string(), "missing_scope");
    }
}

#[tokio::test]
async fn what_a_proxy_says_is_not_taken_for_the_hub_s_word() {
    let proxy = answering("502 Bad Gateway", "text/html", "<h1>no upstream</h1>");
    let error = Client::new(&proxy, "token")
        .runbooks_list(None, None, None, None, None, None)
        .await
        .unwrap_err();
    let Error::Unknown { status: 502, text } = error else { panic!("{error:?}") };
    assert!(text.contains("no upstream"));
}

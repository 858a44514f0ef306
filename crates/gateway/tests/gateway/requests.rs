//! What of a request reaches the provider.

use gateway::KeyHeader;
use http_body_util::Full;
use hyper::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    provider::{Provider, stream},
    session::{KEY, Session, Setup, TOKEN, asking, message, post, within},
};

#[tokio::test]
async fn a_body_is_sent_on_byte_by_byte() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let body = "{ \"new_field\" : {\"b\":1,\"a\":[1.0e5, \"\\u00e9é\"]},\r\n\t\"model\" : \"claude-opus-5\",\"messages\":[{\"role\":\"system\",\"content\":\"x\"}],\"max_tokens\":9 } ";
    assert_eq!(session.ask(asking(body)).await.status, 200);
    assert_eq!(provider.only().body, body);
}

#[tokio::test]
async fn of_an_alias_only_the_name_is_replaced() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let body = r#"{"metadata":{"model":"sonnet"}, "model": "sonnet","messages":[{"role":"user","content":"sonnet"}]}"#;
    assert_eq!(session.ask(asking(body)).await.status, 200);
    let sent = body.replace(r#""model": "sonnet""#, r#""model": "claude-sonnet-5""#);
    assert_eq!(provider.only().body, sent);
    assert_eq!(session.metered().await.model.unwrap().as_str(), "claude-sonnet-5");
}

#[tokio::test]
async fn what_is_no_request_for_a_model_is_refused() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    for body in [
        &b""[..],
        b"{}",
        b"[]",
        b"null",
        b"{\"model\":1}",
        b"{\"model\":null}",
        b"{\"model\":[\"claude-opus-5\"]}",
        b"{\"model\":\"claude-opus-5\"",
        b"{\"model\":\"claude-opus-5\"}{}",
        b"{\"model\":\"claude-opus\\u002d5\"}",
        b"{\"model\":\"claude-opus-5\",\"model\":\"claude-fable-5\"}",
        b"{\"model\":\"claude-opus-5\",\"mod\\u0065l\":\"claude-fable-5\"}",
        b"{\"model\":\"claude-opus-5\",\"tools\":[],\"tools\":[{\"type\":\"web_fetch\"}]}",
        b"{\"model\":\"claude-opus-5\",\"x\":\"\xff\"}",
        b"\xef\xbb\xbf{\"model\":\"claude-opus-5\"}",
        b"model=claude-opus-5",
    ] {
        let told = session.ask(asking(body)).await;
        let shown = String::from_utf8_lossy(body);
        assert_eq!((told.status, &*told.error().0), (400, "invalid_request_error"), "{shown}");
    }
    let nested = format!(r#"{{"model":"claude-opus-5","messages":{}"#, "[".repeat(100_000));
    assert_eq!(session.ask(asking(nested)).await.status, 400);
    assert!(provider.asked().is_empty());
    session.nothing_more_metered();
}

#[tokio::test]
async fn a_body_beyond_its_limit_is_refused_whether_announced_or_not() {
    let provider = Provider::saying(stream()).await;
    let mut setup = Setup::of(&provider);
    setup.config.limits.body = 100;
    let mut session = setup.begin();
    let sized = |bytes: usize| {
        let head = r#"{"model":"claude-opus-5","x":""#;
        format!("{head}{}\"}}", "x".repeat(bytes - head.len() - 2))
    };
    assert_eq!(session.ask(asking(sized(100))).await.status, 200);
    let told = session.ask(asking(sized(101))).await;
    assert_eq!((told.status, &*told.error().0), (413, "request_too_large"));
    let chunked = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: g\r\nx-api-key: {TOKEN}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n65\r\n{}\r\n0\r\n\r\n",
        sized(101)
    );
    assert!(answer(&mut session, &chunked).await.starts_with("HTTP/1.1 413 "));
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn only_known_headers_pass_and_the_host_and_the_key_are_the_providers() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let mut request = message("claude-opus-5");
    let headers = request.headers_mut();
    for (name, value) in [
        ("anthropic-version", "2023-06-01"),
        ("anthropic-beta", "one-2025,two-2026"),
        ("user-agent", "claude-cli/2.1.329"),
        ("x-stainless-lang", "js"),
        ("x-api-key", TOKEN),
        ("accept", "application/json"),
        ("accept-encoding", "gzip, br"),
        ("cookie", "a=b"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "elsewhere"),
        ("forwarded", "host=elsewhere"),
        ("proxy-authorization", "Basic x"),
        ("x-app", "cli"),
        ("connection", "keep-alive, x-stainless-lang"),
        ("te", "trailers"),
        ("anthropic-dangerous-direct-browser-access", "true"),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    headers.append("anthropic-beta", "three-2026".parse().unwrap());
    assert_eq!(session.ask(request).await.status, 200);
    let asked = provider.only();
    assert_eq!((&*asked.method, &*asked.target), ("POST", "/v1/messages?beta=true"));
    let mut names: Vec<_> = asked.headers.keys().map(hyper::header::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "anthropic-beta",
            "anthropic-version",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-api-key",
            "x-stainless-lang"
        ]
    );
    assert_eq!(asked.headers["accept-encoding"], "identity");
    assert_eq!(asked.headers["x-api-key"], KEY);
    assert_eq!(asked.headers["host"], provider.url.authority());
    assert_eq!(asked.headers.get_all("anthropic-beta").iter().count(), 2);
}

#[tokio::test]
async fn a_key_may_be_shown_as_a_bearer() {
    let provider = Provider::saying(stream()).await;
    let mut setup = Setup::of(&provider);
    setup.config.key = gateway::ProviderKey::new(&format!("{KEY}\n"), KeyHeader::Bearer).unwrap();
    assert_eq!(setup.begin().ask(message("claude-opus-5")).await.status, 200);
    let headers = provider.only().headers;
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
    assert!(!headers.contains_key("x-api-key"));
}

#[tokio::test]
async fn no_client_chooses_the_address() {
    let provider = Provider::saying(stream()).await;
    let mut setup = Setup::of(&provider);
    setup.config.endpoint.set_path("/anthropic/");
    let mut session = setup.begin();
    let body = r#"{"model":"claude-opus-5"}"#;
    for target in [
        "/v1/messages",
        "/v1/messages?beta=true",
        "/v1/messages?beta=true&x=1",
        "/v1/messages?url=http://127.0.0.1:1/",
        "http://127.0.0.1:1/v1/messages",
    ] {
        let mut request = post(target, body);
        request.headers_mut().insert("host", "127.0.0.1:1".parse().unwrap());
        assert_eq!(session.ask(request).await.status, 200, "{target}");
    }
    let asked = provider.asked();
    let targets: Vec<_> = asked.iter().map(|it| &*it.target).collect();
    let (plain, beta) = ("/anthropic/v1/messages", "/anthropic/v1/messages?beta=true");
    assert_eq!(targets, [plain, beta, plain, plain, plain]);
}

#[tokio::test]
async fn a_request_with_two_lengths_is_one_request_at_most() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let body = r#"{"model":"claude-opus-5"}"#;
    let head = format!("POST /v1/messages HTTP/1.1\r\nhost: g\r\nx-api-key: {TOKEN}\r\n");
    let inner = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    for lengths in [
        format!("content-length: {}\r\ncontent-length: 0\r\n", body.len()),
        format!("content-length: 0, {}\r\n", body.len()),
        "content-length: -1\r\n".to_owned(),
        "content-length: 25x\r\n".to_owned(),
    ] {
        let told = answer(&mut session, &format!("{head}{lengths}\r\n{body}{inner}")).await;
        assert!(told.starts_with("HTTP/1.1 400 "), "{lengths}: {told}");
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn one_connection_carries_request_after_request() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let mut client = session.client().await;
    for _ in 0..3 {
        assert_eq!(within(client.ask(message("claude-opus-5"))).await.status, 200);
        let unknown = Request::get("/nothing").header("host", "g").body(Full::default()).unwrap();
        assert_eq!(within(client.ask(unknown)).await.status, 404);
    }
    assert_eq!(provider.asked().len(), 3);
}

/// All that is answered to these bytes until the connection ends.
async fn answer(session: &mut Session, bytes: &str) -> String {
    let mut stream = session.connect();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut told = String::new();
    // A connection that is broken off says what it says before.
    let _ = within(stream.read_to_string(&mut told)).await;
    told
}

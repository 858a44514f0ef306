//! Answers on their way.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use gateway::{Count, TroubleKind};
use http_body_util::BodyExt;
use tokio::{io::AsyncWriteExt, sync::Semaphore};

use crate::{
    provider::{MESSAGE, Provider, Reply, STREAM, Step, say, stream},
    session::{Session, Setup, TOKEN, Told, message, within},
};

#[tokio::test]
async fn an_answer_passes_through_byte_by_byte() {
    for (reply, text) in
        [(stream(), STREAM), (Reply::json(200, MESSAGE), MESSAGE), (Reply::json(200, "?"), "?")]
    {
        let provider = Provider::saying(reply).await;
        let told = Session::with(&provider).ask(message("claude-opus-5")).await;
        assert_eq!((told.status, told.text()), (200, text));
    }
}

#[tokio::test]
async fn only_known_headers_of_an_answer_pass() {
    let reply = stream()
        .with("anthropic-ratelimit-requests-remaining", "7")
        .with("anthropic-organization-id", "org")
        .with("set-cookie", "a=b")
        .with("server", "provider")
        .with("location", "http://elsewhere/")
        .with("x-api-key", "echo");
    let provider = Provider::saying(reply).await;
    let told = Session::with(&provider).ask(message("claude-opus-5")).await;
    let mut names: Vec<_> = told.headers.keys().map(hyper::header::HeaderName::as_str).collect();
    names.sort_unstable();
    let known = [
        "anthropic-ratelimit-requests-remaining",
        "content-type",
        "date",
        "request-id",
        "transfer-encoding",
    ];
    assert_eq!(names, known);
}

#[tokio::test]
async fn each_piece_arrives_before_the_next_is_there() {
    let gate = Arc::new(Semaphore::new(0));
    let mut steps = Vec::new();
    for _ in 0..4 {
        steps.extend([say("event: ping\ndata: {}\n\n"), Step::Wait(Arc::clone(&gate))]);
    }
    let provider = Provider::saying(Reply::events(steps)).await;
    let mut session = Session::with(&provider);
    let mut client = session.client().await;
    let mut body = client.send(message("claude-opus-5")).await.into_body();
    for _ in 0..4 {
        // The provider says no more until this one is here.
        let piece = within(body.frame()).await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(piece, "event: ping\ndata: {}\n\n");
        gate.add_permits(1);
    }
    assert!(within(body.frame()).await.is_none());
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_request_and_pays_for_what_was_seen() {
    let text = r#"data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"0123456789abcdef0123456789abcdef0123456789"}}"#;
    let head = STREAM.split_inclusive("\n\n").next().unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let steps = vec![say(head), say(&format!("{text}\n\n")), Step::Wait(gate)];
    let mut provider = Provider::saying(Reply::events(steps)).await;
    let mut session = Session::with(&provider);
    let mut client = session.client().await;
    let mut body = client.send(message("claude-opus-5")).await.into_body();
    let mut seen = 0;
    while seen < head.len() + text.len() + 2 {
        seen += within(body.frame()).await.unwrap().unwrap().into_data().unwrap().len();
    }
    drop((body, client));
    within(provider.ends.recv()).await.unwrap();
    let metered = session.metered().await;
    assert_eq!((metered.usage.input_tokens, metered.usage.output_tokens), (11, 11));
    assert_eq!((metered.count, metered.status), (Count::Estimated, Some(200)));
    assert_eq!(metered.cost, 11 * 5 + 11 * 25);
    assert_eq!((metered.trouble, session.budget.spent()), (None, metered.cost));
}

#[tokio::test]
async fn a_client_that_goes_away_before_the_answer_pays_for_what_it_has_sent() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    let mut session = Session::with(&provider);
    let mut sandbox = session.connect();
    let body = format!(r#"{{"model":"claude-opus-5","x":"{}"}}"#, "x".repeat(4000));
    sandbox.write_all(head(&body).as_bytes()).await.unwrap();
    within(provider.arrivals.recv()).await.unwrap();
    drop(sandbox);
    within(provider.ends.recv()).await.unwrap();
    let metered = session.metered().await;
    let tokens = u64::try_from(body.len()).unwrap().div_ceil(4);
    assert_eq!((metered.usage.cache_read_tokens, metered.usage.output_tokens), (tokens, 0));
    assert_eq!((metered.count, metered.status), (Count::Estimated, None));
    assert_eq!(session.budget.spent(), tokens.div_ceil(2));
}

#[tokio::test]
async fn an_answer_that_breaks_off_breaks_off_and_is_told() {
    let head = STREAM.split_inclusive("\n\n").next().unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let steps = vec![say(head), Step::Wait(Arc::clone(&gate)), Step::Break];
    let provider = Provider::saying(Reply::events(steps)).await;
    let mut session = Session::with(&provider);
    let mut client = session.client().await;
    let mut body = client.send(message("claude-opus-5")).await.into_body();
    let mut seen = 0;
    while seen < head.len() {
        seen += within(body.frame()).await.unwrap().unwrap().into_data().unwrap().len();
    }
    gate.add_permits(1);
    assert!(within(body.frame()).await.unwrap().is_err());
    let metered = session.metered().await;
    assert_eq!(metered.trouble.unwrap().kind, TroubleKind::Interrupted);
    assert_eq!((metered.usage.input_tokens, metered.count), (11, Count::Estimated));
}

#[tokio::test]
async fn an_answer_without_an_end_is_told() {
    let (cut, _) = STREAM.split_once("event: message_stop").unwrap();
    for cut in [cut, "", "garbage", "data: {\"type\":\"message_sto\n\n", "data: [DONE]\n\n"] {
        let provider = Provider::saying(Reply::events(vec![say(cut)])).await;
        let mut session = Session::with(&provider);
        assert_eq!(session.ask(message("claude-opus-5")).await.text(), cut);
        let metered = session.metered().await;
        assert_eq!(metered.trouble.unwrap().kind, TroubleKind::Interrupted, "{cut}");
        assert_eq!(metered.count, Count::Estimated);
    }
}

#[tokio::test]
async fn an_answer_with_a_length_keeps_it_and_is_read_to_its_end() {
    for (text, trouble) in [(MESSAGE, None), ("?", Some(TroubleKind::Interrupted))] {
        let length = text.len().to_string();
        let provider =
            Provider::saying(Reply::json(200, text).with("content-length", &length)).await;
        let mut session = Session::with(&provider);
        let told = session.ask(message("claude-opus-5")).await;
        assert_eq!(told.text(), text);
        assert_eq!(told.headers["content-length"], *length);
        let metered = session.metered().await;
        assert_eq!(metered.trouble.map(|it| it.kind), trouble);
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_an_answer_is_told() {
    let head = STREAM.split_inclusive("\n\n").next().unwrap();
    for (kind, known) in [
        ("overloaded_error", TroubleKind::Overloaded),
        ("rate_limit_error", TroubleKind::RateLimited),
        ("api_error", TroubleKind::ProviderFailed),
        ("something_new", TroubleKind::ProviderFailed),
    ] {
        let error = format!(
            "event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"{kind}\",\"message\":\"words {TOKEN}\"}}}}\n\n"
        );
        let provider = Provider::saying(Reply::events(vec![say(head), say(&error)])).await;
        let mut session = Session::with(&provider);
        assert_eq!(session.ask(message("claude-opus-5")).await.text(), format!("{head}{error}"));
        let trouble = session.metered().await.trouble.unwrap();
        assert_eq!(trouble.kind, known);
        assert!(trouble.message.ends_with("words ***"), "{}", trouble.message);
    }
}

#[tokio::test]
async fn a_provider_that_falls_silent_is_given_up() {
    let never = Arc::new(Semaphore::new(0));
    let mut provider =
        Provider::saying(Reply::events(vec![say(": \n\n"), Step::Wait(never)])).await;
    let mut setup = Setup::of(&provider);
    setup.config.patience.idle = Duration::from_millis(20);
    let mut session = setup.begin();
    assert!(session.ask(message("claude-opus-5")).await.body.is_err());
    assert_eq!(session.metered().await.trouble.unwrap().kind, TroubleKind::TimedOut);
    within(provider.ends.recv()).await.unwrap();
}

#[tokio::test]
async fn a_sandbox_that_takes_nothing_is_given_up() {
    let flood = Step::Forever(Bytes::from_static(&[b'\n'; 4096]));
    let mut provider = Provider::saying(Reply::events(vec![flood])).await;
    let mut setup = Setup::of(&provider);
    setup.config.patience.client = Duration::from_millis(50);
    let session = setup.begin();
    let (mut sandbox, ours) = tokio::io::duplex(8 << 10);
    // All of it is there before anybody reads, so that only what follows can be too slow.
    sandbox.write_all(head(r#"{"model":"claude-opus-5"}"#).as_bytes()).await.unwrap();
    within(session.gateway.serve(ours, Arc::clone(&session.pass))).await;
    within(provider.ends.recv()).await.unwrap();
    drop(sandbox);
}

#[tokio::test]
async fn a_sandbox_that_does_not_finish_its_request_is_given_up() {
    let provider = Provider::saying(stream()).await;
    for begun in
        [&head("{}")[..20], head(r#"{"model":"claude-opus-5"}"#).strip_suffix('}').unwrap()]
    {
        let mut setup = Setup::of(&provider);
        setup.config.patience.client = Duration::from_millis(50);
        let session = setup.begin();
        let (mut sandbox, ours) = tokio::io::duplex(8 << 10);
        sandbox.write_all(begun.as_bytes()).await.unwrap();
        within(session.gateway.serve(ours, Arc::clone(&session.pass))).await;
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn requests_beyond_sixteen_wait_for_their_turn() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    let mut session = Session::with(&provider);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mut client = session.client().await;
        waiting.spawn(async move { client.ask(message("claude-opus-5")).await.status });
    }
    for _ in 0..16 {
        within(provider.arrivals.recv()).await.unwrap();
    }
    // Each that goes makes room for one.
    gate.add_permits(20);
    assert_eq!(within(waiting.join_all()).await, [200; 20]);
    assert_eq!(provider.asked().len(), 20);
}

#[tokio::test]
async fn dropping_a_connection_ends_what_was_asked_through_it() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    let mut session = Session::with(&provider);
    let (mut sandbox, ours) = tokio::io::duplex(8 << 10);
    sandbox.write_all(head(r#"{"model":"claude-opus-5"}"#).as_bytes()).await.unwrap();
    {
        let serving = session.gateway.serve(ours, Arc::clone(&session.pass));
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            () = &mut serving => panic!("it waits for the provider"),
            it = within(provider.arrivals.recv()) => it.unwrap(),
        }
    }
    within(provider.ends.recv()).await.unwrap();
    assert_eq!(session.metered().await.status, None);
}

#[tokio::test]
async fn an_answer_ends_its_connection_cleanly() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let mut client = session.client().await;
    let told = Told::of(client.send(message("claude-opus-5")).await).await;
    assert_eq!(told.text(), STREAM);
    assert_eq!(session.metered().await.trouble, None);
}

/// A whole request as bytes.
fn head(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /v1/messages HTTP/1.1\r\nhost: g\r\nx-api-key: {TOKEN}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

//! A provider that does not do what it is asked.

use std::{sync::Arc, time::Duration};

use gateway::{Metered, TroubleKind};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::Semaphore,
};

use crate::{
    provider::{Provider, Reply, Step, say},
    session::{KEY, Session, Setup, TOKEN, Told, message, within},
};

async fn ask(reply: Reply) -> (Told, Metered) {
    let provider = Provider::saying(reply).await;
    let mut session = Session::with(&provider);
    let told = session.ask(message("claude-opus-5")).await;
    let metered = session.metered().await;
    assert_eq!(metered.status, Some(told.status));
    assert_eq!((metered.cost, session.budget.spent()), (0, 0));
    assert_eq!(provider.asked().len(), 1);
    (told, metered)
}

#[tokio::test]
async fn a_key_that_is_refused_is_said_to_be_the_operators() {
    let (told, metered) = ask(Reply::error(401, "authentication_error", "invalid x-api-key")).await;
    let (kind, words) = told.error();
    assert_eq!((told.status, &*kind), (401, "authentication_error"));
    assert!(words.contains("an administrator must replace it"), "{words}");
    assert_eq!(told.headers["x-should-retry"], "false");
    let trouble = metered.trouble.unwrap();
    assert_eq!((trouble.kind, trouble.message), (TroubleKind::KeyRefused, words));
}

#[tokio::test]
async fn errors_of_the_provider_pass_with_their_words_and_what_they_ask_for() {
    for (status, kind, known) in [
        (400, "invalid_request_error", TroubleKind::Refused),
        (402, "billing_error", TroubleKind::Refused),
        (403, "permission_error", TroubleKind::Refused),
        (404, "not_found_error", TroubleKind::Refused),
        (413, "request_too_large", TroubleKind::Refused),
        (429, "rate_limit_error", TroubleKind::RateLimited),
        (500, "api_error", TroubleKind::ProviderFailed),
        (503, "overloaded_error", TroubleKind::Overloaded),
        (504, "timeout_error", TroubleKind::TimedOut),
        (529, "overloaded_error", TroubleKind::Overloaded),
    ] {
        let reply = Reply::error(status, kind, "some words")
            .with("retry-after", "17")
            .with("x-should-retry", "true")
            .with("anthropic-ratelimit-tokens-remaining", "0")
            .with("server", "theirs");
        let (told, metered) = ask(reply).await;
        assert_eq!(
            (told.status, told.error()),
            (status, (kind.to_owned(), "some words".to_owned()))
        );
        assert_eq!(told.headers["retry-after"], "17");
        assert_eq!(told.headers["x-should-retry"], "true");
        assert_eq!(told.headers["anthropic-ratelimit-tokens-remaining"], "0");
        assert_eq!(told.headers["request-id"], "req_1");
        assert!(!told.headers.contains_key("server"));
        let trouble = metered.trouble.unwrap();
        assert_eq!((trouble.kind, trouble.retry_after), (known, Some(Duration::from_secs(17))));
        assert_eq!(trouble.message, format!("the model provider answered {status}: some words"));
    }
}

#[tokio::test]
async fn no_secret_is_in_an_error_that_passes() {
    let words = format!("your key {KEY} and token {TOKEN} are wrong");
    let (told, metered) = ask(Reply::error(403, "permission_error", &words)).await;
    assert_eq!(told.error().1, "your key *** and token *** are wrong");
    let message = metered.trouble.unwrap().message;
    assert_eq!(message, "the model provider answered 403: your key *** and token *** are wrong");
}

#[tokio::test]
async fn an_error_in_another_form_is_told_in_the_providers() {
    let page = "<html>Bad gateway</html>";
    for (status, kind, known) in [
        (429, "rate_limit_error", TroubleKind::RateLimited),
        (500, "api_error", TroubleKind::ProviderFailed),
        (502, "api_error", TroubleKind::ProviderFailed),
        (529, "overloaded_error", TroubleKind::Overloaded),
    ] {
        let (told, metered) =
            ask(Reply::json(status, page).with("content-type", "text/html")).await;
        assert_eq!((told.status, &*told.error().0), (status, kind));
        assert!(!told.text().contains("html"));
        assert_eq!(told.headers["content-type"], "application/json");
        assert_eq!(metered.trouble.unwrap().kind, known);
    }
}

#[tokio::test]
async fn what_is_no_messages_api_is_said_to_be_none() {
    let page = || Reply::json(200, "<html>Sign in to the network</html>");
    let huge = Reply::json(404, "x".repeat(1 << 20));
    for reply in [
        page().with("content-type", "text/html"),
        page().with("content-encoding", "gzip"),
        Reply::json(204, ""),
        Reply::json(302, "").with("location", "http://169.254.169.254/"),
        Reply::json(307, "").with("location", "http://169.254.169.254/"),
        Reply::json(404, "nothing here"),
        huge,
    ] {
        let (told, metered) = ask(reply).await;
        assert_eq!((told.status, &*told.error().0), (502, "api_error"));
        assert_eq!(told.headers["x-should-retry"], "false");
        assert!(!told.headers.contains_key("location"));
        assert_eq!(metered.trouble.unwrap().kind, TroubleKind::Unreadable);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Provider::saying(crate::provider::stream()).await;
    let there = format!("{}v1/messages", elsewhere.url);
    ask(Reply::json(307, "").with("location", &there)).await;
    ask(Reply::json(301, "").with("location", &there)).await;
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_said_to_be_unreachable() {
    let provider = Provider::saying(crate::provider::stream()).await;
    let mut setup = Setup::of(&provider);
    // The port is taken, so that nobody else gets it, and nobody listens.
    let silent = TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    setup.config.endpoint.set_port(Some(silent.local_addr().unwrap().port())).unwrap();
    let mut session = setup.begin();
    let told = session.ask(message("claude-opus-5")).await;
    assert_eq!((told.status, &*told.error().0), (502, "api_error"));
    assert!(!told.headers.contains_key("x-should-retry"));
    let metered = session.metered().await;
    assert_eq!(metered.trouble.unwrap().kind, TroubleKind::Unreachable);
    assert_eq!(session.budget.spent(), 0);
    drop(silent);
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_given_up_and_may_have_worked() {
    let never = Arc::new(Semaphore::new(0));
    let provider = Provider::saying(crate::provider::stream().after(&never)).await;
    let mut setup = Setup::of(&provider);
    setup.config.patience.first_byte = Duration::from_millis(50);
    let mut session = setup.begin();
    let told = session.ask(message("claude-opus-5")).await;
    assert_eq!((told.status, &*told.error().0), (504, "timeout_error"));
    let metered = session.metered().await;
    assert_eq!(metered.trouble.unwrap().kind, TroubleKind::TimedOut);
    assert!(session.budget.spent() > 0);
}

#[tokio::test]
async fn a_provider_that_hangs_up_before_it_answers_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let provider = Provider::saying(crate::provider::stream()).await;
    let mut setup = Setup::of(&provider);
    setup.config.endpoint.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    let mut session = setup.begin();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut first = [0];
            // It has begun to read.
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut first).await;
        }
    });
    let told = session.ask(message("claude-opus-5")).await;
    assert_eq!((told.status, &*told.error().0), (502, "api_error"));
    let trouble = session.metered().await.trouble.unwrap();
    assert_eq!(trouble.kind, TroubleKind::Interrupted);
    assert!(!trouble.message.contains("127.0.0.1"), "{}", trouble.message);
}

#[tokio::test]
async fn an_error_that_never_ends_is_told_as_far_as_it_has_come() {
    let never = Arc::new(Semaphore::new(0));
    let mut reply = Reply::error(500, "api_error", "words");
    reply.steps.push(Step::Wait(never));
    let provider = Provider::saying(reply).await;
    let mut setup = Setup::of(&provider);
    setup.config.patience.idle = Duration::from_millis(50);
    let mut session = setup.begin();
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 500);
    let forever = Step::Forever(bytes::Bytes::from_static(&[b'x'; 1000]));
    let mut endless = Reply::json(500, "");
    endless.steps = vec![say("x"), forever];
    let provider = Provider::saying(endless).await;
    let mut session = Session::with(&provider);
    assert_eq!(within(session.ask(message("claude-opus-5"))).await.status, 500);
}

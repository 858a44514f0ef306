//! What must not be seen.

use gateway::{
    Budget, GatewayConfig, InvalidKey, KeyHeader, Models, Pass, ProviderKey, SessionToken,
};
use tokio::sync::mpsc;

use crate::{
    provider::{MESSAGE, Provider, Reply, stream},
    session::{KEY, Session, TOKEN, message},
};

#[test]
fn neither_key_nor_token_nor_secrets_are_shown_for_debugging() {
    let key = ProviderKey::new(KEY, KeyHeader::ApiKey).unwrap();
    let config = GatewayConfig::new("https://example.org".parse().unwrap(), key);
    let shown = format!("{config:?} {:?}", gateway::Gateway::new(config.clone()).unwrap());
    assert!(!shown.contains(KEY), "{shown}");
    let token: SessionToken = TOKEN.parse().unwrap();
    let pass =
        Pass::new(token.clone(), Models::default(), Budget::new(None, 0), mpsc::channel(1).0);
    let shown = format!("{token:?} {:?}", pass.hiding(["a-secret-value"]));
    assert!(!shown.contains(TOKEN) && !shown.contains("a-secret-value"), "{shown}");
}

#[test]
fn keys_and_tokens_that_cannot_be_are_refused() {
    let key = |text| ProviderKey::new(text, KeyHeader::ApiKey).map(|_| ());
    assert_eq!(key(" \n"), Err(InvalidKey::Empty));
    assert_eq!(key("a\nb"), Err(InvalidKey::Unprintable));
    assert_eq!(key("schlüssel"), Err(InvalidKey::Unprintable));
    assert_eq!(key(" key\r\n"), Ok(()));
    for text in ["", "short", "with a blank 0123456789", "0123456789abcdé"] {
        assert!(text.parse::<SessionToken>().is_err(), "{text}");
    }
    let tokens = [SessionToken::random(), SessionToken::random()];
    assert_ne!(tokens[0].reveal(), tokens[1].reveal());
    assert!(tokens[0].reveal().parse::<SessionToken>().is_ok());
}

#[test]
fn an_endpoint_is_an_address_of_a_host_and_nothing_else() {
    let gateway = |url: &str| {
        let key = ProviderKey::new(KEY, KeyHeader::ApiKey).unwrap();
        gateway::Gateway::new(GatewayConfig::new(url.parse().unwrap(), key)).map(|_| ())
    };
    for refused in [
        "file:///etc/passwd",
        "ftp://example.org",
        "data:x",
        "https://user@example.org",
        "https://:password@example.org",
        "https://example.org/?key=1",
        "https://example.org/#x",
    ] {
        let error = gateway(refused).unwrap_err().to_string();
        assert!(!error.contains("password") && !error.contains("key="), "{error}");
    }
    for fine in ["https://api.anthropic.com", "http://10.0.0.7:4000/anthropic/"] {
        assert!(gateway(fine).is_ok(), "{fine}");
    }
}

#[tokio::test]
async fn the_sessions_token_never_reaches_the_provider() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    session.ask(message("claude-opus-5")).await;
    let mut both = message("claude-opus-5");
    both.headers_mut().insert("x-api-key", TOKEN.parse().unwrap());
    session.ask(both).await;
    for asked in provider.asked() {
        assert!(!format!("{asked:?}").contains(TOKEN), "{asked:?}");
        assert_eq!(asked.headers["x-api-key"], KEY);
    }
}

#[tokio::test]
async fn the_key_never_reaches_the_sandbox() {
    for reply in [stream(), Reply::json(200, MESSAGE), Reply::error(401, "x", KEY)] {
        let provider = Provider::saying(reply.with("x-api-key", KEY)).await;
        let mut session = Session::with(&provider);
        let told = session.ask(message("claude-opus-5")).await;
        assert!(!format!("{told:?}").contains(KEY), "{told:?}");
        let metered = session.metered().await;
        assert!(!format!("{metered:?}").contains(KEY), "{metered:?}");
    }
}

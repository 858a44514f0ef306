//! A browser that comes back to this machine with a code (RFC 8252): one listener of its own, on a port that nobody
//! knows before, which takes the one answer that was asked for and nothing else.

use std::net::Ipv4Addr;

use reqwest::Url;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{device::FlowError, line::said};
use crate::secrets::SecretText;

/// Most bytes of a request's first line. Codes of providers have some hundred.
const MOST_BYTES: usize = 8 << 10;

/// How long a browser that has connected may take to say what it wants.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
}

impl Loopback {
    pub(super) async fn listen() -> Result<Self, FlowError> {
        let failed = |error: std::io::Error| FlowError::Listen { reason: error.to_string() };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, port })
    }

    /// Where the provider sends the browser.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The code that comes with `state`, which only the page that was opened knows. Others are turned away.
    pub(super) async fn code(&self, state: &str) -> Result<SecretText, FlowError> {
        loop {
            let accepted = self.listener.accept().await;
            let (stream, _) =
                accepted.map_err(|error| FlowError::Listen { reason: error.to_string() })?;
            let heard = tokio::time::timeout(PATIENCE, hear(stream, state)).await;
            if let Ok(Some(outcome)) = heard {
                return outcome;
            }
        }
    }
}

async fn hear(mut stream: TcpStream, state: &str) -> Option<Result<SecretText, FlowError>> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.contains(&b'\n') && request.len() < MOST_BYTES {
        let count = stream.read(&mut buffer).await.ok().filter(|it| *it > 0)?;
        request.extend_from_slice(&buffer[..count]);
    }
    let line = String::from_utf8_lossy(&request);
    let target = line.strip_prefix("GET ").and_then(|it| it.split(' ').next());
    let outcome = target.and_then(|it| answer(it, state));
    let (status, words) = match &outcome {
        Some(Ok(_)) => ("200 OK", "You are signed in. This page can be closed."),
        Some(Err(_)) => ("200 OK", "You are not signed in. This page can be closed."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let reply = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{words}",
        words.len()
    );
    drop(stream.write_all(reply.as_bytes()).await);
    drop(stream.shutdown().await);
    outcome
}

/// What the target of a request says, if it knows the state.
fn answer(target: &str, state: &str) -> Option<Result<SecretText, FlowError>> {
    let url = Url::parse("http://127.0.0.1/").ok()?.join(target).ok()?;
    let field = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|it| it.0 == name).map(|it| it.1.into_owned()).filter(|it| !it.is_empty())
    };
    if url.path() != "/" || field("state")? != state {
        return None;
    }
    let host = "accounts.google.com".to_owned();
    match (field("code"), field("error").as_deref()) {
        (_, Some("access_denied")) => Some(Err(FlowError::Denied { host })),
        (_, Some(error)) => Some(Err(FlowError::Refused { host, said: said(error, &[]) })),
        (Some(code), None) => Some(Ok(SecretText::new(code))),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_that_was_opened_is_heard() {
        let code = |target: &str| answer(target, "s").map(|it| it.map(|it| it.reveal().to_owned()));
        assert_eq!(code("/?state=s&code=4%2Fa").unwrap().unwrap(), "4/a");
        for strange in
            ["/", "/?code=x", "/?state=t&code=x", "/other?state=s&code=x", "/?state=s", "x y"]
        {
            assert!(code(strange).is_none(), "{strange}");
        }
        let denied = code("/?state=s&error=access_denied").unwrap().unwrap_err();
        assert!(matches!(denied, FlowError::Denied { .. }), "{denied}");
    }
}

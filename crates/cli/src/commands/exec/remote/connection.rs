//! A hub's address, and a connection to it: plain, or TLS with the certificates that browsers trust.

use std::{fmt::Display, str::FromStr, sync::Arc};

use hyper::{Uri, http::uri::Scheme};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName},
};

use crate::failure::Failure;

/// What requests travel on.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// Where a hub is.
#[derive(Debug)]
pub(crate) struct Server {
    host: String,
    port: u16,
    tls: bool,
    authority: String,
    /// What its paths begin with, without a slash at the end.
    base: String,
}

impl FromStr for Server {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::rejected(format!(
                "{text:?} is no address of a hub; write for example https://runbook.example.com"
            ))
        };
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(_) | None => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let base = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { host, port, tls, authority: authority.to_string(), base })
    }
}

impl Server {
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn unavailable(&self, error: &dyn Display) -> Failure {
        Failure::unavailable(format!("the hub at {}: {error}", self.authority))
    }

    pub(crate) async fn connect(&self) -> Result<Box<dyn Transport>, Failure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| self.unavailable(&error))?;
        // What is typed should go at once.
        stream.set_nodelay(true).map_err(|error| self.unavailable(&error))?;
        if !self.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(self.host.clone());
        let name = name.map_err(|error| self.unavailable(&error))?;
        let connected = TlsConnector::from(tls()?).connect(name, stream).await;
        Ok(Box::new(connected.map_err(|error| self.unavailable(&error))?))
    }
}

fn tls() -> Result<Arc<ClientConfig>, Failure> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Failure::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_and_how() {
        let server: Server = "http://127.0.0.1:8000".parse().unwrap();
        assert_eq!((server.host.as_str(), server.port, server.tls), ("127.0.0.1", 8000, false));
        assert_eq!(server.path("/api"), "/api");
        let server: Server = "https://[::1]/runbook/".parse().unwrap();
        assert_eq!((server.host.as_str(), server.port, server.tls), ("::1", 443, true));
        assert_eq!(server.path("/api"), "/runbook/api");
        for text in ["", "hub", "hub:8000", "ftp://hub", "http://"] {
            assert!(text.parse::<Server>().is_err(), "{text}");
        }
    }
}

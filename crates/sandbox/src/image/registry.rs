//! What a registry is asked, as the OCI distribution specification has it: manifests and blobs.
//!
//! ```text
//! GET ── 401, Bearer realm ──▶ GET realm (with the credentials, if any) ── token ──▶ GET again
//!    └── 200 │ 206 ──▶ body        307 ──▶ wherever the blobs lie, without the token
//! ```
//!
//! A registry is a stranger. Nothing that it sends is believed before its digest was checked, which is
//! not done here; its answers are bounded, and a redirect never leads from HTTPS to HTTP.

mod challenge;

use std::{
    fmt,
    io::{self, Read},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use ureq::{
    Agent, Body, Proxy, ResponseExt,
    http::{Response, StatusCode, header},
    tls::{RootCerts, TlsConfig},
};

use super::{Digest, ImageError, Name};
use challenge::Challenge;

/// What Docker Hub's registry is really called.
const DOCKER_HUB: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// Everything that a manifest may be.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// Tokens are a few kilobytes; some registries put a list of rights into them.
const LONGEST_TOKEN: u64 = 256 * 1024;
/// Of the words with which a registry refuses.
const LONGEST_REASON: u64 = 16 * 1024;

/// How an image is pulled.
#[derive(Clone, Debug, Default)]
pub struct RegistryConfig {
    pub credentials: Option<Credentials>,
    /// Speak HTTP, unencrypted. Registries of this machine itself are spoken to so in any case.
    pub plain_http: bool,
    /// Proxy through which this machine reaches others, as `http://host:port`.
    pub proxy: Option<String>,
    /// Told before something is pulled, in words for people.
    pub announce: Option<fn(&str)>,
}

/// Who pulls.
#[derive(Clone)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// One repository of a registry.
#[derive(Debug)]
pub(super) struct Registry {
    agent: Agent,
    name: Name,
    base: String,
    credentials: Option<Credentials>,
    /// What goes into `Authorization`, once the registry has said what it wants.
    authorization: Mutex<Option<String>>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failed {
    /// The same question may be answered later.
    Passing {
        reason: String,
        /// When the registry itself wants to be asked again.
        after: Option<Duration>,
    },
    Final(ImageError),
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Registry {
    pub(super) fn new(name: &Name, config: &RegistryConfig) -> Result<Self, ImageError> {
        let failed = |what: &str| ImageError::Registry {
            registry: name.registry.clone(),
            reason: what.to_owned(),
        };
        let host = match name.registry.as_str() {
            host if host == DOCKER_HUB.0 => DOCKER_HUB.1,
            host => host,
        };
        let plain = config.plain_http || is_this_machine(host);
        let proxy = config.proxy.as_deref().map(Proxy::new).transpose();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(!plain)
            .tls_config(tls)
            .proxy(proxy.map_err(|_| failed("the proxy's address is malformed"))?)
            .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
            .max_response_header_size(64 * 1024)
            .timeout_connect(Some(Duration::from_secs(15)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            // A layer may take hours, but not stand still for a minute.
            .timeout_per_read(Some(Duration::from_secs(60)));
        let scheme = if plain { "http" } else { "https" };
        Ok(Self {
            agent: config.build().into(),
            name: name.clone(),
            base: format!("{scheme}://{host}"),
            credentials: None,
            authorization: Mutex::default(),
        })
    }

    pub(super) fn with_credentials(self, credentials: Option<Credentials>) -> Self {
        Self { credentials, ..self }
    }

    /// A manifest or index, whole.
    pub(super) fn manifest(&self, reference: &str, most: u64) -> Result<Vec<u8>, Failed> {
        let response = self.get(&format!("manifests/{reference}"), Some(MANIFESTS), None)?;
        self.read(response.into_body().into_reader(), most)
    }

    /// A small blob, whole.
    pub(super) fn document(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, Failed> {
        let response = self.get(&format!("blobs/{digest}"), None, None)?;
        self.read(response.into_body().into_reader(), most)
    }

    /// A blob from this byte on, and whether it is: a registry may begin at the first all the same.
    pub(super) fn blob(
        &self,
        digest: &Digest,
        from: u64,
    ) -> Result<(impl Read + use<>, bool), Failed> {
        let response =
            self.get(&format!("blobs/{digest}"), None, Some(from).filter(|it| *it > 0))?;
        let wanted = format!("bytes {from}-");
        let range = response.headers().get(header::CONTENT_RANGE).and_then(|it| it.to_str().ok());
        let continues = response.status() == StatusCode::PARTIAL_CONTENT
            && range.is_some_and(|it| it.starts_with(&wanted));
        Ok((response.into_body().into_reader(), continues))
    }

    fn read(&self, body: impl Read, most: u64) -> Result<Vec<u8>, Failed> {
        let mut bytes = Vec::new();
        body.take(most + 1).read_to_end(&mut bytes).map_err(|it| passing(&it))?;
        if bytes.len() as u64 > most {
            let what = format!("{most} bytes for a manifest of {}", self.name);
            return Err(Failed::Final(ImageError::TooLarge { what }));
        }
        Ok(bytes)
    }

    fn get(
        &self,
        path: &str,
        accept: Option<&str>,
        from: Option<u64>,
    ) -> Result<Response<Body>, Failed> {
        let url = format!("{}/v2/{}/{path}", self.base, self.name.repository);
        let known = self.authorization.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let response = self.ask(&url, accept, from, known.as_deref())?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.accept(response, path);
        }
        // Asked for the first time, or the token has expired meanwhile.
        let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
        let challenges = challenges.iter().filter_map(|it| Challenge::parse(it.to_str().ok()?));
        let granted = self.authorize(challenges.collect())?;
        *self.authorization.lock().unwrap_or_else(PoisonError::into_inner) = Some(granted.clone());
        let response = self.ask(&url, accept, from, Some(&granted))?;
        self.accept(response, path)
    }

    fn ask(
        &self,
        url: &str,
        accept: Option<&str>,
        from: Option<u64>,
        authorization: Option<&str>,
    ) -> Result<Response<Body>, Failed> {
        let mut request = self.agent.get(url);
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT, accept);
        }
        if let Some(from) = from {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request.call().map_err(|it| self.failed(it))
    }

    /// What to put into `Authorization` for one of these.
    fn authorize(&self, challenges: Vec<Challenge>) -> Result<String, Failed> {
        let basic = self.credentials.as_ref().map(|it| {
            use base64::Engine as _;
            let plain = format!("{}:{}", it.username, it.password);
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(plain))
        });
        for challenge in challenges {
            match challenge {
                Challenge::Basic => {
                    if let Some(basic) = basic {
                        return Ok(basic);
                    }
                }
                Challenge::Bearer { realm, service } => {
                    return self.token(&realm, service.as_deref(), basic.as_deref());
                }
            }
        }
        Err(self.denied("wants to know who asks"))
    }

    fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        basic: Option<&str>,
    ) -> Result<String, Failed> {
        let plain = self.base.starts_with("http:") && realm.starts_with("http://");
        if !realm.starts_with("https://") && !plain {
            return Err(self.refused("sends to an unencrypted place for a token"));
        }
        let mut request = self.agent.get(realm);
        if let Some(service) = service {
            request = request.query("service", service);
        }
        request = request.query("scope", format!("repository:{}:pull", self.name.repository));
        if let Some(basic) = basic {
            request = request.header(header::AUTHORIZATION, basic);
        }
        let response = request.call().map_err(|it| self.failed(it))?;
        let response = self.accept(response, "token")?;
        let bytes = self.read(response.into_body().into_reader(), LONGEST_TOKEN)?;
        let token: Option<Token> = serde_json::from_slice(&bytes).ok();
        let token = token.and_then(|it| it.token.or(it.access_token));
        let token = token.ok_or_else(|| self.refused("answers with no token"))?;
        let plain = token.bytes().all(|it| it.is_ascii_graphic());
        if plain {
            Ok(format!("Bearer {token}"))
        } else {
            Err(self.refused("answers with no token"))
        }
    }

    fn accept(&self, response: Response<Body>, what: &str) -> Result<Response<Body>, Failed> {
        match response.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(response),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                // Docker Hub and others say so too of what is not there.
                Err(self.denied("denies it, or has no such image"))
            }
            StatusCode::NOT_FOUND => Err(Failed::Final(ImageError::NotThere {
                name: self.name.to_string(),
                what: what.to_owned(),
            })),
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let after = response.headers().get(header::RETRY_AFTER);
                let after = after.and_then(|it| it.to_str().ok()?.trim().parse().ok());
                let reason = format!("{} answers {status}", place(&response));
                Err(Failed::Passing { reason, after: after.map(Duration::from_secs) })
            }
            status => {
                let said = reason_of(response);
                Err(self.refused(&format!("answers {status}: {said}")))
            }
        }
    }

    /// What may be better in a moment, and what will not: where nobody listens, or nobody is known.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what else there is, is told as it is")]
    fn failed(&self, error: ureq::Error) -> Failed {
        match error {
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.refused("does not listen")
            }
            ureq::Error::Io(error) => passing(&error),
            ureq::Error::HostNotFound => self.refused("is not found by the name service"),
            ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed | ureq::Error::Protocol(_) => {
                Failed::Passing { reason: error.to_string(), after: None }
            }
            error => self.refused(&format!("cannot be asked: {error}")),
        }
    }

    fn denied(&self, reason: &str) -> Failed {
        let advice = match &self.credentials {
            None => "name a user with --registry-user",
            Some(_) => "check the user and the password",
        };
        self.refused(&format!("{reason}; {advice}"))
    }

    fn refused(&self, reason: &str) -> Failed {
        Failed::Final(self.error(reason))
    }

    pub(super) fn error(&self, reason: &str) -> ImageError {
        ImageError::Registry { registry: self.name.registry.clone(), reason: reason.to_owned() }
    }
}

fn passing(error: &io::Error) -> Failed {
    Failed::Passing { reason: error.to_string(), after: None }
}

/// The host that answered, after all redirects.
fn place(response: &Response<Body>) -> String {
    response.get_uri().host().unwrap_or("it").to_owned()
}

/// What it says of itself, on one line.
fn reason_of(response: Response<Body>) -> String {
    let mut bytes = Vec::new();
    let body = response.into_body().into_reader();
    drop(body.take(LONGEST_REASON).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let plain = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    plain.take(300).collect()
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_own_registries_are_spoken_to_unencrypted() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["ghcr.io", "localhost.example.com", "10.0.0.1:5000", "example.com:80"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let credentials = Credentials { username: "ada".to_owned(), password: "secret".to_owned() };
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}

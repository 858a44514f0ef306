//! From an allowed target to a connection: resolve, vet each address, connect to exactly that one.
//!
//! The name is resolved once and its address used, so that no second answer can lead elsewhere.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
};

use super::{
    Denial, EgressConfig, Failure,
    http::{LONGEST_HEAD, head_length},
    policy::Policy,
    target::{Host, Target},
};

/// How names become addresses: the machine's way unless a test says otherwise.
#[derive(Clone, Default)]
pub struct Resolver(Option<Arc<Resolve>>);

type Resolve = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

impl Resolver {
    /// Asked on a thread that may block.
    pub fn new(resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(resolve)))
    }

    /// Blocks for as long as the name servers take.
    ///
    /// # Errors
    ///
    /// There is no such name, or nobody who knows.
    pub fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match &self.0 {
            Some(resolve) => resolve(name),
            None => Ok((name, 0).to_socket_addrs()?.map(|it| it.ip()).collect()),
        }
    }
}

impl PartialEq for Resolver {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

impl Eq for Resolver {}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Resolver(own)" } else { "Resolver(system)" })
    }
}

/// Lookups of one sandbox at once. Each holds a thread, which cannot be called back.
const LOOKUPS: usize = 8;

#[derive(Debug)]
pub(super) struct Dialer {
    config: EgressConfig,
    lookups: Arc<Semaphore>,
}

impl Dialer {
    pub(super) fn new(config: EgressConfig) -> Self {
        Self { config, lookups: Arc::new(Semaphore::new(LOOKUPS)) }
    }

    /// Connects to a target that rules allow. Gives up after the time that the configuration says.
    pub(super) async fn dial(
        &self,
        target: &Target,
        policy: &Policy,
    ) -> Result<(TcpStream, SocketAddr), Denial> {
        let dial = async {
            match (&target.host, &self.config.upstream_proxy) {
                (Host::Address(address), _) => {
                    policy.check_address(*address, target.port)?;
                    connect(SocketAddr::new(*address, target.port)).await
                }
                (Host::Name(_), Some(proxy)) => self.through(proxy, target).await,
                (Host::Name(name), None) => self.by_name(name, target.port, policy).await,
            }
        };
        let dialled = tokio::time::timeout(self.config.limits.connect, dial).await;
        let (stream, address) = dialled.map_err(|_| Failure::Silent)??;
        // Only slower without.
        stream.set_nodelay(true).ok();
        Ok((stream, address))
    }

    /// Where a target that rules allow may be connected to.
    pub(super) async fn addresses(
        &self,
        target: &Target,
        policy: &Policy,
    ) -> Result<Vec<SocketAddr>, Denial> {
        let found = match (&target.host, &self.config.upstream_proxy) {
            (Host::Address(address), _) => vec![*address],
            (Host::Name(_), Some(_)) => {
                let why = "it alone resolves names, and is not asked here".to_owned();
                return Err(Failure::UpstreamProxy(why).into());
            }
            (Host::Name(name), None) => self.resolve(name).await?,
        };
        let (allowed, denial) = sift(found, target.port, policy);
        if allowed.is_empty() { Err(denial) } else { Ok(allowed) }
    }

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Denial> {
        let permit = Arc::clone(&self.lookups).acquire_owned().await;
        let (resolver, name) = (self.config.resolver.clone(), name.to_owned());
        let lookup = tokio::task::spawn_blocking(move || {
            let found = resolver.resolve(&name);
            // Only now is the thread free again, whether somebody still waits or not.
            drop(permit);
            found
        });
        let found = lookup.await.map_err(|error| Failure::NoSuchName(error.to_string()))?;
        Ok(found.map_err(|error| Failure::NoSuchName(error.to_string()))?)
    }

    async fn by_name(
        &self,
        name: &str,
        port: u16,
        policy: &Policy,
    ) -> Result<(TcpStream, SocketAddr), Denial> {
        let (allowed, mut denial) = sift(self.resolve(name).await?, port, policy);
        for address in allowed {
            match connect(address).await {
                Ok(connected) => return Ok(connected),
                // A refused address is what matters, even if another one was only unreachable.
                Err(error) if matches!(denial, Denial::Failed(_)) => denial = error,
                Err(_) => {}
            }
        }
        Err(denial)
    }

    /// The machine itself reaches names only through its proxy, which resolves them too.
    async fn through(
        &self,
        proxy: &UpstreamProxy,
        target: &Target,
    ) -> Result<(TcpStream, SocketAddr), Denial> {
        let failed = |error: io::Error| Failure::UpstreamProxy(error.to_string());
        let mut stream =
            TcpStream::connect((proxy.host.as_str(), proxy.port)).await.map_err(failed)?;
        let address = stream.peer_addr().map_err(failed)?;
        let authorization = proxy
            .authorization
            .as_ref()
            .map_or_else(String::new, |it| format!("Proxy-Authorization: Basic {it}\r\n"));
        let head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n");
        stream.write_all(head.as_bytes()).await.map_err(failed)?;
        let mut answer = Vec::new();
        // Byte by byte behind the first few: what follows the head belongs to the client.
        while head_length(&answer).is_none() {
            if answer.len() >= LONGEST_HEAD {
                return Err(Failure::UpstreamProxy("its answer has no end".to_owned()).into());
            }
            answer.push(stream.read_u8().await.map_err(failed)?);
        }
        let status = answer.split(|it| *it == b' ').nth(1).unwrap_or_default();
        if !status.starts_with(b"2") {
            let status = status.escape_ascii().to_string();
            return Err(Failure::UpstreamProxy(format!("it says {status}")).into());
        }
        Ok((stream, address))
    }
}

/// The addresses that rules allow, and what is said where none of them helps.
fn sift(found: Vec<IpAddr>, port: u16, policy: &Policy) -> (Vec<SocketAddr>, Denial) {
    let mut denial = Failure::NoSuchName("it has no address".to_owned()).into();
    let mut allowed = Vec::new();
    for address in found {
        match policy.check_address(address, port) {
            Ok(()) => allowed.push(SocketAddr::new(address, port)),
            Err(refusal) => denial = refusal.into(),
        }
    }
    (allowed, denial)
}

async fn connect(address: SocketAddr) -> Result<(TcpStream, SocketAddr), Denial> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| Failure::Unreachable { address, reason: error.kind() })?;
    Ok((stream, address))
}

/// The proxy through which this machine itself reaches the internet.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamProxy {
    host: String,
    port: u16,
    /// Base64 of `user:password`.
    authorization: Option<String>,
}

impl fmt::Debug for UpstreamProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UpstreamProxy({}:{})", self.host, self.port)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is written http://[user:password@]host:port")]
pub struct InvalidProxy;

impl std::str::FromStr for UpstreamProxy {
    type Err = InvalidProxy;

    fn from_str(url: &str) -> Result<Self, InvalidProxy> {
        let rest = url.strip_prefix("http://").ok_or(InvalidProxy)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let Target { host, port } = Target::parse(authority, None).ok_or(InvalidProxy)?;
        let host = match host {
            Host::Name(name) => name,
            Host::Address(address) => address.to_string(),
        };
        let authorization = credentials.map(|it| base64(&decoded(it)));
        Ok(Self { host, port, authorization })
    }
}

/// Without percent-encoding, in which a URL has special characters.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        match byte {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |word, it| word << 8 | u32::from(*it));
        let word = word << (8 * (3 - group.len()));
        for position in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * position) & 63) as usize];
            text.push(if position <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_from_its_url_and_its_password_is_not_shown() {
        let proxy: UpstreamProxy = "http://ada:p%40ss@proxy.test:3128/".parse().unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.test", 3128));
        assert_eq!(proxy.authorization.as_deref(), Some("YWRhOnBAc3M="));
        assert_eq!(format!("{proxy:?}"), "UpstreamProxy(proxy.test:3128)");
        for text in ["proxy.test:3128", "https://proxy.test:1", "http://proxy.test", "http://:1"] {
            assert_eq!(text.parse::<UpstreamProxy>(), Err(InvalidProxy), "{text}");
        }
    }

    #[test]
    fn base64_pads_as_the_standard_says() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}

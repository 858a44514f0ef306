//! The way out of a sandbox with an allow-list: decides about each connection and makes it.
//!
//! The guest listens inside and forwards; here a wish is read, held against the rules, resolved on this
//! machine, and connected to the address that was vetted. TLS passes through unread, but for the name that
//! its client asks for.
//!
//! ```text
//!  program ── name? ──▶ guest :53 ───▶ dns: an address that stands for an allowed name, or none such
//!          ── connect ▶ guest 127.77.x.y:443 ─▶ names: which name? ─┐
//!          ── CONNECT ▶ guest :3128 ─▶ client: which target? ───────┴▶ policy ─▶ dial, hosted ─▶ relay
//! ```
//!
//! It never forwards a name query, and refuses every address that is private, special or this machine's
//! own, unless a rule names that address itself.

use std::{
    collections::HashSet,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use guest::{ListenerId, ListenerKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    net::TcpStream,
    sync::broadcast,
    task::JoinSet,
};
use tokio_util::either::Either;

mod address;
mod client;
mod dial;
mod dns;
mod hosted;
mod http;
mod names;
mod policy;
mod relay;
pub(crate) mod target;
mod tls;
mod vetted;

pub use address::{Forbidden, is_public};
pub use dial::{InvalidProxy, Resolver, UpstreamProxy};
pub use hosted::HostedService;
pub use http::BadRequest;
pub use target::{Host, InvalidHost, Target};
pub use vetted::{NotVetted, vetted};

use crate::{
    link::{Accepted, Datagram, Incoming, SandboxError, Shared},
    network::{PROXY_PORT, Rule},
};
use client::{Answer, Client, ClientError, Speaks};
use dial::Dialer;
use dns::Lookup;
use names::Names;
use policy::Policy;
use relay::{Budget, Meter, relay};

/// How this machine reaches the world for its sandboxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressConfig {
    /// Names are left to it to resolve, and so are the decisions about their addresses; addresses that a
    /// rule names are connected to directly.
    pub upstream_proxy: Option<UpstreamProxy>,
    pub limits: EgressLimits,
    pub resolver: Resolver,
    /// What this process itself serves to the sandbox.
    pub services: Vec<HostedService>,
}

/// Of each sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EgressLimits {
    /// Connections at once, at most 128; more wait for their turn.
    pub connections: usize,
    /// Bytes in both directions during its life.
    pub bytes: Option<u64>,
    /// For resolving a name and connecting.
    pub connect: Duration,
    /// How long a connection may carry nothing.
    pub idle: Duration,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            connections: guest::MAX_ACCEPTED,
            bytes: None,
            connect: Duration::from_secs(15),
            idle: Duration::from_secs(15 * 60),
        }
    }
}

/// A decision about one connection, or its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressEvent {
    /// Names the connection within its sandbox; `None` for a mere query for a name.
    pub connection: Option<u64>,
    /// As the program asked for it; `None` where that could not be read.
    pub host: Option<Host>,
    pub port: Option<u16>,
    pub at: Instant,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Connected to this address: the target's, or that of the upstream proxy.
    Allowed {
        address: SocketAddr,
    },
    /// Connected to a service of this process.
    Served,
    Refused(Refusal),
    /// Allowed, and impossible.
    Failed(Failure),
    /// A connection that was allowed is over.
    Ended {
        sent: u64,
        received: u64,
    },
}

/// Why a connection is not made, or not carried on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no rule of this sandbox allows this host")]
    Host,
    #[error("the rules of this sandbox allow this host only at other ports")]
    Port,
    #[error("it leads to {address}, {reason}, which no rule of this sandbox names")]
    Address { address: IpAddr, reason: Forbidden },
    #[error("the request is not understood: {0}")]
    Request(#[from] BadRequest),
    #[error("the TLS client asks for another server than it connected to")]
    ServerName,
    #[error("the sandbox has exchanged as many bytes as it may")]
    Budget,
    #[error("nothing was sent for too long")]
    Idle,
}

/// Why an allowed target was not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("its name leads nowhere: {0}")]
    NoSuchName(String),
    #[error("{address} cannot be connected to: {reason}")]
    Unreachable { address: SocketAddr, reason: io::ErrorKind },
    #[error("it does not answer")]
    Silent,
    #[error("the proxy of this machine does not connect: {0}")]
    UpstreamProxy(String),
}

/// Why there is no connection, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Denial {
    Refused(Refusal),
    Failed(Failure),
    /// One of both sides, as it may.
    HungUp,
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Denial {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Events that wait for a slow reader before the oldest are lost.
const EVENTS: usize = 256;

/// The far side of a connection.
type Outside = Either<TcpStream, DuplexStream>;

/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names that were refused and told about. A program that asks for more is heard, and answered the same.
const TOLD_NAMES: usize = 256;

/// A guest that listens for one sandbox, and what is needed to serve its connections.
#[derive(Debug)]
pub(crate) struct Egress {
    service: Arc<Service>,
    incoming: Incoming,
}

/// What all connections of one sandbox share.
#[derive(Debug)]
struct Service {
    shared: Arc<Shared>,
    policy: Policy,
    dialer: Dialer,
    limits: EgressLimits,
    budget: Arc<Budget>,
    names: Mutex<Names>,
    told: Mutex<HashSet<String>>,
    events: broadcast::Sender<EgressEvent>,
    queries: ListenerId,
    long_queries: ListenerId,
    proxy: ListenerId,
}

/// What is weaker than it should be because the guest could not listen.
pub(crate) type Weaknesses = Vec<String>;

impl Egress {
    /// Has the guest listen. `None` if somebody serves this link already.
    pub(crate) async fn begin(
        shared: &Arc<Shared>,
        rules: Vec<Rule>,
        config: EgressConfig,
    ) -> Result<Option<(Self, Weaknesses)>, SandboxError> {
        let Some(incoming) = shared.take_incoming() else { return Ok(None) };
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        let (queries, long_queries, proxy) = tokio::try_join!(
            shared.listen_and_wait(ListenerKind::Datagram, at(53)),
            shared.listen_and_wait(ListenerKind::Stream, at(53)),
            shared.listen_and_wait(ListenerKind::Stream, at(PROXY_PORT)),
        )?;
        let mut weaknesses = Vec::new();
        let mut note = |errno: i32, words: &str| {
            if errno != 0 {
                let reason = io::Error::from_raw_os_error(errno);
                weaknesses.push(format!("{words}: {reason}"));
            }
        };
        note(queries.1.max(long_queries.1), "allowed hosts are reached only by proxy variables");
        note(proxy.1, "allowed hosts are not reached by proxy variables");
        let service = Service {
            shared: Arc::clone(shared),
            policy: Policy::new(rules, config.services.clone()),
            limits: config.limits,
            budget: Budget::new(config.limits.bytes),
            dialer: Dialer::new(config),
            names: Mutex::default(),
            told: Mutex::default(),
            events: broadcast::Sender::new(EVENTS),
            queries: queries.0,
            long_queries: long_queries.0,
            proxy: proxy.0,
        };
        Ok(Some((Self { service: Arc::new(service), incoming }, weaknesses)))
    }

    pub(crate) fn events(&self) -> broadcast::Sender<EgressEvent> {
        self.service.events.clone()
    }

    /// Serves until the link is closed.
    pub(crate) async fn serve(self) {
        let Self { service, mut incoming } = self;
        let mut connections = JoinSet::new();
        let most = service.limits.connections.max(1);
        loop {
            tokio::select! {
                () = service.shared.closed() => return,
                Some(datagram) = incoming.datagrams.recv() => service.query(&datagram),
                Some(accepted) = incoming.streams.recv(), if connections.len() < most => {
                    connections.spawn(Arc::clone(&service).connection(accepted));
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

impl Service {
    fn tell(&self, connection: Option<u64>, target: Option<&Target>, verdict: Verdict) {
        let event = EgressEvent {
            connection,
            host: target.map(|it| it.host.clone()),
            port: target.map(|it| it.port),
            at: Instant::now(),
            verdict,
        };
        // Nobody may be listening.
        self.events.send(event).ok();
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        // Nothing that holds the lock can leave the names half changed.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look_up(&self, name: &str) -> Lookup {
        let listen = |address| self.shared.listen(ListenerKind::Stream, address);
        let found = self.names().look_up(name, &self.policy, listen);
        if let (Lookup::NoSuchName, Ok(host)) = (found, Host::parse(name)) {
            self.tell_unknown(host);
        }
        found
    }

    /// Tells once about each name that a program asked for in vain.
    fn tell_unknown(&self, host: Host) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_NAMES || !told.insert(host.to_string()) {
            return;
        }
        drop(told);
        let verdict = Verdict::Refused(Refusal::Host);
        let event = EgressEvent {
            connection: None,
            host: Some(host),
            port: None,
            at: Instant::now(),
            verdict,
        };
        self.events.send(event).ok();
    }

    fn query(&self, Datagram { listener, peer, bytes }: &Datagram) {
        if *listener == self.queries
            && let Some(answer) = dns::answer(bytes, |name| self.look_up(name))
        {
            self.shared.send_datagram(*listener, *peer, &answer);
        }
    }

    async fn connection(self: Arc<Self>, Accepted { listener, stream }: Accepted) {
        let client = Client::new(stream);
        if listener == self.long_queries {
            // However it ends, there is nothing to tell.
            self.long_queries(client).await.ok();
        } else if listener == self.proxy {
            self.wish(client).await;
        } else {
            let target = self.names().target(listener).cloned();
            if let Some(target) = target {
                self.reach(client, target, Speaks::Nothing).await;
            }
        }
    }

    /// Name service over TCP: each message behind its length.
    async fn long_queries(&self, mut client: Client) -> io::Result<()> {
        let serve = async {
            loop {
                let length = client.stream.read_u16().await?;
                let mut query = vec![0; usize::from(length)];
                client.stream.read_exact(&mut query).await?;
                let Some(answer) = dns::answer(&query, |name| self.look_up(name)) else {
                    return Ok(());
                };
                let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
                let message = [&length.to_be_bytes()[..], &answer].concat();
                client.stream.write_all(&message).await?;
            }
        };
        tokio::time::timeout(PATIENCE, serve).await?
    }

    async fn wish(&self, mut client: Client) {
        let wish = tokio::time::timeout(PATIENCE, client.wish()).await;
        let number = client.stream.number();
        let refuse = |error: BadRequest| {
            self.tell(Some(number), None, Verdict::Refused(error.into()));
            error.to_string()
        };
        match wish {
            Ok(Ok((target, speaks))) => self.reach(client, target, speaks).await,
            Ok(Err(ClientError::Gone)) => {}
            Ok(Err(ClientError::Bad(error, speaks))) => {
                let reason = refuse(error);
                client.refuse(speaks, Answer::Bad, &reason).await;
            }
            Err(_) => drop(refuse(BadRequest::Incomplete)),
        }
    }

    async fn reach(&self, mut client: Client, target: Target, speaks: Speaks) {
        let number = client.stream.number();
        let tell = |verdict| self.tell(Some(number), Some(&target), verdict);
        let (outside, verdict) = match self.outside(&target).await {
            Ok(connected) => connected,
            Err(denial) => return self.deny(client, &target, speaks, denial).await,
        };
        tell(verdict);
        let meter = Meter::new(Arc::clone(&self.budget));
        let relayed = match client.accept(speaks).await {
            Ok(()) => {
                let whom = (&target, &self.policy);
                relay(client, outside, whom, &meter, self.limits.idle).await
            }
            Err(_) => Err(Denial::HungUp),
        };
        match relayed {
            Err(Denial::Refused(refusal)) => tell(Verdict::Refused(refusal)),
            Ok(()) | Err(Denial::Failed(_) | Denial::HungUp) => {}
        }
        let [sent, received] = [&meter.sent, &meter.received].map(|it| it.load(Ordering::Relaxed));
        tell(Verdict::Ended { sent, received });
    }

    /// Connects to a target, and says what is to be told of it.
    async fn outside(&self, target: &Target) -> Result<(Outside, Verdict), Denial> {
        if let Some(service) = self.policy.service(target) {
            return Ok((Either::Right(service.connect()), Verdict::Served));
        }
        self.policy.check(target)?;
        let (stream, address) = self.dialer.dial(target, &self.policy).await?;
        Ok((Either::Left(stream), Verdict::Allowed { address }))
    }

    async fn deny(&self, client: Client, target: &Target, speaks: Speaks, denial: Denial) {
        let (verdict, answer, reason) = match denial {
            Denial::Refused(refusal) => {
                let reason = refusal.to_string();
                (Verdict::Refused(refusal), Answer::Forbidden, reason)
            }
            Denial::Failed(failure) => {
                let reason = failure.to_string();
                (Verdict::Failed(failure), Answer::Unreachable, reason)
            }
            Denial::HungUp => return,
        };
        self.tell(Some(client.stream.number()), Some(target), verdict);
        let reason = format!("{target} is not reached: {reason}");
        // A client that does not take its answer is not waited for longer than one that says nothing.
        tokio::time::timeout(PATIENCE, client.refuse(speaks, answer, &reason)).await.ok();
    }
}

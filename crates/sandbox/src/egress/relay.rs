//! Bytes between a program and its target, both ways, until both have ended.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::Instant,
};

use super::{
    Denial, Refusal,
    client::Client,
    policy::Policy,
    target::{Host, Target},
    tls::{self, Hello},
};

/// Of each direction of each connection, in memory.
const BUFFER: usize = guest::MAX_CHUNK;

/// How much a sandbox may exchange with the world.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    used: AtomicU64,
}

impl Budget {
    pub(super) fn new(limit: Option<u64>) -> Arc<Self> {
        Arc::new(Self { limit: limit.unwrap_or(u64::MAX), used: AtomicU64::new(0) })
    }

    fn spend(&self, bytes: usize) -> Result<(), Refusal> {
        let before = self.used.fetch_add(bytes as u64, Ordering::Relaxed);
        if before.saturating_add(bytes as u64) > self.limit {
            return Err(Refusal::Budget);
        }
        Ok(())
    }
}

/// What one connection has carried.
#[derive(Debug)]
pub(super) struct Meter {
    budget: Arc<Budget>,
    pub(super) sent: AtomicU64,
    pub(super) received: AtomicU64,
    /// Milliseconds after `begun` when something last moved.
    moved: AtomicU64,
    begun: Instant,
}

impl Meter {
    pub(super) fn new(budget: Arc<Budget>) -> Self {
        let begun = Instant::now();
        let zero = || AtomicU64::new(0);
        Self { budget, sent: zero(), received: zero(), moved: zero(), begun }
    }

    fn count(&self, counter: &AtomicU64, bytes: usize) -> Result<(), Refusal> {
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(now, Ordering::Relaxed);
        self.budget.spend(bytes)
    }

    /// Resolves when nothing has moved for so long.
    async fn idle(&self, patience: Duration) {
        loop {
            let moved = Duration::from_millis(self.moved.load(Ordering::Relaxed));
            let end = self.begun + moved + patience;
            if Instant::now() >= end {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }
}

/// Carries bytes until both sides have ended, one is gone, or nothing moves for `idle`.
pub(super) async fn relay(
    client: Client,
    outside: impl AsyncRead + AsyncWrite,
    (target, policy): (&Target, &Policy),
    meter: &Meter,
    idle: Duration,
) -> Result<(), Denial> {
    let Client { stream, early } = client;
    let (mut from_client, mut to_client) = tokio::io::split(stream);
    let (mut from_outside, mut to_outside) = tokio::io::split(outside);
    let up = async {
        let first = first_bytes(early, &mut from_client, target, policy).await?;
        meter.count(&meter.sent, first.len())?;
        to_outside.write_all(&first).await?;
        pump(&mut from_client, &mut to_outside, |it| meter.count(&meter.sent, it)).await
    };
    let down = pump(&mut from_outside, &mut to_client, |it| meter.count(&meter.received, it));
    tokio::select! {
        both = async { tokio::try_join!(up, down) } => both.map(drop),
        () = meter.idle(idle) => Err(Refusal::Idle.into()),
    }
}

async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    count: impl Fn(usize) -> Result<(), Refusal>,
) -> Result<(), Denial> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            to.shutdown().await?;
            return Ok(());
        }
        count(length)?;
        to.write_all(&buffer[..length]).await?;
    }
}

/// What a client says first. A TLS client names whom it wants to speak to: if that is another name than
/// the one that was allowed, behind the same address, it is not.
async fn first_bytes(
    mut bytes: Vec<u8>,
    from: &mut (impl AsyncRead + Unpin),
    target: &Target,
    policy: &Policy,
) -> Result<Vec<u8>, Denial> {
    let Host::Name(allowed) = &target.host else { return Ok(bytes) };
    loop {
        match tls::inspect(&bytes) {
            Hello::Incomplete => {
                bytes.reserve(BUFFER);
                if from.read_buf(&mut bytes).await? == 0 {
                    return Ok(bytes);
                }
            }
            Hello::NotTls | Hello::Nameless => return Ok(bytes),
            Hello::Names(name) => {
                let host = Host::parse(&name);
                let same = host.as_ref().is_ok_and(|it| {
                    let also = Target { host: it.clone(), port: target.port };
                    *it == Host::Name(allowed.clone()) || policy.check(&also).is_ok()
                });
                return if same { Ok(bytes) } else { Err(Refusal::ServerName.into()) };
            }
            Hello::Odd => return Err(Refusal::ServerName.into()),
        }
    }
}

impl From<io::Error> for Denial {
    /// Somebody hung up, which is how connections end.
    fn from(_: io::Error) -> Self {
        Self::HungUp
    }
}

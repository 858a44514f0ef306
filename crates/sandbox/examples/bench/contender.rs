//! Everybody who takes part, behind one way to run a program.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use sandbox::Sandbox;

use crate::{
    ours::{Cloned, Cold, Live, Pooled},
    peers::{self, Peer},
    program::Program,
};

#[derive(Clone, Debug)]
pub(crate) enum Contender {
    Peer(Arc<Peer>),
    Cold(Arc<Cold>),
    Pooled(Arc<Pooled>),
    Cloned(Arc<Cloned>),
    Live(Arc<Live>),
}

/// Those who can take part here, and why the others cannot.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) present: Vec<Contender>,
    pub(crate) absent: Vec<(&'static str, String)>,
}

impl Field {
    pub(crate) async fn gather() -> Result<Self> {
        let cold = Contender::Cold(Arc::new(Cold::new()?));
        let pooled = Contender::Pooled(Arc::new(Pooled::new()?));
        let cloned = Contender::Cloned(Arc::new(Cloned::new()?));
        let bare = Contender::Peer(Arc::new(Peer::bare()));
        let mut field = Self { present: vec![bare, pooled, cloned, cold], absent: Vec::new() };
        field.invite("bubblewrap", Peer::bubblewrap());
        let live = Live::new(peers::docker()).await.map(|it| Contender::Live(Arc::new(it)));
        field.invite("docker backend, live", live);
        field.invite("docker exec", Peer::docker_exec());
        field.invite("docker run", Peer::docker_run());
        field.invite("docker run, gVisor", Peer::gvisor());
        Ok(field)
    }

    fn invite(&mut self, name: &'static str, guest: Result<impl Into<Contender>>) {
        match guest {
            Ok(guest) => self.present.push(guest.into()),
            Err(reason) => {
                let reason = reason.to_string();
                let first = reason.lines().next().unwrap_or("no reason given").to_owned();
                self.absent.push((name, first));
            }
        }
    }
}

impl From<Peer> for Contender {
    fn from(peer: Peer) -> Self {
        Self::Peer(Arc::new(peer))
    }
}

impl Contender {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Peer(peer) => peer.name,
            Self::Pooled(_) => "pool",
            Self::Cloned(_) => "zygote",
            Self::Cold(_) => "namespaces, cold",
            Self::Live(_) => "docker backend, live",
        }
    }

    /// What all others are compared with.
    pub(crate) fn is_bare(&self) -> bool {
        self.name() == "bare"
    }

    /// The class of its bar in the chart.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Peer(_) if self.is_bare() => "bare",
            Self::Peer(_) => "peer",
            Self::Pooled(_) | Self::Cloned(_) | Self::Cold(_) | Self::Live(_) => "ours",
        }
    }

    /// How long one run took. Cleaning up is awaited, so that it burdens nobody else's run, and
    /// counts only where the peer's own process does it.
    pub(crate) async fn run(&self, program: Program) -> Result<Duration> {
        match self {
            Self::Peer(peer) => {
                let peer = Arc::clone(peer);
                tokio::task::spawn_blocking(move || peer.run(&program)).await?
            }
            Self::Live(live) => live.run(&program).await,
            Self::Cold(cold) => ended(cold.run(&program).await?).await,
            Self::Pooled(pooled) => ended(pooled.run(&program).await?).await,
            Self::Cloned(cloned) => ended(cloned.run(&program).await?).await,
        }
    }
}

async fn ended((took, sandbox): (Duration, Sandbox)) -> Result<Duration> {
    sandbox.destroy().await;
    Ok(took)
}

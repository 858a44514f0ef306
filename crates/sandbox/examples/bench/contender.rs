//! Everybody who takes part, behind one way to run a program.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use sandbox::Sandbox;

use crate::{
    ours::{Cloned, Cold, Pooled},
    peers::Peer,
    program::Program,
};

#[derive(Clone, Debug)]
pub(crate) enum Contender {
    Peer(Arc<Peer>),
    Cold(Arc<Cold>),
    Pooled(Arc<Pooled>),
    Cloned(Arc<Cloned>),
}

/// Those who can take part here, and why the others cannot.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) present: Vec<Contender>,
    pub(crate) absent: Vec<(&'static str, String)>,
}

impl Field {
    pub(crate) fn gather() -> Result<Self> {
        let cold = Contender::Cold(Arc::new(Cold::new()?));
        let pooled = Contender::Pooled(Arc::new(Pooled::new()?));
        let cloned = Contender::Cloned(Arc::new(Cloned::new()?));
        let bare = Contender::Peer(Arc::new(Peer::bare()));
        let mut field = Self { present: vec![bare, pooled, cloned, cold], absent: Vec::new() };
        field.invite("bubblewrap", Peer::bubblewrap());
        field.invite("docker exec", Peer::docker_exec());
        field.invite("docker run", Peer::docker_run());
        field.invite("docker run, gVisor", Peer::gvisor());
        Ok(field)
    }

    fn invite(&mut self, name: &'static str, peer: Result<Peer>) {
        match peer {
            Ok(peer) => self.present.push(Contender::Peer(Arc::new(peer))),
            Err(reason) => {
                let reason = reason.to_string();
                let first = reason.lines().next().unwrap_or("no reason given").to_owned();
                self.absent.push((name, first));
            }
        }
    }
}

impl Contender {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Peer(peer) => peer.name,
            Self::Pooled(_) => "pool",
            Self::Cloned(_) => "zygote",
            Self::Cold(_) => "namespaces, cold",
        }
    }

    /// The class of its bar in the chart.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Peer(peer) if peer.name == "bare" => "bare",
            Self::Peer(_) => "peer",
            Self::Pooled(_) | Self::Cloned(_) | Self::Cold(_) => "ours",
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

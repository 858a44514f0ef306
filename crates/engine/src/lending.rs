//! Sandboxes for whoever drives programs in them by themselves, as the owner of an agent session does.
//!
//! They count among those of their user, and wait in the same queue. They are made afresh: no two are alike.

use std::{path::PathBuf, sync::Arc};

use document::Runtime;
use model::{admission::Asking, id::UserId};
use sandbox::{
    Network, Program, Rule, Sandbox, SourceFile, StartError, TerminalSize, egress::HostedService,
    runtime::Runtimes,
};
use store::StoreError;
use tokio::time::Instant;

use crate::{
    Engine, NotOffered, ProgramError, QueueFull,
    admission::Slot,
    program,
    session::Pulse,
    terminals::{OpenTerminalError, Terminal, Terminals},
};

/// What such a sandbox should be, beside what all sandboxes are.
#[derive(Clone, Debug, Default)]
pub struct SandboxWish {
    /// All that its programs reach, with these services of ours.
    pub network: Vec<Rule>,
    pub services: Vec<HostedService>,
    /// Directories of the host outside `/usr` in which programs are, to be read.
    pub toolchains: Vec<PathBuf>,
    /// In place of those of the engine.
    pub limits: Option<sandbox::Limits>,
}

/// A sandbox, and its place among all sandboxes: both end with it.
#[derive(Debug)]
pub struct LentSandbox {
    pub sandbox: Sandbox,
    /// The languages that its programs find.
    runtimes: Arc<Runtimes>,
    terminals: Arc<Terminals>,
    pulse: Pulse,
    _slot: Slot,
}

impl LentSandbox {
    /// Starts a shell in a directory of the sandbox. It ends with the sandbox.
    ///
    /// # Errors
    ///
    /// It has many terminals already, or no shell starts in it.
    pub async fn open_terminal(
        &self,
        engine: &Engine,
        (directory, size): (&str, TerminalSize),
    ) -> Result<Arc<Terminal>, OpenTerminalError> {
        let shell = (&self.sandbox, &*self.runtimes);
        let noted = (self.pulse.clone(), engine.clock().now());
        self.terminals.open(shell, (directory, size), noted, &engine.0.tasks).await
    }

    /// A terminal that is open.
    #[must_use]
    pub fn terminal(&self, id: u32) -> Option<Arc<Terminal>> {
        self.terminals.get(id)
    }

    /// Those that are open, by number.
    #[must_use]
    pub fn terminals(&self) -> Vec<Arc<Terminal>> {
        self.terminals.all()
    }

    /// When somebody typed last, to within some seconds.
    #[must_use]
    pub fn typed_at(&self) -> Option<Instant> {
        self.pulse.noted_at()
    }

    /// The program of some code, to be started in a directory of the sandbox. `stem` names its file in the
    /// workspace, without extension.
    ///
    /// # Errors
    ///
    /// When the language is not there.
    pub fn snippet(
        &self,
        (stem, runtime): (&str, Runtime),
        code: String,
        directory: &str,
    ) -> Result<Program, ProgramError> {
        let snippet = program::snippet(stem, runtime, code, &self.runtimes)?;
        let program = snippet.installed.program(self.sandbox.workspace(), &snippet.path);
        let source = SourceFile { path: snippet.path, bytes: snippet.source.into(), mode: 0o644 };
        Ok(Program { source: Some(source), cwd: directory.to_owned(), ..program })
    }
}

/// Why there is no such sandbox.
#[derive(Debug, thiserror::Error)]
pub enum LendError {
    #[error("the server is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    QueueFull(#[from] QueueFull),
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    /// What it must not reach could not be kept from it.
    #[error("sandboxes of {backend} do not hold a list of hosts; use another backend")]
    NoNetworkRules { backend: String },
    #[error("no sandbox could be started: {0}")]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// A sandbox for a user. Waits until they may have one.
    ///
    /// # Errors
    ///
    /// Too many wait, none can be started, or it would reach more than it should.
    pub async fn lend_sandbox(
        &self,
        user: UserId,
        wish: SandboxWish,
    ) -> Result<LentSandbox, LendError> {
        let inner = &self.0;
        if inner.shutdown.is_cancelled() {
            return Err(LendError::ShuttingDown);
        }
        let username = inner.store.reader().user(user).await?.map(|it| it.username);
        let shelf = inner.stock.shelf_of(&username.unwrap_or_default())?;
        let ticket = inner.admission.enter(user, Asking::First)?;
        let slot = tokio::select! {
            slot = ticket.admitted(|_| {}) => slot,
            () = inner.shutdown.cancelled() => return Err(LendError::ShuttingDown),
        };
        let SandboxWish { network, services, toolchains, limits } = wish;
        let mut spec = shelf.kind(&inner.config, Network::Allow(network)).spec;
        spec.egress.services = services;
        spec.toolchains.extend(toolchains);
        spec.limits = limits.unwrap_or(spec.limits);
        let sandbox = Sandbox::start(shelf.offer.backend.as_ref(), spec).await?;
        if !matches!(sandbox.isolation().network, Network::Allow(_)) {
            let backend = shelf.offer.name.clone();
            return Err(LendError::NoNetworkRules { backend });
        }
        let runtimes = Arc::clone(&shelf.offer.runtimes);
        let (terminals, pulse) = (Arc::default(), Pulse::unheard());
        Ok(LentSandbox { sandbox, runtimes, terminals, pulse, _slot: slot })
    }
}

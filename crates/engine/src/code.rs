//! One-off code: a program that somebody sends instead of naming a stored block.
//!
//! ```text
//!  order ─▶ offer, network ─▶ slot ─▶ sandbox from the pool ─▶ files, program ─▶ events ─▶ ending
//!     └─────── refused: CodeError, before any event of the program ───┘            └─▶ sandbox gone
//! ```
//!
//! Its events go to one caller and are not stored: nobody else can ask for them, and when the caller
//! is gone the program is killed. Dropping the future of a run ends its sandbox too.

use std::{sync::Arc, time::Duration};

use document::Runtime;
use model::{
    admission::Asking,
    event::EventKind,
    limits::{Limits, OnExcess},
    principal::Principal,
};
use sandbox::{Kind, Network, Sandbox, SandboxPath, runtime::Installed};
use store::StoreError;
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};
use tracing::Instrument;

use crate::{
    Config, Engine, EnvironmentError, Environments, Inner, NoPackages, NotOffered, Owner,
    ProgramError, QueueFull,
    admission::Slot,
    execution::{Ending, Sink},
    offers::{self, Shelf},
    program,
};

mod collect;
pub(crate) mod files;
pub(crate) mod outfit;
pub(crate) mod snippet;

pub use collect::Collected;
use outfit::{Needs, Outfit};
use snippet::Placed;
pub use snippet::Snippet;

/// Where programs find their files in a sandbox of every backend that standbys boot in.
const WORKSPACE: &str = "/tmp";

/// Code to run, and everything that the run depends on.
#[derive(Debug)]
pub struct CodeOrder {
    pub snippet: Snippet,
    pub limits: CodeLimits,
    /// Nothing, or hosts that the operator offers.
    pub network: Network,
    /// As the language's own package manager names them.
    pub dependencies: Vec<String>,
    pub principal: Principal,
}

/// What one run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeLimits {
    /// Wall-clock time from the program's start.
    pub timeout: Duration,
    /// Memory of all its processes and files.
    pub memory_bytes: u64,
    /// Thousandths of one processor.
    pub cpu_millis: u32,
    /// Bytes of stdout and stderr together that are kept.
    pub output_bytes: u64,
    pub on_output_limit: OnExcess,
}

/// Why code was not run.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    #[error("the server is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    #[error(
        "the network {rule} is not offered here; leave it out, or ask the operator to start runbook \
         with `--network {rule}`"
    )]
    NetworkNotOffered { rule: String },
    #[error(transparent)]
    NoPackages(#[from] NoPackages),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    QueueFull(#[from] QueueFull),
    #[error("no sandbox could be started: {0}")]
    Start(#[from] sandbox::StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// The limits of code that asks for none: those that the operator set.
    #[must_use]
    pub fn code_limits(&self) -> CodeLimits {
        limits(&self.0.config)
    }

    /// What of the network an order may ask for: what the operator offers.
    #[must_use]
    pub fn offered_network(&self) -> &Network {
        &self.0.config.network
    }

    /// Cancelled when the engine shuts down; what is driven by others should stop then.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.0.shutdown.child_token()
    }

    /// Runs code in a sandbox of its own, and hands its events to `sink` as they come. Dropping the
    /// future kills the program and ends the sandbox.
    ///
    /// # Errors
    ///
    /// The program was not started, because of the order or because there is no sandbox for it.
    pub async fn run_code(
        &self,
        order: CodeOrder,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Ending, CodeError> {
        let shelf = self.shelf(&order).await?;
        let installed = program::installed(order.snippet.runtime, &shelf.offer.runtimes);
        let installed = installed.map_err(ProgramError::from)?.clone();
        let source = files::source_path(&installed, &order.snippet.files);
        let environments = self.environments().filter(|it| shelf.offer.is_served_by(it));
        let installs = environments.is_some_and(Environments::installs);
        if let Some(it) = order.dependencies.first().filter(|_| !installs) {
            return Err(shelf.offer.no_packages(it).into());
        }
        let needs = Needs {
            snippet: &order.snippet,
            dependencies: &order.dependencies,
            compiles: installed.is_compiler() || order.snippet.runtime == Runtime::Typescript,
            owner: &Owner::user(order.principal.user),
        };
        let outfit = Outfit::of(environments, &needs, &source, stop, sink).await?;
        let code = (&installed, &source);
        let kind = kind(&self.0.config, &shelf, code, &outfit, (order.limits, &order.network));
        let waiting = tracing::info_span!("wait for a slot");
        let Some(slot) = self.slot(order.principal, stop, sink).instrument(waiting).await? else {
            return Ok(Ending::unused(model::execution::Outcome::Cancelled));
        };
        let waited = slot.waited();
        let taking = tracing::info_span!("sandbox", sandbox.kind = kind.name);
        let taken = shelf.pool.take_quietly(&kind).instrument(taking).await;
        let (sandbox, standby, notice) = taken?;
        let token = self.0.tasks.token();
        let held = Held { engine: self.clone(), sandbox: Some((sandbox, slot)), _awaited: token };
        let placed = Placed { installed, source, outfit, standby, notice: Some(notice) };
        Ok(held.run(order, placed, stop, sink).await.queued(waited))
    }

    async fn shelf(&self, order: &CodeOrder) -> Result<Arc<Shelf>, CodeError> {
        let inner = &self.0;
        if inner.shutdown.is_cancelled() {
            return Err(CodeError::ShuttingDown);
        }
        if let Some(rule) = offers::first_not_offered(&inner.config.network, &order.network) {
            return Err(CodeError::NetworkNotOffered { rule });
        }
        // Only where accounts are bound is it worth a question who this one is.
        let username = match inner.stock.binds_accounts() {
            true => inner.store.reader().user(order.principal.user).await?.map(|it| it.username),
            false => None,
        };
        Ok(inner.stock.shelf_of(username.as_deref().unwrap_or_default())?)
    }

    /// Waits in the queue for the right to have a sandbox; `None` when stopped meanwhile.
    async fn slot(
        &self,
        principal: Principal,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Option<Slot>, CodeError> {
        let ticket = self.0.admission.enter(principal.user, Asking::First)?;
        let (tell, mut positions) = tokio::sync::mpsc::unbounded_channel();
        let slot = ticket.admitted(move |position| {
            // Heard for as long as this waits.
            tell.send(position).ok();
        });
        let mut slot = std::pin::pin!(slot);
        loop {
            tokio::select! {
                biased;
                slot = &mut slot => {
                    say_waited(&slot, sink).await;
                    return Ok(Some(slot));
                }
                () = self.0.shutdown.cancelled() => return Err(CodeError::ShuttingDown),
                () = stop.cancelled() => return Ok(None),
                Some(position) = positions.recv() => {
                    let data = format!("waiting for a sandbox, number {position} in the queue");
                    // A caller who does not listen is told again at the end.
                    drop(sink.append(vec![EventKind::Info { data }]).await);
                }
            }
        }
    }
}

/// Says how long somebody waited in the queue, if they did.
async fn say_waited(slot: &Slot, sink: &mut impl Sink) {
    let waited = slot.waited().as_millis();
    if waited > 0 {
        let data = format!("waited {waited} ms in the queue for a sandbox");
        // A caller who does not listen is told again at the end.
        drop(sink.append(vec![EventKind::Info { data }]).await);
    }
}

/// The kind of sandbox that code needs. What is alike in limits, network and runtime shares one, so that
/// the pool has some ready.
fn kind(
    config: &Config,
    shelf: &Shelf,
    (installed, source): (&Installed, &SandboxPath),
    outfit: &Outfit,
    (limits, network): (CodeLimits, &Network),
) -> Kind {
    let mut kind = shelf.kind(config, network.clone());
    kind.spec.limits.memory_bytes = limits.memory_bytes;
    kind.spec.limits.cpu_millis = limits.cpu_millis;
    let toolchains = &mut kind.spec.toolchains;
    toolchains.extend_from_slice(outfit.directories());
    toolchains.sort();
    toolchains.dedup();
    let program = outfit.program(installed, WORKSPACE, source);
    let plan = if outfit.is_compiled() { None } else { installed.standby_for(&program) };
    let plan = plan.map(Arc::new);
    Kind { name: format!("{} {}", kind.name, installed.runtime.name), plan, ..kind }
}

/// Starts keeping sandboxes ready for code that asks for no limits, in each language whose interpreter
/// can be started ahead.
pub(crate) fn keep_ready(inner: &Inner) {
    let config = &inner.config;
    let Ok(shelf) = inner.stock.shelf_of("") else { return };
    for runtime in Runtime::ALL {
        let Ok(installed) = program::installed(runtime, &shelf.offer.runtimes) else { continue };
        let source = files::source_path(installed, &[]);
        let (code, limits) = ((installed, &source), (limits(config), &Network::None));
        let kind = kind(config, &shelf, code, &Outfit::default(), limits);
        if config.keep_ready > 0 && kind.plan.is_some() {
            shelf.pool.keep(&kind, config.keep_ready);
        }
    }
}

/// The limits of code that asks for none: those that the operator set.
fn limits(config: &Config) -> CodeLimits {
    let Config { limits, sandbox, .. } = config;
    CodeLimits {
        timeout: Duration::from_secs(60),
        memory_bytes: sandbox.memory_bytes,
        cpu_millis: sandbox.cpu_millis,
        output_bytes: limits.output_bytes,
        on_output_limit: limits.on_excess,
    }
}

/// A sandbox and the right to have it. Both are given back when this is dropped, the right only when
/// nothing is left of the sandbox.
struct Held {
    engine: Engine,
    sandbox: Option<(Sandbox, Slot)>,
    /// The engine's shutdown waits for it.
    _awaited: TaskTrackerToken,
}

impl Held {
    async fn run(
        &self,
        order: CodeOrder,
        placed: Placed,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Ending {
        let (sandbox, _) = self.sandbox.as_ref().expect("held until this is dropped");
        let CodeOrder { snippet, limits, .. } = order;
        let CodeLimits { timeout, output_bytes, on_output_limit, .. } = limits;
        let limits = Limits { timeout: Some(timeout), output_bytes, on_excess: on_output_limit };
        snippet::run(sandbox, placed, snippet, &limits, stop, sink).await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((sandbox, slot)) = self.sandbox.take() {
            self.engine.0.tasks.spawn(async move {
                sandbox.destroy().await;
                drop(slot);
            });
        }
    }
}

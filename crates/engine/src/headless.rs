//! Running without a server: one sandbox, its files, its programs, their events handed to a sink.

use std::{collections::BTreeMap, sync::Arc};

use document::{Block, Document, Runtime};
use model::limits::Limits;
use sandbox::{Isolation, Program, Sandbox, Spec, runtime::Runtimes};
use tokio_util::sync::CancellationToken;

use crate::{
    ahead::{self, Ahead, Unready},
    environments::{EnvironmentError, Environments, Owner},
    execution::{Ending, Input, Sink, drive},
    files::{self, FileError},
    given::Given,
    kernels::{self, Kernels, Seat},
    offers::{NoPackages, Offer},
    packages::{self, Packages, PackagesError},
    program::{self, BlockProgram, ProgramError},
    secrets::{Mask, Masking, SecretText},
};

mod alone;

pub use alone::Alone;

/// Where sandboxes are started, and how.
#[derive(Clone, Debug)]
pub struct Ground {
    pub offer: Offer,
    pub spec: Spec,
    pub limits: Limits,
    /// Packages for programs, and programs compiled ahead, if the offer can show them.
    pub environments: Option<Environments>,
}

/// A sandbox and what it takes to run programs in it.
#[derive(Debug)]
pub struct Headless {
    sandbox: Sandbox,
    runtimes: Arc<Runtimes>,
    limits: Limits,
    environments: Option<Environments>,
    /// Held, so that they stay.
    _packages: Packages,
    kernels: Kernels,
    /// The inputs, and all secrets that blocks may name.
    given: Given,
}

/// Why something was not run.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("the sandbox could not be started: {0}")]
    Start(#[from] sandbox::StartError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    NoPackages(#[from] NoPackages),
}

impl From<PackagesError> for HeadlessError {
    fn from(error: PackagesError) -> Self {
        match error {
            PackagesError::NoPackages(error) => Self::NoPackages(error),
            PackagesError::Environment(error) => Self::Environment(error),
        }
    }
}

impl From<Unready> for HeadlessError {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::File(error) => Self::File(error),
            Unready::Environment(error) => Self::Environment(error),
        }
    }
}

impl Headless {
    /// Installs the packages that a document names, if that was not done before, and starts a sandbox for
    /// programs of the `wanted` runtimes. What those in compiled languages compile to
    /// is kept where the ground has environments.
    ///
    /// # Errors
    ///
    /// The packages cannot be had, or the backend cannot start a sandbox.
    pub async fn start(
        ground: Ground,
        document: &Document,
        wanted: impl IntoIterator<Item = Runtime>,
        stop: &CancellationToken,
    ) -> Result<Self, HeadlessError> {
        let Ground { offer, spec, limits, environments } = ground;
        let named = packages::named(document);
        let packages = Packages::install(named, &offer, environments.as_ref(), stop).await?;
        let Offer { backend, runtimes, .. } = offer;
        let toolchains = program::toolchains(wanted, &runtimes);
        let mut spec = Spec { toolchains, ..spec };
        packages.show_in(&mut spec);
        let sandbox = Sandbox::start(&*backend, spec).await?;
        let entered = packages.enter(&sandbox).await;
        entered.map_err(|source| FileError::Write { path: "node_modules".to_owned(), source })?;
        let runtimes = packages.found_by(&runtimes);
        let (kernels, given) = (Kernels::default(), Given::default());
        Ok(Self { sandbox, runtimes, limits, environments, _packages: packages, kernels, given })
    }

    /// Gives blocks variables: inputs to all of them, and secrets to those that name them. The values of secrets
    /// are hidden in what any block prints.
    pub fn give(&mut self, inputs: BTreeMap<String, String>, secrets: BTreeMap<String, String>) {
        let secrets = secrets.into_iter().map(|(name, it)| (name, SecretText::new(it)));
        self.given = Given { inputs, secrets: secrets.collect() };
    }

    #[must_use]
    pub fn isolation(&self) -> &Isolation {
        self.sandbox.isolation()
    }

    /// Writes the document's file blocks.
    ///
    /// # Errors
    ///
    /// When one of them cannot be written.
    pub async fn seed(&self, document: &Document) -> Result<(), HeadlessError> {
        for (path, file) in document.files() {
            files::write_file(&self.sandbox, path, file).await?;
        }
        Ok(())
    }

    /// Runs one block of a document.
    ///
    /// # Errors
    ///
    /// When its runtime is missing or its code cannot be written.
    pub async fn run_block(
        &mut self,
        document: &Document,
        block: &Block,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Ending, HeadlessError> {
        let (program, limits) = program::prepare(document, block, &self.runtimes, &self.limits)?;
        let choice = kernels::choice(document, block);
        let seat = self.kernels.seat(&choice, &program.installed, self.sandbox.workspace());
        let ready = self.prepare((document, block), (program, seat), &limits, stop).await?;
        let mask = Mask::new(self.given.secrets.values());
        Ok(run(&self.sandbox, ready, (mask, limits), stop, sink).await)
    }

    /// Begins a block that goes on while others run, until its program ends or is stopped. It runs while the
    /// returned future is waited for.
    ///
    /// # Errors
    ///
    /// When its runtime is missing or its code cannot be written.
    pub async fn begin_block<S: Sink + 'static>(
        &mut self,
        document: &Document,
        block: &Block,
        stop: CancellationToken,
        mut sink: S,
    ) -> Result<impl Future<Output = (Ending, S)> + Send + use<S>, HeadlessError> {
        let (program, limits) = program::prepare(document, block, &self.runtimes, &self.limits)?;
        let limits = Limits { timeout: block.options.timeout, ..limits };
        let choice = kernels::choice(document, block);
        let seat = self.kernels.seat_beside(&choice, &program.installed);
        let ready = self.prepare((document, block), (program, seat), &limits, &stop).await?;
        let (sandbox, mask) = (self.sandbox.clone(), Mask::new(self.given.secrets.values()));
        Ok(async move {
            let ending = run(&sandbox, ready, (mask, limits), &stop, &mut sink).await;
            (ending, sink)
        })
    }

    async fn prepare(
        &self,
        (document, block): (&Document, &Block),
        (program, mut seat): (BlockProgram, Seat),
        limits: &Limits,
        stop: &CancellationToken,
    ) -> Result<(Program, Seat), HeadlessError> {
        let ahead = self.environments.clone();
        let ahead = ahead.map(|environments| Ahead { environments, owner: Owner::local() });
        let placed = (program, document);
        let mut program =
            ahead::program(&self.sandbox, placed, limits, ahead.as_ref(), stop).await?;
        let given = self.given.for_names(&document.all_secrets_of(block));
        given.add_to(&mut program);
        seat.give(&given);
        Ok((program, seat))
    }

    /// Ends the sandbox and waits until nothing of it is left.
    pub async fn end(self) {
        self.sandbox.destroy().await;
    }
}

async fn run(
    sandbox: &Sandbox,
    ready: (Program, Seat),
    (mask, limits): (Option<Mask>, Limits),
    stop: &CancellationToken,
    sink: &mut impl Sink,
) -> Ending {
    let mut masking = Masking::new(sink, mask);
    let ending = drive(sandbox, ready, Input::Empty, &limits, stop, &mut masking).await;
    match (ending, masking.finish().await) {
        (Ending::Outcome { .. }, Err(failure)) => Ending::Failure(failure),
        (ending, _) => ending,
    }
}

//! One program that stands by itself, with the packages that it names, in a sandbox for it alone.

use document::Runtime;
use model::limits::Limits;
use sandbox::{Sandbox, Spec};
use tokio_util::sync::CancellationToken;

use super::{Ground, HeadlessError};
use crate::{
    Environments,
    code::{
        Snippet, files,
        outfit::{Needs, Outfit},
        snippet::{self, Placed},
    },
    environments::Owner,
    execution::{Ending, Sink},
    program::{self, ProgramError},
};

/// A sandbox that shows what a program needs.
#[derive(Debug)]
pub struct Alone {
    sandbox: Sandbox,
    placed: Placed,
    limits: Limits,
}

impl Alone {
    /// Installs packages and compiles the program, if that was not done before, and starts a sandbox.
    /// `sink` hears what is done.
    ///
    /// # Errors
    ///
    /// The runtime is missing, the packages cannot be had, or the backend starts no sandbox.
    pub async fn start(
        ground: Ground,
        (snippet, dependencies): (&Snippet, &[String]),
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Result<Self, HeadlessError> {
        let Ground { offer, spec, limits, environments } = ground;
        let environments = environments.as_ref().filter(|it| offer.is_served_by(it));
        let installs = environments.is_some_and(Environments::installs);
        if let Some(it) = dependencies.first().filter(|_| !installs) {
            return Err(offer.no_packages(it).into());
        }
        let runtime = snippet.runtime;
        let installed = program::installed(runtime, &offer.runtimes);
        let installed = installed.map_err(ProgramError::from)?.clone();
        let source = files::source_path(&installed, &snippet.files);
        // What runs TypeScript as it is would not find packages that esbuild leaves outside.
        let bundles = runtime == Runtime::Typescript && !dependencies.is_empty();
        let needs = Needs {
            snippet,
            dependencies,
            compiles: installed.is_compiler() || bundles,
            owner: &Owner::local(),
        };
        let outfit = match Outfit::of(environments, &needs, &source, stop, sink).await {
            Ok(outfit) => outfit,
            Err(error) => {
                // What still builds ends with the command.
                if let Some(environments) = environments {
                    environments.shut_down().await;
                }
                return Err(error.into());
            }
        };
        let mut toolchains = program::toolchains([runtime], &offer.runtimes);
        toolchains.extend_from_slice(outfit.directories());
        let sandbox = Sandbox::start(&*offer.backend, Spec { toolchains, ..spec }).await?;
        let placed = Placed { installed, source, outfit, standby: None, notice: None };
        Ok(Self { sandbox, placed, limits })
    }

    /// Runs the program to its end, and ends the sandbox.
    pub async fn run(
        self,
        snippet: Snippet,
        stop: &CancellationToken,
        sink: &mut impl Sink,
    ) -> Ending {
        let Self { sandbox, placed, limits } = self;
        let ending = snippet::run(&sandbox, placed, snippet, &limits, stop, sink).await;
        sandbox.destroy().await;
        ending
    }
}

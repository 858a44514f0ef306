//! Packages that a document names: installed before its sandbox starts, which shows them read-only.
//!
//! A document that names none costs nothing here. What is named later is there in the next session, since a
//! sandbox cannot be shown more than at its start.

use std::{collections::BTreeMap, sync::Arc};

use document::{Document, Runtime};
use sandbox::{Sandbox, SandboxError, Spec, runtime::Runtimes};
use tokio_util::sync::CancellationToken;

use crate::{
    Environments,
    environments::{Environment, EnvironmentError},
    offers::{NoPackages, Offer},
};

/// What a document names, by language.
pub type Dependencies = BTreeMap<Runtime, Vec<String>>;

/// Packages that are installed, and stay as long as this is held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packages {
    named: Dependencies,
    environments: Vec<(Runtime, Environment)>,
}

/// Why a document does not get its packages.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PackagesError {
    #[error(transparent)]
    NoPackages(#[from] NoPackages),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

/// The packages that a document names, where it names any.
pub(crate) fn named(document: &Document) -> Dependencies {
    let options = document.front_matter.as_ref().map(|it| &it.sandbox.dependencies);
    let named = options.into_iter().flatten().filter(|(_, names)| !names.is_empty());
    named.map(|(runtime, names)| (*runtime, names.clone())).collect()
}

impl Packages {
    /// Installs what was not installed before. That takes as long as the package manager does.
    ///
    /// # Errors
    ///
    /// They cannot be had, or not for sandboxes of this offer.
    pub(crate) async fn install(
        named: Dependencies,
        offer: &Offer,
        environments: Option<&Environments>,
        stop: &CancellationToken,
    ) -> Result<Self, PackagesError> {
        let environments = environments.filter(|it| offer.is_served_by(it) && it.installs());
        let mut installed = Vec::new();
        for (runtime, names) in &named {
            let Some(environments) = environments else {
                let first = names.first().map_or("", String::as_str);
                return Err(offer.no_packages(first).into());
            };
            let mut unheard = |_| {};
            let environment = environments.ready(*runtime, names, &mut unheard, stop).await?;
            installed.push((*runtime, environment));
        }
        Ok(Self { named, environments: installed })
    }

    /// Whether these are the packages that a document names.
    pub(crate) fn are(&self, named: &Dependencies) -> bool {
        self.named == *named
    }

    /// Lets a sandbox show them.
    pub(crate) fn show_in(&self, spec: &mut Spec) {
        let directories = self.environments.iter().flat_map(|(_, it)| &it.directories);
        spec.toolchains.extend(directories.cloned());
    }

    /// The runtimes whose programs find them.
    pub(crate) fn found_by(&self, runtimes: &Arc<Runtimes>) -> Arc<Runtimes> {
        self.environments.iter().fold(Arc::clone(runtimes), |runtimes, (runtime, it)| {
            Arc::new(runtimes.with_variables(runtime.name(), &it.env))
        })
    }

    /// Puts into the workspace what programs look for there.
    ///
    /// # Errors
    ///
    /// The sandbox does not take it.
    pub(crate) async fn enter(&self, sandbox: &Sandbox) -> Result<(), SandboxError> {
        for (_, environment) in &self.environments {
            environment.enter(sandbox).await?;
        }
        Ok(())
    }
}

/// What programs print that miss a package, before its name in single quotes.
const SIGNS: [&str; 2] = ["No module named '", "Cannot find module '"];

/// As much as is kept of what was seen, since a message may be split over two writes.
const TAIL_BYTES: usize = 256;

/// Looks in what a program writes to standard error for a package that it misses.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    missing: Option<(&'static str, String)>,
    tail: Vec<u8>,
}

impl Watch {
    pub(crate) fn look(&mut self, bytes: &[u8]) {
        if self.missing.is_some() {
            return;
        }
        self.tail.extend_from_slice(bytes);
        let text = String::from_utf8_lossy(&self.tail);
        self.missing = SIGNS.into_iter().find_map(|sign| {
            let (_, name) = text.split_once(sign)?;
            let (name, _) = name.split_once('\'')?;
            // A path is a file of the workspace, and no package.
            let is_package = !name.starts_with(['.', '/']) && !name.is_empty();
            let package = if sign == SIGNS[0] { name.split('.').next()? } else { name };
            is_package
                .then(|| (if sign == SIGNS[0] { "python" } else { "node" }, package.to_owned()))
        });
        let keep_from = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..keep_from);
    }

    /// What to do about it, for people.
    pub(crate) fn advice(&self) -> Option<String> {
        let (language, package) = self.missing.as_ref()?;
        Some(format!(
            "the package {package} is not installed here; to have it, let the document's source begin with \
             the lines `---`, `runbook: {{dependencies: {{{language}: [{package}]}}}}` and `---`, then \
             disconnect and run it again"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(pieces: &[&str]) -> Option<String> {
        let mut watch = Watch::default();
        for piece in pieces {
            watch.look(piece.as_bytes());
        }
        watch.advice()
    }

    #[test]
    fn a_package_that_a_program_misses_is_named() {
        let python = advice(&["ModuleNotFoundError: No mod", "ule named 'matplotlib.pyplot'\n"]);
        assert!(python.unwrap().contains("{dependencies: {python: [matplotlib]}}"));
        let node = advice(&["Error: Cannot find module '@scope/name'\nRequire stack:"]);
        assert!(node.unwrap().contains("{dependencies: {node: [@scope/name]}}"));
    }

    #[test]
    fn files_and_other_failures_are_no_packages() {
        for text in ["Cannot find module './helper'", "No module named", "KeyError: 'x'"] {
            assert_eq!(advice(&[text]), None, "{text}");
        }
    }
}

//! Chooses how programs are isolated, and finds what runs them.

use std::{env, sync::Arc};

use sandbox::{Backend, Namespaces, runtime::Runtimes};

use crate::{args::BackendName, failure::Failure};

/// Starts the backend that was asked for.
pub(crate) fn start(name: BackendName) -> Result<Arc<dyn Backend>, Failure> {
    match name {
        // Namespaces are the only backend so far, so the strongest is also the only one.
        BackendName::Auto | BackendName::Namespaces => {
            let backend = Namespaces::start().map_err(|error| {
                Failure::unavailable(format!("{error}; `runbook doctor` says what is missing"))
            })?;
            Ok(Arc::new(backend))
        }
    }
}

/// The languages that this machine can run.
pub(crate) fn runtimes() -> Arc<Runtimes> {
    Arc::new(Runtimes::discover(&env::var_os("PATH").unwrap_or_default()))
}

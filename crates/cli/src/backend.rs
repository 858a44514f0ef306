//! Chooses how programs are isolated, and finds what runs them.

use std::{env, sync::Arc};

use sandbox::{Backend, Namespaces, Network, Readiness, runtime::Runtimes};

use crate::{
    args::{BackendName, IsolationFlags, NetworkName},
    failure::Failure,
};

/// Sandboxes that a server keeps half-finished, so that the next sessions start sooner.
const SPARES: u32 = 4;

/// The backend for a command that needs one sandbox and ends.
pub(crate) fn for_one(flags: IsolationFlags) -> Result<Arc<dyn Backend>, Failure> {
    start(flags, Readiness::OnDemand)
}

/// The backend for a server.
pub(crate) fn for_many(flags: IsolationFlags) -> Result<Arc<dyn Backend>, Failure> {
    start(flags, Readiness::Spares(SPARES))
}

fn start(flags: IsolationFlags, readiness: Readiness) -> Result<Arc<dyn Backend>, Failure> {
    match flags.backend {
        // Namespaces are the only backend so far, so the strongest is also the only one.
        BackendName::Auto | BackendName::Namespaces => {
            let backend = Namespaces::new(readiness).map_err(|error| {
                Failure::unavailable(format!("{error}; `runbook doctor` says what is missing"))
            })?;
            Ok(Arc::new(backend))
        }
    }
}

/// What programs reach.
pub(crate) fn network(flags: IsolationFlags) -> Network {
    match flags.network {
        NetworkName::None => Network::None,
        NetworkName::Host => Network::Full,
    }
}

/// The languages that this machine can run.
pub(crate) fn runtimes() -> Arc<Runtimes> {
    let path = env::var_os("PATH").unwrap_or_default();
    Arc::new(sandbox::runtime::discover(&path.to_string_lossy()))
}

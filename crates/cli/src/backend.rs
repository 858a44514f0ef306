//! Chooses how programs are isolated, and finds what runs them.

use std::{collections::HashMap, env, sync::Arc};

use document::Runtime;
use engine::{Headless, HeadlessError, Offer, Offers};
use sandbox::{
    Backends, BackendsConfig, Choice, DockerConfig, Readiness, Spec, StartError, runtime::Runtimes,
};

use crate::{
    args::{Binding, IsolationFlags, LimitFlags, Offered},
    failure::Failure,
    output,
};

/// Sandboxes that a server keeps half-finished, so that the next sessions start sooner.
const SPARES: u32 = 4;

/// The languages that this machine can run.
pub(crate) fn runtimes() -> Arc<Runtimes> {
    let path = env::var_os("PATH").unwrap_or_default();
    Arc::new(sandbox::runtime::discover(&path.to_string_lossy()))
}

fn backends(flags: &IsolationFlags, readiness: Readiness, runtimes: Arc<Runtimes>) -> Backends {
    let docker =
        DockerConfig { host: flags.docker_host.clone(), image: flags.image.clone(), runtime: None };
    let workspaces = env::temp_dir();
    Backends::new(BackendsConfig { readiness, docker, workspaces, runtimes })
}

/// A sandbox for a command that needs one and ends.
pub(crate) async fn one(
    flags: &IsolationFlags,
    runtimes: Arc<Runtimes>,
    wanted: impl IntoIterator<Item = Runtime> + Clone,
    limits: LimitFlags,
) -> Result<Headless, HeadlessError> {
    let backends = backends(flags, Readiness::OnDemand, runtimes);
    let start = async |choice: &Choice| {
        let backend = backends.get(choice).await?;
        let runtimes = backends.runtimes(choice, None).await?;
        let spec = Spec {
            limits: limits.sandbox(),
            network: flags.network.clone(),
            egress: flags.egress(),
            ..Spec::default()
        };
        Headless::start(&*backend, runtimes, wanted.clone(), spec, limits.execution()).await
    };
    if flags.backend != Choice::Auto {
        return start(&flags.backend).await;
    }
    // Trying it out first, as a server does, would cost as much as the sandbox itself.
    match start(&Choice::Namespaces).await {
        Err(HeadlessError::Start(error)) => {
            let chosen = backends.resolve(&Choice::Auto).await.map_err(|_| error)?;
            output::note(&format!("runbook: programs are isolated by {chosen}"));
            start(&chosen.choice).await
        }
        started => started,
    }
}

/// What a server offers: its own choice first.
pub(crate) async fn many(
    flags: &IsolationFlags,
    others: &[Offered],
    accounts: &[Binding],
) -> Result<Offers, Failure> {
    let backends = backends(flags, Readiness::Spares(SPARES), runtimes());
    let default = offer(&backends, &flags.backend, None).await?;
    let mut offers = Offers { default, others: Vec::new(), accounts: HashMap::new() };
    for Offered { backend, image } in others {
        offers.others.push(offer(&backends, backend, image.clone()).await?);
    }
    for Binding { username, backend } in accounts {
        let bound = offer(&backends, backend, None).await?;
        offers.accounts.insert(username.to_lowercase(), bound.name.clone());
        if !offers.others.iter().chain([&offers.default]).any(|it| it.name == bound.name) {
            offers.others.push(bound);
        }
    }
    Ok(offers)
}

async fn offer(
    backends: &Backends,
    choice: &Choice,
    image: Option<String>,
) -> Result<Offer, Failure> {
    let unavailable = |error: StartError| Failure::unavailable(error.to_string());
    let chosen = backends.resolve(choice).await.map_err(unavailable)?.choice;
    let backend = backends.get(&chosen).await.map_err(unavailable)?;
    let runtimes = backends.runtimes(&chosen, image.as_deref()).await.map_err(unavailable)?;
    Ok(Offer { name: chosen.to_string(), image, backend, runtimes })
}

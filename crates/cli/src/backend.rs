//! Chooses how programs are isolated, and finds what runs them.

use std::{collections::HashMap, env, sync::Arc};

use document::Document;
use engine::{Ground, HeadlessError, NoPackages, Offer, Offers};
use sandbox::{
    Backends, BackendsConfig, Choice, ImageSource, ImagesConfig, Readiness, Spec, StartError,
    System, image::Reference, runtime::Runtimes,
};

use crate::{
    args::{Binding, CacheFlags, ImageFlag, IsolationFlags, LimitFlags, Offered},
    cache::{self, Lifetime},
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

/// An image that sandboxes are made from, and how far it is trusted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    image: Option<Reference>,
    source: ImageSource,
}

impl Wanted {
    /// What the command line says or, where it says nothing, the document. Whoever wrote that may name
    /// an image that is here, and have none brought.
    pub(crate) fn new(
        flags: &IsolationFlags,
        document: Option<&Document>,
    ) -> Result<Self, Failure> {
        let source = ImageSource::Anywhere(flags.registry.config());
        let named = |image| Self { image, source };
        match &flags.image {
            Some(ImageFlag::None) => return Ok(named(None)),
            Some(ImageFlag::Image(image)) => return Ok(named(Some(image.clone()))),
            None => {}
        }
        let options = document.and_then(|it| it.front_matter.as_ref()).map(|it| &it.sandbox);
        match options.and_then(|it| it.image.as_deref()) {
            None => Ok(named(None)),
            Some(text) => {
                let image = text.parse().map_err(Failure::rejected)?;
                Ok(Self { image: Some(image), source: ImageSource::Nowhere })
            }
        }
    }

    pub(crate) fn is_image(&self) -> bool {
        self.image.is_some()
    }

    /// Refuses a package where none are installed, before an image is brought here in vain.
    pub(crate) fn check_package(
        &self,
        backend: &Choice,
        dependency: &str,
    ) -> Result<(), NoPackages> {
        let dependency = dependency.to_owned();
        match (&self.image, backend) {
            (Some(image), _) => Err(NoPackages::Image { dependency, image: image.to_string() }),
            (None, Choice::Docker { .. }) => {
                Err(NoPackages::Backend { dependency, backend: "docker" })
            }
            (None, Choice::Auto | Choice::Namespaces | Choice::Host) => Ok(()),
        }
    }
}

fn backends(
    flags: &IsolationFlags,
    readiness: Readiness,
    runtimes: Arc<Runtimes>,
    source: ImageSource,
) -> Backends {
    let docker = flags.docker.config();
    let images = ImagesConfig { store: flags.data.images(), source };
    let workspaces = env::temp_dir();
    Backends::new(BackendsConfig { readiness, docker, images, workspaces, runtimes })
}

/// Starts what a command needs that ends after it. `start` is asked again where this machine has no
/// namespaces and nobody insists on them.
pub(crate) async fn one<T>(
    (flags, kept, limits): (&IsolationFlags, &CacheFlags, LimitFlags),
    Wanted { image, source }: Wanted,
    runtimes: Arc<Runtimes>,
    mut start: impl AsyncFnMut(Ground) -> Result<T, HeadlessError>,
) -> Result<T, HeadlessError> {
    let backends = backends(flags, Readiness::OnDemand, runtimes, source);
    let image = image.as_ref();
    let mut start = async |choice: &Choice| {
        let backend = backends.get(choice).await?;
        let runtimes = backends.runtimes(choice, image).await?;
        let spec = Spec {
            limits: limits.sandbox(),
            network: flags.network.clone(),
            egress: flags.egress(),
            system: image.map_or(System::Host, |it| System::Image(it.clone())),
            ..Spec::default()
        };
        let offer = Offer { name: choice.to_string(), image: image.cloned(), backend, runtimes };
        let environments = cache::open(kept, flags, &offer, Lifetime::Command)?;
        start(Ground { offer, spec, limits: limits.execution(), environments }).await
    };
    if flags.backend != Choice::Auto {
        return start(&flags.backend).await;
    }
    // Trying it out first, as a server does, would cost as much as the sandbox itself.
    match start(&Choice::Namespaces).await {
        Err(HeadlessError::Start(error)) => {
            let chosen = backends.resolve(&Choice::Auto, image).await.map_err(|_| error)?;
            output::note(&format!("runbook: programs are isolated by {chosen}"));
            start(&chosen.choice).await
        }
        started => started,
    }
}

/// What a server offers: its own choice first, for the only document that it may have.
pub(crate) async fn many(
    flags: &IsolationFlags,
    document: Option<&Document>,
    others: &[Offered],
    accounts: &[Binding],
) -> Result<Offers, Failure> {
    let Wanted { image, source } = Wanted::new(flags, document)?;
    let backends = backends(flags, Readiness::Spares(SPARES), runtimes(), source);
    let offer = async |choice: &Choice, own: Option<&Reference>| {
        // The host shows no image, and may be offered beside backends that do.
        let usual = image.as_ref().filter(|_| *choice != Choice::Host || *choice == flags.backend);
        offer(&backends, choice, own.or(usual).cloned(), flags).await
    };
    let default = offer(&flags.backend, None).await?;
    let mut offers = Offers { default, others: Vec::new(), accounts: HashMap::new() };
    for Offered { backend, image } in others {
        offers.others.push(offer(backend, image.as_ref()).await?);
    }
    for Binding { username, backend } in accounts {
        let bound = offer(backend, None).await?;
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
    image: Option<Reference>,
    flags: &IsolationFlags,
) -> Result<Offer, Failure> {
    let unavailable = |error: StartError| Failure::unavailable(error.to_string());
    let chosen = backends.resolve(choice, image.as_ref()).await.map_err(unavailable)?.choice;
    let backend = backends.get(&chosen).await.map_err(unavailable)?;
    // Known by its name too, so that documents can ask for it.
    let image = image.or_else(|| match &chosen {
        Choice::Docker { .. } => flags.docker.container_image.clone(),
        Choice::Auto | Choice::Namespaces | Choice::Host => None,
    });
    let runtimes = backends.runtimes(&chosen, image.as_ref()).await.map_err(unavailable)?;
    Ok(Offer { name: chosen.to_string(), image, backend, runtimes })
}

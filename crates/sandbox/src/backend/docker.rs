//! Sandboxes as containers of Docker, or of whatever speaks its API (Podman).
//!
//! ```text
//!  start ── create ─▶ attach ─▶ start ──▶ guest, first process of the container
//!   link ◀══ attached standard input and output ══▶
//!  guard ── remove ─▶ daemon ── events: oom, destroy ──▶ witness ──▶ ended
//! ```
//!
//! The guest comes in a volume that is filled once for each daemon and mounted read-only, so the image
//! needs nothing of ours and the daemon may be on another machine. It refuses images that ask for
//! writable volumes, and shows directories of the host only where a [`Spec`] mounts them.

mod archive;
mod container;
mod daemon;
mod facts;
mod failure;
mod guard;
mod guest_volume;
mod link;
mod network;
mod seccomp;
mod user;
mod witness;

use std::{collections::HashMap, sync::Arc};

use tokio::sync::{Mutex, oneshot};

use crate::{
    backend::{Backend, BoxFuture, Shows, Spec, StartError, Started, System},
    image::{Reference, Target},
    runtime::{Runtimes, discover_in},
    sandbox::Sandbox,
};

pub use container::WORKSPACE;
pub(crate) use daemon::Daemon;
use daemon::ImageFacts;
pub use facts::Facts;

/// Where Docker listens unless it was told otherwise.
pub const DEFAULT_HOST: &str = "unix:///var/run/docker.sock";

/// The label that tells which server a container belongs to.
const LABEL: &str = "runbook.launcher";

/// Which daemon, image and runtime to use. The crate reads no environment: what `DOCKER_HOST` and
/// `CONTAINER_IMAGE` say is the caller's to pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerConfig {
    /// `unix:///path` or, unencrypted, `tcp://host:port`.
    pub host: String,
    /// The image of sandboxes whose [`Spec`] asks for none.
    pub image: Option<String>,
    /// An OCI runtime that the daemon knows, such as `runsc`; without one, the daemon's default.
    pub runtime: Option<String>,
}

impl Default for DockerConfig {
    fn default() -> Self {
        Self { host: DEFAULT_HOST.to_owned(), image: None, runtime: None }
    }
}

/// The backend of containers.
#[derive(Debug)]
pub struct Docker {
    config: DockerConfig,
    current: Mutex<Option<Arc<Daemon>>>,
    /// By image id: what was found in it.
    runtimes: Mutex<HashMap<String, Arc<Runtimes>>>,
}

impl Docker {
    /// Asks nothing of the daemon yet; that comes with the first sandbox or with [`Self::prepare`].
    #[must_use]
    pub fn new(config: DockerConfig) -> Self {
        Self { config, current: Mutex::default(), runtimes: Mutex::default() }
    }

    #[must_use]
    pub fn config(&self) -> &DockerConfig {
        &self.config
    }

    /// Finds the daemon, the runtime and the image, removes what dead servers left there, and says
    /// what was found.
    pub async fn prepare(&self) -> Result<Facts, StartError> {
        let daemon = self.daemon().await?;
        daemon.facts.check_runtime(self.config.runtime.as_deref())?;
        daemon.image(self.image(&Spec::default())?).await?;
        Ok(daemon.facts.clone())
    }

    /// Only finds the daemon, and says what it can do.
    pub async fn facts(&self) -> Result<Facts, StartError> {
        Ok(self.daemon().await?.facts.clone())
    }

    /// What identifies the content of the image that a sandbox of this spec would have.
    pub async fn image_id(&self, spec: &Spec) -> Result<String, StartError> {
        let daemon = self.daemon().await?;
        Ok(daemon.image(self.image(spec)?).await?.id)
    }

    /// The languages of an image, or of the usual one, asked in a sandbox once for each content.
    pub async fn runtimes(&self, image: Option<&Reference>) -> Result<Arc<Runtimes>, StartError> {
        let system = image.map_or(System::Host, |it| System::Image(it.clone()));
        let spec = Spec { system, ..Spec::default() };
        let ImageFacts { id, env } = self.daemon().await?.image(self.image(&spec)?).await?;
        // Held while asking, so that the second who wants to know waits and need not ask.
        let mut runtimes = self.runtimes.lock().await;
        if let Some(found) = runtimes.get(&id) {
            return Ok(Arc::clone(found));
        }
        let sandbox = Sandbox::start(self, spec).await?;
        let found = discover_in(&sandbox, &env).await;
        sandbox.destroy().await;
        let found = Arc::new(found.map_err(|error| StartError::Guest(error.to_string()))?);
        runtimes.insert(id, Arc::clone(&found));
        Ok(found)
    }

    pub(crate) async fn daemon(&self) -> Result<Arc<Daemon>, StartError> {
        let mut current = self.current.lock().await;
        if let Some(daemon) = current.as_ref() {
            return Ok(Arc::clone(daemon));
        }
        let daemon = Arc::new(Daemon::connect(&self.config.host).await?);
        *current = Some(Arc::clone(&daemon));
        Ok(daemon)
    }

    fn image<'a>(&'a self, spec: &'a Spec) -> Result<&'a str, StartError> {
        match spec.image() {
            Some(image) if matches!(image.target(), Target::Path { .. }) => {
                Err(StartError::Unavailable {
                    what: format!("the Docker daemon cannot read the image {image} from its place"),
                    advice: "load it with `docker load`, and name it as the daemon does".to_owned(),
                })
            }
            Some(image) => Ok(image.as_str()),
            None => self.config.image.as_deref().ok_or_else(|| StartError::Unavailable {
                what: "no image is named for sandboxes of the docker backend".to_owned(),
                advice: "set CONTAINER_IMAGE; deploy/image builds one with every language"
                    .to_owned(),
            }),
        }
    }

    async fn start_one(&self, spec: Spec) -> Result<Started, StartError> {
        spec.refuse_systems("docker", Shows::Images)?;
        spec.check_mounts()?;
        let daemon = self.daemon().await?;
        let user = user::of(&spec, &self.config.host, &daemon.facts)?;
        daemon.facts.check_runtime(self.config.runtime.as_deref())?;
        let image = daemon.image(self.image(&spec)?).await?.id;
        let order = container::Order { spec, image, runtime: self.config.runtime.clone(), user };
        // On a task of its own: were the request to create dropped half-way, nobody would know the
        // container's name.
        let (tell, told) = oneshot::channel();
        let worker = Arc::clone(&daemon);
        daemon.spawn(async move {
            // Whoever asked may be gone; dropping the answer then ends the container.
            tell.send(worker.start(order).await).ok();
        });
        told.await.map_err(|_| StartError::Failed {
            step: "start a container".to_owned(),
            reason: std::io::Error::other("the runtime is shutting down"),
        })?
    }
}

impl Backend for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn start(&self, spec: Spec) -> BoxFuture<'_, Result<Started, StartError>> {
        Box::pin(self.start_one(spec))
    }

    fn identity<'a>(&'a self, system: &'a System) -> BoxFuture<'a, Result<String, StartError>> {
        let spec = Spec { system: system.clone(), ..Spec::default() };
        Box::pin(async move { self.image_id(&spec).await })
    }
}

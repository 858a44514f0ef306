//! One daemon that was reached: what its sandboxes share.

use std::{collections::HashMap, fmt, sync::Arc};

use bollard::{
    errors::Error,
    models::{ContainerSummary, ContainerSummaryStateEnum},
    query_parameters::{
        AttachContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
    },
};
use tokio::{runtime::Handle, sync::Mutex};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::{
    LABEL,
    container::{self, GUEST, Order, WORKSPACE},
    facts::Facts,
    failure::{failed, no_daemon, no_image, status, words},
    guard::{ContainerControl, ContainerGuard},
    guest_volume,
    link::link,
    network,
    witness::Witness,
};
use crate::backend::{StartError, Started, owner::Owner};

/// What the processor of this build is called by Docker, after Go.
const ARCHITECTURES: [(&str, &str); 2] = [("x86_64", "amd64"), ("aarch64", "arm64")];

/// An image as the daemon has it.
#[derive(Debug)]
pub(super) struct ImageFacts {
    /// So that a tag that moves meanwhile changes nothing.
    pub(super) id: String,
    /// What its maker wants programs to find in their environment.
    pub(super) env: Arc<[(String, String)]>,
}

pub(crate) struct Daemon {
    pub(super) api: bollard::Docker,
    host: String,
    pub(super) facts: Facts,
    owner: String,
    volume: String,
    volume_is_filled: Mutex<bool>,
    witness: Arc<Witness>,
    runtime: Handle,
    tasks: TaskTracker,
    _witnessing: AbortOnDropHandle<()>,
}

impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daemon").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Daemon {
    /// Meets the daemon, and removes the leftovers of servers that are gone.
    pub(super) async fn connect(host: &str) -> Result<Self, StartError> {
        let unreachable = |error| no_daemon(host, &error);
        let api = bollard::Docker::connect_with_host(host).map_err(unreachable)?;
        let facts = Facts::of(api.info().await.map_err(unreachable)?);
        if let Err(error) = remove_leftovers(&api).await {
            tracing::warn!(%error, "leftovers on the Docker daemon could not be looked for");
        }
        let (runtime, tasks) = (Handle::current(), TaskTracker::new());
        let owner = Owner::ours().to_string();
        let witness = Arc::new(Witness::default());
        let witnessing = {
            let (witness, api, owner) = (Arc::clone(&witness), api.clone(), owner.clone());
            let since = facts.asked_at.clone();
            tasks.spawn_on(async move { witness.serve(&api, &owner, since).await }, &runtime)
        };
        Ok(Self {
            api,
            host: host.to_owned(),
            facts,
            owner,
            volume: guest_volume::name(),
            volume_is_filled: Mutex::new(false),
            witness,
            runtime,
            tasks,
            _witnessing: AbortOnDropHandle::new(witnessing),
        })
    }

    /// Runs something to its end, whoever waits for it.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(task, &self.runtime);
    }

    /// An image that sandboxes can be made from.
    pub(super) async fn image(&self, name: &str) -> Result<ImageFacts, StartError> {
        let image = match self.api.inspect_image(name).await {
            Ok(image) => image,
            Err(error) if status(&error) == Some(404) => return Err(no_image(name, &self.host)),
            Err(error) => return Err(failed("inspect the image")(error)),
        };
        let ours = std::env::consts::ARCH;
        let ours = ARCHITECTURES.iter().find(|(it, _)| *it == ours).map_or(ours, |(_, it)| it);
        if image.architecture.as_deref().is_some_and(|it| !it.is_empty() && it != ours) {
            return Err(StartError::Unavailable {
                what: format!("image {name:?} is for {:?}", image.architecture.unwrap_or_default()),
                advice: format!("use one for {ours}, which this server was built for"),
            });
        }
        let config = image.config.unwrap_or_default();
        if let Some(volume) = config.volumes.unwrap_or_default().first() {
            return Err(StartError::Unavailable {
                what: format!(
                    "image {name:?} declares the volume {volume}, which would be writable"
                ),
                advice: "use an image without VOLUME".to_owned(),
            });
        }
        let env = config.env.unwrap_or_default();
        let pairs = env.iter().filter_map(|it| it.split_once('='));
        let env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let id = image.id.ok_or_else(|| no_image(name, &self.host))?;
        Ok(ImageFacts { id, env })
    }

    pub(super) async fn start(self: Arc<Self>, order: Order) -> Result<Started, StartError> {
        if order.spec.network.is_shared() {
            network::ensure(&self.api).await?;
        }
        self.fill_volume(&order.image).await?;
        match self.start_once(&order).await {
            // Volumes that no container uses are pruned now and then.
            Err(StartError::Failed { step, reason }) if reason.to_string().contains(GUEST) => {
                tracing::debug!(step, %reason, "the guest's volume was emptied");
                *self.volume_is_filled.lock().await = false;
                self.fill_volume(&order.image).await?;
                self.start_once(&order).await
            }
            other => other,
        }
    }

    async fn fill_volume(&self, image: &str) -> Result<(), StartError> {
        let mut filled = self.volume_is_filled.lock().await;
        if !*filled {
            guest_volume::fill(&self.api, &self.volume, image, &self.owner).await?;
            *filled = true;
        }
        Ok(())
    }

    async fn start_once(self: &Arc<Self>, order: &Order) -> Result<Started, StartError> {
        let body = container::body(order, &self.facts, &self.owner, &self.volume);
        let created = self.api.create_container(None, body).await;
        let id = created.map_err(failed("create a container"))?.id;
        let fate = self.witness.watch(&id);
        // From here on dropping the guard removes the container.
        let guard = ContainerGuard::new(Arc::clone(self), id.clone(), fate);
        let options = AttachContainerOptionsBuilder::new().stream(true).stdin(true).stdout(true);
        let streams = self.api.attach_container(&id, Some(options.build())).await;
        let link = link(streams.map_err(failed("attach to the container"))?);
        self.api.start_container(&id, None).await.map_err(failed("start the container"))?;
        let runtime = order.runtime.as_deref();
        Ok(Started {
            link: Box::new(link),
            guard: Box::new(guard),
            control: Arc::new(ContainerControl { api: self.api.clone(), id }),
            isolation: self.facts.isolation(&order.spec, runtime),
            workspace: WORKSPACE.to_owned(),
        })
    }

    /// Kills and removes a container, whatever state it is in.
    pub(super) async fn remove(&self, id: &str) {
        match remove(&self.api, id).await {
            Ok(()) => self.witness.saw_removed(id),
            // It is being removed already; an event will say when it is done.
            Err(error) if status(&error) == Some(409) => {}
            Err(error) => tracing::warn!(id, error = words(&error), "a container is not removed"),
        }
    }
}

async fn remove(api: &bollard::Docker, id: &str) -> Result<(), Error> {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match api.remove_container(id, Some(options)).await {
        Err(error) if status(&error) == Some(404) => Ok(()),
        other => other,
    }
}

/// Containers of servers of this machine that have ended. They end with their link, so this finds only
/// what was interrupted between two steps, or was never started.
async fn remove_leftovers(api: &bollard::Docker) -> Result<(), Error> {
    let filters = HashMap::from([("label", vec![LABEL])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    for container in api.list_containers(Some(options)).await? {
        if is_leftover(&container)
            && let Some(id) = &container.id
            && let Err(error) = remove(api, id).await
        {
            tracing::warn!(id, error = words(&error), "a leftover container is not removed");
        }
    }
    Ok(())
}

fn is_leftover(container: &ContainerSummary) -> bool {
    let label = container.labels.as_ref().and_then(|it| it.get(LABEL));
    let owner = label.and_then(|it| it.parse::<Owner>().ok());
    // The daemon is at it itself.
    let leaving = container.state == Some(ContainerSummaryStateEnum::REMOVING);
    !leaving && owner.is_some_and(|it| it.is_gone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::docker::facts::label;

    fn container(owner: &str) -> ContainerSummary {
        ContainerSummary {
            labels: Some(label(LABEL, owner)),
            state: Some(ContainerSummaryStateEnum::RUNNING),
            ..ContainerSummary::default()
        }
    }

    #[test]
    fn only_containers_whose_server_of_this_machine_has_ended_are_leftovers() {
        let ours = Owner::ours().to_string();
        let (place, _) = ours.split_once('.').unwrap();
        assert!(!is_leftover(&container(&ours)));
        // No process has the largest number that a pid can be and started at the boot.
        assert!(is_leftover(&container(&format!("{place}.4194304.0"))));
        assert!(!is_leftover(&container("another-boot.4194304.0")));
        assert!(!is_leftover(&container("hand-made")));
        assert!(!is_leftover(&ContainerSummary::default()));
    }
}

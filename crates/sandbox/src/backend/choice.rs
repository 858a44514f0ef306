//! Which backend to use: a choice by name, and one instance for each that was chosen.

use std::{collections::HashMap, fmt, path::PathBuf, str::FromStr, sync::Arc};

use tokio::sync::Mutex;

use crate::{
    backend::{
        Backend, Spec, StartError, System,
        docker::{Docker, DockerConfig},
        host::Host,
        namespaces::{ImagesConfig, Namespaces, Readiness},
    },
    image::{Digest, Reference},
    runtime::{Runtimes, discover_in},
    sandbox::Sandbox,
};

/// A backend by its name on the command line, in an account and in a document: `auto`, `namespaces`,
/// `docker`, `docker:RUNTIME`, `host`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    /// The strongest that works here; never [`Self::Host`].
    #[default]
    Auto,
    Namespaces,
    Docker {
        /// An OCI runtime that the daemon knows, such as `runsc`.
        runtime: Option<String>,
    },
    /// No isolation at all.
    Host,
}

/// Not the name of a backend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no backend; use auto, namespaces, docker, docker:RUNTIME or host")]
pub struct InvalidChoice {
    pub name: String,
}

impl FromStr for Choice {
    type Err = InvalidChoice;

    fn from_str(name: &str) -> Result<Self, InvalidChoice> {
        // As OCI runtimes are named in a daemon's configuration, or by containerd.
        let is_plain = |it: &str| {
            let may = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
            !it.is_empty() && it.len() <= 100 && it.chars().all(may)
        };
        match name {
            "auto" => Ok(Self::Auto),
            "namespaces" => Ok(Self::Namespaces),
            "docker" => Ok(Self::Docker { runtime: None }),
            "host" => Ok(Self::Host),
            _ => match name.strip_prefix("docker:").filter(|it| is_plain(it)) {
                Some(runtime) => Ok(Self::Docker { runtime: Some(runtime.to_owned()) }),
                None => Err(InvalidChoice { name: name.to_owned() }),
            },
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Namespaces => f.write_str("namespaces"),
            Self::Docker { runtime: None } => f.write_str("docker"),
            Self::Docker { runtime: Some(runtime) } => write!(f, "docker:{runtime}"),
            Self::Host => f.write_str("host"),
        }
    }
}

/// What backends are made from, once somebody wants them.
#[derive(Debug)]
pub struct BackendsConfig {
    pub readiness: Readiness,
    /// The daemon and the usual image; its runtime is taken from the choice.
    pub docker: DockerConfig,
    /// The images of sandboxes made of namespaces.
    pub images: ImagesConfig,
    /// Where [`Choice::Host`] makes workspaces, such as `/tmp`.
    pub workspaces: PathBuf,
    /// The languages of this machine.
    pub runtimes: Arc<Runtimes>,
}

/// One instance of each backend in use, so that a hub can have several at once.
#[derive(Debug)]
pub struct Backends {
    config: BackendsConfig,
    made: Mutex<HashMap<Choice, Made>>,
    /// What `auto` came to, for each image that was asked for.
    auto: Mutex<HashMap<Option<Reference>, Chosen>>,
    /// What was found in the images of namespaces.
    runtimes: Mutex<HashMap<Digest, Arc<Runtimes>>>,
}

#[derive(Clone, Debug)]
enum Made {
    Namespaces(Arc<Namespaces>),
    Docker(Arc<Docker>),
    Host(Arc<Host>),
}

/// What `auto` came to, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub choice: Choice,
    /// Every backend that was tried, the strongest first, with the reason why it was passed over.
    pub tried: Vec<(Choice, Option<String>)>,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.choice)?;
        for (choice, reason) in &self.tried {
            if let Some(reason) = reason {
                write!(f, "; not {choice}: {reason}")?;
            }
        }
        Ok(())
    }
}

impl Backends {
    /// Makes none yet.
    #[must_use]
    pub fn new(config: BackendsConfig) -> Self {
        Self { config, made: Mutex::default(), auto: Mutex::default(), runtimes: Mutex::default() }
    }

    /// The one instance of a backend. Whether it works shows at its first start, but for `auto`, which
    /// has tried it.
    ///
    /// # Errors
    ///
    /// It cannot be made, or `auto` found none that works.
    pub async fn get(&self, choice: &Choice) -> Result<Arc<dyn Backend>, StartError> {
        Ok(match self.instance(&self.resolve(choice, None).await?.choice).await? {
            Made::Namespaces(backend) => backend,
            Made::Docker(backend) => backend,
            Made::Host(backend) => backend,
        })
    }

    /// Replaces `auto` by the backend it stands for with this image, and says why; any other choice
    /// stays.
    ///
    /// # Errors
    ///
    /// `auto` found none that works. It is tried again when asked again.
    pub async fn resolve(
        &self,
        choice: &Choice,
        image: Option<&Reference>,
    ) -> Result<Chosen, StartError> {
        if *choice != Choice::Auto {
            return Ok(Chosen { choice: choice.clone(), tried: Vec::new() });
        }
        let mut auto = self.auto.lock().await;
        if let Some(chosen) = auto.get(&image.cloned()) {
            return Ok(chosen.clone());
        }
        let chosen = self.try_each(image).await?;
        tracing::info!(backend = %chosen, "chose how programs are isolated");
        auto.insert(image.cloned(), chosen.clone());
        Ok(chosen)
    }

    /// The languages that programs of a backend find: those of this machine, or of the image, which is
    /// made ready.
    ///
    /// # Errors
    ///
    /// The image cannot be looked into.
    pub async fn runtimes(
        &self,
        choice: &Choice,
        image: Option<&Reference>,
    ) -> Result<Arc<Runtimes>, StartError> {
        match (self.instance(&self.resolve(choice, image).await?.choice).await?, image) {
            (Made::Docker(docker), image) => docker.runtimes(image).await,
            (Made::Namespaces(backend), Some(image)) => self.runtimes_in(&backend, image).await,
            (Made::Namespaces(_) | Made::Host(_), _) => Ok(Arc::clone(&self.config.runtimes)),
        }
    }

    /// Asks in a sandbox, once for each content.
    async fn runtimes_in(
        &self,
        backend: &Namespaces,
        reference: &Reference,
    ) -> Result<Arc<Runtimes>, StartError> {
        let image = backend.image(reference).await?;
        // Held while asking, so that the second who wants to know waits and need not ask.
        let mut runtimes = self.runtimes.lock().await;
        if let Some(found) = runtimes.get(image.digest()) {
            return Ok(Arc::clone(found));
        }
        let spec = Spec { system: System::Image(reference.clone()), ..Spec::default() };
        let sandbox = Sandbox::start(backend, spec).await?;
        let found = discover_in(&sandbox, image.env()).await;
        sandbox.destroy().await;
        let found = Arc::new(found.map_err(|error| StartError::Guest(error.to_string()))?);
        runtimes.insert(*image.digest(), Arc::clone(&found));
        Ok(found)
    }

    async fn try_each(&self, image: Option<&Reference>) -> Result<Chosen, StartError> {
        let mut tried = Vec::new();
        for choice in [Choice::Namespaces, Choice::Docker { runtime: None }] {
            match self.try_one(&choice, image).await {
                Ok(()) => {
                    tried.push((choice.clone(), None));
                    return Ok(Chosen { choice, tried });
                }
                Err(error) => tried.push((choice, Some(error.to_string()))),
            }
        }
        let reasons: Vec<_> = tried
            .iter()
            .map(|(choice, reason)| format!("{choice}: {}", reason.as_deref().unwrap_or_default()))
            .collect();
        Err(StartError::Unavailable {
            what: format!("no isolation works here ({})", reasons.join("; ")),
            advice: "`runbook doctor` says what is missing".to_owned(),
        })
    }

    /// Only a start tells.
    async fn try_one(&self, choice: &Choice, image: Option<&Reference>) -> Result<(), StartError> {
        let system = image.map_or(System::Host, |it| System::Image(it.clone()));
        let spec = Spec { system, ..Spec::default() };
        let mut started = match self.instance(choice).await? {
            Made::Namespaces(backend) => backend.start(spec).await?,
            Made::Docker(backend) => backend.start(spec).await?,
            Made::Host(backend) => backend.start(spec).await?,
        };
        started.guard.kill();
        started.guard.ended().await;
        Ok(())
    }

    /// Never for [`Choice::Auto`], which `resolve` has replaced.
    async fn instance(&self, choice: &Choice) -> Result<Made, StartError> {
        let mut made = self.made.lock().await;
        if let Some(made) = made.get(choice) {
            return Ok(made.clone());
        }
        let new = match choice {
            Choice::Auto | Choice::Namespaces => {
                let namespaces = Namespaces::new(self.config.readiness)?;
                Made::Namespaces(Arc::new(namespaces.with_images(self.config.images.clone())))
            }
            Choice::Docker { runtime } => Made::Docker(Arc::new(Docker::new(DockerConfig {
                runtime: runtime.clone(),
                ..self.config.docker.clone()
            }))),
            Choice::Host => Made::Host(Arc::new(Host::new(&self.config.workspaces)?)),
        };
        Ok(made.entry(choice.clone()).or_insert(new).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::namespaces::ImageSource;

    fn backends(docker: &str) -> Backends {
        Backends::new(BackendsConfig {
            readiness: Readiness::OnDemand,
            docker: DockerConfig { host: docker.to_owned(), ..DockerConfig::default() },
            images: ImagesConfig {
                store: PathBuf::from("/nowhere/images"),
                source: ImageSource::Nowhere,
            },
            workspaces: PathBuf::from("/tmp"),
            runtimes: Arc::new(crate::runtime::discover("")),
        })
    }

    #[test]
    fn names_are_read_and_written_alike() {
        for name in
            ["auto", "namespaces", "docker", "docker:runsc", "docker:io.containerd.kata.v2", "host"]
        {
            assert_eq!(name.parse::<Choice>().map(|it| it.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "podman", "docker:", "docker:a b", "docker:../x", "Namespaces"] {
            assert!(name.parse::<Choice>().is_err(), "{name}");
        }
    }

    #[tokio::test]
    async fn auto_takes_what_works_and_never_the_host() {
        let backends = backends("unix:///nowhere");
        match backends.get(&Choice::Auto).await {
            Ok(backend) => assert_eq!(backend.name(), "namespaces"),
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains("namespaces: ") && said.contains("docker: "), "{said}");
            }
        }
    }

    #[tokio::test]
    async fn each_backend_is_made_once_and_several_live_side_by_side() {
        let backends = backends("unix:///nowhere");
        let host = backends.get(&Choice::Host).await.unwrap();
        let again = backends.get(&Choice::Host).await.unwrap();
        assert!(Arc::ptr_eq(&host, &again));
        let gvisor = Choice::Docker { runtime: Some("runsc".to_owned()) };
        let plain = Choice::Docker { runtime: None };
        let (gvisor, plain) =
            (backends.get(&gvisor).await.unwrap(), backends.get(&plain).await.unwrap());
        assert!(!Arc::ptr_eq(&gvisor, &plain));
        assert_eq!((host.name(), plain.name()), ("host", "docker"));
    }

    #[test]
    fn what_was_passed_over_is_said_with_its_reason() {
        let docker = Choice::Docker { runtime: None };
        let chosen = Chosen {
            choice: docker.clone(),
            tried: vec![
                (Choice::Namespaces, Some("clone is not permitted".to_owned())),
                (docker, None),
            ],
        };
        assert_eq!(chosen.to_string(), "docker; not namespaces: clone is not permitted");
    }
}

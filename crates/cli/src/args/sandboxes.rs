//! What sandboxes are made of: how they are isolated, their images, their network, their caches.

use std::{path::PathBuf, time::Duration};

use clap::{Args as Flags, Subcommand, builder::FalseyValueParser};
use engine::IndexUrl;
use sandbox::{
    Choice, DockerConfig, EgressConfig, Network, Rule,
    egress::UpstreamProxy,
    image::{Credentials, InvalidReference, Reference, RegistryConfig},
};

use super::duration;
use crate::output;

#[derive(Clone, Debug, Flags)]
pub(crate) struct DockerFlags {
    /// Image of the docker backend's sandboxes where nobody asks for another one.
    #[arg(long, env = "CONTAINER_IMAGE")]
    pub(crate) container_image: Option<Reference>,
    /// Where the Docker daemon, or Podman, listens.
    #[arg(long, env = "DOCKER_HOST", default_value = sandbox::backend::docker::DEFAULT_HOST)]
    pub(crate) docker_host: String,
}

impl DockerFlags {
    pub(crate) fn config(&self) -> DockerConfig {
        let image = self.container_image.as_ref().map(ToString::to_string);
        DockerConfig { host: self.docker_host.clone(), image, runtime: None }
    }
}

#[derive(Clone, Debug, Flags)]
pub(crate) struct IsolationFlags {
    /// How programs are isolated: auto, namespaces, docker, docker:RUNTIME or host (not at all).
    #[arg(long, env = "RUNBOOK_BACKEND", default_value = "auto")]
    pub(crate) backend: Choice,
    /// Image that sandboxes are made from, with namespaces as with containers: `python:3.12`, `sha256:…`
    /// or `oci:DIRECTORY`; `none` is this machine's own programs, whatever a document asks for.
    #[arg(long, env = "RUNBOOK_IMAGE", value_parser = image)]
    pub(crate) image: Option<ImageFlag>,
    #[command(flatten)]
    pub(crate) data: DataFlags,
    #[command(flatten)]
    pub(crate) registry: RegistryFlags,
    #[command(flatten)]
    pub(crate) docker: DockerFlags,
    /// What programs reach: none, host (whatever this machine reaches, its own services included), or
    /// a list such as `pypi.org,*.npmjs.org:443`.
    #[arg(long, env = "RUNBOOK_NETWORK", default_value = "none", value_parser = network)]
    pub(crate) network: Network,
    /// Proxy through which this machine itself reaches the hosts of such a list.
    #[arg(long, env = "RUNBOOK_UPSTREAM_PROXY", hide_env_values = true)]
    pub(crate) upstream_proxy: Option<UpstreamProxy>,
}

#[derive(Clone, Debug, Flags)]
pub(crate) struct CacheFlags {
    /// Where packages and compiled programs are kept: not below /tmp, /etc or /run. By default
    /// `runbook` in the user's directory for caches.
    #[arg(long, env = "RUNBOOK_CACHE_DIR", value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Size of all of them, in MiB; what was not used for the longest time is removed first.
    #[arg(long, env = "RUNBOOK_CACHE_MB", default_value_t = 4096)]
    pub(crate) cache_mb: u64,
    /// Time that installing packages may take.
    #[arg(long, env = "RUNBOOK_BUILD_TIMEOUT", default_value = "10m", value_parser = duration)]
    pub(crate) build_timeout: Duration,
    /// Memory for installing packages, and for the files that it writes, in MiB.
    #[arg(long, env = "RUNBOOK_BUILD_MEMORY_MB", default_value_t = 3072)]
    pub(crate) build_memory_mb: u64,
    /// Index for Python instead of the one that pip is configured for.
    #[arg(long, env = "RUNBOOK_PYTHON_INDEX", value_name = "URL", hide_env_values = true)]
    pub(crate) python_index: Option<IndexUrl>,
    /// Registry for JavaScript and TypeScript instead of the one that npm is configured for.
    #[arg(long, env = "RUNBOOK_NPM_REGISTRY", value_name = "URL", hide_env_values = true)]
    pub(crate) npm_registry: Option<IndexUrl>,
    /// Module proxy for Go instead of those of GOPROXY.
    #[arg(long, env = "RUNBOOK_GO_PROXY", value_name = "URL", hide_env_values = true)]
    pub(crate) go_proxy: Option<IndexUrl>,
    /// Sparse registry for Rust instead of the one that cargo is configured for.
    #[arg(long, env = "RUNBOOK_CARGO_INDEX", value_name = "URL", hide_env_values = true)]
    pub(crate) cargo_index: Option<IndexUrl>,
    /// Another host from which an index lets packages be fetched; may be repeated.
    #[arg(long, env = "RUNBOOK_INDEX_HOST", value_delimiter = ',', value_name = "HOST")]
    pub(crate) index_host: Vec<Rule>,
}

impl IsolationFlags {
    pub(crate) fn egress(&self) -> EgressConfig {
        EgressConfig { upstream_proxy: self.upstream_proxy.clone(), ..EgressConfig::default() }
    }
}

/// Where this machine keeps what is ours.
#[derive(Clone, Debug, Flags)]
pub(crate) struct DataFlags {
    /// Directory of the embedded database and of images.
    #[arg(long, env = "RUNBOOK_DATA", default_value = "data")]
    pub(crate) data: PathBuf,
}

impl DataFlags {
    /// As an absolute path: whoever opens it may work elsewhere.
    pub(crate) fn images(&self) -> PathBuf {
        let path = self.data.join("images");
        std::path::absolute(&path).unwrap_or(path)
    }
}

/// How images are pulled.
#[derive(Clone, Debug, Flags)]
pub(crate) struct RegistryFlags {
    /// Who pulls images, where a registry wants to know.
    #[arg(long, env = "RUNBOOK_REGISTRY_USER", requires = "registry_password")]
    pub(crate) registry_user: Option<String>,
    /// The user's password or token; better in the variable than on the command line.
    #[arg(
        long,
        env = "RUNBOOK_REGISTRY_PASSWORD",
        hide_env_values = true,
        requires = "registry_user"
    )]
    pub(crate) registry_password: Option<String>,
    /// Speak unencrypted HTTP to registries of other machines, too.
    #[arg(long, env = "RUNBOOK_REGISTRY_PLAIN_HTTP", value_parser = FalseyValueParser::new())]
    pub(crate) registry_plain_http: bool,
    /// Proxy through which this machine reaches registries, as `http://host:port`.
    #[arg(long, env = "RUNBOOK_REGISTRY_PROXY", hide_env_values = true)]
    pub(crate) registry_proxy: Option<String>,
}

impl RegistryFlags {
    pub(crate) fn config(&self) -> RegistryConfig {
        let both = self.registry_user.clone().zip(self.registry_password.clone());
        RegistryConfig {
            credentials: both.map(|(username, password)| Credentials { username, password }),
            plain_http: self.registry_plain_http,
            proxy: self.registry_proxy.clone(),
            announce: Some(output::note),
        }
    }
}

/// What `--image` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImageFlag {
    None,
    Image(Reference),
}

#[derive(Debug, Flags)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    pub(crate) command: ImageCommand,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Unpack an image from an OCI layout (a directory or a tar) or from what `docker save` wrote.
    Import {
        /// The directory or file; `-` reads standard input.
        file: PathBuf,
        /// What to call it here, e.g. `tools:1`; by default what it is called there.
        #[arg(long, env = "RUNBOOK_IMAGE_NAME")]
        name: Option<Reference>,
        /// Which one, where there are several: its name there.
        #[arg(long, env = "RUNBOOK_IMAGE_PICK")]
        pick: Option<String>,
    },
    /// Bring an image from its registry, or what changed of it.
    Pull {
        /// E.g. `python:3.12` or `ghcr.io/ada/tools@sha256:…`.
        image: Reference,
        #[command(flatten)]
        registry: RegistryFlags,
    },
    /// Show the images that are here.
    List {
        /// Print one JSON object for each image.
        #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
        json: bool,
    },
    /// Forget names, and remove images that no name is left for and nobody uses.
    Remove {
        /// Names, or digests for images with all their names.
        #[arg(required = true)]
        images: Vec<Reference>,
    },
}

/// A backend, perhaps with an image, that documents may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(crate) backend: Choice,
    pub(crate) image: Option<Reference>,
}

/// The backend of an account, whatever its documents ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) username: String,
    pub(crate) backend: Choice,
}

/// Reads `BACKEND` or `BACKEND=IMAGE`.
pub(super) fn offered(text: &str) -> Result<Offered, String> {
    let (backend, image) = match text.split_once('=') {
        Some((backend, image)) => {
            (backend, Some(image.parse::<Reference>().map_err(|error| error.to_string())?))
        }
        None => (text, None),
    };
    let backend = backend.parse::<Choice>().map_err(|error| error.to_string())?;
    Ok(Offered { backend, image })
}

/// Reads `none` or an image.
fn image(text: &str) -> Result<ImageFlag, String> {
    match text {
        "none" => Ok(ImageFlag::None),
        image => {
            image.parse().map(ImageFlag::Image).map_err(|error: InvalidReference| error.to_string())
        }
    }
}

/// Reads `USERNAME=BACKEND`.
pub(super) fn binding(text: &str) -> Result<Binding, String> {
    let (username, backend) = text
        .split_once('=')
        .ok_or_else(|| format!("{text:?} binds nobody; write for example ada=docker:runsc"))?;
    let backend = backend.parse::<Choice>().map_err(|error| error.to_string())?;
    Ok(Binding { username: username.to_owned(), backend })
}

/// Reads `none`, `host`, or rules between commas.
fn network(text: &str) -> Result<Network, String> {
    match text {
        "none" => Ok(Network::None),
        "host" => Ok(Network::Full),
        rules => {
            let rules = rules.split(',').map(|it| it.trim().parse::<Rule>());
            let rules: Result<Vec<_>, _> = rules.collect();
            rules.map(Network::Allow).map_err(|error| {
                format!("{error}; use none, host, or host names such as pypi.org,*.npmjs.org:443")
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_word_or_rules() {
        assert_eq!(network("none"), Ok(Network::None));
        assert_eq!(network("host"), Ok(Network::Full));
        let Ok(Network::Allow(rules)) = network("pypi.org, *.npmjs.org:443") else { panic!() };
        assert_eq!(
            rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["pypi.org", "*.npmjs.org:443"]
        );
        for text in ["", "all hosts", "https://pypi.org", "pypi.org,", "*"] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn offers_and_bindings_name_backends() {
        let docker = Choice::Docker { runtime: None };
        let tools = Some("tools:1".parse().unwrap());
        assert_eq!(offered("docker=tools:1"), Ok(Offered { backend: docker, image: tools }));
        assert!(offered("dokcer").is_err() && offered("docker=No Image").is_err());
        assert_eq!(image("none"), Ok(ImageFlag::None));
        assert_eq!(image("tools"), Ok(ImageFlag::Image("tools:latest".parse().unwrap())));
        assert_eq!(binding("ada=host").map(|it| it.backend), Ok(Choice::Host));
        assert!(binding("ada").is_err() && binding("ada=").is_err());
    }
}

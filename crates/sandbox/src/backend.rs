//! Techniques of isolation: what can start a guest and hand back a byte stream.

use std::{fmt, future::Future, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{egress::EgressConfig, image::Reference, isolation::Isolation, network::Network};

pub use launcher::{Access, Interpreter, Limits, Mount, NotMountable, Root};

pub mod choice;
pub mod docker;
pub(crate) mod embedded;
pub mod host;
pub mod namespaces;
mod owner;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A technique of isolation: something that can start a guest and hand back a byte stream.
pub trait Backend: Send + Sync + fmt::Debug {
    /// `namespaces`, `scripted`: the word that users choose it by.
    fn name(&self) -> &'static str;

    fn start(&self, spec: Spec) -> BoxFuture<'_, Result<Started, StartError>>;

    /// Starts a sandbox whose guest is born with this interpreter standing by, as its standby 0.
    ///
    /// That is cheaper than booting one where a backend can clone it. Where it cannot,
    /// [`StartError::NoStandby`] says so, and a plain start does instead.
    fn start_with_standby(
        &self,
        _spec: Spec,
        _interpreter: Interpreter,
    ) -> BoxFuture<'_, Result<Started, StartError>> {
        let reason = format!("the {} backend makes no clones", self.name());
        Box::pin(async { Err(StartError::NoStandby { reason }) })
    }

    /// What identifies the content of a system as its sandboxes would have it now: an image may be
    /// another one tomorrow. Nothing for this host's own.
    fn identity<'a>(&'a self, _system: &'a System) -> BoxFuture<'a, Result<String, StartError>> {
        Box::pin(async { Ok(String::new()) })
    }
}

/// A guest that has begun to listen on its link.
pub struct Started {
    pub link: Box<dyn Link>,
    pub guard: Box<dyn Guard>,
    pub control: Arc<dyn Control>,
    pub isolation: Isolation,
    /// The absolute path of the workspace, as programs see it.
    pub workspace: String,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("isolation", &self.isolation).finish_non_exhaustive()
    }
}

/// The byte stream to a guest.
pub trait Link: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Link for T {}

/// Holds a sandbox alive: dropping it ends the sandbox.
pub trait Guard: Send {
    fn kill(&mut self);

    /// Resolves once nothing of the sandbox is left; safe to drop and to call again.
    fn ended(&mut self) -> BoxFuture<'_, Ended>;
}

/// Acts on a running sandbox from outside, where nothing inside can resist. Does not keep it alive.
pub trait Control: Send + Sync {
    /// Stops every process until [`Self::resume`]; time limits stop too.
    fn pause(&self) -> BoxFuture<'_, Result<(), ControlError>>;

    fn resume(&self) -> BoxFuture<'_, Result<(), ControlError>>;

    /// What the sandbox has used and uses now.
    fn usage(&self) -> BoxFuture<'_, Result<SandboxUsage, ControlError>>;
}

/// Use of the machine by all programs of a sandbox together. `None` is what nobody counts here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SandboxUsage {
    /// User and system time since its start.
    pub cpu: Option<Duration>,
    /// Resident memory and files in memory, in bytes.
    pub memory_bytes: Option<u64>,
    pub peak_memory_bytes: Option<u64>,
    pub processes: Option<u64>,
    /// Read from and written to disks, in bytes.
    pub read_bytes: Option<u64>,
    pub written_bytes: Option<u64>,
}

/// A running sandbox did not do what it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("the {backend} backend cannot {what} here: {reason}")]
    Unsupported { backend: &'static str, what: &'static str, reason: String },
    #[error("{what} failed: {source}")]
    Failed { what: &'static str, source: std::io::Error },
    #[error("the sandbox is gone")]
    Gone,
}

/// What the second witness, who is not the guest, says about the end of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The kernel killed one of its processes because the sandbox was out of memory.
    pub out_of_memory: bool,
    /// Zero when nobody counted.
    pub peak_memory_bytes: u64,
}

/// What a sandbox should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    pub limits: Limits,
    /// Host directories outside `/usr` to show read-only at the same path.
    pub toolchains: Vec<PathBuf>,
    /// Directories of the host's people to show at the same path.
    pub mounts: Vec<Mount>,
    pub system: System,
    pub root: Root,
    /// What its programs reach.
    pub network: Network,
    /// How this machine reaches it for them; used only with [`Network::Allow`].
    pub egress: EgressConfig,
}

impl Spec {
    /// For backends that show their own system only, or images, and those as they are.
    pub(crate) fn refuse_systems(&self, backend: &str, shows: Shows) -> Result<(), StartError> {
        let shown = match self.system {
            System::Host => true,
            System::Image(_) => shows == Shows::Images,
            System::Directory(_) => false,
        };
        if shown && self.root == Root::ReadOnly {
            return Ok(());
        }
        let step = format!("show another system, or a writable one, with the {backend} backend");
        Err(StartError::Failed { step, reason: std::io::ErrorKind::Unsupported.into() })
    }

    /// Refuses directories that no sandbox shows.
    pub(crate) fn check_mounts(&self) -> Result<(), StartError> {
        Ok(self.mounts.iter().try_for_each(Mount::check)?)
    }

    /// Whether programs leave files on the host.
    pub(crate) fn writes_to_the_host(&self) -> bool {
        self.mounts.iter().any(|it| it.access == Access::ReadWrite)
    }

    /// The image that was asked for.
    #[must_use]
    pub fn image(&self) -> Option<&Reference> {
        match &self.system {
            System::Image(image) => Some(image),
            System::Host | System::Directory(_) => None,
        }
    }
}

/// What the root file system of a sandbox is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum System {
    /// What the backend brings along: with namespaces this host's own programs, with containers the
    /// usual image.
    #[default]
    Host,
    /// A whole root file system, unpacked in a directory of this host that nobody changes.
    Directory(PathBuf),
    /// An OCI image: with namespaces one of a [`Store`](crate::image::Store), with containers one that
    /// their daemon has.
    Image(Reference),
}

/// Which systems a backend can show beside its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    Images,
    Nothing,
}

/// A sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// This machine, or who we run as, does not allow what the backend needs.
    #[error("{step} is not permitted here (errno {errno}); `runbook doctor` says why")]
    NotPermitted { step: String, errno: i32 },
    #[error("{step} failed: {reason}")]
    Failed { step: String, reason: std::io::Error },
    /// No sandbox is born with a standby here; started plainly, there may be one.
    #[error("no sandbox with a standby: {reason}")]
    NoStandby { reason: String },
    #[error("the launcher cannot be started: {0}")]
    Launcher(#[source] std::io::Error),
    #[error("the launcher is gone")]
    LauncherGone,
    #[error("no sandbox shows this directory: {0}")]
    Mount(#[from] NotMountable),
    /// What the backend needs is not here, or not ours to use.
    #[error("{what}; {advice}")]
    Unavailable { what: String, advice: String },
    /// The guest started and then said nothing that makes sense.
    #[error("the guest does not answer: {0}")]
    Guest(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_that_a_backend_does_not_show_is_refused_and_not_forgotten() {
        let directory = System::Directory(PathBuf::from("/srv/system"));
        let image = Spec { system: System::Image("a:1".parse().unwrap()), ..Spec::default() };
        let writable = Root::CopyOnWrite { bytes: 1, inodes: 1 };
        for spec in [
            image.clone(),
            Spec { system: directory, ..Spec::default() },
            Spec { root: writable, ..Spec::default() },
        ] {
            let error = spec.refuse_systems("host", Shows::Nothing).unwrap_err().to_string();
            assert!(error.contains("with the host backend"), "{error}");
        }
        assert!(Spec::default().refuse_systems("host", Shows::Nothing).is_ok());
        assert!(image.refuse_systems("docker", Shows::Images).is_ok());
    }
}

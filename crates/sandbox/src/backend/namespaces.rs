//! Sandboxes made of Linux namespaces, by way of the launcher.
//!
//! One launcher serves all sandboxes of one backend. If it dies, its sandboxes die with it, and the
//! next start brings a new one.

use std::{
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream as StdStream,
    },
    sync::{Arc, Weak},
    time::Duration,
};

use launcher::{
    Action, Answer, COPY_ON_WRITE, Enforcement, Failure, Request, message::CgroupSource,
};
use rustix::io::Errno;
use tokio::{net::UnixStream, sync::Mutex};

use crate::{
    backend::{
        Backend, BoxFuture, Control, ControlError, Ended, Guard, Interpreter, Root, SandboxUsage,
        Spec, StartError, Started, System, embedded,
    },
    image::{Image, Reference},
    isolation::Isolation,
};

mod connection;
mod images;

use connection::{Connection, Ticket};
use images::Images;
pub use images::{ImageSource, ImagesConfig};

/// What the launcher says where nothing can do what it was asked.
const EOPNOTSUPP: i32 = Errno::OPNOTSUPP.raw_os_error();

/// How much to prepare for sandboxes that nobody asked for yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing: right for a program that needs one sandbox and ends.
    OnDemand,
    /// This many half-finished sandboxes, which take some 6 to 20 ms off the next starts.
    Spares(u32),
}

/// The backend of Linux namespaces.
#[derive(Debug)]
pub struct Namespaces {
    readiness: Readiness,
    cgroups: CgroupSource,
    programs: Programs,
    images: Images,
    current: Mutex<Option<Arc<Connection>>>,
}

/// The embedded programs as sealed files.
#[derive(Debug)]
struct Programs {
    launcher: OwnedFd,
    guest: OwnedFd,
}

impl Namespaces {
    /// Starts nothing yet; the launcher comes with the first sandbox or with [`Self::prepare`].
    pub fn new(readiness: Readiness) -> Result<Self, StartError> {
        Self::with_cgroups(readiness, CgroupSource::Host)
    }

    /// Like [`Self::new`], for a machine that delegates no control groups.
    pub fn without_cgroups(readiness: Readiness) -> Result<Self, StartError> {
        Self::with_cgroups(readiness, CgroupSource::Nowhere)
    }

    fn with_cgroups(readiness: Readiness, cgroups: CgroupSource) -> Result<Self, StartError> {
        let sealed = |name, program| embedded::sealed(name, program).map_err(StartError::Launcher);
        let programs = Programs {
            launcher: sealed("launcher", embedded::LAUNCHER)?,
            guest: sealed("guest", embedded::GUEST)?,
        };
        let (images, current) = (Images::default(), Mutex::new(None));
        Ok(Self { readiness, cgroups, programs, images, current })
    }

    /// Says where the images of its sandboxes lie; without it there are none.
    #[must_use]
    pub fn with_images(self, config: ImagesConfig) -> Self {
        Self { images: Images::new(config), ..self }
    }

    /// Makes an image ready, which may take a while. From then on, and as long as this backend lives,
    /// the reference means this image.
    ///
    /// # Errors
    ///
    /// It is not there and not to be had.
    pub async fn image(&self, reference: &Reference) -> Result<Image, StartError> {
        self.images.get(reference).await
    }

    /// Starts the launcher if none runs, and says what its sandboxes will be like.
    pub async fn prepare(&self) -> Result<Isolation, StartError> {
        let connection = self.connection().await?;
        let Spec { limits, network, .. } = Spec::default();
        Ok(Isolation::of_namespaces(&limits, connection.enforcement(), &network))
    }

    /// How this machine holds the limits of a sandbox.
    pub(crate) async fn enforcement(&self) -> Result<Enforcement, StartError> {
        Ok(self.connection().await?.enforcement().clone())
    }

    /// Process id of the launcher, while one runs.
    pub async fn launcher_pid(&self) -> Option<u32> {
        self.current.lock().await.as_ref().filter(|it| it.is_alive()).map(|it| it.launcher_pid())
    }

    async fn connection(&self) -> Result<Arc<Connection>, StartError> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref().filter(|it| it.is_alive()) {
            return Ok(Arc::clone(connection));
        }
        let spares = match self.readiness {
            Readiness::OnDemand => 0,
            Readiness::Spares(spares) => spares,
        };
        let hello = Request::Hello { spares, cgroups: self.cgroups.clone() };
        let Programs { launcher, guest } = &self.programs;
        let connection = Arc::new(Connection::open(launcher.as_fd(), guest.as_fd(), &hello).await?);
        *current = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Where the kernel does not give a writable system, starts with one that is not, and says so.
    async fn start_one(&self, mut spec: Spec) -> Result<Started, StartError> {
        if spec.root == Root::ReadOnly {
            return self.start_as(spec, None).await;
        }
        let refused = match self.start_as(spec.clone(), None).await {
            Err(
                StartError::NotPermitted { step, errno: _ }
                | StartError::Failed { step, reason: _ },
            ) if step.starts_with(COPY_ON_WRITE) => step,
            other => return other,
        };
        spec.root = Root::ReadOnly;
        let mut started = self.start_as(spec, None).await?;
        started
            .isolation
            .missing
            .push(format!("the system is read-only; it was refused to {refused}"));
        Ok(started)
    }

    async fn start_as(
        &self,
        spec: Spec,
        interpreter: Option<Interpreter>,
    ) -> Result<Started, StartError> {
        spec.check_mounts()?;
        let connection = self.connection().await?;
        let mut isolation =
            Isolation::of_namespaces(&spec.limits, connection.enforcement(), &spec.network);
        let image = match &spec.system {
            System::Host | System::Directory(_) => None,
            System::Image(reference) => Some(self.image(reference).await?),
        };
        let (system, shown) = match (spec.system, &image) {
            (System::Directory(path), _) => {
                let shown = format!("the system in {}", path.display());
                (launcher::System::Directory(path), Some(shown))
            }
            (System::Image(reference), Some(image)) => {
                let shown = format!("the image {reference} ({})", image.digest());
                (launcher::System::Directory(image.directory().to_owned()), Some(shown))
            }
            (System::Host | System::Image(_), _) => (launcher::System::Host, None),
        };
        isolation.describe_system(shown.as_deref(), spec.root);
        isolation.describe_mounts(&spec.mounts);
        let (ours, theirs) = StdStream::pair().map_err(StartError::Launcher)?;
        ours.set_nonblocking(true).map_err(StartError::Launcher)?;
        let link = UnixStream::from_std(ours).map_err(StartError::Launcher)?;
        let ticket = connection.ticket();
        // From here on dropping the guard, and so this future, ends whatever has begun.
        let mut guard = NamespaceGuard { connection, ticket, _image: image };
        let refused = match &interpreter {
            None => into_start_error,
            Some(_) => into_no_standby,
        };
        let request = Request::Start {
            id: guard.ticket.id(),
            limits: spec.limits,
            toolchains: spec.toolchains,
            mounts: spec.mounts,
            system,
            root: spec.root,
            network: if spec.network.is_shared() {
                launcher::Network::Host
            } else {
                launcher::Network::Own
            },
            interpreter: interpreter.map(Box::new),
        };
        guard.connection.send(&request, &[theirs.as_fd()])?;
        drop(theirs);
        guard.ticket.started().await?.map_err(refused)?;
        let connection = Arc::downgrade(&guard.connection);
        let control = Arc::new(NamespaceControl { connection, id: guard.ticket.id() });
        let workspace = "/tmp".to_owned();
        Ok(Started { link: Box::new(link), guard: Box::new(guard), control, isolation, workspace })
    }
}

impl Backend for Namespaces {
    fn name(&self) -> &'static str {
        "namespaces"
    }

    fn start(&self, spec: Spec) -> BoxFuture<'_, Result<Started, StartError>> {
        Box::pin(self.start_one(spec))
    }

    fn start_with_standby(
        &self,
        spec: Spec,
        interpreter: Interpreter,
    ) -> BoxFuture<'_, Result<Started, StartError>> {
        Box::pin(self.start_as(spec, Some(interpreter)))
    }

    fn identity<'a>(&'a self, system: &'a System) -> BoxFuture<'a, Result<String, StartError>> {
        Box::pin(async move {
            match system {
                System::Host => Ok(String::new()),
                System::Directory(path) => Ok(path.display().to_string()),
                System::Image(reference) => Ok(self.image(reference).await?.digest().to_string()),
            }
        })
    }
}

#[derive(Debug)]
struct NamespaceGuard {
    connection: Arc<Connection>,
    ticket: Ticket,
    // Read by nobody: it is in use as long as the sandbox is.
    _image: Option<Image>,
}

impl Guard for NamespaceGuard {
    fn kill(&mut self) {
        self.connection.kill(self.ticket.id());
    }

    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(self.ticket.ended())
    }
}

impl Drop for NamespaceGuard {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks the launcher, and keeps neither it nor the sandbox alive.
#[derive(Debug)]
struct NamespaceControl {
    connection: Weak<Connection>,
    id: u64,
}

impl NamespaceControl {
    async fn act(&self, what: &'static str, action: Action) -> Result<Answer, ControlError> {
        let connection = self.connection.upgrade().ok_or(ControlError::Gone)?;
        match connection.act(self.id, action).await {
            Ok(Answer::Gone) => Err(ControlError::Gone),
            Ok(Answer::Failed(Failure { step, errno })) if errno == EOPNOTSUPP => {
                Err(ControlError::Unsupported { backend: "namespaces", what, reason: step })
            }
            Ok(Answer::Failed(Failure { errno, .. })) => {
                let source = io::Error::from_raw_os_error(errno);
                Err(ControlError::Failed { what, source })
            }
            Ok(answer @ (Answer::Done | Answer::Measured(_))) => Ok(answer),
            // It takes its sandboxes with it.
            Err(StartError::LauncherGone) => Err(ControlError::Gone),
            Err(error) => Err(ControlError::Failed { what, source: io::Error::other(error) }),
        }
    }
}

impl Control for NamespaceControl {
    fn pause(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { self.act("pause", Action::Pause).await.map(drop) })
    }

    fn resume(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { self.act("resume", Action::Resume).await.map(drop) })
    }

    fn usage(&self) -> BoxFuture<'_, Result<SandboxUsage, ControlError>> {
        Box::pin(async {
            let Answer::Measured(measured) = self.act("measure", Action::Measure).await? else {
                return Ok(SandboxUsage::default());
            };
            Ok(SandboxUsage {
                cpu: measured.cpu_micros.map(Duration::from_micros),
                memory_bytes: measured.memory_bytes,
                peak_memory_bytes: measured.peak_memory_bytes,
                processes: measured.processes,
                read_bytes: measured.read_bytes,
                written_bytes: measured.written_bytes,
            })
        })
    }
}

fn into_no_standby(Failure { step, errno }: Failure) -> StartError {
    let error = std::io::Error::from_raw_os_error(errno);
    StartError::NoStandby { reason: format!("{step}: {error}") }
}

fn into_start_error(Failure { step, errno }: Failure) -> StartError {
    let reason = std::io::Error::from_raw_os_error(errno);
    if reason.kind() == std::io::ErrorKind::PermissionDenied {
        StartError::NotPermitted { step, errno }
    } else {
        StartError::Failed { step, reason }
    }
}

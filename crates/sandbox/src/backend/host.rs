//! Sandboxes that are none: programs run as the server's own user, in a fresh directory. For trusted
//! local documents only, and never chosen by itself.
//!
//! The guest is an ordinary child process, which ends with its link and takes its programs along. A
//! program may do whatever its user may, also to its guest.

mod workspace;

use std::{
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{net::UnixStream as StdStream, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    net::{Shutdown, shutdown},
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
};
use tokio::{net::UnixStream, sync::watch};

use crate::{
    backend::{
        Backend, BoxFuture, Control, ControlError, Ended, Guard, SandboxUsage, Shows, Spec,
        StartError, Started, embedded,
    },
    isolation::Isolation,
    network::Network,
};
use workspace::Workspace;

/// The backend without isolation.
#[derive(Debug)]
pub struct Host {
    guest: OwnedFd,
    /// Where workspaces are made.
    base: PathBuf,
}

impl Host {
    /// Makes workspaces below a directory, such as `/tmp`, after removing those that servers which are
    /// gone left there.
    pub fn new(base: impl Into<PathBuf>) -> Result<Self, StartError> {
        let guest = embedded::sealed("guest", embedded::GUEST)
            .map_err(|reason| failed("prepare the guest", reason))?;
        let base = base.into();
        workspace::remove_leftovers(&base);
        Ok(Self { guest, base })
    }

    fn start_one(&self) -> Result<Started, StartError> {
        let workspace = Workspace::create(&self.base)
            .map_err(|reason| failed("create the workspace", reason))?;
        let path = workspace.path().to_owned();
        let (ours, theirs) =
            StdStream::pair().map_err(|reason| failed("create the link", reason))?;
        let hang_up = ours.try_clone().map_err(|reason| failed("create the link", reason))?;
        ours.set_nonblocking(true).map_err(|reason| failed("create the link", reason))?;
        let link =
            UnixStream::from_std(ours).map_err(|reason| failed("create the link", reason))?;
        let guest = spawn(&self.guest, theirs, &path)
            .map_err(|reason| failed("start the guest", reason))?;
        let guard = HostGuard::of(guest, hang_up.into(), workspace)?;
        Ok(Started {
            link: Box::new(link),
            guard: Box::new(guard),
            control: Arc::new(Uncontrolled),
            isolation: isolation(),
            workspace: path.to_string_lossy().into_owned(),
        })
    }
}

impl Backend for Host {
    fn name(&self) -> &'static str {
        "host"
    }

    /// Neither limits nor toolchains nor mounts of a [`Spec`] mean anything here.
    fn start(&self, spec: Spec) -> BoxFuture<'_, Result<Started, StartError>> {
        Box::pin(async move {
            spec.refuse_systems("host", Shows::Nothing)?;
            self.start_one()
        })
    }
}

fn failed(step: &str, reason: std::io::Error) -> StartError {
    StartError::Failed { step: step.to_owned(), reason }
}

fn isolation() -> Isolation {
    let missing = [
        "no isolation: programs run as the server's own user and may do all that this user may",
        "reads and writes the user's files",
        "shares the network of the host",
        "sees and signals the user's other processes, the server among them",
        "memory, CPU time, processes and disk space are not limited",
        "a program that kills its guest may leave processes behind",
    ];
    Isolation {
        backend: "host",
        network: Network::Full,
        holds: vec!["a fresh directory, removed at the end".to_owned()],
        missing: missing.map(str::to_owned).to_vec(),
    }
}

#[expect(clippy::disallowed_methods, reason = "this backend is a child process")]
fn spawn(guest: &OwnedFd, link: StdStream, workspace: &Path) -> std::io::Result<Child> {
    Command::new(format!("/proc/self/fd/{}", guest.as_raw_fd()))
        .args(["--link", "0", "--workspace"])
        .arg(workspace)
        .stdin(Stdio::from(OwnedFd::from(link)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir(workspace)
        .env_clear()
        // An interrupt from the terminal is the server's to handle.
        .process_group(0)
        .spawn()
}

#[derive(Debug)]
struct HostGuard {
    link: OwnedFd,
    ended: watch::Receiver<bool>,
}

impl HostGuard {
    /// Waits for the guest on a thread, which then removes the workspace.
    fn of(mut guest: Child, link: OwnedFd, workspace: Workspace) -> Result<Self, StartError> {
        let process = i32::try_from(guest.id()).ok().and_then(Pid::from_raw);
        let process = process.expect("a child has a positive number");
        let process = pidfd_open(process, PidfdFlags::empty());
        let (tell, ended) = watch::channel(false);
        let process = process.map_err(|reason| failed("watch the guest", reason.into()))?;
        let watched = link.try_clone().map_err(|reason| failed("watch the guest", reason))?;
        let wait = move || {
            wake_until_ended(&process, &watched);
            if let Err(error) = guest.wait() {
                tracing::warn!(%error, "a guest cannot be waited for");
            }
            drop(workspace);
            tell.send_replace(true);
        };
        thread::Builder::new()
            .name("host sandbox".to_owned())
            .spawn(wait)
            .map_err(|reason| failed("watch the guest", reason))?;
        Ok(Self { link, ended })
    }
}

/// Returns when the guest has ended. Once its link is closed it ends by itself, unless a program has
/// stopped it or does so again.
fn wake_until_ended(guest: &OwnedFd, link: &OwnedFd) {
    const BETWEEN: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let mut is_closed = false;
    loop {
        let link = PollFd::new(link, PollFlags::empty());
        let mut set = [PollFd::new(guest, PollFlags::IN), link];
        let (set, timeout) =
            if is_closed { (&mut set[..1], Some(&BETWEEN)) } else { (&mut set[..], None) };
        // An interrupted poll leaves nothing ready, and is asked again.
        poll(set, timeout).ok();
        if set[0].revents().contains(PollFlags::IN) {
            return;
        }
        is_closed |= set.get(1).is_some_and(|it| it.revents().contains(PollFlags::HUP));
        if is_closed {
            pidfd_send_signal(guest, Signal::CONT).ok();
        }
    }
}

impl Guard for HostGuard {
    /// The guest kills its programs once its link is closed, so it must not be killed itself.
    fn kill(&mut self) {
        let _gone_already = shutdown(&self.link, Shutdown::Both);
    }

    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(async {
            // The thread ends only after it has told.
            self.ended.wait_for(|ended| *ended).await.ok();
            Ended::default()
        })
    }
}

impl Drop for HostGuard {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Nothing of the kernel's holds these processes together.
#[derive(Debug)]
struct Uncontrolled;

impl Control for Uncontrolled {
    fn pause(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { Err(unsupported("pause")) })
    }

    fn resume(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { Err(unsupported("resume")) })
    }

    fn usage(&self) -> BoxFuture<'_, Result<SandboxUsage, ControlError>> {
        Box::pin(async { Err(unsupported("measure")) })
    }
}

fn unsupported(what: &'static str) -> ControlError {
    let reason = "its programs are ordinary processes, which no control group holds".to_owned();
    ControlError::Unsupported { backend: "host", what, reason }
}

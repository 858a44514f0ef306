//! A backend of a few lines: the guest, started as a child on one end of a socket pair. It passes the
//! same suite as the real ones, which shows that a backend starts a guest and does nothing more.

use std::{
    os::unix::net::UnixStream as StdStream,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use sandbox::{
    Backend, BoxFuture, Control, ControlError, Ended, Guard, Isolation, Network, SandboxUsage,
    Spec, StartError, Started,
};
use tokio::net::UnixStream;

#[derive(Debug)]
pub(super) struct Double;

impl Backend for Double {
    fn name(&self) -> &'static str {
        "double"
    }

    fn start(&self, _spec: Spec) -> BoxFuture<'_, Result<Started, StartError>> {
        Box::pin(async {
            let (ours, theirs) = StdStream::pair().unwrap();
            ours.set_nonblocking(true).unwrap();
            let hang_up = ours.try_clone().unwrap();
            let directory = tempfile::tempdir().unwrap();
            #[expect(clippy::disallowed_methods, reason = "the double is a child process")]
            let guest = Command::new(concat!(env!("EMBEDDED_PROGRAMS"), "/guest"))
                .args(["--link", "0", "--workspace"])
                .arg(directory.path())
                .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
                .spawn()
                .unwrap();
            Ok(Started {
                link: Box::new(UnixStream::from_std(ours).unwrap()),
                workspace: directory.path().display().to_string(),
                guard: Box::new(Keeper { guest, hang_up, _directory: directory }),
                control: Arc::new(Nobody),
                isolation: Isolation {
                    backend: "double",
                    network: Network::Full,
                    holds: Vec::new(),
                    missing: vec!["everything".to_owned()],
                },
            })
        })
    }
}

/// The guest ends with its link, and takes its programs along.
struct Keeper {
    guest: Child,
    hang_up: StdStream,
    _directory: tempfile::TempDir,
}

impl Guard for Keeper {
    fn kill(&mut self) {
        self.hang_up.shutdown(std::net::Shutdown::Both).ok();
    }

    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(async {
            while self.guest.try_wait().unwrap().is_none() {
                tokio::task::yield_now().await;
            }
            Ended::default()
        })
    }
}

struct Nobody;

impl Control for Nobody {
    fn pause(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { Err(ControlError::Gone) })
    }

    fn resume(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async { Err(ControlError::Gone) })
    }

    fn usage(&self) -> BoxFuture<'_, Result<SandboxUsage, ControlError>> {
        Box::pin(async { Err(ControlError::Gone) })
    }
}

//! Every backend of this machine, each to be attacked in the same way.
//!
//! A verdict per attack and backend goes to standard error, where `make isolation` reads it:
//! `held: namespaces`, `weaker: namespaces: memory is …` or `skipped: docker: why`.

use std::{ops::Deref, sync::Arc};

use sandbox::{Backend, Namespaces, Readiness, Sandbox, Spec, StartError};

use super::harness::{Cage, has_python};
use crate::ready;

/// A backend under attack.
#[derive(Clone)]
pub(super) struct Target {
    /// As the table of verdicts has it.
    pub(super) name: &'static str,
    pub(super) backend: Arc<dyn Backend>,
}

impl Deref for Target {
    type Target = dyn Backend;

    fn deref(&self) -> &Self::Target {
        &*self.backend
    }
}

/// Why a backend is not attacked on this machine.
struct Absent {
    name: &'static str,
    why: String,
}

async fn targets() -> Vec<Result<Target, Absent>> {
    let namespaces = Namespaces::new(Readiness::OnDemand).unwrap();
    let bare = Namespaces::without_cgroups(Readiness::OnDemand).unwrap();
    let mut targets = if rustix::process::geteuid().is_root() {
        vec![
            Ok(Target { name: "namespaces", backend: Arc::new(namespaces) }),
            Ok(Target { name: "namespaces without cgroups", backend: Arc::new(bare) }),
        ]
    } else {
        vec![Ok(Target { name: "namespaces as a user", backend: Arc::new(namespaces) })]
    };
    targets.extend(containers().await);
    targets
}

/// Containers with the daemon's own runtime, and with gVisor's.
async fn containers() -> Vec<Result<Target, Absent>> {
    let mut found = Vec::new();
    for (name, runtime) in [("docker", None), ("docker:runsc", Some("runsc"))] {
        found.push(match ready::docker(runtime).await {
            Ok(docker) => Ok(Target { name, backend: Arc::new(docker) }),
            Err(why) => Err(Absent { name, why }),
        });
    }
    found
}

/// Runs an attack in a fresh sandbox of each backend, one after the other.
pub(super) async fn on_each(spec: Spec, attack: impl AsyncFn(Cage<Target>)) {
    for target in targets().await {
        let target = match target {
            Ok(target) => target,
            Err(Absent { name, why }) => {
                eprintln!("skipped: {name}: {why}");
                continue;
            }
        };
        let name = target.name;
        // The last such line of a failed test says where it failed.
        eprintln!("on {name}");
        if let Some(cage) = Cage::on(target, spec.clone()).await {
            attack(cage).await;
            eprintln!("held: {name}");
        }
    }
}

/// The same for attacks that are written in Python.
pub(super) async fn on_each_with_python(spec: Spec, attack: impl AsyncFn(Cage<Target>)) {
    if has_python() {
        on_each(spec, attack).await;
    }
}

impl Cage<Target> {
    /// `None`, with a word about it, where this machine allows no such sandboxes.
    pub(super) async fn on(target: Target, spec: Spec) -> Option<Self> {
        match Sandbox::start(&*target, spec).await {
            Ok(sandbox) => Some(Self { backend: target, sandbox }),
            Err(error @ StartError::NotPermitted { .. }) => {
                eprintln!("skipped: {}: {error}", target.name);
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Another sandbox of the same backend.
    pub(super) async fn neighbour(&self) -> Self {
        Self::on(self.backend.clone(), Spec::default()).await.unwrap()
    }

    /// Whether a promise holds here. A sandbox that does not hold it must say so itself: `holds` and
    /// `missing` are parts of the sentences of its isolation.
    pub(super) fn promises(&self, holds: &str, missing: &str) -> bool {
        let isolation = self.sandbox.isolation();
        if isolation.holds.iter().any(|it| it.contains(holds)) {
            return true;
        }
        let admitted = isolation.missing.iter().find(|it| it.contains(missing));
        let Some(admitted) = admitted else {
            panic!("neither holds {holds:?} nor says {missing:?}: {isolation:?}")
        };
        eprintln!("weaker: {}: {admitted}", self.backend.name);
        false
    }

    /// Whether calls of programs go to the kernel of the machine. Where they do not, says so.
    pub(super) fn shares_the_kernel(&self) -> bool {
        let own = self.sandbox.isolation().holds.iter().find(|it| it.contains("kernel of its own"));
        if let Some(own) = own {
            eprintln!("skipped: {}: {own}", self.backend.name);
        }
        own.is_none()
    }

    /// Whether a weakness is not among those the sandbox admits; if it is, says so.
    pub(super) fn is_not_admitted(&self, weakness: &str) -> bool {
        let missing = &self.sandbox.isolation().missing;
        let admitted = missing.iter().find(|it| it.contains(weakness));
        if let Some(admitted) = admitted {
            eprintln!("weaker: {}: {admitted}", self.backend.name);
        }
        admitted.is_none()
    }

    /// Whether programs cannot touch the guest.
    pub(super) fn guards_its_guest(&self) -> bool {
        self.is_not_admitted("end its guest")
    }

    /// Whether what the machine is called stays outside.
    pub(super) fn hides_names(&self) -> bool {
        self.is_not_admitted("of the machine can be read")
    }

    /// Whether the memory of all programs together is limited.
    pub(super) fn limits_memory(&self) -> bool {
        self.promises("memory limited", "not for the whole sandbox")
    }
}

//! Which promises of isolation this machine can keep, and what would make it keep more.
//!
//! It looks and changes nothing. Whoever prints it decides how.

use std::{fs, io, path::Path};

use launcher::{Enforcement, Freezer, Mechanism};
use rustix::process::geteuid;
use serde::Serialize;

use crate::backend::{
    Backend, Spec, StartError,
    namespaces::{Namespaces, Readiness},
};

mod docker;
mod kernel;

pub use docker::probe_docker;

/// What [`probe`] found, in the order in which it matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// One property of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable, such as `user-namespaces`.
    pub name: &'static str,
    pub holds: bool,
    /// What was seen, in words for people.
    pub detail: String,
    /// What would make it hold, or hold better.
    pub advice: Option<String>,
}

impl Report {
    /// Whether sandboxes can be started at all.
    #[must_use]
    pub fn can_start_sandboxes(&self) -> bool {
        let decisive = ["sandboxes", docker::SANDBOXES];
        self.findings.iter().any(|it| it.holds && decisive.contains(&it.name))
    }
}

/// Looks at the kernel and its settings, then starts a launcher to see what it gets.
pub async fn probe() -> Report {
    let host = kernel::Host::new(Path::new("/proc"));
    let mut findings = vec![host.kernel(), host.user_namespaces(), host.seccomp(), host.density()];
    let backend = Namespaces::new(Readiness::OnDemand);
    let enforcement = match &backend {
        Ok(backend) => backend.enforcement().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match enforcement {
        Ok(enforcement) => findings.extend(limits(&enforcement)),
        Err(detail) => findings.push(Finding {
            name: "launcher",
            holds: false,
            detail,
            advice: Some("check that /proc is mounted and vm.memfd_noexec is 0".to_owned()),
        }),
    }
    if let Ok(backend) = &backend {
        findings.push(first_start(backend).await);
    }
    Report { findings }
}

/// The decisive finding: everything else only explains it.
async fn first_start(backend: &Namespaces) -> Finding {
    let (holds, detail, advice) = match backend.start(Spec::default()).await {
        Ok(mut started) => {
            started.guard.kill();
            started.guard.ended().await;
            (true, "a sandbox started and ended".to_owned(), None)
        }
        Err(error) => {
            let advice = match error {
                StartError::NotPermitted { .. } => "see the findings above",
                StartError::Failed { .. }
                | StartError::NoStandby { .. }
                | StartError::Launcher(_)
                | StartError::LauncherGone
                | StartError::Mount(_)
                | StartError::Unavailable { .. }
                | StartError::Guest(_) => "run on Linux 5.12 or later, outside other containers",
            };
            (false, error.to_string(), Some(advice.to_owned()))
        }
    };
    Finding { name: "sandboxes", holds, detail, advice }
}

/// One finding for each limit that control groups may hold.
fn limits(enforcement: &Enforcement) -> Vec<Finding> {
    const DELEGATE: &str = "run the server as root, or with cgroup v2 in a delegated group: \
        systemd-run --user --scope -p Delegate=yes runbook …";
    let by = |name, mechanism, fallback: &str, fallback_holds| {
        let (holds, detail) = match mechanism {
            Mechanism::CgroupV1 => (true, "by cgroup v1"),
            Mechanism::CgroupV2 => (true, "by cgroup v2"),
            Mechanism::Rlimit | Mechanism::Nothing => (fallback_holds, fallback),
        };
        let advice = (!holds).then(|| DELEGATE.to_owned());
        Finding { name, holds, detail: detail.to_owned(), advice }
    };
    let own_users = enforcement.own_users;
    let users = if own_users { "one for each sandbox" } else { "all share the server's" };
    let root = "run the server as root; it never gives root to a sandbox";
    vec![
        Finding {
            name: "control-groups",
            holds: enforcement.reason.is_none(),
            detail: enforcement.reason.clone().unwrap_or_else(|| "found a place".to_owned()),
            advice: enforcement.reason.is_some().then(|| DELEGATE.to_owned()),
        },
        by("memory-limit", enforcement.memory, "per process only, by RLIMIT_DATA", false),
        by("process-limit", enforcement.processes, "by RLIMIT_NPROC in a user namespace", true),
        by("cpu-limit", enforcement.cpu, "none", false),
        by("pause", freezer(&enforcement.freezer), "by SIGSTOP, which programs may notice", true),
        Finding {
            name: "own-users",
            holds: own_users,
            detail: users.to_owned(),
            advice: (!own_users).then(|| root.to_owned()),
        },
    ]
}

fn freezer(freezer: &Freezer) -> Mechanism {
    match freezer {
        Freezer::CgroupV1 { .. } => Mechanism::CgroupV1,
        Freezer::CgroupV2 => Mechanism::CgroupV2,
        Freezer::Signals => Mechanism::Nothing,
    }
}

fn is_root() -> bool {
    geteuid().is_root()
}

fn read(path: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(path)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_control_groups_is_told_what_is_weaker_and_why() {
        let enforcement = Enforcement {
            memory: Mechanism::Rlimit,
            processes: Mechanism::Rlimit,
            cpu: Mechanism::Nothing,
            own_users: false,
            freezer: Freezer::Signals,
            reason: Some("no group in /x: denied".to_owned()),
        };
        let findings = limits(&enforcement);
        let held: Vec<_> = findings.iter().filter(|it| it.holds).map(|it| it.name).collect();
        assert_eq!(held, ["process-limit", "pause"]);
        assert_eq!(findings[0].detail, "no group in /x: denied");
        assert!(findings.iter().all(|it| it.holds == it.advice.is_none()));
    }

    #[tokio::test]
    async fn the_report_agrees_with_a_real_start() {
        let report = probe().await;
        let backend = Namespaces::new(Readiness::OnDemand).unwrap();
        let started = backend.start(Spec::default()).await;
        assert_eq!(report.can_start_sandboxes(), started.is_ok(), "{report:?}");
    }
}

//! What a daemon can do: asked once, when it is met.

use std::collections::HashMap;

use bollard::models::SystemInfo;
use launcher::Limits;

use crate::{
    backend::{Spec, StartError},
    isolation::Isolation,
    network::Network,
};

/// A daemon as it describes itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub version: String,
    /// Names of its OCI runtimes, sorted, and the programs behind them.
    pub runtimes: Vec<(String, String)>,
    /// Limits that its kernel cannot hold, in words for people.
    pub weaknesses: Vec<String>,
    /// Root in a container is nobody special outside.
    pub maps_users: bool,
    pub seccomp: bool,
    pub(crate) default_runtime: String,
    /// Its clock when it was asked, in seconds since 1970, as it takes times itself.
    pub(crate) asked_at: String,
}

/// What is said of sandboxes whose network is the daemon's.
const BRIDGE: &str = "reaches whatever a bridge of the Docker daemon reaches, other machines of its \
                      network included; other sandboxes do not reach it";

/// What containers give away of their daemon.
const MOUNTS: &str = "/proc/self/mountinfo names directories of the Docker daemon's machine";

/// Docker mounts every container's devpts without a bound. The kernel keeps a thousand terminals back
/// for the machine itself.
const TERMINALS: &str = "the number of terminals is limited for all containers of the machine together, \
                         not for each";

/// How an OCI runtime runs programs, as far as it matters to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The kernel of the daemon's machine, as with runc and crun.
    SharedKernel,
    /// A kernel of its own in user space.
    Gvisor,
    /// A virtual machine.
    Virtual,
}

impl Facts {
    pub(super) fn of(info: SystemInfo) -> Self {
        let runtimes = info.runtimes.unwrap_or_default();
        let mut runtimes: Vec<_> =
            runtimes.into_iter().map(|(name, it)| (name, it.path.unwrap_or_default())).collect();
        runtimes.sort();
        let options = info.security_options.unwrap_or_default();
        let has = |name: &str| options.iter().any(|it| it.contains(&format!("name={name}")));
        let weak = [
            (info.memory_limit, "memory is not limited: the daemon's kernel has no memory cgroup"),
            (info.swap_limit, "swap is not limited: the daemon's kernel does not account for it"),
            (info.pids_limit, "the number of processes is not limited: no pids cgroup"),
            (info.cpu_cfs_quota, "CPU time is not limited: no CPU quota in the daemon's kernel"),
        ];
        let weaknesses = weak.into_iter().filter(|(held, _)| *held == Some(false));
        Self {
            version: info.server_version.unwrap_or_default(),
            runtimes,
            weaknesses: weaknesses.map(|(_, words)| words.to_owned()).collect(),
            maps_users: has("userns") || has("rootless"),
            seccomp: has("seccomp"),
            default_runtime: info.default_runtime.unwrap_or_default(),
            asked_at: seconds(&info.system_time.unwrap_or_default()),
        }
    }

    /// Refuses a runtime that the daemon does not know, before a container is made for it.
    pub(super) fn check_runtime(&self, wanted: Option<&str>) -> Result<(), StartError> {
        let Some(wanted) = wanted else { return Ok(()) };
        // A full name, such as io.containerd.kata.v2, is looked up by containerd and not listed.
        if wanted.contains('.') || self.runtimes.iter().any(|(name, _)| name == wanted) {
            return Ok(());
        }
        let known: Vec<_> = self.runtimes.iter().map(|(name, _)| name.as_str()).collect();
        Err(StartError::Unavailable {
            what: format!(
                "the Docker daemon knows no runtime {wanted:?}, only {}",
                known.join(", ")
            ),
            advice: "install it and name it under \"runtimes\" in the daemon's daemon.json"
                .to_owned(),
        })
    }

    pub(super) fn kind(&self, runtime: Option<&str>) -> Kind {
        let name = runtime.unwrap_or(&self.default_runtime);
        let program =
            self.runtimes.iter().find(|(it, _)| it == name).map(|(_, path)| path.as_str());
        let says = |word: &str| name.contains(word) || program.is_some_and(|it| it.contains(word));
        if says("runsc") || says("gvisor") {
            Kind::Gvisor
        } else if says("kata") {
            Kind::Virtual
        } else {
            Kind::SharedKernel
        }
    }

    /// What a sandbox of these limits can rely on.
    pub(super) fn isolation(&self, spec: &Spec, runtime: Option<&str>) -> Isolation {
        let limits = &spec.limits;
        let kind = self.kind(runtime);
        let mut holds = vec![
            "no host files: the system is an image, read-only".to_owned(),
            "own processes, IPC objects and host name".to_owned(),
        ];
        let mut missing = self.weaknesses.clone();
        let holds_limit = |word: &str| !self.weaknesses.iter().any(|it| it.contains(word));
        let memory = crate::isolation::size(limits.memory_bytes);
        if holds_limit("memory is") {
            holds.push(format!("memory limited to {memory} by Docker"));
        }
        if holds_limit("CPU") {
            let share = f64::from(limits.cpu_millis) / 1000.0;
            holds.push(format!("{share} CPU at most by Docker"));
        }
        kind.describe(self, limits, &mut holds, &mut missing);
        if kind == Kind::SharedKernel {
            missing.push(MOUNTS.to_owned());
        }
        if !self.maps_users && kind == Kind::SharedKernel {
            missing.push(
                "shares the user of its programs with the Docker daemon's machine".to_owned(),
            );
        }
        let network = spec.network.clone();
        let mut isolation = Isolation { backend: "docker", network, holds, missing };
        isolation.describe_mounts(&spec.mounts);
        match spec.network {
            Network::None | Network::Allow(_) => isolation.add_network(),
            Network::Full => isolation.missing.push(BRIDGE.to_owned()),
        }
        isolation
    }
}

impl Kind {
    /// What a sandbox holds or lacks because of how its runtime works. What is said of gVisor was seen
    /// with the release of December 2022, which is the one Debian 12 has.
    fn describe(
        self,
        facts: &Facts,
        limits: &Limits,
        holds: &mut Vec<String>,
        missing: &mut Vec<String>,
    ) {
        let workspace = crate::isolation::size(limits.workspace_bytes);
        let (files, processes) = (limits.workspace_inodes, limits.processes);
        if self == Self::Gvisor {
            holds.push("a kernel of its own in user space (gVisor)".to_owned());
            holds.push("no capabilities, no_new_privs, gVisor's own seccomp filter".to_owned());
            holds.push(format!("workspace limited to {workspace} by gVisor's tmpfs"));
            missing.push(
                "our table of system calls is not applied: the kernel in user space answers every \
                 call itself"
                    .to_owned(),
            );
            missing.push(
                "the number of files in the workspace is not limited, only their memory".to_owned(),
            );
            missing.push(format!(
                "the number of processes is limited for the sandbox and its kernel together, and \
                 reaching it ends the sandbox instead of refusing process {}",
                processes + 1
            ));
            missing.push(
                "a terminal sends no signals: Ctrl-C, Ctrl-Z and a new size reach no program"
                    .to_owned(),
            );
            missing.push("running out of memory ends the whole sandbox".to_owned());
            missing
                .push("a program can read and end its guest, and with it the sandbox".to_owned());
            return;
        }
        if self == Self::Virtual {
            holds.push("a kernel of its own in a virtual machine".to_owned());
        }
        if self == Self::SharedKernel {
            let readable = "the boot, interrupts and Docker directories of the machine can be read";
            missing.push(readable.to_owned());
            missing.push(TERMINALS.to_owned());
        }
        if facts.seccomp {
            holds.push("no capabilities, no_new_privs, seccomp filter".to_owned());
        } else {
            holds.push("no capabilities, no_new_privs".to_owned());
            missing.push("no seccomp filter: the daemon's kernel has none".to_owned());
        }
        holds.push(format!("workspace limited to {workspace} and {files} files by tmpfs"));
        if !facts.weaknesses.iter().any(|it| it.contains("number of processes")) {
            holds.push(format!("{processes} processes at most by Docker"));
        }
    }
}

/// A daemon that tells no time gets asked for all it remembers.
fn seconds(time: &str) -> String {
    let time = time.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{}.{:09}", time.as_second(), time.subsec_nanosecond())
}

/// Labels that say what a thing of the daemon is for.
pub(super) fn label(key: &str, value: impl Into<String>) -> HashMap<String, String> {
    HashMap::from([(key.to_owned(), value.into())])
}

#[cfg(test)]
mod tests {
    use bollard::models::Runtime;

    use super::*;

    fn facts() -> Facts {
        let runtime = |path: &str| Runtime { path: Some(path.to_owned()), ..Runtime::default() };
        Facts::of(SystemInfo {
            runtimes: Some(HashMap::from([
                ("runc".to_owned(), runtime("runc")),
                ("safe".to_owned(), runtime("/usr/bin/runsc")),
            ])),
            default_runtime: Some("runc".to_owned()),
            security_options: Some(vec!["name=seccomp,profile=default".to_owned()]),
            swap_limit: Some(false),
            memory_limit: Some(true),
            ..SystemInfo::default()
        })
    }

    #[test]
    fn the_daemons_clock_is_read_with_its_zone() {
        assert_eq!(seconds("2026-11-21T09:00:00.5+02:00"), "1795244400.500000000");
        assert_eq!(seconds(""), "0.000000000");
    }

    #[test]
    fn gvisor_is_known_by_its_program_too() {
        assert_eq!(facts().kind(None), Kind::SharedKernel);
        assert_eq!(facts().kind(Some("safe")), Kind::Gvisor);
        assert_eq!(facts().kind(Some("io.containerd.kata.v2")), Kind::Virtual);
    }

    #[test]
    fn an_unknown_runtime_is_refused_with_those_that_are_known() {
        let said = facts().check_runtime(Some("kata")).unwrap_err().to_string();
        assert!(said.contains("no runtime \"kata\", only runc, safe"), "{said}");
        assert!(facts().check_runtime(Some("io.containerd.kata.v2")).is_ok());
    }

    #[test]
    fn what_the_daemon_cannot_limit_is_missing_and_not_held() {
        let isolation = facts().isolation(&Spec::default(), None);
        assert!(isolation.missing.iter().any(|it| it.starts_with("swap is not limited")));
        assert!(isolation.holds.contains(&"memory limited to 512 MiB by Docker".to_owned()));
        let weaker = Facts { weaknesses: vec!["memory is not limited: x".to_owned()], ..facts() };
        let isolation = weaker.isolation(&Spec::default(), None);
        assert!(!isolation.holds.iter().any(|it| it.contains("memory")), "{isolation:?}");
    }

    #[test]
    fn gvisor_promises_no_limit_of_files_or_processes() {
        let isolation = facts().isolation(&Spec::default(), Some("safe"));
        assert!(
            !isolation
                .holds
                .iter()
                .any(|it| it.contains("files by") || it.contains("processes at"))
        );
        assert!(isolation.missing.iter().any(|it| it.contains("number of processes")));
    }

    #[test]
    fn gvisor_does_not_claim_our_table_of_system_calls() {
        let isolation = facts().isolation(&Spec::default(), Some("safe"));
        assert!(isolation.missing.iter().any(|it| it.contains("table of system calls")));
        assert!(!isolation.holds.iter().any(|it| it.ends_with("no_new_privs, seccomp filter")));
    }
}

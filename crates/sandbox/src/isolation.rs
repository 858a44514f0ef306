//! What separates a sandbox from its host, in words for people.

use launcher::{Access, Enforcement, Freezer, Landlock, Limits, Mechanism, Mount};

use crate::{backend::Root, network::Network};

const OF_THE_HOST: &str = "no host files but read-only /usr and toolchains";

/// Which promises hold for one sandbox, and which do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// The name of the backend.
    pub backend: &'static str,
    pub network: Network,
    /// Such as "memory limited to 512 MiB by cgroup v1".
    pub holds: Vec<String>,
    /// Such as "CPU time is not limited".
    pub missing: Vec<String>,
}

impl Isolation {
    /// What Linux namespaces and the launcher's limits amount to.
    pub(crate) fn of_namespaces(
        limits: &Limits,
        enforcement: &Enforcement,
        network: &Network,
    ) -> Self {
        let mut isolation = Self {
            backend: "namespaces",
            network: network.clone(),
            holds: vec![
                OF_THE_HOST.to_owned(),
                "own processes, users, IPC objects and host name".to_owned(),
                "no capabilities, no_new_privs, seccomp filter".to_owned(),
                format!(
                    "workspace limited to {} and {} files by tmpfs",
                    size(limits.workspace_bytes),
                    limits.workspace_inodes
                ),
            ],
            missing: Vec::new(),
        };
        isolation.add_network();
        isolation.add_landlock(Landlock::of_this_kernel());
        isolation.add_memory(limits, enforcement.memory);
        isolation.add_processes(limits, enforcement.processes);
        isolation.add_cpu(limits, enforcement.cpu);
        isolation.add_freezer(&enforcement.freezer);
        if enforcement.own_users {
            isolation.holds.push("a host user of its own".to_owned());
        } else {
            let words =
                "shares the host user of the server; sandboxes are kept apart by namespaces";
            isolation.missing.push(words.to_owned());
        }
        isolation
    }

    /// Where the kernel has it, the launcher starts no sandbox without it.
    fn add_landlock(&mut self, landlock: Option<Landlock>) {
        if let Some(landlock) = landlock {
            let scoped = if landlock.scopes() { ", abstract sockets and signals" } else { "" };
            self.holds.push(format!("writes{scoped} fenced by Landlock"));
        }
    }

    /// Adds what is shown instead of the host's programs, and what may be changed of it.
    pub(crate) fn describe_system(&mut self, shown: Option<&str>, root: Root) {
        if let Some(shown) = shown {
            self.holds.retain(|it| it != OF_THE_HOST);
            self.holds.push(format!("no host files but {shown}, and toolchains"));
        }
        if let Root::CopyOnWrite { bytes, inodes } = root {
            self.holds.push(format!(
                "changes of the system are its own, limited to {} and {inodes} files by tmpfs",
                size(bytes)
            ));
        }
    }

    /// Adds directories of the host's people, which are shown beside the system.
    pub(crate) fn describe_mounts(&mut self, mounts: &[Mount]) {
        for Mount { source, access } in mounts {
            let path = source.display();
            self.missing.push(match access {
                Access::ReadOnly => format!("shows the host's {path}, read-only"),
                Access::ReadWrite => {
                    format!("shows the host's {path}, where it may write without a limit")
                }
            });
        }
    }

    pub(crate) fn add_network(&mut self) {
        let alone = "no network but a loopback of its own";
        match &self.network {
            Network::None => self.holds.push(alone.to_owned()),
            Network::Allow(rules) if rules.is_empty() => self.holds.push(alone.to_owned()),
            Network::Allow(rules) => {
                let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
                let rules = rules.join(", ");
                self.holds.push(format!("{alone}, and by way of the server {rules}"));
            }
            Network::Full => self.missing.push("shares the network of the host".to_owned()),
        }
    }

    fn add_memory(&mut self, limits: &Limits, by: Mechanism) {
        let size = size(limits.memory_bytes);
        match version(by) {
            Some(cgroup) => self.holds.push(format!("memory limited to {size} by {cgroup}")),
            None if by == Mechanism::Rlimit => self.missing.push(format!(
                "memory is limited to {size} per process (RLIMIT_DATA), not for the whole sandbox"
            )),
            None => self.missing.push("memory is not limited".to_owned()),
        }
    }

    fn add_processes(&mut self, limits: &Limits, by: Mechanism) {
        let count = limits.processes;
        match version(by) {
            Some(cgroup) => self.holds.push(format!("{count} processes at most by {cgroup}")),
            // Since Linux 5.14 the limit counts per user namespace, so it is the sandbox's own.
            None if by == Mechanism::Rlimit => {
                self.holds.push(format!("{count} processes at most by RLIMIT_NPROC"));
            }
            None => self.missing.push("the number of processes is not limited".to_owned()),
        }
    }

    fn add_cpu(&mut self, limits: &Limits, by: Mechanism) {
        let share = f64::from(limits.cpu_millis) / 1000.0;
        match version(by) {
            Some(cgroup) => self.holds.push(format!("{share} CPU at most by {cgroup}")),
            None => self.missing.push("CPU time is not limited".to_owned()),
        }
    }

    fn add_freezer(&mut self, by: &Freezer) {
        let by = match by {
            Freezer::CgroupV1 { .. } => "cgroup v1",
            Freezer::CgroupV2 => "cgroup v2",
            Freezer::Signals => {
                self.missing.push("a pause is SIGSTOP, which programs may notice".to_owned());
                return;
            }
        };
        self.holds.push(format!("can be paused unnoticed by {by}"));
    }
}

fn version(mechanism: Mechanism) -> Option<&'static str> {
    match mechanism {
        Mechanism::CgroupV1 => Some("cgroup v1"),
        Mechanism::CgroupV2 => Some("cgroup v2"),
        Mechanism::Rlimit | Mechanism::Nothing => None,
    }
}

pub(crate) fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes.is_multiple_of(MIB) {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enforcement(by: Mechanism) -> Enforcement {
        let cpu = if by == Mechanism::Rlimit { Mechanism::Nothing } else { by };
        let freezer = if by == Mechanism::Rlimit { Freezer::Signals } else { Freezer::CgroupV2 };
        Enforcement { memory: by, processes: by, cpu, own_users: true, freezer, reason: None }
    }

    #[test]
    fn control_groups_hold_every_limit() {
        let isolation = Isolation::of_namespaces(
            &Limits::default(),
            &enforcement(Mechanism::CgroupV1),
            &Network::None,
        );
        assert!(isolation.holds.contains(&"memory limited to 512 MiB by cgroup v1".to_owned()));
        assert!(isolation.holds.contains(&"1 CPU at most by cgroup v1".to_owned()));
        assert_eq!(isolation.missing, Vec::<String>::new());
    }

    #[test]
    fn an_allow_list_is_told_and_a_shared_network_is_a_weakness() {
        let isolation = |network| {
            let enforcement = enforcement(Mechanism::CgroupV2);
            Isolation::of_namespaces(&Limits::default(), &enforcement, &network)
        };
        let rules = vec!["pypi.org".parse().unwrap(), "*.npmjs.org:443".parse().unwrap()];
        let held = isolation(Network::Allow(rules)).holds.join("; ");
        assert!(held.contains("by way of the server pypi.org, *.npmjs.org:443"), "{held}");
        assert_eq!(isolation(Network::Full).missing, ["shares the network of the host"]);
        assert!(isolation(Network::None).missing.is_empty());
    }

    #[test]
    fn without_control_groups_it_says_what_is_weaker() {
        let isolation = Isolation::of_namespaces(
            &Limits::default(),
            &enforcement(Mechanism::Rlimit),
            &Network::None,
        );
        assert!(isolation.missing.iter().any(|it| it.contains("not for the whole sandbox")));
        assert!(isolation.missing.contains(&"CPU time is not limited".to_owned()));
        assert!(isolation.holds.contains(&"100 processes at most by RLIMIT_NPROC".to_owned()));
    }
}

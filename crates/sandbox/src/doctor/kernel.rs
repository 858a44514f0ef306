//! What the kernel and its settings allow, read from `/proc`.

use std::path::{Path, PathBuf};

use super::{Finding, is_root, read};

/// `mount_setattr`, with which host trees are made read-only as a whole.
const OLDEST_KERNEL: (u32, u32) = (5, 12);

/// A view of `/proc`, so that tests can show another one.
#[derive(Debug)]
pub(super) struct Host {
    proc: PathBuf,
}

impl Host {
    pub(super) fn new(proc: &Path) -> Self {
        Self { proc: proc.to_owned() }
    }

    pub(super) fn kernel(&self) -> Finding {
        let release = read(&self.proc.join("sys/kernel/osrelease")).unwrap_or_default();
        let holds = version(&release).is_some_and(|it| it >= OLDEST_KERNEL);
        let (major, minor) = OLDEST_KERNEL;
        Finding {
            name: "kernel",
            holds,
            detail: format!("Linux {release}"),
            advice: (!holds).then(|| format!("use Linux {major}.{minor} or later")),
        }
    }

    /// Root may always make user namespaces, unless there may be none.
    pub(super) fn user_namespaces(&self) -> Finding {
        let setting = |name: &str| read(&self.proc.join("sys").join(name)).ok();
        let refused = if setting("user/max_user_namespaces").is_some_and(|it| it == "0") {
            Some(("user.max_user_namespaces is 0", "sysctl -w user.max_user_namespaces=16384"))
        } else if setting("user/max_user_namespaces").is_none() {
            Some(("the kernel has no user namespaces", "use a kernel with CONFIG_USER_NS=y"))
        } else if is_root() {
            None
        } else if setting("kernel/unprivileged_userns_clone").is_some_and(|it| it == "0") {
            Some((
                "kernel.unprivileged_userns_clone is 0",
                "sysctl -w kernel.unprivileged_userns_clone=1",
            ))
        } else if setting("kernel/apparmor_restrict_unprivileged_userns")
            .is_some_and(|it| it == "1")
        {
            Some((
                "AppArmor keeps user namespaces to programs with a profile",
                "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
            ))
        } else {
            None
        };
        let who = if is_root() { "as root" } else { "as an ordinary user" };
        Finding {
            name: "user-namespaces",
            holds: refused.is_none(),
            detail: refused
                .map_or_else(|| format!("allowed {who}"), |(detail, _)| detail.to_owned()),
            advice: refused.map(|(_, command)| format!("as root: {command}")),
        }
    }

    pub(super) fn seccomp(&self) -> Finding {
        let actions = read(&self.proc.join("sys/kernel/seccomp/actions_avail")).unwrap_or_default();
        let holds = actions.split(' ').any(|it| it == "kill_process");
        Finding {
            name: "seccomp",
            holds,
            detail: if holds { "filters work".to_owned() } else { "no filters".to_owned() },
            advice: (!holds).then(|| "use a kernel with CONFIG_SECCOMP_FILTER=y".to_owned()),
        }
    }
}

/// Idle sandboxes that a machine should have room for.
const MANY: u64 = 1000;
/// What an idle one takes of the machine, measured with a thousand of them, and rounded up.
const IDLE_KIB: u64 = 700;
/// Descriptors of the server: its end of the link, and the process.
const DESCRIPTORS: u64 = 2;

impl Host {
    /// How many idle sandboxes fit, and what ends first.
    pub(super) fn density(&self) -> Finding {
        let setting = |name: &str| read(&self.proc.join("sys").join(name)).ok()?.parse().ok();
        let kinds = ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup"];
        let namespaces = kinds.map(|it| format!("user/max_{it}_namespaces"));
        let mut room: Vec<(u64, String)> = namespaces
            .into_iter()
            .filter_map(|name| Some((setting(&name)?, name.replace('/', "."))))
            .collect();
        room.extend(setting("kernel/pid_max").map(|it| (it, "kernel.pid_max".to_owned())));
        let limits = read(&self.proc.join("self/limits")).unwrap_or_default();
        let hard = limits.lines().find_map(|it| it.strip_prefix("Max open files"));
        let hard = hard.and_then(|it| it.split_ascii_whitespace().nth(1)?.parse::<u64>().ok());
        room.extend(hard.map(|it| (it / DESCRIPTORS, "RLIMIT_NOFILE".to_owned())));
        let memory = read(&self.proc.join("meminfo")).unwrap_or_default();
        let available = memory.lines().find_map(|it| it.strip_prefix("MemAvailable:"));
        let available: Option<u64> =
            available.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
        room.extend(available.map(|it| (it / IDLE_KIB, "available memory".to_owned())));
        let (most, what) = room.into_iter().min().unwrap_or((0, "an unreadable /proc".to_owned()));
        let holds = most >= MANY;
        Finding {
            name: "density",
            holds,
            detail: format!("room for {most} idle sandboxes, limited by {what}"),
            advice: (!holds).then(|| format!("raise {what}, or keep fewer sessions alive")),
        }
    }
}

fn version(release: &str) -> Option<(u32, u32)> {
    let mut parts = release.split(|it: char| !it.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn host(files: &[(&str, &str)]) -> (tempfile::TempDir, Host) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let host = Host::new(dir.path());
        (dir, host)
    }

    #[test]
    fn a_kernel_without_mount_setattr_is_too_old() {
        for (release, holds) in [("5.11.0-generic", false), ("5.12.1", true), ("6.18.44-fc", true)]
        {
            let (_dir, host) = host(&[("sys/kernel/osrelease", release)]);
            assert_eq!(host.kernel().holds, holds, "{release}");
        }
    }

    #[test]
    fn a_machine_without_user_namespaces_is_told_the_command() {
        let (_dir, host) = host(&[("sys/user/max_user_namespaces", "0\n")]);
        let finding = host.user_namespaces();
        assert!(!finding.holds);
        assert_eq!(
            finding.advice.as_deref(),
            Some("as root: sysctl -w user.max_user_namespaces=16384")
        );
    }

    #[test]
    fn what_ends_first_limits_how_many_sandboxes_fit() {
        let meminfo = ("meminfo", "MemTotal: 9 kB\nMemAvailable:   7000000 kB\n");
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files   1024   5000   files\n";
        let (_dir, all) = host(&[
            meminfo,
            ("self/limits", limits),
            ("sys/kernel/pid_max", "32768\n"),
            ("sys/user/max_net_namespaces", "96365\n"),
        ]);
        let finding = all.density();
        assert!(finding.holds);
        assert_eq!(finding.detail, "room for 2500 idle sandboxes, limited by RLIMIT_NOFILE");
        let (_dir, few) = host(&[meminfo, ("sys/user/max_net_namespaces", "64\n")]);
        let finding = few.density();
        assert!(!finding.holds);
        let advice = finding.advice.unwrap();
        assert!(advice.starts_with("raise user.max_net_namespaces"), "{advice}");
    }

    #[test]
    fn apparmor_stops_ordinary_users_only() {
        let (_dir, host) = host(&[
            ("sys/user/max_user_namespaces", "9000\n"),
            ("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n"),
        ]);
        assert_eq!(host.user_namespaces().holds, is_root());
    }
}

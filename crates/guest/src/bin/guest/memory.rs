//! How often the kernel killed a process of this sandbox for its memory limit.
//!
//! Only a cgroup counts that, in its `memory.events` (v2) or `memory.oom_control` (v1): both have a
//! line `oom_kill N`. Who starts the guest may pass a descriptor of the file, or mount the group.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};

/// Where containers find the files of their own group.
const MOUNTED: [&str; 2] =
    ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];

#[derive(Debug)]
pub(crate) struct MemoryKills(Option<OwnedFd>);

impl MemoryKills {
    pub(crate) fn new(events: Option<OwnedFd>) -> Self {
        Self(events)
    }

    pub(crate) fn of_mounted_group() -> Self {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let open = |path| rustix::fs::open(path, flags, Mode::empty()).ok();
        Self(MOUNTED.into_iter().find_map(open))
    }

    /// The count since the sandbox began; 0 if nobody counts.
    pub(crate) fn count(&self) -> u64 {
        let Some(events) = &self.0 else { return 0 };
        let mut buffer = [0; 512];
        let length = rustix::io::pread(events, &mut buffer, 0).unwrap_or(0);
        parse(&buffer[..length])
    }
}

fn parse(events: &[u8]) -> u64 {
    let Ok(events) = std::str::from_utf8(events) else { return 0 };
    let count = events.lines().find_map(|it| it.strip_prefix("oom_kill "));
    count.and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cgroup_versions_are_understood() {
        assert_eq!(parse(b"low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"), 2);
        assert_eq!(parse(b"oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"), 7);
    }
}

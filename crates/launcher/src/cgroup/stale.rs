//! Groups of launchers that were killed before they could clean up.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// For all groups of one launcher; what takes longer to die waits for something in the kernel.
const PATIENCE: Duration = Duration::from_millis(200);
const RETRY: Duration = Duration::from_millis(1);

/// The name of the group of a launcher: unique even when its process id is used again.
pub(super) fn name(pid: u32, start_time: u64) -> String {
    format!("runbook-{pid}-{start_time}")
}

/// When a process started, in clock ticks since boot.
pub(super) fn start_time(pid: u32) -> io::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    parse_start_time(&stat).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

fn parse_start_time(stat: &str) -> Option<u64> {
    // The name in parentheses may hold spaces; field 22 is the twentieth after it.
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()
}

/// Lets the processes of launchers that no longer run die, should they be frozen.
pub(super) fn release_groups_of_the_dead(base: &Path) {
    for group in groups_of_the_dead(base) {
        super::thaw_below(&group);
    }
}

/// Removes the siblings of `base` that belong to launchers that no longer run.
pub(super) fn remove_groups_of_the_dead(base: &Path) {
    for group in groups_of_the_dead(base) {
        remove_tree(&group);
    }
}

fn groups_of_the_dead(base: &Path) -> Vec<PathBuf> {
    let siblings = base.parent().and_then(|it| fs::read_dir(it).ok()).into_iter().flatten();
    let is_dead =
        |it: &fs::DirEntry| it.file_name().to_str().and_then(owner).is_some_and(|it| !is_alive(it));
    siblings.flatten().filter(is_dead).map(|it| it.path()).collect()
}

/// Removes a group and the groups below it, as far as no process is left in them. What was killed a
/// moment ago may still be dying; a group that outlasts our patience is found again by the next
/// launcher.
pub(super) fn remove_tree(base: &Path) {
    remove_until(base, Instant::now() + PATIENCE);
}

fn remove_until(base: &Path, deadline: Instant) {
    let children = fs::read_dir(base).into_iter().flatten().flatten();
    for entry in children.filter(|it| it.file_type().is_ok_and(|it| it.is_dir())) {
        remove_until(&entry.path(), deadline);
    }
    while fs::remove_dir(base).is_err_and(|it| it.raw_os_error() == Some(libc::EBUSY))
        && Instant::now() < deadline
    {
        thread::sleep(RETRY);
    }
}

fn owner(name: &str) -> Option<(u32, u64)> {
    let (pid, start_time) = name.strip_prefix("runbook-")?.split_once('-')?;
    Some((pid.parse().ok()?, start_time.parse().ok()?))
}

fn is_alive((pid, start): (u32, u64)) -> bool {
    start_time(pid).is_ok_and(|it| it == start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9 9";
        assert_eq!(parse_start_time(stat), Some(4242));
    }

    #[test]
    fn groups_of_dead_launchers_are_removed_and_all_others_stay() {
        let parent = tempfile::tempdir().unwrap();
        let me = std::process::id();
        let alive = name(me, start_time(me).unwrap());
        let reused_pid = name(me, 1);
        for dir in [alive.as_str(), &reused_pid, "runbook-4000000000-7", "runbook-host", "other"] {
            fs::create_dir_all(parent.path().join(dir).join("3")).unwrap();
        }
        remove_groups_of_the_dead(&parent.path().join(&alive));
        let mut left: Vec<_> = fs::read_dir(parent.path())
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut expected = vec!["other".to_owned(), alive, "runbook-host".to_owned()];
        expected.sort();
        assert_eq!(left, expected);
    }
}

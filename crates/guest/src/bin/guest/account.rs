//! What a process has used, asked for while it still is there.

use rustix::fs::{Mode, OFlags};

use crate::{
    kernel::{self, Used},
    tree::TICKS_PER_SECOND,
};

/// `None` where it is gone or about to be, and where children that it waited for have a part in it: of
/// theirs the kernel tells only ticks before it is reaped.
pub(crate) fn used(pid: i32) -> Option<Used> {
    let had_children = faults_of_children(&read(&format!("/proc/{pid}/stat"))?)? > 0;
    if had_children { None } else { used_alone(pid) }
}

/// As [`used`], of a process that never had children.
pub(crate) fn used_alone(pid: i32) -> Option<Used> {
    let peak_memory_bytes = peak(&read(&format!("/proc/{pid}/status"))?)?;
    Some(Used { cpu_us: kernel::cpu_us(pid), peak_memory_bytes })
}

/// User and system time of a process and of the children it waited for, in microseconds. That of the
/// children the kernel tells in ticks of 10 ms.
pub(crate) fn cpu_us(pid: i32) -> u64 {
    /// Fields between the name and the children's user time; see `proc_pid_stat(5)`.
    const BEFORE: usize = 13;
    let stat = read(&format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |it| it.1).split_ascii_whitespace();
    let ticks = fields.skip(BEFORE).take(2).filter_map(|it| it.parse::<u64>().ok()).sum::<u64>();
    kernel::cpu_us(pid).saturating_add(ticks.saturating_mul(1_000_000) / TICKS_PER_SECOND)
}

/// Largest resident set of a process in bytes; 0 where the kernel does not tell.
pub(crate) fn peak_memory_bytes(pid: i32) -> u64 {
    read(&format!("/proc/{pid}/status")).and_then(|it| peak(&it)).unwrap_or(0)
}

fn read(path: &str) -> Option<String> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).ok()?;
    let mut buffer = [0; 4096];
    let length = rustix::io::read(&file, &mut buffer).ok()?;
    // The name is the program's to choose, and may be anything.
    Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

/// Page faults of the children it waited for. No child ran without one.
fn faults_of_children(stat: &str) -> Option<u64> {
    /// Fields between the name and this one; see `proc_pid_stat(5)`.
    const BEFORE: usize = 8;
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(BEFORE)?.parse().ok()
}

fn peak(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    let kib: u64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_of_the_kernel() {
        let stat = "7 (a) Z 1 (b)) S 1 7 7 0 -1 4194304 20 30 40 50 60 70 80 90 20 0 1 0 9";
        assert_eq!(faults_of_children(stat), Some(30));
        assert_eq!(peak("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t  12 kB\n"), Some(12 * 1024));
        assert_eq!(peak("Name:\tx\nState:\tZ (zombie)\n"), None);
    }

    #[test]
    fn a_living_process_has_an_account() {
        let own = i32::try_from(std::process::id()).unwrap();
        let used = used(own);
        // A test runner may have waited for children in this process; then there is none.
        assert!(used.is_none_or(|it| it.cpu_us > 0 && it.peak_memory_bytes > 100_000), "{used:?}");
    }
}

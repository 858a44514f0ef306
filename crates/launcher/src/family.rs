//! The processes of a sandbox as the host sees them: its first process and all that descend from it.
//!
//! Only where no control group knows them. An orphan is adopted by the first process, so none is
//! missed for longer than one walk.

use std::{collections::HashMap, fs, io, path::PathBuf};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::message::Measured;

/// A process and when it started: unique even when its number is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Member {
    pub(crate) pid: i32,
    started: u64,
}

/// What `/proc/<pid>/stat` says; see `proc_pid_stat(5)`.
#[derive(Clone, Copy, Debug)]
struct Stat {
    state: u8,
    /// In clock ticks, with that of the children it waited for.
    cpu_ticks: u64,
    threads: u64,
    started: u64,
}

/// `USER_HZ`, in which the kernel tells times: part of its interface, and the same on every
/// architecture we are built for.
const TICKS_PER_SECOND: u64 = 100;

/// Parents before their children.
fn members(first: i32) -> Vec<(Member, Stat)> {
    let mut found = Vec::new();
    let mut next = vec![first];
    while let Some(pid) = next.pop() {
        let Some(stat) = read_stat(pid) else { continue };
        next.extend(children(pid));
        found.push((Member { pid, started: stat.started }, stat));
    }
    found
}

fn children(pid: i32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|it| fs::read_to_string(it.path().join("children")).ok());
    lists.flat_map(|it| numbers(&it)).collect()
}

fn numbers(text: &str) -> Vec<i32> {
    text.split_ascii_whitespace().filter_map(|it| it.parse().ok()).collect()
}

fn read_stat(pid: i32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(stat: &str) -> Option<Stat> {
    // The name in parentheses may hold anything; the state follows it as field 3.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let cpu: Option<Vec<u64>> = (14..=17).map(field).collect();
    Some(Stat {
        state: *fields.first()?.as_bytes().first()?,
        cpu_ticks: cpu?.iter().sum(),
        threads: field(20)?,
        started: field(22)?,
    })
}

/// Whether the kernel lists the children of a process (`CONFIG_PROC_CHILDREN`).
pub(crate) fn can_be_found() -> bool {
    let pid = std::process::id();
    PathBuf::from(format!("/proc/{pid}/task/{pid}/children")).exists()
}

/// Sums up what the living have used, and what they waited for.
pub(crate) fn measure(first: i32) -> Measured {
    let members = members(first);
    let sum = |value: fn(&Stat) -> u64| members.iter().map(|(_, it)| value(it)).sum::<u64>();
    let (mut read, mut written, mut counted, mut resident_kib) = (0, 0, false, 0);
    for (member, _) in &members {
        let status = fs::read_to_string(format!("/proc/{}/status", member.pid)).unwrap_or_default();
        let resident = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
        resident_kib += resident.unwrap_or(0_u64);
        let Ok(io) = fs::read_to_string(format!("/proc/{}/io", member.pid)) else { continue };
        let value = |key| io.lines().find_map(|it| it.strip_prefix(key)?.trim().parse().ok());
        read += value("read_bytes:").unwrap_or(0_u64);
        written += value("write_bytes:").unwrap_or(0_u64);
        counted = true;
    }
    Measured {
        cpu_micros: Some(sum(|it| it.cpu_ticks) * 1_000_000 / TICKS_PER_SECOND),
        memory_bytes: Some(resident_kib * 1024),
        peak_memory_bytes: None,
        // The guest has one thread and is none of the programs.
        processes: Some(sum(|it| it.threads).saturating_sub(1)),
        read_bytes: counted.then_some(read),
        written_bytes: counted.then_some(written),
    }
}

/// Processes that were stopped from outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopped {
    by_us: Vec<Member>,
    /// Met already; a process that had stopped by itself is not ours to continue.
    known: HashMap<i32, u64>,
}

impl Stopped {
    /// Stops what is not stopped yet, the first process before all others, and says whether nothing
    /// was left to stop.
    pub(crate) fn stop(&mut self, first: i32) -> bool {
        let mut all_stopped = true;
        for (member, stat) in members(first) {
            let stands_still = matches!(stat.state, b'T' | b't' | b'Z' | b'X');
            all_stopped &= stands_still;
            if self.known.insert(member.pid, member.started) == Some(member.started) {
                continue;
            }
            if !stands_still {
                all_stopped = false;
                if signal(member, Signal::STOP).is_ok() {
                    self.by_us.push(member);
                }
            }
        }
        all_stopped
    }

    /// Children before their parents, so that no shell sees one stopped.
    pub(crate) fn go_on(self) {
        for member in self.by_us.into_iter().rev() {
            // One that is gone needs nothing.
            drop(signal(member, Signal::CONT));
        }
    }
}

fn signal(member: Member, signal: Signal) -> io::Result<()> {
    let gone = || io::Error::from(io::ErrorKind::NotFound);
    let pid = Pid::from_raw(member.pid).ok_or_else(gone)?;
    // Held before it is looked at, so that the number cannot pass to another in between.
    let held = pidfd_open(pid, PidfdFlags::empty())?;
    if read_stat(member.pid).is_none_or(|it| it.started != member.started) {
        return Err(gone());
    }
    Ok(pidfd_send_signal(held, signal)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_stat_is_read_whatever_the_name() {
        let line = "7 (a) Z 1 (b)) T 42 7 7 0 -1 4 1 2 3 4 10 20 30 40 20 0 3 0 9000 5000 12 9";
        let stat = parse_stat(line).unwrap();
        assert_eq!((stat.state, stat.cpu_ticks, stat.threads), (b'T', 100, 3));
        assert_eq!(stat.started, 9000);
    }

    #[test]
    fn a_process_finds_itself_first() {
        let pid = std::process::id().cast_signed();
        assert_eq!(members(pid).first().unwrap().0.pid, pid);
        assert!(measure(pid).memory_bytes.unwrap() > 0);
    }
}

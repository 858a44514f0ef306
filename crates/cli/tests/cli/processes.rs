//! What is alive on this machine, read from `/proc`.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// Far longer than anything takes to die; a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process, told from a later one with the same number by when it started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    started: String,
}

fn numbers() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok())
}

/// The process and its parent; `None` if it has ended.
fn look(pid: u32) -> Option<(Process, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything. Fields are numbered as in proc_pid_stat(5), from 3.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let parent = fields.get(1)?.parse().ok()?;
    let process = Process { pid, started: (*fields.get(19)?).to_owned() };
    (*fields.first()? != "Z").then_some((process, parent))
}

/// A process and everything below it.
pub(crate) fn tree(root: u32) -> Vec<Process> {
    let all: Vec<(Process, u32)> = numbers().filter_map(look).collect();
    let mut pids = vec![root];
    let mut found = Vec::new();
    while let Some(pid) = pids.pop() {
        found.extend(all.iter().filter(|(it, _)| it.pid == pid).map(|(it, _)| it.clone()));
        pids.extend(all.iter().filter(|(_, parent)| *parent == pid).map(|(it, _)| it.pid));
    }
    found
}

/// Programs whose command line contains `marker`.
pub(crate) fn marked(marker: &str) -> Vec<u32> {
    let is_marked = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(marker)
    };
    numbers().filter(is_marked).collect()
}

/// Waits until neither one of `processes` nor a program with `marker` is alive.
pub(crate) fn expect_gone(processes: &[Process], marker: &str) {
    eventually("everything has ended", || {
        let left = processes.iter().filter(|it| look(it.pid).is_some_and(|(now, _)| now == **it));
        left.count() == 0 && marked(marker).is_empty()
    });
}

/// Waits for something outside that nobody announces.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Resident memory of a process in bytes.
pub(crate) fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

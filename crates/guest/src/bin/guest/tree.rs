//! Which processes belong to which program, whatever they did to hide.
//!
//! A process may leave its session, its group and its parent, but not its limits: they are inherited and
//! can only be lowered. So each program starts with its own hard limit for file locks, a resource that
//! Linux has not enforced since 2.4 but still keeps, and that number marks all its descendants. Kernels
//! that do not let it be set, such as gVisor's, carry the mark in the limit for resident memory, which
//! nobody enforces either but programs set now and then.
//!
//! Being pid 1 or a subreaper, the guest is an ancestor of everything it started. Only its descendants
//! are ever signalled: outside a pid namespace another guest may use the same marks.

use std::{collections::HashMap, io::Read, os::fd::OwnedFd, sync::OnceLock};

use rustix::{
    fs::{Dir, Mode, OFlags},
    process::{Pid, PidfdFlags},
};

use crate::kernel;

/// The resource whose hard limit carries the mark.
pub(crate) fn marked() -> libc::__rlimit_resource_t {
    static MARKED: OnceLock<libc::__rlimit_resource_t> = OnceLock::new();
    *MARKED.get_or_init(|| {
        let usual = libc::RLIMIT_LOCKS;
        if kernel::may_limit(usual) { usual } else { libc::RLIMIT_RSS }
    })
}

/// `USER_HZ`, in which the kernel tells times: part of its interface, and the same on every architecture
/// we are built for.
pub(crate) const TICKS_PER_SECOND: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark(u64);

impl Mark {
    pub(crate) fn first() -> Self {
        Self(guest::FIRST_MARK)
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The limit that a program's first process must get.
    pub(crate) fn limit(self) -> u64 {
        self.0
    }

    /// The mark of any process; of a zombie, too.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        kernel::hard_limit(pid, marked()).map(Self)
    }
}

/// What a walk over the processes found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Some,
    None,
}

/// Who lives beside a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nobody ever did: it had neither children nor threads.
    Never,
    None,
    /// Others, as far as we know.
    Some,
}

#[derive(Debug)]
pub(crate) struct Tree {
    /// Our own number; 1 in a pid namespace of our own.
    own: i32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    parent: i32,
    zombie: bool,
    /// User and system time, with that of the children it waited for, in clock ticks.
    cpu_ticks: u64,
    /// Since the machine started.
    started: Moment,
}

/// A moment since the machine started, in clock ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) fn now() -> Self {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let rest = u64::try_from(now.tv_nsec).unwrap_or(0) / (1_000_000_000 / TICKS_PER_SECOND);
        Self(seconds * TICKS_PER_SECOND + rest)
    }
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self { own: rustix::process::getpid().as_raw_nonzero().get() }
    }

    pub(crate) fn is_init(&self) -> bool {
        self.own == 1
    }

    /// Signals everything that we ever started.
    pub(crate) fn signal_all(&self, signal: i32) -> Found {
        if self.is_init() {
            // The kernel does it in one step that no fork can slip through, and spares pid 1.
            kernel::kill(-1, signal);
            return Found::Some;
        }
        self.signal_where(signal, |_| true)
    }

    /// Signals the descendants whose mark is asked for. [`Found::None`] is certain: a process that ended
    /// during the walk, or is still to be reaped, may have left a child that the walk did not meet.
    pub(crate) fn signal_where(&self, signal: i32, wanted: impl Fn(Mark) -> bool) -> Found {
        let Some(walk) = walk() else { return Found::Some };
        let mut found = if walk.is_complete { Found::None } else { Found::Some };
        for (&pid, entry) in &walk.processes {
            if pid == self.own {
                continue;
            }
            let met = match self.descends(pid, &walk.processes) {
                Descent::Foreign => false,
                // An ancestor ended during the walk; only another walk can tell whose it is.
                Descent::Unknown => Mark::of(pid).is_none_or(&wanted),
                Descent::Ours if entry.zombie => Mark::of(pid).is_none_or(&wanted),
                Descent::Ours => signal_if(pid, signal, &wanted),
            };
            if met {
                found = Found::Some;
            }
        }
        found
    }

    /// Signals the marked descendants that were born in or after this moment, and the one with this
    /// number.
    pub(crate) fn signal_newer(&self, signal: i32, mark: Mark, main: i32, since: Moment) {
        let Some(walk) = walk() else { return };
        for (&pid, entry) in &walk.processes {
            let is_wanted = pid == main || entry.started >= since;
            if is_wanted
                && !entry.zombie
                && pid != self.own
                && self.descends(pid, &walk.processes) != Descent::Foreign
            {
                signal_if(pid, signal, |it| it == mark);
            }
        }
    }

    /// Who lives beside this process and us. Only pid 1 can know.
    pub(crate) fn company_of(&self, pid: i32) -> Company {
        if !self.is_init() {
            return Company::Some;
        }
        // Numbers are given in turn, and those below 300 only once.
        if pid == self.own + 1 && last_number() == Some(pid) {
            return Company::Never;
        }
        let numbers = open_proc().and_then(|it| numbers(&it));
        match numbers.is_some_and(|it| it.iter().all(|it| [self.own, pid].contains(it))) {
            true => Company::None,
            false => Company::Some,
        }
    }

    /// User and system time in microseconds of the descendants whose mark is asked for, and of what they
    /// waited for.
    pub(crate) fn cpu_where(&self, wanted: impl Fn(Mark) -> bool) -> u64 {
        let Some(walk) = walk() else { return 0 };
        let wanted = |pid: i32| {
            pid != self.own
                && self.descends(pid, &walk.processes) != Descent::Foreign
                && Mark::of(pid).is_some_and(&wanted)
        };
        let members = walk.processes.iter().filter(|(pid, _)| wanted(**pid));
        let ticks: u64 = members.map(|(_, entry)| entry.cpu_ticks).sum();
        ticks.saturating_mul(1_000_000) / TICKS_PER_SECOND
    }

    fn descends(&self, pid: i32, processes: &HashMap<i32, Entry>) -> Descent {
        if self.is_init() {
            return Descent::Ours;
        }
        let mut current = pid;
        // Reading is not atomic, so the parents may form a ring; no chain is longer than all processes.
        for _ in 0..=processes.len() {
            match processes.get(&current).map(|it| it.parent) {
                None => return Descent::Unknown,
                Some(parent) if parent == self.own => return Descent::Ours,
                Some(0 | 1) => return Descent::Foreign,
                Some(parent) => current = parent,
            }
        }
        Descent::Unknown
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Descent {
    Ours,
    Foreign,
    Unknown,
}

/// Signals the process if its mark is wanted, and says whether it was or cannot be known.
fn signal_if(pid: i32, signal: i32, wanted: impl Fn(Mark) -> bool) -> bool {
    let Some(handle) = Pid::from_raw(pid) else { return false };
    // Opened before the mark is read: if the number is used anew in between, the signal goes to the
    // process that is gone and not to the newcomer.
    let handle = rustix::process::pidfd_open(handle, PidfdFlags::empty());
    match Mark::of(pid) {
        None => return true,
        Some(mark) if !wanted(mark) => return false,
        Some(_) => {}
    }
    match handle {
        Ok(handle) => kernel::kill_exactly(&handle, signal),
        Err(_) => kernel::kill(pid, signal),
    }
    true
}

#[derive(Debug)]
struct Walk {
    processes: HashMap<i32, Entry>,
    /// No process vanished between being listed and being looked at.
    is_complete: bool,
}

/// Looks at each visible process; `None` if `/proc` cannot be read.
fn walk() -> Option<Walk> {
    let proc = open_proc()?;
    let mut walk = Walk { processes: HashMap::new(), is_complete: true };
    for pid in numbers(&proc)? {
        match read_stat(&proc, pid) {
            Some(entry) => drop(walk.processes.insert(pid, entry)),
            None => walk.is_complete = false,
        }
    }
    Some(walk)
}

/// The number that a process or thread of our namespace was given last.
fn last_number() -> Option<i32> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let load = rustix::fs::open("/proc/loadavg", flags, Mode::empty()).ok()?;
    let mut buffer = [0; 128];
    let length = rustix::io::read(&load, &mut buffer).ok()?;
    parse_last(&buffer[..length])
}

/// `0.20 0.18 0.12 1/80 LAST`
fn parse_last(load: &[u8]) -> Option<i32> {
    std::str::from_utf8(load).ok()?.split_ascii_whitespace().nth(4)?.parse().ok()
}

fn open_proc() -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open("/proc", flags, Mode::empty()).ok()
}

/// The numbers of all visible processes.
fn numbers(proc: &OwnedFd) -> Option<Vec<i32>> {
    let mut numbers = Vec::new();
    for entry in Dir::read_from(proc).ok()? {
        let entry = entry.ok()?;
        numbers.extend(entry.file_name().to_str().ok().and_then(|it| it.parse::<i32>().ok()));
    }
    Some(numbers)
}

fn read_stat(proc: &OwnedFd, pid: i32) -> Option<Entry> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let stat = rustix::fs::openat(proc, format!("{pid}/stat"), flags, Mode::empty()).ok()?;
    let mut buffer = [0; 512];
    let length = std::fs::File::from(stat).read(&mut buffer).ok()?;
    parse_stat(&buffer[..length])
}

/// Fields between the parent and the times, and between those and the number of threads; see
/// `proc_pid_stat(5)`.
const BEFORE_TIMES: usize = 9;
const BEFORE_THREADS: usize = 2;
const BEFORE_START: usize = 1;

/// `pid (name) state parent …`, where the name is the program's to choose and may hold anything.
fn parse_stat(stat: &[u8]) -> Option<Entry> {
    let end = stat.iter().rposition(|it| *it == b')')?;
    let mut fields = std::str::from_utf8(&stat[end + 1..]).ok()?.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let mut cpu_ticks: u64 = fields.nth(BEFORE_TIMES)?.parse().ok()?;
    for _ in 0..3 {
        cpu_ticks += fields.next()?.parse::<u64>().ok()?;
    }
    let threads: u32 = fields.nth(BEFORE_THREADS)?.parse().ok()?;
    // The first thread of a process may end before the others, and then looks like a zombie.
    let zombie = matches!(state, "Z" | "X") && threads <= 1;
    let started = Moment(fields.nth(BEFORE_START)?.parse().ok()?);
    Some(Entry { parent, zombie, cpu_ticks, started })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(state: &str, threads: u32) -> Entry {
        let line =
            format!("7 (a) Z 1 (b)) {state} 42 7 7 0 -1 4 1 2 3 4 5 6 7 8 20 0 {threads} 0 9");
        parse_stat(line.as_bytes()).unwrap()
    }

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let entry = stat("S", 1);
        assert_eq!((entry.parent, entry.zombie, entry.cpu_ticks), (42, false, 5 + 6 + 7 + 8));
        assert_eq!(entry.started, Moment(9));
    }

    #[test]
    fn the_number_given_last_is_that_of_the_kernel() {
        assert_eq!(parse_last(b"0.20 0.18 0.12 1/80 2\n"), Some(2));
        // As gVisor has it: no process has this number.
        assert_eq!(parse_last(b"0.00 0.00 0.00 0/0 0\n"), Some(0));
        assert_eq!(parse_last(b"0.20 0.18"), None);
        assert!(last_number().is_some_and(|it| it > 0));
    }

    #[test]
    fn a_zombie_is_one_only_when_all_its_threads_are() {
        assert!(stat("Z", 1).zombie);
        assert!(!stat("Z", 2).zombie);
    }
}

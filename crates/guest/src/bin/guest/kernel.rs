//! The system calls of a reaper that rustix does not offer safely.

#![expect(
    unsafe_code,
    reason = "waiting with usage, signal masks and other processes' limits need libc"
)]

use std::{io, mem::MaybeUninit, os::fd::FromRawFd, os::fd::OwnedFd, ptr};

use guest::ExitStatus;
use rustix::io::Errno;

/// A child that ended and was waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reaped {
    pub(crate) status: ExitStatus,
    pub(crate) used: Used,
}

/// What a process has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    /// User and system time of the process and of the descendants it waited for.
    pub(crate) cpu_us: u64,
    pub(crate) peak_memory_bytes: u64,
}

/// The answer to "has any child ended?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Children {
    Ended(i32),
    Alive,
    /// Since orphans become our children, no process that we started exists.
    None,
}

/// Finds an ended child and leaves it a zombie, so that its number cannot be used again yet.
pub(crate) fn ended_child() -> Children {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL;
    // SAFETY: waitid writes at most one siginfo_t to the pointer, which is one.
    let result = unsafe { libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) };
    if result != 0 {
        return match last_errno() {
            Errno::CHILD => Children::None,
            _ => Children::Alive,
        };
    }
    // SAFETY: all zeroes is a valid siginfo_t, and si_pid is the field waitid sets; it stays 0 if no
    // child has ended.
    match unsafe { info.assume_init().si_pid() } {
        0 => Children::Alive,
        pid => Children::Ended(pid),
    }
}

/// Waits for a child that [`ended_child`] found.
pub(crate) fn reap(pid: i32) -> Option<Reaped> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: wait4 writes one int and one rusage to the pointers, which are such.
    let result = unsafe {
        libc::wait4(pid, &raw mut status, libc::WNOHANG | libc::__WALL, usage.as_mut_ptr())
    };
    if result != pid {
        return None;
    }
    // SAFETY: all zeroes is a valid rusage, and wait4 has filled it in.
    let usage = unsafe { usage.assume_init() };
    let status = if libc::WIFSIGNALED(status) {
        ExitStatus::Signal(libc::WTERMSIG(status))
    } else {
        ExitStatus::Code(libc::WEXITSTATUS(status))
    };
    let cpu_us = micros(usage.ru_utime) + micros(usage.ru_stime);
    let peak_memory_bytes = u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024;
    Some(Reaped { status, used: Used { cpu_us, peak_memory_bytes } })
}

fn micros(time: libc::timeval) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000 + u64::try_from(time.tv_usec).unwrap_or(0)
}

/// Gives each signal its default action and blocks them all: none may interrupt the loop, and programs
/// inherit the default actions.
pub(crate) fn silence_signals() {
    // The kernel's sigaction, all zeroes: SIG_DFL, no flags, nothing masked. glibc's would refuse its
    // own two signals, which a starter may have ignored.
    let default = [0_u64; 4];
    for signal in 1..=libc::SIGRTMAX() {
        let none = ptr::null_mut::<u64>();
        // SAFETY: the kernel reads one sigaction of at most 32 bytes, and SIG_DFL installs no code.
        // Failing for SIGKILL and SIGSTOP is harmless.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, default.as_ptr(), none, 8) };
    }
    let all = signal_set(1..=libc::SIGRTMAX());
    // SAFETY: the set is initialised, and the old mask is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const all, ptr::null_mut()) };
}

/// A descriptor that is readable while one of the blocked signals is pending.
pub(crate) fn signal_fd(signals: &[i32]) -> io::Result<OwnedFd> {
    let set = signal_set(signals.iter().copied());
    // SAFETY: the set is initialised; -1 asks for a new descriptor.
    let fd = unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: signalfd has just returned this descriptor, and nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn signal_set(signals: impl Iterator<Item = i32>) -> libc::sigset_t {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the whole set, and sigaddset changes only bits of it.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

/// Takes over the descriptors our starter left for us and closes all others, but for standard error,
/// where a panic may still be told. Standard input and output become `/dev/null`: the first is what
/// programs without input inherit.
///
/// Call it once, before anything else is opened.
pub(crate) fn adopt<const N: usize>(left: [Option<i32>; N]) -> io::Result<[Option<OwnedFd>; N]> {
    let mut copies = [None; N];
    for (copy, fd) in copies.iter_mut().zip(left) {
        *copy = fd.map(aside).transpose()?;
    }
    // SAFETY: the path ends with NUL.
    let null = check(unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) })?;
    for fd in [libc::STDIN_FILENO, libc::STDOUT_FILENO] {
        // SAFETY: nobody owns 0 and 1 but `std`, which does not mind what they are.
        check(unsafe { libc::dup2(null, fd) })?;
    }
    let mut adopted = [const { None }; N];
    let mut next = libc::STDERR_FILENO + 1;
    for (place_of, copy) in adopted.iter_mut().zip(copies) {
        if let Some(copy) = copy {
            *place_of = Some(place(copy, next)?);
            next += 1;
        }
    }
    close_from(next);
    Ok(adopted)
}

/// Closes every descriptor from this number on, also where the kernel cannot do it at once (gVisor's).
fn close_from(first: i32) {
    // SAFETY: `adopt`, the only caller, has taken what it wants below this number, and nothing else is
    // open yet, so that nobody owns what is closed.
    unsafe {
        if libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) == 0 {
            return;
        }
        let limit = i32::try_from(libc::sysconf(libc::_SC_OPEN_MAX)).unwrap_or(i32::MAX);
        for fd in first..limit.clamp(1024, 65_536) {
            libc::close(fd);
        }
    }
}

/// A copy above the numbers that are about to be overwritten. Programs must never get it, not even
/// where the kernel knows no `close_range`, as gVisor of 2022.
fn aside(fd: i32) -> io::Result<i32> {
    // SAFETY: F_DUPFD_CLOEXEC takes a number; a descriptor that is not open is refused.
    check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 16) })
}

fn place(fd: i32, target: i32) -> io::Result<OwnedFd> {
    // SAFETY: dup3 takes numbers only.
    let fd = check(unsafe { libc::dup3(fd, target, libc::O_CLOEXEC) })?;
    // SAFETY: dup3 has just made this descriptor, and `adopt` gives it to one owner.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn check(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// The hard limit of any process of our user; `None` if it is gone or another's.
pub(crate) fn hard_limit(pid: i32, resource: libc::__rlimit_resource_t) -> Option<u64> {
    limits(pid, resource).map(|(_, hard)| hard)
}

/// The soft and the hard limit of any process of our user; `None` if it is gone or another's.
pub(crate) fn limits(pid: i32, resource: libc::__rlimit_resource_t) -> Option<(u64, u64)> {
    let mut limit = MaybeUninit::<libc::rlimit64>::zeroed();
    // SAFETY: prlimit writes one rlimit64 to the last pointer; a null third one changes nothing.
    let result = unsafe { libc::prlimit64(pid, resource, ptr::null(), limit.as_mut_ptr()) };
    // SAFETY: all zeroes is a valid rlimit64.
    let limit = unsafe { limit.assume_init() };
    (result == 0).then_some((limit.rlim_cur, limit.rlim_max))
}

/// Whether limits of this resource can be set, tried by setting our own as it is.
pub(crate) fn may_limit(resource: libc::__rlimit_resource_t) -> bool {
    let mut limit = MaybeUninit::<libc::rlimit64>::zeroed();
    // SAFETY: getrlimit writes one rlimit64, of which all zeroes is a valid one, and setrlimit reads it.
    unsafe {
        libc::getrlimit64(resource, limit.as_mut_ptr()) == 0
            && libc::setrlimit64(resource, limit.as_ptr()) == 0
    }
}

/// User and system time of a process, in microseconds; 0 where the kernel does not tell.
pub(crate) fn cpu_us(pid: i32) -> u64 {
    /// `CPUCLOCK_SCHED` of the kernel's `posix-timers.h`: of all threads, user and system together.
    const ALL_TIME: libc::clockid_t = 2;
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: clock_gettime writes one timespec to the pointer, of which all zeroes is a valid one.
    let time = unsafe {
        libc::clock_gettime((!pid << 3) | ALL_TIME, time.as_mut_ptr());
        time.assume_init()
    };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1000
}

/// Sends a signal to a process, or for `-1` to every process we may signal.
pub(crate) fn kill(pid: i32, signal: i32) {
    // SAFETY: kill takes no pointers. That the process is gone is no failure.
    unsafe { libc::kill(pid, signal) };
}

/// Sends a signal to the process behind a pidfd.
pub(crate) fn kill_exactly(pidfd: &OwnedFd, signal: i32) {
    use std::os::fd::AsRawFd;
    let no_info = ptr::null::<libc::siginfo_t>();
    // SAFETY: the descriptor is open, and a null siginfo means that of kill(2).
    unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, no_info, 0) };
}

fn last_errno() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}

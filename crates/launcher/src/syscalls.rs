//! System calls that no safe library offers, each behind the narrowest function that does the job.

#![expect(unsafe_code, reason = "raw system calls; this module is their only home")]

use std::{
    ffi::CStr,
    io, mem,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    ptr,
};

use crate::{
    landlock,
    message::{Network, Usage},
};

/// A process just started, as its parent sees it.
#[derive(Debug)]
pub(crate) struct Born {
    pub(crate) pid: libc::pid_t,
    pub(crate) pidfd: OwnedFd,
}

/// The namespaces of every sandbox. Most have one of the network too. The one of control groups is left later, from inside its group.
pub(crate) const NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS;

/// `linux/sched.h`; it does not fit the `int` of the other flags.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// Proof that this process had one thread when asked, and that its code starts no other.
#[derive(Debug)]
pub(crate) struct OneThread(());

impl OneThread {
    pub(crate) fn check() -> io::Result<Self> {
        match std::fs::read_dir("/proc/self/task")?.count() {
            1 => Ok(Self(())),
            _ => Err(io::Error::from(io::ErrorKind::ResourceBusy)),
        }
    }
}

/// Forks into new namespaces; `None` in the child.
pub(crate) fn fork_into_namespaces(
    _: &OneThread,
    cgroup: Option<BorrowedFd<'_>>,
    network: Network,
) -> io::Result<Option<Born>> {
    let mut pidfd: libc::c_int = -1;
    let namespaces = match network {
        Network::Own => NAMESPACES | libc::CLONE_NEWNET,
        Network::Host => NAMESPACES,
    };
    // SAFETY: clone_args is a plain struct of integers, for which zero means "not used".
    let mut arguments: libc::clone_args = unsafe { mem::zeroed() };
    arguments.flags = u64::from((namespaces | libc::CLONE_PIDFD).cast_unsigned());
    arguments.pidfd = ptr::from_mut(&mut pidfd) as u64;
    arguments.exit_signal = u64::from(libc::SIGCHLD.cast_unsigned());
    if let Some(cgroup) = cgroup {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = u64::from(cgroup.as_raw_fd().cast_unsigned());
    }
    // SAFETY: without CLONE_VM the child has a copy of this memory and stack, as after fork;
    // `OneThread` says that nobody else holds a lock now; `arguments` and `pidfd` outlive the call.
    let pid = unsafe {
        libc::syscall(libc::SYS_clone3, &raw const arguments, mem::size_of::<libc::clone_args>())
    };
    match i32::try_from(pid).unwrap_or(-1) {
        0 => Ok(None),
        pid if pid > 0 => {
            // SAFETY: the kernel just stored a new descriptor here, which nobody else owns.
            Ok(Some(Born { pid, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } }))
        }
        _ => Err(io::Error::last_os_error()),
    }
}

/// Reaps a process if it has ended, with the CPU time of itself and of all it waited for.
pub(crate) fn reap(pid: libc::pid_t, wait: Wait) -> io::Result<Option<Usage>> {
    let options = match wait {
        Wait::Never => libc::WNOHANG,
        Wait::UntilItEnds => 0,
    };
    // SAFETY: rusage is a plain struct of integers, for which all zeroes is a value.
    let mut used: libc::rusage = unsafe { mem::zeroed() };
    // SAFETY: a null status is allowed, and `used` outlives the call.
    match unsafe { libc::wait4(pid, ptr::null_mut(), options, &raw mut used) } {
        0 => Ok(None),
        it if it == pid => Ok(Some(Usage {
            cpu_micros: micros(used.ru_utime) + micros(used.ru_stime),
            ..Usage::default()
        })),
        _ => Err(io::Error::last_os_error()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Never,
    UntilItEnds,
}

fn micros(time: libc::timeval) -> u64 {
    u64::try_from(time.tv_sec * 1_000_000 + time.tv_usec).unwrap_or(0)
}

/// Adds mount attributes to all of a tree and takes it out of any peer group.
pub(crate) fn restrict_mount(tree: BorrowedFd<'_>, attributes: u64) -> io::Result<()> {
    let arguments = libc::mount_attr {
        attr_set: attributes,
        attr_clr: 0,
        propagation: libc::MS_PRIVATE,
        userns_fd: 0,
    };
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    // SAFETY: the path is an empty string that ends in NUL, and `arguments` outlives the call.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const arguments,
            mem::size_of::<libc::mount_attr>(),
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Gives the files of a tree that is mounted nowhere yet the owners that the namespace says.
pub(crate) fn map_mount(tree: BorrowedFd<'_>, namespace: BorrowedFd<'_>) -> io::Result<()> {
    let arguments = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_IDMAP,
        attr_clr: 0,
        propagation: 0,
        userns_fd: u64::from(namespace.as_raw_fd().cast_unsigned()),
    };
    let size = mem::size_of::<libc::mount_attr>();
    // SAFETY: the path is an empty string that ends in NUL, and `arguments` outlives the call.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const arguments,
            size,
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A user namespace with these maps and without a process.
pub(crate) fn user_namespace(_: &OneThread, users: &str, groups: &str) -> io::Result<OwnedFd> {
    let mut pidfd: libc::c_int = -1;
    // SAFETY: clone_args is a plain struct of integers, for which zero means "not used".
    let mut arguments: libc::clone_args = unsafe { mem::zeroed() };
    arguments.flags = u64::from((libc::CLONE_NEWUSER | libc::CLONE_PIDFD).cast_unsigned());
    arguments.pidfd = ptr::from_mut(&mut pidfd) as u64;
    arguments.exit_signal = u64::from(libc::SIGCHLD.cast_unsigned());
    // SAFETY: as in `fork_into_namespaces`; the child only waits to be killed.
    let pid = unsafe {
        libc::syscall(libc::SYS_clone3, &raw const arguments, mem::size_of::<libc::clone_args>())
    };
    let pid = match i32::try_from(pid).unwrap_or(-1) {
        0 => {
            // SAFETY: takes numbers only.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            loop {
                // SAFETY: takes nothing and touches no memory.
                unsafe { libc::pause() };
            }
        }
        pid if pid > 0 => pid,
        _ => return Err(io::Error::last_os_error()),
    };
    // SAFETY: the kernel just stored a new descriptor here, which nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    let proc = std::path::PathBuf::from(format!("/proc/{pid}"));
    let namespace = std::fs::write(proc.join("uid_map"), users)
        .and_then(|()| std::fs::write(proc.join("gid_map"), groups))
        .and_then(|()| std::fs::File::open(proc.join("ns/user")));
    rustix::process::pidfd_send_signal(&pidfd, rustix::process::Signal::KILL)?;
    reap(pid, Wait::UntilItEnds)?;
    Ok(namespace?.into())
}

/// Makes the control group we are in the root of those we can see.
pub(crate) fn leave_cgroup_namespace() -> io::Result<()> {
    // SAFETY: only CLONE_FILES and its kin touch what Rust code relies on.
    if unsafe { libc::unshare(libc::CLONE_NEWCGROUP) } == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}

/// Closes all descriptors in a range; `last` is included.
pub(crate) fn close_range(first: u32, last: u32, how: Close) -> io::Result<()> {
    let flags = match how {
        Close::Now => 0,
        Close::AtExec => libc::CLOSE_RANGE_CLOEXEC,
    };
    // SAFETY: the caller is a process about to become another one; it owns every descriptor, and
    // those it still uses are outside the range or only marked.
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    Now,
    AtExec,
}

/// Makes `number` another name of `descriptor`, kept across exec, closing what it named before.
pub(crate) fn place_at(descriptor: BorrowedFd<'_>, number: i32) -> io::Result<()> {
    // SAFETY: dup2 reads no memory; nothing in this process relies on what `number` named.
    if unsafe { libc::dup2(descriptor.as_raw_fd(), number) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Becomes the program in `file` with at most three arguments and one variable of environment;
/// returns only when that fails.
pub(crate) fn execute(file: BorrowedFd<'_>, arguments: &[&CStr], variable: &CStr) -> io::Error {
    let mut pointers = [ptr::null(); 4];
    for (pointer, argument) in pointers[..3].iter_mut().zip(arguments) {
        *pointer = argument.as_ptr();
    }
    let variables = [variable.as_ptr(), ptr::null()];
    // SAFETY: both arrays end in a null pointer, hold strings that end in NUL, and outlive the call.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            file.as_raw_fd(),
            c"".as_ptr(),
            pointers.as_ptr(),
            variables.as_ptr(),
            libc::AT_EMPTY_PATH,
        );
    }
    io::Error::last_os_error()
}

/// Becomes a program. Of these strings, which end in NUL, the first is its path, `count` are its
/// arguments, and the others its environment; those beyond what a zygote has are left out. Returns
/// only when that fails.
pub(crate) fn become_program(strings: &[u8], count: usize) -> io::Error {
    const MOST: usize = 64;
    let (mut argv, mut envp) = ([ptr::null(); MOST + 1], [ptr::null(); MOST + 1]);
    let mut strings = strings.split_inclusive(|it| *it == 0).filter(|it| it.ends_with(&[0]));
    let Some(executable) = strings.next() else {
        return io::Error::from_raw_os_error(libc::EINVAL);
    };
    for (place, string) in argv[..MOST].iter_mut().zip(strings.by_ref().take(count)) {
        *place = string.as_ptr();
    }
    for (place, string) in envp[..MOST].iter_mut().zip(strings) {
        *place = string.as_ptr();
    }
    // SAFETY: both arrays end in a null pointer, and hold strings that end in NUL and outlive the call.
    unsafe { libc::execve(executable.as_ptr().cast(), argv.as_ptr().cast(), envp.as_ptr().cast()) };
    io::Error::last_os_error()
}

/// Turns on the loopback interface of the current network namespace.
pub(crate) fn raise_loopback(socket: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: ifreq is a plain struct of integers and a union of them; zero is a value of each.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = from.cast_signed() as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: SIOCSIFFLAGS reads one ifreq, which outlives the call.
    let done =
        unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Blocks or unblocks the signals by which people and supervisors stop a service.
pub(crate) fn stop_signals(how: Signals) -> io::Result<()> {
    // SAFETY: sigset_t is a plain array of integers, and the calls only fill it in.
    let mut set: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: `set` is a valid sigset_t, and the numbers are signals.
    unsafe {
        libc::sigemptyset(&raw mut set);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT] {
            libc::sigaddset(&raw mut set, signal);
        }
    }
    let action = match how {
        Signals::Block => libc::SIG_BLOCK,
        Signals::Unblock => libc::SIG_UNBLOCK,
    };
    // SAFETY: `set` outlives the call, and a null old set is allowed.
    if unsafe { libc::sigprocmask(action, &raw const set, ptr::null_mut()) } == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signals {
    Block,
    Unblock,
}

/// Undoes what Rust's runtime did to SIGPIPE, which exec would hand on to the guest.
pub(crate) fn restore_sigpipe() {
    // SAFETY: SIG_DFL is no handler, so no code can run in a signal's context.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Puts a filter on every system call of this process and of all it starts, for ever.
pub(crate) fn install_filter(filter: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        filter: filter.as_ptr().cast_mut(),
    };
    let (mode, no_flags) = (libc::SECCOMP_SET_MODE_FILTER, 0);
    // SAFETY: the kernel copies the program, which is as long as said, and changes nothing of it.
    let done = unsafe { libc::syscall(libc::SYS_seccomp, mode, no_flags, &raw const program) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `struct landlock_ruleset_attr` of version 6; older kernels take the beginning of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct LandlockRuleset {
    pub(crate) handled_access_fs: u64,
    pub(crate) handled_access_net: u64,
    pub(crate) scoped: u64,
}

/// What may be done below a directory, or to a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LandlockRule<'a> {
    pub(crate) allowed_access: u64,
    pub(crate) parent: BorrowedFd<'a>,
}

/// Which version of Landlock this kernel has; an error where it has none.
pub(crate) fn landlock_version() -> io::Result<u32> {
    /// `LANDLOCK_CREATE_RULESET_VERSION`.
    const VERSION: u32 = 1;
    let (nothing, size) = (ptr::null::<LandlockRuleset>(), 0_usize);
    // SAFETY: with this flag the call reads no memory and opens nothing.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, size, VERSION) };
    u32::try_from(version).map_err(|_| io::Error::last_os_error())
}

/// A ruleset that allows nothing yet; `size` is how much of the structure the kernel knows.
pub(crate) fn landlock_create(handled: &LandlockRuleset, size: usize) -> io::Result<OwnedFd> {
    let size = size.min(mem::size_of::<LandlockRuleset>());
    // SAFETY: the kernel reads at most `size` bytes of the structure, which has as many.
    let fd = unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, ptr::from_ref(handled), size, 0)
    };
    let fd = libc::c_int::try_from(fd).map_err(|_| io::ErrorKind::InvalidData)?;
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor, and nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

pub(crate) fn landlock_allow(ruleset: BorrowedFd<'_>, rule: &LandlockRule<'_>) -> io::Result<()> {
    /// `struct landlock_path_beneath_attr`.
    #[repr(C, packed)]
    struct PathBeneath {
        allowed_access: u64,
        parent_fd: i32,
    }
    let rule =
        PathBeneath { allowed_access: rule.allowed_access, parent_fd: rule.parent.as_raw_fd() };
    let (ruleset, rule) = (ruleset.as_raw_fd(), &raw const rule);
    // SAFETY: the kernel reads one structure, which outlives the call.
    let done = unsafe {
        libc::syscall(libc::SYS_landlock_add_rule, ruleset, landlock::PATH_BENEATH, rule, 0)
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Puts the ruleset around this thread and all it starts.
pub(crate) fn landlock_restrict(ruleset: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: the call takes numbers only.
    let done = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

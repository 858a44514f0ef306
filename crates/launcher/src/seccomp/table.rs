//! The table itself: who may call what, and why.
//!
//! It began as the union of what the languages we run were seen to need and what container engines
//! allow by default, less what reaches beyond the sandbox. Numbers that the `libc` crate does not
//! know yet are from `asm-generic/unistd.h`; they are the same on every architecture.

use super::{
    Arguments::{self, Any, NoneOf, OneOf},
    Call, Check, Group, Verdict,
};

const fn call(constant: &'static str, number: libc::c_long, arguments: Arguments) -> Call {
    // The libc crate's constants are `SYS_` and the name.
    let (_, name) = constant.as_bytes().split_at("SYS_".len());
    match std::str::from_utf8(name) {
        Ok(name) => Call { name, number, arguments },
        Err(_) => panic!("a constant's name is ASCII"),
    }
}

const fn young(name: &'static str, number: libc::c_long) -> Call {
    Call { name, number, arguments: Any }
}

macro_rules! calls {
    ($($name:ident $(if $arguments:ident)?),* $(,)?) => {
        &[$(call(stringify!($name), libc::$name, calls!(@ $($arguments)?))),*]
    };
    (@) => { Any };
    (@ $arguments:ident) => { $arguments };
}

const ORDINARY_PROCESS: Arguments = OneOf(
    "without new namespaces",
    &[&[Check::masked(
        0,
        libc::CLONE_NEWNS
            | libc::CLONE_NEWCGROUP
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUSER
            | libc::CLONE_NEWPID
            | libc::CLONE_NEWNET,
        0,
    )]],
);

/// The type of a socket shares its word with `SOCK_NONBLOCK` and `SOCK_CLOEXEC`.
const SOCKET_TYPE: i32 = 0xf;

const fn internet(family: i32, kind: i32, protocol: i32) -> [Check; 3] {
    [Check::word(0, family), Check::masked(1, SOCKET_TYPE, kind), Check::word(2, protocol)]
}

/// `AF_NETLINK` is open for `NETLINK_ROUTE` alone: `getifaddrs` (node's `os.networkInterfaces`,
/// glibc's `getaddrinfo`) reads addresses through it, and without capabilities it can only read.
const SOCKET_THAT_STAYS: Arguments = OneOf(
    "local sockets; TCP and UDP over IPv4 and IPv6; netlink only to read addresses",
    &[
        &[Check::word(0, libc::AF_UNIX)],
        &internet(libc::AF_INET, libc::SOCK_STREAM, 0),
        &internet(libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_TCP),
        &internet(libc::AF_INET, libc::SOCK_DGRAM, 0),
        &internet(libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_UDP),
        &internet(libc::AF_INET6, libc::SOCK_STREAM, 0),
        &internet(libc::AF_INET6, libc::SOCK_STREAM, libc::IPPROTO_TCP),
        &internet(libc::AF_INET6, libc::SOCK_DGRAM, 0),
        &internet(libc::AF_INET6, libc::SOCK_DGRAM, libc::IPPROTO_UDP),
        &[Check::word(0, libc::AF_NETLINK), Check::word(2, libc::NETLINK_ROUTE)],
    ],
);

const LOCAL_SOCKET: Arguments = OneOf("local sockets", &[&[Check::word(0, libc::AF_UNIX)]]);

/// Pushing bytes into a terminal's input would speak for the person in front of it, and choosing a
/// line discipline loads drivers that few have tested.
const HARMLESS_REQUEST: Arguments = NoneOf(
    "but for `TIOCSTI`, `TIOCLINUX` and `TIOCSETD`",
    1,
    &[libc::TIOCSTI as u32, libc::TIOCLINUX as u32, libc::TIOCSETD as u32],
);

/// A guest that gets no time would not end its programs at their limits; it is process 1.
const NOT_OF_THE_GUEST: Arguments = NoneOf("of any process but the first", 0, &[1]);

/// `PRIO_PROCESS` or `IOPRIO_WHO_PROCESS`: those of a group or a user would be the guest's too.
const OWN_PRIORITY: Arguments =
    OneOf("one's own", &[&[Check::word(0, libc::PRIO_PROCESS.cast_signed()), Check::word(1, 0)]]);
const OWN_IO_PRIORITY: Arguments = OneOf("one's own", &[&[Check::word(0, 1), Check::word(1, 0)]]);

const PLAIN_PERSONALITY: Arguments =
    OneOf("to ask, or to be plain", &[&[Check::word(0, 0)], &[Check::word(0, -1)]]);

const KIND: i32 = libc::S_IFMT.cast_signed();

const fn node(argument: u8, kind: libc::mode_t) -> [Check; 1] {
    [Check::masked(argument, KIND, kind.cast_signed())]
}

const NO_DEVICE_AT: Arguments = OneOf(
    "files, FIFOs and sockets",
    &[&node(2, 0), &node(2, libc::S_IFREG), &node(2, libc::S_IFIFO), &node(2, libc::S_IFSOCK)],
);

#[cfg(target_arch = "x86_64")]
const NO_DEVICE: Arguments = OneOf(
    "files, FIFOs and sockets",
    &[&node(1, 0), &node(1, libc::S_IFREG), &node(1, libc::S_IFIFO), &node(1, libc::S_IFSOCK)],
);

/// Set-user-ID and set-group-ID.
const SET_ID: i32 = (libc::S_ISUID | libc::S_ISGID).cast_signed();

const fn no_set_id(argument: u8) -> [Check; 1] {
    [Check::masked(argument, SET_ID, 0)]
}

/// Only who makes a file names a mode; others leave in its place what lay there.
const fn makes_none(argument: u8) -> [Check; 1] {
    [Check::masked(argument, libc::O_CREAT | (libc::O_TMPFILE & !libc::O_DIRECTORY), 0)]
}

const fn plain_node(argument: u8, kind: libc::mode_t) -> [Check; 1] {
    [Check::masked(argument, KIND | SET_ID, kind.cast_signed())]
}

const PLAIN_MODE: &str = "without set-user-ID and set-group-ID";
const PLAIN_MODE_SECOND: Arguments = OneOf(PLAIN_MODE, &[&no_set_id(1)]);
const PLAIN_MODE_THIRD: Arguments = OneOf(PLAIN_MODE, &[&no_set_id(2)]);
const PLAIN_MODE_OPENAT: Arguments = OneOf(PLAIN_MODE, &[&makes_none(2), &no_set_id(3)]);
const PLAIN_NODE_AT: Arguments = OneOf(
    "files, FIFOs and sockets without set-user-ID and set-group-ID",
    &[
        &plain_node(2, 0),
        &plain_node(2, libc::S_IFREG),
        &plain_node(2, libc::S_IFIFO),
        &plain_node(2, libc::S_IFSOCK),
    ],
);

#[cfg(target_arch = "x86_64")]
const PLAIN_MODE_OPEN: Arguments = OneOf(PLAIN_MODE, &[&makes_none(1), &no_set_id(2)]);
#[cfg(target_arch = "x86_64")]
const PLAIN_NODE: Arguments = OneOf(
    "files, FIFOs and sockets without set-user-ID and set-group-ID",
    &[
        &plain_node(1, 0),
        &plain_node(1, libc::S_IFREG),
        &plain_node(1, libc::S_IFIFO),
        &plain_node(1, libc::S_IFSOCK),
    ],
);

const FCHMODAT2: Call = Call { arguments: PLAIN_MODE_THIRD, ..young("fchmodat2", 452) };

/// Calls by which a file gets a mode, where a directory of the host may be written: a program would
/// leave there what runs as its owner, whoever of the host's users starts it. They take the place of
/// those in [`GROUPS`]; `openat2`, whose mode no filter can read, is absent.
#[cfg(target_arch = "x86_64")]
pub const SET_IDS: &[Call] = &[
    call("SYS_chmod", libc::SYS_chmod, PLAIN_MODE_SECOND),
    call("SYS_creat", libc::SYS_creat, PLAIN_MODE_SECOND),
    call("SYS_fchmod", libc::SYS_fchmod, PLAIN_MODE_SECOND),
    call("SYS_fchmodat", libc::SYS_fchmodat, PLAIN_MODE_THIRD),
    FCHMODAT2,
    call("SYS_mknod", libc::SYS_mknod, PLAIN_NODE),
    call("SYS_mknodat", libc::SYS_mknodat, PLAIN_NODE_AT),
    call("SYS_open", libc::SYS_open, PLAIN_MODE_OPEN),
    call("SYS_openat", libc::SYS_openat, PLAIN_MODE_OPENAT),
    call("SYS_openat2", libc::SYS_openat2, Any),
];
#[cfg(target_arch = "aarch64")]
pub const SET_IDS: &[Call] = &[
    call("SYS_fchmod", libc::SYS_fchmod, PLAIN_MODE_SECOND),
    call("SYS_fchmodat", libc::SYS_fchmodat, PLAIN_MODE_THIRD),
    FCHMODAT2,
    call("SYS_mknodat", libc::SYS_mknodat, PLAIN_NODE_AT),
    call("SYS_openat", libc::SYS_openat, PLAIN_MODE_OPENAT),
    call("SYS_openat2", libc::SYS_openat2, Any),
];

/// Every group, in the order in which people read them. No number is in two.
pub const GROUPS: &[Group] = &[
    Group {
        title: "Files",
        reason: "Every program reads and writes files; which ones it reaches is decided by what is \
                 mounted, and that its user owns only the workspace.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_chdir, SYS_close, SYS_close_range, SYS_copy_file_range, SYS_dup, SYS_dup3,
            SYS_faccessat, SYS_faccessat2, SYS_fadvise64, SYS_fallocate, SYS_fchdir, SYS_fchmod,
            SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_fcntl, SYS_fdatasync, SYS_fgetxattr,
            SYS_flistxattr, SYS_flock, SYS_fremovexattr, SYS_fsetxattr, SYS_fstat, SYS_fstatfs,
            SYS_fsync, SYS_ftruncate, SYS_getcwd, SYS_getdents64, SYS_getxattr,
            SYS_inotify_add_watch, SYS_inotify_init1, SYS_inotify_rm_watch,
            SYS_ioctl if HARMLESS_REQUEST, SYS_lgetxattr, SYS_linkat, SYS_listxattr,
            SYS_llistxattr, SYS_lremovexattr, SYS_lseek, SYS_lsetxattr, SYS_mkdirat,
            SYS_mknodat if NO_DEVICE_AT, SYS_newfstatat, SYS_openat, SYS_openat2, SYS_pread64,
            SYS_preadv, SYS_preadv2, SYS_pwrite64, SYS_pwritev, SYS_pwritev2, SYS_read,
            SYS_readahead, SYS_readlinkat, SYS_readv, SYS_removexattr, SYS_renameat,
            SYS_renameat2, SYS_sendfile, SYS_setxattr, SYS_splice, SYS_statfs, SYS_statx,
            SYS_symlinkat, SYS_tee, SYS_truncate, SYS_umask, SYS_unlinkat, SYS_utimensat,
            SYS_write, SYS_writev,
        },
    },
    Group {
        title: "Memory",
        reason: "Allocators, loaders and just-in-time compilers; what they use is counted.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_brk, SYS_get_mempolicy, SYS_madvise, SYS_membarrier, SYS_memfd_create,
            SYS_mincore, SYS_mlock, SYS_mlock2, SYS_mlockall, SYS_mmap, SYS_mprotect, SYS_mremap,
            SYS_mseal, SYS_msync, SYS_munlock, SYS_munlockall, SYS_munmap, SYS_pkey_alloc,
            SYS_pkey_free, SYS_pkey_mprotect,
        },
    },
    Group {
        title: "Processes and threads",
        reason: "Programs start programs and threads; the number is limited, and none gets a \
                 namespace of its own.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_clone if ORDINARY_PROCESS, SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group,
            SYS_futex, SYS_futex_waitv, SYS_get_robust_list, SYS_getcpu, SYS_getpgid, SYS_getpid,
            SYS_getppid, SYS_getpriority, SYS_getrusage, SYS_getsid, SYS_gettid, SYS_ioprio_get,
            SYS_ioprio_set if OWN_IO_PRIORITY, SYS_personality if PLAIN_PERSONALITY, SYS_pidfd_open, SYS_prctl,
            SYS_prlimit64, SYS_restart_syscall, SYS_rseq, SYS_sched_get_priority_max,
            SYS_sched_get_priority_min, SYS_sched_getaffinity, SYS_sched_getattr,
            SYS_sched_getparam, SYS_sched_getscheduler, SYS_sched_rr_get_interval,
            SYS_sched_setaffinity if NOT_OF_THE_GUEST, SYS_sched_setattr if NOT_OF_THE_GUEST, SYS_sched_setparam if NOT_OF_THE_GUEST,
            SYS_sched_setscheduler if NOT_OF_THE_GUEST, SYS_sched_yield, SYS_set_robust_list, SYS_set_tid_address,
            SYS_setpgid, SYS_setpriority if OWN_PRIORITY, SYS_setsid, SYS_times, SYS_wait4, SYS_waitid,
        },
    },
    Group {
        title: "Signals",
        reason: "They reach only the processes of the sandbox, and never its first one.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_kill, SYS_pidfd_send_signal, SYS_rt_sigaction, SYS_rt_sigpending,
            SYS_rt_sigprocmask, SYS_rt_sigqueueinfo, SYS_rt_sigreturn, SYS_rt_sigsuspend,
            SYS_rt_sigtimedwait, SYS_rt_tgsigqueueinfo, SYS_sigaltstack, SYS_signalfd4,
            SYS_tgkill, SYS_tkill,
        },
    },
    Group {
        title: "Time",
        reason: "To read clocks and to wait; no clock can be set.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_clock_getres, SYS_clock_gettime, SYS_clock_nanosleep, SYS_getitimer,
            SYS_gettimeofday, SYS_nanosleep, SYS_setitimer, SYS_timer_create, SYS_timer_delete,
            SYS_timer_getoverrun, SYS_timer_gettime, SYS_timer_settime, SYS_timerfd_create,
            SYS_timerfd_gettime, SYS_timerfd_settime,
        },
    },
    Group {
        title: "Waiting for many things",
        reason: "Event loops.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2,
            SYS_pipe2, SYS_ppoll, SYS_pselect6,
        },
    },
    Group {
        title: "Sockets",
        reason: "Programs talk to each other and, where the operator allows it, to the network; \
                 families with their own drivers, raw packets and rare protocols are closed.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_accept, SYS_accept4, SYS_bind, SYS_connect, SYS_getpeername, SYS_getsockname,
            SYS_getsockopt, SYS_listen, SYS_recvfrom, SYS_recvmmsg, SYS_recvmsg, SYS_sendmmsg,
            SYS_sendmsg, SYS_sendto, SYS_setsockopt, SYS_shutdown, SYS_socket if SOCKET_THAT_STAYS,
            SYS_socketpair if LOCAL_SOCKET,
        },
    },
    Group {
        title: "IPC objects",
        reason: "Databases and languages share memory and queues; the namespace is the sandbox's \
                 own, so nothing of it stays.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_mq_getsetattr, SYS_mq_notify, SYS_mq_open, SYS_mq_timedreceive, SYS_mq_timedsend,
            SYS_mq_unlink, SYS_msgctl, SYS_msgget, SYS_msgrcv, SYS_msgsnd, SYS_semctl, SYS_semget,
            SYS_semop, SYS_semtimedop, SYS_shmat, SYS_shmctl, SYS_shmdt, SYS_shmget,
        },
    },
    Group {
        title: "Who am I",
        reason: "Asking is harmless, and there is no other user or capability to become or gain.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_capget, SYS_capset, SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getgroups,
            SYS_getresgid, SYS_getresuid, SYS_getuid, SYS_setfsgid, SYS_setfsuid, SYS_setgid,
            SYS_setgroups, SYS_setregid, SYS_setresgid, SYS_setresuid, SYS_setreuid, SYS_setuid,
        },
    },
    Group {
        title: "The machine, to look at",
        reason: "Runtimes size their pools by it.",
        verdict: Verdict::Allow,
        calls: calls! { SYS_getrandom, SYS_sysinfo, SYS_uname },
    },
    Group {
        title: "Sandboxes of one's own",
        reason: "A program may give up more; that never gives it anything.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_landlock_add_rule, SYS_landlock_create_ruleset, SYS_landlock_restrict_self,
            SYS_seccomp,
        },
    },
    Group {
        title: "Young calls",
        reason: "Newer forms of calls above, for C libraries that try them first.",
        verdict: Verdict::Allow,
        calls: &[
            young("fchmodat2", 452),
            young("map_shadow_stack", 453),
            young("futex_wake", 454),
            young("futex_wait", 455),
            young("futex_requeue", 456),
            young("setxattrat", 463),
            young("getxattrat", 464),
            young("listxattrat", 465),
            young("removexattrat", 466),
        ],
    },
    #[cfg(target_arch = "x86_64")]
    Group {
        title: "Older forms (x86-64)",
        reason: "What the calls above replaced, for programs that never changed.",
        verdict: Verdict::Allow,
        calls: calls! {
            SYS_access, SYS_alarm, SYS_arch_prctl, SYS_chmod, SYS_chown, SYS_creat, SYS_dup2,
            SYS_epoll_create, SYS_epoll_wait, SYS_eventfd, SYS_fork, SYS_futimesat, SYS_getdents,
            SYS_getpgrp, SYS_getrlimit, SYS_inotify_init, SYS_lchown, SYS_link, SYS_lstat,
            SYS_mkdir, SYS_mknod if NO_DEVICE, SYS_open, SYS_pause, SYS_pipe, SYS_poll,
            SYS_readlink, SYS_rename, SYS_rmdir, SYS_select, SYS_setrlimit, SYS_signalfd, SYS_stat,
            SYS_symlink, SYS_sync_file_range, SYS_time, SYS_unlink, SYS_utime, SYS_utimes,
            SYS_vfork,
        },
    },
    Group {
        title: "Flushing whole file systems",
        reason: "One sandbox could keep the disks of all busy, and what it writes lies in memory.",
        verdict: Verdict::Pretend,
        calls: calls! { SYS_sync, SYS_syncfs },
    },
    Group {
        title: "Threads in a structure",
        reason: "The flags of `clone3` lie in memory that a filter cannot read; every C library \
                 falls back to `clone`.",
        verdict: Verdict::Absent,
        calls: calls! { SYS_clone3 },
    },
    Group {
        title: "Old asynchronous files",
        reason: "Their contexts are counted for the whole machine, so that one sandbox could take \
                 them from its databases.",
        verdict: Verdict::Absent,
        calls: calls! { SYS_io_setup, SYS_io_submit, SYS_io_cancel, SYS_io_destroy, SYS_io_getevents },
    },
    Group {
        title: "Mounts and roots",
        reason: "What is mounted is the sandbox.",
        verdict: Verdict::Refuse,
        calls: calls! {
            SYS_chroot, SYS_fsconfig, SYS_fsmount, SYS_fsopen, SYS_fspick, SYS_mount,
            SYS_mount_setattr, SYS_move_mount, SYS_open_tree, SYS_pivot_root, SYS_umount2,
        },
    },
    Group {
        title: "Files by other names than paths",
        reason: "They reach files that are not mounted here.",
        verdict: Verdict::Refuse,
        calls: calls! {
            SYS_fanotify_init, SYS_fanotify_mark, SYS_lookup_dcookie, SYS_name_to_handle_at,
            SYS_nfsservctl, SYS_open_by_handle_at, SYS_quotactl, SYS_quotactl_fd,
        },
    },
    Group {
        title: "Namespaces and other processes",
        reason: "To enter, read or write another process is how a program leaves its own.",
        verdict: Verdict::Refuse,
        calls: calls! {
            SYS_kcmp, SYS_pidfd_getfd, SYS_process_madvise, SYS_process_vm_readv,
            SYS_process_vm_writev, SYS_ptrace, SYS_setns, SYS_unshare,
        },
    },
    Group {
        title: "Large or young parts of the kernel",
        reason: "Each is a family of escapes, and no program needs one to do its work.",
        verdict: Verdict::Refuse,
        calls: calls! {
            SYS_add_key, SYS_bpf, SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup,
            SYS_keyctl, SYS_memfd_secret, SYS_perf_event_open, SYS_request_key, SYS_userfaultfd,
            SYS_vmsplice,
        },
    },
    Group {
        title: "Memory policy",
        reason: "Of no use inside a sandbox, with a history of bugs.",
        verdict: Verdict::Refuse,
        calls: calls! {
            SYS_mbind, SYS_migrate_pages, SYS_move_pages, SYS_set_mempolicy,
            SYS_set_mempolicy_home_node,
        },
    },
    Group {
        title: "The machine itself",
        reason: "Its clock, name, modules, swap and power are not a program's.",
        verdict: Verdict::Refuse,
        calls: calls! {
            SYS_acct, SYS_adjtimex, SYS_clock_adjtime, SYS_clock_settime, SYS_delete_module,
            SYS_finit_module, SYS_init_module, SYS_kexec_file_load, SYS_kexec_load, SYS_reboot,
            SYS_setdomainname, SYS_sethostname, SYS_settimeofday, SYS_swapoff, SYS_swapon,
            SYS_syslog, SYS_vhangup,
        },
    },
    #[cfg(target_arch = "x86_64")]
    Group {
        title: "Ports and segments (x86-64)",
        reason: "Direct access to hardware, and segments that only 16-bit programs use.",
        verdict: Verdict::Refuse,
        calls: calls! { SYS_ioperm, SYS_iopl, SYS_modify_ldt, SYS_uselib },
    },
];

//! Parts of the kernel that no program in a sandbox reaches.

use libc::c_long;
use sandbox::{ExitStatus, Spec};

use super::{
    harness::Cage,
    targets::{Target, on_each_with_python},
};

/// Attacks where the machine's kernel answers. One in user space has answers of its own, and what it
/// asks of the machine's kernel is its own affair.
async fn in_this_kernel(attack: impl AsyncFn(Cage<Target>)) {
    on_each_with_python(Spec::default(), async |cage| {
        if cage.shares_the_kernel() {
            attack(cage).await;
        }
    })
    .await;
}

/// Each of these calls is refused before the kernel looks at its arguments.
async fn are_refused(calls: &[(&str, c_long)]) {
    let probe = |(name, number): &(&str, c_long)| {
        format!("print('{name}', system_call({number}, 0, 0, 0, 0, 0))\n")
    };
    let code: String = calls.iter().map(probe).collect();
    in_this_kernel(async |cage| {
        let answers = cage.answers(&code).await;
        assert_eq!(answers.len(), calls.len());
        for answer in answers {
            assert!(answer.ends_with(" EPERM"), "{answer}");
        }
    })
    .await;
}

/// The name and number of calls, as `libc` has them.
macro_rules! calls {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), libc::$name)),*] };
}

#[tokio::test]
async fn nothing_can_be_mounted_or_unmounted() {
    are_refused(calls![
        SYS_mount,
        SYS_umount2,
        SYS_fsopen,
        SYS_fsconfig,
        SYS_fsmount,
        SYS_fspick,
        SYS_open_tree,
        SYS_move_mount,
        SYS_mount_setattr,
    ])
    .await;
}

#[tokio::test]
async fn the_root_cannot_be_changed() {
    are_refused(calls![SYS_chroot, SYS_pivot_root]).await;
}

#[tokio::test]
async fn other_processes_cannot_be_traced_read_or_robbed() {
    are_refused(calls![
        SYS_ptrace,
        SYS_process_vm_readv,
        SYS_process_vm_writev,
        SYS_process_madvise,
        SYS_pidfd_getfd,
        SYS_kcmp,
    ])
    .await;
}

#[tokio::test]
async fn no_other_namespace_can_be_entered() {
    are_refused(calls![SYS_setns]).await;
}

#[tokio::test]
async fn programs_for_the_kernel_are_refused() {
    are_refused(calls![SYS_bpf, SYS_perf_event_open]).await;
}

#[tokio::test]
async fn page_faults_cannot_be_handled_by_programs() {
    are_refused(calls![SYS_userfaultfd]).await;
}

#[tokio::test]
async fn io_uring_is_refused() {
    are_refused(calls![SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register]).await;
}

#[tokio::test]
async fn keyrings_are_refused() {
    are_refused(calls![SYS_keyctl, SYS_add_key, SYS_request_key]).await;
}

#[tokio::test]
async fn the_running_kernel_cannot_be_changed_or_replaced() {
    are_refused(calls![
        SYS_init_module,
        SYS_finit_module,
        SYS_delete_module,
        SYS_kexec_load,
        SYS_kexec_file_load,
        SYS_reboot,
    ])
    .await;
}

#[tokio::test]
async fn swap_accounting_and_quotas_are_the_machines() {
    are_refused(calls![SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_quotactl_fd]).await;
}

#[tokio::test]
async fn the_log_of_the_kernel_cannot_be_read() {
    are_refused(calls![SYS_syslog]).await;
}

#[tokio::test]
async fn files_are_opened_by_path_only() {
    are_refused(calls![SYS_open_by_handle_at, SYS_name_to_handle_at]).await;
}

#[tokio::test]
async fn files_of_others_cannot_be_watched_by_fanotify() {
    are_refused(calls![SYS_fanotify_init, SYS_fanotify_mark]).await;
}

#[tokio::test]
async fn memory_policy_is_refused() {
    are_refused(calls![
        SYS_set_mempolicy,
        SYS_set_mempolicy_home_node,
        SYS_mbind,
        SYS_move_pages,
        SYS_migrate_pages,
    ])
    .await;
}

#[tokio::test]
async fn memory_hidden_from_the_kernel_is_refused() {
    are_refused(calls![SYS_memfd_secret, SYS_vmsplice]).await;
}

#[tokio::test]
async fn the_clock_cannot_be_set() {
    are_refused(calls![SYS_clock_settime, SYS_clock_adjtime, SYS_settimeofday, SYS_adjtimex]).await;
}

#[tokio::test]
async fn the_machine_cannot_be_renamed() {
    are_refused(calls![SYS_sethostname, SYS_setdomainname]).await;
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn ports_and_segments_of_the_processor_are_refused() {
    are_refused(calls![SYS_iopl, SYS_ioperm, SYS_modify_ldt]).await;
}

#[tokio::test]
async fn no_namespace_can_be_made() {
    let code = format!(
        "flags = [0x10000000, 0x20000000, 0x40000000, 0x20000, 0x2000000, 0x4000000, 0x8000000]
print({{system_call({unshare}, flag) for flag in flags}})
print({{system_call({clone}, flag | 17, 0, 0, 0, 0) for flag in flags}})
print(system_call({clone3}, 0, 0))
print(attempt('/proc/sys/user/max_user_namespaces', 'wb') != 'ok')",
        unshare = libc::SYS_unshare,
        clone = libc::SYS_clone,
        clone3 = libc::SYS_clone3,
    );
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(&code).await, ["{'EPERM'}", "{'EPERM'}", "ENOSYS", "True"]);
    })
    .await;
}

#[tokio::test]
async fn threads_and_processes_work_without_clone3() {
    let code = "
import subprocess, threading
thread = threading.Thread(target=lambda: print('thread')); thread.start(); thread.join()
print(subprocess.run(['echo', 'process'], capture_output=True, text=True).stdout.strip())";
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(code).await, ["thread", "process"]);
    })
    .await;
}

#[tokio::test]
async fn calls_of_kernels_to_come_look_absent() {
    // statmount, listmount, lsm_*, file_setattr and a hundred numbers nobody has given out.
    let code = "
numbers = [457, 458, 459, 460, 461, 467, 468, 469, *range(470, 570)]
print({system_call(number, 0, 0, 0, 0, 0) for number in numbers})";
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(code).await, ["{'ENOSYS'}"]);
    })
    .await;
}

#[tokio::test]
async fn contexts_that_the_machine_counts_for_all_cannot_be_taken() {
    let code = format!("print(system_call({}, 65536, 0))", libc::SYS_io_setup);
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(&code).await, ["ENOSYS"]);
    })
    .await;
}

#[tokio::test]
async fn disks_of_the_machine_are_not_flushed_for_a_program() {
    // A descriptor that is not open: only who answers without looking says yes.
    let code = format!("print(system_call({}, -1))", libc::SYS_syncfs);
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(&code).await, ["ok"]);
    })
    .await;
}

#[tokio::test]
async fn only_sockets_that_stay_inside_can_be_opened() {
    // Packets, vsock, crypto, audit, netfilter, ICMP, CAN, Bluetooth, TIPC, RDS, SCTP, MPTCP, XDP.
    let code = "
closed = [(17, 3, 0), (40, 1, 0), (38, 5, 0), (16, 3, 9), (16, 3, 12), (2, 3, 1), (10, 3, 58),
    (2, 2, 1), (29, 3, 1), (31, 5, 0), (30, 1, 0), (21, 5, 0), (2, 1, 132), (2, 1, 262), (44, 3, 0)]
print({call(socket.socket, *it) for it in closed})
for family, kind in [(1, 1), (2, 1), (2, 2), (10, 1), (16, 3)]: print(call(socket.socket, family, kind))
print(call(socket.socketpair, 30, 1))";
    in_this_kernel(async |cage| {
        let answers = cage.answers(code).await;
        assert_eq!(answers, ["{'EPERM'}", "ok", "ok", "ok", "ok", "ok", "EPERM"]);
    })
    .await;
}

#[tokio::test]
async fn a_terminal_cannot_be_typed_into() {
    // In a terminal of its own: elsewhere the kernel itself refuses strangers. The word of the last
    // one has a bit that the kernel does not read.
    let code = r"
import fcntl, pty
pid, master = pty.fork()
if pid == 0:
    answers = [call(fcntl.ioctl, 0, 0x5412, b'x'), call(fcntl.ioctl, 0, 0x541c, b'x'),
        system_call(IOCTL, 0, 0x5412 | 1 << 32, ctypes.addressof(ctypes.c_char(b'x')))]
    os.write(1, ' '.join(answers).encode())
    os._exit(0)
print(os.read(master, 100).decode().strip())"
        .replace("IOCTL", &libc::SYS_ioctl.to_string());
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(&code).await, ["EPERM EPERM EPERM"]);
    })
    .await;
}

#[tokio::test]
async fn a_terminal_loads_no_driver_for_its_line() {
    let code = "
import fcntl, pty
master, slave = pty.openpty()
print({call(fcntl.ioctl, slave, 0x5423, bytes([line, 0, 0, 0])) for line in range(30)})";
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(code).await, ["{'EPERM'}"]);
    })
    .await;
}

#[tokio::test]
async fn limits_of_other_processes_cannot_be_changed() {
    let code = "
import resource
def change(): resource.prlimit(1, resource.RLIMIT_NOFILE, (1, 1))
print(call(change))";
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(code).await, ["EPERM"]);
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn addresses_cannot_be_made_predictable() {
    let code = format!(
        "print(system_call({0}, 0x0040000), system_call({0}, 0xffffffff))",
        libc::SYS_personality
    );
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(&code).await, ["EPERM ok"]);
    })
    .await;
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn calls_of_the_x32_architecture_kill() {
    in_this_kernel(async |cage| {
        let outcome = cage.python("libc.syscall(ctypes.c_long(0x40000000 | 39))").await;
        assert_eq!(outcome.exit.status, ExitStatus::Signal(libc::SIGSYS));
    })
    .await;
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn calls_of_the_32_bit_architecture_kill() {
    // mov eax, 20 (getpid of i386); int 0x80; ret
    let code = r"
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()";
    in_this_kernel(async |cage| {
        let outcome = cage.python(code).await;
        assert!(
            matches!(outcome.exit.status, ExitStatus::Signal(libc::SIGSYS | libc::SIGSEGV)),
            "{outcome:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn no_privilege_is_left() {
    in_this_kernel(async |cage| {
        let outcome = cage.bash("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status").await;
        let fields: Vec<_> = outcome.stdout.split_ascii_whitespace().collect();
        let none = "0000000000000000";
        let expected = [
            ("CapInh:", none),
            ("CapPrm:", none),
            ("CapEff:", none),
            ("CapBnd:", none),
            ("CapAmb:", none),
            ("NoNewPrivs:", "1"),
            ("Seccomp:", "2"),
        ];
        assert_eq!(fields, expected.map(|(name, value)| [name, value]).concat());
    })
    .await;
}

/// `PR_SET_SECCOMP` with a filter of one's own: everything is allowed but `uname`, which says `EPERM`.
const STACKED_FILTER: &str = "
import struct
program = b''.join(struct.pack('HBBI', *it) for it in [
    (0x20, 0, 0, 0), (0x15, 0, 1, UNAME), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7fff0000)])
buffer = ctypes.create_string_buffer(program)
fprog = ctypes.create_string_buffer(struct.pack('HxxxxxxP', 4, ctypes.addressof(buffer)))
";

#[tokio::test]
async fn a_filter_of_ones_own_can_only_take_more_away() {
    let code = format!(
        "{}
print(system_call({seccomp}, 1, 0, ctypes.addressof(fprog)))
print(system_call({uname}, 0), system_call({mount}, 0, 0, 0, 0, 0))",
        STACKED_FILTER.replace("UNAME", &libc::SYS_uname.to_string()),
        seccomp = libc::SYS_seccomp,
        uname = libc::SYS_uname,
        mount = libc::SYS_mount,
    );
    in_this_kernel(async |cage| {
        assert_eq!(cage.answers(&code).await, ["ok", "EPERM EPERM"]);
    })
    .await;
}

#[tokio::test]
async fn a_program_started_from_memory_is_in_the_same_cage() {
    let code = format!(
        "
descriptor = os.memfd_create('x')
with open('/usr/bin/python3', 'rb') as file: os.write(descriptor, file.read())
probe = 'import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.syscall({mount}, 0, 0, 0, 0, 0), ctypes.get_errno(), open(\"/proc/self/status\").read().count(\"NoNewPrivs:\\t1\"))'
os.execve(descriptor, ['python3', '-c', probe], {{}})",
        mount = libc::SYS_mount,
    );
    in_this_kernel(async |cage| {
        let answer = format!("-1 {} 1", libc::EPERM);
        assert_eq!(cage.answers(&code).await, [answer]);
    })
    .await;
}

//! Parts of the kernel that no program in a sandbox reaches.

use libc::c_long;
use sandbox::ExitStatus;

use super::harness::{Cage, python_cage};

#[tokio::test]
async fn calls_known_from_escapes_are_denied() {
    let cage = python_cage!();
    let calls: &[(&str, c_long)] = &[
        ("mount", libc::SYS_mount),
        ("umount2", libc::SYS_umount2),
        ("pivot_root", libc::SYS_pivot_root),
        ("chroot", libc::SYS_chroot),
        ("fsopen", libc::SYS_fsopen),
        ("open_tree", libc::SYS_open_tree),
        ("move_mount", libc::SYS_move_mount),
        ("mount_setattr", libc::SYS_mount_setattr),
        ("setns", libc::SYS_setns),
        ("ptrace", libc::SYS_ptrace),
        ("process_vm_readv", libc::SYS_process_vm_readv),
        ("process_vm_writev", libc::SYS_process_vm_writev),
        ("pidfd_getfd", libc::SYS_pidfd_getfd),
        ("kcmp", libc::SYS_kcmp),
        ("bpf", libc::SYS_bpf),
        ("perf_event_open", libc::SYS_perf_event_open),
        ("userfaultfd", libc::SYS_userfaultfd),
        ("io_uring_setup", libc::SYS_io_uring_setup),
        ("io_uring_enter", libc::SYS_io_uring_enter),
        ("io_uring_register", libc::SYS_io_uring_register),
        ("keyctl", libc::SYS_keyctl),
        ("add_key", libc::SYS_add_key),
        ("request_key", libc::SYS_request_key),
        ("set_mempolicy", libc::SYS_set_mempolicy),
        ("mbind", libc::SYS_mbind),
        ("move_pages", libc::SYS_move_pages),
        ("init_module", libc::SYS_init_module),
        ("finit_module", libc::SYS_finit_module),
        ("kexec_load", libc::SYS_kexec_load),
        ("reboot", libc::SYS_reboot),
        ("swapon", libc::SYS_swapon),
        ("acct", libc::SYS_acct),
        ("quotactl", libc::SYS_quotactl),
        ("syslog", libc::SYS_syslog),
        ("open_by_handle_at", libc::SYS_open_by_handle_at),
        ("fanotify_init", libc::SYS_fanotify_init),
        ("clock_settime", libc::SYS_clock_settime),
        ("sethostname", libc::SYS_sethostname),
    ];
    let code: String = calls
        .iter()
        .flat_map(|(name, number)| {
            ["print('", name, "', system_call(", &number.to_string(), ", 0, 0, 0, 0, 0))\n"]
                .map(str::to_owned)
        })
        .collect();
    let answers = cage.answers(&code).await;
    assert_eq!(answers.len(), calls.len());
    for answer in answers {
        assert!(answer.ends_with(" EPERM"), "{answer}");
    }
}

#[tokio::test]
async fn no_namespace_can_be_made() {
    let cage = python_cage!();
    let code = format!(
        "flags = [0x10000000, 0x20000000, 0x40000000, 0x20000, 0x2000000, 0x4000000, 0x8000000]
print({{system_call({unshare}, flag) for flag in flags}})
print({{system_call({clone}, flag | 17, 0, 0, 0, 0) for flag in flags}})
print(system_call({clone3}, 0, 0))",
        unshare = libc::SYS_unshare,
        clone = libc::SYS_clone,
        clone3 = libc::SYS_clone3,
    );
    assert_eq!(cage.answers(&code).await, ["{'EPERM'}", "{'EPERM'}", "ENOSYS"]);
}

#[tokio::test]
async fn threads_and_processes_work_without_clone3() {
    let cage = python_cage!();
    let code = "
import subprocess, threading
thread = threading.Thread(target=lambda: print('thread')); thread.start(); thread.join()
print(subprocess.run(['echo', 'process'], capture_output=True, text=True).stdout.strip())";
    assert_eq!(cage.answers(code).await, ["thread", "process"]);
}

#[tokio::test]
async fn only_sockets_that_stay_inside_can_be_opened() {
    let cage = python_cage!();
    let code = "
for family, kind, protocol in [(17, 3, 0), (40, 1, 0), (38, 5, 0), (16, 3, 12), (16, 3, 9), (2, 3, 1), (10, 3, 58), (29, 3, 1), (31, 5, 0)]:
    print(call(socket.socket, family, kind, protocol))
for family, kind in [(1, 1), (2, 1), (2, 2), (10, 1), (16, 3)]: print(call(socket.socket, family, kind))";
    let answers = cage.answers(code).await;
    assert_eq!(answers[..9], ["EPERM"; 9]);
    assert_eq!(answers[9..], ["ok"; 5]);
}

#[tokio::test]
async fn a_terminal_cannot_be_typed_into() {
    let cage = python_cage!();
    // In a terminal of its own: elsewhere the kernel itself refuses strangers.
    let code = "
import fcntl, pty
pid, master = pty.fork()
if pid == 0:
    print(call(fcntl.ioctl, 0, 0x5412, b'x'), call(fcntl.ioctl, 0, 0x541c, b'x'), flush=True)
    os._exit(0)
print(os.read(master, 100).decode().strip())";
    assert_eq!(cage.answers(code).await, ["EPERM EPERM"]);
}

#[tokio::test]
async fn limits_of_other_processes_cannot_be_changed() {
    let cage = python_cage!();
    let code = "
import resource
def change(): resource.prlimit(1, resource.RLIMIT_NOFILE, (1, 1))
print(call(change))";
    assert_eq!(cage.answers(code).await, ["EPERM"]);
}

#[tokio::test]
async fn addresses_cannot_be_made_predictable() {
    let cage = python_cage!();
    let code = format!(
        "print(system_call({0}, 0x0040000), system_call({0}, 0xffffffff))",
        libc::SYS_personality
    );
    assert_eq!(cage.answers(&code).await, ["EPERM ok"]);
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn calls_of_other_architectures_kill() {
    let cage = python_cage!();
    let x32 = cage.python("libc.syscall(ctypes.c_long(0x40000000 | 39))").await;
    assert_eq!(x32.exit.status, ExitStatus::Signal(libc::SIGSYS));
    // mov eax, 20 (getpid of i386); int 0x80; ret
    let code = r"
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()";
    let i386 = cage.python(code).await;
    assert!(
        matches!(i386.exit.status, ExitStatus::Signal(libc::SIGSYS | libc::SIGSEGV)),
        "{i386:?}"
    );
}

#[tokio::test]
async fn no_privilege_is_left() {
    let Some(cage) = Cage::new().await else { return };
    let outcome = cage.bash("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status").await;
    let fields: Vec<_> = outcome.stdout.split_ascii_whitespace().collect();
    let none = "0000000000000000";
    assert_eq!(
        fields,
        [
            "CapInh:",
            none,
            "CapPrm:",
            none,
            "CapEff:",
            none,
            "CapBnd:",
            none,
            "CapAmb:",
            none,
            "NoNewPrivs:",
            "1",
            "Seccomp:",
            "2",
        ]
    );
}

//! The system calls that programs in a sandbox may not make.
//!
//! A deny list: languages use more calls every year, and each denied one is a family known from
//! escapes, never needed by a program that got its namespaces from us. Calls of another
//! architecture (32-bit, x32) kill; `clone3` says `ENOSYS`, because its flags lie in memory that a
//! filter cannot read, and every C library then falls back to `clone`.
//!
//! `AF_NETLINK` stays open for `NETLINK_ROUTE` alone: `getifaddrs` (node's `os.networkInterfaces`,
//! glibc's `getaddrinfo`) reads addresses through it, and without capabilities it can only read.

use std::collections::BTreeMap;

use libc::{c_int, c_long};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction,
    SeccompCmpArgLen::{Dword, Qword},
    SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch, sock_filter,
};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

const DENIED: &[c_long] = &[
    // Mounts and roots.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    SYS_OPEN_TREE_ATTR,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_lookup_dcookie,
    libc::SYS_nfsservctl,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    // Namespaces and other processes.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Large or young parts of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_vmsplice,
    libc::SYS_memfd_secret,
    SYS_LSM_SET_SELF_ATTR,
    // Memory policy: no use on the machines of a sandbox, and a history of bugs.
    libc::SYS_set_mempolicy,
    libc::SYS_set_mempolicy_home_node,
    libc::SYS_mbind,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // The machine itself.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
];

#[cfg(target_arch = "x86_64")]
const DENIED_HERE: &[c_long] = &[
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
    libc::SYS_ustat,
    libc::SYS_sysfs,
    libc::SYS__sysctl,
];
#[cfg(target_arch = "aarch64")]
const DENIED_HERE: &[c_long] = &[];

/// `asm-generic/unistd.h`; the same number on every architecture since Linux 5.1.
const SYS_OPEN_TREE_ATTR: c_long = 467;
const SYS_LSM_SET_SELF_ATTR: c_long = 460;

const NEW_NAMESPACES: [c_int; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

const FAMILIES: [c_int; 4] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// The filter of every sandbox, ready to be installed.
pub(crate) fn program() -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        DENIED.iter().chain(DENIED_HERE).map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, namespace_rules()?);
    rules.insert(libc::SYS_socket, socket_rules()?);
    let not_local = SeccompRule::new(vec![differs(0, libc::AF_UNIX)?])?;
    rules.insert(libc::SYS_socketpair, vec![not_local]);
    // Pushing bytes into a terminal's input would speak for the person in front of it.
    let push = SeccompRule::new(vec![is(1, libc::TIOCSTI as c_int)?])?;
    let paste = SeccompRule::new(vec![is(1, libc::TIOCLINUX as c_int)?])?;
    rules.insert(libc::SYS_ioctl, vec![push, paste]);
    // Reading the limits of others stays allowed: by them the guest knows whose a process is.
    let new_limits = SeccompCondition::new(2, Qword, SeccompCmpOp::Ne, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![differs(0, 0)?, new_limits])?]);
    // Asking for the personality (all ones) and choosing the plain one stay allowed.
    let unusual = SeccompRule::new(vec![differs(0, 0)?, differs(0, -1)?])?;
    rules.insert(libc::SYS_personality, vec![unusual]);
    let denied = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, ARCHITECTURE)?;
    let mut program = by_number();
    program.append(&mut BpfProgram::try_from(filter)?);
    Ok(program)
}

fn namespace_rules() -> Result<Vec<SeccompRule>, BackendError> {
    let masked = |flag: c_int| {
        let flag = u64::from(flag.cast_unsigned());
        SeccompRule::new(vec![condition(0, SeccompCmpOp::MaskedEq(flag), flag)?])
    };
    NEW_NAMESPACES.into_iter().map(masked).collect()
}

fn socket_rules() -> Result<Vec<SeccompRule>, BackendError> {
    let unknown = FAMILIES.into_iter().map(|it| differs(0, it)).collect::<Result<_, _>>()?;
    let netlink = vec![is(0, libc::AF_NETLINK)?, differs(2, libc::NETLINK_ROUTE)?];
    let raw = |family| {
        // The type shares its word with SOCK_NONBLOCK and SOCK_CLOEXEC.
        let kind =
            condition(1, SeccompCmpOp::MaskedEq(0xf), u64::from(libc::SOCK_RAW.cast_unsigned()))?;
        SeccompRule::new(vec![is(0, family)?, kind])
    };
    Ok(vec![
        SeccompRule::new(unknown)?,
        SeccompRule::new(netlink)?,
        raw(libc::AF_INET)?,
        raw(libc::AF_INET6)?,
    ])
}

fn is(argument: u8, value: c_int) -> Result<SeccompCondition, BackendError> {
    condition(argument, SeccompCmpOp::Eq, u64::from(value.cast_unsigned()))
}

fn differs(argument: u8, value: c_int) -> Result<SeccompCondition, BackendError> {
    condition(argument, SeccompCmpOp::Ne, u64::from(value.cast_unsigned()))
}

fn condition(
    argument: u8,
    how: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, BackendError> {
    // The kernel reads these arguments as 32-bit; comparing 64 would let junk above them through.
    SeccompCondition::new(argument, Dword, how, value)
}

/// Verdicts other than `EPERM`, by the number of the call, before the filter proper.
fn by_number() -> BpfProgram {
    const LOAD_WORD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    /// `__X32_SYSCALL_BIT`: x32 calls carry the architecture of ordinary ones.
    const X32: u32 = 0x4000_0000;
    const NO_SUCH_CALL: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned();
    let instruction = |code, k, jt, jf| sock_filter { code, jt, jf, k };
    vec![
        // seccomp_data begins with the number of the call.
        instruction(LOAD_WORD, 0, 0, 0),
        instruction(IF_EQUAL, libc::SYS_clone3 as u32, 0, 1),
        instruction(RETURN, NO_SUCH_CALL, 0, 0),
        instruction(IF_AT_LEAST, X32, 0, 1),
        instruction(RETURN, libc::SECCOMP_RET_KILL_PROCESS, 0, 0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_fits_into_what_the_kernel_takes() {
        let length = program().unwrap().len();
        assert!(length < 4096, "{length} instructions; BPF_MAXINSNS is 4096");
    }
}

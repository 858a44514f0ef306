//! What a program may not do although the guest may: change the limits by which the guest keeps its
//! programs apart.
//!
//! Refused with `EPERM`: any limit of another process; of one's own, that of core dumps and that of
//! file locks, whose number marks a program's descendants. The kernel takes such a filter only from
//! who has `no_new_privs`; without it there is no fence, and no promise of one.

#![expect(unsafe_code, reason = "a filter is installed with a raw system call")]

use libc::{RLIMIT_CORE, RLIMIT_LOCKS, c_long, sock_filter};
use rustix::process::{Resource, getrlimit};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

#[cfg(target_arch = "x86_64")]
const SETRLIMIT: c_long = libc::SYS_setrlimit;
/// From `asm-generic/unistd.h`; the libc crate leaves it out.
#[cfg(target_arch = "aarch64")]
const SETRLIMIT: c_long = 164;

// `struct seccomp_data` on a little-endian machine.
const NUMBER: u32 = 0;
const ARCHITECTURE_OF_CALL: u32 = 4;
const fn argument(position: u32) -> u32 {
    16 + 8 * position
}

const fn load(offset: u32) -> sock_filter {
    sock_filter {
        code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16,
        jt: 0,
        jf: 0,
        k: offset,
    }
}

const fn equals(value: u32, here: usize, then: usize, otherwise: usize) -> sock_filter {
    let code = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    let [jt, jf] = [(then - here - 1) as u8, (otherwise - here - 1) as u8];
    sock_filter { code, jt, jf, k: value }
}

const fn answer(value: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: value }
}

const ALLOW: usize = 17;
const REFUSE: usize = 18;

/// At each position a comparison names the positions it goes on at.
const FILTER: [sock_filter; 19] = [
    load(ARCHITECTURE_OF_CALL),
    // Calls of another architecture are for the filter of the sandbox to judge.
    equals(ARCHITECTURE, 1, 2, ALLOW),
    load(NUMBER),
    equals(SETRLIMIT as u32, 3, 11, 4),
    equals(libc::SYS_prlimit64 as u32, 4, 5, ALLOW),
    // A null pointer only asks.
    load(argument(2)),
    equals(0, 6, 7, 9),
    load(argument(2) + 4),
    equals(0, 8, ALLOW, 9),
    // Process 0 is oneself.
    load(argument(0)),
    equals(0, 10, 14, REFUSE),
    load(argument(0)),
    equals(RLIMIT_CORE, 12, REFUSE, 13),
    equals(RLIMIT_LOCKS, 13, REFUSE, ALLOW),
    load(argument(1)),
    equals(RLIMIT_CORE, 15, REFUSE, 16),
    equals(RLIMIT_LOCKS, 16, REFUSE, ALLOW),
    answer(libc::SECCOMP_RET_ALLOW),
    answer(libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned()),
];

/// Closes the fence around this process and all it starts. Safe between fork and exec.
pub(crate) fn close() {
    let filter = FILTER;
    let program = libc::sock_fprog { len: FILTER.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: the kernel copies the program, which is as long as said, and changes nothing of it.
    // Where it refuses, the module's promise is not made.
    unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program);
    }
}

/// One byte, which no core fits into. Not zero: the kernel starts a handler behind a pipe whatever
/// the limit, unless it is exactly one.
pub(crate) fn core_limit() -> u64 {
    getrlimit(Resource::Core).maximum.map_or(1, |it| it.min(1))
}

//! What a program may not do although the guest may; the same as the guest's fence around programs that
//! it starts itself, for the standby it is born with.
//!
//! Refused with `EPERM`: any limit of another process; of one's own, that of core dumps and that of
//! file locks, whose number marks a program's descendants.

use libc::{RLIMIT_CORE, RLIMIT_LOCKS, c_long, sock_filter};

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
const ARGUMENTS: u32 = 16;

const fn load(k: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, jt: 0, jf: 0, k }
}

/// The low word of an argument.
const fn argument(position: u32) -> sock_filter {
    load(ARGUMENTS + 8 * position)
}

/// Goes over so many instructions where what was loaded is `k`, and over others where it is not.
const fn branch(k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16, jt, jf, k }
}

const fn answer(k: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k }
}

pub(super) const FILTER: [sock_filter; 19] = [
    load(ARCHITECTURE_OF_CALL),
    // Calls of another architecture are for the filter of the sandbox to judge.
    branch(ARCHITECTURE, 0, 15),
    load(NUMBER),
    branch(SETRLIMIT as u32, 7, 0),
    branch(libc::SYS_prlimit64 as u32, 0, 12),
    // A null pointer only asks.
    argument(2),
    branch(0, 0, 2),
    load(ARGUMENTS + 8 * 2 + 4),
    branch(0, 8, 0),
    // Process 0 is oneself.
    argument(0),
    branch(0, 3, 7),
    argument(0),
    branch(RLIMIT_CORE, 5, 0),
    branch(RLIMIT_LOCKS, 4, 3),
    argument(1),
    branch(RLIMIT_CORE, 2, 0),
    branch(RLIMIT_LOCKS, 1, 0),
    answer(libc::SECCOMP_RET_ALLOW),
    answer(libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned()),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict on a call, and none but that: no arithmetic, no memory.
    fn judge(call: c_long, arguments: [u64; 3]) -> u32 {
        let words = |it: u64| [it as u32, (it >> 32) as u32];
        let mut data = vec![u32::try_from(call).unwrap(), ARCHITECTURE, 0, 0];
        data.extend(arguments.into_iter().flat_map(words));
        let (mut at, mut loaded) = (0, 0);
        loop {
            let it = FILTER[at];
            at += 1;
            match u32::from(it.code) & 7 {
                libc::BPF_LD => loaded = data[it.k as usize / 4],
                libc::BPF_JMP => at += usize::from(if loaded == it.k { it.jt } else { it.jf }),
                _ => return it.k,
            }
        }
    }

    #[test]
    fn marks_and_limits_of_others_are_out_of_reach_and_all_else_is_allowed() {
        const REFUSED: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();
        const POINTER: u64 = 0x7fff_0000_0000;
        let (core, locks, files) =
            (u64::from(RLIMIT_CORE), u64::from(RLIMIT_LOCKS), u64::from(libc::RLIMIT_NOFILE));
        for (call, arguments, refused) in [
            (libc::SYS_getpid, [0; 3], false),
            (SETRLIMIT, [files, POINTER, 0], false),
            (SETRLIMIT, [core, POINTER, 0], true),
            (SETRLIMIT, [locks, POINTER, 0], true),
            (libc::SYS_prlimit64, [0, locks, 0], false),
            (libc::SYS_prlimit64, [1, locks, 0], false),
            (libc::SYS_prlimit64, [0, files, POINTER], false),
            (libc::SYS_prlimit64, [0, files, 1], false),
            (libc::SYS_prlimit64, [1, files, POINTER], true),
            (libc::SYS_prlimit64, [0, core, POINTER], true),
            (libc::SYS_prlimit64, [0, locks, POINTER], true),
            (libc::SYS_prlimit64, [0, locks, 1], true),
        ] {
            assert_eq!(judge(call, arguments) == REFUSED, refused, "{call} {arguments:?}");
        }
    }
}

//! What a program may not do although the guest may: change the limits by which the guest keeps its
//! programs apart.
//!
//! Refused with `EPERM`: any limit of another process; of one's own, that of core dumps and that of
//! file locks, whose number marks a program's descendants. The guest puts the fence around the programs
//! that it starts; whoever gives it a standby to be born with has to put it around that one.

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

/// The fence as a program for the kernel. At each position a comparison names the positions it goes on at.
pub const FILTER: [sock_filter; 19] = [
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

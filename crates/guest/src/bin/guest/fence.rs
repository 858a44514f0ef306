//! Puts the fence around programs. The kernel takes such a filter only from who has `no_new_privs`;
//! without it there is no fence, and no promise of one.

#![expect(unsafe_code, reason = "a filter is installed with a raw system call")]

use guest::fence::FILTER;
use rustix::process::{Resource, getrlimit};

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

//! Landlock: a second fence around what the mounts leave writable, where the kernel has it.
//!
//! ```text
//! everywhere visible   read, execute
//! /tmp /dev/shm        everything but devices, as in a directory of the host that may be written
//! devices, /dev/pts    read, write, ioctl
//! /proc                write (names of threads; what matters is read-only by its mount)
//! outside the fence    no abstract socket to connect to, no process to signal
//! ```
//!
//! TCP is not fenced: Landlock knows ports and no addresses, so it would take the loopback too.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{Mode, OFlags, StatVfsMountFlags, open, statvfs},
    io::Errno,
};

use crate::{
    child::{Failed, Step},
    mounts::Shown,
    syscalls::{self, LandlockRule, LandlockRuleset},
};

/// The first version that lets files move between directories, which programs need.
const FIRST_USABLE: u32 = 2;

// Rights, from `linux/landlock.h`.
const EXECUTE: u64 = 1 << 0;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIR: u64 = 1 << 3;
const MAKE_CHAR: u64 = 1 << 6;
const MAKE_BLOCK: u64 = 1 << 11;
/// All rights of the first version: those above, and to make and remove entries of each kind.
const FIRST_RIGHTS: u64 = (1 << 13) - 1;
const REFER: u64 = 1 << 13;
const TRUNCATE: u64 = 1 << 14;
const IOCTL_DEV: u64 = 1 << 15;

/// `LANDLOCK_RULE_PATH_BENEATH`.
pub(crate) const PATH_BENEATH: u32 = 1;

const SCOPE_ABSTRACT_UNIX_SOCKET: u64 = 1 << 0;
const SCOPE_SIGNAL: u64 = 1 << 1;

const LOOK: u64 = EXECUTE | READ_FILE | READ_DIR;
/// Everything but devices.
const CHANGE: u64 = !(MAKE_CHAR | MAKE_BLOCK);
const USE_DEVICE: u64 = READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV;

/// What may be done below a path, or to a file. Where the path is missing there is nothing to fence.
const RULES: &[(&CStr, u64)] = &[
    (c"/tmp", CHANGE),
    (c"/dev/shm", CHANGE),
    (c"/dev/pts", USE_DEVICE | READ_DIR),
    (c"/dev/null", USE_DEVICE),
    (c"/dev/zero", USE_DEVICE),
    (c"/dev/full", USE_DEVICE),
    (c"/dev/random", USE_DEVICE),
    (c"/dev/urandom", USE_DEVICE),
    (c"/dev/tty", USE_DEVICE),
    (c"/proc", LOOK | WRITE_FILE | TRUNCATE),
];

/// What this kernel can fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landlock {
    version: u32,
}

impl Landlock {
    /// `None` where the kernel has none, has it turned off, or has the first version.
    #[must_use]
    pub fn of_this_kernel() -> Option<Self> {
        syscalls::landlock_version().ok().and_then(Self::of_version)
    }

    fn of_version(version: u32) -> Option<Self> {
        (version >= FIRST_USABLE).then_some(Self { version })
    }

    /// Whether programs are kept from abstract sockets and processes outside, too.
    #[must_use]
    pub fn scopes(self) -> bool {
        self.version >= 6
    }

    fn ruleset(self) -> LandlockRuleset {
        let since = |version, right| if self.version >= version { right } else { 0 };
        let scoped = if self.scopes() { SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL } else { 0 };
        LandlockRuleset {
            handled_access_fs: FIRST_RIGHTS | REFER | since(3, TRUNCATE) | since(5, IOCTL_DEV),
            handled_access_net: 0,
            scoped,
        }
    }

    /// The same for whoever makes the calls elsewhere: the kernel's structure with what is handled, and
    /// what may be done below each path that there is.
    pub(crate) fn fence(self) -> (Vec<u8>, impl Iterator<Item = (&'static CStr, u64)>) {
        let handled = self.ruleset();
        let words = [handled.handled_access_fs, handled.handled_access_net, handled.scoped];
        let words = if self.scopes() { words.as_slice() } else { &words[..1] };
        let bytes = words.iter().flat_map(|it| it.to_ne_bytes()).collect();
        let exists = |it: &&(&CStr, u64)| it.0.to_str().is_ok_and(|it| Path::new(it).exists());
        let rules = [(c"/", LOOK)].into_iter().chain(RULES.iter().filter(exists).copied());
        (bytes, rules.map(move |(path, rights)| (path, rights & handled.handled_access_fs)))
    }

    /// Fences this process and all it starts, for ever. Asks for `no_new_privs`; allocates nothing.
    pub(crate) fn apply(self, mounts: &[Shown]) -> Result<(), Failed<'_>> {
        let handled = self.ruleset();
        // A kernel takes only as much as its version knows.
        let size = if self.scopes() { size_of::<LandlockRuleset>() } else { size_of::<u64>() };
        let fence = syscalls::landlock_create(&handled, size).step("make a Landlock ruleset")?;
        let root = root_rights().step("look at the root")?;
        let shared = mounts.iter().filter(|it| it.is_writable()).map(|it| (&*it.path, CHANGE));
        let rules = [(c"/", root)].into_iter().chain(RULES.iter().copied());
        for (path, rights) in rules.chain(shared) {
            allow(fence.as_fd(), path, rights & handled.handled_access_fs)
                .step_at("allow by Landlock", path)?;
        }
        syscalls::landlock_restrict(fence.as_fd()).step("restrict by Landlock")
    }
}

/// A root that may be written by its mount is the workspace of those who asked for one.
fn root_rights() -> Result<u64, Errno> {
    let read_only = statvfs(c"/")?.f_flag.contains(StatVfsMountFlags::RDONLY);
    Ok(if read_only { LOOK } else { CHANGE })
}

fn allow(fence: BorrowedFd<'_>, path: &CStr, rights: u64) -> io::Result<()> {
    let place: OwnedFd = match open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(()),
        other => other?,
    };
    let rule = LandlockRule { allowed_access: rights, parent: place.as_fd() };
    syscalls::landlock_allow(fence, &rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_version_is_not_used_because_files_could_not_be_moved() {
        assert_eq!(Landlock::of_version(0), None);
        assert_eq!(Landlock::of_version(1), None);
        assert!(Landlock::of_version(2).is_some());
    }

    #[test]
    fn each_version_handles_what_it_knows_and_no_more() {
        let handled = |version| Landlock { version }.ruleset();
        let rights = |version| handled(version).handled_access_fs;
        assert_eq!(rights(2), FIRST_RIGHTS | REFER);
        assert_eq!(rights(3), rights(2) | TRUNCATE);
        assert_eq!(rights(4), rights(3));
        assert_eq!(rights(5), rights(4) | IOCTL_DEV);
        assert_eq!((handled(5).scoped, handled(6).scoped), (0, 3));
        for version in 2..=9 {
            assert_eq!(handled(version).handled_access_net, 0, "loopback stays open");
        }
    }

    #[test]
    fn nothing_but_the_workspace_lets_entries_be_made() {
        let make_or_remove = FIRST_RIGHTS & !(LOOK | WRITE_FILE);
        for (path, rights) in RULES {
            let makes = rights & make_or_remove != 0;
            assert_eq!(makes, matches!(path.to_bytes(), b"/tmp" | b"/dev/shm"), "{path:?}");
            assert_eq!(rights & (MAKE_CHAR | MAKE_BLOCK), 0, "{path:?}");
        }
    }
}

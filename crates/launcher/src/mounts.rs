//! Directories of people that a sandbox shows where they are: what a local runbook works on.
//!
//! A toolchain is the machine's and only read; such a directory is somebody's, and may be open to writing.
//!
//! ```text
//! path ─ not the system's, through no link, nothing mounted below ─▶ opened ─▶ owner mapped ─▶ shown
//! ```
//!
//! An ordinary user's programs are that user, and nothing is mapped. Those of root are a user of their
//! own, to whom the mount gives what belongs to root, in this sandbox alone; what they make is root's
//! outside. What belongs to others can be read as its mode says, and not be changed. Where the kernel
//! cannot map owners there is no sandbox, and none with less.

use std::{
    ffi::{CStr, CString, OsString},
    fs, io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::{
            ffi::{OsStrExt, OsStringExt},
            fs::MetadataExt,
        },
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, openat2},
    io::Errno,
    mount::{OpenTreeFlags, open_tree},
    process::geteuid,
};
use serde::{Deserialize, Serialize};

use crate::{
    host::TOP_LEVEL,
    message::Failure,
    sandboxes::failure,
    syscalls::{self, OneThread},
    system::SYSTEM_USERS,
};

/// Mounts of one sandbox; a local runbook needs one.
pub(crate) const MOST_MOUNTS: usize = 8;

/// A directory of the host that a sandbox shows at the same path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Absolute, and through no link; see [`Mount::new`].
    pub source: PathBuf,
    pub access: Access,
}

/// What programs may do with the files of a mount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    #[default]
    ReadOnly,
    ReadWrite,
}

/// A directory is shown in no sandbox, or not like this.
#[derive(Debug, thiserror::Error)]
pub enum NotMountable {
    #[error("{} is a relative path; write an absolute one", .0.display())]
    Relative(PathBuf),
    #[error("{} cannot be looked at: {source}; check that it exists and is yours to enter", path.display())]
    Unknown { path: PathBuf, source: io::Error },
    #[error("{} is no directory; name the one that it is in", .0.display())]
    NotADirectory(PathBuf),
    #[error("{} leads through a link; name {}", path.display(), real.display())]
    Link { path: PathBuf, real: PathBuf },
    #[error("{} is the system's or everybody's; choose a directory of your own", .0.display())]
    OfTheSystem(PathBuf),
    #[error("{} is a file system of its own inside {}; choose a directory without one, or unmount it", below.display(), path.display())]
    MountBelow { path: PathBuf, below: PathBuf },
    #[error("{} belongs to user {owner}, and only that user's sandboxes may write to it; run as user {owner}, or show it read-only", path.display())]
    OfAnotherUser { path: PathBuf, owner: u32 },
}

impl Mount {
    /// Follows links to the directory itself, which is shown under its own path.
    ///
    /// # Errors
    ///
    /// It is one that no sandbox shows.
    pub fn new(source: &Path, access: Access) -> Result<Self, NotMountable> {
        let mount = Self { source: resolve(source)?, access };
        mount.check()?;
        Ok(mount)
    }

    /// Whether a sandbox that this process starts may show it. The launcher asks once more.
    ///
    /// # Errors
    ///
    /// It may not.
    pub fn check(&self) -> Result<(), NotMountable> {
        let path = &self.source;
        let unknown = |source| NotMountable::Unknown { path: path.clone(), source };
        let real = resolve(path)?;
        if real != *path {
            return Err(NotMountable::Link { path: path.clone(), real });
        }
        if is_of_the_system(path) {
            return Err(NotMountable::OfTheSystem(path.clone()));
        }
        let found = fs::symlink_metadata(path).map_err(unknown)?;
        if !found.is_dir() {
            return Err(NotMountable::NotADirectory(path.clone()));
        }
        if self.access == Access::ReadWrite && found.uid() != geteuid().as_raw() {
            return Err(NotMountable::OfAnotherUser { path: path.clone(), owner: found.uid() });
        }
        let mounts = fs::read("/proc/self/mountinfo").map_err(unknown)?;
        match mounted_below(path, &mounts) {
            Some(below) => Err(NotMountable::MountBelow { path: path.clone(), below }),
            None => Ok(()),
        }
    }
}

fn resolve(path: &Path) -> Result<PathBuf, NotMountable> {
    if !path.is_absolute() {
        return Err(NotMountable::Relative(path.to_owned()));
    }
    fs::canonicalize(path).map_err(|source| NotMountable::Unknown { path: path.to_owned(), source })
}

fn is_of_the_system(path: &Path) -> bool {
    const NEVER: &[&str] = &["/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/var/run"];
    const ONLY_BELOW: &[&str] = &["/", "/home", "/tmp", "/usr/src", "/var", "/var/tmp"];
    let top_level = TOP_LEVEL.iter().any(|it| path.starts_with(Path::new("/").join(it)));
    let programs = path.starts_with("/usr") && !path.starts_with("/usr/src");
    NEVER.iter().any(|it| path.starts_with(it))
        || ONLY_BELOW.iter().any(|it| path == Path::new(it))
        || top_level
        || programs
}

/// The first place below a directory where something else is mounted; see `proc_pid_mountinfo(5)`.
fn mounted_below(path: &Path, mountinfo: &[u8]) -> Option<PathBuf> {
    let places = mountinfo
        .split(|it| *it == b'\n')
        .filter_map(|line| line.split(|it| *it == b' ').nth(4))
        .map(unescape);
    places.into_iter().find(|it| it != path && it.starts_with(path))
}

/// Blanks, line ends and backslashes are written as `\` and three octal digits.
fn unescape(field: &[u8]) -> PathBuf {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..3).filter(|_| *first == b'\\');
        let code = code.and_then(|it| std::str::from_utf8(it).ok());
        match code.and_then(|it| u8::from_str_radix(it, 8).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = &others[3..];
            }
            None => {
                plain.push(*first);
                rest = others;
            }
        }
    }
    PathBuf::from(OsString::from_vec(plain))
}

/// A mount that may be shown.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) path: CString,
    pub(crate) access: Access,
    /// Opened by root for its sandbox, which may not reach it. Others open it themselves: only from
    /// inside may they take a copy of a mount.
    pub(crate) tree: Option<OwnedFd>,
}

impl Shown {
    pub(crate) fn all(
        mounts: &[Mount],
        one_thread: &OneThread,
        own_user: Option<u32>,
    ) -> Result<Vec<Self>, Failure> {
        if mounts.len() > MOST_MOUNTS {
            let step = format!("show more than {MOST_MOUNTS} directories");
            return Err(failure(&step, io::Error::from_raw_os_error(libc::E2BIG)));
        }
        mounts.iter().map(|it| Self::new(it, one_thread, own_user)).collect()
    }

    fn new(mount: &Mount, one_thread: &OneThread, own_user: Option<u32>) -> Result<Self, Failure> {
        let invalid = || io::Error::from_raw_os_error(libc::EINVAL);
        mount.check().map_err(|it| failure(&it.to_string(), invalid()))?;
        let name = mount.source.display();
        let path = CString::new(mount.source.as_os_str().as_bytes())
            .map_err(|_| failure("name a directory", invalid()))?;
        let tree = own_user.map(|user| {
            let tree = open(&path).map_err(|it| failure(&format!("open {name}"), it))?;
            map_owner(&tree, one_thread, user).map_err(|it| {
                let needs = "which takes Linux 5.12 and a file system that has them";
                failure(&format!("show {name} by an id-mapped mount, {needs}"), it)
            })?;
            Ok(tree)
        });
        Ok(Self { path, access: mount.access, tree: tree.transpose()? })
    }

    /// Whether files that outlive the sandbox can be written.
    pub(crate) fn is_writable(&self) -> bool {
        self.access == Access::ReadWrite
    }
}

/// A copy of what is mounted at a path that leads through no link. Allocates nothing.
pub(crate) fn open(path: &CStr) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let place = openat2(CWD, path, flags, Mode::empty(), resolve)?;
    // The kernel copies no part of what hides something from us, so all of it is taken.
    let recursive = OpenTreeFlags::from_bits_retain(libc::AT_RECURSIVE.cast_unsigned());
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_EMPTY_PATH
        | recursive;
    open_tree(&place, c"", flags)
}

/// Makes the files of root those of the sandbox's user, in this mount alone. The other groups stay
/// others, so that a file of root can be written whatever its group.
fn map_owner(tree: &OwnedFd, one_thread: &OneThread, user: u32) -> io::Result<()> {
    let users = format!("0 {user} 1");
    let groups = format!("0 {user} 1\n1 {} {}", SYSTEM_USERS + 1, u16::MAX);
    let namespace = syscalls::user_namespace(one_thread, &users, &groups)?;
    syscalls::map_mount(tree.as_fd(), namespace.as_fd())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_the_systems_or_everybodys_is_never_shown() {
        for path in ["/home/ada", "/root/work", "/srv/work", "/tmp/work", "/usr/src/app", "/work"] {
            assert!(!is_of_the_system(Path::new(path)), "{path}");
        }
        for path in [
            "/",
            "/boot",
            "/dev/shm",
            "/etc",
            "/etc/ssl",
            "/home",
            "/lib/x",
            "/proc/1/root",
            "/run/x",
            "/sys",
            "/tmp",
            "/usr",
            "/usr/bin",
            "/usr/src",
            "/var",
            "/var/run/x",
            "/var/tmp",
        ] {
            assert!(is_of_the_system(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_link_is_followed_by_who_asks_and_refused_by_who_shows() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        let (real, link) = (dir.join("real"), dir.join("link"));
        fs::create_dir(&real).unwrap();
        fs::write(dir.join("file"), "").unwrap();
        symlink(&real, &link).unwrap();
        symlink("/etc", dir.join("system")).unwrap();
        assert_eq!(Mount::new(&link, Access::ReadWrite).unwrap().source, real);
        let refused = |name: &str| {
            let mount = Mount { source: dir.join(name), access: Access::ReadOnly };
            mount.check().unwrap_err()
        };
        assert!(matches!(refused("link"), NotMountable::Link { .. }));
        assert!(matches!(refused("link/../real"), NotMountable::Link { .. }));
        assert!(matches!(refused("file"), NotMountable::NotADirectory(_)));
        assert!(matches!(refused("absent"), NotMountable::Unknown { .. }));
        let asked = |path: &Path| Mount::new(path, Access::ReadOnly).unwrap_err();
        assert!(matches!(asked(&dir.join("system")), NotMountable::OfTheSystem(_)));
        assert!(matches!(asked(Path::new("work")), NotMountable::Relative(_)));
    }

    #[test]
    fn a_mount_below_a_directory_is_found_and_others_are_not() {
        let mountinfo = b"22 1 254:0 / / rw - ext4 /dev/vda rw\n\
                          30 22 0:5 / /data rw - tmpfs none rw\n\
                          31 22 0:5 / /data\\040it/a rw - tmpfs none rw\n\
                          32 30 0:5 / /data/in\\134side rw - tmpfs none rw\n";
        let below = |it: &str| mounted_below(Path::new(it), mountinfo);
        assert_eq!(below("/data"), Some(PathBuf::from("/data/in\\side")));
        assert_eq!(below("/data it"), Some(PathBuf::from("/data it/a")));
        assert_eq!(below("/data it/a"), None);
        assert_eq!(below("/dat"), None);
    }
}

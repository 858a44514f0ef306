//! Paths of the workspace, resolved by the kernel beneath its descriptor and through no symbolic link.

use std::{
    borrow::Cow,
    ffi::OsStr,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::{Component, Path},
};

use rustix::{
    fs::{FileType, Mode, OFlags, ResolveFlags},
    io::Errno,
};

/// Why a request failed, in words for the host.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) errno: Errno,
    pub(super) what: Cow<'static, str>,
    /// Of a tree, the entry at which it failed.
    pub(super) entry: Option<Vec<u8>>,
}

pub(super) type Result<T> = std::result::Result<T, Failed>;

impl Failed {
    pub(super) fn new(errno: Errno, what: impl Into<Cow<'static, str>>) -> Self {
        Self { errno, what: what.into(), entry: None }
    }
}

/// Says what a system call was for.
pub(super) trait During<T> {
    fn during(self, what: &'static str) -> Result<T>;
}

impl<T> During<T> for rustix::io::Result<T> {
    fn during(self, what: &'static str) -> Result<T> {
        self.map_err(|errno| Failed::new(errno, what))
    }
}

/// Names the entry of a tree.
pub(super) trait At<T> {
    fn at(self, entry: &[u8]) -> Result<T>;
}

impl<T> At<T> for Result<T> {
    fn at(self, entry: &[u8]) -> Self {
        self.map_err(|failed| Failed { entry: Some(entry.to_vec()), ..failed })
    }
}

/// The parent, if any, and the name.
pub(super) fn split(path: &str) -> Result<(Option<&str>, &str)> {
    refuse_odd_parts(path)?;
    let (parent, name) = match path.rsplit_once('/') {
        Some((parent, name)) => (Some(parent), name),
        None => (None, path),
    };
    if name == "." {
        return Err(Failed::new(Errno::ISDIR, "name a file"));
    }
    Ok((parent, name))
}

/// `.` alone is the workspace; otherwise each part must be a name. The kernel would refuse to leave the
/// workspace too, but `a/../b` means different files at different moments.
pub(super) fn refuse_odd_parts(path: &str) -> Result<()> {
    let plain = |part: &str| {
        matches!(
            Path::new(OsStr::from_bytes(part.as_bytes())).components().next(),
            Some(Component::Normal(_))
        )
    };
    if path == "." || (!path.contains('\0') && path.split('/').all(plain)) {
        Ok(())
    } else {
        Err(Failed::new(Errno::INVAL, "accept the path"))
    }
}

pub(super) fn beneath(
    directory: &OwnedFd,
    path: impl AsRef<[u8]>,
    flags: OFlags,
) -> rustix::io::Result<OwnedFd> {
    let path = path.as_ref();
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(directory, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
        Err(Errno::NOSYS) => part_by_part(directory, path, flags),
        other => other,
    }
}

/// The same for kernels without `openat2`, such as gVisor's. Who calls has refused `..`, so that
/// following no link is all there is to do.
fn part_by_part(directory: &OwnedFd, path: &[u8], flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let mut parts = path.split(|it| *it == b'/').peekable();
    let mut parent = None;
    while let Some(part) = parts.next() {
        let above = parent.as_ref().unwrap_or(directory);
        if parts.peek().is_none() {
            return open_one(above, part, flags);
        }
        parent = Some(open_one(above, part, OFlags::PATH | OFlags::DIRECTORY)?);
    }
    Err(Errno::NOENT)
}

/// Opens what has this name, and never what a link of this name points at.
fn open_one(parent: &OwnedFd, name: &[u8], flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let careful = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |parent: &OwnedFd, name: &[u8], flags| {
        rustix::fs::openat(parent, name, flags | careful, Mode::empty())
    };
    if !flags.contains(OFlags::DIRECTORY) {
        return open(parent, name, flags);
    }
    // gVisor's kernel follows a link where it was asked for a directory, whatever else it was asked.
    let found = open(parent, name, OFlags::PATH)?;
    if !FileType::from_raw_mode(rustix::fs::fstat(&found)?.st_mode).is_dir() {
        return Err(Errno::NOTDIR);
    }
    open(&found, b".", flags)
}

/// Opens a directory; an empty path is `root` itself.
pub(super) fn directory(root: &OwnedFd, path: &[u8]) -> rustix::io::Result<OwnedFd> {
    let path = if path.is_empty() { b".".as_slice() } else { path };
    beneath(root, path, OFlags::PATH | OFlags::DIRECTORY)
}

/// Opens a directory after making it and its parents where they are missing.
pub(super) fn make_directories(root: &OwnedFd, path: &[u8]) -> Result<OwnedFd> {
    match directory(root, path) {
        Ok(found) => return Ok(found),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(Failed::new(errno, "open the directory")),
    }
    let mut parent = directory(root, b"").during("open the workspace")?;
    for part in path.split(|it| *it == b'/') {
        match rustix::fs::mkdirat(&parent, part, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(Failed::new(errno, "create a directory")),
        }
        parent = directory(&parent, part).during("open the directory")?;
    }
    Ok(parent)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn without_openat2_no_link_is_followed_either() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/b/file"), "").unwrap();
        symlink("a", dir.path().join("link")).unwrap();
        symlink("a/b/file", dir.path().join("file")).unwrap();
        let root = rustix::fs::open(dir.path(), OFlags::PATH, Mode::empty()).unwrap();
        for (path, result) in [
            ("a/b/file", Ok(())),
            (".", Ok(())),
            ("file", Err(Errno::LOOP)),
            ("link/b/file", Err(Errno::NOTDIR)),
            ("a/c/file", Err(Errno::NOENT)),
        ] {
            let opened = part_by_part(&root, path.as_bytes(), OFlags::RDONLY).map(drop);
            assert_eq!(opened, result, "{path}");
        }
        for (path, result) in [
            ("a/b", Ok(())),
            (".", Ok(())),
            ("link", Err(Errno::NOTDIR)),
            ("a/b/file", Err(Errno::NOTDIR)),
        ] {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY;
            let opened = part_by_part(&root, path.as_bytes(), flags).map(drop);
            assert_eq!(opened, result, "{path}");
        }
    }
}

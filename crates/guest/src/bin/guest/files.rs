//! Files of the workspace, for the host.
//!
//! Programs own the workspace and may change it at any moment, so every path is resolved by the kernel
//! beneath the workspace's descriptor, and through no symbolic link. Only regular files are read, and a
//! file being written appears under its name at once and whole.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    os::fd::OwnedFd,
    os::unix::ffi::OsStrExt,
    path::{Component, Path},
};

use guest::{FileEntry, FileKind, GuestFrame, MAX_CHUNK, MAX_ENTRIES, Payload, RequestId};
use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags},
    io::Errno,
};

use crate::link::Link;

/// Files that may be open for the host at a time.
const MAX_OPEN: usize = 64;

/// Entries in one frame; with names of at most 255 bytes, each of which may become three bytes when it
/// is not UTF-8, they fit.
const ENTRIES_PER_FRAME: usize = 256;

#[derive(Debug)]
pub(crate) struct Files {
    workspace: OwnedFd,
    writing: BTreeMap<RequestId, Writing>,
    reading: BTreeMap<RequestId, Reading>,
    /// Numbers the temporary names.
    created: u64,
}

/// A file under its temporary name.
#[derive(Debug)]
struct Writing {
    file: OwnedFd,
    parent: OwnedFd,
    temporary: String,
    name: String,
    mode: Mode,
}

#[derive(Debug)]
struct Reading {
    file: OwnedFd,
    left: u64,
}

#[derive(Debug)]
struct Failed {
    errno: Errno,
    what: &'static str,
}

type Result<T> = std::result::Result<T, Failed>;

trait During<T> {
    fn during(self, what: &'static str) -> Result<T>;
}

impl<T> During<T> for rustix::io::Result<T> {
    fn during(self, what: &'static str) -> Result<T> {
        self.map_err(|errno| Failed { errno, what })
    }
}

impl Files {
    pub(crate) fn open(workspace: &Path) -> rustix::io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let workspace = rustix::fs::open(workspace, flags, Mode::empty())?;
        Ok(Self { workspace, writing: BTreeMap::new(), reading: BTreeMap::new(), created: 0 })
    }

    pub(crate) fn write(
        &mut self,
        request: RequestId,
        target: (&str, u32),
        bytes: &[u8],
        last: bool,
        link: &mut Link,
    ) {
        let (path, mode) = target;
        let result = self
            .room()
            .and_then(|()| self.create(path, mode))
            .and_then(|writing| self.append(request, writing, bytes, last));
        report(request, result.map(|whole| whole.then_some(())), link);
    }

    pub(crate) fn write_more(
        &mut self,
        request: RequestId,
        bytes: &[u8],
        last: bool,
        link: &mut Link,
    ) {
        // One that failed has been reported, and the host may not know yet.
        let Some(writing) = self.writing.remove(&request) else { return };
        let result = self.append(request, writing, bytes, last);
        report(request, result.map(|whole| whole.then_some(())), link);
    }

    pub(crate) fn read(&mut self, request: RequestId, path: &str, most: u64, link: &mut Link) {
        let result = self.room().and_then(|()| self.open_to_read(path, most));
        match result {
            Ok(reading) => {
                self.reading.insert(request, reading);
            }
            Err(failed) => report(request, Err(failed), link),
        }
    }

    pub(crate) fn list(&self, request: RequestId, path: &str, link: &mut Link) {
        match self.entries(path) {
            Ok(entries) => {
                for part in entries.chunks(ENTRIES_PER_FRAME) {
                    link.queue(&GuestFrame::Files { request, entries: part.to_vec() });
                }
                link.queue(&GuestFrame::FileDone { request });
            }
            Err(failed) => report(request, Err(failed), link),
        }
    }

    pub(crate) fn remove(&self, request: RequestId, path: &str, link: &mut Link) {
        report(request, self.unlink(path).map(Some), link);
    }

    pub(crate) fn cancel(&mut self, request: RequestId) {
        self.reading.remove(&request);
        if let Some(writing) = self.writing.remove(&request) {
            writing.discard();
        }
    }

    /// Whether [`pump`](Self::pump) has something to do.
    pub(crate) fn is_reading(&self) -> bool {
        !self.reading.is_empty()
    }

    /// Sends one chunk of each file that is being read, while the link has room.
    pub(crate) fn pump(&mut self, buffer: &mut [u8], link: &mut Link) {
        let requests: Vec<_> = self.reading.keys().copied().collect();
        for request in requests {
            if !link.has_room() {
                return;
            }
            let Some(reading) = self.reading.get_mut(&request) else { continue };
            let result = reading.next(buffer);
            match result {
                Ok(0) => {
                    self.reading.remove(&request);
                    link.queue(&GuestFrame::FileDone { request });
                }
                Ok(count) => {
                    let bytes = Payload::from(&buffer[..count]);
                    link.queue(&GuestFrame::FileChunk { request, bytes });
                }
                Err(failed) => {
                    self.reading.remove(&request);
                    report(request, Err(failed), link);
                }
            }
        }
    }

    fn room(&self) -> Result<()> {
        if self.writing.len() + self.reading.len() < MAX_OPEN {
            Ok(())
        } else {
            Err(Failed { errno: Errno::MFILE, what: "open" })
        }
    }

    fn create(&mut self, path: &str, mode: u32) -> Result<Writing> {
        let (parent, name) = split(path)?;
        let parent = self.make_directories(parent)?;
        self.created += 1;
        let temporary = format!(".runbook-{}-{}", std::process::id(), self.created);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&parent, &temporary, flags, Mode::RUSR | Mode::WUSR)
            .during("create the file")?;
        // Programs' rights are theirs to set, but not those that change who runs them.
        let mode = Mode::from_raw_mode(mode & 0o777);
        Ok(Writing { file, parent, temporary, name: name.to_owned(), mode })
    }

    /// Returns whether the file is whole.
    fn append(
        &mut self,
        request: RequestId,
        writing: Writing,
        bytes: &[u8],
        last: bool,
    ) -> Result<bool> {
        let result =
            writing.append(bytes).and_then(|()| if last { writing.publish() } else { Ok(()) });
        if let Err(failed) = result {
            writing.discard();
            return Err(failed);
        }
        if !last {
            self.writing.insert(request, writing);
        }
        Ok(last)
    }

    fn open_to_read(&self, path: &str, most: u64) -> Result<Reading> {
        refuse_odd_parts(path)?;
        // A FIFO must not block the guest, nor a terminal become its own.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = beneath(&self.workspace, path, flags).during("open the file")?;
        let stat = rustix::fs::fstat(&file).during("inspect the file")?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Failed { errno: Errno::INVAL, what: "read what is not a regular file" });
        }
        if u64::try_from(stat.st_size).is_ok_and(|it| it > most) {
            return Err(Failed { errno: Errno::FBIG, what: "read the file" });
        }
        Ok(Reading { file, left: most })
    }

    fn entries(&self, path: &str) -> Result<Vec<FileEntry>> {
        refuse_odd_parts(path)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let directory = beneath(&self.workspace, path, flags).during("open the directory")?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&directory).during("list the directory")? {
            let entry = entry.during("list the directory")?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            // One that vanished meanwhile is not there.
            let Ok(stat) = rustix::fs::statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW) else {
                continue;
            };
            if entries.len() == MAX_ENTRIES {
                return Err(Failed { errno: Errno::OVERFLOW, what: "list so many entries" });
            }
            entries.push(FileEntry {
                name: String::from_utf8_lossy(name).into_owned(),
                kind: kind(FileType::from_raw_mode(stat.st_mode)),
                size: u64::try_from(stat.st_size).unwrap_or(0),
                mode: stat.st_mode & 0o7777,
            });
        }
        Ok(entries)
    }

    fn unlink(&self, path: &str) -> Result<()> {
        let (parent, name) = split(path)?;
        let parent = match parent {
            Some(parent) => {
                let flags = OFlags::PATH | OFlags::DIRECTORY;
                &beneath(&self.workspace, parent, flags).during("open the directory")?
            }
            None => &self.workspace,
        };
        match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
            Err(Errno::ISDIR) => rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR),
            other => other,
        }
        .during("remove the file")
    }

    fn make_directories(&self, parent: Option<&str>) -> Result<OwnedFd> {
        let flags = OFlags::PATH | OFlags::DIRECTORY;
        match beneath(&self.workspace, parent.unwrap_or("."), flags) {
            Ok(directory) => return Ok(directory),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(Failed { errno, what: "open the directory" }),
        }
        let mut directory = beneath(&self.workspace, ".", flags).during("open the workspace")?;
        for part in parent.unwrap_or_default().split('/') {
            match rustix::fs::mkdirat(&directory, part, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(Failed { errno, what: "create a directory" }),
            }
            directory = beneath(&directory, part, flags).during("open the directory")?;
        }
        Ok(directory)
    }
}

impl Writing {
    fn append(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let count = rustix::io::write(&self.file, bytes).during("write the file")?;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    fn publish(&self) -> Result<()> {
        rustix::fs::fchmod(&self.file, self.mode).during("set the mode of the file")?;
        rustix::fs::renameat(&self.parent, &self.temporary, &self.parent, &self.name)
            .during("replace the file")
    }

    fn discard(self) {
        // A program may have removed it already.
        rustix::fs::unlinkat(&self.parent, &self.temporary, AtFlags::empty()).ok();
    }
}

impl Reading {
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let most = buffer.len().min(MAX_CHUNK);
        let count = rustix::io::read(&self.file, &mut buffer[..most]).during("read the file")?;
        // It may have grown since it was opened.
        let Some(left) = self.left.checked_sub(count as u64) else {
            return Err(Failed { errno: Errno::FBIG, what: "read the file" });
        };
        self.left = left;
        Ok(count)
    }
}

/// The parent, if any, and the name.
fn split(path: &str) -> Result<(Option<&str>, &str)> {
    refuse_odd_parts(path)?;
    let (parent, name) = match path.rsplit_once('/') {
        Some((parent, name)) => (Some(parent), name),
        None => (None, path),
    };
    if name == "." {
        return Err(Failed { errno: Errno::ISDIR, what: "name a file" });
    }
    Ok((parent, name))
}

/// `.` alone is the workspace; otherwise each part must be a name. The kernel would refuse to leave the
/// workspace too, but `a/../b` means different files at different moments.
fn refuse_odd_parts(path: &str) -> Result<()> {
    let plain = |part: &str| {
        matches!(
            Path::new(OsStr::from_bytes(part.as_bytes())).components().next(),
            Some(Component::Normal(_))
        )
    };
    if path == "." || (!path.contains('\0') && path.split('/').all(plain)) {
        Ok(())
    } else {
        Err(Failed { errno: Errno::INVAL, what: "accept the path" })
    }
}

fn beneath(directory: &OwnedFd, path: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(directory, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
        Err(Errno::NOSYS) => part_by_part(directory, path, flags),
        other => other,
    }
}

/// The same for kernels without `openat2`, such as gVisor's. Who calls has refused `..`, so that
/// following no link is all there is to do.
fn part_by_part(directory: &OwnedFd, path: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let careful = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |parent: &OwnedFd, part: &str, flags| {
        rustix::fs::openat(parent, part, flags | careful, Mode::empty())
    };
    let Some((parents, name)) = path.rsplit_once('/') else { return open(directory, path, flags) };
    let mut parts = parents.split('/');
    let first = parts.next().unwrap_or_default();
    let to_directory = OFlags::PATH | OFlags::DIRECTORY;
    let mut parent = open(directory, first, to_directory)?;
    for part in parts {
        parent = open(&parent, part, to_directory)?;
    }
    open(&parent, name, flags)
}

fn kind(file_type: FileType) -> FileKind {
    match file_type {
        FileType::RegularFile => FileKind::File,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => FileKind::Other,
    }
}

fn report(request: RequestId, result: Result<Option<()>>, link: &mut Link) {
    match result {
        Ok(Some(())) => link.queue(&GuestFrame::FileDone { request }),
        Ok(None) => {}
        Err(Failed { errno, what }) => link.queue(&GuestFrame::FileFailed {
            request,
            errno: errno.raw_os_error(),
            what: what.to_owned(),
        }),
    }
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
            let opened = part_by_part(&root, path, OFlags::RDONLY).map(drop);
            assert_eq!(opened, result, "{path}");
        }
    }
}

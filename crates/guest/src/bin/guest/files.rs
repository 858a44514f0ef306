//! Files of the workspace, for the host.
//!
//! Programs own the workspace and may change it at any moment, so every path is resolved by the kernel
//! beneath the workspace's descriptor, and through no symbolic link. Only regular files are read, and a
//! file being written appears under its name at once and whole. What takes long is done a part at a
//! time, between looks at the programs.

mod beneath;
mod pack;
mod remove;
mod unpack;

use std::{collections::BTreeMap, os::fd::OwnedFd, path::Path};

use guest::{
    FRAME_COST, FileEntry, FileKind, GuestFrame, MAX_CHUNK, MAX_ENTRIES, RequestId, tar::MAX_NAME,
};
use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags},
    io::Errno,
};

use crate::link::Link;
use beneath::{
    During, Failed, Result, beneath, directory, make_directories, refuse_odd_parts, split,
};
use pack::Packing;
use remove::Removing;
use unpack::Unpacking;

/// Requests that may be under way at a time.
const MAX_OPEN: usize = 64;

/// Entries in one frame; with names of at most 255 bytes, each of which may become three bytes when it
/// is not UTF-8, they fit.
const ENTRIES_PER_FRAME: usize = 256;

#[derive(Debug)]
pub(crate) struct Files {
    workspace: OwnedFd,
    incoming: BTreeMap<RequestId, Incoming>,
    jobs: BTreeMap<RequestId, Job>,
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

/// What the host is sending.
#[derive(Debug)]
enum Incoming {
    File(Writing),
    Tree(Box<Unpacking>),
}

/// What is done a part at a time.
#[derive(Debug)]
enum Job {
    /// Without a window, as fast as the link takes it.
    Send {
        source: Source,
        credit: Option<u32>,
    },
    Remove(Removing),
}

#[derive(Debug)]
enum Source {
    File(Reading),
    Tree(Packing),
}

impl Files {
    pub(crate) fn open(workspace: &Path) -> rustix::io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let workspace = rustix::fs::open(workspace, flags, Mode::empty())?;
        Ok(Self { workspace, incoming: BTreeMap::new(), jobs: BTreeMap::new(), created: 0 })
    }

    pub(crate) fn write(
        &mut self,
        request: RequestId,
        target: (&str, u32),
        bytes: &[u8],
        last: bool,
        link: &mut Link,
    ) {
        let result = self.take(request, target, bytes, last);
        report(request, result.map(|whole| whole.then_some(())), link);
    }

    /// Writes a file that came whole, and says how it failed to whom it concerns beside the host.
    pub(crate) fn write_whole(
        &mut self,
        request: RequestId,
        target: (&str, u32),
        bytes: &[u8],
        link: &mut Link,
    ) -> rustix::io::Result<()> {
        let result = self.take(request, target, bytes, true);
        let errno = result.as_ref().map(drop).map_err(|it| it.errno);
        report(request, result.map(|_| Some(())), link);
        errno
    }

    /// Returns whether the file is whole.
    fn take(
        &mut self,
        request: RequestId,
        target: (&str, u32),
        bytes: &[u8],
        last: bool,
    ) -> Result<bool> {
        let (path, mode) = target;
        self.room()
            .and_then(|()| self.create(path, mode))
            .and_then(|writing| self.append(request, Incoming::File(writing), bytes, last))
    }

    pub(crate) fn write_tree(&mut self, request: RequestId, path: &str, link: &mut Link) {
        let root = self
            .room()
            .and_then(|()| refuse_odd_parts(path))
            .and_then(|()| make_directories(&self.workspace, path.as_bytes()));
        match root {
            Ok(root) => {
                let tree = Incoming::Tree(Box::new(Unpacking::new(root)));
                self.incoming.insert(request, tree);
            }
            Err(failed) => report(request, Err(failed), link),
        }
    }

    pub(crate) fn write_more(
        &mut self,
        request: RequestId,
        bytes: &[u8],
        last: bool,
        link: &mut Link,
    ) {
        // One that failed has been reported, and the host may not know yet.
        let Some(incoming) = self.incoming.remove(&request) else { return };
        let result = self.append(request, incoming, bytes, last);
        report(request, result.map(|whole| whole.then_some(())), link);
    }

    /// Sends a file, ahead of the host's reading by no more than `window`.
    pub(crate) fn read(
        &mut self,
        request: RequestId,
        path: &str,
        most: u64,
        window: Option<u32>,
        link: &mut Link,
    ) {
        let source = self.room().and_then(|()| self.open_to_read(path, most)).map(Source::File);
        self.send(request, source, window, link);
    }

    pub(crate) fn read_tree(
        &mut self,
        request: RequestId,
        path: &str,
        most: u64,
        window: u32,
        link: &mut Link,
    ) {
        let open = || {
            self.room()?;
            refuse_odd_parts(path)?;
            let root = directory(&self.workspace, path.as_bytes()).during("open the directory")?;
            Packing::new(root, most)
        };
        let source = open().map(Source::Tree);
        self.send(request, source, Some(window), link);
    }

    fn send(
        &mut self,
        request: RequestId,
        source: Result<Source>,
        credit: Option<u32>,
        link: &mut Link,
    ) {
        match source {
            Ok(source) => drop(self.jobs.insert(request, Job::Send { source, credit })),
            Err(failed) => report(request, Err(failed), link),
        }
    }

    /// The host has room for more of what it reads.
    pub(crate) fn grant(&mut self, request: RequestId, bytes: u32) {
        // One that ended has been reported, and the host may not know yet.
        if let Some(Job::Send { credit: Some(credit), .. }) = self.jobs.get_mut(&request) {
            *credit = credit.saturating_add(bytes);
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

    pub(crate) fn remove_tree(&mut self, request: RequestId, path: &str, link: &mut Link) {
        let open = || {
            self.room()?;
            split(path)?;
            let root = directory(&self.workspace, b"").during("open the workspace")?;
            Ok(Job::Remove(Removing::new(root, path)))
        };
        match open() {
            Ok(job) => drop(self.jobs.insert(request, job)),
            Err(failed) => report(request, Err(failed), link),
        }
    }

    pub(crate) fn make_directory(&self, request: RequestId, path: &str, link: &mut Link) {
        let made = refuse_odd_parts(path)
            .and_then(|()| make_directories(&self.workspace, path.as_bytes()));
        report(request, made.map(|_| Some(())), link);
    }

    pub(crate) fn rename(&self, request: RequestId, from: &str, to: &str, link: &mut Link) {
        report(request, self.rename_now(from, to).map(Some), link);
    }

    pub(crate) fn cancel(&mut self, request: RequestId) {
        self.jobs.remove(&request);
        match self.incoming.remove(&request) {
            Some(Incoming::File(writing)) => writing.discard(),
            Some(Incoming::Tree(tree)) => tree.discard(),
            None => {}
        }
    }

    /// Whether [`pump`](Self::pump) has something to do.
    pub(crate) fn has_work(&self) -> bool {
        self.jobs.values().any(|job| match job {
            Job::Send { credit, .. } => credit.is_none_or(|it| it > FRAME_COST),
            Job::Remove(_) => true,
        })
    }

    /// Does a part of each job, while the link has room.
    pub(crate) fn pump(&mut self, link: &mut Link) {
        let requests: Vec<_> = self.jobs.keys().copied().collect();
        for request in requests {
            if !link.has_room() {
                return;
            }
            let Some(job) = self.jobs.get_mut(&request) else { continue };
            let result = job.step(request, link);
            if !matches!(result, Ok(None)) {
                self.jobs.remove(&request);
                report(request, result, link);
            }
        }
    }

    fn room(&self) -> Result<()> {
        if self.incoming.len() + self.jobs.len() < MAX_OPEN {
            Ok(())
        } else {
            Err(Failed::new(Errno::MFILE, "open"))
        }
    }

    fn create(&mut self, path: &str, mode: u32) -> Result<Writing> {
        let (parent, name) = split(path)?;
        let parent = make_directories(&self.workspace, parent.unwrap_or_default().as_bytes())?;
        self.created += 1;
        let temporary = format!(".runbook-{}-{}", std::process::id(), self.created);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&parent, &temporary, flags, Mode::RUSR | Mode::WUSR)
            .during("create the file")?;
        // Programs' rights are theirs to set, but not those that change who runs them.
        let mode = Mode::from_raw_mode(mode & 0o777);
        Ok(Writing { file, parent, temporary, name: name.to_owned(), mode })
    }

    /// Returns whether the file or tree is whole.
    fn append(
        &mut self,
        request: RequestId,
        mut incoming: Incoming,
        bytes: &[u8],
        last: bool,
    ) -> Result<bool> {
        let appended = match &mut incoming {
            Incoming::File(writing) => writing.append(bytes),
            Incoming::Tree(tree) => tree.push(bytes),
        };
        match (appended, incoming) {
            (Ok(()), incoming) if !last => {
                self.incoming.insert(request, incoming);
                Ok(false)
            }
            (Ok(()), Incoming::Tree(tree)) => tree.finish().map(|()| true),
            (Ok(()), Incoming::File(writing)) => {
                let published = writing.publish();
                if published.is_err() {
                    writing.discard();
                }
                published.map(|()| true)
            }
            (Err(failed), Incoming::File(writing)) => {
                writing.discard();
                Err(failed)
            }
            (Err(failed), Incoming::Tree(tree)) => {
                tree.discard();
                Err(failed)
            }
        }
    }

    fn open_to_read(&self, path: &str, most: u64) -> Result<Reading> {
        refuse_odd_parts(path)?;
        // A FIFO must not block the guest, nor a terminal become its own.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = beneath(&self.workspace, path, flags).during("open the file")?;
        let stat = rustix::fs::fstat(&file).during("inspect the file")?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Failed::new(Errno::INVAL, "read what is not a regular file"));
        }
        if u64::try_from(stat.st_size).is_ok_and(|it| it > most) {
            return Err(Failed::new(Errno::FBIG, "read the file"));
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
                return Err(Failed::new(Errno::OVERFLOW, "list so many entries"));
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

    fn rename_now(&self, from: &str, to: &str) -> Result<()> {
        let (from_parent, from_name) = split(from)?;
        let (to_parent, to_name) = split(to)?;
        let open =
            |path: Option<&str>| directory(&self.workspace, path.unwrap_or_default().as_bytes());
        let from_parent = open(from_parent).during("open the directory")?;
        let to_parent = open(to_parent).during("open the new directory")?;
        let flags = RenameFlags::NOREPLACE;
        rustix::fs::renameat_with(&from_parent, from_name, &to_parent, to_name, flags)
            .during("rename")
    }
}

impl Job {
    /// Returns whether it is done.
    fn step(&mut self, request: RequestId, link: &mut Link) -> Result<Option<()>> {
        match self {
            Self::Remove(removing) => Ok(removing.step()?.then_some(())),
            Self::Send { source, credit } => {
                let most = credit.map_or(u32::MAX, |it| it.saturating_sub(FRAME_COST)) as usize;
                if most == 0 {
                    return Ok(None);
                }
                let length = link.queue_chunk(request, |out| match source {
                    Source::File(reading) => reading.next(most, out),
                    Source::Tree(packing) => packing.next(most, out),
                })?;
                if length == 0 {
                    return Ok(Some(()));
                }
                if let Some(credit) = credit {
                    let length = u32::try_from(length).unwrap_or(u32::MAX);
                    *credit = credit.saturating_sub(length.saturating_add(FRAME_COST));
                }
                Ok(None)
            }
        }
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
    /// Appends what comes next; nothing at its end.
    fn next(&mut self, most: usize, out: &mut Vec<u8>) -> Result<()> {
        let begin = out.len();
        out.resize(begin + most.min(MAX_CHUNK), 0);
        let count = rustix::io::read(&self.file, &mut out[begin..]).during("read the file")?;
        out.truncate(begin + count);
        // It may have grown since it was opened.
        let Some(left) = self.left.checked_sub(count as u64) else {
            return Err(Failed::new(Errno::FBIG, "read the file"));
        };
        self.left = left;
        Ok(())
    }
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
        Err(Failed { errno, what, entry }) => {
            let (errno, what) = (errno.raw_os_error(), what.into_owned());
            link.queue(&match entry {
                None => GuestFrame::FileFailed { request, errno, what },
                Some(mut entry) => {
                    entry.truncate(MAX_NAME);
                    let entry = String::from_utf8_lossy(&entry).into_owned();
                    GuestFrame::EntryFailed { request, entry, errno, what }
                }
            });
        }
    }
}

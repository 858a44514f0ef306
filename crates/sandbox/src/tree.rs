//! A tree of a sandbox, unpacked on this host: hostile bytes in a directory of our own.
//!
//! Every name is resolved beneath that directory and through no link. Links are kept as they are and
//! followed by nobody here; devices, FIFOs and set-user-id bits are refused or dropped. Everybody may read
//! what was unpacked, and only its owner change it: other sandboxes are shown it.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use guest::tar::{
    Entry, EntryKind, Item, MAX_TREE_ENTRIES, Modified, Reader, plain_name, split_name,
};
use rustix::{
    fs::{AtFlags, Mode, OFlags, ResolveFlags},
    io::Errno,
};
use tokio::{io::AsyncReadExt, sync::mpsc};

use crate::link::FileStream;

/// Chunks on their way from the link to the disk.
const AHEAD: usize = 8;
const CHUNK: usize = 256 << 10;

/// A tree was not kept.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error("the tree did not arrive whole: {0}")]
    Read(#[source] io::Error),
    #[error("the tree's entry {name:?} {reason}")]
    Refused { name: String, reason: String },
    #[error("the tree could not be written: {0}")]
    Write(#[source] io::Error),
}

/// Unpacks a tree into an empty directory, and gives the bytes of its files.
///
/// # Errors
///
/// What was unpacked before stays, for the caller to remove.
pub async fn unpack(mut tree: FileStream, directory: &Path) -> Result<u64, TreeError> {
    let mut unpacking = Unpacking::new(directory).map_err(TreeError::Write)?;
    let (send, mut chunks) = mpsc::channel::<Vec<u8>>(AHEAD);
    let writer = tokio::task::spawn_blocking(move || {
        while let Some(chunk) = chunks.blocking_recv() {
            unpacking.push(&chunk)?;
        }
        Ok(unpacking)
    });
    let read = async {
        loop {
            let mut chunk = vec![0; CHUNK];
            let count = tree.read(&mut chunk).await.map_err(TreeError::Read)?;
            chunk.truncate(count);
            // The writer has given up when nobody takes it; it says why.
            if count == 0 || send.send(chunk).await.is_err() {
                return Ok(());
            }
        }
    };
    let read: Result<(), TreeError> = read.await;
    drop(send);
    let written = writer.await.map_err(|error| TreeError::Write(io::Error::other(error)))?;
    read?;
    written?.finish()
}

#[derive(Debug)]
struct Unpacking {
    root: OwnedFd,
    reader: Reader,
    file: Option<(File, Modified)>,
    /// Where the last entry was put: the next one usually lies beside it.
    parent: Option<(Vec<u8>, OwnedFd)>,
    /// The last entry, which an error names.
    name: Vec<u8>,
    entries: u64,
    bytes: u64,
}

impl Unpacking {
    fn new(directory: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(directory, flags, Mode::empty())?;
        let reader = Reader::default();
        let (name, file, parent) = (Vec::new(), None, None);
        Ok(Self { root, reader, file, parent, name, entries: 0, bytes: 0 })
    }

    fn push(&mut self, mut bytes: &[u8]) -> Result<(), TreeError> {
        loop {
            let item = self.reader.next(&mut bytes);
            let item = match item {
                Ok(item) => item,
                Err(error) => return Err(self.refused(&error.to_string())),
            };
            match item {
                None => return Ok(()),
                Some(Item::Entry(entry)) => {
                    self.name.clone_from(&entry.name);
                    self.add(&entry)?;
                }
                Some(Item::Content(content)) => {
                    self.bytes += content.len() as u64;
                    if let Some((file, _)) = &mut self.file {
                        file.write_all(content).map_err(TreeError::Write)?;
                    }
                }
                Some(Item::Close) => {
                    if let Some((file, modified)) = self.file.take() {
                        rustix::fs::futimens(&file, &modified.into())
                            .map_err(|errno| TreeError::Write(errno.into()))?;
                    }
                }
            }
        }
    }

    fn finish(self) -> Result<u64, TreeError> {
        match self.reader.finish() {
            Ok(()) => Ok(self.bytes),
            Err(error) => Err(self.refused(&error.to_string())),
        }
    }

    fn refused(&self, reason: &str) -> TreeError {
        let name = String::from_utf8_lossy(&self.name).into_owned();
        TreeError::Refused { name, reason: reason.to_owned() }
    }

    fn add(&mut self, entry: &Entry) -> Result<(), TreeError> {
        self.entries += 1;
        if self.entries > MAX_TREE_ENTRIES {
            return Err(self.refused("is one of too many"));
        }
        let path = plain_name(&entry.name).map_err(|error| self.refused(&error.to_string()))?;
        if path.is_empty() {
            return Ok(());
        }
        let made = match &entry.kind {
            EntryKind::File => self.create(&path, entry),
            EntryKind::Directory => self.enter(&path).map(drop),
            EntryKind::Symlink { target } => {
                let (parent, name) = split_name(&path);
                self.enter(parent).and_then(|it| rustix::fs::symlinkat(&**target, it, name))
            }
            EntryKind::HardLink { target } => self.hard_link(&path, target),
            EntryKind::Special => return Err(self.refused("is a device or FIFO")),
        };
        made.map_err(|errno| self.refused(&format!("cannot be made: {}", io::Error::from(errno))))
    }

    fn create(&mut self, path: &[u8], entry: &Entry) -> Result<(), Errno> {
        // Of its mode only whether it is a program matters to others.
        let mode = if entry.mode & 0o100 == 0 { 0o644 } else { 0o755 };
        let (parent, name) = split_name(path);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let parent = self.enter(parent)?;
        let file = rustix::fs::openat(parent, name, flags | OFlags::CLOEXEC, mode.into())?;
        // Whatever our own mask is.
        rustix::fs::fchmod(&file, mode.into())?;
        self.file = Some((file.into(), entry.modified));
        Ok(())
    }

    fn hard_link(&mut self, path: &[u8], target: &[u8]) -> Result<(), Errno> {
        let target = plain_name(target).map_err(|_| Errno::INVAL)?;
        let (there, their_name) = split_name(&target);
        let there = beneath(&self.root, there)?;
        let (parent, name) = split_name(path);
        let parent = self.enter(parent)?;
        rustix::fs::linkat(&there, their_name, parent, name, AtFlags::empty())
    }

    /// Opens a directory beneath the root, made if it is missing.
    fn enter(&mut self, path: &[u8]) -> Result<&OwnedFd, Errno> {
        if self.parent.as_ref().is_none_or(|(last, _)| last != path) {
            let opened = match beneath(&self.root, path) {
                Err(Errno::NOENT) => self.make(path)?,
                opened => opened?,
            };
            self.parent = Some((path.to_vec(), opened));
        }
        Ok(&self.parent.as_ref().expect("set right before").1)
    }

    fn make(&self, path: &[u8]) -> Result<OwnedFd, Errno> {
        let ends = path.iter().enumerate().filter(|(_, it)| **it == b'/').map(|(end, _)| end);
        for end in ends.chain([path.len()]) {
            let (parent, name) = split_name(&path[..end]);
            match rustix::fs::mkdirat(beneath(&self.root, parent)?, name, 0o755.into()) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
        }
        beneath(&self.root, path)
    }
}

/// A directory, named through no link.
fn beneath(root: &impl AsFd, path: &[u8]) -> Result<OwnedFd, Errno> {
    let path = if path.is_empty() { b"." } else { path };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use guest::tar::END;

    use super::*;

    fn archive(entries: &[(&str, EntryKind, u32, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, kind, mode, content) in entries {
            let entry = Entry {
                name: name.as_bytes().to_vec(),
                kind: kind.clone(),
                mode: *mode,
                modified: Modified { seconds: 1_000_000, nanoseconds: 0 },
                size: content.len() as u64,
            };
            entry.write(&mut bytes);
            bytes.extend_from_slice(content);
            bytes.extend(vec![0; guest::tar::padding(content.len() as u64)]);
        }
        bytes.extend_from_slice(&END);
        bytes
    }

    fn unpack(archive: &[u8]) -> (tempfile::TempDir, Result<u64, TreeError>) {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("inside");
        fs::create_dir(&inside).unwrap();
        let mut unpacking = Unpacking::new(&inside).unwrap();
        let mut done = Ok(());
        for chunk in archive.chunks(1000) {
            done = done.and_then(|()| unpacking.push(chunk));
        }
        let done = done.and_then(|()| unpacking.finish());
        (directory, done)
    }

    fn link(target: &str) -> EntryKind {
        EntryKind::Symlink { target: target.as_bytes().to_vec() }
    }

    #[test]
    fn files_arrive_readable_by_all_with_their_times_and_without_special_bits() {
        let tree = archive(&[
            ("a/b/program", EntryKind::File, 0o4711, b"12345"),
            ("a/text", EntryKind::File, 0o600, b""),
            ("a/link", link("/elsewhere"), 0o777, b""),
        ]);
        let (directory, done) = unpack(&tree);
        assert_eq!(done.unwrap(), 5);
        let of = |name: &str| fs::symlink_metadata(directory.path().join("inside").join(name));
        let program = of("a/b/program").unwrap();
        assert_eq!(program.permissions().mode() & 0o7777, 0o755);
        assert_eq!(of("a/text").unwrap().permissions().mode() & 0o7777, 0o644);
        let seconds = program.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(seconds.as_secs(), 1_000_000);
        assert!(of("a/link").unwrap().is_symlink());
    }

    #[test]
    fn nothing_is_written_outside_of_the_directory() {
        let file = || EntryKind::File;
        let hard = EntryKind::HardLink { target: b"../outside".to_vec() };
        for tree in [
            archive(&[("../x", file(), 0o644, b"1")]),
            archive(&[("/x", file(), 0o644, b"1")]),
            archive(&[("up", link(".."), 0o777, b""), ("up/x", file(), 0o644, b"1")]),
            archive(&[("x", link("../x"), 0o777, b""), ("x", file(), 0o644, b"1")]),
            archive(&[
                ("d/x", link("/tmp"), 0o777, b""),
                ("d/x/y", EntryKind::Directory, 0o755, b""),
            ]),
            archive(&[("x", hard, 0o644, b"")]),
            archive(&[("x", EntryKind::Special, 0o644, b"")]),
        ] {
            let (directory, done) = unpack(&tree);
            assert!(matches!(done, Err(TreeError::Refused { .. })), "{done:?}");
            let beside: Vec<_> = fs::read_dir(directory.path()).unwrap().flatten().collect();
            assert_eq!(beside.len(), 1, "{beside:?}");
        }
    }

    #[test]
    fn a_tree_that_breaks_off_is_none() {
        let tree = archive(&[("x", EntryKind::File, 0o644, &[7; 2000])]);
        let (_directory, done) = unpack(&tree[..1500]);
        assert!(done.is_err());
    }
}

//! A tree on its way in, as tar: hostile bytes, unpacked in the cage of those who sent them.
//!
//! Every name is resolved beneath the tree's directory and through no symbolic link, so a link that the
//! archive brings leads nobody anywhere. Links are data; hard links must name a file of the tree;
//! devices, FIFOs and sparse files are refused, and of a mode only the permission bits are kept. What
//! was unpacked before a refusal stays.

use std::os::fd::OwnedFd;

use guest::tar::{
    Entry, EntryKind, Item, MAX_TREE_ENTRIES, Modified, Reader, plain_name, split_name,
};
use rustix::{
    fs::{AtFlags, Mode, OFlags},
    io::Errno,
};

use super::beneath::{At, During, Failed, Result, beneath, directory, make_directories};

/// Bytes of the names of directories, whose times can only be set when nothing more is put into them.
const MOST_DIRECTORIES: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Unpacking {
    root: OwnedFd,
    reader: Reader,
    entries: u64,
    file: Option<Open>,
    /// Where the last entry was put: the next one usually lies beside it.
    parent: Option<(Vec<u8>, OwnedFd)>,
    directories: Vec<(Vec<u8>, Mode, Modified)>,
    directories_bytes: usize,
    /// The last entry, which an error names.
    name: Vec<u8>,
}

#[derive(Debug)]
struct Open {
    fd: OwnedFd,
    name: Vec<u8>,
    mode: Option<Mode>,
    modified: Modified,
}

impl Unpacking {
    pub(super) fn new(root: OwnedFd) -> Self {
        Self {
            root,
            reader: Reader::default(),
            entries: 0,
            file: None,
            parent: None,
            directories: Vec::new(),
            directories_bytes: 0,
            name: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        loop {
            let item = self.reader.next(&mut bytes).map_err(|error| self.broken(&error))?;
            match item {
                None => return Ok(()),
                Some(Item::Entry(entry)) => {
                    self.name.clone_from(&entry.name);
                    self.add(entry).at(&self.name)?;
                }
                Some(Item::Content(content)) => self.write(content).at(&self.name)?,
                Some(Item::Close) => self.close().at(&self.name)?,
            }
        }
    }

    /// Nothing follows.
    pub(super) fn finish(mut self) -> Result<()> {
        if let Err(error) = self.reader.finish() {
            let broken = self.broken(&error);
            self.discard();
            return Err(broken);
        }
        // The innermost first, since making a directory unreadable closes what is beneath it.
        for (name, mode, modified) in std::mem::take(&mut self.directories).into_iter().rev() {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY;
            // A program that removed it meanwhile may.
            let Ok(directory) = beneath(&self.root, &name, flags) else { continue };
            rustix::fs::fchmod(&directory, mode).during("set the mode").at(&name)?;
            rustix::fs::futimens(&directory, &modified.into()).during("set the time").at(&name)?;
        }
        Ok(())
    }

    /// Removes the file that is not whole.
    pub(super) fn discard(self) {
        if let Some(file) = self.file
            && let Some((_, parent)) = self.parent
        {
            // A program may have removed it already.
            rustix::fs::unlinkat(&parent, &*file.name, AtFlags::empty()).ok();
        }
    }

    fn broken(&self, error: &guest::tar::TarError) -> Failed {
        let what = format!("read the archive, in which an entry here or next {error}");
        Failed { errno: Errno::BADMSG, what: what.into(), entry: Some(self.name.clone()) }
    }

    fn add(&mut self, entry: Entry) -> Result<()> {
        self.entries += 1;
        if self.entries > MAX_TREE_ENTRIES {
            return Err(Failed::new(Errno::TOOBIG, "unpack so many entries"));
        }
        let path = plain(&entry.name)?;
        if path.is_empty() {
            // The tree itself keeps its mode and time.
            return if entry.kind == EntryKind::Directory {
                Ok(())
            } else {
                Err(Failed::new(Errno::ISDIR, "replace the tree by something else"))
            };
        }
        let mode = Mode::from_raw_mode(entry.mode & 0o777);
        match entry.kind {
            EntryKind::File => self.create(&path, mode, entry.modified),
            EntryKind::Directory => self.make_directory(path, mode, entry.modified),
            EntryKind::Symlink { target } => self.link(&path, &target, entry.modified),
            EntryKind::HardLink { target } => self.hard_link(&path, &target),
            EntryKind::Special => Err(Failed::new(Errno::PERM, "make a device or FIFO")),
        }
    }

    /// Opens the directory that the path lies in, and gives the name there.
    fn enter<'a>(&mut self, path: &'a [u8]) -> Result<(&OwnedFd, &'a [u8])> {
        let (parent, name) = split_name(path);
        if self.parent.as_ref().is_none_or(|(last, _)| last != parent) {
            let opened = make_directories(&self.root, parent)?;
            self.parent = Some((parent.to_vec(), opened));
        }
        let (_, opened) = self.parent.as_ref().expect("set right before");
        Ok((opened, name))
    }

    fn create(&mut self, path: &[u8], mode: Mode, modified: Modified) -> Result<()> {
        let (parent, name) = self.enter(path)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = replacing(parent, name, || rustix::fs::openat(parent, name, flags, mode))
            .during("create the file")?;
        // The guest's file mode mask is 022, so that most modes need not be said twice.
        let again = mode.intersects(Mode::WGRP | Mode::WOTH).then_some(mode);
        self.file = Some(Open { fd, name: name.to_vec(), mode: again, modified });
        Ok(())
    }

    fn write(&self, mut content: &[u8]) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        while !content.is_empty() {
            let count = rustix::io::write(&file.fd, content).during("write the file")?;
            content = &content[count..];
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        if let Some(mode) = file.mode {
            rustix::fs::fchmod(&file.fd, mode).during("set the mode")?;
        }
        rustix::fs::futimens(&file.fd, &file.modified.into()).during("set the time")?;
        self.file = None;
        Ok(())
    }

    fn make_directory(&mut self, path: Vec<u8>, mode: Mode, modified: Modified) -> Result<()> {
        self.directories_bytes += path.len() + size_of::<(Vec<u8>, Mode, Modified)>();
        if self.directories_bytes > MOST_DIRECTORIES {
            return Err(Failed::new(Errno::TOOBIG, "keep the times of so many directories"));
        }
        let (parent, name) = self.enter(&path)?;
        match rustix::fs::mkdirat(parent, name, mode | Mode::RWXU) {
            Ok(()) => {}
            Err(Errno::EXIST) => {
                directory(parent, name).during("replace something by a directory")?;
            }
            Err(errno) => return Err(Failed::new(errno, "create the directory")),
        }
        self.directories.push((path, mode, modified));
        Ok(())
    }

    fn link(&mut self, path: &[u8], target: &[u8], modified: Modified) -> Result<()> {
        let (parent, name) = self.enter(path)?;
        replacing(parent, name, || rustix::fs::symlinkat(target, parent, name))
            .during("make the link")?;
        rustix::fs::utimensat(parent, name, &modified.into(), AtFlags::SYMLINK_NOFOLLOW)
            .during("set the time")
    }

    fn hard_link(&mut self, path: &[u8], target: &[u8]) -> Result<()> {
        let target = plain(target)?;
        if target == path {
            return Err(Failed::new(Errno::EXIST, "link the file to itself"));
        }
        let (there, their_name) = split_name(&target);
        let there = directory(&self.root, there).during("find what it links to")?;
        // Never through a symbolic link, and so to nothing outside.
        let found = beneath(&there, their_name, OFlags::PATH).during("find what it links to")?;
        drop(found);
        let (parent, name) = self.enter(path)?;
        let link = || rustix::fs::linkat(&there, their_name, parent, name, AtFlags::empty());
        replacing(parent, name, link).during("link the file")
    }
}

/// Makes something, in the place of whatever is there unless that is a directory.
fn replacing<T>(
    parent: &OwnedFd,
    name: &[u8],
    make: impl Fn() -> rustix::io::Result<T>,
) -> rustix::io::Result<T> {
    match make() {
        Err(Errno::EXIST) => {
            match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno),
            }
            make()
        }
        made => made,
    }
}

fn plain(name: &[u8]) -> Result<Vec<u8>> {
    plain_name(name)
        .map_err(|error| Failed::new(Errno::INVAL, format!("accept a name that {error}")))
}

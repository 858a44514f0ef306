//! A tree of the workspace on its way out, as tar.
//!
//! Programs go on changing it: what vanishes is left out, what grows is cut, and what shrinks is filled
//! up with zeros. Sockets, FIFOs and devices are left out. The order is that of the names, so that equal
//! trees are equal bytes.

use std::os::fd::OwnedFd;

use guest::{
    MAX_CHUNK,
    tar::{self, Entry, EntryKind, MAX_NAME, MAX_TREE_ENTRIES, Modified},
};
use rustix::{
    fs::{AtFlags, Dir, FileType, OFlags, Stat},
    io::Errno,
};

use super::beneath::{At, During, Failed, Result, beneath};

#[derive(Debug)]
pub(super) struct Packing {
    root: OwnedFd,
    /// Directories whose entries are not all out yet, outermost first.
    levels: Vec<Level>,
    file: Option<Content>,
    /// What did not fit into the last chunk: less than a few headers.
    staged: Vec<u8>,
    entries: u64,
    /// Bytes that may still be sent.
    left: u64,
    ended: bool,
}

#[derive(Debug)]
struct Level {
    path: Vec<u8>,
    /// Last name first.
    names: Vec<(Vec<u8>, FileType)>,
}

#[derive(Debug)]
struct Content {
    fd: OwnedFd,
    name: Vec<u8>,
    left: u64,
    padding: usize,
}

impl Packing {
    /// `root` is a directory opened to be read.
    pub(super) fn new(root: OwnedFd, max_bytes: u64) -> Result<Self> {
        let mut packing = Self {
            root,
            levels: Vec::new(),
            file: None,
            staged: Vec::new(),
            entries: 0,
            left: max_bytes,
            ended: false,
        };
        let top = beneath(&packing.root, ".", OFlags::RDONLY | OFlags::DIRECTORY)
            .during("open the directory")?;
        packing.enter(&top, Vec::new())?;
        Ok(packing)
    }

    /// Appends the next bytes of the archive, at most `most` and at most a chunk; none at its end.
    pub(super) fn next(&mut self, most: usize, out: &mut Vec<u8>) -> Result<()> {
        let begin = out.len();
        let end = begin + most.min(MAX_CHUNK);
        out.append(&mut self.staged);
        let before = out.len();
        while out.len() < end && !self.ended {
            if self.file.is_some() {
                self.copy(end, out)?;
            } else {
                self.advance(out)?;
            }
        }
        self.left = self
            .left
            .checked_sub((out.len() - before) as u64)
            .ok_or_else(|| Failed::new(Errno::FBIG, "read the tree"))?;
        if out.len() > end {
            self.staged = out.split_off(end);
        }
        Ok(())
    }

    /// Goes on to the next entry, or to the end.
    fn advance(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let Some(level) = self.levels.last_mut() else {
            out.extend_from_slice(&tar::END);
            self.ended = true;
            return Ok(());
        };
        let Some((name, kind)) = level.names.pop() else {
            self.levels.pop();
            return Ok(());
        };
        let mut path = level.path.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(&name);
        self.add(path.clone(), kind, out).at(&path)
    }

    /// Appends content until `out` is so long.
    fn copy(&mut self, end: usize, out: &mut Vec<u8>) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let (start, room) = (out.len(), end - out.len());
        let want = usize::try_from(file.left).map_or(room, |it| it.min(room));
        out.resize(start + want, 0);
        let count =
            rustix::io::read(&file.fd, &mut out[start..]).during("read the file").at(&file.name)?;
        // Without any, it was cut since its size was said, and the zeros stay.
        let count = if count == 0 { want } else { count };
        out.truncate(start + count);
        file.left -= count as u64;
        if file.left == 0 {
            out.resize(out.len() + file.padding, 0);
            self.file = None;
        }
        Ok(())
    }

    fn add(&mut self, name: Vec<u8>, kind: FileType, out: &mut Vec<u8>) -> Result<()> {
        if name.len() > MAX_NAME {
            return Err(Failed::new(Errno::NAMETOOLONG, "read what lies so deep"));
        }
        let (flags, what) = match kind {
            FileType::RegularFile => {
                (OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY, "open the file")
            }
            FileType::Directory => (OFlags::RDONLY | OFlags::DIRECTORY, "open the directory"),
            FileType::Symlink => (OFlags::PATH | OFlags::NOFOLLOW, "open the link"),
            FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice
            | FileType::Unknown => return Ok(()),
        };
        let fd = match beneath(&self.root, &name, flags) {
            Ok(fd) => fd,
            // It vanished, or became something else.
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::NXIO) => return Ok(()),
            Err(errno) => return Err(Failed::new(errno, what)),
        };
        let stat = rustix::fs::fstat(&fd).during("inspect it")?;
        if FileType::from_raw_mode(stat.st_mode) != kind {
            return Ok(());
        }
        if kind == FileType::RegularFile {
            return self.add_file(fd, name, &stat, out);
        }
        if kind == FileType::Directory {
            entry(name.clone(), EntryKind::Directory, &stat, 0).write(out);
            return self.enter(&fd, name);
        }
        let target = rustix::fs::readlinkat(&fd, "", Vec::new()).during("read the link")?;
        let target = target.into_bytes();
        entry(name, EntryKind::Symlink { target }, &stat, 0).write(out);
        Ok(())
    }

    fn add_file(
        &mut self,
        fd: OwnedFd,
        name: Vec<u8>,
        stat: &Stat,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        // Said now, and not after a terabyte of the zeros that a file may claim to hold.
        if size > self.left {
            return Err(Failed::new(Errno::FBIG, "read the tree"));
        }
        entry(name.clone(), EntryKind::File, stat, size).write(out);
        if size > 0 {
            self.file = Some(Content { fd, name, left: size, padding: tar::padding(size) });
        }
        Ok(())
    }

    fn enter(&mut self, directory: &OwnedFd, path: Vec<u8>) -> Result<()> {
        let mut names = Vec::new();
        for entry in Dir::read_from(directory).during("list the directory")? {
            let entry = entry.during("list the directory")?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let mut kind = entry.file_type();
            if kind == FileType::Unknown {
                // Some file systems do not say.
                let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW);
                let Ok(stat) = stat else { continue };
                kind = FileType::from_raw_mode(stat.st_mode);
            }
            self.entries += 1;
            if self.entries > MAX_TREE_ENTRIES {
                return Err(Failed::new(Errno::OVERFLOW, "read so many entries"));
            }
            names.push((name.to_vec(), kind));
        }
        names.sort_unstable_by(|one, other| other.0.cmp(&one.0));
        self.levels.push(Level { path, names });
        Ok(())
    }
}

fn entry(mut name: Vec<u8>, kind: EntryKind, stat: &Stat, size: u64) -> Entry {
    if kind == EntryKind::Directory {
        name.push(b'/');
    }
    let modified = Modified {
        seconds: u64::try_from(stat.st_mtime).unwrap_or(0),
        nanoseconds: u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
    };
    Entry { name, kind, mode: stat.st_mode & 0o777, modified, size }
}

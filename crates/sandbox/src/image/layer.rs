//! One layer after the other, onto one directory.
//!
//! The kernel resolves every name with the image's directory as its root, so that the links of an image,
//! which its later layers may write through, lead nowhere else.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use guest::tar::{Entry, EntryKind, Item, Modified, Reader, plain_name};
use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, ResolveFlags, Timespec, Timestamps},
    io::Errno,
};
use sha2::{Digest as _, Sha256};

use super::{Bounds, Digest, ImageError, at, manifest::Layer, source::Source};

/// Names of entries that take away what lower layers brought.
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

/// Output of a decompressor that is never held against a layer.
const FREE_BYTES: u64 = 64 << 20;

#[derive(Debug)]
pub(super) struct Unpacker {
    root: OwnedFd,
    bounds: Bounds,
    bytes: u64,
    entries: u64,
}

impl Unpacker {
    pub(super) fn new(root: OwnedFd, bounds: Bounds) -> Self {
        Self { root, bounds, bytes: 0, entries: 0 }
    }

    /// Of all files so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn unpack(&mut self, source: &mut Source, layer: &Layer) -> Result<(), ImageError> {
        let missing = || ImageError::Missing { name: layer.name.clone() };
        let mut part = source.part(&layer.name)?.ok_or_else(missing)?;
        let failed = |error| at("read", Path::new(&layer.name), error);
        if let Some(expected) = layer.digest {
            // Before anything of it is believed, the decompressor included.
            let actual = digest_of(&mut part).map_err(failed)?;
            check(&layer.name, expected, actual)?;
            part = source.part(&layer.name)?.ok_or_else(missing)?;
        }
        let length = part.limit();
        let mut tar = decompress(part).map_err(failed)?;
        let (mut hash, mut unpacked) = (Sha256::new(), 0_u64);
        let mut tree = Tree {
            unpacker: self,
            reader: Reader::default(),
            file: None,
            added: BTreeSet::new(),
            name: Vec::new(),
        };
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let count = tar.read(&mut buffer).map_err(failed)?;
            if count == 0 {
                break;
            }
            hash.update(&buffer[..count]);
            unpacked += count as u64;
            let most = length.saturating_mul(tree.unpacker.bounds.ratio).max(FREE_BYTES);
            if unpacked > most {
                let what = format!("{} times its compressed size", tree.unpacker.bounds.ratio);
                return Err(ImageError::TooLarge { what });
            }
            tree.push(&buffer[..count])?;
        }
        tree.finish()?;
        check(&format!("the tar in {}", layer.name), layer.diff_id, Digest(hash.finalize().into()))
    }
}

fn check(name: &str, expected: Digest, actual: Digest) -> Result<(), ImageError> {
    if actual == expected {
        return Ok(());
    }
    Err(ImageError::Digest { name: name.to_owned(), expected, actual })
}

fn digest_of(part: &mut impl Read) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match part.read(&mut buffer)? {
            0 => return Ok(Digest(hash.finalize().into())),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// By the first bytes: media types are not always right.
fn decompress(mut part: io::Take<File>) -> io::Result<Box<dyn Read>> {
    let mut magic = Vec::new();
    (&mut part).take(4).read_to_end(&mut magic)?;
    let whole = io::Cursor::new(magic.clone()).chain(part);
    Ok(match magic.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let mut decoder = zstd::stream::read::Decoder::new(whole)?;
            // The largest that decoders must support; more would be memory for the asking.
            decoder.window_log_max(27)?;
            Box::new(decoder)
        }
        _ => Box::new(whole),
    })
}

/// A layer that is being unpacked.
struct Tree<'a> {
    unpacker: &'a mut Unpacker,
    reader: Reader,
    file: Option<(File, Modified)>,
    /// What this layer brought: its whiteouts are about the layers below.
    added: BTreeSet<Vec<u8>>,
    /// The last entry, which an error names.
    name: Vec<u8>,
}

/// Why an entry is refused.
struct Refused(String);

impl From<Errno> for Refused {
    fn from(errno: Errno) -> Self {
        Self(format!("cannot be unpacked: {}", io::Error::from(errno)))
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self(format!("cannot be written: {error}"))
    }
}

impl Tree<'_> {
    fn push(&mut self, mut bytes: &[u8]) -> Result<(), ImageError> {
        loop {
            let item = self.reader.next(&mut bytes);
            let item = item.map_err(|it| ImageError::Layer { reason: it.to_string() })?;
            let done = match item {
                None => return Ok(()),
                Some(Item::Entry(entry)) => {
                    self.name.clone_from(&entry.name);
                    self.count(&entry)?;
                    self.add(entry)
                }
                Some(Item::Content(content)) => self.write(content),
                Some(Item::Close) => self.close(),
            };
            done.map_err(|Refused(reason)| {
                let entry = String::from_utf8_lossy(&self.name).chars().take(300).collect();
                ImageError::Entry { entry, reason }
            })?;
        }
    }

    fn finish(self) -> Result<(), ImageError> {
        self.reader.finish().map_err(|it| ImageError::Layer { reason: it.to_string() })
    }

    fn count(&mut self, entry: &Entry) -> Result<(), ImageError> {
        let Unpacker { bounds, bytes, entries, .. } = self.unpacker;
        *entries += 1;
        *bytes = bytes.saturating_add(entry.size);
        if *entries > bounds.entries {
            return Err(ImageError::TooLarge { what: format!("{} entries", bounds.entries) });
        }
        if *bytes > bounds.bytes {
            return Err(ImageError::TooLarge { what: format!("{} bytes", bounds.bytes) });
        }
        Ok(())
    }

    fn write(&mut self, content: &[u8]) -> Result<(), Refused> {
        if let Some((file, _)) = &mut self.file {
            io::Write::write_all(file, content)?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refused> {
        if let Some((file, modified)) = self.file.take() {
            rustix::fs::futimens(&file, &times(modified))?;
        }
        Ok(())
    }

    fn add(&mut self, entry: Entry) -> Result<(), Refused> {
        self.file = None;
        let path = plain(&entry.name)?;
        let (parent, name) = split(&path);
        if name.is_empty() {
            // The root itself; everyone may enter ours.
            return Ok(());
        }
        let root = self.unpacker.root.as_fd();
        if name == OPAQUE {
            return match open_directory(root, parent) {
                Ok(directory) => empty(&directory, parent, &self.added),
                Err(Errno::NOENT | Errno::NOTDIR) => Ok(()),
                Err(errno) => Err(errno.into()),
            };
        }
        if let Some(hidden) = name.strip_prefix(WHITEOUT) {
            if hidden.is_empty() || matches!(hidden, b"." | b"..") {
                return Err(Refused("takes away no name".to_owned()));
            }
            return match open_directory(root, parent) {
                Ok(directory) => {
                    hide(&directory, hidden, &[parent, b"/", hidden].concat(), &self.added)
                }
                Err(Errno::NOENT | Errno::NOTDIR) => Ok(()),
                Err(errno) => Err(errno.into()),
            };
        }
        self.added.insert(path.clone());
        let parent = make_directories(root, parent)?;
        // Who unpacks it must be able to show it, and to remove it.
        let mode = Mode::from_raw_mode(entry.mode & 0o777) | Mode::RUSR;
        match entry.kind {
            EntryKind::Directory => make_directory(&parent, name, mode | Mode::RWXU),
            EntryKind::File => {
                remove(&parent, name)?;
                let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
                let file = rustix::fs::openat(&parent, name, flags, mode)?;
                rustix::fs::fchmod(&file, mode)?;
                self.file = Some((file.into(), entry.modified));
                Ok(())
            }
            EntryKind::Symlink { target } => {
                remove(&parent, name)?;
                Ok(rustix::fs::symlinkat(&*target, &parent, name)?)
            }
            EntryKind::HardLink { target } => {
                let target = plain(&target)?;
                let (there, their_name) = split(&target);
                let there = open_directory(root, there)?;
                if target != path {
                    remove(&parent, name)?;
                    rustix::fs::linkat(&there, their_name, &parent, name, AtFlags::empty())?;
                }
                Ok(())
            }
            // `/dev` of a sandbox is our own.
            EntryKind::Special => Ok(()),
        }
    }
}

fn plain(name: &[u8]) -> Result<Vec<u8>, Refused> {
    // Some tools write absolute names; engines take them as beneath the root, which is what they mean.
    let start = name.iter().position(|it| *it != b'/').unwrap_or(name.len());
    plain_name(&name[start..]).map_err(|it| Refused(it.to_string()))
}

fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|it| *it == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

/// Opens a directory of the image, through its own links only.
fn open_directory(root: impl AsFd, path: &[u8]) -> Result<OwnedFd, Errno> {
    let path = if path.is_empty() { b".".as_slice() } else { path };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
}

fn make_directories(root: impl AsFd, path: &[u8]) -> Result<OwnedFd, Errno> {
    match open_directory(&root, path) {
        Err(Errno::NOENT) => {}
        other => return other,
    }
    let ends = path.iter().enumerate().filter(|(_, it)| **it == b'/').map(|(at, _)| at);
    let mut parent = open_directory(&root, b"")?;
    for end in ends.chain([path.len()]) {
        let (_, name) = split(&path[..end]);
        match rustix::fs::mkdirat(&parent, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        parent = open_directory(&root, &path[..end])?;
    }
    Ok(parent)
}

/// A directory that is there stays, with another mode.
fn make_directory(parent: &OwnedFd, name: &[u8], mode: Mode) -> Result<(), Refused> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::mkdirat(parent, name, mode) {
        Ok(()) => {}
        Err(Errno::EXIST) => match rustix::fs::openat(parent, name, flags, Mode::empty()) {
            Ok(_) => {}
            Err(_) => {
                remove(parent, name)?;
                rustix::fs::mkdirat(parent, name, mode)?;
            }
        },
        Err(errno) => return Err(errno.into()),
    }
    // Whatever the file mode mask says.
    let directory = rustix::fs::openat(parent, name, flags, Mode::empty())?;
    Ok(rustix::fs::fchmod(&directory, mode)?)
}

/// Removes whatever has the name, if anything has.
fn remove(parent: &OwnedFd, name: &[u8]) -> Result<(), Refused> {
    match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR) => {}
        Err(errno) => return Err(errno.into()),
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = rustix::fs::openat(parent, name, flags, Mode::empty())?;
    empty(&directory, b"", &BTreeSet::new())?;
    Ok(rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR)?)
}

/// Removes all that is in a directory, but for what this layer itself has added.
fn empty(directory: &OwnedFd, path: &[u8], added: &BTreeSet<Vec<u8>>) -> Result<(), Refused> {
    // It may have been opened only to find things beneath it.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let listed = rustix::fs::openat(directory, ".", flags, Mode::empty())?;
    for entry in Dir::new(listed)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !matches!(name, b"." | b"..") {
            hide(directory, name, &[path, b"/", name].concat(), added)?;
        }
    }
    Ok(())
}

/// Removes what lower layers brought under a name.
fn hide(
    parent: &OwnedFd,
    name: &[u8],
    path: &[u8],
    added: &BTreeSet<Vec<u8>>,
) -> Result<(), Refused> {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let inside = [path, b"/"].concat();
    let first = added.range(inside.clone()..).next();
    if first.is_some_and(|it| it.starts_with(&inside)) {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(parent, name, flags, Mode::empty())?;
        return empty(&directory, path, added);
    }
    if added.contains(path) { Ok(()) } else { remove(parent, name) }
}

fn times(modified: Modified) -> Timestamps {
    let time = Timespec {
        tv_sec: i64::try_from(modified.seconds).unwrap_or(i64::MAX),
        tv_nsec: modified.nanoseconds.into(),
    };
    Timestamps { last_access: time, last_modification: time }
}

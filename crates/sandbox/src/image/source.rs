//! Where the parts of an image lie: in a directory, in a tar, or in a registry.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Take},
    os::fd::OwnedFd,
    path::Path,
};

use guest::tar::{EntryKind, Item, Reader, plain_name};
use rustix::fs::{Mode, OFlags, ResolveFlags};

use super::{Digest, ImageError, at, pull::Pull};

/// Parts of one image, and of its siblings in the same archive.
const MOST_PARTS: usize = 10_000;

#[derive(Debug)]
pub(super) enum Source {
    Directory(OwnedFd),
    Tar { file: File, parts: BTreeMap<String, Part> },
    Registry(Box<Pull>),
}

/// Where a part lies in a tar.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Bytes {
        offset: u64,
        length: u64,
    },
    /// `docker save` links layers that are equal.
    Link(String),
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, ImageError> {
        let file = File::open(path).map_err(|it| at("open", path, it))?;
        if file.metadata().is_ok_and(|it| it.is_dir()) {
            return Ok(Self::Directory(file.into()));
        }
        Self::of(file, &path.display().to_string())
    }

    /// An archive, which an error calls by `name`.
    pub(super) fn of(mut file: File, name: &str) -> Result<Self, ImageError> {
        let failed = |error| at("read", Path::new(name), error);
        file.rewind().map_err(failed)?;
        let parts = index(&file).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData {
                ImageError::Unknown { path: name.to_owned() }
            } else {
                failed(error)
            }
        })?;
        Ok(Self::Tar { file, parts })
    }

    /// `None` when there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Take<File>>, ImageError> {
        let failed = |error| at("read", Path::new(name), error);
        match self {
            Self::Directory(dir) => {
                let resolve =
                    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
                let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
                match rustix::fs::openat2(dir, name, flags, Mode::empty(), resolve) {
                    Ok(file) => {
                        let file = File::from(file);
                        let found = file.metadata().map_err(failed)?;
                        Ok(found.is_file().then(|| file.take(found.len())))
                    }
                    Err(rustix::io::Errno::NOENT) => Ok(None),
                    Err(error) => Err(failed(error.into())),
                }
            }
            Self::Tar { file, parts } => {
                // A link to a link is not what anybody writes.
                let part = match parts.get(name) {
                    Some(Part::Link(target)) => parts.get(target),
                    part => part,
                };
                let Some(&Part::Bytes { offset, length }) = part else { return Ok(None) };
                let mut file = file.try_clone().map_err(failed)?;
                file.seek(SeekFrom::Start(offset)).map_err(failed)?;
                Ok(Some(file.take(length)))
            }
            Self::Registry(pull) => {
                let hex = name.rsplit('/').next().unwrap_or_default();
                let digest: Digest = format!("sha256:{hex}").parse()?;
                let Some(file) = pull.open(&digest) else { return Ok(None) };
                let length = file.metadata().map_err(failed)?.len();
                Ok(Some(file.take(length)))
            }
        }
    }

    /// A whole part of at most `most` bytes.
    pub(super) fn read(&mut self, name: &str, most: u64) -> Result<Option<Vec<u8>>, ImageError> {
        let Some(part) = self.part(name)? else { return Ok(None) };
        if part.limit() > most {
            return Err(ImageError::TooLarge { what: format!("{most} bytes of {name}") });
        }
        let mut bytes = Vec::new();
        let mut part = part;
        part.read_to_end(&mut bytes).map_err(|it| at("read", Path::new(name), it))?;
        Ok(Some(bytes))
    }
}

fn index(mut file: &File) -> io::Result<BTreeMap<String, Part>> {
    let (mut reader, mut parts) = (Reader::default(), BTreeMap::new());
    let mut buffer = vec![0; 64 * 1024];
    let mut before = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            reader.finish().map_err(invalid)?;
            return Ok(parts);
        }
        let mut bytes = &buffer[..count];
        while let Some(item) = reader.next(&mut bytes).map_err(invalid)? {
            let Item::Entry(entry) = item else { continue };
            let offset = before + (count - bytes.len()) as u64;
            let Ok(name) = String::from_utf8(plain_name(&entry.name).map_err(invalid)?) else {
                continue;
            };
            let part = match entry.kind {
                EntryKind::File => Part::Bytes { offset, length: entry.size },
                EntryKind::Symlink { target } => Part::Link(beside(&name, &target)),
                EntryKind::HardLink { target } => {
                    Part::Link(String::from_utf8_lossy(&target).into_owned())
                }
                EntryKind::Directory | EntryKind::Special => continue,
            };
            if parts.len() == MOST_PARTS {
                return Err(invalid("too many parts"));
            }
            parts.insert(name, part);
        }
        before += count as u64;
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// What a link beside `name` means, as a name in the archive.
fn beside(name: &str, target: &[u8]) -> String {
    let target = String::from_utf8_lossy(target);
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "" | "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

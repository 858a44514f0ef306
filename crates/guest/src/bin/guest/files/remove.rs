//! Removing a directory with all that is beneath it, a part at a time.

use std::os::fd::OwnedFd;

use guest::tar::MAX_NAME;
use rustix::{
    fs::{AtFlags, Dir, OFlags},
    io::Errno,
};

use super::beneath::{At, During, Failed, Result, beneath, directory};

/// Entries removed before the guest looks at its programs again: about a millisecond.
const AT_ONCE: usize = 512;

#[derive(Debug)]
pub(super) struct Removing {
    root: OwnedFd,
    /// The directories on the way to the one that is being emptied.
    paths: Vec<Vec<u8>>,
}

impl Removing {
    pub(super) fn new(root: OwnedFd, path: &str) -> Self {
        Self { root, paths: vec![path.as_bytes().to_vec()] }
    }

    /// Returns whether all is gone.
    pub(super) fn step(&mut self) -> Result<bool> {
        let mut done = 0;
        while done < AT_ONCE {
            let Some(path) = self.paths.last().cloned() else { return Ok(true) };
            let is_inner = self.paths.len() > 1;
            let result = self.empty(&path, AT_ONCE - done);
            done += if is_inner { result.at(&path)? } else { result? };
        }
        Ok(false)
    }

    /// Removes files of a directory until one is found that is itself a directory, or nothing is left.
    fn empty(&mut self, path: &[u8], most: usize) -> Result<usize> {
        let Some(opened) = self.open(path)? else { return Ok(1) };
        let mut removed = 1;
        for entry in Dir::read_from(&opened).during("list the directory")? {
            let entry = entry.during("list the directory")?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            match rustix::fs::unlinkat(&opened, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::ISDIR) => {
                    let inner = [path, b"/", name].concat();
                    if inner.len() > MAX_NAME {
                        return Err(Failed::new(Errno::NAMETOOLONG, "remove what lies so deep"));
                    }
                    self.paths.push(inner);
                    return Ok(removed);
                }
                Err(errno) => return Err(Failed::new(errno, "remove the file")),
            }
            removed += 1;
            if removed >= most {
                return Ok(removed);
            }
        }
        self.unlink(path, AtFlags::REMOVEDIR)?;
        self.paths.pop();
        Ok(removed)
    }

    /// `None` when there was no directory, and what was there is gone.
    fn open(&mut self, path: &[u8]) -> Result<Option<OwnedFd>> {
        match beneath(&self.root, path, OFlags::RDONLY | OFlags::DIRECTORY) {
            Ok(opened) => return Ok(Some(opened)),
            // A file or a link, or a program replaced the directory by one.
            Err(Errno::NOTDIR | Errno::LOOP) => self.unlink(path, AtFlags::empty())?,
            Err(Errno::NOENT) if self.paths.len() > 1 => {}
            Err(errno) => return Err(Failed::new(errno, "open the directory")),
        }
        self.paths.pop();
        Ok(None)
    }

    fn unlink(&self, path: &[u8], flags: AtFlags) -> Result<()> {
        let (parent, name) = match path.iter().rposition(|it| *it == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (b"".as_slice(), path),
        };
        let parent = directory(&self.root, parent).during("open the directory")?;
        rustix::fs::unlinkat(&parent, name, flags).during("remove it")
    }
}

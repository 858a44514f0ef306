//! What the images of a store are called, and which may go.
//!
//! Each name is a small file that holds a digest and appears whole. Whoever changes names, or removes
//! what none is left for, does so alone.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::{Digest, Image, ImageError, Name, Reference, SIZE, Store, Target, WORK, at, open_lock};

const NAMES: &str = "names";
/// A name and a digest are far below it.
const LONGEST_FILE: u64 = 16 * 1024;

/// An image of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub digest: Digest,
    /// In alphabetical order.
    pub names: Vec<Name>,
    /// Of all its files, where it was noted.
    pub bytes: Option<u64>,
}

/// What removing a reference came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// The image is still there under other names.
    Name(Name),
    Image(Digest),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    digest: String,
}

impl Store {
    /// The image that a reference means, if it is there: names and digests only.
    ///
    /// # Errors
    ///
    /// It is not there.
    pub fn resolve(&self, reference: &Reference) -> Result<Image, ImageError> {
        let digest = match reference.target() {
            Target::Named(name) => self.named(name),
            Target::Content(digest) => Some(*digest),
            Target::Path { .. } => None,
        };
        let image = digest.and_then(|it| self.find(&it));
        image.ok_or_else(|| ImageError::NotHere { name: reference.to_string() })
    }

    /// Calls an image so from now on, and no other image any more.
    ///
    /// # Errors
    ///
    /// The reference is no name, or it cannot be written down.
    pub fn tag(&self, image: &Image, reference: &Reference) -> Result<(), ImageError> {
        let Target::Named(name) = reference.target() else {
            return Err(ImageError::NoName { name: reference.to_string() });
        };
        let _alone = self.change_names()?;
        let entry = Entry { name: name.to_string(), digest: image.digest.to_string() };
        let entry = serde_json::to_vec(&entry).expect("two texts are JSON");
        let path = self.entry_of(name);
        let unfinished = self.dir.join(WORK).join("name");
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(&entry)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        });
        written.map_err(|it| at("write", &path, it))
    }

    /// All images, those with names first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, ImageError> {
        let names = self.names()?;
        let entries = fs::read_dir(&self.dir).map_err(|it| at("list", &self.dir, it))?;
        let file_names = entries.flatten().map(|it| it.file_name());
        let digests = file_names.filter_map(|it| format!("sha256:{}", it.to_str()?).parse().ok());
        let mut all: Vec<_> = digests
            .map(|digest: Digest| {
                let ours = names.iter().filter(|(_, it)| *it == digest);
                let mut names: Vec<_> = ours.map(|(name, _)| name.clone()).collect();
                names.sort_by_cached_key(ToString::to_string);
                let noted = fs::read_to_string(self.dir.join(digest.hex()).join(SIZE));
                let bytes = noted.ok().and_then(|it| it.trim().parse().ok());
                Listed { digest, names, bytes }
            })
            .collect();
        all.sort_by_cached_key(|it| {
            (it.names.is_empty(), it.names.first().map(ToString::to_string), it.digest)
        });
        Ok(all)
    }

    /// Forgets a name, and removes the image when no other is left. A digest stands for the image with
    /// all its names.
    ///
    /// # Errors
    ///
    /// It is not there, or somebody uses it.
    pub fn remove(&self, reference: &Reference) -> Result<Removed, ImageError> {
        let not_here = || ImageError::NotHere { name: reference.to_string() };
        let _alone = self.change_names()?;
        let digest = match reference.target() {
            Target::Named(name) => {
                let digest = self.named(name).ok_or_else(not_here)?;
                let others =
                    self.names()?.into_iter().any(|(it, its)| its == digest && it != *name);
                if others {
                    self.forget(name)?;
                    return Ok(Removed::Name(name.clone()));
                }
                digest
            }
            Target::Content(digest) => *digest,
            Target::Path { .. } => return Err(not_here()),
        };
        self.remove_image(&digest, reference)?;
        self.sweep();
        self.sweep_blobs();
        Ok(Removed::Image(digest))
    }

    fn remove_image(&self, digest: &Digest, reference: &Reference) -> Result<(), ImageError> {
        let lock = open_lock(&self.lock_of(digest))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| ImageError::InUse { name: reference.to_string() })?;
        for (name, _) in self.names()?.iter().filter(|(_, it)| it == digest) {
            self.forget(name)?;
        }
        // Under its own name it is whole or not there at all.
        let (place, going) = (self.dir.join(digest.hex()), self.dir.join(WORK).join(digest.hex()));
        super::remove(&going)?;
        match fs::rename(&place, &going) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ImageError::NotHere { name: reference.to_string() })
            }
            Err(error) => Err(at("remove", &place, error)),
            Ok(()) => super::remove(&going),
        }
    }

    fn forget(&self, name: &Name) -> Result<(), ImageError> {
        let path = self.entry_of(name);
        fs::remove_file(&path).map_err(|it| at("remove", &path, it))
    }

    fn named(&self, name: &Name) -> Option<Digest> {
        let (found, digest) = read(&self.entry_of(name))?;
        (found == *name).then_some(digest)
    }

    fn names(&self) -> Result<Vec<(Name, Digest)>, ImageError> {
        let dir = self.dir.join(NAMES);
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at("list", &dir, error)),
        };
        Ok(entries.flatten().filter_map(|it| read(&it.path())).collect())
    }

    /// Names hold characters that files cannot.
    fn entry_of(&self, name: &Name) -> PathBuf {
        self.dir.join(NAMES).join(Digest::of(name.to_string().as_bytes()).hex())
    }

    /// Waits until nobody else changes names, and keeps others from it until it is dropped.
    fn change_names(&self) -> Result<File, ImageError> {
        let names = self.dir.join(NAMES);
        fs::create_dir_all(&names).map_err(|it| at("make the directory", &names, it))?;
        let path = self.dir.join(WORK).join("names.lock");
        let lock = open_lock(&path)?;
        flock(&lock, FlockOperation::LockExclusive).map_err(|it| at("lock", &path, it.into()))?;
        Ok(lock)
    }
}

/// `None` for what is no entry, or vanished.
fn read(path: &std::path::Path) -> Option<(Name, Digest)> {
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(File::open(path).ok()?, LONGEST_FILE), &mut text)
        .ok()?;
    let entry: Entry = serde_json::from_str(&text).ok()?;
    match entry.name.parse::<Reference>().ok()?.target() {
        Target::Named(name) => Some((name.clone(), entry.digest.parse().ok()?)),
        Target::Content(_) | Target::Path { .. } => None,
    }
}

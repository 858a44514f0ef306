//! OCI images as root file systems, without a daemon.
//!
//! ```text
//! OCI layout (directory or tar) ─┐
//! `docker save` tar ─────────────┴▶ manifest ─▶ layers ─▶ <store>/<digest>/root
//!                                   every digest checked   renamed there when whole
//! ```
//!
//! An image comes from strangers. Whatever it holds, it is unpacked beneath one directory of the store;
//! devices, sockets and set-user-id bits are left out, owners are those who unpack. It is unpacked once
//! for each digest, by whichever process comes first. Nothing is ever executed or mounted here.

mod layer;
mod manifest;
mod source;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use sha2::{Digest as _, Sha256};

use layer::Unpacker;
use manifest::{Config, Found};
use source::Source;

/// Directory of a store in which unfinished images and locks lie.
const WORK: &str = "work";

/// Unpacked images, kept in a directory under their digests.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
    bounds: Bounds,
}

/// What an image may take. Beyond it, importing fails and leaves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of all files together.
    pub bytes: u64,
    /// Files, directories and links of all layers.
    pub entries: u64,
    /// How much longer a layer may become when it is decompressed; the first 64 MiB are free.
    pub ratio: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        // The largest official image of a language is a tenth of it; text compresses to a fifth.
        Self { bytes: 16 << 30, entries: 1_000_000, ratio: 100 }
    }
}

/// An image that lies unpacked in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    digest: Digest,
    directory: PathBuf,
    env: Vec<(String, String)>,
    working_dir: Option<String>,
}

impl Image {
    /// Of its configuration, and so of all its content.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Its root file system.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What its maker wants programs to find in their environment.
    #[must_use]
    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// Where its maker wants programs to start.
    #[must_use]
    pub fn working_dir(&self) -> Option<&str> {
        self.working_dir.as_deref()
    }
}

/// SHA-256 of some bytes, written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    fn hex(&self) -> String {
        self.0.iter().map(|it| format!("{it:02x}")).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not a digest that we can check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no sha256 digest")]
pub struct InvalidDigest {
    text: String,
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let invalid = || InvalidDigest { text: text.chars().take(100).collect() };
        let hex = text.strip_prefix("sha256:").ok_or_else(invalid)?;
        let digit = |it: u8| char::from(it).to_digit(16).filter(|_| !it.is_ascii_uppercase());
        let mut digest = [0; 32];
        if hex.len() != 2 * digest.len() {
            return Err(invalid());
        }
        for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let (high, low) = (digit(pair[0]), digit(pair[1]));
            let value = high.zip(low).map(|(high, low)| high * 16 + low).ok_or_else(invalid)?;
            *byte = u8::try_from(value).map_err(|_| invalid())?;
        }
        Ok(Self(digest))
    }
}

/// An image could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error("cannot {what} {path}: {source}")]
    Io { what: &'static str, path: String, source: io::Error },
    #[error("{path} is neither an OCI image layout nor what `docker save` writes")]
    Unknown { path: String },
    #[error("{name} of the image is malformed: {reason}")]
    Malformed { name: String, reason: String },
    #[error("the image has no {name}")]
    Missing { name: String },
    #[error("{name} of the image is {actual}, not {expected}")]
    Digest { name: String, expected: Digest, actual: Digest },
    #[error(transparent)]
    InvalidDigest(#[from] InvalidDigest),
    #[error("the archive holds several images ({names}); say which")]
    Several { names: String },
    #[error("entry {entry:?} of a layer {reason}")]
    Entry { entry: String, reason: String },
    #[error("a layer {reason}")]
    Layer { reason: String },
    #[error("the image takes more than {what}")]
    TooLarge { what: String },
    #[error("importing was stopped")]
    Stopped,
}

impl Store {
    /// Makes the directory if it is missing.
    ///
    /// # Errors
    ///
    /// It cannot be made or written.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, ImageError> {
        let dir = dir.into();
        let work = dir.join(WORK);
        fs::create_dir_all(&work).map_err(|it| at("make the directory", &work, it))?;
        Ok(Self { dir, bounds: Bounds::default() })
    }

    #[must_use]
    pub fn with_bounds(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// An image that was imported before.
    #[must_use]
    pub fn find(&self, digest: &Digest) -> Option<Image> {
        let dir = self.dir.join(digest.hex());
        let config = fs::read(dir.join("config.json")).ok()?;
        // What somebody changed in the store is not that image.
        if Digest::of(&config) != *digest {
            return None;
        }
        let config = Config::parse(&config).ok()?;
        Some(Image {
            digest: *digest,
            directory: dir.join("root"),
            env: config.env(),
            working_dir: config.working_dir(),
        })
    }

    /// Unpacks the image in an OCI layout, which is a directory or a tar, or in what `docker save`
    /// wrote. `name` chooses among several. Dropping the future lets it finish.
    ///
    /// # Errors
    ///
    /// It is no image, its digests are wrong, an entry of it is refused, or it exceeds the bounds.
    pub async fn import(&self, path: &Path, name: Option<&str>) -> Result<Image, ImageError> {
        let (store, path, name) = (self.clone(), path.to_owned(), name.map(str::to_owned));
        tokio::task::spawn_blocking(move || store.import_now(&path, name.as_deref()))
            .await
            .map_err(|_| ImageError::Stopped)?
    }

    fn import_now(&self, path: &Path, name: Option<&str>) -> Result<Image, ImageError> {
        let mut source = Source::open(path)?;
        let found = manifest::find(&mut source, name)?;
        let digest = Digest::of(&found.config_bytes);
        if let Some(image) = self.find(&digest) {
            return Ok(image);
        }
        let work = self.dir.join(WORK);
        let _lock = lock(&work.join(format!("{}.lock", digest.hex())))?;
        // Somebody else may have been first.
        if let Some(image) = self.find(&digest) {
            return Ok(image);
        }
        let unfinished = work.join(digest.hex());
        // Left by a process that died; ours alone while we hold the lock.
        remove(&unfinished)?;
        let unpacked = self.unpack(&mut source, &found, &unfinished).and_then(|()| {
            let place = self.dir.join(digest.hex());
            // Of an image that somebody damaged.
            remove(&place)?;
            fs::rename(&unfinished, &place).map_err(|it| at("put in its place", &place, it))
        });
        if unpacked.is_err() {
            remove(&unfinished)?;
        }
        unpacked?;
        self.find(&digest).ok_or_else(|| ImageError::Missing { name: digest.to_string() })
    }

    fn unpack(&self, source: &mut Source, found: &Found, dir: &Path) -> Result<(), ImageError> {
        let root = dir.join("root");
        fs::create_dir_all(&root).map_err(|it| at("make the directory", &root, it))?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(&root, flags, Mode::empty())
            .map_err(|it| at("open the directory", &root, it.into()))?;
        let mut unpacker = Unpacker::new(root, self.bounds);
        for layer in &found.layers {
            unpacker.unpack(source, layer)?;
        }
        let config = dir.join("config.json");
        fs::write(&config, &found.config_bytes).map_err(|it| at("write", &config, it))
    }
}

/// Waits until nobody else unpacks this image.
fn lock(path: &Path) -> Result<fs::File, ImageError> {
    let options = || fs::OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = options().map_err(|it| at("open", path, it))?;
    flock(&file, FlockOperation::LockExclusive).map_err(|it| at("lock", path, it.into()))?;
    Ok(file)
}

/// Does not follow links, also not those of an image.
fn remove(dir: &Path) -> Result<(), ImageError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at("remove", dir, error)),
        _ => Ok(()),
    }
}

fn at(what: &'static str, path: &Path, source: io::Error) -> ImageError {
    ImageError::Io { what, path: path.display().to_string(), source }
}

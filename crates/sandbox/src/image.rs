//! OCI images as root file systems, without a daemon.
//!
//! ```text
//! registry ──────────────────────┐
//! OCI layout (directory or tar) ─┤
//! `docker save` tar ─────────────┴▶ manifest ─▶ layers ─▶ <store>/<digest>/root
//!                                   every digest checked   renamed there when whole
//! ```
//!
//! An image comes from strangers. Whatever it holds, it is unpacked beneath one directory of the store;
//! devices, sockets and set-user-id bits are left out, owners are those who unpack. It is unpacked once
//! for each digest, by whichever process comes first. Nothing is ever executed or mounted here.
//!
//! Several processes may use a store at once. Whoever has an [`Image`] holds a shared lock on it, so that
//! nobody removes what somebody uses; the lock goes with the process.

mod digest;
mod layer;
mod manifest;
mod names;
mod pull;
mod reference;
mod registry;
mod source;

use std::{
    fs::{self, File},
    hash::{BuildHasher, Hasher, RandomState},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};

pub use digest::{Digest, InvalidDigest};
use layer::Unpacker;
use manifest::{Config, Found};
pub use names::{Listed, Removed};
use pull::Pull;
pub use reference::{InvalidReference, Name, Reference, Target};
pub use registry::{Credentials, RegistryConfig};
use source::Source;

/// Directory of a store in which unfinished images and locks lie.
const WORK: &str = "work";
/// File beside an unpacked image: how many bytes it takes.
const SIZE: &str = "size";
/// Directory beneath [`WORK`] in which layers lie that were downloaded and are not unpacked yet.
const BLOBS: &str = "blobs";

/// Before a lock that many share is tried again: at first about as long as they hold it, and never so long
/// that a person would notice.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// A part of a time, drawn anew, so that those who wait do not wait in step.
fn some_of(time: Duration) -> Duration {
    let drawn = RandomState::new().build_hasher().finish();
    time.mul_f64(drawn as f64 / u64::MAX as f64)
}

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

/// An image that lies unpacked in a store, and stays there as long as this exists.
#[derive(Clone, Debug)]
pub struct Image {
    digest: Digest,
    directory: PathBuf,
    env: Arc<[(String, String)]>,
    working_dir: Option<String>,
    // Read by nobody: its lock says that the image is in use.
    _in_use: Arc<File>,
}

impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        (&self.digest, &self.directory) == (&other.digest, &other.directory)
    }
}

impl Eq for Image {}

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub image: Image,
    /// What it is called where it came from.
    pub names: Vec<Reference>,
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
    pub fn env(&self) -> &Arc<[(String, String)]> {
        &self.env
    }

    /// Where its maker wants programs to start.
    #[must_use]
    pub fn working_dir(&self) -> Option<&str> {
        self.working_dir.as_deref()
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
    #[error("there is no image {name}; `runbook image list` shows those that are there")]
    NotHere { name: String },
    #[error("{name} cannot be given as a name to an image")]
    NoName { name: String },
    #[error("the image {name} is in use")]
    InUse { name: String },
    #[error("the registry {registry} {reason}")]
    Registry { registry: String, reason: String },
    #[error("the registry has no {what} of {name}")]
    NotThere { name: String, what: String },
}

impl ImageError {
    /// Whether trying again, perhaps elsewhere, may do: the image itself may be good.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Stopped | Self::InUse { .. } | Self::Registry { .. })
    }
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
        // The launcher, which opens an image by its path, works in another directory.
        let dir = fs::canonicalize(&dir).map_err(|it| at("find", &dir, it))?;
        Ok(Self { dir, bounds: Bounds::default() })
    }

    #[must_use]
    pub fn with_bounds(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// An image that was imported before.
    #[must_use]
    pub fn find(&self, digest: &Digest) -> Option<Image> {
        let file = open_lock(&self.lock_of(digest)).ok()?;
        // Whoever has it for himself is unpacking the image, or removing it.
        flock(&file, FlockOperation::NonBlockingLockShared).ok()?;
        self.look(digest, file)
    }

    /// `lock` is held, shared or alone.
    fn look(&self, digest: &Digest, lock: File) -> Option<Image> {
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
            env: config.env().into(),
            working_dir: config.working_dir(),
            _in_use: Arc::new(lock),
        })
    }

    /// Unpacks the image in an OCI layout, which is a directory or a tar, or in what `docker save`
    /// wrote. `pick` chooses among several. Dropping the future lets it finish.
    ///
    /// # Errors
    ///
    /// It is no image, its digests are wrong, an entry of it is refused, or it exceeds the bounds.
    pub async fn import(&self, path: &Path, pick: Option<&str>) -> Result<Imported, ImageError> {
        let path = path.to_owned();
        self.import_from(move || Source::open(&path), pick).await
    }

    /// As [`Self::import`], from an archive that can be read only once. It is copied first.
    ///
    /// # Errors
    ///
    /// As with [`Self::import`], or reading fails.
    pub async fn import_stream(
        &self,
        mut stream: impl io::Read + Send + 'static,
        pick: Option<&str>,
    ) -> Result<Imported, ImageError> {
        let (work, most) = (self.dir.join(WORK), self.bounds.bytes);
        let source = move || {
            let mut file = unnamed(&work).map_err(|it| at("write in", &work, it))?;
            let copied = io::copy(&mut io::Read::take(&mut stream, most), &mut file);
            if copied.map_err(|it| at("copy to", &work, it))? == most {
                return Err(ImageError::TooLarge { what: format!("{most} bytes") });
            }
            Source::of(file, "the standard input")
        };
        self.import_from(source, pick).await
    }

    /// Brings an image from its registry and calls it by this name. What of it is here already is not
    /// downloaded again. Dropping the future lets it finish.
    ///
    /// # Errors
    ///
    /// The reference is no name, the registry does not have or give it, or as with [`Self::import`].
    pub async fn pull(
        &self,
        reference: &Reference,
        config: &RegistryConfig,
    ) -> Result<Image, ImageError> {
        let Target::Named(name) = reference.target() else {
            return Err(ImageError::NoName { name: reference.to_string() });
        };
        if let Some(announce) = config.announce {
            announce(&format!("pulling {reference} from {}", name.registry));
        }
        let (name, config, bounds) = (name.clone(), config.clone(), self.bounds);
        let blobs = self.dir.join(WORK).join(BLOBS);
        let source = move || {
            let pull = Pull::new(&name, &config, blobs, bounds.bytes)?;
            Ok(Source::Registry(Box::new(pull)))
        };
        let Imported { image, .. } = self.import_from(source, None).await?;
        self.tag(&image, reference)?;
        Ok(image)
    }

    async fn import_from(
        &self,
        source: impl FnOnce() -> Result<Source, ImageError> + Send + 'static,
        pick: Option<&str>,
    ) -> Result<Imported, ImageError> {
        let (store, pick) = (self.clone(), pick.map(str::to_owned));
        let work = move || {
            let mut source = source()?;
            let found = manifest::find(&mut source, pick.as_deref())?;
            let image = store.unpack_once(&mut source, &found)?;
            let names = found.names.iter().filter_map(|it| it.parse().ok()).collect();
            Ok(Imported { image, names })
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ImageError::Stopped)?
    }

    fn unpack_once(&self, source: &mut Source, found: &Found) -> Result<Image, ImageError> {
        let digest = Digest::of(&found.config_bytes);
        if let Some(image) = self.find(&digest) {
            return Ok(image);
        }
        self.sweep();
        let path = self.lock_of(&digest);
        let failed = |it: rustix::io::Errno| at("lock", &path, it.into());
        let mut pause = FIRST_PAUSE;
        loop {
            let lock = open_lock(&path)?;
            if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
                // Somebody else may have been first.
                if !self.is_there(&digest) {
                    self.unpack_anew(source, found, &digest)?;
                }
            }
            // Waits until whoever unpacks it is done. Never for the lock alone: those who have the image
            // hold it as long as they like.
            flock(&lock, FlockOperation::LockShared).map_err(failed)?;
            // Between the two locks it may have been removed; and whoever unpacked it may have failed.
            if let Some(image) = self.look(&digest, lock) {
                return Ok(image);
            }
            // Of many who look at once somebody always shares the lock, and nobody would get it alone.
            thread::sleep(some_of(pause));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn is_there(&self, digest: &Digest) -> bool {
        let config = fs::read(self.dir.join(digest.hex()).join("config.json"));
        config.is_ok_and(|it| Digest::of(&it) == *digest)
    }

    /// Its lock is held alone.
    fn unpack_anew(
        &self,
        source: &mut Source,
        found: &Found,
        digest: &Digest,
    ) -> Result<(), ImageError> {
        if let Source::Registry(pull) = source {
            pull.download(&found.blobs())?;
        }
        let unfinished = self.dir.join(WORK).join(digest.hex());
        // Left by a process that died; ours alone while we hold the lock.
        remove(&unfinished)?;
        let unpacked = self.unpack(source, found, &unfinished).and_then(|()| {
            let place = self.dir.join(digest.hex());
            // Of an image that somebody damaged.
            remove(&place)?;
            fs::rename(&unfinished, &place).map_err(|it| at("put in its place", &place, it))
        });
        if unpacked.is_err() {
            remove(&unfinished)?;
        }
        if let Source::Registry(pull) = source {
            pull.forget(found.layers.iter().filter_map(|it| it.digest));
        }
        unpacked
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
        let size = dir.join(SIZE);
        fs::write(&size, unpacker.bytes().to_string()).map_err(|it| at("write", &size, it))?;
        let config = dir.join("config.json");
        fs::write(&config, &found.config_bytes).map_err(|it| at("write", &config, it))
    }

    /// Removes what processes that died were unpacking or removing.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(self.dir.join(WORK)) else { return };
        for path in entries.flatten().map(|it| it.path()).filter(|it| it.is_dir()) {
            let Some(name) = path.file_name().and_then(|it| it.to_str()) else { continue };
            let Ok(digest) = format!("sha256:{name}").parse::<Digest>() else { continue };
            let Ok(lock) = open_lock(&self.lock_of(&digest)) else { continue };
            if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
                // Whoever comes next tries again.
                drop(remove(&path));
            }
        }
    }

    /// Removes layers that nobody is downloading: of pulls that were given up.
    fn sweep_blobs(&self) {
        let Ok(entries) = fs::read_dir(self.dir.join(WORK).join(BLOBS)) else { return };
        for path in entries.flatten().map(|it| it.path()) {
            let Ok(file) = File::open(&path) else { continue };
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                fs::remove_file(&path).ok();
            }
        }
    }

    /// Held shared by whoever uses an image, and alone by whoever unpacks or removes it. Never removed:
    /// somebody may be waiting for it.
    fn lock_of(&self, digest: &Digest) -> PathBuf {
        self.dir.join(WORK).join(format!("{}.lock", digest.hex()))
    }
}

/// Opens what [`flock`] is called for. In a store that is not ours to write, it has to be there.
fn open_lock(path: &Path) -> Result<File, ImageError> {
    let writable = File::options().create(true).truncate(false).write(true).open(path);
    writable.or_else(|error| File::open(path).map_err(|_| at("open", path, error)))
}

/// A file that goes with its last descriptor.
fn unnamed(dir: &Path) -> io::Result<File> {
    let path = dir.join(format!("incoming-{:032x}", getrandom::u64().map_err(io::Error::other)?));
    let file = File::options().create_new(true).read(true).write(true).open(&path)?;
    fs::remove_file(&path)?;
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

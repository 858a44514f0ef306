//! An image on its way from a registry: its documents, and its layers as files.
//!
//! A layer is downloaded to a file of the store that is named by its digest. What broke off goes on
//! where it stopped, in this process or a later one. Whatever arrives is checked against its digest
//! before anything else looks at it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::Mutex,
    thread,
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest as _, Sha256};

use super::{
    Digest, ImageError, Name, RegistryConfig, at,
    registry::{Failed, Registry},
};

/// How often the same is asked for before giving up; between two times the wait doubles.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// Longer than this no registry may make us wait at once.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Layers at a time, as Docker does.
const AT_ONCE: usize = 3;

/// An image of a registry.
#[derive(Debug)]
pub(super) struct Pull {
    registry: Registry,
    name: Name,
    /// Where blobs are kept until the image is unpacked.
    blobs: PathBuf,
    most_bytes: u64,
}

/// A layer to be downloaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob {
    pub(super) digest: Digest,
    /// As its manifest says.
    pub(super) size: Option<u64>,
}

impl Pull {
    pub(super) fn new(
        name: &Name,
        config: &RegistryConfig,
        blobs: PathBuf,
        most_bytes: u64,
    ) -> Result<Self, ImageError> {
        fs::create_dir_all(&blobs).map_err(|it| at("make the directory", &blobs, it))?;
        let registry = Registry::new(name, config)?.with_credentials(config.credentials.clone());
        Ok(Self { registry, name: name.clone(), blobs, most_bytes })
    }

    /// The manifest or index that the name means, and its digest.
    pub(super) fn top(&self, most: u64) -> Result<(Vec<u8>, Digest), ImageError> {
        let by_digest = self.name.digest.map(|it| it.to_string());
        let wanted = by_digest.or_else(|| self.name.tag.clone());
        let wanted = wanted.expect("a name has a tag or a digest");
        let bytes = self.again(|| self.registry.manifest(&wanted, most))?;
        let actual = Digest::of(&bytes);
        match self.name.digest {
            Some(expected) if expected != actual => {
                let name = format!("the manifest of {}", self.name);
                Err(ImageError::Digest { name, expected, actual })
            }
            _ => Ok((bytes, actual)),
        }
    }

    /// A manifest beneath an index. Its digest is for the caller to check.
    pub(super) fn manifest(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, ImageError> {
        self.again(|| self.registry.manifest(&digest.to_string(), most))
    }

    /// A configuration. Its digest is for the caller to check.
    pub(super) fn config(&self, digest: &Digest, most: u64) -> Result<Vec<u8>, ImageError> {
        self.again(|| self.registry.document(digest, most))
    }

    /// Downloads layers, several at once; those that are there are not asked for.
    pub(super) fn download(&self, blobs: &[Blob]) -> Result<(), ImageError> {
        let said = blobs.iter().filter_map(|it| it.size).fold(0, u64::saturating_add);
        if said > self.most_bytes {
            return Err(ImageError::TooLarge { what: format!("{} bytes", self.most_bytes) });
        }
        let (left, failure) = (Mutex::new(blobs.iter()), Mutex::new(None));
        let next = || left.lock().ok()?.next().copied();
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(blobs.len()) {
                scope.spawn(|| {
                    while let Some(blob) = next() {
                        if let Err(error) = self.fetch(blob)
                            && let (Ok(mut left), Ok(mut failure)) = (left.lock(), failure.lock())
                        {
                            // The others need not begin.
                            *left = [].iter();
                            failure.get_or_insert(error);
                        }
                    }
                });
            }
        });
        match failure.into_inner() {
            Ok(None) => Ok(()),
            Ok(Some(error)) => Err(error),
            Err(_) => Err(ImageError::Stopped),
        }
    }

    /// A layer that was downloaded.
    pub(super) fn open(&self, digest: &Digest) -> Option<File> {
        File::open(self.place(digest)).ok()
    }

    /// Removes layers, which lie unpacked now.
    pub(super) fn forget(&self, digests: impl Iterator<Item = Digest>) {
        for digest in digests {
            // Somebody else may have been at the same image.
            fs::remove_file(self.place(&digest)).ok();
        }
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        self.blobs.join(digest.hex())
    }

    fn fetch(&self, blob: Blob) -> Result<(), ImageError> {
        let place = self.place(&blob.digest);
        if place.exists() {
            return Ok(());
        }
        let part = self.blobs.join(format!("{}.part", blob.digest.hex()));
        let writing = |error| at("write", &part, error);
        let options =
            || File::options().create(true).truncate(false).read(true).write(true).open(&part);
        let mut file = options().map_err(writing)?;
        // Waits while another process is at the same blob.
        flock(&file, FlockOperation::LockExclusive).map_err(|it| writing(it.into()))?;
        if place.exists() {
            return Ok(());
        }
        self.again(|| self.append(blob, &mut file))?;
        let actual = digest_of(&mut file).map_err(writing)?;
        if actual != blob.digest {
            fs::remove_file(&part).map_err(writing)?;
            let name = format!("a layer of {}", self.name);
            return Err(ImageError::Digest { name, expected: blob.digest, actual });
        }
        fs::rename(&part, &place).map_err(writing)
    }

    /// Goes on where the file ends.
    fn append(&self, blob: Blob, file: &mut File) -> Result<(), Failed> {
        let ours = |error: io::Error| Failed::Final(at("write in", &self.blobs, error));
        let most = blob.size.unwrap_or(self.most_bytes);
        let mut there = file.seek(SeekFrom::End(0)).map_err(ours)?;
        if Some(there) == blob.size {
            return Ok(());
        }
        if there > most {
            there = 0;
        }
        let (mut body, continues) = self.registry.blob(&blob.digest, there)?;
        if !continues {
            there = 0;
        }
        file.set_len(there).map_err(ours)?;
        file.seek(SeekFrom::Start(there)).map_err(ours)?;
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(Failed::Passing { reason: error.to_string(), after: None });
                }
            };
            there += count as u64;
            if there > most {
                let what = format!("{most} bytes in a layer of {}", self.name);
                return Err(Failed::Final(ImageError::TooLarge { what }));
            }
            file.write_all(&buffer[..count]).map_err(ours)?;
        }
        match blob.size {
            Some(size) if there < size => {
                let reason = format!("a layer broke off after {there} of {size} bytes");
                Err(Failed::Passing { reason, after: None })
            }
            _ => Ok(()),
        }
    }

    /// Asks until there is an answer, or no hope.
    fn again<T>(&self, mut ask: impl FnMut() -> Result<T, Failed>) -> Result<T, ImageError> {
        let mut wait = FIRST_WAIT;
        for tried in 1.. {
            match ask() {
                Ok(answer) => return Ok(answer),
                Err(Failed::Final(error)) => return Err(error),
                Err(Failed::Passing { reason, .. }) if tried == TRIES => {
                    let reason = format!("did not answer in {TRIES} tries: {reason}");
                    return Err(self.registry.error(&reason));
                }
                Err(Failed::Passing { reason, after }) => {
                    tracing::info!(registry = self.name.registry, reason, "asking again");
                    thread::sleep(after.unwrap_or(wait).min(LONGEST_WAIT));
                    wait *= 2;
                }
            }
        }
        unreachable!("the loop ends with the last try")
    }
}

fn digest_of(file: &mut File) -> io::Result<Digest> {
    file.rewind()?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 128 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest(hash.finalize().into())),
            count => hash.update(&buffer[..count]),
        }
    }
}

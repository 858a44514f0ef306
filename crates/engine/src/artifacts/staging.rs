//! Uploads until they are whole: a file each in a directory of this machine, with a description beside it.
//! Their length is what has arrived, so that they survive a restart.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use model::{
    artifact::Digest,
    id::{TokenId, UploadId, UserId},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt;

use super::{ArtifactError, reading::PIECE_BYTES};

/// How long an upload may rest before it is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// An artifact to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUpload {
    pub owner: UserId,
    /// The token that speaks for them.
    pub token: Option<TokenId>,
    pub name: String,
    pub media_type: String,
    /// How many bytes will come, if that is known.
    pub size: Option<u64>,
    /// What its digest must be, if that is known.
    pub digest: Option<Digest>,
    /// How long the artifact is kept; as the operator says if left out.
    pub keep: Option<Duration>,
}

/// An upload that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: UploadId,
    pub new: NewUpload,
    /// Bytes that have arrived.
    pub received: u64,
}

impl Upload {
    /// Whether all of it has arrived, as far as that is known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.new.size == Some(self.received)
    }
}

/// A whole upload and its digests.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) path: PathBuf,
    pub(super) digest: Digest,
    pub(super) size: u64,
    pub(super) pieces: Vec<Digest>,
    _turn: Turn,
}

#[derive(Debug)]
pub(super) struct Staging {
    directory: PathBuf,
    most_bytes: u64,
    /// Uploads that a request writes to.
    busy: Arc<Mutex<HashSet<UploadId>>>,
}

/// Until it is dropped, nobody else on this machine writes to an upload.
#[derive(Debug)]
pub(super) struct Turn {
    id: UploadId,
    busy: Arc<Mutex<HashSet<UploadId>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Staging {
    pub(super) fn open(directory: PathBuf, most_bytes: u64) -> Result<Self, ArtifactError> {
        private_directory(&directory).map_err(|source| ArtifactError::Staging { source })?;
        Ok(Self { directory, most_bytes, busy: Arc::default() })
    }

    pub(super) const fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    pub(super) async fn begin(
        &self,
        id: UploadId,
        new: NewUpload,
    ) -> Result<Upload, ArtifactError> {
        if new.size.is_some_and(|it| it > self.most_bytes) {
            return Err(ArtifactError::TooLarge { most: self.most_bytes });
        }
        let (content, description) = self.paths(id);
        let text = serde_json::to_vec(&new).map_err(io::Error::from);
        let made = blocking(move || {
            File::create_new(content)?;
            fs::write(description, text?)
        });
        made.await?;
        Ok(Upload { id, new, received: 0 })
    }

    pub(super) async fn find(&self, id: UploadId) -> Result<Upload, ArtifactError> {
        let (content, description) = self.paths(id);
        let found = blocking(move || {
            let new = serde_json::from_slice(&fs::read(description)?).map_err(io::Error::from)?;
            Ok(Upload { id, new, received: fs::metadata(content)?.len() })
        });
        #[expect(clippy::wildcard_enum_match_arm, reason = "one of forty means something else")]
        found.await.map_err(|error| match error {
            ArtifactError::Staging { source } if source.kind() == io::ErrorKind::NotFound => {
                ArtifactError::NoUpload
            }
            other => other,
        })
    }

    pub(super) async fn append<S, E>(
        &self,
        upload: &Upload,
        offset: u64,
        mut part: S,
    ) -> Result<Upload, ArtifactError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: std::fmt::Display + Send,
    {
        let _turn = self.turn(upload.id)?;
        // Again, now that nobody else writes to it.
        let mut upload = self.find(upload.id).await?;
        if offset != upload.received {
            return Err(ArtifactError::Offset { received: upload.received, offset });
        }
        let most = upload.new.size.unwrap_or(self.most_bytes);
        let failed = |source| ArtifactError::Staging { source };
        let options =
            tokio::fs::OpenOptions::new().append(true).open(self.paths(upload.id).0).await;
        let mut file = options.map_err(failed)?;
        let mut ended = Ok(());
        while let Some(bytes) = part.next().await {
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(error) => {
                    ended = Err(ArtifactError::BrokenOff { reason: error.to_string() });
                    break;
                }
            };
            if upload.received.saturating_add(bytes.len() as u64) > most {
                ended = Err(ArtifactError::TooLarge { most });
                break;
            }
            file.write_all(&bytes).await.map_err(failed)?;
            upload.received += bytes.len() as u64;
        }
        file.flush().await.map_err(failed)?;
        ended.map(|()| upload)
    }

    /// Makes sure that an upload is whole and on the disk, and digests it.
    pub(super) async fn seal(&self, upload: &Upload) -> Result<Staged, ArtifactError> {
        let turn = self.turn(upload.id)?;
        let upload = self.find(upload.id).await?;
        let received = upload.received;
        if let Some(size) = upload.new.size.filter(|it| *it != received) {
            return Err(ArtifactError::Incomplete { received, size });
        }
        let path = self.paths(upload.id).0;
        let digested = {
            let path = path.clone();
            blocking(move || digest(&path)).await?
        };
        let (actual, pieces) = digested;
        if let Some(expected) = upload.new.digest.filter(|it| *it != actual) {
            return Err(ArtifactError::OtherDigest { expected, actual });
        }
        Ok(Staged { path, digest: actual, size: received, pieces, _turn: turn })
    }

    pub(super) async fn remove(&self, id: UploadId) -> Result<(), ArtifactError> {
        let (content, description) = self.paths(id);
        let gone = |path: PathBuf| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        };
        // The description last: without one, nobody would find what is left.
        blocking(move || gone(content).and_then(|()| gone(description))).await
    }

    /// Gives up what nobody wrote to for a day.
    pub(super) async fn sweep(&self) -> Result<(), ArtifactError> {
        let directory = self.directory.clone();
        blocking(move || {
            for entry in fs::read_dir(directory)? {
                let path = entry?.path();
                // A description is written once; what has arrived tells when somebody was here last.
                let content = path.with_extension("");
                let rests = match fs::metadata(&content) {
                    Ok(found) => found.modified()?.elapsed().is_ok_and(|it| it > PATIENCE),
                    Err(error) => error.kind() == io::ErrorKind::NotFound,
                };
                if rests {
                    fs::remove_file(path)?;
                }
            }
            Ok(())
        })
        .await
    }

    fn paths(&self, id: UploadId) -> (PathBuf, PathBuf) {
        (self.directory.join(id.to_string()), self.directory.join(format!("{id}.json")))
    }

    pub(super) fn turn(&self, id: UploadId) -> Result<Turn, ArtifactError> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.insert(id) {
            return Err(ArtifactError::Busy);
        }
        Ok(Turn { id, busy: Arc::clone(&self.busy) })
    }
}

/// Makes a directory that only its owner can look into.
pub(super) fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ArtifactError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.and_then(|it| it).map_err(|source| ArtifactError::Staging { source })
}

/// The digest of a file and those of its pieces. The file is on the disk after that.
fn digest(path: &Path) -> io::Result<(Digest, Vec<Digest>)> {
    let mut file = File::open(path)?;
    file.sync_all()?;
    let (mut whole, mut pieces) = (Sha256::new(), Vec::new());
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    loop {
        piece.clear();
        (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
        if piece.is_empty() {
            return Ok((Digest::new(whole.finalize().into()), pieces));
        }
        whole.update(&piece);
        pieces.push(Digest::new(Sha256::digest(&piece).into()));
    }
}

//! Artifacts: bytes that users upload and jobs leave, kept under the digest of their content.
//!
//! ```text
//!  stream ─▶ staged file ─▶ digest ─▶ object store, unless the content is there ─▶ artifact
//!            (resumable)                                                             │ sign
//!  stream ◀─ pieces, each compared with its digest ◀─ object store ◀─ open ◀──── reference
//! ```
//!
//! Only a signed reference opens a content. It names the artifact, its owner and the digest, and expires;
//! what was changed after it was stored is refused piece by piece, before any of it is passed on. No
//! content is ever in memory as a whole.
//!
//! Refused here: the question who may have how much, which callers answer with a limit.

mod blobs;
mod files;
mod jobs;
mod orphans;
mod parts;
mod reading;
mod reference;
mod staging;

use std::{path::PathBuf, sync::Arc, time::Duration};

use model::{
    artifact::{Artifact, Digest},
    id::{ArtifactId, JobId, TokenId, UploadId, UserId},
    job::Held,
    time::Timestamp,
};
use store::{ArtifactLimits, Blob, Class, InsertArtifactError, Store, StoreError, Subject};
use tokio::time::Instant;

use self::{blobs::Blobs, parts::Parts, staging::Staging};
pub use self::{
    blobs::{Place, S3Config},
    files::{Collecting, FilesError, InvalidPattern, Patterns, media_type},
    jobs::OrderArtifactsError,
    orphans::Orphans,
    reading::Reading,
    reference::ReferenceError,
    staging::{NewUpload, Upload},
};
use crate::{Clock, Engine, SecretKey, random_id, secrets::MacKey};

/// Longest name of an artifact, in bytes; that of a path.
const MOST_NAME_BYTES: usize = 1024;

/// Longest media type, in bytes; RFC 6838 allows 127 for each of its halves.
const MOST_MEDIA_TYPE_BYTES: usize = 255;

/// How long a reference counts unless its maker says otherwise.
pub const USUAL_REFERENCE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a content without an artifact is left alone: an upload of the same content may be about to
/// name it.
const UNUSED_FOR: Duration = Duration::from_secs(60 * 60);

/// How long what a job left waits for a database that does not answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Before it is tried again.
const AGAIN: Duration = Duration::from_millis(250);

/// Expired artifacts cannot be opened; only their space waits for this long.
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);

/// Rows that one round of sweeping takes at a time.
const SWEEP_AT_ONCE: u64 = 100;

/// What an operator decides about artifacts.
#[derive(Clone, Debug)]
pub struct ArtifactsConfig {
    /// Where contents are kept.
    pub place: Place,
    /// Where uploads are collected until they are whole; on this machine. Those in several requests are only if
    /// contents are kept in a directory.
    pub staging: PathBuf,
    /// How long an artifact is kept whose owner does not say; for ever if left out.
    pub keep: Option<Duration>,
    /// Largest single artifact, in bytes.
    pub most_bytes: u64,
}

/// Keeps artifacts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Artifacts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    blobs: Blobs,
    staging: Staging,
    /// Where uploads are collected that come in several requests; `None` if they are on this machine.
    parts: Option<Parts>,
    key: MacKey,
    clock: Clock,
    keep: Option<Duration>,
}

/// What went wrong with an artifact.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error("there is no such artifact; it may have expired")]
    Gone,
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    #[error("the name of an artifact has 1 to {MOST_NAME_BYTES} bytes and no control characters")]
    Name,
    #[error("a media type has at most {MOST_MEDIA_TYPE_BYTES} bytes and no control characters")]
    MediaType,
    #[error("there is no such upload; it may have been given up after a day")]
    NoUpload,
    #[error(
        "{received} bytes have arrived, so that the next part begins there and not at {offset}"
    )]
    Offset { received: u64, offset: u64 },
    #[error("another request sends parts of this upload; wait for it")]
    Busy,
    #[error("an artifact has at most {most} bytes")]
    TooLarge { most: u64 },
    #[error("the upload was to have {size} bytes, and {received} arrived")]
    Incomplete { received: u64, size: u64 },
    #[error(
        "{used} bytes of artifacts are kept; with {size} more they would exceed the limit of {limit}"
    )]
    OverLimit { used: u64, size: u64, limit: u64 },
    #[error("{job} is another worker's by now, or has ended")]
    Stale { job: JobId },
    #[error("the content has the digest {actual} and not {expected}; send it again")]
    OtherDigest { expected: Digest, actual: Digest },
    #[error("the content of {digest} was changed after it was stored, and is not given out")]
    Changed { digest: Digest },
    #[error("the body of the request broke off: {reason}")]
    BrokenOff { reason: String },
    #[error("the disk for uploads failed: {source}")]
    Staging { source: std::io::Error },
    #[error("the object store failed: {source}")]
    Blobs { source: Box<object_store::Error> },
    #[error("the place of artifacts {place} cannot be used: {reason}")]
    Place { place: String, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ArtifactError {
    /// Whether the same may go well another time.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Staging { .. } => true,
            Self::Blobs { source } => !matches!(**source, object_store::Error::NotFound { .. }),
            Self::Store(error) => error.class() == Class::Unavailable,
            Self::Gone
            | Self::Reference(_)
            | Self::Name
            | Self::MediaType
            | Self::NoUpload
            | Self::Offset { .. }
            | Self::Busy
            | Self::TooLarge { .. }
            | Self::Incomplete { .. }
            | Self::OverLimit { .. }
            | Self::Stale { .. }
            | Self::OtherDigest { .. }
            | Self::Changed { .. }
            | Self::BrokenOff { .. }
            | Self::Place { .. } => false,
        }
    }
}

impl From<InsertArtifactError> for ArtifactError {
    fn from(error: InsertArtifactError) -> Self {
        match error {
            InsertArtifactError::Stale { job } => Self::Stale { job },
            InsertArtifactError::TooMuch { used, size, limit } => {
                Self::OverLimit { used, size, limit }
            }
            InsertArtifactError::Store(error) => error.into(),
        }
    }
}

impl From<object_store::Error> for ArtifactError {
    fn from(source: object_store::Error) -> Self {
        Self::Blobs { source: Box::new(source) }
    }
}

impl Artifacts {
    /// Opens the place of contents, and makes the directories that are missing.
    ///
    /// # Errors
    ///
    /// When a directory cannot be made or the place is none.
    pub fn open(
        store: Store,
        config: ArtifactsConfig,
        key: &SecretKey,
        clock: Clock,
    ) -> Result<Self, ArtifactError> {
        let blobs = Blobs::open(&config.place)?;
        let staging = Staging::open(config.staging, config.most_bytes)?;
        let parts = blobs.bucket().map(|it| Parts::new(it, config.most_bytes));
        let key = key.derive("artifact references");
        let keep = config.keep;
        Ok(Self(Arc::new(Inner { store, blobs, staging, parts, key, clock, keep })))
    }

    /// Begins an upload, whose parts may come in several requests.
    ///
    /// # Errors
    ///
    /// When the name is none, the artifact would be too large, or the disk fails.
    pub async fn begin(&self, new: NewUpload) -> Result<Upload, ArtifactError> {
        check_new(&new)?;
        let id = UploadId::from_random(random_id());
        match &self.0.parts {
            Some(parts) => parts.begin(id, new).await,
            None => self.0.staging.begin(id, new).await,
        }
    }

    /// An upload of this user that is not whole, with what has arrived of it.
    ///
    /// # Errors
    ///
    /// When there is none, or the disk fails.
    pub async fn upload(&self, id: UploadId, owner: UserId) -> Result<Upload, ArtifactError> {
        let upload = match &self.0.parts {
            Some(parts) => parts.find(id).await?,
            None => self.0.staging.find(id).await?,
        };
        Some(upload).filter(|it| it.new.owner == owner).ok_or(ArtifactError::NoUpload)
    }

    /// Appends a part. What arrived of it stays, even if it breaks off.
    ///
    /// # Errors
    ///
    /// When the part does not begin where the last one ended, it breaks off, there is too much of it, or
    /// the disk fails.
    pub async fn append<S, E>(
        &self,
        upload: &Upload,
        offset: u64,
        part: S,
    ) -> Result<Upload, ArtifactError>
    where
        S: futures_util::Stream<Item = Result<bytes::Bytes, E>> + Send + Unpin,
        E: std::fmt::Display + Send,
    {
        match &self.0.parts {
            Some(parts) => {
                let _turn = self.0.staging.turn(upload.id)?;
                parts.append(upload, offset, part).await
            }
            None => self.0.staging.append(upload, offset, part).await,
        }
    }

    /// Gives an upload up.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub async fn abandon(&self, upload: &Upload) -> Result<(), ArtifactError> {
        match &self.0.parts {
            Some(parts) => parts.remove(upload.id).await,
            None => self.0.staging.remove(upload.id).await,
        }
    }

    /// Makes an artifact of an upload that is whole; with `by` it is what a job left.
    ///
    /// # Errors
    ///
    /// When something of it is missing, its digest is another one, its owner would have more than they may, the
    /// claim does not count any more, or a store fails.
    pub async fn finish(
        &self,
        upload: &Upload,
        by: Option<Held>,
    ) -> Result<Artifact, ArtifactError> {
        let Some(parts) = &self.0.parts else { return self.finish_staged(upload, by).await };
        let _turn = self.0.staging.turn(upload.id)?;
        let upload = parts.find(upload.id).await?;
        if let Some(size) = upload.new.size.filter(|it| *it != upload.received) {
            return Err(ArtifactError::Incomplete { received: upload.received, size });
        }
        // Digested here, and sent to where contents are.
        let content = Box::pin(parts.content(upload.id).await?);
        let artifact = self.keep(upload.new.clone(), content, by).await?;
        parts.remove(upload.id).await?;
        Ok(artifact)
    }

    /// The same of one that lies on this machine.
    async fn finish_staged(
        &self,
        upload: &Upload,
        by: Option<Held>,
    ) -> Result<Artifact, ArtifactError> {
        let limits = self.limits(upload.new.owner, upload.new.token).await?;
        let staged = self.0.staging.seal(upload).await?;
        let inner = &self.0;
        // Not that of this machine: others sweep what it stores.
        let now = inner.store.reader().database_time().await?;
        let known = inner.store.touch_blob(staged.digest, now).await?;
        let content = match &known {
            Some(known) => known.clone(),
            None => inner.blobs.put(&staged, now).await?,
        };
        let NewUpload { owner, token, name, media_type, keep, .. } = upload.new.clone();
        let artifact = Artifact {
            id: ArtifactId::from_random(random_id()),
            owner,
            token,
            name,
            media_type,
            digest: staged.digest,
            size: staged.size,
            job: by.map(|it| it.job),
            created_at: now,
            expires_at: keep.or(inner.keep).map(|it| now.after(it)),
        };
        let inserted = self.insert(&artifact, &content, limits, by).await;
        let is_needless = match &inserted {
            // Somebody may have stored the same content meanwhile.
            Ok(counts) => counts.place != content.place,
            Err(InsertArtifactError::TooMuch { .. } | InsertArtifactError::Stale { .. }) => true,
            // It may be stored all the same; if not, the object is swept one day.
            Err(InsertArtifactError::Store(_)) => false,
        };
        if known.is_none() && is_needless {
            inner.blobs.delete(&content.place).await;
        }
        inserted?;
        inner.staging.remove(upload.id).await?;
        Ok(artifact)
    }

    /// Stores what a job left with patience for a database that is away: nobody could leave it again.
    async fn insert(
        &self,
        artifact: &Artifact,
        content: &Blob,
        limits: ArtifactLimits,
        by: Option<Held>,
    ) -> Result<Blob, InsertArtifactError> {
        let store = &self.0.store;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match store.insert_artifact(artifact, content, limits, by).await {
                Err(InsertArtifactError::Store(error))
                    if by.is_some()
                        && error.class() == Class::Unavailable
                        && Instant::now() < deadline =>
                {
                    tracing::debug!(artifact = %artifact.id, %error, "not stored yet");
                    tokio::time::sleep(AGAIN).await;
                }
                inserted => return inserted,
            }
        }
    }

    /// Keeps a stream as an artifact, in one go.
    ///
    /// # Errors
    ///
    /// As [`Self::append`] and [`Self::finish`].
    pub async fn keep<S, E>(
        &self,
        new: NewUpload,
        content: S,
        by: Option<Held>,
    ) -> Result<Artifact, ArtifactError>
    where
        S: futures_util::Stream<Item = Result<bytes::Bytes, E>> + Send + Unpin,
        E: std::fmt::Display + Send,
    {
        check_new(&new)?;
        let staging = &self.0.staging;
        let upload = staging.begin(UploadId::from_random(random_id()), new).await?;
        let kept = async {
            let upload = staging.append(&upload, 0, content).await?;
            self.finish_staged(&upload, by).await
        };
        let kept = kept.await;
        if kept.is_err() {
            // Nobody knows its id.
            staging.remove(upload.id).await?;
        }
        kept
    }

    async fn limits(
        &self,
        owner: UserId,
        token: Option<TokenId>,
    ) -> Result<ArtifactLimits, StoreError> {
        let reader = self.0.store.reader();
        let of_user = reader.effective_job_limits(owner, None).await?.artifact_bytes;
        let of_token = match token {
            Some(token) => reader.job_limits(Subject::Token(token)).await?.artifact_bytes,
            None => None,
        };
        Ok(ArtifactLimits { of_user, of_token })
    }

    /// A reference with which the owner can download or execute an artifact until it expires.
    #[must_use]
    pub fn sign(&self, artifact: &Artifact, lifetime: Duration) -> (String, Timestamp) {
        let until = self.0.clock.now().after(lifetime);
        let until = artifact.expires_at.map_or(until, |it| it.min(until));
        (reference::sign(&self.0.key, artifact, until), until)
    }

    /// The artifact behind a reference that its owner shows.
    ///
    /// # Errors
    ///
    /// When the reference is not ours, another user's or expired, the artifact is gone, or the store fails.
    pub async fn resolve(&self, shown: &str, owner: UserId) -> Result<Artifact, ArtifactError> {
        let now = self.0.clock.now();
        let named = reference::read(&self.0.key, shown, owner, now)?;
        let artifact = self.0.store.reader().artifact(named.artifact).await?;
        let same = |it: &Artifact| it.owner == named.owner && it.digest == named.digest;
        artifact.filter(same).filter(|it| !expired(it, now)).ok_or(ArtifactError::Gone)
    }

    /// Reads bytes `from` to before `until` of the artifact behind a reference.
    ///
    /// # Errors
    ///
    /// When the content is gone or the store fails.
    pub async fn read(
        &self,
        artifact: &Artifact,
        range: std::ops::Range<u64>,
    ) -> Result<Reading, ArtifactError> {
        let blob = self.0.store.reader().blob(artifact.digest).await?.ok_or(ArtifactError::Gone)?;
        Ok(Reading::new(self.0.blobs.clone(), blob, range))
    }

    /// Forgets an artifact. Its content goes when no other artifact has the same.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete(&self, id: ArtifactId) -> Result<bool, ArtifactError> {
        Ok(self.0.store.delete_artifact(id).await?)
    }

    /// Deletes artifacts that have expired by `now`, contents that none names, and uploads that nobody
    /// finishes. Returns how many artifacts and contents went.
    ///
    /// # Errors
    ///
    /// When the store or the disk fails; the next sweep goes on there.
    pub async fn sweep(&self, now: Timestamp) -> Result<(usize, usize), ArtifactError> {
        let Inner { store, blobs, staging, parts, .. } = &*self.0;
        let (mut expired, mut unused) = (0, 0);
        loop {
            let gone = store.expire_artifacts(now, SWEEP_AT_ONCE).await?;
            if gone.is_empty() {
                break;
            }
            expired += gone.len();
        }
        let unused_for = i64::try_from(UNUSED_FOR.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp::from_millis(now.as_millis() - unused_for);
        loop {
            let gone = store.take_unused_blobs(before, SWEEP_AT_ONCE).await?;
            if gone.is_empty() {
                break;
            }
            unused += gone.len();
            for blob in &gone {
                blobs.delete(&blob.place).await;
            }
        }
        staging.sweep().await?;
        if let Some(parts) = parts {
            parts.sweep(now).await?;
        }
        Ok((expired, unused))
    }
}

impl Artifacts {
    /// By the database's clock: one that is ahead here must not cost anybody an artifact.
    async fn sweep_now(&self) -> Result<(usize, usize), ArtifactError> {
        let now = self.0.store.reader().database_time().await?;
        self.sweep(now).await
    }
}

impl Engine {
    /// Deletes what nobody needs any more, now and every few minutes, until the engine stops.
    pub(crate) fn sweep_artifacts(&self) {
        let Some(artifacts) = self.artifacts().cloned() else { return };
        let stop = self.0.shutdown.clone();
        self.0.tasks.spawn(async move {
            loop {
                if let Err(error) = artifacts.sweep_now().await {
                    tracing::warn!(%error, "artifacts could not be swept; they are in ten minutes");
                }
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(SWEEP_EVERY) => {}
                }
            }
        });
    }
}

fn expired(artifact: &Artifact, now: Timestamp) -> bool {
    artifact.expires_at.is_some_and(|it| it <= now)
}

fn check_new(new: &NewUpload) -> Result<(), ArtifactError> {
    check_name(&new.name)?;
    let media_type = &new.media_type;
    if media_type.len() > MOST_MEDIA_TYPE_BYTES || media_type.chars().any(char::is_control) {
        return Err(ArtifactError::MediaType);
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), ArtifactError> {
    let fits = (1..=MOST_NAME_BYTES).contains(&name.len()) && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(ArtifactError::Name) }
}

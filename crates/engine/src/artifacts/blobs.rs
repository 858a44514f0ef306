//! Where contents are kept: a directory, or a bucket of any store that speaks S3.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use bytes::BytesMut;
use futures_util::{Stream, TryStreamExt};
use model::{artifact::Digest, time::Timestamp};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::AmazonS3Builder, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use store::Blob;
use tokio::io::AsyncReadExt;

use super::{
    ArtifactError,
    staging::{Staged, blocking, private_directory},
};
use crate::random_id;

/// Larger contents go to the object store in parts of this many bytes, which is what memory holds of
/// them. S3 takes at most 10,000 parts, and none but the last below 5 MiB.
const PART_BYTES: usize = 16 << 20;

/// Where our objects lie, below the place that the operator chose.
const OURS: &str = "sha256";

/// Where contents are kept.
#[derive(Clone, Debug)]
pub enum Place {
    Directory(PathBuf),
    S3(S3Config),
}

/// A bucket, and how to reach it.
#[derive(Clone)]
pub struct S3Config {
    pub bucket: String,
    /// Before the name of every object; may be empty.
    pub prefix: String,
    pub region: String,
    /// Of a store other than Amazon's, e.g. `http://minio:9000`.
    pub endpoint: Option<String>,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl fmt::Debug for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Config(s3://{}/{})", self.bucket, self.prefix)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Blobs {
    objects: Arc<dyn ObjectStore>,
    /// Where files can be moved to instead of being copied.
    directory: Option<PathBuf>,
}

impl Blobs {
    pub(super) fn open(place: &Place) -> Result<Self, ArtifactError> {
        match place {
            Place::Directory(path) => {
                private_directory(path).map_err(|source| ArtifactError::Staging { source })?;
                let objects = Arc::new(LocalFileSystem::new_with_prefix(path)?);
                Ok(Self { objects, directory: Some(path.clone()) })
            }
            Place::S3(config) => {
                let objects = s3(config).map_err(|error| ArtifactError::Place {
                    place: format!("s3://{}", config.bucket),
                    reason: error.to_string(),
                })?;
                Ok(Self { objects, directory: None })
            }
        }
    }

    /// The objects of a bucket; `None` for a directory.
    pub(super) fn bucket(&self) -> Option<Arc<dyn ObjectStore>> {
        self.directory.is_none().then(|| Arc::clone(&self.objects))
    }

    /// Stores a content under a name that nothing had before.
    pub(super) async fn put(&self, staged: &Staged, now: Timestamp) -> Result<Blob, ArtifactError> {
        let hex = staged.digest.hex();
        let place = format!("{OURS}/{}/{hex}-{:08x}", &hex[..2], random_id() >> 96);
        match &self.directory {
            Some(directory) => {
                let (from, to) = (staged.path.clone(), directory.join(&place));
                let parent = directory.join(OURS).join(&hex[..2]);
                blocking(move || {
                    private_directory(&parent)?;
                    // A link, so that the upload stays until the artifact is there.
                    std::fs::hard_link(&from, &to)
                        .or_else(|_| std::fs::copy(&from, &to).map(drop))?;
                    std::fs::File::open(&parent)?.sync_all()
                })
                .await?;
            }
            None => self.send(staged, &Path::from(place.as_str())).await?,
        }
        Ok(Blob {
            digest: staged.digest,
            place,
            size: staged.size,
            pieces: staged.pieces.clone(),
            stored_at: now,
        })
    }

    async fn send(&self, staged: &Staged, to: &Path) -> Result<(), ArtifactError> {
        let failed = |source| ArtifactError::Staging { source };
        let mut file = tokio::fs::File::open(&staged.path).await.map_err(failed)?;
        if staged.size <= PART_BYTES as u64 {
            let mut content = Vec::new();
            file.read_to_end(&mut content).await.map_err(failed)?;
            self.objects.put(to, content.into()).await?;
            return Ok(());
        }
        let mut upload = self.objects.put_multipart(to).await?;
        let sent = async {
            loop {
                let mut part = BytesMut::with_capacity(PART_BYTES);
                while part.len() < PART_BYTES {
                    let room = (PART_BYTES - part.len()) as u64;
                    let read = (&mut file).take(room).read_buf(&mut part).await.map_err(failed)?;
                    if read == 0 {
                        break;
                    }
                }
                if part.is_empty() {
                    break;
                }
                upload.put_part(part.freeze().into()).await?;
            }
            upload.complete().await?;
            Ok(())
        };
        let sent: Result<(), ArtifactError> = sent.await;
        if sent.is_err() {
            // Parts that stay would be paid for; that they could not be removed does not change the cause.
            drop(upload.abort().await);
        }
        sent
    }

    /// A stream of the bytes `from` to before `until`.
    pub(super) async fn get(
        &self,
        blob: &Blob,
        range: std::ops::Range<u64>,
    ) -> Result<object_store::GetResult, object_store::Error> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        self.objects.get_opts(&Path::from(blob.place.as_str()), options).await
    }

    /// Where the objects lie that have names as [`Blobs::put`] gives them, with the digests in those.
    pub(super) fn places(&self) -> impl Stream<Item = Result<(String, Digest), ArtifactError>> {
        let listed = self.objects.list(Some(&Path::from(OURS)));
        listed
            .try_filter_map(|it| async move {
                let place = it.location.to_string();
                Ok(digest_of(&place).map(|digest| (place, digest)))
            })
            .map_err(ArtifactError::from)
    }

    /// Deletes an object. One that stays is lost space, and nothing worse.
    pub(super) async fn delete(&self, place: &str) {
        if let Err(error) = self.objects.delete(&Path::from(place)).await {
            tracing::warn!(%place, %error, "an object could not be deleted");
        }
    }
}

/// The digest in the name of an object; `None` if the name is not ours.
fn digest_of(place: &str) -> Option<Digest> {
    let (directory, name) = place.strip_prefix(OURS)?.strip_prefix('/')?.split_once('/')?;
    let (hex, number) = name.split_once('-')?;
    let is_number = number.len() == 8 && number.bytes().all(|it| it.is_ascii_hexdigit());
    if is_number && hex.starts_with(directory) { Digest::from_hex(hex) } else { None }
}

fn s3(config: &S3Config) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(50),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        // A store of which half of the calls fail still fails a call for good only once in a million.
        max_retries: 20,
        retry_timeout: Duration::from_secs(3 * 60),
    };
    let plain = config.endpoint.as_ref().is_some_and(|it| it.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_access_key_id(&config.access_key_id)
        .with_secret_access_key(&config.secret_access_key)
        .with_retry(retry)
        // Not every store that speaks S3 deletes several objects at once.
        .with_disable_bulk_delete(true)
        .with_client_options(ClientOptions::new().with_allow_http(plain));
    if let Some(token) = &config.session_token {
        builder = builder.with_token(token);
    }
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let bucket = builder.build()?;
    if config.prefix.is_empty() {
        return Ok(Arc::new(bucket));
    }
    Ok(Arc::new(PrefixStore::new(bucket, config.prefix.as_str())))
}

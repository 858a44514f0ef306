//! Uploads in the bucket until they are whole: an object for each run of bytes that arrived, named by where it
//! begins, and one that says what it will be. So any hub takes the next part, and any hub finishes it.
//!
//! What counts is the run of objects that begins at 0 and has no gap. Two requests that send the same part at
//! once can cost one of them its bytes, which are then asked for again; never do they mix contents of a file.

use std::collections::{BTreeMap, HashMap};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use model::{id::UploadId, time::Timestamp};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, path::Path};

use super::{
    ArtifactError,
    staging::{NewUpload, PATIENCE, Upload},
};

/// Where uploads lie, below the place that the operator chose.
const OURS: &str = "uploads";

/// What one object holds at most, and so what memory holds of an upload.
const OBJECT_BYTES: usize = 8 << 20;

/// Most bytes of a description: a name and a media type have bounds.
const DESCRIPTION_BYTES: u64 = 64 << 10;

/// How often an object is read whose bytes break off.
const TRIES: u32 = 20;

/// Uploads in a bucket.
#[derive(Debug)]
pub(super) struct Parts {
    objects: std::sync::Arc<dyn ObjectStore>,
    most_bytes: u64,
}

impl Parts {
    pub(super) fn new(objects: std::sync::Arc<dyn ObjectStore>, most_bytes: u64) -> Self {
        Self { objects, most_bytes }
    }

    pub(super) async fn begin(
        &self,
        id: UploadId,
        new: NewUpload,
    ) -> Result<Upload, ArtifactError> {
        if new.size.is_some_and(|it| it > self.most_bytes) {
            return Err(ArtifactError::TooLarge { most: self.most_bytes });
        }
        let text = serde_json::to_vec(&new).map_err(std::io::Error::from);
        let text = text.map_err(|source| ArtifactError::Staging { source })?;
        self.objects.put(&description(id), text.into()).await?;
        Ok(Upload { id, new, received: 0 })
    }

    pub(super) async fn find(&self, id: UploadId) -> Result<Upload, ArtifactError> {
        let text = match self.read(&description(id), DESCRIPTION_BYTES).await {
            Err(object_store::Error::NotFound { .. }) => return Err(ArtifactError::NoUpload),
            read => read?,
        };
        let new = serde_json::from_slice(&text).map_err(std::io::Error::from);
        let new = new.map_err(|source| ArtifactError::Staging { source })?;
        let received = self.arrived(id).await?.last().map_or(0, |(from, size)| from + size);
        Ok(Upload { id, new, received })
    }

    /// Where the objects begin that follow each other from 0 on, and how long they are.
    async fn arrived(&self, id: UploadId) -> Result<Vec<(u64, u64)>, ArtifactError> {
        let mut sizes = BTreeMap::new();
        let mut listed = self.objects.list(Some(&Path::from(format!("{OURS}/{id}"))));
        while let Some(object) = listed.try_next().await? {
            if let Some(from) = object.location.filename().and_then(|it| it.parse::<u64>().ok()) {
                sizes.insert(from, object.size);
            }
        }
        let mut run = Vec::new();
        let mut next = 0;
        while let Some(size) = sizes.get(&next).copied().filter(|it| *it > 0) {
            run.push((next, size));
            next += size;
        }
        Ok(run)
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
        let mut upload = self.find(upload.id).await?;
        if offset != upload.received {
            return Err(ArtifactError::Offset { received: upload.received, offset });
        }
        let most = upload.new.size.unwrap_or(self.most_bytes);
        let mut held = BytesMut::new();
        let mut ended = Ok(());
        while let Some(bytes) = part.next().await {
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(error) => {
                    ended = Err(ArtifactError::BrokenOff { reason: error.to_string() });
                    break;
                }
            };
            let so_far = upload.received.saturating_add(held.len() as u64);
            if so_far.saturating_add(bytes.len() as u64) > most {
                ended = Err(ArtifactError::TooLarge { most });
                break;
            }
            held.extend_from_slice(&bytes);
            while held.len() >= OBJECT_BYTES {
                let full = held.split_to(OBJECT_BYTES).freeze();
                self.put(&mut upload, full).await?;
            }
        }
        if !held.is_empty() {
            self.put(&mut upload, held.freeze()).await?;
        }
        ended.map(|()| upload)
    }

    async fn put(&self, upload: &mut Upload, bytes: Bytes) -> Result<(), ArtifactError> {
        let (from, size) = (upload.received, bytes.len() as u64);
        self.objects.put(&object(upload.id, from), bytes.into()).await?;
        upload.received = from + size;
        Ok(())
    }

    /// All that has arrived, in its order.
    pub(super) async fn content(
        &self,
        id: UploadId,
    ) -> Result<impl Stream<Item = Result<Bytes, object_store::Error>> + Send, ArtifactError> {
        let arrived = self.arrived(id).await?;
        Ok(stream::iter(arrived)
            .then(move |(from, size)| async move { self.read(&object(id, from), size).await }))
    }

    /// The first bytes of an object. An answer that breaks off is asked for again.
    async fn read(&self, from: &Path, most: u64) -> Result<Bytes, object_store::Error> {
        let mut tries = 0;
        loop {
            let range = Some(GetRange::Bounded(0..most));
            let options = GetOptions { range, ..GetOptions::default() };
            let read = match self.objects.get_opts(from, options).await {
                Ok(found) => found.bytes().await,
                Err(error) => return Err(error),
            };
            tries += 1;
            match read {
                Err(error) if tries < TRIES => {
                    tracing::debug!(place = %from, %error, "a part broke off");
                }
                read => return read,
            }
        }
    }

    /// Gives an upload up. The description last: without one, nobody would find what is left before it is swept.
    pub(super) async fn remove(&self, id: UploadId) -> Result<(), ArtifactError> {
        let listed = self.objects.list(Some(&Path::from(format!("{OURS}/{id}"))));
        let all: Vec<_> = listed.map_ok(|it| it.location).try_collect().await?;
        let last = description(id);
        for place in all.iter().filter(|it| **it != last).chain([&last]) {
            match self.objects.delete(place).await {
                Err(object_store::Error::NotFound { .. }) | Ok(()) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Gives up what nobody wrote to for a day.
    pub(super) async fn sweep(&self, now: Timestamp) -> Result<(), ArtifactError> {
        let mut latest: HashMap<UploadId, i64> = HashMap::new();
        let mut listed = self.objects.list(Some(&Path::from(OURS)));
        while let Some(object) = listed.try_next().await? {
            let id = object.location.parts().nth(1).and_then(|it| it.as_ref().parse().ok());
            let Some(id) = id else { continue };
            let at = object.last_modified.timestamp_millis();
            latest.entry(id).and_modify(|it| *it = at.max(*it)).or_insert(at);
        }
        let resting =
            latest.into_iter().filter(|(_, at)| now.since(Timestamp::from_millis(*at)) > PATIENCE);
        for (id, _) in resting {
            self.remove(id).await?;
        }
        Ok(())
    }
}

fn description(id: UploadId) -> Path {
    Path::from(format!("{OURS}/{id}/description.json"))
}

/// Numbers of equal length, so that a listing has them in their order.
fn object(id: UploadId, from: u64) -> Path {
    Path::from(format!("{OURS}/{id}/{from:020}"))
}

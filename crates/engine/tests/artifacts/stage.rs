//! An artifact store of its own for each test.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use engine::{
    Accounts, ArtifactError, Artifacts, ArtifactsConfig, Clock, NewAccount, NewUpload, Place,
    SecretKey,
};
use futures_util::stream;
use model::{artifact::Artifact, id::UserId, time::Timestamp};
use store::Store;
use tempfile::TempDir;

pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) artifacts: Artifacts,
    pub(crate) owner: UserId,
    ahead: Arc<AtomicI64>,
    clock: Clock,
    directory: TempDir,
}

impl Stage {
    pub(crate) async fn in_a_directory() -> Self {
        Self::new(None).await
    }

    pub(crate) async fn new(place: Option<Place>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open("sqlite::memory:").await.unwrap();
        let ahead = Arc::new(AtomicI64::new(0));
        let clock = {
            let (system, ahead) = (Clock::system(), Arc::clone(&ahead));
            let later = move || ahead.load(Ordering::Relaxed);
            Clock::new(move || Timestamp::from_millis(system.now().as_millis() + later()))
        };
        let owner = account(&store, "ada").await;
        let place = place.unwrap_or_else(|| Place::Directory(directory.path().join("blobs")));
        let config = ArtifactsConfig {
            place,
            staging: directory.path().join("staging"),
            keep: None,
            most_bytes: 1 << 30,
        };
        let key = SecretKey::random();
        let artifacts = Artifacts::open(store.clone(), config, &key, clock.clone()).unwrap();
        Self { store, artifacts, owner, ahead, clock, directory }
    }

    pub(crate) fn put_the_clock_forward(&self, by: Duration) {
        self.ahead.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }

    pub(crate) async fn sweep(&self) -> Result<(usize, usize), ArtifactError> {
        self.artifacts.sweep(self.clock.now()).await
    }

    /// Stores these bytes in chunks of odd sizes.
    pub(crate) async fn keep(&self, name: &str, bytes: &[u8]) -> Result<Artifact, ArtifactError> {
        let new = NewUpload { keep: None, ..upload(self.owner, name) };
        self.artifacts.keep(new, chunks(bytes), None).await
    }

    pub(crate) async fn read(&self, it: &Artifact) -> Result<Vec<u8>, ArtifactError> {
        self.read_range(it, 0..it.size).await
    }

    pub(crate) async fn read_range(
        &self,
        it: &Artifact,
        range: std::ops::Range<u64>,
    ) -> Result<Vec<u8>, ArtifactError> {
        let mut reading = self.artifacts.read(it, range).await?;
        let mut bytes = Vec::new();
        while let Some(more) = reading.next().await? {
            bytes.extend_from_slice(&more);
        }
        Ok(bytes)
    }

    /// Files below the place of contents.
    pub(crate) fn blobs(&self) -> Vec<PathBuf> {
        files(&self.directory.path().join("blobs"))
    }

    pub(crate) fn staged(&self) -> Vec<PathBuf> {
        files(&self.directory.path().join("staging"))
    }
}

pub(crate) async fn account(store: &Store, name: &str) -> UserId {
    let new = NewAccount {
        email: format!("{name}@example.com"),
        username: name.to_owned(),
        password_hash: String::new(),
        administrator: false,
    };
    Accounts::new(store.clone(), Clock::system()).create(new).await.unwrap().id
}

pub(crate) fn upload(owner: UserId, name: &str) -> NewUpload {
    let media_type = "application/octet-stream".to_owned();
    let name = name.to_owned();
    NewUpload { owner, token: None, name, media_type, size: None, digest: None, keep: None }
}

pub(crate) type Chunk = Result<Bytes, std::io::Error>;

pub(crate) fn chunks(
    bytes: &[u8],
) -> impl futures_util::Stream<Item = Chunk> + Send + Unpin + use<> {
    let chunks: Vec<Chunk> =
        bytes.chunks(70_001).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    stream::iter(chunks)
}

/// Bytes that repeat nowhere within a piece.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let list = if entry.file_type().unwrap().is_dir() { &mut left } else { &mut found };
            list.push(entry.path());
        }
    }
    found
}

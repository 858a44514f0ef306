//! Objects that no content names, because whoever stored them died before saying so.
//!
//! One is an orphan if nobody has named it from one look to another, a while later by this machine's own watch:
//! no clock that jumps makes it older than it is.

use std::{collections::HashMap, pin::pin, time::Duration};

use futures_util::TryStreamExt;
use tokio::time::Instant;

use super::{ArtifactError, Artifacts};
use crate::Engine;

/// Between two looks: each lists the whole place.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// How long an object is left alone: far longer than it takes to name one.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// Objects that are looked up at once.
const AT_ONCE: usize = 500;

/// Objects without a name, and when they were seen first.
#[derive(Debug, Default)]
pub struct Orphans(HashMap<String, Instant>);

impl Artifacts {
    /// Deletes objects that nobody has named since they were seen `young` ago. Returns how many.
    ///
    /// # Errors
    ///
    /// When a store fails; what was deleted until then is.
    pub async fn sweep_orphans(
        &self,
        orphans: &mut Orphans,
        young: Duration,
    ) -> Result<usize, ArtifactError> {
        let now = Instant::now();
        let (mut seen, mut swept) = (HashMap::new(), 0);
        let mut places = pin!(self.0.blobs.places().try_chunks(AT_ONCE));
        while let Some(found) = places.try_next().await.map_err(|it| it.1)? {
            let digests = found.iter().map(|(_, digest)| *digest);
            let named = self.0.store.reader().places_of(digests).await?;
            for (place, _) in found.into_iter().filter(|(it, _)| !named.contains(it)) {
                let first = orphans.0.get(&place).copied();
                if first.is_some_and(|it| now - it >= young) {
                    tracing::info!(%place, "an object that nobody names is deleted");
                    self.0.blobs.delete(&place).await;
                    swept += 1;
                } else {
                    seen.insert(place, first.unwrap_or(now));
                }
            }
        }
        orphans.0 = seen;
        Ok(swept)
    }
}

impl Engine {
    /// Does so every hour until the engine stops.
    pub(crate) fn sweep_orphans(&self) {
        let Some(artifacts) = self.artifacts().cloned() else { return };
        let stop = self.0.shutdown.clone();
        self.0.tasks.spawn(async move {
            let mut orphans = Orphans::default();
            loop {
                if let Err(error) = artifacts.sweep_orphans(&mut orphans, YOUNG).await {
                    tracing::warn!(%error, "objects could not be looked at; they are in an hour");
                }
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
        });
    }
}

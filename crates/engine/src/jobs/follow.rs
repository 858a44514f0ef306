//! The events of a job, live: read from the store whenever something rings, or once in a while.

use std::time::Duration;

use futures_util::{Stream, stream};
use model::{event::Event, id::JobId, job::Phase};
use store::{Listener, Store, StoreError, StoredEvent, Wake};

/// Events read at once.
const PAGE: u64 = 512;

/// A ring that is lost costs no more than this.
const LOOK: Duration = Duration::from_secs(1);

struct Follower {
    store: Store,
    rings: Listener,
    job: JobId,
    next: u64,
    ended: bool,
}

pub(super) fn follow(
    store: Store,
    job: JobId,
    from: u64,
) -> impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send {
    // Heard from before the first read on, so that nothing is stored unheard in between.
    let rings = store.bell().listen();
    let follower = Follower { store, rings, job, next: from.max(1), ended: false };
    stream::try_unfold(
        follower,
        |mut it| async move { Ok(it.page().await?.map(|events| (events, it))) },
    )
}

impl Follower {
    /// The next events, as soon as there are some; `None` after the last one.
    async fn page(&mut self) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        while !self.ended {
            // Read before the events, so that those of a job that has ended by now are all there.
            let job = self.store.job(self.job).await?;
            let events = self.store.job_events(self.job, self.next, PAGE).await?;
            if let Some(last) = events.last() {
                self.next = last.seq + 1;
                self.ended = is_last(last);
                return Ok(Some(events));
            }
            self.ended = job.is_none_or(|it| matches!(it.state.phase, Phase::Ended(_)));
            if !self.ended {
                self.wait().await;
            }
        }
        Ok(None)
    }

    async fn wait(&mut self) {
        let rung = async {
            loop {
                match self.rings.next().await {
                    Wake::Events(job) if job == self.job => return,
                    Wake::Everything => return,
                    Wake::Events(_) | Wake::Work | Wake::Cancel => {}
                }
            }
        };
        // Either way there may be something.
        drop(tokio::time::timeout(LOOK, rung).await);
    }
}

fn is_last(event: &StoredEvent) -> bool {
    serde_json::from_str::<Event>(&event.body).is_ok_and(|it| it.kind.is_last())
}

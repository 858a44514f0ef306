//! Announces what was stored. Readers that hear an announcement read the store from where they
//! are: a slow one re-reads, and blocks nobody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{Stream, stream};
use model::{
    event::{Event, EventKind, Failure},
    execution::State,
    id::ExecutionId,
};
use store::{Reader, Store, StoreError, StoredEvent};
use tokio::sync::watch;

use crate::{
    clock::Clock,
    execution::{Ending, Sink},
};

/// Events read at once by a follower.
const PAGE: u64 = 512;

/// How far an execution has come.
#[derive(Clone, Debug, Default)]
struct Progress {
    last_seq: u64,
    done: bool,
    /// Why the last events could not be stored, if they could not.
    failure: Option<Failure>,
}

/// The executions that are under way. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live(Arc<Mutex<HashMap<ExecutionId, watch::Sender<Progress>>>>);

impl Live {
    pub(crate) fn begin(&self, id: ExecutionId) {
        let (sender, _) = watch::channel(Progress::default());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
    }

    fn announce(&self, id: ExecutionId, last_seq: u64) {
        let live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = live.get(&id) {
            sender.send_modify(|it| it.last_seq = last_seq);
        }
    }

    fn end(&self, id: ExecutionId, failure: Option<Failure>) {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(sender) = ended {
            sender.send_modify(|it| {
                it.done = true;
                it.failure = failure;
            });
        }
    }

    fn subscribe(&self, id: ExecutionId) -> Option<watch::Receiver<Progress>> {
        let live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        live.get(&id).map(watch::Sender::subscribe)
    }
}

/// Stores the events of one execution and announces them.
#[derive(Debug)]
pub(crate) struct StoreSink {
    pub(crate) store: Store,
    pub(crate) live: Live,
    pub(crate) clock: Clock,
    pub(crate) execution: ExecutionId,
    pub(crate) last_seq: u64,
}

impl StoreSink {
    fn number(&mut self, kinds: Vec<EventKind>) -> Vec<Event> {
        let at = self.clock.now();
        let first = self.last_seq + 1;
        self.last_seq += kinds.len() as u64;
        (first..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect()
    }

    /// Stores the end of the execution with its last event, and announces it.
    pub(crate) async fn finish(mut self, ending: &Ending) -> State {
        let (outcome, usage) = match ending {
            Ending::Outcome { outcome, usage } => (*outcome, *usage),
            Ending::Failure(_) => (model::execution::Outcome::Lost, model::event::Usage::default()),
        };
        let events = self.number(vec![ending.event()]);
        let state = State::Finished(outcome);
        let at = self.clock.now();
        let stored = self.store.finish_execution(self.execution, outcome, usage, at, &events).await;
        let failure = stored.err().map(|error: StoreError| {
            tracing::error!(execution = %self.execution, %error, "an execution's end was not stored");
            failure(&error)
        });
        self.live.end(self.execution, failure);
        state
    }
}

impl Sink for StoreSink {
    async fn append(&mut self, kinds: Vec<EventKind>) -> Result<(), Failure> {
        let before = self.last_seq;
        let events = self.number(kinds);
        if let Err(error) = self.store.append_events(self.execution, &events).await {
            // The numbers were not used: the next event that can be stored takes them.
            self.last_seq = before;
            return Err(failure(&error));
        }
        self.live.announce(self.execution, self.last_seq);
        Ok(())
    }
}

fn failure(error: &StoreError) -> Failure {
    let code = if matches!(error, StoreError::DiskFull) { "disk_full" } else { "store_failed" };
    Failure { error: code.to_owned(), message: format!("the output could not be kept: {error}") }
}

/// Follows the events of an execution from `from` on, live, until the last one.
pub(crate) fn follow(
    live: Live,
    reader: Reader,
    clock: Clock,
    execution: ExecutionId,
    from: u64,
) -> impl Stream<Item = Result<Vec<StoredEvent>, StoreError>> + Send {
    let follower = Follower { live, reader, clock, execution, next: from.max(1), ended: false };
    stream::try_unfold(
        follower,
        |mut it| async move { Ok(it.page().await?.map(|events| (events, it))) },
    )
}

struct Follower {
    live: Live,
    reader: Reader,
    clock: Clock,
    execution: ExecutionId,
    next: u64,
    ended: bool,
}

impl Follower {
    /// The next events, as soon as there are some; `None` after the last one.
    async fn page(&mut self) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        let mut progress = self.live.subscribe(self.execution);
        loop {
            // Seen before the read, so that an event stored in between is announced again.
            let seen = progress.as_mut().map(|it| it.borrow_and_update().clone());
            let events = self.reader.events(self.execution, self.next, PAGE).await?;
            if let Some(last) = events.last() {
                self.next = last.seq + 1;
                return Ok(Some(events));
            }
            let done = seen.is_none_or(|it| it.done);
            if let (false, Some(progress)) = (done, progress.as_mut())
                && progress.changed().await.is_ok()
            {
                continue;
            }
            self.ended = true;
            return Ok(self.unstored_end(progress.as_ref()));
        }
    }

    /// The end that could not be stored still reaches those who listen.
    fn unstored_end(
        &self,
        progress: Option<&watch::Receiver<Progress>>,
    ) -> Option<Vec<StoredEvent>> {
        let failure = progress?.borrow().failure.clone()?;
        let kind = EventKind::Error { data: failure };
        let event = Event { seq: self.next, at: self.clock.now(), kind };
        let body = serde_json::to_string(&event).expect("an event is always valid JSON");
        Some(vec![StoredEvent { seq: self.next, body }])
    }
}

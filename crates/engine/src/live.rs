//! Announces what was stored. Readers that hear an announcement read the store from where they
//! are: a slow one re-reads, and blocks nobody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{Stream, stream};
use model::{
    event::{Event, EventKind, Failure, Usage},
    execution::Outcome,
    id::ExecutionId,
    time::Timestamp,
};
use store::{Class, Reader, Store, StoreError, StoredEvent};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    execution::{Ending, Sink},
    statistics::Counters,
};

/// Events read at once by a follower.
const PAGE: u64 = 512;

/// How long to wait before an end that could not be stored is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How far an execution has come; a change without a difference says that events were stored.
#[derive(Clone, Debug, Default)]
struct Progress {
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

    fn announce(&self, id: ExecutionId) {
        let live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = live.get(&id) {
            sender.send_modify(|_| {});
        }
    }

    pub(crate) fn end(&self, id: ExecutionId) {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(sender) = ended {
            sender.send_modify(|it| it.done = true);
        }
    }

    /// The end is not in the store, so that whoever asks, now or later, has to hear it from here.
    fn end_unstored(&self, id: ExecutionId, failure: Failure) {
        let mut live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = live.entry(id).or_default();
        sender.send_modify(|it| {
            it.done = true;
            it.failure = Some(failure);
        });
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
    pub(crate) counters: Arc<Counters>,
    /// Ends that could not be stored are stored later, until the engine shuts down.
    pub(crate) tasks: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

/// The end of an execution as it is stored.
#[derive(Debug)]
struct End {
    outcome: Outcome,
    usage: Usage,
    at: Timestamp,
    event: Event,
}

impl StoreSink {
    fn number(&mut self, kinds: Vec<EventKind>) -> Vec<Event> {
        let at = self.clock.now();
        let first = self.last_seq + 1;
        self.last_seq += kinds.len() as u64;
        (first..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect()
    }

    /// Stores the end of the execution with its last event, and announces it.
    pub(crate) async fn finish(mut self, ending: &Ending) {
        self.counters.count(ending);
        let (outcome, usage) = match ending {
            Ending::Outcome { outcome, usage } => (*outcome, *usage),
            Ending::Failure(_) => (Outcome::Lost, Usage::default()),
        };
        self.last_seq += 1;
        let at = self.clock.now();
        let event = Event { seq: self.last_seq, at, kind: ending.event() };
        let end = End { outcome, usage, at, event };
        if let Err(error) = self.store(&end).await {
            tracing::error!(execution = %self.execution, %error, "an execution's end was not stored");
            self.live.end_unstored(self.execution, failure(&error));
            if error.class() == Class::Unavailable {
                self.tasks.clone().spawn(self.store_later(end));
            }
        }
    }

    async fn store(&self, end: &End) -> Result<(), StoreError> {
        let End { outcome, usage, at, event } = end;
        let events = std::slice::from_ref(event);
        self.store.finish_execution(self.execution, *outcome, *usage, *at, events).await?;
        self.live.end(self.execution);
        Ok(())
    }

    /// Nobody tells when a disk has space or a database answers again, so this asks.
    async fn store_later(self, end: End) {
        while tokio::time::timeout(RETRY, self.shutdown.cancelled()).await.is_err() {
            if self.store(&end).await.is_ok() {
                tracing::info!(execution = %self.execution, "an execution's end is stored at last");
                return;
            }
        }
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
        self.live.announce(self.execution);
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

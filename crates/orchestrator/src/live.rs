//! Announces what was stored of sessions, and shows what is not stored: texts while they are written.
//!
//! Whoever hears that events were stored reads the store from where they are, so a slow reader blocks nobody and
//! misses nothing but pieces of texts, whose whole is stored after them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agent::{harness::Speaker, session::Fence};
use futures_util::{Stream, stream};
use model::id::AgentSessionId;
use store::{Reader, StoreError, StoredEvent};
use tokio::sync::broadcast::{self, error::RecvError};

/// Announcements that wait for a slow reader before the oldest are lost to it.
const WAITING: usize = 1024;

/// Events read at once by a reader.
const PAGE: u64 = 256;

/// A piece of a text that is being written: hostile text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Of the attempt that writes.
    pub fence: Fence,
    pub speaker: Speaker,
    pub text: String,
}

/// What a reader of a session gets.
#[derive(Clone, Debug)]
pub enum FeedItem {
    Event(StoredEvent),
    Delta(Delta),
}

#[derive(Clone, Debug)]
enum Announcement {
    /// Events up to this one are stored.
    Stored(u64),
    /// Written when events up to this one were stored.
    Written(u64, Delta),
}

/// The sessions that somebody reads. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    readers: Mutex<HashMap<AgentSessionId, broadcast::Sender<Announcement>>>,
    /// Sessions in which something has changed.
    changed: broadcast::Sender<AgentSessionId>,
}

impl Default for Live {
    fn default() -> Self {
        let changed = broadcast::Sender::new(WAITING);
        Self(Arc::new(Shared { readers: Mutex::default(), changed }))
    }
}

impl Live {
    pub(crate) fn stored(&self, session: AgentSessionId, seq: u64) {
        self.announce(session, Announcement::Stored(seq));
        // Nobody may be listening.
        self.0.changed.send(session).ok();
    }

    pub(crate) fn written(&self, session: AgentSessionId, seq: u64, delta: Delta) {
        self.announce(session, Announcement::Written(seq, delta));
    }

    fn announce(&self, session: AgentSessionId, announcement: Announcement) {
        let mut readers = self.readers();
        let Some(reader) = readers.get(&session) else { return };
        if reader.send(announcement).is_err() {
            readers.remove(&session);
        }
    }

    fn subscribe(&self, session: AgentSessionId) -> broadcast::Receiver<Announcement> {
        let mut readers = self.readers();
        readers.entry(session).or_insert_with(|| broadcast::Sender::new(WAITING)).subscribe()
    }

    fn readers(&self) -> MutexGuard<'_, HashMap<AgentSessionId, broadcast::Sender<Announcement>>> {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sessions, each time that something has changed in one of them. `None` stands for some that were missed.
    pub(crate) fn changes(&self) -> impl Stream<Item = Option<AgentSessionId>> + Send + use<> {
        let receiver = self.0.changed.subscribe();
        stream::unfold(receiver, |mut it| async move {
            match it.recv().await {
                Ok(session) => Some((Some(session), it)),
                Err(RecvError::Lagged(_)) => Some((None, it)),
                Err(RecvError::Closed) => None,
            }
        })
    }

    /// All events of a session after number `after`, live, and between them what is being written.
    pub(crate) fn feed(
        &self,
        reader: Reader,
        session: AgentSessionId,
        after: u64,
    ) -> impl Stream<Item = Result<FeedItem, StoreError>> + Send + use<> {
        let announcements = self.subscribe(session);
        let read = VecDeque::new();
        let feed = Feed { reader, session, announcements, last: after, read, is_behind: true };
        stream::try_unfold(
            feed,
            |mut it| async move { Ok(it.next().await?.map(|item| (item, it))) },
        )
    }
}

struct Feed {
    reader: Reader,
    session: AgentSessionId,
    announcements: broadcast::Receiver<Announcement>,
    /// Number of the last event that was read.
    last: u64,
    read: VecDeque<StoredEvent>,
    /// Whether the store may hold more.
    is_behind: bool,
}

impl Feed {
    async fn next(&mut self) -> Result<Option<FeedItem>, StoreError> {
        loop {
            if let Some(event) = self.read.pop_front() {
                return Ok(Some(FeedItem::Event(event)));
            }
            if self.is_behind {
                let read = self.reader.agent_events(self.session, self.last + 1, PAGE).await?;
                self.is_behind = !read.is_empty();
                self.last = read.last().map_or(self.last, |it| it.seq);
                self.read.extend(read);
                continue;
            }
            match self.announcements.recv().await {
                Ok(Announcement::Stored(seq)) => self.is_behind = seq > self.last,
                // What was written before an event that was read is part of it.
                Ok(Announcement::Written(seq, delta)) if seq >= self.last => {
                    return Ok(Some(FeedItem::Delta(delta)));
                }
                Ok(Announcement::Written(..)) => {}
                Err(RecvError::Lagged(_)) => self.is_behind = true,
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }
}

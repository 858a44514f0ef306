//! Wakes those who wait for something in the queue, here and in other programs on the same database.
//!
//! A ring is a hint: whoever misses one finds out by looking once in a while.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use model::id::JobId;
use sea_orm::sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast};

use super::dialect::{Dialect, run};
use crate::{Store, StoreError};

/// Rings that somebody may be behind before they are told to look at everything.
const BEHIND: usize = 1024;

/// PostgreSQL's channel for rings.
const CHANNEL: &str = "runbook_jobs";

/// At most one notification in this time: each takes a lock of the whole database at its commit.
const DEBOUNCE: Duration = Duration::from_millis(25);

/// Jobs that one notification names; beyond that it says that there are many. PostgreSQL's payloads end
/// at 8000 bytes.
const MOST_NAMED: usize = 150;

/// Before a broken connection is made anew.
const RECONNECT: Duration = Duration::from_secs(1);

/// What there is to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// A job that can be taken.
    Work,
    /// A job that its worker is to kill.
    Cancel,
    /// New events of a job.
    Events(JobId),
    /// More than can be told: look at everything.
    Everything,
}

/// Rings within this program. A clone rings the same.
#[derive(Clone, Debug)]
pub struct Bell(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rings: broadcast::Sender<Wake>,
    /// What other programs have not been told yet; nothing is noted where there are none.
    outgoing: Option<Outgoing>,
}

#[derive(Debug, Default)]
struct Outgoing {
    wakes: Mutex<BTreeSet<Wake>>,
    some: Notify,
}

impl Bell {
    pub(crate) fn new(others: Others) -> Self {
        let outgoing = match others {
            Others::None => None,
            Others::Some => Some(Outgoing::default()),
        };
        Self(Arc::new(Inner { rings: broadcast::Sender::new(BEHIND), outgoing }))
    }

    pub(super) fn ring(&self, wake: Wake) {
        // Nobody who listens is not a failure.
        drop(self.0.rings.send(wake));
        if let Some(outgoing) = &self.0.outgoing {
            outgoing.wakes.lock().unwrap_or_else(PoisonError::into_inner).insert(wake);
            outgoing.some.notify_one();
        }
    }

    /// Hears rings from now on.
    #[must_use]
    pub fn listen(&self) -> Listener {
        Listener(self.0.rings.subscribe())
    }
}

/// Whether other programs may use the same database.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Others {
    None,
    Some,
}

/// Hears rings.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Wake>);

impl Listener {
    /// Forgets what has rung until now.
    pub fn skip(&mut self) {
        self.0 = self.0.resubscribe();
    }

    /// The next ring. Waits for ever once the store is gone.
    pub async fn next(&mut self) -> Wake {
        match self.0.recv().await {
            Ok(wake) => wake,
            Err(broadcast::error::RecvError::Lagged(_)) => Wake::Everything,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Store {
    /// What rings when something in the queue changes.
    #[must_use]
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Carries rings to and from other programs on the same database, for as long as it is polled. On
    /// SQLite there are none.
    pub async fn carry_rings(&self) {
        let Some(outgoing) = &self.bell.0.outgoing else {
            return std::future::pending().await;
        };
        let sending = async {
            loop {
                outgoing.some.notified().await;
                if let Err(error) = self.send(outgoing).await {
                    tracing::debug!(%error, "other programs were not told of new jobs");
                }
                tokio::time::sleep(DEBOUNCE).await;
            }
        };
        let hearing = async {
            loop {
                if let Err(error) = self.hear().await {
                    tracing::debug!(%error, "the connection that hears of new jobs is broken");
                }
                tokio::time::sleep(RECONNECT).await;
            }
        };
        tokio::join!(sending, hearing);
    }

    async fn send(&self, outgoing: &Outgoing) -> Result<(), StoreError> {
        let wakes =
            std::mem::take(&mut *outgoing.wakes.lock().unwrap_or_else(PoisonError::into_inner));
        if wakes.is_empty() {
            return Ok(());
        }
        let words: Vec<_> = wakes.iter().take(MOST_NAMED).map(|it| word(*it)).collect();
        let payload = if wakes.len() > MOST_NAMED { "*".to_owned() } else { words.join(" ") };
        let values = vec![CHANNEL.into(), payload.into()];
        run(&self.queue, "SELECT pg_notify($1, $2)", values).await?;
        Ok(())
    }

    async fn hear(&self) -> Result<(), StoreError> {
        debug_assert!(Dialect::of(&self.reader.db).is_postgres(), "SQLite has nobody to hear");
        let pool = self.reader.db.get_postgres_connection_pool();
        let failed = |it: sea_orm::sqlx::Error| crate::failure::cannot_connect(&it);
        let mut listener = PgListener::connect_with(pool).await.map_err(failed)?;
        listener.listen(CHANNEL).await.map_err(failed)?;
        loop {
            let notification = listener.recv().await.map_err(failed)?;
            for text in notification.payload().split(' ') {
                drop(self.bell.0.rings.send(read(text)));
            }
        }
    }
}

fn word(wake: Wake) -> String {
    match wake {
        Wake::Work => "w".to_owned(),
        Wake::Cancel => "c".to_owned(),
        Wake::Events(job) => job.to_string(),
        Wake::Everything => "*".to_owned(),
    }
}

fn read(text: &str) -> Wake {
    match text {
        "w" => Wake::Work,
        "c" => Wake::Cancel,
        text => text.parse().map_or(Wake::Everything, Wake::Events),
    }
}

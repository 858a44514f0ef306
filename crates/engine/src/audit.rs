//! The audit log: who did what to which object, from where; appended, chained, sealed and verified.
//!
//! ```text
//!   prev ── SHA-256 over the entry ──▶ hash ── is `prev` of the next entry ──▶ …
//!                                       └── HMAC under the installation's key ──▶ seal
//!   the last seq and hash ── HMAC ──▶ head, kept beside the log and replaced with each append
//! ```
//!
//! Whoever can write to the database but does not have the key can neither change, remove, insert nor
//! reorder entries unseen, nor cut off the last ones: the head then names an entry that is not there. What
//! they can do is put back an older copy of log and head together. That shows only to those who kept what
//! `runbook audit verify` printed, and compare.

mod chain;

use std::sync::{Arc, Mutex, PoisonError};

use model::audit::Act;
use store::{Store, StoreError};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use self::chain::link;
pub use self::chain::{Broken, Verified as VerifiedLog, Verifier};
use crate::{Clock, SecretKey, secrets::MacKey};

/// Texts of an act are cut to this many characters: a stranger's login may be a megabyte.
const MOST_CHARS: usize = 300;

/// Appends to the log of one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AuditLog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    key: MacKey,
    clock: Clock,
    /// Those that wait until the append that is under way is over, and then are appended together.
    waiting: Mutex<Vec<Waiting>>,
    /// Held by who appends.
    turn: tokio::sync::Mutex<()>,
    /// Each is awaited by who began it.
    tasks: TaskTracker,
}

#[derive(Debug)]
struct Waiting {
    act: Act,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl AuditLog {
    #[must_use]
    pub fn new(store: Store, key: &SecretKey, clock: Clock) -> Self {
        let key = audit_key(key);
        let (waiting, turn, tasks) = Default::default();
        Self(Arc::new(Inner { store, key, clock, waiting, turn, tasks }))
    }

    /// Appends an act. Once this returned, it is stored. Acts that come at the same time share one
    /// transaction.
    ///
    /// # Errors
    ///
    /// When the store fails; then the act is not in the log.
    pub async fn record(&self, act: Act) -> Result<(), StoreError> {
        let (done, mut ended) = oneshot::channel();
        self.0.waiting().push(Waiting { act: shortened(act), done });
        let log = self.clone();
        // On a task of its own: others' acts must not be lost with the request that appends them.
        let appending = self.0.tasks.spawn(async move { log.append().await });
        drop(appending.await);
        let stopped = || StoreError::Unavailable { reason: "the server is stopping".to_owned() };
        ended.try_recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Appends all that wait, if nobody did meanwhile.
    async fn append(&self) {
        let inner = &self.0;
        let _turn = inner.turn.lock().await;
        let waiting = std::mem::take(&mut *inner.waiting());
        if waiting.is_empty() {
            return;
        }
        let (acts, done): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|it| (it.act, it.done)).unzip();
        let now = inner.clock.now();
        let appended = inner.store.append_audit(|last| link(&inner.key, last, now, acts)).await;
        for it in done {
            // Who asked may be gone.
            drop(it.send(appended.clone()));
        }
    }
}

impl Inner {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn audit_key(key: &SecretKey) -> MacKey {
    key.derive("audit log")
}

fn shortened(act: Act) -> Act {
    let cut = |it: String| -> String {
        it.chars().take(MOST_CHARS).map(|it| if it == '\0' { '\u{fffd}' } else { it }).collect()
    };
    Act {
        name: cut(act.name),
        action: cut(act.action),
        object: act.object.map(cut),
        from: cut(act.from),
        ..act
    }
}

//! Whom a sign-in speaks for, mostly without asking the database: that takes as long as a short program.
//!
//! What was read is believed for a moment, as with personal tokens (`tokens::verify`), and forgotten when
//! a sign-in ends here.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::{id::UserId, time::Timestamp, user::User};
use store::{Store, StoreError};
use tokio::time::Instant;

use crate::Engine;

/// How long what the database said is believed: the longest that a sign-in still counts which another
/// process has ended, but for a read that is under way.
const FRESH: Duration = Duration::from_secs(2);

/// Sign-ins that are remembered. What is forgotten is read again.
const MAX_KNOWN: usize = 10_000;

/// The sign-ins that were asked about of late.
#[derive(Debug, Default)]
pub(crate) struct SignIns(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    users: HashMap<String, Remembered>,
    /// Counts the sign-ins that ended, so that a read that began before is not kept.
    changes: u64,
}

#[derive(Debug)]
struct Remembered {
    user: Arc<User>,
    read_at: Instant,
}

impl SignIns {
    /// Who is believed to have signed in so, or else the number of changes so far.
    fn fresh(&self, sign_in: &str) -> Result<Arc<User>, u64> {
        let known = self.known();
        let found = known.users.get(sign_in).filter(|it| it.read_at.elapsed() < FRESH);
        found.map(|it| Arc::clone(&it.user)).ok_or(known.changes)
    }

    fn remember(&self, sign_in: &str, user: &Arc<User>, changes: u64) {
        let mut known = self.known();
        if known.changes != changes {
            return;
        }
        if known.users.len() >= MAX_KNOWN {
            known.users.clear();
        }
        let remembered = Remembered { user: Arc::clone(user), read_at: Instant::now() };
        known.users.insert(sign_in.to_owned(), remembered);
    }

    fn forget(&self, sign_in: &str) {
        let mut known = self.known();
        known.users.remove(sign_in);
        known.changes += 1;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing that holds the lock can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// The user whom a sign-in of this generation speaks for, if it still counts.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn signed_in(
        &self,
        sign_in: &str,
        user: UserId,
        generation: i64,
    ) -> Result<Option<Arc<User>>, StoreError> {
        let sign_ins = &self.0.sign_ins;
        let counts = |it: &User| it.disabled_at.is_none() && it.sign_in_generation == generation;
        let changes = match sign_ins.fresh(sign_in) {
            Ok(user) => return Ok(Some(user).filter(|it| counts(it))),
            Err(changes) => changes,
        };
        let user = read(&self.0.store, sign_in, user).await?.filter(counts).map(Arc::new);
        // What is refused is asked again: it may count in a moment.
        if let Some(user) = &user {
            sign_ins.remember(sign_in, user, changes);
        }
        Ok(user)
    }

    /// Makes a sign-in worthless: here at once, in other processes that share the database within seconds.
    /// Remembered until it would have expired anyway.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke_sign_in(
        &self,
        sign_in: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.store.forget_expired_sign_ins(self.0.clock.now()).await?;
        let revoked = self.0.store.revoke_sign_in(sign_in, expires_at).await;
        self.0.sign_ins.forget(sign_in);
        revoked
    }
}

async fn read(store: &Store, sign_in: &str, user: UserId) -> Result<Option<User>, StoreError> {
    if store.reader().is_sign_in_revoked(sign_in).await? {
        return Ok(None);
    }
    store.reader().user(user).await
}

//! Verifying a secret, mostly without asking the database.
//!
//! ```text
//!  shown ──▶ its digest ──▶ tokens with its prefix ──▶ compared ──▶ counts? enabled? ──▶ Verified
//!                             │        ▲
//!                  remembered for FRESH, or read
//! ```
//!
//! Digests are compared, never secrets, and all bytes of them: what can be learned from the time
//! that it takes is nothing about another secret.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use model::{
    id::TokenId,
    time::Timestamp,
    token::{State, Token, TokenSecret},
    user::User,
};
use sha2::{Digest as _, Sha256};
use store::StoreError;
use tokio::time::Instant;

use super::{OPERATOR_PREFIX, Tokens};

/// How long what the database said is believed: the longest that a token still counts which
/// another process has revoked, but for a read that is under way.
const FRESH: Duration = Duration::from_secs(2);

/// Prefixes that are remembered. What is forgotten is read again.
const MAX_KNOWN: usize = 10_000;

/// How often at most the use of a token is written down.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// A token that counts, and the user it speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub token: Token,
    pub user: User,
}

/// SHA-256 of a secret. Written as hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    /// What is stored where nothing of the secret is.
    pub(super) const NOT_STORED: &str = "";

    /// Compares all bytes, wherever they differ.
    fn equals(self, other: Self) -> bool {
        differing(self.0.into_iter().zip(other.0)) == 0
    }

    fn read(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}

/// The bits in which pairs differ. Looks at all pairs; the barrier keeps the compiler from being
/// cleverer than that.
fn differing(pairs: impl Iterator<Item = (u8, u8)>) -> u8 {
    std::hint::black_box(pairs.fold(0, |bits, (a, b)| std::hint::black_box(bits | (a ^ b))))
}

pub(super) fn digest(secret: &str) -> Digest {
    Digest(Sha256::digest(secret).into())
}

/// A key that the operator chose, and the token that it stands for.
pub(super) struct OperatorKey {
    pub(super) digest: Digest,
    pub(super) token: TokenId,
}

/// What is remembered of the database.
#[derive(Default)]
pub(super) struct Known(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    operator: Option<OperatorKey>,
    prefixes: HashMap<String, Entry>,
    /// Counts what made remembered things wrong, so that a read that began before is not kept.
    changes: u64,
}

struct Entry {
    candidates: Arc<[Candidate]>,
    read_at: Instant,
    /// When somebody began to read it again, for whom the others need not wait.
    claimed_at: Instant,
}

/// A token with the prefix that was shown.
struct Candidate {
    verified: Arc<Verified>,
    digest: Option<Digest>,
    /// When its use was last written down, in milliseconds since 1970.
    noted: AtomicI64,
}

impl Known {
    /// Forgets what may no longer be so.
    pub(super) fn forget(&self) {
        let mut inner = self.inner();
        inner.prefixes.clear();
        inner.changes += 1;
    }

    pub(super) fn accept(&self, key: OperatorKey) {
        self.inner().operator = Some(key);
    }

    /// Under which prefix a secret is to be found, if it looks like one.
    fn prefix(&self, shown: &str, digest: Digest) -> Option<String> {
        let operator = self.inner().operator.as_ref().is_some_and(|it| it.digest.equals(digest));
        if operator {
            return Some(OPERATOR_PREFIX.to_owned());
        }
        shown.parse::<TokenSecret>().ok().map(|it| it.prefix().to_owned())
    }

    /// What is remembered and still believed, or else the number of changes so far.
    fn fresh(&self, prefix: &str) -> Result<Arc<[Candidate]>, u64> {
        let mut inner = self.inner();
        let changes = inner.changes;
        let entry = inner.prefixes.get_mut(prefix).ok_or(changes)?;
        let now = Instant::now();
        if now - entry.read_at < FRESH {
            return Ok(Arc::clone(&entry.candidates));
        }
        let is_claimed = now - entry.claimed_at < FRESH && now - entry.read_at < 2 * FRESH;
        if is_claimed {
            return Ok(Arc::clone(&entry.candidates));
        }
        entry.claimed_at = now;
        Err(changes)
    }

    fn remember(&self, prefix: String, candidates: &Arc<[Candidate]>, changes: u64) {
        let mut inner = self.inner();
        // Nothing is remembered for those who try any text.
        if inner.changes != changes || candidates.is_empty() {
            return;
        }
        if inner.prefixes.len() >= MAX_KNOWN {
            inner.prefixes.clear();
        }
        let now = Instant::now();
        let candidates = Arc::clone(candidates);
        inner.prefixes.insert(prefix, Entry { candidates, read_at: now, claimed_at: now });
    }

    /// The candidate whose secret was shown. Looks at all of them.
    fn matching<'a>(&self, candidates: &'a [Candidate], shown: Digest) -> Option<&'a Candidate> {
        let inner = self.inner();
        let is_operators = |it: &Candidate| {
            let key = inner.operator.as_ref();
            key.is_some_and(|key| key.token == it.verified.token.id && key.digest.equals(shown))
        };
        candidates.iter().fold(None, |found, it| {
            let matches = match it.digest {
                Some(digest) => digest.equals(shown),
                None => is_operators(it),
            };
            if matches { Some(it) } else { found }
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn verify(
    tokens: &Tokens,
    shown: &str,
) -> Result<Option<Arc<Verified>>, StoreError> {
    let digest = digest(shown);
    let Some(prefix) = tokens.known.prefix(shown, digest) else { return Ok(None) };
    let candidates = match tokens.known.fresh(&prefix) {
        Ok(candidates) => candidates,
        Err(changes) => {
            let candidates: Arc<[Candidate]> = read(tokens, &prefix).await?.into();
            tokens.known.remember(prefix, &candidates, changes);
            candidates
        }
    };
    let Some(found) = tokens.known.matching(&candidates, digest) else { return Ok(None) };
    let now = tokens.clock.now();
    let Verified { token, user } = &*found.verified;
    if token.state(now) != State::Active || user.disabled_at.is_some() {
        return Ok(None);
    }
    note(tokens, found, now);
    Ok(Some(Arc::clone(&found.verified)))
}

async fn read(tokens: &Tokens, prefix: &str) -> Result<Vec<Candidate>, StoreError> {
    let mut candidates = Vec::new();
    for stored in tokens.store.reader().tokens_with_prefix(prefix).await? {
        let Some(user) = tokens.store.reader().user(stored.token.user).await? else { continue };
        let noted = stored.token.last_used_at.map_or(0, Timestamp::as_millis);
        candidates.push(Candidate {
            verified: Arc::new(Verified { token: stored.token, user }),
            digest: Digest::read(&stored.secret_hash),
            noted: AtomicI64::new(noted),
        });
    }
    Ok(candidates)
}

/// Writes down that a token was used, now and then, while the request goes on.
fn note(tokens: &Tokens, used: &Candidate, now: Timestamp) {
    let before = used.noted.load(Ordering::Relaxed);
    if now.since(Timestamp::from_millis(before)) < NOTE_EVERY {
        return;
    }
    let mine =
        used.noted.compare_exchange(before, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed);
    if mine.is_err() {
        return;
    }
    let (store, id) = (tokens.store.clone(), used.verified.token.id);
    tokens.tasks.spawn(async move {
        if let Err(error) = store.touch_token(id, now).await {
            tracing::warn!(token = %id, %error, "the use of a token was not noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_looks_at_every_byte_wherever_the_first_difference_is() {
        for wrong in 0..32 {
            let mut looked = 0;
            let pairs = (0..32).map(|n| (0_u8, u8::from(n == wrong))).inspect(|_| looked += 1);
            assert_ne!(differing(pairs), 0);
            assert_eq!(looked, 32, "a difference at {wrong} ended it");
        }
    }

    #[test]
    fn a_digest_differs_from_every_other_by_one_bit() {
        let digest = digest("rbk_0");
        assert!(digest.equals(digest));
        for bit in 0..256 {
            let mut other = digest;
            other.0[bit / 8] ^= 1 << (bit % 8);
            assert!(!digest.equals(other), "bit {bit}");
        }
    }

    #[test]
    fn a_digest_reads_back_as_written() {
        let written = digest("rbk_0").to_string();
        assert!(Digest::read(&written).unwrap().equals(digest("rbk_0")));
        for text in ["", "00", &written[1..], &"é".repeat(32), &"g".repeat(64)] {
            assert!(Digest::read(text).is_none(), "{text}");
        }
    }
}

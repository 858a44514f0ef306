//! How entries hang together, and how that is verified.

use model::{
    audit::{Act, AuditEntry},
    time::Timestamp,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Links;

use super::audit_key;
use crate::{SecretKey, secrets::MacKey};

/// What an entry's hash covers.
#[derive(Serialize)]
struct Covered<'a> {
    seq: u64,
    at: Timestamp,
    #[serde(flatten)]
    act: &'a Act,
    prev: &'a str,
}

/// Continues the chain.
pub(super) fn link(key: &MacKey, last: Option<AuditEntry>, at: Timestamp, acts: Vec<Act>) -> Links {
    let (mut seq, mut prev) = last.map_or((0, String::new()), |it| (it.seq, it.hash));
    let next = |act: Act| {
        seq += 1;
        let hash = hash(&Covered { seq, at, act: &act, prev: &prev });
        let seal = hex(&key.mac(&[b"entry", hash.as_bytes()]));
        let prev = std::mem::replace(&mut prev, hash.clone());
        AuditEntry { seq, at, act, prev, hash, seal }
    };
    let entries: Vec<_> = acts.into_iter().map(next).collect();
    let head = head(key, seq, &prev);
    Links { entries, head }
}

fn hash(covered: &Covered<'_>) -> String {
    let text = serde_json::to_string(covered).expect("an entry is always valid JSON");
    hex(&Sha256::digest(text))
}

fn head(key: &MacKey, seq: u64, hash: &str) -> String {
    let mac = key.mac(&[b"head", &seq.to_be_bytes(), hash.as_bytes()]);
    format!("{seq} {hash} {}", hex(&mac))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("entry {seq} was changed: its hash is not that of its content")]
    Changed { seq: u64 },
    #[error("entry {seq} was written without this installation's key")]
    Forged { seq: u64 },
    #[error("after entry {after} comes entry {seq}: what was between them was removed")]
    Removed { after: u64, seq: u64 },
    #[error("after entry {after} comes entry {seq}: they were reordered, or one is there twice")]
    Reordered { after: u64, seq: u64 },
    #[error("entry {seq} does not follow from the one before: one of them was replaced")]
    Unchained { seq: u64 },
    #[error(
        "the log ends with entry {last}, and ended with entry {head} before: its end was cut off"
    )]
    Truncated { last: u64, head: u64 },
    #[error("the sealed end of the log is missing or not ours, so that entries may be cut off")]
    NoHead,
    #[error("entry {seq} does not have the hash that was noted: an older log was put back")]
    NotAsNoted { seq: u64 },
}

/// A log that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The last entry; 0 if there is none.
    pub seq: u64,
    /// Its hash, to be noted elsewhere: from then on even an older copy of the whole log shows.
    pub hash: String,
    /// Whether the seals were verified too.
    pub sealed: bool,
}

/// Reads a log from its first entry to its last one.
#[derive(Debug)]
pub struct Verifier {
    key: Option<MacKey>,
    noted: Option<(u64, String)>,
    last: (u64, String),
}

impl Verifier {
    /// Without the key, the chain is verified and the seals are not. `noted` is what an earlier
    /// verification gave.
    #[must_use]
    pub fn new(key: Option<&SecretKey>, noted: Option<(u64, String)>) -> Self {
        Self { key: key.map(audit_key), noted, last: (0, String::new()) }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    ///
    /// Returns [`Broken`] if it is not what was appended there.
    pub fn next(&mut self, entry: &AuditEntry) -> Result<(), Broken> {
        let (after, seq) = (self.last.0, entry.seq);
        if seq <= after {
            return Err(Broken::Reordered { after, seq });
        }
        if seq > after + 1 {
            return Err(Broken::Removed { after, seq });
        }
        let AuditEntry { at, act, prev, .. } = entry;
        if hash(&Covered { seq, at: *at, act, prev }) != entry.hash {
            return Err(Broken::Changed { seq });
        }
        if *prev != self.last.1 {
            return Err(Broken::Unchained { seq });
        }
        let sealed = |key: &MacKey| {
            from_hex(&entry.seal)
                .is_some_and(|it| key.is_mac(&[b"entry", entry.hash.as_bytes()], &it))
        };
        if self.key.as_ref().is_some_and(|it| !sealed(it)) {
            return Err(Broken::Forged { seq });
        }
        if self.noted.as_ref().is_some_and(|it| it.0 == seq && it.1 != entry.hash) {
            return Err(Broken::NotAsNoted { seq });
        }
        self.last = (seq, entry.hash.clone());
        Ok(())
    }

    /// Ends where the entries end, as an export does. What was cut off there does not show, unless more was
    /// noted.
    ///
    /// # Errors
    ///
    /// Returns [`Broken`] if more was noted.
    pub fn finish_at_the_last(self) -> Result<Verified, Broken> {
        let (seq, hash) = self.last;
        match self.noted.filter(|it| it.0 > seq) {
            Some((noted, _)) => Err(Broken::Truncated { last: seq, head: noted }),
            None => Ok(Verified { seq, hash, sealed: self.key.is_some() }),
        }
    }

    /// Compares the end with the sealed one.
    ///
    /// # Errors
    ///
    /// Returns [`Broken`] if entries are missing at the end, or that cannot be told.
    pub fn finish(self, shown: Option<&str>) -> Result<Verified, Broken> {
        let (seq, hash) = self.last;
        if let Some((noted, _)) = self.noted.filter(|it| it.0 > seq) {
            return Err(Broken::Truncated { last: seq, head: noted });
        }
        if seq > 0 || shown.is_some() {
            let said = shown.and_then(|it| it.split(' ').next()?.parse::<u64>().ok());
            let said = said.ok_or(Broken::NoHead)?;
            if said != seq {
                return Err(Broken::Truncated { last: seq, head: said });
            }
            if let Some(key) = &self.key
                && shown != Some(&head(key, seq, &hash))
            {
                return Err(Broken::NoHead);
            }
        }
        Ok(Verified { seq, hash, sealed: self.key.is_some() })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(std::str::from_utf8);
    pairs.map(|it| u8::from_str_radix(it.ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(object: u32) -> Act {
        Act {
            actor: None,
            name: "ada".to_owned(),
            token: None,
            action: "tokens_create".to_owned(),
            object: Some(format!("tok_{object}")),
            from: "127.0.0.1".to_owned(),
            status: 201,
        }
    }

    /// A log of ten entries in three appends.
    fn log(key: &SecretKey) -> (Vec<AuditEntry>, String) {
        let (mut entries, mut head): (Vec<AuditEntry>, _) = (Vec::new(), String::new());
        for acts in [0..1, 1..6, 6..10] {
            let at = Timestamp::from_millis(1000 + i64::from(acts.start));
            let last = entries.last().cloned();
            let links = link(&audit_key(key), last, at, acts.map(act).collect());
            entries.extend(links.entries);
            head = links.head;
        }
        (entries, head)
    }

    fn verify(key: Option<&SecretKey>, entries: &[AuditEntry], head: &str) -> Result<u64, Broken> {
        let mut verifier = Verifier::new(key, None);
        entries.iter().try_for_each(|it| verifier.next(it))?;
        verifier.finish(Some(head)).map(|it| it.seq)
    }

    #[test]
    fn an_untouched_log_holds_with_and_without_the_key() {
        let key = SecretKey::random();
        let (entries, head) = log(&key);
        assert_eq!(verify(Some(&key), &entries, &head), Ok(10));
        assert_eq!(verify(None, &entries, &head), Ok(10));
        assert_eq!(Verifier::new(Some(&key), None).finish(None).map(|it| it.seq), Ok(0));
        let other = SecretKey::random();
        assert_eq!(verify(Some(&other), &entries, &head), Err(Broken::Forged { seq: 1 }));
    }

    #[test]
    fn a_changed_entry_shows_whatever_of_it_was_changed() {
        let key = SecretKey::random();
        let (entries, head) = log(&key);
        let changes: [fn(&mut AuditEntry); 6] = [
            |it| it.act.name.push('x'),
            |it| it.act.object = None,
            |it| it.act.status = 500,
            |it| it.at = it.at.after(std::time::Duration::from_millis(1)),
            |it| it.act.from = "192.0.2.1".to_owned(),
            |it| it.prev = String::new(),
        ];
        for change in changes {
            let mut tampered = entries.clone();
            change(&mut tampered[4]);
            assert_eq!(verify(None, &tampered, &head), Err(Broken::Changed { seq: 5 }));
        }
    }

    #[test]
    fn removed_and_reordered_entries_show() {
        let key = SecretKey::random();
        let (entries, head) = log(&key);
        let mut removed = entries.clone();
        removed.remove(3);
        let gap = Broken::Removed { after: 3, seq: 5 };
        assert_eq!(verify(None, &removed, &head), Err(gap));
        let mut swapped = entries.clone();
        swapped.swap(3, 4);
        assert_eq!(verify(None, &swapped, &head), Err(Broken::Removed { after: 3, seq: 5 }));
        let mut twice = entries.clone();
        twice.insert(3, entries[2].clone());
        assert_eq!(verify(None, &twice, &head), Err(Broken::Reordered { after: 3, seq: 3 }));
        // With their numbers swapped as well, the hashes are wrong.
        swapped[3].seq = 4;
        swapped[4].seq = 5;
        assert_eq!(verify(None, &swapped, &head), Err(Broken::Changed { seq: 4 }));
    }

    #[test]
    fn a_chain_made_anew_without_the_key_shows() {
        let (key, forger) = (SecretKey::random(), SecretKey::random());
        let (mut entries, head) = log(&key);
        let rest = entries.split_off(4);
        let acts = rest.into_iter().map(|it| Act { name: "eve".to_owned(), ..it.act }).collect();
        let at = Timestamp::from_millis(1000);
        let forged = link(&audit_key(&forger), entries.last().cloned(), at, acts);
        entries.extend(forged.entries);
        assert_eq!(verify(Some(&key), &entries, &head), Err(Broken::Forged { seq: 5 }));
        // Without the key nobody can tell, which is why the seals are there.
        assert_eq!(verify(None, &entries, &forged.head), Ok(10));
    }

    #[test]
    fn entries_cut_off_at_the_end_show_by_the_head() {
        let key = SecretKey::random();
        let (entries, head) = log(&key);
        let cut = &entries[..7];
        let truncated = Broken::Truncated { last: 7, head: 10 };
        assert_eq!(verify(Some(&key), cut, &head), Err(truncated.clone()));
        assert_eq!(verify(Some(&key), &[], &head), Err(Broken::Truncated { last: 0, head: 10 }));
        // A head that fits the rest cannot be made without the key, not even from the entry's own seal.
        let made = format!("7 {} {}", cut[6].hash, cut[6].seal);
        assert_eq!(verify(Some(&key), cut, &made), Err(Broken::NoHead));
        let mut verifier = Verifier::new(Some(&key), None);
        cut.iter().for_each(|it| verifier.next(it).unwrap());
        assert_eq!(verifier.finish(None), Err(Broken::NoHead));
    }

    #[test]
    fn an_older_log_with_its_own_head_shows_only_against_what_was_noted() {
        let key = SecretKey::random();
        let (entries, _) = log(&key);
        let older = &entries[..6];
        let its_head = head(&audit_key(&key), 6, &older[5].hash);
        assert_eq!(verify(Some(&key), older, &its_head), Ok(6));
        let mut verifier = Verifier::new(Some(&key), Some((10, entries[9].hash.clone())));
        older.iter().for_each(|it| verifier.next(it).unwrap());
        let truncated = Broken::Truncated { last: 6, head: 10 };
        assert_eq!(verifier.finish(Some(&its_head)), Err(truncated));
        let mut verifier = Verifier::new(Some(&key), Some((3, "00".to_owned())));
        let found = entries.iter().try_for_each(|it| verifier.next(it));
        assert_eq!(found, Err(Broken::NotAsNoted { seq: 3 }));
    }
}

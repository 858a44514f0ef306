//! Signed references: what they say, and whether to believe it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{
    artifact::{Artifact, Digest},
    id::{ArtifactId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::secrets::MacKey;

/// What every reference begins with.
const PREFIX: &str = "rba1";

/// Why a reference opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error("this is no reference to an artifact, or somebody changed it; take it as it was given")]
    Forged,
    #[error("this reference to an artifact is another user's")]
    OtherOwner,
    #[error("this reference to an artifact expired at {at}; ask for a new one")]
    Expired { at: Timestamp },
}

/// What a reference says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    #[serde(rename = "a")]
    pub(super) artifact: ArtifactId,
    #[serde(rename = "o")]
    pub(super) owner: UserId,
    #[serde(rename = "d")]
    pub(super) digest: Digest,
    /// Milliseconds since 1970.
    #[serde(rename = "e")]
    expires_at: i64,
}

pub(super) fn sign(key: &MacKey, artifact: &Artifact, expires_at: Timestamp) -> String {
    let named = Named {
        artifact: artifact.id,
        owner: artifact.owner,
        digest: artifact.digest,
        expires_at: expires_at.as_millis(),
    };
    let said = serde_json::to_vec(&named).expect("a reference is always valid JSON");
    let said = URL_SAFE_NO_PAD.encode(said);
    let mac = URL_SAFE_NO_PAD.encode(key.mac(&[PREFIX.as_bytes(), said.as_bytes()]));
    format!("{PREFIX}.{said}.{mac}")
}

pub(super) fn read(
    key: &MacKey,
    shown: &str,
    owner: UserId,
    now: Timestamp,
) -> Result<Named, ReferenceError> {
    let named = believed(key, shown).ok_or(ReferenceError::Forged)?;
    if named.owner != owner {
        return Err(ReferenceError::OtherOwner);
    }
    let at = Timestamp::from_millis(named.expires_at);
    if at <= now { Err(ReferenceError::Expired { at }) } else { Ok(named) }
}

/// What is said, if the signature is ours.
pub(super) fn believed(key: &MacKey, shown: &str) -> Option<Named> {
    let (said, mac) = shown.strip_prefix(PREFIX)?.strip_prefix('.')?.split_once('.')?;
    let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
    if !key.is_mac(&[PREFIX.as_bytes(), said.as_bytes()], &mac) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(said).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;

    const NOW: Timestamp = Timestamp::from_millis(1000);

    fn artifact() -> Artifact {
        Artifact {
            id: ArtifactId::from_random(1),
            owner: UserId::from_random(2),
            token: None,
            name: "a".to_owned(),
            media_type: "text/plain".to_owned(),
            digest: Digest::new([3; 32]),
            size: 4,
            job: None,
            created_at: NOW,
            expires_at: None,
        }
    }

    #[test]
    fn a_reference_names_artifact_owner_and_digest_until_it_expires() {
        let key = SecretKey::random().derive("x");
        let it = artifact();
        let shown = sign(&key, &it, Timestamp::from_millis(1001));
        let named = read(&key, &shown, it.owner, NOW).unwrap();
        assert_eq!((named.artifact, named.digest), (it.id, it.digest));
        let late = read(&key, &shown, it.owner, Timestamp::from_millis(1001));
        let at = Timestamp::from_millis(1001);
        assert_eq!(late.unwrap_err(), ReferenceError::Expired { at });
        let other = read(&key, &shown, UserId::from_random(9), NOW);
        assert_eq!(other.unwrap_err(), ReferenceError::OtherOwner);
    }

    #[test]
    fn a_reference_with_any_byte_changed_is_forged() {
        let key = SecretKey::random().derive("x");
        let it = artifact();
        let shown = sign(&key, &it, Timestamp::from_millis(2000));
        for at in 0..shown.len() {
            let mut changed = shown.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            let read = read(&key, &changed, it.owner, NOW);
            // The last digit of base64 has bits that stand for nothing; those are refused as well.
            assert_eq!(read.unwrap_err(), ReferenceError::Forged, "{changed}");
        }
        for text in ["", "rba1", "rba1..", "rba1.e30.AAAA", &shown[..shown.len() - 1]] {
            assert_eq!(read(&key, text, it.owner, NOW).unwrap_err(), ReferenceError::Forged);
        }
    }

    #[test]
    fn another_installation_s_reference_is_forged() {
        let it = artifact();
        let shown = sign(&SecretKey::random().derive("x"), &it, Timestamp::from_millis(2000));
        let key = SecretKey::random().derive("x");
        assert_eq!(read(&key, &shown, it.owner, NOW).unwrap_err(), ReferenceError::Forged);
    }
}

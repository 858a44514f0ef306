//! Artifacts: bytes that are kept under the digest of their content, and the names that users give them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    id::{ArtifactId, JobId, TokenId, UserId},
    time::Timestamp,
};

const PREFIX: &str = "sha256:";

/// Bytes that are kept, as their owner knows them. Its content never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    pub id: ArtifactId,
    pub owner: UserId,
    /// The token that spoke for them; `None` if they had signed in.
    pub token: Option<TokenId>,
    /// What its owner calls it, or its path in the sandbox of the job that left it.
    pub name: String,
    pub media_type: String,
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
    /// The job that left it; `None` if somebody uploaded it.
    pub job: Option<JobId>,
    pub created_at: Timestamp,
    /// When it is deleted; `None` if never.
    pub expires_at: Option<Timestamp>,
}

/// SHA-256 of a content. Written as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// The text is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no digest of the form sha256: and 64 lower-case hexadecimal digits")]
pub struct ParseDigestError {
    text: String,
}

impl Digest {
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 digits alone.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|it| format!("{it:02x}")).collect()
    }

    /// Reads 64 lower-case digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let canonical =
            text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate().filter(|_| canonical) {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        canonical.then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        f.write_str(&self.hex())
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        let digest = text.strip_prefix(PREFIX).and_then(Self::from_hex);
        digest.ok_or_else(|| ParseDigestError { text: text.to_owned() })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Digest {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^sha256:[0-9a-f]{64}$"))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Digest {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_as_written() {
        let digest = Digest::new(std::array::from_fn(|it| u8::try_from(it * 7).unwrap_or(255)));
        assert_eq!(digest.to_string().parse(), Ok(digest));
    }

    #[test]
    fn another_spelling_is_refused() {
        let digest = Digest::new([0xab; 32]).to_string();
        for text in [&digest[1..], &digest[..70], &digest.to_uppercase(), "sha256:", ""] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }
}

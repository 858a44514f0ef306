//! What the page says of the signatures beside a document.

use engine::local::Signature;
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub(super) enum SignatureBody {
    Good { by: String },
    Partial { by: String, missing: String },
    Unknown { file: String, key: String },
    Bad { file: String, reason: String },
}

impl SignatureBody {
    /// `None` where nobody signed.
    pub(super) fn of(signature: Signature) -> Option<Self> {
        Some(match signature {
            Signature::Absent => return None,
            Signature::Good { by } => Self::Good { by },
            Signature::Partial { by, missing } => Self::Partial { by, missing },
            Signature::Unknown { file, key } => Self::Unknown { file, key },
            Signature::Bad { file, reason } => Self::Bad { file, reason },
        })
    }
}

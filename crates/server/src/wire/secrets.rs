//! Secrets: their names go both ways, their values only in.

use engine::SecretInfo;
use model::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[schema(as = SecretValue)]
pub(crate) struct SecretValueBody {
    /// 4 bytes to 32 KiB; it cannot be read back.
    #[schema(write_only, format = Password, min_length = 1)]
    pub(crate) value: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Secret)]
pub(crate) struct SecretBody {
    name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<SecretInfo> for SecretBody {
    fn from(it: SecretInfo) -> Self {
        Self { name: it.name.to_string(), created_at: it.created_at, updated_at: it.updated_at }
    }
}

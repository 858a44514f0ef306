//! Messages of the Model Context Protocol.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A message of JSON-RPC 2.0, as the Model Context Protocol has them.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = McpMessage)]
pub(crate) struct McpMessageBody {
    #[schema(example = "2.0")]
    jsonrpc: String,
    /// `id`, `method` and `params`, or `result`, or `error`.
    #[serde(flatten)]
    members: Map<String, Value>,
}

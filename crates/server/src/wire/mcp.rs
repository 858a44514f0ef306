//! Messages of the Model Context Protocol.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A message of JSON-RPC 2.0, as the Model Context Protocol has them: a request, a notification, or an answer.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = McpMessage)]
pub(crate) struct McpMessageBody {
    #[schema(example = "2.0")]
    jsonrpc: String,
    /// Text or number; none in a notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tools/list")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

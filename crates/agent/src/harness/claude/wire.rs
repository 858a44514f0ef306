//! The messages of Claude Code that mean something to us. Fields that do not are not named.

use serde::Deserialize;
use serde_json::Value;

use crate::harness::{Hunk, Usage};

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    System(Box<System>),
    StreamEvent(Streamed),
    Assistant(Said),
    User(Said),
    Result(Box<Ending>),
    ControlRequest(ControlRequest),
    ControlResponse {
        response: ControlResponse,
    },
    ControlCancelRequest {
        request_id: String,
    },
    /// Of no use to us: the state of a queued prompt, keep-alives.
    CommandLifecycle,
    KeepAlive,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "subtype", rename_all = "snake_case")]
pub(super) enum System {
    Init(Init),
    ApiRetry(ApiRetry),
    /// The others tell what other messages tell as well.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Init {
    pub(super) session_id: String,
    pub(super) claude_code_version: String,
    #[serde(default, rename = "permissionMode")]
    pub(super) permission_mode: String,
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) tools: Vec<String>,
    #[serde(default)]
    pub(super) mcp_servers: Vec<Server>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Server {
    pub(super) name: String,
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ApiRetry {
    #[serde(default)]
    pub(super) attempt: u32,
    #[serde(default)]
    pub(super) max_retries: u32,
    #[serde(default)]
    pub(super) retry_delay_ms: f64,
    pub(super) error_status: Option<u16>,
    pub(super) error: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Streamed {
    pub(super) event: Value,
    pub(super) parent_tool_use_id: Option<String>,
}

/// What the model or the user has said.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub(super) message: SaidMessage,
    pub(super) parent_tool_use_id: Option<String>,
    pub(super) uuid: Option<String>,
    #[serde(default, rename = "isReplay")]
    pub(super) is_replay: bool,
    #[serde(default)]
    pub(super) tool_use_result: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct SaidMessage {
    pub(super) content: Content,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part {
    Text {
        text: String,
    },
    Thinking {
        thinking: String,
    },
    ToolUse {
        id: String,
        name: String,
        input: Value,
    },
    ToolResult {
        tool_use_id: String,
        #[serde(default)]
        content: Value,
        #[serde(default)]
        is_error: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ending {
    pub(super) subtype: String,
    pub(super) is_error: bool,
    pub(super) terminal_reason: Option<String>,
    pub(super) api_error_status: Option<u16>,
    pub(super) result: Option<String>,
    pub(super) errors: Option<Vec<String>>,
    pub(super) total_cost_usd: f64,
    pub(super) usage: Tokens,
    pub(super) user_message_uuids: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tokens {
    input_tokens: u64,
    output_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation_input_tokens: u64,
}

impl Ending {
    pub(super) fn usage(&self) -> Usage {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "such a cast stays within the bounds of the type"
        )]
        let session_cost_micros = (self.total_cost_usd * 1e6).round() as u64;
        Usage {
            input_tokens: self.usage.input_tokens,
            output_tokens: self.usage.output_tokens,
            cache_read_tokens: self.usage.cache_read_input_tokens,
            cache_written_tokens: self.usage.cache_creation_input_tokens,
            session_cost_micros,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ControlRequest {
    pub(super) request_id: String,
    pub(super) request: Value,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "subtype", rename_all = "snake_case")]
pub(super) enum Request {
    HookCallback {
        callback_id: String,
        input: Hook,
    },
    CanUseTool {
        tool_name: String,
        input: Value,
        tool_use_id: Option<String>,
    },
    McpMessage {
        server_name: String,
        message: Value,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hook {
    pub(super) hook_event_name: String,
    #[serde(default)]
    pub(super) tool_name: String,
    #[serde(default)]
    pub(super) tool_input: Value,
    #[serde(default)]
    pub(super) tool_use_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ControlResponse {
    pub(super) subtype: String,
    pub(super) request_id: String,
    pub(super) error: Option<String>,
}

/// What an edit has done to a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Edited {
    pub(super) file_path: String,
    pub(super) structured_patch: Vec<Hunk>,
    /// All of a file that was created, for which there is no patch.
    pub(super) content: Option<String>,
    pub(super) original_file: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Questions {
    pub(super) questions: Vec<AskedQuestion>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskedQuestion {
    pub(super) question: String,
    #[serde(default)]
    pub(super) options: Vec<Choice>,
    #[serde(default)]
    pub(super) multi_select: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) label: String,
}

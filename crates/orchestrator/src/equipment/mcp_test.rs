//! Tries an MCP server: starts it in a sandbox of its own, or asks it at its address, and asks for its tools.
//!
//! ```text
//!  initialize ─▶ result ─▶ notifications/initialized, tools/list ─▶ result ─┬─▶ tools
//!                                            ▲────────── nextCursor ────────┘
//! ```
//!
//! What the server says is hostile: it has twenty seconds and 256 KiB, and secrets are hidden in what is kept. It
//! reaches, and is reached, no further than sandboxes reach.

mod events;
mod program;
mod remote;

use std::time::Duration;

use engine::{CodeError, OpenedSecrets};
use model::{id::EquipmentId, principal::Principal};
use sandbox::{Rule, egress::NotVetted};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{
    program::Started,
    remote::{Http, Remote, Sse},
};
use super::{Equipment, EquipmentError, McpServer, mcp_server::Transport};

const PATIENCE: Duration = Duration::from_secs(20);
const MOST_BYTES: usize = 256 * 1024;
const MOST_TOOLS: usize = 1000;
const MOST_PAGES: u64 = 20;
const PROTOCOL: &str = "2025-06-18";

/// A tool that a server has, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub description: String,
}

#[derive(Debug, thiserror::Error)]
pub enum McpTestError {
    #[error("sessions do not reach the server: {0}; an administrator may allow it (--agent-allow)")]
    NotReached(#[from] NotVetted),
    #[error("the server did not list its tools within {} seconds", PATIENCE.as_secs())]
    Silent,
    #[error("the server said more than {MOST_BYTES} bytes before it had listed its tools")]
    TooMuch,
    #[error("the server ended before it had listed its tools: {why}")]
    Ended { why: String },
    #[error("the server does not speak MCP: {why}")]
    Odd { why: String },
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Equipment(#[from] EquipmentError),
}

/// How messages get to a server, and its answers back.
trait Wire {
    async fn say(&mut self, message: &Value) -> Result<(), McpTestError>;

    /// The result of a request, which has this number.
    async fn ask(&mut self, numbered: (u64, &str), message: &Value) -> Result<Value, McpTestError>;
}

impl Equipment {
    /// Starts a server for the one who asks, with the network that their programs have, or asks one that `rules` of
    /// sessions allow to be reached; and lists its tools.
    ///
    /// # Errors
    ///
    /// When they have no such server, one of its secrets is not there, sessions do not reach it, or it does not list
    /// its tools in time.
    pub async fn test_mcp_server(
        &self,
        principal: Principal,
        id: EquipmentId,
        rules: &[Rule],
    ) -> Result<Vec<Tool>, McpTestError> {
        let server = self.get::<McpServer>(principal.user, id).await?.content;
        let (config, secrets) = self.resolve_mcp_server(principal.user, &server).await?;
        let transport = serde_json::from_value(config).map_err(|error| odd(&error))?;
        let tried = self.try_mcp_server(principal, transport, rules).await;
        let tools = tried.map_err(|it| it.hidden(&secrets))?;
        Ok(tools.into_iter().map(|it| it.hidden(&secrets)).collect())
    }

    async fn try_mcp_server(
        &self,
        principal: Principal,
        transport: Transport,
        rules: &[Rule],
    ) -> Result<Vec<Tool>, McpTestError> {
        let egress = self.engine.egress();
        let asking = async {
            match &transport {
                Transport::Stdio { command, args, env } => {
                    self.start_mcp_server(principal, Started::new(command, args, env)).await
                }
                Transport::Http { url, headers } => {
                    let remote = Remote::reach((url, headers), (rules, egress)).await?;
                    list(&mut Http::new(remote)).await
                }
                Transport::Sse { url, headers } => {
                    let remote = Remote::reach((url, headers), (rules, egress)).await?;
                    list(&mut Sse::open(remote).await?).await
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or(Err(McpTestError::Silent))
    }
}

async fn list(wire: &mut impl Wire) -> Result<Vec<Tool>, McpTestError> {
    let client = json!({ "name": "runbook", "version": env!("CARGO_PKG_VERSION") });
    let hello = json!({ "protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client });
    ask(wire, (0, "initialize"), &hello).await?;
    wire.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await?;
    let mut tools = Vec::new();
    let mut cursor = None;
    for number in 1..=MOST_PAGES {
        let params = cursor.map_or_else(|| json!({}), |it: String| json!({ "cursor": it }));
        let page = ask(wire, (number, "tools/list"), &params).await?;
        let page: ToolPage = serde_json::from_value(page).map_err(|it| odd(&it))?;
        let listed = page
            .tools
            .into_iter()
            .map(|it| Tool { name: it.name, description: it.description.unwrap_or_default() });
        tools.extend(listed);
        tools.truncate(MOST_TOOLS);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(tools)
}

async fn ask(
    wire: &mut impl Wire,
    (number, method): (u64, &str),
    params: &Value,
) -> Result<Value, McpTestError> {
    let message = json!({ "jsonrpc": "2.0", "id": number, "method": method, "params": params });
    wire.ask((number, method), &message).await
}

#[derive(Deserialize)]
struct Answer {
    id: Option<Value>,
    result: Option<Value>,
    error: Option<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
}

#[derive(Deserialize)]
struct ToolPage {
    tools: Vec<ListedTool>,
    #[serde(rename = "nextCursor")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct ListedTool {
    name: String,
    description: Option<String>,
}

/// What a message answers to the request of this number. A server may notify, and ask something itself, which need
/// not be answered to list tools: that is `None`.
fn answer(message: &[u8], (number, method): (u64, &str)) -> Option<Result<Value, McpTestError>> {
    let answer: Answer = match serde_json::from_slice(message) {
        Ok(answer) => answer,
        Err(error) => return Some(Err(odd(&error))),
    };
    if answer.id != Some(number.into()) {
        return None;
    }
    Some(match (answer.result, answer.error) {
        (Some(result), None) => Ok(result),
        (_, Some(Refused { message })) => {
            Err(McpTestError::Odd { why: format!("{method} was answered with {message:?}") })
        }
        (None, None) => {
            Err(McpTestError::Odd { why: format!("{method} was answered with nothing") })
        }
    })
}

fn odd(error: &dyn std::fmt::Display) -> McpTestError {
    McpTestError::Odd { why: error.to_string() }
}

impl Tool {
    fn hidden(self, secrets: &OpenedSecrets) -> Self {
        Self { name: secrets.hide(&self.name), description: secrets.hide(&self.description) }
    }
}

impl McpTestError {
    /// Without secrets in what the server, or a connection to it, said.
    fn hidden(self, secrets: &OpenedSecrets) -> Self {
        match self {
            Self::Ended { why } => Self::Ended { why: secrets.hide(&why) },
            Self::Odd { why } => Self::Odd { why: secrets.hide(&why) },
            Self::NotReached(_)
            | Self::Silent
            | Self::TooMuch
            | Self::Code(_)
            | Self::Equipment(_) => self,
        }
    }
}
